"""An afternoon at the desk: tickets in every state, added through the desk to the demo city."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from models import desk
from models.actor import actor
from models.base import User
from models.book import Book
from models.tables import Post, Ticket, Unit

RESULT = {
    "cause": "加压泵压力设定偏低", "responsible": "泵站值守", "cause_code": "pressure", "finding": "company",
    "result": "已调高出口压力并更换变频器，现场测压正常。",
}  # fmt: skip


class Scene:
    """Demo people acting at hours before `now`."""

    def __init__(self, session: Session, key: bytes, now: datetime) -> None:
        self.session, self.now, self.book = session, now, Book(session, key)
        self.users = {user.username: user for user in session.scalars(select(User))}
        self.unit = self.unit_of("head")

    def unit_of(self, username: str) -> str:
        held = select(Unit.name).join(Post, Post.unit_id == Unit.id)
        return str(self.session.scalars(held.where(Post.user_id == self.users[username].id)).first())

    def ago(self, hours: float) -> datetime:
        return self.now - timedelta(hours=hours)

    def by(self, who: str, at: datetime) -> Any:
        user = self.users[who]
        return actor(self.session, user.id, frozenset(role.name for role in user.roles), at)

    def register(self, hours: float, content: str, *, who: str = "agent", **fields: Any) -> int:
        at = self.ago(hours)
        return desk.register(self.session, {"content": content, **fields}, by=self.by(who, at), at=at, book=self.book)

    def act(self, ticket: int, who: str, action: str, hours: float, given: Mapping[str, Any] | None = None) -> None:
        at = self.ago(hours)
        version = self.session.scalar(select(Ticket.version).where(Ticket.id == ticket))
        desk.act(self.session, ticket, action, given or {}, by=self.by(who, at), at=at, book=self.book, version=version)

    def number(self, ticket: int) -> str:
        return str(self.session.scalar(select(Ticket.no).where(Ticket.id == ticket)))


def play(scene: Scene) -> dict[str, int]:
    """The tickets by what they are here for."""
    made = {
        "second_round": second_round(scene),
        "overdue": overdue(scene),
        "registered": scene.register(
            20, "水表井里一直渗水，维修后两天又漏了，路面都湿了。", category="维修", channel="96568", form="电话",
            neighbourhood="香江花园", complainant="赵丽", phone="13706350021"),
        "anonymous": scene.register(1, "古楼街道夜里施工停水没有通知，早上做饭才知道。", channel="城建热线"),
        "calling_back": handled(scene, "自来水发黄，放了十分钟还是不清。", "水质", 30),
        "returned": returned(scene),
    }  # fmt: skip
    return made | discipline(scene)


def second_round(scene: Scene) -> int:
    """The mayor's hotline, an unreached call, a dissatisfied customer, and supervision."""
    ticket = scene.register(
        7 * 24,
        "我们这栋楼五楼往上，早上七点和晚上七点左右水龙头基本不出水，热水器点不着火。物业说是泵房的事，泵房说要报。"
        "孩子上学早上连脸都洗不了，已经一个多星期了。",
        title="早晚高峰五楼以上基本无水", demand="本周内恢复早晚高峰用水", suggestion="泵房夜间有人值守",
        category="水压", channel="市长热线", form="电话", urgency="urgent", complainant="李建华",
        complainant_kind="individual", phone="13800005678", address="东昌府区阳光花园 7 号楼 2 单元",
        account_no="371520260926", neighbourhood="阳光花园",
        forwarded_by="市长热线", forward_no="聊市热 2026-118-0473", forward_due_at=(scene.now + timedelta(hours=49)),
    )  # fmt: skip
    scene.act(ticket, "agent", "assign", 7 * 24 - 1, {"unit": scene.unit})
    scene.act(
        ticket, "handler", "contact", 6 * 24 + 4, {"kind": "inquire", "text": "到场测压 0.21 MPa，已说明需调泵。"}
    )
    scene.act(ticket, "head", "submit", 5 * 24, RESULT)
    scene.act(ticket, "agent", "call_back", 4 * 24 + 7, {"outcome": "unreached", "remark": "无人接听，改日再拨"})
    scene.act(ticket, "agent", "call_back", 55, {"outcome": "dissatisfied", "solved": False,
                                                 "remark": "白天好些，晚上七点仍没水"})  # fmt: skip
    scene.act(ticket, "operations", "supervise", 8, {"text": "市长热线件，第二轮，请当面与顾客核实压力后再报结果。"})
    scene.act(ticket, "handler", "contact", 1, {"kind": "appointment", "text": "已与顾客约定今晚 19:00 到户测压。"})
    return ticket


def overdue(scene: Scene) -> int:
    ticket = scene.register(
        110, "抢修后路面没有恢复，下雨天积水，行人摔倒了。", category="安装", neighbourhood="振兴小区"
    )
    scene.act(ticket, "agent", "assign", 100, {"unit": scene.unit})
    return ticket


def handled(scene: Scene, content: str, category: str, hours: float) -> int:
    ticket = scene.register(hours + 20, content, category=category, phone="13900001234", complainant="王芳")
    scene.act(ticket, "agent", "assign", hours + 18, {"unit": scene.unit})
    scene.act(ticket, "head", "submit", hours, RESULT)
    return ticket


def returned(scene: Scene) -> int:
    ticket = scene.register(26, "新装水表后月用水量翻倍，要求复核。", category="安装")
    scene.act(ticket, "agent", "assign", 24, {"unit": scene.unit})
    scene.act(ticket, "head", "return", 20, {"reason": "not_ours", "remark": "属营业管理，建议转营业所"})
    return ticket


def discipline(scene: Scene) -> dict[str, int]:
    """One ticket at each stop of the discipline track."""
    said = "抄表员上门收费时索要“辛苦费”，不给就说要停水。"
    stops = ("at_desk", "investigating", "founded", "reported", "instructed", "confirmed", "fed_back")
    made = {}
    for n, stop in enumerate(stops):
        hours = 60.0 + n
        ticket = scene.register(hours, said, category="吃拿卡要", accused="抄表员", phone="13512340000",
                                complainant="周明")  # fmt: skip
        steps = (
            ("agent", "refer", {}),
            ("discipline", "find", {"founded": True, "findings": "收条与证言一致。"}),
            ("discipline", "report", {"opinion": "建议退还并批评教育。", "summary": "抄表收费时有索要财物的行为。"}),
            ("chairman", "instruct", {"unit": scene.unit, "instruction": "立即退还，书面检查，全员警示。"}),
            ("head", "submit", {"cause": "个人行为", "responsible": "张某", "result": "已退还并当面致歉。"}),
            ("discipline", "call_back", {"outcome": "satisfied", "solved": True}),
            ("discipline", "feed_back", {"opinion": "已退还并致歉，顾客满意。"}),
        )
        until = {"confirmed": 6, "fed_back": 7}.get(stop, n)
        for step, (who, action, given) in enumerate(steps[:until]):
            scene.act(ticket, who, action, hours - 2 * (step + 1), given)
        made[stop] = ticket
    return made
