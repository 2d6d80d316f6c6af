"""What registration suggests, as rows: words that hint at a category, and the unit a complaint usually goes to.

A suggestion is shown and taken or not: a person decides (POLICY §1).
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import CheckConstraint, ForeignKey, String, UniqueConstraint, select
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from models.base import Model
from models.organisation import District, Unit
from models.rule import Category
from models.types import Serial


class Keyword(Model):
    """关键词: a word of the caller's that hints at a category, and so at a track."""

    __tablename__ = "keyword"

    id: Mapped[Serial]
    word: Mapped[str] = mapped_column(String(20), unique=True)
    category_id: Mapped[int] = mapped_column(ForeignKey("category.id"))
    active: Mapped[bool] = mapped_column(default=True)

    category: Mapped[Category] = relationship()

    def __str__(self) -> str:
        return self.word


class Routing(Model):
    """转办去向: the unit that complaints of a category, of a district, or of both usually go to.

    The narrowest row counts: both, then the category (a row here, else the category's own unit), then the district.
    """

    __tablename__ = "routing"
    __table_args__ = (
        UniqueConstraint("category_id", "district_id", name="one_routing_per_category_and_district"),
        CheckConstraint("category_id IS NOT NULL OR district_id IS NOT NULL", name="routing_says_for_what"),
    )

    id: Mapped[Serial]
    category_id: Mapped[int | None] = mapped_column(ForeignKey("category.id"))
    district_id: Mapped[int | None] = mapped_column(ForeignKey("district.id"))
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))

    category: Mapped[Category | None] = relationship()
    district: Mapped[District | None] = relationship()
    unit: Mapped[Unit] = relationship()

    def __str__(self) -> str:
        return f"{self.category or ''} {self.district or ''} → {self.unit}"


@dataclass(frozen=True)
class Hint:
    """A category and the words that spoke for it."""

    category_id: int
    words: tuple[str, ...]


def category_of(session: Session, content: str) -> Hint | None:
    """The category whose words occur most in what the caller said; of two alike the one whose words are longer."""
    rows = session.execute(
        select(Keyword.word, Keyword.category_id)
        .join(Category, Category.id == Keyword.category_id)
        .where(Keyword.active, Category.active)
        .order_by(Keyword.id)
    )
    found: dict[int, list[str]] = {}
    for word, category_id in rows:
        if word in content:
            found.setdefault(category_id, []).append(word)
    if not found:
        return None

    def weight(category_id: int) -> tuple[int, int]:
        return sum(content.count(word) for word in found[category_id]), sum(map(len, found[category_id]))

    best = max(found, key=weight)
    return Hint(best, tuple(found[best]))


def usual_unit(session: Session, category_id: int | None, district_id: int | None) -> int | None:
    """The unit in use that such a complaint usually goes to."""
    rows = session.execute(
        select(Routing.category_id, Routing.district_id, Routing.unit_id)
        .join(Unit, Unit.id == Routing.unit_id)
        .where(Unit.active)
    )
    routes = {(category, district): unit for category, district, unit in rows}
    usual = select(Category.unit_id).join(Unit, Unit.id == Category.unit_id).where(Unit.active)
    own = session.scalar(usual.where(Category.id == category_id)) if category_id is not None else None
    if category_id is not None:
        by_category = routes.get((category_id, district_id)) if district_id is not None else None
        found = by_category or routes.get((category_id, None)) or own
        if found:
            return found
    return routes.get((None, district_id)) if district_id is not None else None


KEYWORDS = {
    "水压": ("水压", "水小", "水流小", "没有水", "没水", "无水", "上不去水", "出水小", "停水", "加压", "泵房", "高峰"),
    "水质": ("水质", "发黄", "水黄", "黄水", "浑浊", "浑水", "异味", "漂白粉", "消毒水味", "铁锈", "发白",
           "杂质", "红虫", "沉淀"),
    "工程设计": ("设计", "图纸", "管径", "规划"),
    "安装": ("安装", "新装", "开户", "报装", "移表", "装表", "路面没有恢复", "施工"),
    "维修": ("漏水", "爆管", "水管爆", "渗水", "跑水", "维修", "抢修", "阀门", "冻裂", "井盖", "水表坏"),
    "吃拿卡要": ("索要", "收礼", "红包", "吃请", "好处费", "辛苦费", "卡着不办"),
    "态度恶劣": ("态度", "骂人", "骂我", "吼", "不耐烦", "挂电话", "推诿"),
    "其他违规违纪": ("乱收费", "私自收费", "不开发票", "私收"),
}  # fmt: skip
"""What a new database starts with; operations keeps them from then on."""
