"""One's own password, and the one-time secrets with which somebody else chooses a new one of their own."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from flask import abort, current_app, flash, g, redirect, render_template, request
from flask_appbuilder import expose
from flask_appbuilder.fieldwidgets import BS3PasswordFieldWidget
from flask_appbuilder.forms import DynamicForm
from flask_appbuilder.security.decorators import has_access
from flask_babel import lazy_gettext as _
from werkzeug.wrappers import Response as AnyResponse
from wtforms import Field, Form, PasswordField
from wtforms.validators import DataRequired, EqualTo, ValidationError

from admin import watch, words
from admin.current import now, session, transact
from admin.guarding import BaseView, SimpleFormView
from admin.passwords import new_password
from models import agreement, credential
from models.base import User


def strong(form: Form, field: Field) -> None:
    """Form validator: a password that will do for whoever is signed in. Said only to who knows the old one: that a
    password was used before would tell a guesser that it was right."""
    if form["old_password"].errors:
        return
    wrong = new_password(field.data or "", g.user)
    if wrong:
        raise ValidationError(wrong)


def password_field(label: Any, *validators: Any) -> PasswordField:
    return PasswordField(label, validators=[DataRequired(), *validators], widget=BS3PasswordFieldWidget())


class MyPasswordForm(DynamicForm):
    """The old one is asked first: a wrong one is counted before anything is said of the new one."""

    old_password = password_field(_("现在的密码"))
    password = password_field(_("新密码"), strong)
    conf_password = password_field(_("再输一次"), EqualTo("password", message=_("两次输入不一样。")))

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


class NewPasswordView(BaseView):
    """A one-time secret for somebody's account. Who makes it never knows the password that is chosen with it."""

    route_base = "/resetpassword"
    class_permission_name = "Account"
    default_view = "this_form_get"
    method_permission_name = {"this_form_get": "write", "make": "write"}

    @expose("/form", methods=["GET"])
    @has_access
    def this_form_get(self) -> str:
        user = self._account()
        return render_template("one_time.html", title=_title(user), said=None, who=words.account(user),
                               hours=current_app.config["RESET_HOURS"], second=_has_second(user))  # fmt: skip

    @expose("/form", methods=["POST"])
    @has_access
    def make(self) -> str:
        """Make it and show it, this once: it is kept nowhere."""
        user = self._account()
        second = bool(request.form.get("second"))
        said, waits = transact(lambda: one_time(user, second=second, by=g.user.id))
        return render_template("one_time.html", title=_title(user), said=said, who=words.account(user), waits=waits,
                               username=user.username, hours=current_app.config["RESET_HOURS"])  # fmt: skip

    def _account(self) -> User:
        user = self.appbuilder.sm.userdbmodelview.datamodel.get(request.args.get("pk"))
        return user if user is not None and user.active else abort(404)


def _title(user: User) -> str:
    return str(_("给%(who)s发一次性口令", who=words.account(user)))


def _has_second(user: User) -> bool:
    held = credential.of(session(), user.id)
    return held is not None and held.salt is not None


def one_time(user: User, *, second: bool, by: int) -> tuple[str, bool]:
    """(the secret, whether a holder must agree first). A holder's reset is told to all holders. Does not commit."""
    at, held = now(), agreement.holders(session(), now())
    waits = bool(current_app.config["AGREEMENT"] and user.id in held)
    change = None
    if user.id in held:
        change = agreement.ask(session(), "reset", user.id, by=by, at=at, waits=waits)
    until = at + timedelta(hours=current_app.config["RESET_HOURS"])
    said = credential.one_time(session(), user.id, second=second, until=until, change_id=change.id if change else None)
    watch.note("password", user_id=user.id, did="one_time", second=second, waits=waits)
    return said, waits
