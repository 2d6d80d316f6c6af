"""The demo city's units, districts, people and customers in the books."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from random import Random

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from models.actor import Actor
from models.base import Role, User
from models.demo.words import GIVEN, SURNAMES
from models.organisation import CustomerCount, District, Post, Unit
from models.rule import Category
from models.suggestion import Routing

DISTRICTS = {
    "东昌府": ("东城营业所", 0.21),
    "古城": ("古城营业所", 0.11),
    "西城": ("西城营业所", 0.14),
    "南城": ("南城营业所", 0.13),
    "北城": ("北城营业所", 0.10),
    "开发区": ("开发区营业所", 0.15),
    "高新区": ("高新区营业所", 0.10),
    "度假区": ("度假区营业所", 0.06),
}
"""District → (its business hall, share of the customers)."""
WORKS = ("第一水厂", "第二水厂", "东阿水源厂", "加压泵站管理所")
NETWORK = ("管网运行一所", "管网运行二所", "抢修中心", "阀门管理所", "漏损控制中心")
OTHERS = (
    "二次供水公司",
    "水质检测中心",
    "水表计量中心",
    "工程公司",
    "勘察设计院",
    "客户服务中心",
    "营销稽查部",
    "信息中心",
)
LATE_UNIT, IMPROVED_UNIT = "南城营业所", "二次供水公司"
"""The unit that is often late; the one whose improvement action worked."""
CUSTOMERS = 400_000

BY_CATEGORY = {
    "水压": ("二次供水公司", "hall", "管网运行一所", "管网运行二所"),
    "水质": ("水质检测中心", "二次供水公司", "第一水厂", "第二水厂"),
    "工程设计": ("勘察设计院", "工程公司"),
    "安装": ("工程公司", "hall"),
    "维修": ("抢修中心", "hall", "管网运行一所", "管网运行二所", "阀门管理所"),
    "其他": ("hall", "水表计量中心", "客户服务中心", "营销稽查部"),
}
"""Who usually gets a complaint of a category; `hall`: the district's own business hall."""

DEMO = (
    ("agent", "刘敏", "agent"), ("operations", "孙国华", "operations"), ("handler", "李强", "handler"),
    ("head", "赵国栋", "unit_head"), ("head2", "周建军", "unit_head"), ("discipline", "郑严", "discipline"),
    ("chairman", "王振邦", "chairman"), ("leadership", "高明远", "leadership"), ("analyst", "何静", "analyst"),
    ("auditor", "沈文", "auditor"), ("admin", "吴凡", "admin"),
)  # fmt: skip
"""The demo accounts (DESIGN §4): user name, full name, role. `handler`, `head`: of one unit; `head2`: of another."""
HEAD_UNIT, HEAD2_UNIT = "二次供水公司", "东城营业所"
BEGIN = date(2015, 1, 1)
DOMAIN = "demo.invalid"
"""Of the demo accounts' mail addresses: by it they are known, and refused in production."""
NO_LOGIN = "!"
"""No hash of anything: such a person exists but cannot log in."""


@dataclass
class City:
    """Who is who, by name."""

    units: dict[str, Unit] = field(default_factory=dict)
    districts: dict[str, District] = field(default_factory=dict)
    heads: dict[str, Actor] = field(default_factory=dict)
    handlers: dict[str, Actor] = field(default_factory=dict)
    agents: list[Actor] = field(default_factory=list)
    operations: list[Actor] = field(default_factory=list)
    discipline: Actor = field(default_factory=lambda: Actor(None))
    chairman: Actor = field(default_factory=lambda: Actor(None))

    def hall(self, district: str) -> str:
        return DISTRICTS[district][0]


def found(session: Session, rng: Random, password_hash: str) -> City:
    """Units, districts, accounts and posts."""
    city = City()
    halls = [hall for hall, _ in DISTRICTS.values()]
    for name in (*halls, *WORKS, *NETWORK, *OTHERS):
        city.units[name] = Unit(name=name, kind="unit", phone=f"0635-8{rng.randrange(100000, 999999)}")
    city.districts = {name: District(name=name) for name in DISTRICTS}
    session.add_all([*city.units.values(), *city.districts.values()])
    session.flush()
    _route(session, city)
    _people(session, city, rng, password_hash)
    return city


def _route(session: Session, city: City) -> None:
    """Where a complaint of a category usually goes, and where any from a district does: 转办去向."""
    categories: dict[str, int] = dict(session.execute(select(Category.name, Category.id)).all())
    for category, (first, *_rest) in BY_CATEGORY.items():
        if first != "hall":
            session.add(Routing(category_id=categories[category], unit_id=city.units[first].id))
    for name, district in city.districts.items():
        hall = city.units[city.hall(name)].id
        session.add(Routing(district_id=district.id, unit_id=hall))
        session.add(Routing(category_id=categories["安装"], district_id=district.id, unit_id=hall))
    session.flush()


def _people(session: Session, city: City, rng: Random, password_hash: str) -> None:
    roles = {role.name: role for role in session.scalars(select(Role))}
    offices = {unit.kind: unit for unit in session.scalars(select(Unit).where(Unit.kind != "unit"))}
    known = {user.username: user for user in session.scalars(select(User))}

    def person(username: str, full_name: str, role: str, password: str = NO_LOGIN) -> User:
        if username in known:
            return known[username]  # of `init`: it stays as it is
        user = User(username=username, last_name=full_name[0], first_name=full_name[1:], active=True,
                    email=f"{username}@{DOMAIN}", password=password, roles=[roles[role]])  # fmt: skip
        session.add(user)
        session.flush()
        return user

    def hold(user: User, unit: Unit, post: str) -> None:
        session.add(Post(user_id=user.id, unit_id=unit.id, post=post, since=BEGIN))

    def acts(user: User, role: str, unit: Unit | None = None) -> Actor:
        head = frozenset({unit.id}) if unit and role == "unit_head" else frozenset[int]()
        staff = frozenset({unit.id}) if unit else frozenset[int]()
        return Actor(user.id, frozenset({role}), head, staff, office=role == "discipline", chairman=role == "chairman")

    demo = {name: person(name, full_name, role, password_hash) for name, full_name, role in DEMO}
    city.agents = [acts(demo["agent"], "agent")]
    city.operations = [acts(demo["operations"], "operations")]
    for n in range(2, 9):
        city.agents.append(acts(person(f"agent{n}", full_name(rng), "agent"), "agent"))
    city.discipline = acts(demo["discipline"], "discipline")
    city.chairman = acts(demo["chairman"], "chairman")
    hold(demo["discipline"], offices["discipline"], "discipline")
    hold(demo["chairman"], offices["board"], "chairman")
    hold(demo["operations"], offices["operations"], "head")
    own = {HEAD_UNIT: (demo["head"], demo["handler"]), HEAD2_UNIT: (demo["head2"], None)}
    for n, (name, unit) in enumerate(city.units.items(), 1):
        head, handler = own.get(name, (None, None))
        head = head or person(f"head.u{n}", full_name(rng), "unit_head")
        handler = handler or person(f"handler.u{n}", full_name(rng), "handler")
        hold(head, unit, "head")
        hold(head, unit, "indicator_holder")
        hold(handler, unit, "handler")
        hold(demo["leadership"], unit, "deputy_in_charge")
        city.heads[name], city.handlers[name] = acts(head, "unit_head", unit), acts(handler, "handler", unit)
    session.flush()


def full_name(rng: Random) -> str:
    return rng.choice(SURNAMES) + rng.choice(GIVEN)


def count_customers(session: Session, city: City, rng: Random, months: list[date]) -> None:
    """在册户数 of each business hall and month, growing a little every month."""
    rows = []
    for hall, share in DISTRICTS.values():
        customers = CUSTOMERS * share * 0.955
        for month in months:
            customers *= 1 + rng.uniform(0.0005, 0.002)
            rows.append({"unit_id": city.units[hall].id, "month": month, "customers": round(customers)})
    session.execute(insert(CustomerCount), rows)
