"""常用答复: texts offered where an answer is written, by action, track and category; kept by operations."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, ForeignKey, Integer, Text, or_, select, true
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from models.base import Model
from models.policy import DISCIPLINE, QUALITY
from models.rule import Category
from models.types import Code, Name, Serial

ACTIONS = {"answer": "当场答复", "decline": "不予受理", "explain": "说明原因", "submit": "报送结果"}
"""The actions that texts are offered for."""
FIELDS = {"answer": "reply", "decline": "reply", "explain": "reply", "submit": "result"}
"""The field of each that a text goes into."""


class ReplyTemplate(Model):
    """One text. `{no}` in it becomes the ticket's number, `{hotline}` the hotline's."""

    __tablename__ = "reply_template"
    __table_args__ = (CheckConstraint("track IN ('', 'quality', 'discipline')", name="reply_template_track"),)

    id: Mapped[Serial]
    name: Mapped[Name]
    action: Mapped[Code]
    track: Mapped[Code] = mapped_column(default="")
    """Empty: both tracks."""
    category_id: Mapped[int | None] = mapped_column(ForeignKey("category.id"))
    """None: whatever the category."""
    position: Mapped[int] = mapped_column(Integer, default=100)
    text: Mapped[str] = mapped_column(Text)
    active: Mapped[bool] = mapped_column(default=True)

    category: Mapped[Category | None] = relationship()

    def __str__(self) -> str:
        return self.name


HOTLINE = "96568"


def offered(
    session: Session, action: str, track: str, category_id: int | None, no: str | None, *, all_categories: bool = False
) -> list[tuple[str, str]]:
    """(name, text) for a form, those of its category first. Without a number yet, texts that name it are left out."""
    fits = or_(ReplyTemplate.category_id.is_(None), ReplyTemplate.category_id == category_id)
    rows = session.scalars(
        select(ReplyTemplate)
        .where(
            ReplyTemplate.action == action,
            ReplyTemplate.active,
            ReplyTemplate.track.in_(("", track)),
            true() if all_categories else fits,
        )
        .order_by(ReplyTemplate.category_id.is_(None), ReplyTemplate.position, ReplyTemplate.id)
    )
    return [
        (row.name, row.text.replace("{hotline}", HOTLINE).replace("{no}", no or ""))
        for row in rows
        if no or "{no}" not in row.text
    ]


TEMPLATES: tuple[tuple[str, str, str, str | None, str], ...] = (
    ("计划停水", "answer", QUALITY, "水压",
     ("您反映的停水是计划内施工，恢复供水时间以公告为准。恢复后先打开水龙头放水片刻，水清后再用。到时仍没有水，"
     "请再拨 {hotline}，我们马上派人查看。")),
    ("管道维修后短时水黄", "answer", QUALITY, "水质",
     ("管道维修或恢复供水后水流变化，会带起管壁沉积，水会短时发黄。请打开龙头放水 5 至 10 分钟，"
     "放清后即可使用。放水后仍然发黄，请再拨 {hotline}，我们上门取样检测。")),
    ("报修已安排", "answer", QUALITY, "维修",
     ("您报修的情况已经记下，抢修人员会尽快与您联系并上门。在此之前，可以先关闭户内表后阀门，避免损失。"
     "如情况加重，请随时拨打 {hotline}。")),
    ("水费与缴费咨询", "answer", QUALITY, None,
     ("水费按水表实际读数和现行价格计收，可在营业厅、网上营业厅或手机缴费查询明细。对读数有疑问，"
     "可以申请复核水表；需要时请再拨 {hotline}。")),
    ("报装咨询", "answer", QUALITY, "安装",
     ("新装用水请携带身份证件和房屋权属证明到营业厅办理，也可以网上申请。"
     "受理后工作人员会与您约定现场勘察的时间。进度可拨 {hotline} 查询。")),
    ("不属供水职责", "decline", QUALITY, None,
     ("您反映的情况我们听明白了。这件事不属于供水企业的职责，我们没有办法直接办理，请您谅解。"
     "您可以拨打 12345 政务服务便民热线反映，由有关主管部门办理。供水方面的事，"
     "请随时拨打 {hotline}。")),
    ("户内设施（表后）", "decline", QUALITY, None,
     ("经了解，故障在水表之后的户内管道或用水设施，依规定由产权人负责维护。您可以联系物业或有资质的维修单位；"
     "如需我们有偿代修，请拨 {hotline} 预约。物业不予处理的，"
     "可以向住房和城乡建设主管部门或 12345 反映。")),
    ("物业管理的二次供水", "decline", QUALITY, "水压",
     ("您所在小区的二次供水设施尚未移交，由物业管理，我们不能直接操作。请先联系物业检修；物业不处理的，"
     "可以向住房和城乡建设主管部门或 12345 反映。市政管网的压力我们会同时核查，如有问题会主动与您联系。")),
    ("已进入仲裁、诉讼或信访", "decline", "", None,
     ("您反映的事项已经由仲裁机构、人民法院或信访部门受理，我们不再重复受理，会配合有关部门查明情况。"
     "对其办理有意见，可以向该部门或其上级部门提出。")),
    ("水价由主管部门制定", "decline", QUALITY, None,
     ("供水价格由政府价格主管部门制定，我们按规定执行，不能自行调整。您对水价政策的意见，"
     "可以向发展和改革（价格）主管部门或 12345 反映；对本户水费计算有疑问，请拨 {hotline}，"
     "我们帮您核对。")),
    ("不属本集团人员", "decline", DISCIPLINE, None,
     ("经核实，您反映的人员不是本集团职工，我们无权调查处理。"
     "您可以向其所在单位、所属主管部门或 12345 反映；涉嫌违法的，可以向公安机关报案。")),
    ("经调查不属实", "explain", DISCIPLINE, None,
     ("您反映的情况（{no}）我们已经调查，向有关人员核实并查阅了记录，现有情况不能认定属实。感谢您的监督。"
     "您如有新的线索或材料，可以随时补充，我们会重新核查；也可以向上级纪检监察机关或 12345 反映。")),
    ("误会已澄清", "explain", DISCIPLINE, None,
     ("您反映的情况（{no}）经调查，主要是办事规定没有向您讲清楚造成的误会，工作人员没有违反规定。"
     "没有讲清楚是我们的不足，已经要求改进。您还有意见，请拨 {hotline}。")),
    ("已查明并处理", "submit", QUALITY, None,
     "接单后已联系顾客并到现场查看。原因：。处理：。处理后现场测试：。已向顾客说明，顾客表示：。"),
    ("压力已恢复", "submit", QUALITY, "水压",
     "到户测压：处理前  MPa，处理后  MPa。处理措施：。顾客家中高峰时段用水已恢复正常。"),
    ("水质已复检", "submit", QUALITY, "水质",
     "已到户取样。处理措施：排放冲洗约  分钟。复检浊度  NTU、余氯  mg/L，符合《生活饮用水卫生标准》。"),
)  # fmt: skip
"""(name, action, track, category, text) that a new database starts with."""
