"""第九条 总结经验: who writes of a unit's period, whose figures are frozen when, and who reads it in which words."""

from datetime import date
from typing import Any

import pytest
from sqlalchemy import select, update

from analytics.reviews import draft
from analytics.reviews.judging import effects
from models import reviews
from models.notice import Notice
from models.refusals import Invalid
from models.reviews import document, periods, reading, scope, telling, wording
from models.reviews.measures import actions_for_chart
from models.tables import Review, ReviewAction, ReviewEvent, Unit
from tests.fixtures.city import City, Person, on_sqlite, shanghai

QUARTER = periods.read("2026Q1")
ACTION = {"what": "何经办每天早上查水箱液位，有事打 13812345678。", "due": "2026-05-01", "category": "水压",
          "expected": "水压投诉下降三成"}  # fmt: skip
WORDS = {"causes": "早高峰加压不及时，张三一家反映三次。", "lessons": "孙厂长应当提前安排。"}


def begun(city: City, by: Person, at: str, unit: Unit | None = None, period: Any = QUARTER) -> Review:
    """A review is begun, or the one that is there."""
    when = city.at(at)
    unit_id = (unit or city.plant).id
    return reviews.open_(city.session, unit_id, period, by=by.as_of(when), at=when, book=city.book())


def does(city: City, by: Person, name: str, review: Review, at: str | None = None, *, version: Any = ...,
         **given: Any) -> None:  # fmt: skip
    """A person acts on a review; what is submitted is counted at that moment."""
    when = city.at(at)
    figures = None
    if name == "submit":
        period = periods.Period(review.starts, review.ends)
        figures = draft(city.session, review.unit, period, as_of=when, window=90)
    seen = review.version if version is ... else version
    reviews.act(city.session, review.id, name, given, by=by.as_of(when), at=when, book=city.book(), version=seen,
                figures=figures)  # fmt: skip


def submitted(city: City, at: str = "2026-04-08 10:00", **action: Any) -> Review:
    """The plant's review of the first quarter, written and submitted by its head."""
    review = begun(city, city.head, at)
    line = {**ACTION, "owner": city.handler.id, **action}
    does(city, city.head, "write", review, actions=[line], **WORDS)
    does(city, city.head, "submit", review)
    return review


def sees(city: City, by: Person, review: Review) -> str | None:
    return scope.level_of(city.session, review.id, by.as_of(city.now))


def may(city: City, by: Person, review: Review) -> set[str]:
    return {action.name for action in reviews.available(review, by.as_of(city.now))}


@pytest.mark.parametrize(
    ("written", "starts", "ends", "zh"),
    [("2026-12", "2026-12-01", "2027-01-01", "2026 年 12 月"),
     ("2026Q4", "2026-10-01", "2027-01-01", "2026 年第 4 季度"),
     ("2026-Q1", "2026-01-01", "2026-04-01", "2026 年第 1 季度"), ("2026", "2026-01-01", "2027-01-01", "2026 年")],
)  # fmt: skip
def test_a_review_covers_a_month_a_quarter_or_a_year(written, starts, ends, zh):
    period = periods.read(written)
    assert (period.starts, period.ends) == (date.fromisoformat(starts), date.fromisoformat(ends))
    assert period.zh == zh
    assert periods.read(period.code) == period


@pytest.mark.parametrize("written", ["", "1999", "2026-13", "2026Q5", "26", "2026-1", "2026-10-01", "去年"])
def test_what_is_no_period_is_none(written):
    assert periods.read(written) is None


def test_the_head_writes_operations_comments_sends_back_and_releases(city, head, handler, operations, other_head):
    """第九条：责任部门或单位进行总结；第五条(一)3: operations oversees."""
    review = begun(city, head, "2026-04-02 09:00")
    assert may(city, head, review) == {"write", "submit"}
    assert may(city, handler, review) == may(city, operations, review) == may(city, other_head, review) == set()
    review = submitted(city)
    assert (review.state, may(city, operations, review)) == ("submitted", {"comment", "send_back", "release"})
    does(city, operations, "comment", review, said="数字看到了。")
    does(city, operations, "send_back", review, said="教训写具体些。")
    assert (review.state, review.figures, may(city, head, review)) == ("draft", None, {"write", "submit"})
    told = city.session.scalars(select(Notice.about).where(Notice.user_id == head.id, Notice.kind == "review")).all()
    assert told == ["returned"]
    does(city, head, "submit", review)
    does(city, operations, "release", review)
    assert (review.state, may(city, operations, review), may(city, head, review)) == ("released", set(), {"carry_out"})
    log = city.session.scalars(select(ReviewEvent.action).where(ReviewEvent.review_id == review.id)).all()
    assert log == ["open", "write", "submit", "comment", "send_back", "submit", "release"]


@on_sqlite
def test_a_deputy_writes_for_the_head_and_the_log_says_so(city, head, deputy, plant):
    city.appoint(deputy, "head", plant, "2026-04-01", "2026-05-01", acting_for=head)
    review = begun(city, deputy, "2026-04-02 09:00")
    does(city, deputy, "write", review, **WORDS)
    event = city.session.get_one(ReviewEvent, (review.id, 2))
    assert (event.actor_id, event.for_id) == (deputy.id, head.id)


def test_figures_are_frozen_when_it_is_submitted(city, head, agent, plant):
    """What happens afterwards changes no review; sent back, it is counted anew."""
    ticket = agent.registers(at="2026-03-06 09:00", category="水压")
    agent.assigns(ticket, to=plant, at="2026-03-06 10:00")
    head.submits(ticket, at="2026-03-07 10:00")
    review = submitted(city)
    before = review.figures
    found = {figure.name: figure.now for figure in document.loaded(before).figures}
    assert (found["complaints"].value, found["on_time_rate"].numerator, found["on_time_rate"].denominator) == (1, 1, 1)
    agent.recategorises(ticket, to="水质", at="2026-04-09 10:00")
    assert review.figures == before
    assert document.dumped(document.loaded(before)) == before


def test_who_reads_what(city, head, handler, operations, leadership, chairman, other_head, agent, analyst, admin,
                        auditor):  # fmt: skip
    """The unit and operations all of it; leadership and chairman what was submitted; others what was released."""
    others = (other_head, agent, analyst)
    review = begun(city, head, "2026-04-02 09:00")
    assert [sees(city, by, review) for by in (head, handler, operations)] == ["whole"] * 3
    assert [sees(city, by, review) for by in (leadership, chairman, *others)] == [None] * 5
    review = submitted(city)
    assert [sees(city, by, review) for by in (leadership, chairman, *others)] == ["read", "read", None, None, None]
    does(city, operations, "release", review)
    assert [sees(city, by, review) for by in others] == ["shared"] * 3
    assert sees(city, admin, review) is None
    assert sees(city, auditor, review) is None


def test_what_operations_says_as_it_releases_it_names_nobody_either(city, agent, plant, operations):
    """按语 goes to all units with the rest: 何经办 with a blank in his name, 张三 and where he lives."""
    ticket = agent.registers(at="2026-03-06 09:00", complainant="张三", address="东昌路 12 号 3 单元")
    agent.assigns(ticket, to=plant, at="2026-03-06 10:00")
    review = submitted(city)
    does(city, operations, "release", review, said="何 经办的做法可推广，张三家（东昌路 12 号 3 单元）已回访。")
    (heard,) = reading.words(city.session, review, "shared").remarks
    assert heard.said == "何**的做法可推广，张*家（（地址））已回访。"
    assert reading.words(city.session, review, "whole").remarks[0].said.startswith("何 经办")


def test_an_action_is_promised_before_its_day(city, head, handler):
    """Or one could choose, afterwards, a day after which complaints were fewer."""
    review = begun(city, head, "2026-04-02 09:00")
    line = {**ACTION, "owner": handler.id, "due": "2026-04-08"}
    does(city, head, "write", review, actions=[line], **WORDS)
    with pytest.raises(Invalid) as no:
        does(city, head, "submit", review, "2026-04-08 10:00")
    assert no.value.errors == {"due_1": ("due_has_passed", {})}
    does(city, head, "submit", review, "2026-04-07 23:00")


def test_others_read_it_without_names_and_numbers(city, agent, plant, operations):
    """张三 complained, 何经办 and 孙厂长 work there, 138… is a telephone: none of them in what other units read."""
    ticket = agent.registers(at="2026-03-06 09:00", category="水压", complainant="张三")
    agent.assigns(ticket, to=plant, at="2026-03-06 10:00")
    review = submitted(city)
    does(city, operations, "release", review, said="各单位参考。")
    whole, shared = (reading.words(city.session, review, level) for level in ("whole", "shared"))
    assert (whole.causes, whole.lines[0].owner) == (WORDS["causes"], "何经办")
    assert shared.causes == "早高峰加压不及时，张*一家反映三次。"
    assert shared.lessons == "孙**应当提前安排。"
    assert (shared.lines[0].what, shared.lines[0].owner) == ("何**每天早上查水箱液位，有事打 138****5678。", "")
    assert [remark.who for remark in shared.remarks] == [""]
    assert actions_for_chart(city.session, None, date(2026, 5, 1), date(2026, 5, 2)) == [
        (date(2026, 5, 1), shared.lines[0].what, "第一水厂")
    ]


@on_sqlite
@pytest.mark.parametrize(
    ("given", "wrong"),
    [
        ({"causes": ""}, {"causes"}),
        ({"lessons": ""}, {"lessons"}),
        ({"actions": []}, {"actions"}),
        ({"actions": [{"what": "巡检", "due": "2026-05-01"}]}, {"owner_1", "expected_1"}),
    ],
)
def test_it_is_submitted_when_it_says_what_9_asks(city, head, given, wrong):
    """吸取经验教训，并提出改进方法: an action has an owner, a day and what is expected. Until then it can be saved."""
    review = begun(city, head, "2026-04-02 09:00")
    line = {**ACTION, "owner": city.handler.id}
    does(city, head, "write", review, **{**WORDS, "actions": [line], **given})
    with pytest.raises(reviews.Invalid) as no:
        does(city, head, "submit", review)
    assert set(no.value.errors) == wrong
    assert review.state == "draft"


@on_sqlite
@pytest.mark.parametrize(
    ("line", "wrong"),
    [
        ({"what": "巡检"}, {"due_1": "required"}),
        ({"what": "巡检", "due": "5月1日"}, {"due_1": "not_a_date"}),
        ({"what": "巡检", "due": "2026-05-01", "category": "没有的"}, {"category_1": "not_found"}),
        ({"what": "巡检", "due": "2026-05-01", "owner": 999999}, {"owner_1": "not_found"}),
        ({"what": "巡" * 501, "due": "2026-05-01"}, {"what_1": "too_long"}),
        ({"what": "巡检", "due": "2026-05-01", "how": "?"}, {"how_1": "unknown_field"}),
    ],
)
def test_a_line_that_cannot_be_read_is_named(city, head, line, wrong):
    review = begun(city, head, "2026-04-02 09:00")
    with pytest.raises(reviews.Invalid) as no:
        does(city, head, "write", review, actions=[line])
    assert {name: why[0] for name, why in no.value.errors.items()} == wrong


@on_sqlite
def test_a_period_that_is_not_over_can_be_written_and_not_submitted(city, head):
    review = begun(city, head, "2026-03-20 09:00")
    does(city, head, "write", review, actions=[{**ACTION, "owner": city.handler.id}], **WORDS)
    with pytest.raises(reviews.Invalid) as no:
        does(city, head, "submit", review)
    assert no.value.errors["period"][0] == "period_not_over"
    with pytest.raises(reviews.Invalid):
        begun(city, head, "2026-03-20 09:00", period=periods.read("2026Q2"))


def test_two_at_once_the_second_is_told_and_changes_nothing(city, head):
    review = begun(city, head, "2026-04-02 09:00")
    seen = review.version
    does(city, head, "write", review, **WORDS)
    with pytest.raises(reviews.StaleReview):
        does(city, head, "write", review, version=seen, causes="别的", lessons="别的")
    assert review.causes == WORDS["causes"]


@on_sqlite
def test_a_person_without_the_part_is_told_whose_it_is(city, head, other_head, operations):
    review = submitted(city)
    for by, name in ((head, "release"), (operations, "write")):
        with pytest.raises(reviews.NotYours):
            does(city, by, name, review, said="试试")
    with pytest.raises(reviews.NoReview):  # out of sight, or not there: nobody can tell which
        does(city, other_head, "write", review, **WORDS)
    with pytest.raises(reviews.NotYours):
        begun(city, other_head, "2026-04-08 12:00")


def test_drafts_are_begun_and_reminders_given_once(city, agent, plant, head, handler, operations):
    """第九条 names no interval: each quarter †, within 10 working days †, for units that had complaints."""
    ticket = agent.registers(at="2026-03-06 09:00", category="水压")
    agent.assigns(ticket, to=plant, at="2026-03-06 10:00")

    def remind(at: str) -> int:
        return telling.remind(city.session, city.book(), city.at(at))

    assert remind("2026-03-31 23:00") == 0
    assert (remind("2026-04-01 08:00"), remind("2026-04-01 09:00")) == (1, 0)
    (review,) = city.session.scalars(select(Review))
    assert (review.unit_id, review.state, review.due_at) == (plant.id, "draft", shanghai("2026-04-16 17:30"))
    assert remind("2026-04-16 18:00") == 2, "late: its head and operations"
    does(city, head, "write", review, "2026-04-17 09:00", actions=[{**ACTION, "owner": handler.id}], **WORDS)
    does(city, head, "submit", review)
    unread = select(Notice.id).where(Notice.kind == "review", Notice.read_at.is_(None))
    assert city.session.scalars(unread).all() == []
    assert remind("2026-04-30 23:00") == 0
    assert (remind("2026-05-01 08:00"), remind("2026-05-02 08:00")) == (2, 0), "the action is due: owner and head"


def test_what_was_promised_is_reported_as_carried_out(city, head, handler, operations, other_head):
    """A comparison tells nothing of an action that nobody carried out: its unit says when it did, and how."""
    review = submitted(city)
    assert "carry_out" not in may(city, head, review), "promised to all units once it is released"
    does(city, operations, "release", review)
    assert [may(city, by, review) for by in (head, handler, operations, other_head)] == [{"carry_out"}, *[set()] * 3]

    def waits(by: Person, today: date) -> bool:
        asked = scope.to_report(by.as_of(city.now), today)
        return city.session.scalar(select(Review.id).where(asked)) is not None

    def done(by: Person, level: str) -> tuple[str | None, str]:
        return reading.words(city.session, review, level).lines[0].done, said(by)

    def said(by: Person) -> str:
        (effect,) = effects(city.session, None, date(2026, 6, 1), as_of=city.at("2026-05-20 09:00"), window=90)
        return "".join(wording.say(one) for one in wording.of_effect(effect))

    assert [waits(by, date(2026, 5, 1)) for by in (head, operations, other_head)] == [True, True, False]
    assert not waits(head, date(2026, 4, 30)), "it is not due yet"
    assert done(head, "whole") == ("", said(head))
    assert said(head).endswith("单位还没有报告落实。")
    with pytest.raises(Invalid) as no:
        does(city, head, "carry_out", review, "2026-05-10 09:00", measure="1", done_on="2026-05-11", said="明天装好。")
    assert no.value.errors["done_on"][0] == "in_the_future"
    with pytest.raises(Invalid) as no:
        does(city, head, "carry_out", review, measure="2", done_on="2026-05-08", said="没有第二项。")
    assert no.value.errors["measure"][0] == "not_found"
    does(city, head, "carry_out", review, measure="1", done_on="2026-05-08", said="巡检表上墙，何经办签字。")
    assert done(other_head, "shared")[0] == done(head, "whole")[0] == "2026-05-08"
    assert said(head).endswith("单位报告已于 2026-05-08 落实。")
    assert not waits(operations, date(2026, 6, 1))
    last = city.session.get_one(ReviewEvent, (review.id, review.event_count))
    assert (last.action, last.said, last.to_state) == ("carry_out", "巡检表上墙，何经办签字。", "released")
    assert city.differences() == []


@on_sqlite
def test_how_often_is_data(city, agent, plant):
    city.rule("review", 12, "2026-03-01", track="", measure="times")
    ticket = agent.registers(at="2026-03-06 09:00", category="水压")
    agent.assigns(ticket, to=plant, at="2026-03-06 10:00")
    telling.remind(city.session, city.book(), city.at("2026-04-01 08:00"))
    (review,) = city.session.scalars(select(Review))
    assert (review.starts, review.ends) == (date(2026, 3, 1), date(2026, 4, 1))
    city.rule("review", None, "2026-05-01", track="", measure="times")
    telling.remind(city.session, city.book(), city.at("2026-07-02 08:00"))
    assert city.session.scalars(select(Review)).all() == [review], "switched off: none is asked for"


@on_sqlite
@pytest.mark.parametrize(
    ("changed", "told"),
    [
        (update(Review).values(causes="改过"), "原因、教训或改进措施与日志不符"),
        (update(Review).values(figures="{}"), "冻结的数字与日志不符"),
        (update(ReviewAction).values(due=date(2027, 1, 1)), "原因、教训或改进措施与日志不符"),
        (update(ReviewAction).values(done_on=date(2026, 4, 1)), "原因、教训或改进措施与日志不符"),
        (update(ReviewEvent).where(ReviewEvent.no == 4).values(said="改过"), "事件 4（comment）与校验值不符"),
    ],
)  # fmt: skip
def test_whoever_changes_a_review_behind_the_programs_back_is_found(city, operations, changed, told):
    review = submitted(city)
    does(city, operations, "comment", review, said="数字看到了。")
    assert city.differences() == []
    with city.session.begin_nested() as undone:
        city.session.execute(changed)
        city.session.expire_all()
        assert city.differences() == [(f"总结 {review.id}", told)]
        undone.rollback()
