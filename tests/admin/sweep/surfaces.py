"""How each route is asked by the sweep. A route without an entry here fails `test_every_route_stands_in_the_table`.

To add a route: add its endpoint to `SURFACES` with what is to be sent to it.

    "PayrollView.list": pages("/payroll/", "/payroll/?month={any}"),

- `pages` are GETs, `forms` POSTs of a form, `calls` anything, to addresses with words in braces, each filled in from
  the house of secrets: `{id}` and `{no}` of each hidden ticket in turn, `{part}` the beginning of one of its tokens,
  `{row}` what hangs on it in the table that `rows` names. An address without such words is asked once.
- `generated` and `rest` are whole families: a generated view, and a table of the API.
- `nothing` says why a route is not asked at all. It is for what has no answer of its own.

What an asker types may come back to them; whatever else of a ticket comes back must be theirs to see.
"""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from analytics.columns import FRAMES
from analytics.dashboards.pages import PAGES
from analytics.dashboards.taking import address
from analytics.files import FORMATS
from analytics.metrics import METRICS
from analytics.questions import DIMENSIONS
from models.penalty_workflow import ACTIONS as PENALTY_ACTIONS
from models.review_workflow import ACTIONS as REVIEW_ACTIONS
from models.workflow import ACTIONS
from tests.admin.sweep.callbacks import bodies
from tests.admin.sweep.world import Secret, World


@dataclass(frozen=True)
class Ask:
    """One request."""

    method: str
    path: str
    form: dict[str, Any] | None = None
    body: Any = None
    file: str | None = None
    about: str = ""
    """The secret that it is about; empty: none in particular."""

    @property
    def said(self) -> str:
        """All that the asker typed."""
        return json.dumps([self.path, self.form, self.body, self.file], ensure_ascii=False)


Surface = Callable[[World], Iterator[Ask]]
WORDS = ("{id}", "{no}", "{part}", "{row}", "{version}")


@dataclass(frozen=True)
class Nothing:
    """A route that is not asked."""

    why: str


def nothing(why: str) -> Nothing:
    return Nothing(why)


def calls(method: str, *paths: str, form: dict[str, Any] | None = None, body: Any = None, file: str | None = None,
          rows: str = "") -> Surface:  # fmt: skip
    """Requests to each of these addresses."""

    def asks(world: World) -> Iterator[Ask]:
        for path in paths:
            pattern = json.dumps([path, form, body, file], ensure_ascii=False)
            if not any(word in pattern for word in WORDS):
                yield Ask(method, _plain(path, world), _filled(form, world), _filled(body, world), file)
                continue
            for secret in world.secrets:
                if rows and rows not in secret.rows:
                    continue
                given = _words(secret, rows)
                yield Ask(method, _put(_plain(path, world), given), _filled(form, world, given),
                          _filled(body, world, given), file, secret.name)  # fmt: skip

    return asks


def pages(*paths: str, rows: str = "") -> Surface:
    return calls("GET", *paths, rows=rows)


def forms(*paths: str, rows: str = "", **form: Any) -> Surface:
    return calls("POST", *paths, form=form, rows=rows)


def both(*surfaces: Surface) -> Surface:
    def asks(world: World) -> Iterator[Ask]:
        for one in surfaces:
            yield from one(world)

    return asks


def _words(secret: Secret, rows: str) -> dict[str, str]:
    words = sorted(token for tokens in secret.tokens.values() for token in tokens if token.startswith("zq"))
    return {"{id}": str(secret.id), "{no}": next(iter(secret.tokens.get("no", {"纪2026-ZZZZ"}))),
            "{part}": words[0][:8], "{row}": str(secret.rows.get(rows, 1)), "{version}": "1",
            "{phone}": next(iter(secret.tokens["phone"])), "{content}": next(iter(secret.tokens["content"]))[:8],
            "{person}": next(iter(secret.tokens["complainant"]))}  # fmt: skip


def _plain(path: str, world: World) -> str:
    for name, row in world.ids.items():
        path = path.replace("{" + name + "}", str(row))
    return path


def _put(text: str, given: dict[str, str]) -> str:
    for word, value in given.items():
        text = text.replace(word, value)
    return text


def _filled(what: Any, world: World, given: dict[str, str] | None = None) -> Any:
    """Words filled in, however deep; a text that is only `{id}` or `{row}` in a JSON body becomes a number."""
    if isinstance(what, dict):
        return {name: _filled(value, world, given) for name, value in what.items()}
    if isinstance(what, list):
        return [_filled(value, world, given) for value in what]
    if isinstance(what, str):
        if what in ("{#id}", "{#row}"):
            return int((given or {}).get(what.replace("#", ""), "1"))
        return _put(_plain(what, world), given or {})
    return what


Q = "?q="


def generated(view: str, at: str, *, order: tuple[str, ...] = (), search: tuple[str, ...] = (), rows: str = "",
              add: dict[str, Any] | None = None, without: tuple[str, ...] = ()) -> dict[str, Surface]:  # fmt: skip
    """A generated view: its list in every order and by every filter, and each page of each row."""
    row = "{row}" if rows else "1"
    lists = [f"{at}/list/", f"{at}/list/?psize_{view}=100&page_{view}=0"]
    lists += [f"{at}/list/?_oc_{view}={column}&_od_{view}={way}" for column in order for way in ("asc", "desc")]
    lists += [f"{at}/list/?_flt_{n}_{column}={{part}}" if rows else f"{at}/list/?_flt_{n}_{column}=1"
              for column in search for n in (0, 1)]  # fmt: skip
    made = {
        "list": pages(*lists, rows=rows),
        "show": pages(f"{at}/show/{row}", rows=rows),
        "add": both(pages(f"{at}/add", *([f"{at}/add?_flt_0_ticket={{id}}"] if rows else [])),
                    forms(f"{at}/add", **(add or {}))),
        "edit": both(pages(f"{at}/edit/{row}", rows=rows), forms(f"{at}/edit/{row}", rows=rows, **(add or {}))),
        "delete": both(pages(f"{at}/delete/{row}", rows=rows), forms(f"{at}/delete/{row}", rows=rows)),
        "action": forms(f"{at}/action/no_such/{row}", rows=rows),
        "action_post": forms(f"{at}/action_post", action="no_such", rowid=row, rows=rows),
    }  # fmt: skip
    return {f"{view}.{name}": surface for name, surface in made.items() if name not in without}


def rest(api: str, resource: str, *, order: tuple[str, ...] = (), search: tuple[str, ...] = (), rows: str = "",
         add: dict[str, Any] | None = None, without: tuple[str, ...] = ()) -> dict[str, Surface]:  # fmt: skip
    """A table over HTTP: its list in every order and by every filter, its description, and each row."""
    at, row = f"/api/v1/{resource}/", "{row}" if rows else "1"
    lists = [at, at + "?q=" + json.dumps({"page_size": 100})]
    lists += [at + Q + json.dumps({"order_column": column, "order_direction": way})
              for column in order for way in ("asc", "desc")]  # fmt: skip
    lists += [at + Q + json.dumps({"filters": [{"col": column, "opr": opr, "value": "{part}" if rows else "1"}]})
              for column in search for opr in ("eq", "ct", "rel_o_m")]  # fmt: skip
    made = {
        "get_list": pages(*lists, rows=rows),
        "get": pages(at + row, rows=rows),
        "info": pages(at + "_info", at + "_info?q=(keys:!(add_columns,edit_columns,filters,permissions))"),
        "post": calls("POST", at, body=add or {}),
        "put": calls("PUT", at + row, body=add or {"reason": "x"}, rows=rows),
        "delete": calls("DELETE", at + row, rows=rows),
    }
    return {f"{api}.{name}": surface for name, surface in made.items() if name not in without}


FILTERS = (
    "", "q={part}", "no={no}", "no=纪2026", "state=open", "state=investigating", "state=fed_back", "state=closed",
    "unit=1", "category=7", "due=late", "due=today", "channel=2", "district=1", "kind=complaint", "from=2026-03-01",
    "to=2026-03-31", "track=discipline", "turn=mine", "round=2", "repeat=1", "main={no}", "unit_late=1", "returned=2",
    "figure=complaints~n~2020-01-01~2027-01-01~all",
    "figure=on_time_rate~rest~2020-01-01~2027-01-01~quality~unit:第一水厂",
    "page=2", "q={content}",
    "cols=no,category,unit,due,round,urgency,kind,channel,main,received,closed,registered",
    *(f"sort={name}" for name in ("due", "registered", "-registered", "no", "-no", "category", "-category", "unit",
                                  "-unit", "state", "-state", "round", "-round", "urgency", "-urgency")),
)  # fmt: skip
TICKETS_BY = ("no", "track", "state", "round", "kind", "category", "unit", "channel", "district", "form", "urgency",
              "complainant_kind", "happened_at", "received_at", "registered_at", "forward_due_at", "closed_at",
              "ending", "finding", "cause_code", "content", "phone", "complainant")  # fmt: skip
TICKETS_SORTED = ("id", "no", "track", "state", "round", "kind", "urgency", "happened_at", "received_at",
                  "registered_at", "forward_due_at", "closed_at", "phone", "version")  # fmt: skip
BULK = ("assign", "link", "supervise", "waive", "print")
TRIED = (*ACTIONS, "no_such")
DECIDED = (*PENALTY_ACTIONS, "no_such")
REVIEWED = (*REVIEW_ACTIONS, "no_such")
STALE = {"version": 0, "once": "a-key"}
"""With a version that nobody saw: who may act is told that it moved on, and the house stays as it is."""
LINKING = {"to": "{no}", "kind": "related"}
REFUSED = {"no_such": 1, "to": "{no}", "kind": "no_such"}
"""A body that names a field that there is none of: who may act is told that, and the house stays as it is."""


def figures(world: World) -> Iterator[Ask]:
    """Each figure by each dimension, in each scope."""
    for name in (*METRICS, "no_such"):
        for by in ("", *DIMENSIONS):
            yield Ask("GET", f"/api/v1/kpi/{name}?by={by}")
        for scope in ("all", "totals", "discipline"):
            yield Ask("GET", f"/api/v1/kpi/{name}?scope={scope}")


def dash(world: World) -> Iterator[Ask]:
    """Each callback of the server's, with filters that the page offers and scopes that it does not."""
    for search in (
        "",
        "?scope=all",
        "?scope=totals",
        "?by=week&unit=第一水厂",
        "?by=quarter",
        "?scope=all&unit=集团纪检监察室",
    ):
        for page in PAGES:
            for body in bodies(world.callbacks, f"/analytics/{page.name}", search):
                yield Ask("POST", "/analytics/_dash-update-component", body=body)


PENALTY = {
    "clause": "第八条(四)",
    "ticket": "{no}",
    "person": "某人",
    "post": "responsible",
    "conduct_at": "2026-03-06T08:00",
}
EXPOSED = {"ticket": "{no}", "medium": "晚报", "exposed_at": "2026-03-06T08:00", "summary": "报道"}
WRONG_PENALTY, WRONG_EXPOSED = {**PENALTY, "post": "no_such"}, {**EXPOSED, "exposed_at": "soon"}

SURFACES: dict[str, Surface | Nothing] = {
    # What everybody gets alike
    "static": nothing("files of the program, the same for everybody"),
    "appbuilder.static": nothing("files of Flask-AppBuilder, the same for everybody"),
    "_analytics_dash_assets.static": nothing("files of the dashboards, the same for everybody"),
    "/analytics/_dash-component-suites/<string:package_name>/<path:fingerprinted_path>": nothing("files of Dash"),
    "healthz": pages("/healthz"),
    "standing": pages("/standing"),
    # Coming and going
    "SignInView.login": both(pages("/login/", "/login/?next=/ticket/{id}"),
                             forms("/login/?next=/ticket/{id}", username="{part}", password="x")),
    "SignInView.logout": nothing("ends the session; test_after_signing_out_the_browser_shows_nothing_of_it asks it"),
    "SecurityApi.login": calls("POST", "/api/v1/security/login",
                               body={"username": "{part}", "password": "x", "provider": "db"}),
    "SecurityApi.logout": nothing("ends the token; tests/admin/test_sign_in.py asks it"),
    "SecurityApi.refresh": calls("POST", "/api/v1/security/refresh", body={}),
    "LocaleView.index": pages("/lang/en", "/lang/zh"),
    "UtilView.back": pages("/back"),
    "MyPasswordView.this_form_get": pages("/resetmypassword/form"),
    "MyPasswordView.this_form_post": forms("/resetmypassword/form", old="x", password="y", conf_password="z"),
    "NewPasswordView.this_form_get": pages("/resetpassword/form?pk=1"),
    "NewPasswordView.make": forms("/resetpassword/form?pk=1", once="{id}"),
    **{f"StepsView.{step}": both(pages(f"/login/{step}", f"/login/{step}?next=/ticket/{{id}}"),
                                 forms(f"/login/{step}", username="{part}", secret="x", code="000000", password="y"))
       for step in ("code", "enrol", "renew", "reset")},
    "AgreementView.list": pages("/confidential/"),
    "AgreementView.agree": forms("/confidential/1/agree"),
    "AgreementView.refuse": forms("/confidential/1/refuse"),
    # What is masked opened, and let out: without a reason nothing is; with one, test_opening.py and test_person.py ask
    "RevealView.ask": pages("/ticket/{id}/open"),
    "RevealView.open": forms("/ticket/{id}/open", reason="no_such", words="{part}"),
    "TicketApi.open": calls("POST", "/api/v1/ticket/{id}/open", body={"reason": "no_such", "words": "{part}"}),
    "GrantView.list": pages("/grants/"),
    "GrantView.add": forms("/grants/", user_id="1", ticket="{no}", purpose="{part}", last="soon"),
    "GrantView.revoke": forms("/grants/{grant}/revoke", once="{id}"),
    "PersonView.ask": pages("/person/"),
    "PersonView.found": forms("/person/", number="{phone}", phone="{phone}", reason=""),
    "PersonView.file": forms("/person/file", number="{phone}", phone="{phone}", reason="", format="json"),
    # Tickets
    "IndexView.index": pages("/"),
    "TicketView.list": pages(*("/ticket/?" + query for query in FILTERS)),
    "TicketView.export": pages(*(f"/ticket/export?format={form}&{query}"
                                 for form in ("csv", "xlsx") for query in FILTERS)),
    "TicketView.show": pages("/ticket/{id}"),
    "TicketView.act": both(pages(*(f"/ticket/{{id}}/{name}" for name in TRIED)),
                           forms(*(f"/ticket/{{id}}/{name}" for name in TRIED), **STALE, to="{no}", kind="no_such")),
    "TicketView.draft_result": pages("/ticket/{id}/draft"),
    "TicketView.bulk": both(pages(*(f"/ticket/bulk?action={name}&t={{id}}:1" for name in BULK)),
                            forms("/ticket/bulk", action="link", t="{id}:0", do="go", once="a-key", **LINKING),
                            forms("/ticket/bulk", action="assign", t="{id}:0", do="go", once="a-key", unit="1")),
    "TicketView.bulk_done": pages("/ticket/bulk/done", "/ticket/bulk/done?of={id}"),
    "TicketView.columns": forms("/ticket/columns", cols="no", address="q={part}"),
    "PageViewView.save": forms("/page-view/", name="我的", of="/analytics/rate/", address="unit={no}",
                               shared="everyone"),
    "PageViewView.drop": forms("/page-view/{view}"),
    "TicketView.save_view": forms("/ticket/views", name="我的", address="no={no}", shared="everyone"),
    "TicketView.change_view": forms("/ticket/views/{view}", name="我的", do="delete"),
    "TicketView.find": pages("/ticket/find?q={no}", "/ticket/find?q={id}", "/ticket/find?q={part}",
                             "/ticket/find?no={no}"),
    "TicketView.incident": pages("/ticket/incident?category=1", "/ticket/incident?category=7&neighbourhood={content}"),
    "TicketView.lookup": forms("/ticket/lookup", phone="{phone}", account_no="{phone}"),
    "TicketView.similar": forms("/ticket/similar", phone="{phone}", content="{content}，如上。",
                                neighbourhood="{content}", category="7"),
    "TicketView.numbers": pages("/ticket/numbers"),
    "TicketView.where": pages("/ticket/where", "/ticket/where?no={no}", "/ticket/where?q={no}",
                              "/ticket/where?no={id}"),
    "TicketView.register": both(pages("/ticket/register", "/ticket/register?draft=a-form",
                                      "/ticket/register?from={id}", "/ticket/register?repeat={no}"),
                                forms("/ticket/register", content="", link="{no}", link_to="{id}", once="{id}")),
    "TicketView.sent": pages("/ticket/sent/a-form", "/ticket/sent/{id}"),
    "TicketView.draft_registration": forms("/ticket/draft/register", draft="a-form", once="another", auto="1",
                                           kind="x"),
    "TicketView.draft_action": forms("/ticket/draft/{id}/note", "/ticket/draft/{id}/submit", auto="1"),
    "FileView.attachment": pages(*(f"/ticket/{{id}}/attachments/{n}" for n in (1, 2, 3))),
    "FileView.upload": calls("POST", "/ticket/upload", file="现场.exe"),
    "FileView.forget": calls("DELETE", "/ticket/upload/{upload}", "/ticket/upload/{id}"),
    "PrintView.choose": both(pages("/ticket/{id}/print"), forms("/ticket/{id}/print")),
    "PrintView.form": pages("/ticket/{id}/print/ticket", "/ticket/{id}/print/record", "/ticket/{id}/print/record?no=3",
                            "/ticket/{id}/print/no_such", "/ticket/{id}/print/ticket?no=2&as=pdf"),
    "PrintView.record": forms("/ticket/{id}/print/no_such"),
    "PrintView.forms": pages("/ticket/prints?of={id}.1", "/ticket/prints?of={id}.2&as=pdf"),
    "NoticeView.list": pages("/notices/", "/notices/?page=2"),
    "NoticeView.show": pages("/notices/{notice}"),
    "NoticeView.read": forms("/notices/read"),
    "SupervisionView.board": pages("/supervision/", "/supervision/?unit=1", "/supervision/?unit={id}"),
    "DelegationView.list": pages("/delegation/"),
    "DelegationView.add": forms("/delegation/", post_id="{post}", deputy_id="1", first="soon", last=""),
    "DelegationView.end": forms("/delegation/{post}/end"),
    # The API of tickets
    "TicketApi.get_list": pages(
        "/api/v1/ticket/", "/api/v1/ticket/?q=(columns:!(id,no,content,phone))",
        *("/api/v1/ticket/?q=" + json.dumps({"filters": [{"col": col, "opr": opr, "value": "{part}"}]})
          for col in TICKETS_BY for opr in ("eq", "ct", "sw", "gt", "neq")),
        *("/api/v1/ticket/?q=" + json.dumps({"filters": [{"col": "track", "opr": "eq", "value": "discipline"}],
                                             "order_column": col}) for col in TICKETS_SORTED),
        "/api/v1/ticket/?q=" + json.dumps({"filters": [{"col": "no", "opr": "eq", "value": "{no}"}]}),
    ),
    "TicketApi.post": calls("POST", "/api/v1/ticket/", body={"content": "", "repeat_of": "{no}", "category": "{part}"}),
    "TicketApi.get": pages("/api/v1/ticket/{id}", "/api/v1/ticket/{no}"),
    "TicketApi.actions": pages("/api/v1/ticket/{id}/actions"),
    "TicketApi.events": pages("/api/v1/ticket/{id}/events"),
    "TicketApi.act": calls("POST", *(f"/api/v1/ticket/{{id}}/actions/{name}" for name in TRIED),
                           body={"version": 0, **REFUSED}),
    "AttachmentApi.attachment": pages(*(f"/api/v1/ticket/{{id}}/attachments/{n}" for n in (1, 2, 3))),
    "UploadApi.post": calls("POST", "/api/v1/upload/", file="现场.exe"),
    "UploadApi.delete": calls("DELETE", "/api/v1/upload/{upload}", "/api/v1/upload/{id}"),
    "OpenApi.get": pages("/api/v1/_openapi"),
    "MenuApi.get_menu_data": pages("/api/v1/menu/"),
    # What hangs on tickets
    **generated("PenaltyView", "/penalty", rows="penalty", order=("proposed_at", "amount"),
                search=("unit", "state", "clause"), add=WRONG_PENALTY, without=("edit", "delete")),
    **generated("MediaExposureView", "/exposure", rows="exposure", order=("exposed_at",),
                search=("unit", "medium", "grave"), add=WRONG_EXPOSED, without=("delete",)),
    "PenaltiesView.list": pages("/penalties/", "/penalties/?month=2026-03", "/penalties/?month={id}"),
    "PenaltiesView.mine": pages("/penalties/mine"),
    "PenaltiesView.show": pages("/penalties/{row}", rows="penalty"),
    "PenaltiesView.form": pages(*(f"/penalties/{{row}}/{name}" for name in DECIDED), rows="penalty"),
    "PenaltiesView.act": forms(*(f"/penalties/{{row}}/{name}" for name in DECIDED), rows="penalty", **STALE),
    "PenaltiesView.decide": forms("/penalties/decide", rows="penalty", t="{row}:0", action="confirm", once="a-key"),
    "PenaltyPaperView.notice": pages("/penalties/{row}/notice", "/penalties/{row}/notice?no=1", rows="penalty"),
    "PenaltyPaperView.payroll": pages("/penalties/payroll", "/penalties/payroll?month=2026-03"),
    "PenaltyPaperView.file": pages("/penalties/payroll.xlsx?month=2026-03"),
    "PenaltyApi.actions": pages("/api/v1/penalty/{row}/actions", rows="penalty"),
    "PenaltyApi.act": calls("POST", *(f"/api/v1/penalty/{{row}}/actions/{name}" for name in DECIDED), rows="penalty",
                            body={"version": 0}),
    **rest("PenaltyApi", "penalty", rows="penalty", add=WRONG_PENALTY, without=("put", "delete"),
           order=("id", "conduct_at", "proposed_at", "amount", "person"),
           search=("clause", "unit", "state", "post", "conduct_at", "proposed_at", "amount", "ticket", "person")),
    **rest("MediaExposureApi", "media_exposure", rows="exposure", add=WRONG_EXPOSED,
           order=("id", "exposed_at", "medium"), search=("unit", "exposed_at", "medium", "grave", "ticket", "summary")),
    # Reviews
    "ReviewView.list": pages("/reviews/", "/reviews/?show=write", "/reviews/?show=judge"),
    "ReviewView.new": both(pages("/reviews/new"), forms("/reviews/new", unit="1", period="{part}")),
    "ReviewView.show": pages("/reviews/{review}"),
    "ReviewView.chart": pages("/reviews/{review}/chart/on_time_rate", "/reviews/{review}/chart/no_such"),
    "ReviewView.file": pages("/reviews/{review}/file?format=html", "/reviews/{review}/file?format=no_such"),
    "ReviewView.form": pages(*(f"/reviews/{{review}}/{name}" for name in REVIEWED)),
    "ReviewView.act": forms(*(f"/reviews/{{review}}/{name}" for name in REVIEWED), **STALE),
    # Figures
    "KpiApi.figure": figures,
    "TotalsApi.quarters": pages("/api/v1/totals/", "/api/v1/totals/?scope=all&by=unit"),
    "FrameApi.file": pages(*(f"/api/v1/frame/{name}?format=csv&scope={scope}" for name in (*FRAMES, "no_such")
                             for scope in ("quality", "all", "totals")),
                           *(f"/api/v1/frame/{name}?format={form}&scope={scope}" for name in ("tickets", "events")
                             for form in FORMATS for scope in ("quality", "all"))),
    "FrameApi.meaning": pages(*(f"/api/v1/frame/{name}/columns" for name in (*FRAMES, "no_such"))),
    **{address("/analytics/", page): pages(*(address("/analytics/", page, search)
                                             for search in ("", "?scope=all", "?scope=totals&by=week")))
       for page in PAGES},
    "/analytics/": pages("/analytics/", "/analytics/?scope=all"),
    "/analytics/<path:path>": pages("/analytics/{id}", *(f"/analytics/{page.name}/" for page in PAGES if page.name)),
    "/analytics/_dash-dependencies": pages("/analytics/_dash-dependencies"),
    "/analytics/_dash-layout": pages("/analytics/_dash-layout", "/analytics/_dash-layout?scope=all"),
    "/analytics/_dash-update-component": dash,
    "/analytics/_favicon.ico": pages("/analytics/_favicon.ico"),
    "/analytics/_reload-hash": pages("/analytics/_reload-hash"),
    # Tables that no ticket hangs on
    **generated("UnitView", "/unit", order=("name",), search=("name",), without=("delete",)),
    **generated("CategoryView", "/category", without=("delete",)),
    **generated("ChannelView", "/channel", without=("delete",)),
    **generated("DistrictView", "/district", without=("delete",)),
    **generated("KeywordView", "/keyword"),
    **generated("RoutingView", "/routing"),
    **generated("ReplyTemplateView", "/reply"),
    **generated("CustomerCountView", "/customers"),
    **generated("RuleView", "/rule"),
    **generated("NoticeRuleView", "/notice-rule"),
    **generated("KpiTargetView", "/target"),
    **generated("AnnotationView", "/annotation"),
    **generated("NoticeChannelView", "/notice-channel"),
    **generated("AlertRuleView", "/alert-rule"),
    **generated("PenaltyRuleView", "/penalty-rule", without=("delete",)),
    **generated("CalendarDayView", "/calendar"),
    **generated("CalendarYearView", "/calendar-year"),
    **generated("ClosingTimeView", "/closing-time"),
    **generated("PostView", "/post", without=("delete",)),
    **generated("RoleView", "/roles", without=("add", "delete")),
    **generated("PasswordProfileView", "/password-profile", without=("add", "delete")),
    **generated("AccountView", "/users", order=("username",), search=("username",), without=("delete",)),
    "AccountView.userinfo": pages("/users/userinfo/"),
    **generated("SecurityEventView", "/security-log", order=("no", "at"), search=("kind", "at", "actor", "user"),
                without=("add", "edit", "delete")),
    **rest("UnitApi", "unit"),
    **rest("CategoryApi", "category"),
    **rest("ChannelApi", "channel"),
    **rest("DistrictApi", "district"),
    **rest("CustomerCountApi", "customer_count"),
    **rest("RuleApi", "rule"),
    **rest("PenaltyRuleApi", "penalty_rule"),
    **rest("CalendarDayApi", "calendar_day"),
    **rest("CalendarYearApi", "calendar_year"),
    **rest("ClosingTimeApi", "closing_time"),
    **rest("PostApi", "post"),
}  # fmt: skip
"""Endpoint → how it is asked."""
