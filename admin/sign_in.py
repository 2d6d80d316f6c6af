"""Signing in and out: by the login page, and with tokens for programs."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from flask import flash, g, redirect, request, session, url_for
from flask.wrappers import Response
from flask_appbuilder import expose
from flask_appbuilder.security.api import SecurityApi as StockSecurityApi
from flask_appbuilder.security.forms import LoginForm_db
from flask_appbuilder.security.views import AuthDBView
from flask_babel import lazy_gettext as _
from flask_jwt_extended import create_access_token, create_refresh_token, get_jwt, jwt_required
from flask_login import logout_user
from werkzeug.wrappers import Response as AnyResponse

from admin import second_step, steps
from admin.guarding import BaseApi
from admin.guarding.requests import json_body, problem
from admin.guarding.views import KeepsPaths
from models.refusals import Invalid, Reason

NOT_THESE = _(
    "用户名、密码或验证码不对。有二次验证的，把验证器上的 6 位数字放在 code 里。连续输错多次后，要等 15 分钟。"
)
"""Which of the three, a program is not told: a password of which somebody has no code is not confirmed either."""
FIRST_BY_PAGE = _("这个账号要先在网页上登录一次：换密码，或绑定验证器。")
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
                return steps.onward(user, further)
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


FIELDS = frozenset({"username", "password", "code", "provider", "refresh"})


def _check(body: dict[str, Any]) -> None:
    """Raise Invalid where a login makes no sense."""
    why = {name: Reason("unknown_field") for name in body.keys() - FIELDS}
    for name in ("username", "password"):
        if not body.get(name):
            why[name] = Reason("required")
        elif not isinstance(body[name], str):
            why[name] = Reason("not_text")
    if not isinstance(body.get("code", ""), str):
        why["code"] = Reason("not_text")
    if body.get("provider", "db") != "db":
        why["provider"] = Reason("not_a_choice", choices="db")
    if not isinstance(body.get("refresh", False), bool):
        why["refresh"] = Reason("not_a_bool")
    if why:
        raise Invalid(why)


class SecurityApi(StockSecurityApi, BaseApi):
    """Tokens for programs."""

    @expose("/login", methods=["POST"])
    def login(self) -> Response:
        """Get a token
        ---
        post:
          description: >-
            A token for the name and password of an account, and the code of its second step where it has one. Which of
            them is wrong or missing is not told.
          requestBody:
            required: true
            content:
              application/json:
                schema:
                  type: object
                  required: [username, password]
                  properties:
                    username: {type: string}
                    password: {type: string}
                    code: {type: string, description: 'The second step, of accounts that have one: six figures'}
                    provider: {type: string, enum: [db]}
                    refresh: {type: boolean, description: Whether to give a refresh token too}
          responses:
            200:
              description: Signed in
              content:
                application/json:
                  schema:
                    type: object
                    properties: {access_token: {type: string}, refresh_token: {type: string}}
          refuses: [400, 401, 413, 422]
        """
        body = json_body()
        _check(body)
        user = self.appbuilder.sm.auth_with_code(body["username"], body["password"], body.get("code", ""))
        if user is None:
            raise problem(401, str(NOT_THESE))
        if second_step.owes(user, proved=True) is not None:
            raise problem(401, str(FIRST_BY_PAGE))
        self.appbuilder.sm.let_in(user)
        claims = self.appbuilder.sm.claims(user)
        tokens = {"access_token": create_access_token(str(user.id), fresh=True, additional_claims=claims)}
        if body.get("refresh"):
            tokens["refresh_token"] = create_refresh_token(str(user.id), additional_claims=claims)
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
                  schema: {type: object, properties: {access_token: {type: string}}}
          refuses: [401]
        """
        token = get_jwt()
        claims = {name: token[name] for name in ("stamp", "sign_in")}  # of the sign-in that it came from
        return self.response(200, access_token=create_access_token(token["sub"], additional_claims=claims))

    @expose("/logout", methods=["POST"])
    @jwt_required(verify_type=False)
    def logout(self) -> Response:
        """Give a token back
        ---
        post:
          description: From now on the token of this request is worthless, with all that came of the same sign-in
          responses:
            200:
              description: Ended
          refuses: [401]
        """
        self.appbuilder.sm.end_token(get_jwt())
        return self.response(200, message="OK")
