"""First rows: seeding says what the 办法 says, adds what is missing, and changes nothing that is there."""

from sqlalchemy import func, select

from models import policy, setup
from models.base import Role
from models.tables import CalendarDay, Category, Channel, ClosingTime, PenaltyRule, Rule, Unit

SEEDED = (Category, Channel, Unit, Role, Rule, PenaltyRule, ClosingTime, CalendarDay)


def counts(session):
    return {model.__name__: session.scalar(select(func.count()).select_from(model)) for model in SEEDED}


def test_the_terms_are_those_of_the_regulations(city):
    rules = {(r.key, r.track): (r.amount, r.measure, r.clause) for r in city.session.scalars(select(Rule))}
    assert rules == {
        ("handle", "quality"): (72, "hours", "第六条(二)5"),
        ("handle", "discipline"): (72, "hours", "流程④"),
        ("opinion", ""): (1, "working_days", "流程②"),
        ("callback", "quality"): (1, "working_days", "第六条(三)1"),
        ("callback", "discipline"): (1, "working_days", "第六条(三)2"),
        ("dispatch", ""): (24, "hours", "内部指标"),
        ("upstream", ""): (None, "hours", "交办方时限"),
        ("investigate", ""): (None, "working_days", "内部指标"),
        ("instruct", ""): (None, "working_days", "内部指标"),
        ("feed_back", ""): (None, "working_days", "内部指标"),
        ("return", ""): (1, "working_days", "内部约定"),
        ("correct", ""): (1, "working_days", "内部约定"),
        ("repeat", ""): (90, "days", "内部约定"),
        ("attempts", ""): (3, "times", "内部约定"),
        ("attempt_days", ""): (2, "days", "内部约定"),
        ("conclude", ""): (3, "times", "内部约定"),
        ("incident_count", ""): (5, "times", "内部约定"),
        ("incident_hours", ""): (6, "hours", "内部约定"),
        ("appeal", ""): (10, "working_days", "内部约定"),
        ("review", ""): (4, "times", "内部约定"),
        ("review_due", ""): (10, "working_days", "内部约定"),
        ("review_window", ""): (90, "days", "内部约定"),
        ("retention", ""): (3, "years", "内部约定"),
    }


def test_the_ten_roles_are_there(city):
    assert set(city.session.scalars(select(Role.name))) >= {
        "agent", "operations", "handler", "unit_head", "discipline", "chairman", "leadership", "analyst", "auditor",
        "admin",
    }  # fmt: skip
    assert len(policy.ROLES) == 10


def test_seeding_again_changes_nothing(city):
    before = counts(city.session)
    setup.seed(city.session, through=2026)
    assert counts(city.session) == before


def test_what_an_admin_changed_stays_changed(city):
    city.category("水压", "discipline", active=False)
    rule = city.session.scalars(select(Rule).where(Rule.key == "handle", Rule.track == "quality")).one()
    rule.amount = 48
    city.session.flush()
    setup.seed(city.session, through=2026)
    kept = city.session.scalars(select(Category).where(Category.name == "水压")).one()
    assert (kept.track, kept.active, rule.amount) == ("discipline", False, 48)


def test_what_is_missing_comes_back(city):
    channel = city.session.scalars(select(Channel).where(Channel.name == "网络")).one()
    city.session.delete(channel)
    city.session.flush()
    setup.seed(city.session, through=2026)
    assert city.session.scalars(select(Channel.name).where(Channel.name == "网络")).one()


def test_a_later_year_is_added_when_it_is_announced(city):
    assert setup.publish(city.session, [2026]) == []
    assert setup.publish(city.session, [2060]) == [], "what nobody has announced is not entered"
