"""The forms that set a password: one's own, and somebody else's."""

from __future__ import annotations

from typing import Any

from flask import abort, current_app, flash, g, has_request_context, redirect, request, url_for
from flask_appbuilder.fieldwidgets import BS3PasswordFieldWidget
from flask_appbuilder.forms import DynamicForm
from flask_babel import lazy_gettext as _
from werkzeug.wrappers import Response as AnyResponse
from wtforms import Field, Form, PasswordField
from wtforms.validators import DataRequired, EqualTo, ValidationError

from admin import words
from admin.guarding import SimpleFormView
from admin.passwords import check_password
from models.base import User


def strong(form: Form, field: Field) -> None:
    """Form validator: a password that will do for the account of the form."""
    user = getattr(form, "account", None)
    name = user.username if user is not None else (form["username"].data if "username" in form else "")
    wrong = check_password(field.data or "", name or "")
    if wrong:
        raise ValidationError(wrong)


def password_field(label: Any, *validators: Any) -> PasswordField:
    return PasswordField(label, validators=[DataRequired(), *validators], widget=BS3PasswordFieldWidget())


class NewPasswordForm(DynamicForm):
    password = password_field(_("新密码"), strong)
    conf_password = password_field(_("再输一次"), EqualTo("password", message=_("两次输入不一样。")))


class MyPasswordForm(NewPasswordForm):
    old_password = password_field(_("现在的密码"))

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
    form = NewPasswordForm

    @property
    def form_title(self) -> str:
        """Says whose: the form has nothing else that would."""
        return str(_("给%(who)s设新密码", who=words.account(self._account()) if has_request_context() else ""))

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
