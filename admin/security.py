"""Accounts and access: Flask-AppBuilder's security manager with its holes closed (docs/security.md)."""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

from flask import current_app, g, has_request_context, jsonify, make_response, request
from flask import session as cookie
from flask.wrappers import Response
from flask_appbuilder.security.sqla.manager import SecurityManager as StockSecurityManager
from flask_appbuilder.security.sqla.models import (
    Permission,
    PermissionView,
    ViewMenu,
    assoc_permissionview_role,
)
from flask_appbuilder.security.utils import is_null_password
from flask_jwt_extended import JWTManager
from sqlalchemy import select
from werkzeug.security import check_password_hash

from admin import accounts, errors, password_forms, sign_in, watch
from admin.current import now
from admin.guarding import SQLAInterface
from admin.passwords import hash_password, nobodys_hash
from models import access
from models.actor import held_roles
from models.base import Role, User
from models.database import together
from models.types import SHANGHAI

LONGEST_NAME = 320


def _digest(*parts: object) -> str:
    key = str(current_app.config["SECRET_KEY"]).encode()
    return hmac.digest(key, "\0".join(map(str, parts)).encode(), "sha256").hex()


def stamp(user: User) -> str:
    """What sessions and tokens of an account carry: a new password makes all earlier ones worthless."""
    return _digest("stamp", user.id, user.password)[:32]


def mark(user: User | None) -> str:
    """What a page carries to say whose it is: it tells accounts apart and names none; empty: nobody's."""
    return _digest("page", user.id)[:24] if user is not None else ""


class SecurityManager(StockSecurityManager):
    """Who may sign in, how long that holds, and what each role may open."""

    userstatschartview = None  # it loads a script from another server
    security_api = sign_in.SecurityApi
    authdbview = sign_in.SignInView
    userdbmodelview = accounts.AccountView
    rolemodelview = accounts.RoleView
    resetmypasswordview = password_forms.MyPasswordView
    resetpasswordview = password_forms.NewPasswordView

    def __init__(self, appbuilder: Any) -> None:
        super().__init__(appbuilder)
        self.userdbmodelview.datamodel = SQLAInterface(User)
        self.rolemodelview.datamodel = SQLAInterface(Role)

    def register_views(self) -> None:
        """Only what is needed: no groups, permission lists or self-made profiles."""
        self.appbuilder.add_api(self.security_api)
        self.auth_view = self.authdbview()
        for view in (self.auth_view, self.resetmypasswordview(), self.resetpasswordview()):
            self.appbuilder.add_view_no_menu(view)
        self.user_view = self.appbuilder.add_view(
            self.userdbmodelview, "Accounts", label="账号", icon="fa-user", category="Security",
            category_label="账号与权限", category_icon="fa-cogs",
        )  # fmt: skip
        self.appbuilder.add_view(self.rolemodelview, "Roles", label="角色", icon="fa-user-gear", category="Security")

    # Signing in

    def auth_user_db(self, username: str | None, password: str | None) -> User | None:
        """The account of a name (or e-mail address) and its password. Form and API both come here.

        A name that does not exist costs the same time, is counted and has to wait like one that does.
        """
        name = (username or "").strip()
        if not name or len(name) > LONGEST_NAME or is_null_password(password) or not _storable(name + str(password)):
            return None
        user = self.find_user(username=name)
        by_mail = self.find_user(email=name)
        user = user or by_mail
        counted, at = _digest("name", (user.username if user else name).lower()), now()
        waits = access.must_wait(self.session, counted, at)
        known = user is not None and user.is_active and bool(user.password)
        right = check_password_hash(user.password if known and not waits else nobodys_hash(), password)
        if user is not None and known and right and not waits:
            access.succeeded(self.session, counted)
            watch.note("signed_in", by=user.id, user_id=user.id, door=request.endpoint)
            self.update_user_auth_stat(user, True)
            return user
        if not waits:
            access.failed(self.session, counted, at)
        locked = access.must_wait(self.session, counted, at)
        kind = "locked_out" if locked and not waits else "sign_in_failed"
        watch.note(kind, user_id=user.id if user else None, name=counted[:12], waits=waits, door=request.endpoint)
        self.session.commit()
        return None

    def update_user_auth_stat(self, user: User, success: bool = True) -> None:
        """Note the sign-in on the account."""
        user.login_count = (user.login_count or 0) + 1
        user.last_login = now().astimezone(SHANGHAI).replace(tzinfo=None)
        user.fail_login_count = 0
        self.session.commit()
        self.on_user_login(user)

    def reset_password(self, userid: int, password: str) -> None:
        user = self.get_user_by_id(userid)
        user.password = hash_password(password)
        watch.note("password", user_id=userid)
        self.session.commit()

    # Sessions and tokens

    def begin_session(self, user: User) -> None:
        """Mark the cookie of somebody who has just signed in."""
        cookie["stamp"] = stamp(user)
        cookie["key"] = secrets.token_hex(16)
        cookie["since"] = int(now().timestamp())

    def end_session(self) -> None:
        """Make the cookie worthless, copies of it too."""
        if cookie.get("key"):
            access.end(self.session, cookie["key"], now() + self._life(), now())
            watch.note("signed_out")
            self.session.commit()

    def load_user(self, pk: Any) -> User | None:
        """The account of a cookie, unless its session was ended, is too old, or the password has changed."""
        since = cookie.get("since", 0)
        if now() >= datetime.fromtimestamp(since, UTC) + self._life():
            return None
        current = ~access.ended(str(cookie.get("key")))
        user = self.session.scalar(select(User).where(User.id == int(pk), User.active, current))
        if user is None or not hmac.compare_digest(stamp(user), str(cookie.get("stamp"))):
            return None
        return user

    def load_user_jwt(self, _jwt_header: Any, jwt_data: dict[str, Any]) -> User | None:
        """The account of a token, unless the password has changed since."""
        user = super().load_user(jwt_data["sub"])
        if user is None or not hmac.compare_digest(stamp(user), str(jwt_data.get("stamp"))):
            return None
        g.user = user
        return user

    def end_token(self, token: dict[str, Any]) -> None:
        access.end(self.session, token["jti"], datetime.fromtimestamp(token["exp"], UTC), now())
        watch.note("signed_out", by=int(token["sub"]))
        self.session.commit()

    @staticmethod
    def _life() -> timedelta:
        life: timedelta = current_app.permanent_session_lifetime
        return life

    def create_jwt_manager(self, app: Any) -> JWTManager:
        """Tokens with a stamp, checked against those ended; whatever is wrong with one is a 401 in our shape."""
        manager = super().create_jwt_manager(app)

        def nobody(*_: Any) -> Response:
            return make_response(jsonify(message=errors.by_status(401)), 401)

        manager.unauthorized_loader(nobody)
        manager.invalid_token_loader(nobody)
        manager.expired_token_loader(nobody)
        manager.revoked_token_loader(nobody)
        manager.needs_fresh_token_loader(nobody)
        manager.user_lookup_error_loader(nobody)
        manager.token_verification_failed_loader(nobody)
        manager.token_in_blocklist_loader(lambda _, token: self.session.scalar(select(access.ended(token["jti"]))))
        manager.additional_claims_loader(lambda user_id: {"stamp": stamp(self.get_user_by_id(int(user_id)))})
        return manager

    # What a role may open

    def is_item_public(self, permission_name: str, view_name: str) -> bool:
        """Nothing is open to everybody but what `handlers.OPEN` names."""
        return False

    def has_access(self, permission_name: str, view_name: str) -> bool:
        user = self.current_user if has_request_context() else None
        if not user or not user.is_active:
            return False
        return (permission_name, view_name) in self.permissions_of(user)

    def roles_of(self, user: User) -> frozenset[str]:
        """Names of all roles of an account, groups included."""
        return frozenset(self._doors(user)[0])

    def permissions_of(self, user: User) -> set[tuple[str, str]]:
        """(permission, view) of all roles of an account, groups included."""
        return self._doors(user)[1]

    def _doors(self, user: User) -> tuple[set[str], set[tuple[str, str]]]:
        """Roles and permissions, read once a request in one query, not at each link."""
        if g.get("doors_of") != user.id:
            held = assoc_permissionview_role
            names, permissions = together(
                self.session,
                held_roles(Role.name).where(User.id == user.id),
                select(Permission.name, ViewMenu.name)
                .join(PermissionView, PermissionView.permission_id == Permission.id)
                .join(ViewMenu, ViewMenu.id == PermissionView.view_menu_id)
                .join(held, held.c.permission_view_id == PermissionView.id)
                .where(held.c.role_id.in_(held_roles(Role.id).where(User.id == user.id))),
            )
            g.doors_of, g.doors = user.id, ({name for (name,) in names}, {(p, v) for p, v in permissions})
        found: tuple[set[str], set[tuple[str, str]]] = g.doors
        return found

    def get_user_menu_access(self, menu_names: Iterable[str] | None = None) -> set[str]:
        user = self.current_user
        if not user:
            return set()
        return {view for permission, view in self.permissions_of(user) if permission == "menu_access"}


def _storable(text: str) -> bool:
    return not any(ch == "\0" or "\ud800" <= ch <= "\udfff" for ch in text)
