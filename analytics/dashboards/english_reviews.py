"""What the page of reviews says beyond what every page says, in English."""

from __future__ import annotations

REVIEWS_ENGLISH = {
    "总结改进": "Reviews", "单位总结": "Reviews of units", "到期改进措施的效果": "What the actions did that fell due",
    "%(verdict)s %(n)d 项": "%(verdict)s: %(n)d", "所选期间没有到期的改进措施。": "No action fell due in this period.",
    "到期 %(n)d 项：%(counted)s。": "%(n)d fell due. %(counted)s.", "期限": "Due",
    "落实": "Carried out", "到期未报": "Due, not reported",
    "其中 %(n)d 项单位还没有报告落实。": " Of these the units have not reported %(n)d as carried out.",
    "前": "Before", "后": "After",
    "比值": "Ratio", "结论": "Verdict", "有效": "It worked", "变差": "Worse",
    "数据尚不能判断": "The data cannot tell yet",
    "期限前后各 %(days)d 天，不到的按已过的天数": "%(days)d days before and after, or as many as have passed",
    "区间含 1 的，数据尚不能判断": "Where the interval has 1 in it, the data cannot tell",
    "所选期间没有您能看的总结。": "No review of this period that you may read.",
    "%(state)s %(n)d 份": "%(state)s: %(n)d", "所选期间 %(n)d 份总结：%(counted)s。": "%(n)d reviews. %(counted)s.",
    "状态": "State", "提交": "Submitted", "发布": "Released", "只列您能看的": "Only those that you may read",
    "起草中": "Being written", "待审阅": "To be read", "已发布": "Released", "%(year)s 年 %(n)s 月": "%(year)s-%(n)s",
    "%(year)s 年第 %(n)s 季度": "quarter %(n)s of %(year)s", "%(year)s 年": "%(year)s",
}  # fmt: skip
