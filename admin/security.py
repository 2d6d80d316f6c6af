"""Accounts and access: Flask-AppBuilder's security manager with its holes closed (docs/security.md)."""

from __future__ import annotations

import hmac
from collections.abc import Iterable
from datetime import timedelta
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

from admin import accounts, errors, password_forms, second_step, sign_in, steps, watch
from admin.current import now
from admin.guarding import SQLAInterface
from admin.marks import digest, stamp
from admin.passwords import hash_password, nobodys_hash
from models import access, agreement, credential, password_profile, security_log
from models.access import SignIn
from models.actor import held_roles
from models.base import Role, User
from models.database import together
from models.types import SHANGHAI

LONGEST_NAME = 320


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
        for view in (self.auth_view, steps.StepsView(), self.resetmypasswordview(), self.resetpasswordview()):
            self.appbuilder.add_view_no_menu(view)
        self.user_view = self.appbuilder.add_view(
            self.userdbmodelview, "Accounts", label="账号", icon="fa-user", category="Security",
            category_label="账号与权限", category_icon="fa-cogs",
        )  # fmt: skip
        self.appbuilder.add_view(self.rolemodelview, "Roles", label="角色", icon="fa-user-gear", category="Security")

    # Signing in

    def auth_user_db(self, username: str | None, password: str | None) -> User | None:
        """The account of a name (or e-mail address) and its password. Every door comes here, or to `auth_with_code`.

        A name that does not exist costs the same time, is counted and has to wait like one that does. Failures are
        forgotten by `let_in` only: a right password makes no room for more guesses at the second step.
        """
        name = (username or "").strip()
        if not _plausible(name, password):
            return None
        user, waits, right = self._checked(name, password)
        if right:
            return user
        self.count_failure(user, name, waits=waits)
        return None

    def auth_with_code(self, username: str, password: str, code: str) -> User | None:
        """The account of a name, its password and, where it owes one, the code of its second step: for programs.

        Whichever of them is wrong, the same is done: the code is looked at of a name that does not exist, too.
        """
        name = username.strip()
        if not _plausible(name, password):
            return None
        user, waits, right = self._checked(name, password)
        somebody = user or User(id=0)
        owes = second_step.owes(somebody, proved=False) == "code"
        proved = second_step.took(somebody, code, right=right and owes)
        if right and (proved or not owes):
            return user
        self.count_failure(user, name, waits=waits, **({"step": "code"} if right else {}))
        return None

    def _checked(self, name: str, password: str | None) -> tuple[User | None, bool, bool]:
        """(the account of a name, whether it has to wait, whether the password is right and may be used now)"""
        user = self._named(name)
        waits = self.must_wait(user, name)
        known = user is not None and user.is_active and bool(user.password)
        right = check_password_hash(user.password if known and not waits else nobodys_hash(), password)
        return user, waits, known and right and not waits

    def _named(self, name: str) -> User | None:
        user = self.find_user(username=name)
        by_mail = self.find_user(email=name)
        return user or by_mail

    def counted(self, user: User | None, name: str = "") -> str:
        """What failures are counted under."""
        return digest("name", (user.username if user else name).lower())

    def must_wait(self, user: User | None, name: str = "") -> bool:
        return access.must_wait(self.session, self.counted(user, name), now())

    def count_failure(self, user: User | None, name: str = "", *, waits: bool = False, **told: Any) -> None:
        """One more failure under a name, whatever of the sign-in was wrong; told to the log, and committed."""
        counted, at = self.counted(user, name), now()
        if not waits:
            access.failed(self.session, counted, at)
        locked = access.must_wait(self.session, counted, at)
        kind = "locked_out" if locked and not waits else "sign_in_failed"
        watch.note(kind, user_id=user.id if user else None, name=counted[:12], waits=waits, door=request.endpoint,
                   **told)  # fmt: skip
        self.session.commit()

    def whose_secret(self, name: str, said: str) -> User | None:
        """The account of a one-time secret that may be used now. What is wrong is counted like a password."""
        if not name or len(name) > LONGEST_NAME or not _storable(name + said):
            return None
        user = self._named(name)
        waits = self.must_wait(user, name)
        found = credential.one_time_of(self.session, user.id if user is not None and user.is_active else 0)
        right = credential.opens(found, said, now()) and agreement.allows(self.session, found.change_id)
        if right and not waits:
            return user
        self.count_failure(user, name, waits=waits, step="secret")
        return None

    def let_in(self, user: User) -> None:
        """All that was asked for was right: failures are forgotten, and the sign-in is told."""
        access.succeeded(self.session, self.counted(user))
        watch.note("signed_in", by=user.id, user_id=user.id, door=request.endpoint)
        self.update_user_auth_stat(user, True)

    def update_user_auth_stat(self, user: User, success: bool = True) -> None:
        """Note the sign-in on the account."""
        user.login_count = (user.login_count or 0) + 1
        user.last_login = now().astimezone(SHANGHAI).replace(tzinfo=None)
        user.fail_login_count = 0
        self.session.commit()
        self.on_user_login(user)

    def reset_password(self, userid: int, password: str) -> None:
        """A new password, checked before: every sign-in of the account ends, and of a holder's all holders are told."""
        user, at = self.get_user_by_id(userid), now()
        profile = password_profile.in_force(self.session)
        credential.chosen(self.session, userid, user.password, at, keep=profile.history)
        user.password = hash_password(password)
        access.end_all(self.session, userid)
        access.succeeded(self.session, self.counted(user))
        agreement.password_set(self.session, userid, by=userid, at=at)
        watch.note("password", by=userid, user_id=userid, door=request.endpoint if has_request_context() else None)
        self.session.commit()

    # Sign-ins that stand, of browsers and of programs

    def begin_session(self, user: User) -> None:
        """Mark the cookie of somebody who has just signed in."""
        cookie["stamp"], cookie["key"] = stamp(user), access.begin(self.session, user.id, now(), self._life())
        self.session.commit()

    def end_session(self) -> None:
        """Make the cookie worthless, copies of it too."""
        if cookie.get("key"):
            access.end(self.session, cookie["key"])
            watch.note("signed_out")
            self.session.commit()

    def claims(self, user: User, key: str | None = None) -> dict[str, str]:
        """What a token carries; without a key a sign-in begins."""
        if key is None:
            key = access.begin(self.session, user.id, now(), self._life())
            self.session.commit()
        return {"stamp": stamp(user), "sign_in": key}

    def load_user(self, pk: Any) -> User | None:
        """The account of a cookie, if its sign-in stands."""
        return self._standing(pk, cookie.get("key"), cookie.get("stamp"))

    def load_user_jwt(self, _jwt_header: Any, jwt_data: dict[str, Any]) -> User | None:
        """The account of a token, access or refresh, if its sign-in stands."""
        user = self._standing(jwt_data["sub"], jwt_data.get("sign_in"), jwt_data.get("stamp"))
        if user is not None:
            g.user = user
        return user

    def _standing(self, pk: Any, key: Any, stamped: Any) -> User | None:
        """The account of a sign-in that was not ended, is neither too old nor unused for too long, and whose password
        is still the one it was signed in with."""
        mine = (SignIn.key == str(key), User.id == int(pk), User.active)
        found = self.session.execute(select(User, SignIn).join(SignIn, SignIn.user_id == User.id).where(*mine)).first()
        if found is None or not hmac.compare_digest(stamp(found[0]), str(stamped)):
            return None
        user, one, at = found[0], found[1], now()
        idle = current_app.config["SESSION_IDLE"]
        if at >= one.began_at + self._life():
            return None
        if idle is not None and at >= one.seen_at + idle:
            access.end(self.session, one.key)
            security_log.record(
                self.session, "signed_out", at=at, by=user.id, source=request.remote_addr or "", why="idle"
            )
            self.session.commit()
            return None
        if idle is not None and at >= one.seen_at + access.SEEN_EVERY:
            access.seen(self.session, one.key, at)
            self.session.commit()
        return user

    def end_token(self, token: dict[str, Any]) -> None:
        access.end(self.session, token["sign_in"])
        watch.note("signed_out", by=int(token["sub"]))
        self.session.commit()

    @staticmethod
    def _life() -> timedelta:
        life: timedelta = current_app.permanent_session_lifetime
        return life

    def create_jwt_manager(self, app: Any) -> JWTManager:
        """Whatever is wrong with a token is a 401 in our shape. `load_user_jwt` says which still stand."""
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


def _plausible(name: str, password: str | None) -> bool:
    """Whether an account could have this name and password at all."""
    return 0 < len(name) <= LONGEST_NAME and not is_null_password(password) and _storable(name + str(password))


def _storable(text: str) -> bool:
    return not any(ch == "\0" or "\ud800" <= ch <= "\udfff" for ch in text)
