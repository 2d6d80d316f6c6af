"""第六条(一) 受理登记：对顾客的投诉，无论书面、电话或口头、署名与否均必须进行登记，详细记录顾客投诉的全部内容。"""

import pytest
from sqlalchemy import select

from models.store import TEXT
from tests.fixtures.city import on_sqlite

EVERYTHING = {
    "title": "三楼无水",
    "content": "  自来水压力太小，\n三楼以上\t白天没有水。😡 “为什么不提前通知？”  ",
    "demand": "尽快恢复供水",
    "suggestion": "停水前发短信",
    "complainant": "欧阳春",
    "phone": "138-1234 5678",
    "address": "东昌府区柳园路 12 号 3 单元 301",
    "account_no": "0012345678",
    "forwarded_by": "王主任",
    "forward_no": "0017",
    "neighbourhood": "金鼎花园",
}


def test_nothing_but_what_the_customer_says_is_needed(agent):
    """第六条(一)：署名与否均必须进行登记。"""
    ticket = agent.registers("没有水。", at="2026-03-06 09:00")
    assert (ticket.state, ticket.kind, ticket.urgency, ticket.round) == ("registered", "complaint", "normal", 0)
    assert ticket.received_at == ticket.registered_at
    assert ticket.owes == {"dispatch"}
    assert ticket.history == ["register"]


@pytest.mark.parametrize("content", [None, "", " \n\t　"], ids=["nothing", "empty", "white space"])
def test_something_must_have_been_said(agent, content, refused):
    with refused("content_required", "content"):
        agent.registers(content)


@on_sqlite
@pytest.mark.parametrize("form", ["书面", "电话", "口头", "网络"])
@pytest.mark.parametrize("signed", [True, False], ids=["signed", "anonymous"])
def test_whatever_its_form_and_whether_signed_or_not_it_is_registered(agent, form, signed):
    """第六条(一)：无论书面、电话或口头、署名与否。"""
    ticket = agent.registers(form=form, complainant="张三" if signed else None)
    assert (ticket.state, ticket.form) == ("registered", form)


def test_an_anonymous_caller_without_a_number_is_complete(agent, plant, head, operations):
    ticket = agent.registers("有人在水表井里倒垃圾。", form="口头")
    agent.assigns(ticket, to=plant)
    head.submits(ticket)
    operations.waives(ticket, reason="匿名，无联系方式。")
    assert (ticket.state, ticket.ending) == ("closed", "waived")


@on_sqlite
@pytest.mark.parametrize(
    ("channel", "forwarder"),
    [
        ("96568", False),
        ("市长热线", True),
        ("城建热线", True),
        ("书面来信", False),
        ("部门转呈", True),
        ("网络", False),
    ],
)
def test_it_is_taken_from_every_channel(agent, channel, forwarder):
    """流程①：受理96568来电、市长热线、城建热线等渠道交办的事项。"""
    ticket = agent.registers(channel=channel)
    assert (ticket.channel.name, ticket.channel.forwarder) == (channel, forwarder)


def test_all_that_was_said_is_kept_as_it_was_said(agent):
    """第六条(一)：详细记录顾客投诉的全部内容。"""
    ticket = agent.registers(**EVERYTHING)
    assert {name: ticket.text(name) for name in EVERYTHING} == {n: text.strip() for n, text in EVERYTHING.items()}


def test_the_three_times_are_three_times(agent):
    """第六条(一)：投诉时间——发生、接到、登记各有其时。"""
    ticket = agent.registers(
        at="2026-03-06 09:00", happened_at="2026-03-04T20:00", received_at="2026-03-05T16:30:00+08:00"
    )
    days = [at.isoformat() for at in (ticket.happened_at, ticket.received_at, ticket.registered_at)]
    assert days == ["2026-03-04T12:00:00+00:00", "2026-03-05T08:30:00+00:00", "2026-03-06T01:00:00+00:00"]


@pytest.mark.parametrize("field", ["happened_at", "received_at"])
def test_what_has_not_happened_yet_cannot_be_registered(agent, field, refused):
    with refused("in_the_future", field):
        agent.registers(at="2026-03-06 09:00", **{field: "2026-03-06T09:01"})


def test_the_object_complained_of_is_a_unit_or_a_person(agent, plant, handler):
    """第六条(一)：投诉对象。"""
    ticket = agent.registers("抄表员态度恶劣。", category="态度恶劣", complained_unit=plant, accused="李抄表、handler")
    assert ticket.complained_unit_id == plant.id
    assert ticket.text("accused.1") == "李抄表"
    assert handler.sees(ticket) is None
    assert ticket.city.session.connection().exec_driver_sql("SELECT user_id FROM accused").scalars().all() == [
        handler.id
    ]


def test_however_many_are_complained_of_none_is_dropped(agent):
    names = [f"员工{n}" for n in range(1, 51)]
    ticket = agent.registers(accused=names)
    kept = ticket.city.session.scalars(select(TEXT.c.value).where(TEXT.c.field.like("accused.%"))).all()
    assert sorted(kept) == sorted(names)


def test_more_than_can_be_kept_is_refused_and_not_cut(agent, refused):
    with refused("too_many", "accused"):
        agent.registers(accused=[f"员工{n}" for n in range(51)])


@pytest.mark.parametrize("kind", ["repair", "enquiry"])
def test_the_hotline_takes_repairs_and_enquiries_too(agent, kind):
    assert agent.registers(kind=kind).kind == kind


def test_everything_that_is_wrong_is_said_at_once(city, agent):
    from models.refusals import Invalid

    with pytest.raises(Invalid) as caught:
        agent.registers("", category="没有的类别", channel=99, form="托梦", happened_at="昨天", phone="1\n2", 颜色="红")
    assert {name: reason[0] for name, reason in caught.value.errors.items()} == {
        "content": "content_required", "category": "not_found", "channel": "not_found", "form": "not_a_choice",
        "happened_at": "not_a_time", "phone": "bad_characters", "颜色": "unknown_field",
    }  # fmt: skip
    assert city.rows()["ticket"] == []


# The forwarder's own deadline (upstream), beside the 72 hours


def test_a_forwarder_brings_a_deadline_of_its_own(agent):
    """流程①：市长热线、城建热线等渠道交办的事项。"""
    ticket = agent.registers(
        at="2026-03-06 09:00", channel="市长热线", forward_no="0017", forward_due_at="2026-03-11T18:00"
    )
    assert ticket.obligation("upstream").opened == "2026-03-06 09:00"
    assert ticket.obligation("upstream").due == "2026-03-11 18:00"
    assert ticket.owes == {"dispatch", "upstream"}


def test_without_one_nothing_is_owed_upstream(ticket):
    assert ticket.obligations("upstream") == []


def test_a_deadline_already_past_is_late_from_birth(agent):
    ticket = agent.registers(at="2026-03-06 09:00", forward_due_at="2026-03-05T18:00")
    assert ticket.obligation("upstream").standing("2026-03-06 09:00") == "late"


@pytest.mark.parametrize(
    ("submitted", "standing"), [("2026-03-11 18:00", "on_time"), ("2026-03-11 18:01", "late")], ids=["met", "missed"]
)
def test_the_result_meets_the_forwarders_deadline_or_does_not(agent, plant, head, submitted, standing):
    ticket = agent.registers(at="2026-03-09 09:00", forward_due_at="2026-03-11T18:00")
    agent.assigns(ticket, to=plant, at="2026-03-09 09:30")
    head.submits(ticket, at=submitted)
    assert ticket.obligation("upstream").standing("2026-04-01 00:00") == standing
    assert ticket.obligation("upstream").settled == submitted


def test_later_rounds_owe_the_forwarder_nothing_more(agent, plant, head):
    ticket = agent.registers(forward_due_at="2026-03-11T18:00")
    agent.assigns(ticket, to=plant)
    head.submits(ticket)
    agent.calls_back(ticket, "dissatisfied")
    assert [owed.is_open for owed in ticket.obligations("upstream")] == [False]


def test_declining_meets_it(agent):
    ticket = agent.registers(forward_due_at="2026-03-11T18:00")
    agent.declines(ticket, at="2026-03-06 10:00")
    assert ticket.obligation("upstream").settled == "2026-03-06 10:00"


def test_answering_meets_it(agent):
    ticket = agent.registers(kind="enquiry", forward_due_at="2026-03-11T18:00")
    agent.answers(ticket, at="2026-03-06 10:00")
    assert ticket.obligation("upstream").settled == "2026-03-06 10:00"


def test_explaining_meets_it(agent, discipline):
    ticket = agent.registers(category="吃拿卡要", forward_due_at="2026-03-11T18:00")
    agent.refers(ticket)
    assert ticket.owes == {"upstream"}
    discipline.finds(ticket, False)
    discipline.explains(ticket, at="2026-03-10 10:00")
    assert ticket.obligation("upstream").settled == "2026-03-10 10:00"


# Corrections are added: 补正


@on_sqlite
@pytest.mark.parametrize("field", ["title", "content", "demand", "suggestion", "happened_at", "received_at", "state"])
def test_the_customers_words_and_the_times_are_never_edited(ticket, operations, field, refused):
    with refused("not_a_choice", "field"):
        operations.amends(ticket, field, "别的")


@on_sqlite
@pytest.mark.parametrize(
    ("field", "value"),
    [("complainant", "张叁"), ("phone", "13900001111"), ("address", "柳园路 13 号"), ("account_no", "0099"),
     ("forwarded_by", "李主任"), ("forward_no", "0018"), ("neighbourhood", "阳光小区")],
)  # fmt: skip
def test_facts_are_corrected_in_the_open_and_the_old_value_is_kept(agent, field, value):
    ticket = agent.registers(**EVERYTHING)
    version = ticket.version
    agent.amends(ticket, field, value)
    kept = ticket.city.session.scalars(
        select(TEXT.c.value).where(TEXT.c.ticket_id == ticket.id, TEXT.c.field == field).order_by(TEXT.c.event_no)
    ).all()
    assert kept == [EVERYTHING[field], value]
    assert (ticket.version, ticket.history[-1]) == (version, "amend")


@on_sqlite
@pytest.mark.parametrize(
    ("field", "value", "column", "kept"),
    [("form", "书面", "form", "书面"), ("urgency", "加急", "urgency", "urgent"),
     ("complainant_kind", "单位", "complainant_kind", "organisation"),
     ("urgency", "", "urgency", "normal"), ("form", "", "form", None)],
)  # fmt: skip
def test_coded_facts_too(ticket, agent, field, value, column, kept):
    agent.amends(ticket, field, value)
    assert getattr(ticket, column) == kept


def test_an_amendment_says_what_the_fact_is_now(ticket, agent, refused):
    with refused("required", "value"):
        agent.amends(ticket, "phone", None)


def test_a_fact_that_was_wrong_altogether_is_emptied(ticket, agent):
    agent.amends(ticket, "phone", "")
    assert ticket.text("phone") == ""


def test_an_amended_fact_is_read_as_that_fact_is(ticket, agent, refused):
    with refused("not_a_time", "value"):
        agent.amends(ticket, "forward_due_at", "下周")


def test_closed_tickets_can_still_be_amended(ticket, agent):
    agent.declines(ticket)
    agent.amends(ticket, "phone", "13900001111")
    assert ticket.state == "closed"


def test_only_operations_says_that_a_complaint_was_none_and_gives_the_reason(ticket, agent, operations, refused):
    with refused("operations_only", "field"):
        agent.amends(ticket, "kind", "enquiry", reason="顾客只是询问。")
    with refused("required", "reason"):
        operations.amends(ticket, "kind", "enquiry")
    operations.amends(ticket, "kind", "enquiry", reason="顾客只是询问。")
    assert ticket.kind == "enquiry"


def test_amending_the_forwarders_deadline_moves_that_deadline_alone(agent, operations):
    ticket = agent.registers(at="2026-03-06 09:00", forward_due_at="2026-03-11T18:00")
    operations.amends(ticket, "forward_due_at", "2026-03-12T18:00")
    assert ticket.obligation("upstream").due == "2026-03-12 18:00"
    assert ticket.obligation("dispatch").due == "2026-03-07 09:00"


def test_a_deadline_that_came_later_is_owed_from_registration(ticket, agent):
    agent.amends(ticket, "forward_due_at", "2026-03-11T18:00")
    assert ticket.obligation("upstream").opened == "2026-03-06 09:00"


def test_a_deadline_that_was_none_falls_away_and_may_come_back(agent):
    ticket = agent.registers(forward_due_at="2026-03-11T18:00")
    agent.amends(ticket, "forward_due_at", "")
    assert ticket.obligation("upstream").voided == "amended"
    assert ticket.owes == {"dispatch"}
    agent.amends(ticket, "forward_due_at", "2026-03-12T18:00")
    assert ticket.owes == {"dispatch", "upstream"}
    assert [owed.due for owed in ticket.obligations("upstream")] == ["2026-03-12 18:00"]


@pytest.mark.parametrize("state", ["calling_back", "round 2", "closed"])
def test_after_the_result_an_amended_deadline_opens_no_clock_that_nobody_could_stop(ticket, agent, plant, head, state):
    agent.assigns(ticket, to=plant)
    head.submits(ticket)
    if state != "calling_back":
        agent.calls_back(ticket, "satisfied" if state == "closed" else "dissatisfied")
    agent.amends(ticket, "forward_due_at", "2026-03-11T18:00")
    assert "upstream" not in ticket.owes
    assert ticket.forward_due_at is not None
