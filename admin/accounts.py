"""The administrator's pages of accounts and roles."""

from __future__ import annotations

from flask import g, redirect, url_for
from flask_appbuilder import expose, has_access
from flask_appbuilder.actions import action
from flask_babel import lazy_gettext as _
from sqlalchemy import func, select
from werkzeug.wrappers import Response
from wtforms.validators import DataRequired, Regexp

from admin.current import session
from admin.guarding import ModelView
from models import policy
from models.base import Role, User
from models.refusals import Invalid, Reason


class AccountView(ModelView):
    """Accounts: made and switched off, never deleted, for the log names them. No password hash is ever shown."""

    route_base = "/users"
    class_permission_name = "Account"
    method_permission_name = {"userinfo": "userinfo", "new_password": "write"}
    exclude_route_methods = {"delete"}
    list_title, show_title, add_title, edit_title = _("账号"), _("账号"), _("新账号"), _("修改账号")
    label_columns = {
        "username": _("用户名"), "last_name": _("姓"), "first_name": _("名"), "email": _("邮箱"), "active": _("在用"),
        "roles": _("角色"), "last_login": _("上次登录"), "login_count": _("登录次数"),
    }  # fmt: skip
    list_columns = ["username", "last_name", "first_name", "roles", "active", "last_login"]
    show_columns = ["username", "last_name", "first_name", "email", "roles", "active", "last_login", "login_count"]
    search_columns = ["username", "last_name", "first_name", "email", "active", "roles"]
    order_columns = ["username", "last_name", "active", "last_login"]
    add_columns = edit_columns = ["username", "last_name", "first_name", "email", "roles", "active"]
    base_order = ("username", "asc")
    validators_columns = {
        "roles": [DataRequired(_("要选一个角色。"))],
        "email": [Regexp(r"[^@\s]+@[^@\s]+\.[^@\s]+$", message=_("邮箱地址看不懂，请写成 name@example.cn。"))],
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

    @action("new_password", _("发一次性口令"), "", "fa-lock", multiple=False)
    def new_password(self, item: User) -> Response:
        """To the page that makes a one-time secret."""
        return redirect(url_for("NewPasswordView.this_form_get", pk=item.id))

    def post_add(self, item: User) -> None:
        """A new account has no password: nobody gets in until its owner has chosen one."""
        g.made = item.id

    def post_add_redirect(self) -> Response:
        return redirect(url_for("NewPasswordView.this_form_get", pk=g.made))

    def pre_update(self, item: User) -> None:
        """Never lock everybody out: one administrator stays."""
        others = session().scalar(
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
    choices = {"name": policy.ROLES}
    list_columns = ["name"]
    show_columns = ["name", "permissions"]
    search_columns = ["name"]
    order_columns = ["name"]
    edit_columns = ["permissions"]
    base_order = ("name", "asc")
