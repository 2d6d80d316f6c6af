"""One action on many tickets: a page with its form, then each ticket in a transaction of its own, by its own event.

What fails is told one by one (`admin.views.outcome`); the others are done. A ticket out of sight is told like one that
is not there. Every ticket keeps the version that the list showed, so that nothing done meanwhile is written over; and
a key of its own, so that a second press does nothing twice.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from typing import Any

from flask import abort, redirect, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy import select
from werkzeug.datastructures import MultiDict

from admin import errors, words
from admin.current import book, current_actor, now, session, transact
from admin.views import following, forms, offers, outcome, printing
from models import desk, fields, scope, store, view
from models.policy import DISCIPLINE, QUALITY
from models.printing import forms_for
from models.refusals import Invalid, NotYours, Refused, Unseen, WrongState
from models.tables import Ticket
from models.view import Sight
from models.workflow import ACTIONS, Action, Field

BULK = ("assign", "link", "supervise", "waive", "print")
"""What may be done with several at once; where each wants words of its own, one does it one by one."""
FIXED = {"print": {"form": "ticket"}}
"""Action → what is not asked: of several at once only the 工单 is printed."""
MOST = printing.MOST


@dataclass
class One:
    """A ticket among those chosen. `why`: why it cannot be done with it now."""

    sight: Sight
    row: dict[str, Any]
    version: str
    why: str = ""


@dataclass
class Sheet:
    action: Action
    able: list[One]
    unable: list[One]
    absent: int
    controls: list[forms.Control] = field(default_factory=list)
    follows: list[str] = field(default_factory=list)
    others: list[Action] = field(default_factory=list)
    """What else may be done with all of them."""
    problem: str = ""
    once: str = ""
    note: str = ""


def possible(row: dict[str, Any]) -> str:
    """The names of the bulk actions that a row of the list allows, as its state and its reader's parts say; what
    more an action demands is asked when it is chosen."""
    by = current_actor()
    entry = book().register("unit").by_name.get(row["unit"] or "")
    ticket = {"state": row["state"], "unit_id": entry.id if entry else None}
    parts = desk.parts_in(ticket, by, row["level"])
    if row["level"] == "stub" or any(one.ticket_id == row["id"] for one in by.granted):
        return ""
    fitting = (name for name in BULK if ACTIONS[name].steps_from(row["track"], row["state"], parts))
    whole = FIXED["print"]["form"] in forms_for(row, row["level"])
    return " ".join(
        name for name in fitting
        if (row["kind"] or "complaint") in ACTIONS[name].kinds and (whole or name != "print")
    )  # fmt: skip


def ever() -> list[Action]:
    """The bulk actions that the reader can take at all."""
    by = current_actor()
    parts = by.parts(next(iter(by.heads or by.staff), None))
    return [ACTIONS[n] for n in BULK if parts & (ACTIONS[n].ever_by(QUALITY) | ACTIONS[n].ever_by(DISCIPLINE))]


def send() -> Any:
    """POST /ticket/bulk: the action itself; what the list sends comes to the address of its page.

    All that is shown has an address of its own: an answer to a form cannot be gone back to.
    """
    typed = MultiDict(request.form)
    action, chosen, said = _asked_for(typed)
    if said:
        return nothing(action, said), 422
    if typed.get("do") != "go":
        return redirect(url_for("TicketView.bulk", action=action.name, t=typed.getlist("t")), 303)
    given = {**forms.given(_asked(action), typed), **FIXED.get(action.name, {})}
    try:
        fields.read_all(action.fields, given, book(), lambda value: scope.find(session(), value, current_actor()))
    except Invalid as no:
        wrong = {name: errors.reason(why) for name, why in no.errors.items()}
        sheet = _sheet(action, chosen, typed, wrong)
        sheet.problem, sheet.once = errors.say(no.code, **no.facts), typed.get("once") or sheet.once
        return _draw(sheet), no.status
    return _carry_out(action, chosen, given, typed.get("once") or secrets.token_urlsafe(16))


def ask() -> Any:
    """GET /ticket/bulk: the page of one action on the chosen tickets."""
    action, chosen, said = _asked_for(request.args)
    return (nothing(action, said), 422) if said else _draw(_sheet(action, chosen, None, {}))


def _asked_for(typed: forms.Typed) -> tuple[Action, dict[int, str], str]:
    """The action, the chosen tickets, and why it cannot be done with so many."""
    action = ACTIONS.get(typed.get("action", ""))
    if action is None or action.name not in BULK:
        abort(404)
    chosen = _chosen(typed)
    if not chosen:
        return action, chosen, _("还没有选工单。")
    return action, chosen, _("一次最多 %(most)s 件。", most=MOST) if len(chosen) > MOST else ""


def page(action: Action, chosen: dict[int, str], typed: forms.Typed, note: str) -> Any:
    """The same page where the program, not a person, has chosen."""
    sheet = _sheet(action, chosen, typed, {})
    sheet.note, sheet.others = note, []
    return _draw(sheet)


def nothing(action: Action, said: str) -> str:
    """The page where there is nothing to be done, and why."""
    return render_template("bulk.html", title=words.term(action.zh), sheet=None, said=said, now=now())


def _chosen(typed: forms.Typed) -> dict[int, str]:
    """ticket → the version seen, from `id:version`."""
    found: dict[int, str] = {}
    for one in typed.getlist("t"):
        key, _colon, version = one.partition(":")
        if key.isascii() and key.isdecimal() and len(key) < 19:
            found[int(key)] = version
    return found


def _sheet(action: Action, chosen: dict[int, str], typed: forms.Typed | None, wrong: dict[str, str]) -> Sheet:
    by, at = current_actor().by_role, now()
    seen = view.sights(session(), list(chosen), by, at)
    rows = view.tickets(session(), seen, by, at, book()) if seen else []
    sheet = Sheet(action, [], [], len(chosen) - len(seen), once=secrets.token_urlsafe(16))
    common = set(BULK)
    for sight, row in zip(seen, rows, strict=True):
        one = One(sight, row, chosen[sight.ticket.id])
        case = store.load(session(), sight.ticket.id, locked=False)
        parts = desk.parts_in(case.ticket, by, sight.level)
        try:
            steps = desk.permitted(case, action, by, parts, at, book(), sight.level)
        except (NotYours, WrongState) as no:
            one.why = errors.say(no.code, **no.facts)
            sheet.unable.append(one)
        else:
            sheet.able.append(one)
            sheet.follows = sheet.follows or following.before(action, steps, row, book(), at)
        common &= set(possible(row).split())
    sheet.others = [ACTIONS[name] for name in BULK if name in common and name != action.name]
    if sheet.able:
        first = sheet.able[0]
        offered = offers.of(action, first.sight, first.row)
        sheet.controls = forms.controls(_asked(action), typed, wrong, offered, _defaults(action, sheet.able))
    return sheet


def _asked(action: Action) -> list[Field]:
    """The fields of the form. A category that all are given would overwrite what each of them is about."""
    left = {"category"} if action.name == "assign" else FIXED.get(action.name, {}).keys()
    return [field_ for field_ in action.fields if field_.name not in left]


def _defaults(action: Action, able: list[One]) -> dict[str, str]:
    """What stands in the fresh form: for tickets of one category the unit they usually go to."""
    if action.name == "link":
        return {"kind": "same_matter"}
    if len({one.row["category"] for one in able}) == 1:
        return {k: v for k, v in offers.defaults(action, able[0].row, None).items() if k == "unit"}
    return {}


def _draw(sheet: Sheet) -> str:
    return render_template(
        "bulk.html", title=words.term(sheet.action.zh), sheet=sheet, action=sheet.action, now=now(), said=""
    )


def _carry_out(action: Action, chosen: dict[int, str], given: dict[str, Any], once: str) -> Any:
    """Each by itself; then to the address that says what became of each."""
    numbers = _numbers(list(chosen))
    done: list[int] = []
    failed: list[tuple[int, list[str]]] = []
    absent = 0
    for ticket_id, version in chosen.items():
        if ticket_id not in numbers:
            absent += 1
            continue
        try:
            _act(action, ticket_id, version, given, once)
        except Unseen:
            absent += 1
        except Invalid as no:
            failed.append((ticket_id, [code for code, _facts in no.errors.values()]))
        except Refused as no:
            failed.append((ticket_id, [no.code]))
        else:
            done.append(ticket_id)
    if action.name == "print" and done and not failed and not absent:
        return redirect(printing.together_at(done), 303)
    return redirect(outcome.address(outcome.Outcome(action.name, done, failed, absent)), 303)


def _act(action: Action, ticket_id: int, version: str, given: dict[str, Any], once: str) -> None:
    transact(
        lambda: desk.act(
            session(), ticket_id, action.name, given, by=current_actor(), at=now(), book=book(),
            version=version if action.versioned else None, once=f"{once}-{ticket_id}",
        )
    )  # fmt: skip


def _numbers(ids: list[int]) -> dict[int, str]:
    """Those in sight, by their numbers."""
    rows = session().execute(select(Ticket.id, Ticket.no).where(Ticket.id.in_(ids), scope.visible(current_actor())))
    return dict(rows.all())  # type: ignore[arg-type]
