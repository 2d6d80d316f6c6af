"""A house full of secrets: tickets of both tracks in every state, each text, name and number in them a token.

A token stands for itself alone: wherever one turns up, it came from the ticket that it was put into. `World.may` says
which kinds of token a person may meet, by the tables of `tests.models.test_scope`, which spell POLICY §5 out by hand.
"""

import random
import re
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal
from io import BytesIO
from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session

import run as program
from models import draft, reviews, uploads
from models.database import engine_for
from models.policy import PERSONAL
from models.reminding import remind
from models.reviews import periods
from models.tables import DisclosureGrant, MediaExposure, Notice, Penalty, Post, SavedView
from models.types import new_id
from tests.admin.conftest import PASSWORD, QUICK, House, _dispose, settings
from tests.fixtures.city import PEOPLE, ROUTES, City, Complaint
from tests.models.test_scope import DISCIPLINE, QUALITY

SHAPES = re.compile(r"zq[a-z0-9]{10}|\d{9,}|纪20\d\d-[0-9A-Z]{4}|[㐀-䶵]{3}")
"""What tokens look like: words, telephone and account numbers and ids, a ticket's number, names."""
EVERYBODY = frozenset(PEOPLE)
OFFICE = frozenset({"discipline", "inspector"})
TOP = OFFICE | {"chairman"}
TEXTS = ("content", "title", "demand", "suggestion", "forwarded_by", "forward_no", "neighbourhood")

IDENTITY = frozenset({"id", "no"})
KINDS = {
    "contact": IDENTITY | {*TEXTS, *PERSONAL, "accused", "said", "office", "summary", "instruction", "opinion",
                           "result", "told", "record", "file", "unit", "row"},
    "summary": IDENTITY | {"summary", "instruction", "result", "told", "unit"},
    "stub": IDENTITY | {"told"},
    "part": IDENTITY | {*TEXTS, "unit", "said"},
}  # fmt: skip
KINDS["full"] = KINDS["contact"] - PERSONAL
"""level → the kinds of token that it shows. said: by the desk; office: by discipline; unit: by the unit; told: to
96568, and at the end; row: of what hangs on the ticket, penalty and exposure."""


@dataclass
class Secret:
    """One ticket as the sweep knows it: its tokens by kind, and who sees it how."""

    name: str
    levels: dict[str, str | None]
    track: str
    id: int = 0
    tokens: dict[str, set[str]] = field(default_factory=dict)
    rows: dict[str, int] = field(default_factory=dict)
    """What hangs on it, by its table: penalty, exposure."""
    past: frozenset[str] = frozenset()
    """Kinds of what happened under discipline before the ticket turned to quality."""

    def may(self, who: str) -> frozenset[str]:
        """The kinds that somebody may meet."""
        found = KINDS[level] if (level := self.levels[who]) else frozenset()
        return found if who in TOP else found - self.past


class World:
    """The whole program over that house, as new for each viewer."""

    def __init__(self, template: Path, folder: Path) -> None:
        self.folder, self.path = folder, folder / "office.db"
        self.random = random.Random(5)
        self.secrets: list[Secret] = []
        self.loose: dict[str, frozenset[str]] = {}
        """Tokens that belong to no ticket → who may meet them."""
        self.ids: dict[str, int] = {}
        """Rows that an address can name."""
        shutil.copyfile(template, self.path)
        app = program.create_app(settings(f"sqlite:///{self.path}", folder))
        app.config["FAB_PASSWORD_HASH_METHOD"] = QUICK
        # The token of a form has tests of its own; here every form gets as far as what it could tell.
        app.config["WTF_CSRF_ENABLED"] = False
        self.house = House(app)
        self.stages: dict[str, Path] = {}

    # Making it

    def settle(self) -> None:
        """Quality tickets; then discipline's that only few may know; then the rest. Each stage is a file to go to."""
        with self.city() as city:
            self._people(city)
            for state in ROUTES["quality"]:
                self._bring(city, "quality", state, QUALITY[state])
            self._deeds(city, [one for one in self.secrets if one.track == "quality"])
        self._keep("quality")
        with self.city() as city:
            for state in ROUTES["discipline"]:
                if state != "fed_back":
                    self._bring(city, "discipline", state, DISCIPLINE[state])
            self._accusing(city)
            self._deeds(city, [one for one in self.secrets if one.track == "discipline"])
        self._keep("hidden")
        with self.city() as city:
            self._bring(city, "discipline", "fed_back", DISCIPLINE["fed_back"])
            self._moved(city)
            self._beside(city)
            city.at("2026-03-10 10:00")  # by now some of it is late
            remind(city.session, city.now)
            self._notices(city)
        self._keep("whole")
        self.now = city.now + timedelta(minutes=5)
        office = self.stage().app.test_client()
        office.post("/login/", data={"username": "discipline", "password": PASSWORD})
        self.callbacks: list[dict[str, Any]] = office.get("/analytics/_dash-dependencies").json
        self.known = {token: (one, kind) for one in self.secrets for kind, tokens in one.tokens.items()
                      for token in tokens}  # fmt: skip

    @contextmanager
    def city(self) -> Iterator[City]:
        """The city's language over the house's own database."""
        engine = engine_for(f"sqlite:///{self.path}")
        with Session(engine) as session:
            here = City(session, self.folder)
            here.at(getattr(self, "last", "2026-03-06 09:00"))
            yield here
            session.commit()
            self.last = here.now
        engine.dispose()

    def _keep(self, stage: str) -> None:
        _dispose(self.house.app)
        self.stages[stage] = self.folder / f"{stage}.db"
        engine = engine_for(f"sqlite:///{self.path}")
        with engine.connect() as connection:
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
        engine.dispose()
        shutil.copyfile(self.path, self.stages[stage])

    def stage(self, name: str = "whole") -> House:
        """The house as it stood then."""
        _dispose(self.house.app)
        self.house.app.extensions["house"].figures_engine.dispose()
        for left in self.folder.glob("office.db-*"):
            left.unlink()
        shutil.copyfile(self.stages[name], self.path)
        self.house.at(self.now)
        return self.house

    # Tokens

    def word(self) -> str:
        return "zq" + "".join(self.random.choices("abcdefghijkmnprstuvwxyz23456789", k=10))

    def digits(self, n: int, first: str = "") -> str:
        return first + "".join(self.random.choices("123456789", k=n - len(first)))

    def person(self) -> str:
        return "".join(chr(self.random.randint(0x3400, 0x4DB5)) for _ in range(3))

    def put(self, secret: Secret, kind: str, token: str | None = None) -> str:
        """A fresh token of a kind into a ticket."""
        token = token or self.word()
        secret.tokens.setdefault(kind, set()).add(token)
        return token

    def own(self, *who: str) -> str:
        """A fresh token of nobody's but these."""
        token = self.word()
        self.loose[token] = frozenset(who)
        return token

    def may(self, who: str, token: str) -> bool:
        if token in self.loose:
            return who in self.loose[token]
        secret, kind = self.known[token]
        return kind in secret.may(who)

    def tokens(self) -> frozenset[str]:
        return frozenset(self.known) | frozenset(self.loose)

    # People and tickets

    def _people(self, city: City) -> None:
        """钱副职 stands in for the plant's head, who is away."""
        city.appoint(city.deputy, "head", city.plant, "2026-03-01", "2026-03-31", acting_for=city.head)

    def _secret(self, name: str, track: str, levels: dict[str, str | None]) -> Secret:
        if levels.get("head"):
            levels = {**levels, "deputy": levels["head"]}
        self.secrets.append(Secret(name, levels, track))
        return self.secrets[-1]

    def _register(self, city: City, secret: Secret, by: str, category: str, **more: Any) -> Complaint:
        put = self.put
        fields = {name: put(secret, name) + "，如上。" for name in TEXTS if name != "forward_no"}
        fields["forward_no"] = put(secret, "forward_no")
        personal = {"complainant": put(secret, "complainant", self.person()),
                    "phone": put(secret, "phone", self.digits(11, "13")),
                    "address": "东昌 7 号" + put(secret, "address"),
                    "account_no": put(secret, "account_no", self.digits(12))}  # fmt: skip
        accused = [put(secret, "accused", self.person()), *more.pop("accused", [])]
        found = city.people[by].registers(**fields, **personal, category=category, channel="市长热线",
                                          accused=accused, **more)  # fmt: skip
        secret.id = found.id
        put(secret, "id", str(found.id))
        if secret.track == "discipline":
            put(secret, "no", found.no)
        return found

    def _acts(self, city: City, secret: Secret, ticket: Complaint, quality: bool) -> dict[str, Callable[[], None]]:
        """The acts of `tests.fixtures.city.ROUTES`, each with tokens for words."""
        put = lambda kind: self.put(secret, kind) + "。"  # noqa: E731
        caller = city.agent if quality else city.discipline
        word = "said" if quality else "told"
        result = lambda: {"cause": put("result"), "responsible": put("result"), "result": put("result")}  # noqa: E731
        return {
            "assigns": lambda: city.agent.assigns(ticket, to=city.plant),
            "returns": lambda: city.head.returns(ticket, remark=put("unit")),
            "submits": lambda: city.head.does("submit", ticket, fields=result()),
            "calls_back": lambda: caller.does("call_back", ticket,
                                              fields={"outcome": "satisfied", "remark": put(word)}),
            "refers": lambda: city.agent.refers(ticket),
            "finds": lambda: city.discipline.finds(ticket, True, findings=put("office")),
            "dismisses": lambda: city.discipline.finds(ticket, False, findings=put("office")),
            "reports": lambda: city.discipline.reports(ticket, opinion=put("opinion"), summary=put("summary")),
            "instructs": lambda: city.chairman.instructs(ticket, to=city.plant, instruction=put("instruction")),
            "feeds_back": lambda: city.discipline.feeds_back(ticket, opinion=put("told")),
            "records": lambda: city.agent.records(ticket, record=put("told")),
        }  # fmt: skip

    def _bring(self, city: City, track: str, state: str, levels: dict[str, str | None], name: str = "",
               **more: Any) -> tuple[Secret, Complaint]:  # fmt: skip
        secret = self._secret(name or f"{track} {state}", track, levels)
        ticket = self._register(city, secret, "agent", {"quality": "水压", "discipline": "吃拿卡要"}[track], **more)
        acts = self._acts(city, secret, ticket, track == "quality")
        for act in ROUTES[track][state]:
            acts[act]()
        assert (ticket.track, ticket.state) == (track, state)
        return secret, ticket

    def _accusing(self, city: City) -> None:
        """Complaints of people who would see them, were they not the ones complained of."""
        accused = ["operations", "head", "inspector"]
        levels = {name: None if name in accused else level for name, level in DISCIPLINE["handling"].items()}
        secret, _ = self._bring(city, "discipline", "handling", levels, "accusing", accused=accused)
        secret.levels["deputy"] = "summary"  # who stands in for one complained of is not complained of
        levels = DISCIPLINE["registered"] | {"agent": None}
        self._bring(city, "discipline", "registered", levels, "accusing its registrar", accused=["agent"])

    def _deeds(self, city: City, found: list[Secret]) -> None:
        """A note, a file, a penalty and an exposure of each."""
        for secret in found:
            ticket = Complaint(city, secret.id)
            who, kind = (city.discipline, "office") if secret.track == "discipline" else (city.agent, "said")
            who.notes(ticket, text=self.put(secret, kind) + "。")
            if ticket.state != "closed":
                upload = uploads.take(
                    city.session, city.shelf, _file(self.put(secret, "file")), self.put(secret, "file") + ".txt",
                    by=who.as_of(city.now), at=city.now, most=1 << 20,
                )  # fmt: skip
                city.session.flush()
                self.put(secret, "id", str(upload.id))
                who.attaches(ticket, text=self.put(secret, kind) + "。", files=[upload.id])
            self._hang(city, secret)

    def _hang(self, city: City, secret: Secret) -> None:
        exposure = MediaExposure(id=new_id(), ticket_id=secret.id, unit_id=city.hall.id, exposed_at=city.now,
                                 medium=self.put(secret, "row"), summary=self.put(secret, "row"))  # fmt: skip
        name = self.put(secret, "row", self.person())
        penalty = Penalty(id=new_id(), clause="第八条(四)", ticket_id=secret.id, person=name, unit_id=city.hall.id,
                          post="responsible", amount=Decimal(100), measure=self.put(secret, "row"),
                          conduct_at=city.now, state="proposed", proposed_at=city.now,
                          reason=self.put(secret, "row"))  # fmt: skip
        city.session.add_all([exposure, penalty])
        city.session.flush()
        secret.rows = {"exposure": exposure.id, "penalty": penalty.id}
        for row in secret.rows.values():
            self.put(secret, "row", str(row))

    def _moved(self, city: City) -> None:
        """Tickets that changed their track, their unit, their sight."""
        referred, ticket = self._bring(city, "quality", "handling", {}, "referred from a unit")
        city.handler.notes(ticket, text=self.put(referred, "unit"))
        self._related(city, ticket)
        city.agent.refers(ticket)
        referred.levels, referred.track = DISCIPLINE["investigating"], "discipline"
        self._draft(city, referred, "handler")

        back, ticket = self._bring(city, "discipline", "investigating", {}, "turned to quality")
        city.discipline.notes(ticket, text=self.put(back, "office"))
        city.discipline.reclassifies(ticket, to="水质", reason=self.put(back, "office"))
        city.agent.assigns(ticket, to=city.plant)
        back.tokens.pop("no", None)
        back.levels, back.track, back.past = (
            {**QUALITY["handling"], "deputy": "contact"},
            "quality",
            frozenset({"office"}),
        )

        hall, ticket = self._bring(city, "discipline", "handling", {}, "given on")
        city.head.returns(ticket, remark=self.put(hall, "unit"))
        city.chairman.instructs(ticket, to=city.hall, instruction=self.put(hall, "instruction"))
        named = {"other_head": "summary", "other_handler": "summary", "chairman": "full"}
        hall.levels = dict.fromkeys(EVERYBODY) | dict.fromkeys(OFFICE, "contact") | named

        opened, ticket = self._bring(city, "discipline", "handling", dict(DISCIPLINE["handling"]), "opened to the head")
        city.discipline.opens(ticket, to=[city.head], parts=["contact"])
        opened.may = lambda who: Secret.may(opened, who) | (PERSONAL if who == "head" else frozenset())  # type: ignore[method-assign]

    def _related(self, city: City, ticket: Complaint) -> None:
        """A quality ticket that points to one which becomes discipline's."""
        other = Complaint(city, next(one.id for one in self.secrets if one.name == "quality handling"))
        city.agent.links(other, ticket, "related")
        # Who follows another ticket is assigned with it.
        repeat, _ = self._bring(city, "quality", "registered", QUALITY["handling"], "pointing to a hidden one")
        city.agent.links(Complaint(city, repeat.id), ticket, "same_matter")

    def _draft(self, city: City, secret: Secret, who: str) -> None:
        place = draft.acting(city.people[who].id, secret.id, "note")
        token = self.own(who, *(["deputy"] if who == "head" else []))
        self.loose[token] = frozenset()
        draft.keep(city.session, place, [("text", token)], author_id=city.people[who].id, at=city.now)

    def _beside(self, city: City) -> None:
        """What people keep for themselves: drafts, views, a unit's review, files that wait; and a grant."""
        handled = next(one for one in self.secrets if one.name == "discipline handling")
        unit = draft.of_unit(city.plant.id, handled.id)
        draft.keep(city.session, unit, [("result", self.own("handler", "head", "deputy"))], author_id=city.handler.id,
                   at=city.now)  # fmt: skip
        mine = draft.acting(city.discipline.id, handled.id, "note")
        draft.keep(city.session, mine, [("text", self.own("discipline"))], author_id=city.discipline.id, at=city.now)
        call = draft.registering(city.agent.id, "a-form")
        draft.keep(city.session, call, [("content", self.own("agent"))], author_id=city.agent.id, at=city.now)
        for owner, shared, readers in (
            ("discipline", "discipline", ("discipline", "inspector")),
            ("agent", "", ("agent",)),
        ):
            token = self.own(*readers)
            view = SavedView(owner_id=city.people[owner].id, name=token, address=f"q={self.own(*readers)}",
                             shared=shared, position=1)  # fmt: skip
            city.session.add(view)
            city.session.flush()
            self.ids["view"] = self.ids.get("view", view.id)
        head, period = city.head.as_of(city.now), periods.read("2026-01")
        review = reviews.open_(city.session, city.plant.id, period, by=head, at=city.now, book=city.book())
        words = {"causes": self.own("handler", "head", "deputy", "operations"), "lessons": ""}
        reviews.act(city.session, review.id, "write", words, by=head, at=city.now, book=city.book(), version=1)
        self.ids["review"] = review.id
        waiting = uploads.take(city.session, city.shelf, _file("nothing"), self.own("discipline") + ".txt",
                               by=city.discipline.as_of(city.now), at=city.now, most=1 << 20)  # fmt: skip
        city.session.flush()
        self.ids["upload"] = waiting.id
        grant = DisclosureGrant(user_id=city.leadership.id, granted_by=city.chairman.id, ticket_id=None,
                                frame="tickets", purpose=self.own(*TOP, "leadership"), granted_at=city.now,
                                until=city.now + timedelta(days=1))  # fmt: skip
        city.session.add(grant)
        city.session.flush()
        self.ids["grant"] = grant.id
        self.ids["post"] = city.session.query(Post).filter_by(user_id=city.discipline.id).one().id

    def _notices(self, city: City) -> None:
        """Discipline's notices, of tickets that the others must not hear of."""
        mine = city.session.query(Notice).filter(Notice.user_id == city.discipline.id, Notice.ticket_id.is_not(None))
        found = mine.first()
        assert found is not None, "discipline is told of what it owes"
        self.ids["notice"] = found.id


def _file(text: str) -> BytesIO:
    return BytesIO(f"{text}\n".encode())
