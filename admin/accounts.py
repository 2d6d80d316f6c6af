"""Signing in and out, and the administrator's pages of accounts and roles."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from flask import abort, current_app, flash, g, redirect, request, session, url_for
from flask.wrappers import Response
from flask_appbuilder import expose, has_access
from flask_appbuilder.actions import action
from flask_appbuilder.fieldwidgets import BS3PasswordFieldWidget
from flask_appbuilder.forms import DynamicForm
from flask_appbuilder.security.api import SecurityApi as StockSecurityApi
from flask_appbuilder.security.forms import LoginForm_db
from flask_appbuilder.security.views import AuthDBView
from flask_babel import lazy_gettext as _
from flask_jwt_extended import create_access_token, create_refresh_token, get_jwt, get_jwt_identity, jwt_required
from flask_login import login_user, logout_user
from sqlalchemy import func, select
from werkzeug.wrappers import Response as AnyResponse
from wtforms import Field, Form, PasswordField
from wtforms.validators import DataRequired, EqualTo, ValidationError

from admin.current import session as database
from admin.guarding.rest import BaseApi, json_body, problem
from admin.guarding.views import KeepsPaths, ModelView, SimpleFormView
from admin.passwords import check_password, hash_password
from models.base import Role, User
from models.refusals import Invalid, Reason

WRONG = _("用户名或密码不对。连续输错多次后，要等 15 分钟才能再试。")


class SignInView(KeepsPaths, AuthDBView):
    """The login page."""

    title = _("登录")
    invalid_login_message = WRONG

    @expose("/login/", methods=["GET", "POST"])
    def login(self) -> AnyResponse:
        """Ask for name and password; what was typed as a name stays."""
        further = safe_next(request.args.get("next"))
        if g.user is not None and g.user.is_authenticated:
            return redirect(further)
        form, status = LoginForm_db(), 200
        if form.validate_on_submit():
            user = self.appbuilder.sm.auth_user_db(form.username.data, form.password.data)
            if user:
                kept = {name: session[name] for name in ("locale",) if name in session}
                session.clear()  # nothing of whoever sat here before
                session.update(kept)
                login_user(user)
                self.appbuilder.sm.begin_session(user)
                return redirect(further)
            flash(str(self.invalid_login_message), "warning")
            status = 401
        page = self.render_template(self.login_template, title=self.title, form=form, appbuilder=self.appbuilder)
        return Response(page, status)

    @expose("/logout/", methods=["GET", "POST"])
    def logout(self) -> AnyResponse:
        """End the session, so that a copy of its cookie opens nothing any more."""
        self.appbuilder.sm.end_session()
        logout_user()
        session.clear()
        return redirect(url_for(f"{self.endpoint}.login"))


def safe_next(asked: str | None) -> str:
    """Where to go after signing in: the path of what was asked for, on this site, whatever host it names."""
    home = "/"
    if not asked:
        return home
    try:
        parts = urlsplit(asked)
    except ValueError:
        return home
    path = parts.path + (f"?{parts.query}" if parts.query else "")
    plain = path.isascii() and path.isprintable() and "\\" not in path
    return path if plain and path.startswith("/") and not path.startswith("//") else home


class SecurityApi(StockSecurityApi, BaseApi):
    """Tokens for programs."""

    @expose("/login", methods=["POST"])
    def login(self) -> Response:
        """Get a token
        ---
        post:
          description: A token for the name and password of an account
          requestBody:
            required: true
            content:
              application/json:
                schema:
                  type: object
                  required: [username, password]
                  properties:
                    username:
                      type: string
                    password:
                      type: string
                    provider:
                      type: string
                      enum: [db]
                    refresh:
                      type: boolean
                      description: Whether to give a refresh token too
          responses:
            200:
              description: Signed in
              content:
                application/json:
                  schema:
                    type: object
                    properties:
                      access_token:
                        type: string
                      refresh_token:
                        type: string
            400:
              $ref: '#/components/responses/400'
            401:
              $ref: '#/components/responses/401'
            422:
              $ref: '#/components/responses/422'
        """
        body = json_body()
        why = {name: Reason("unknown_field") for name in body.keys() - {"username", "password", "provider", "refresh"}}
        for name in ("username", "password"):
            if not body.get(name):
                why[name] = Reason("required")
            elif not isinstance(body[name], str):
                why[name] = Reason("not_text")
        if body.get("provider", "db") != "db":
            why["provider"] = Reason("not_a_choice", choices="db")
        if not isinstance(body.get("refresh", False), bool):
            why["refresh"] = Reason("not_a_bool")
        if why:
            raise Invalid(why)
        user = self.appbuilder.sm.auth_user_db(body["username"], body["password"])
        if user is None:
            raise problem(401, str(WRONG))
        tokens = {"access_token": create_access_token(identity=str(user.id), fresh=True)}
        if body.get("refresh"):
            tokens["refresh_token"] = create_refresh_token(identity=str(user.id))
        return self.response(200, **tokens)

    @expose("/refresh", methods=["POST"])
    @jwt_required(refresh=True)
    def refresh(self) -> Response:
        """Get a new token
        ---
        post:
          description: A new access token for a refresh token
          security:
          - jwt_refresh: []
          responses:
            200:
              description: A token
              content:
                application/json:
                  schema:
                    type: object
                    properties:
                      access_token:
                        type: string
            401:
              $ref: '#/components/responses/401'
        """
        return self.response(200, access_token=create_access_token(identity=get_jwt_identity(), fresh=False))

    @expose("/logout", methods=["POST"])
    @jwt_required(verify_type=False)
    def logout(self) -> Response:
        """Give a token back
        ---
        post:
          description: From now on the token of this request, access or refresh, is worthless
          responses:
            200:
              description: Ended
            401:
              $ref: '#/components/responses/401'
        """
        self.appbuilder.sm.end_token(get_jwt())
        return self.response(200, message="OK")


# Passwords


def strong(form: Form, field: Field) -> None:
    """Form validator: a password that will do for the account of the form."""
    user = getattr(form, "account", None)
    name = user.username if user is not None else (form["username"].data if "username" in form else "")
    wrong = check_password(field.data or "", name or "")
    if wrong:
        raise ValidationError(wrong)


def _password(label: Any, *validators: Any) -> PasswordField:
    return PasswordField(label, validators=[DataRequired(), *validators], widget=BS3PasswordFieldWidget())


class NewPasswordForm(DynamicForm):
    password = _password(_("新密码"), strong)
    conf_password = _password(_("再输一次"), EqualTo("password", message=_("两次输入不一样。")))


class MyPasswordForm(NewPasswordForm):
    old_password = _password(_("现在的密码"))

    @property
    def account(self) -> User:
        return g.user

    def validate_old_password(self, field: Field) -> None:
        """Who found a screen left open does not know it."""
        sm = current_app.appbuilder.sm  # type: ignore[attr-defined]
        if sm.auth_user_db(g.user.username, field.data) is None:
            raise ValidationError(str(_("现在的密码不对。")))


class MyPasswordView(SimpleFormView):
    """One's own password: asks for the old one."""

    route_base = "/resetmypassword"
    class_permission_name = "MyPassword"
    form, form_title = MyPasswordForm, _("改密码")
    form_columns = ["old_password", "password", "conf_password"]

    def form_post(self, form: DynamicForm) -> AnyResponse:
        sm = self.appbuilder.sm
        sm.reset_password(g.user.id, form.password.data)
        sm.begin_session(sm.get_user_by_id(g.user.id))  # this session goes on, all others end
        flash(str(_("密码已改，其他地方的登录都已失效。")), "success")
        return redirect("/")


class NewPasswordView(SimpleFormView):
    """A new password for somebody else's account."""

    route_base = "/resetpassword"
    class_permission_name = "Account"
    form, form_title = NewPasswordForm, _("给账号设新密码")

    def form_get(self, form: DynamicForm) -> None:
        self._account()

    def form_post(self, form: DynamicForm) -> AnyResponse:
        user = self._account()
        wrong = check_password(form.password.data, user.username)
        if wrong:
            flash(wrong, "danger")
            return redirect(request.full_path)
        self.appbuilder.sm.reset_password(user.id, form.password.data)
        flash(str(_("新密码已设，这个账号的登录都已失效。")), "success")
        return redirect(url_for("AccountView.show", pk=user.id))

    def _account(self) -> User:
        user = self.appbuilder.sm.userdbmodelview.datamodel.get(request.args.get("pk"))
        return user or abort(404)


# Accounts and roles


class AccountView(ModelView):
    """Accounts: made and switched off, never deleted, for the log names them. No password hash is ever shown."""

    route_base = "/users"
    class_permission_name = "Account"
    method_permission_name = {"userinfo": "userinfo", "new_password": "write"}
    exclude_route_methods = {"delete"}
    list_title, show_title, add_title, edit_title = _("账号"), _("账号"), _("新账号"), _("修改账号")
    label_columns = {
        "username": _("用户名"), "last_name": _("姓"), "first_name": _("名"), "email": _("邮箱"), "active": _("在用"),
        "roles": _("角色"), "last_login": _("上次登录"), "login_count": _("登录次数"), "password": _("密码"),
        "conf_password": _("再输一次"), "changed_on": _("修改时间"),
    }  # fmt: skip
    list_columns = ["username", "last_name", "first_name", "roles", "active", "last_login"]
    show_columns = ["username", "last_name", "first_name", "email", "roles", "active", "last_login", "login_count"]
    search_columns = ["username", "last_name", "first_name", "email", "active", "roles"]
    order_columns = ["username", "last_name", "active", "last_login"]
    add_columns = ["username", "last_name", "first_name", "email", "roles", "active", "password", "conf_password"]
    edit_columns = ["username", "last_name", "first_name", "email", "roles", "active"]
    base_order = ("username", "asc")
    validators_columns = {"roles": [DataRequired(_("要选一个角色。"))]}
    add_form_extra_fields = {
        "password": _password(_("密码"), strong),
        "conf_password": _password(_("再输一次"), EqualTo("password", message=_("两次输入不一样。"))),
    }

    @expose("/userinfo/")
    @has_access
    def userinfo(self) -> str:
        """One's own account."""
        item = self.datamodel.get(g.user.id)
        widgets = self._get_show_widget(item.id, item, actions={})
        page: str = self.render_template(
            self.show_template, title=_("我的账号"), widgets=widgets, appbuilder=self.appbuilder, pk=item.id
        )
        return page

    @action("new_password", _("设新密码"), "", "fa-lock", multiple=False)
    def new_password(self, item: User) -> AnyResponse:
        """To the form for a new password."""
        return redirect(url_for("NewPasswordView.this_form_get", pk=item.id))

    def pre_add(self, item: User) -> None:
        item.password = hash_password(item.password or "")

    def pre_update(self, item: User) -> None:
        """Never lock everybody out: one administrator stays."""
        others = database().scalar(
            select(func.count()).select_from(User).join(User.roles)
            .where(Role.name == "admin", User.active.is_(True), User.id != item.id)
        )  # fmt: skip
        stays = item.active and any(role.name == "admin" for role in item.roles)
        if not others and not stays:
            raise Invalid({"active": Reason("last_admin")})


class RoleView(ModelView):
    """Roles: what each may open. Their names mean something to the program, so they stay."""

    route_base = "/roles"
    class_permission_name = "Role"
    exclude_route_methods = {"add", "delete"}
    list_title, show_title, edit_title = _("角色"), _("角色"), _("修改角色")
    label_columns = {"name": _("角色"), "permissions": _("权限")}
    list_columns = ["name"]
    show_columns = ["name", "permissions"]
    search_columns = ["name"]
    order_columns = ["name"]
    edit_columns = ["permissions"]
    base_order = ("name", "asc")
