"""The page's words in English, by the Chinese that the code says; a test holds this list to the code."""

from __future__ import annotations

from flask import current_app
from flask_babel import get_locale

from analytics.dashboards.english_pages import PAGES_ENGLISH
from analytics.dashboards.english_reviews import REVIEWS_ENGLISH
from analytics.metrics import METRICS


def asked_for() -> bool:
    """Whether the request that runs is a reader's who chose English."""
    return "babel" in current_app.extensions and str(get_locale() or "").startswith("en")


ENGLISH = {
    **{metric.zh: metric.en for metric in METRICS.values()},
    **PAGES_ENGLISH,
    **REVIEWS_ENGLISH,
    # the page
    "打印": "Print", "期间": "Period", "按": "By", "承办单位": "Unit",
    "全部单位": "All units", "没有这个单位": "No such unit", "口径": "Scope", "截至": "As of", "缺": "Missing",
    "表格": "Table", "下载": "Download", "%(title)s：看表格": "%(title)s: show as table",
    "%(title)s：下载": "%(title)s: download", "%(title)s：表格": "%(title)s: table",
    "看最近 24 个月": "Show the last 24 months", "移除条件 %(told)s": "Remove the condition %(told)s",
    " 等 %(many)d 处": " and more, %(many)d in all", "%(label)s：%(value)s": "%(label)s: %(value)s", "、": ", ",
    "下载全部": "Download all", "说明": "About", "工作表": "Sheet", "结论": "What it says", "依据": "Source",
    "口径说明": "What it rests on", "时间": "By", "不计": "Left out", "图的数据": "The chart's data",
    "%(from)s 至 %(to)s（不含）": "%(from)s to %(to)s (exclusive)", "界限 %(n)d": "Limit %(n)d",
    # dimensions and scopes
    "日": "day", "周": "week", "月": "month", "季": "quarter", "年": "year",
    "产品质量口径": "Product quality", "全口径": "Everything",
    # the panels
    "万户投诉率": "Complaints per 10,000 customers a month",
    "各单位万户投诉率": "Complaints per 10,000 customers a month, by unit",
    "72 小时办理及时率": "Handled within 72 hours", "各单位 72 小时办理及时率": "Handled within 72 hours, by unit",
    "重复回访率": "Called back more than once", "各单位重复回访率": "Called back more than once, by unit",
    "投诉类别": "Complaints by category", "主要类别的投诉量": "Main categories over time",
    # figures
    "%(first)s（%(second)s）": "%(first)s (%(second)s)",
    "%(value)s（%(count)s 件 / %(many)s 户月）": "%(value)s (%(count)s / %(many)s customer-months)",
    "%(many)g 万": "%(many)g0k", "没有数据": "No data", "平均": "Mean", "未分类": "Unsorted", "未转办": "Unassigned",
    # periods
    "%(year)s 年": "%(year)s", "%(year)s 年 %(number)d 季度": "%(year)s-Q%(number)d", "%(number)d 季度": "Q%(number)d",
    "%(year)s 年 %(number)d 月": "%(year)s-%(number)02d", "%(number)d 月": "%(number)02d",
    "%(year)s 年第 %(number)d 周": "%(year)s-W%(number)02d", "第 %(number)d 周": "W%(number)02d",
    "%(week)d 周": "W%(week)02d",
    # sentences
    "，": ", ", "；": "; ", "。": ". ",
    "%(period)s %(figure)s": "%(period)s: %(figure)s",
    "%(period)s未完，至今 %(figure)s。": "%(period)sis not over; so far %(figure)s. ",
    "与%(period)s持平": "as in %(period)s",
    "比%(period)s高 %(gap)s 个百分点": "%(gap)s points above %(period)s",
    "比%(period)s低 %(gap)s 个百分点": "%(gap)s points below %(period)s",
    "比%(period)s多 %(gap)s 元": "%(gap)s yuan more than %(period)s",
    "比%(period)s少 %(gap)s 元": "%(gap)s yuan fewer than %(period)s", "%(count)s 件": "%(count)s complaints",
    "（未完）": " (not over)", "尚未达到": "not reached", "在册户数不分片区，所以没有投诉率；投诉 %(count)s 件。":
        "No customers are known by district, and so no rate; %(count)s complaints.",
    "所选期间没有责任追究。": "No penalties in this period.",
    "只有一个单位有数据，无从对照。": "One unit alone has data: nothing to compare. ",
    "%(units)d 个单位的数字都一样。": "The figures of the %(units)d units are all alike. ",
    "%(units)d 个单位都在界限之外。": "All %(units)d units lie outside of the limits. ",
    "%(name)s最多，各 %(count)s 件（%(share)s）。": "Most are %(name)s, %(count)s each (%(share)s).",
    "比%(period)s多 %(gap)s 件": "%(gap)s more than %(period)s",
    "比%(period)s少 %(gap)s 件": "%(gap)s fewer than %(period)s",
    "所选期间没有在册户数，所以没有投诉率。": "No customers are entered for this period, so there is no rate.",
    "所选期间还没有到期的工单，所以没有及时率。": "Nothing was due in this period yet, so there is no share.",
    "所选期间还没有回访结果，所以没有重复回访率。": "No call-back had an outcome in this period, so there is no share.",
    "所选期间没有投诉。": "No complaints in this period.",
    "所选期间各单位都没有数据。": "No unit has data in this period.",
    "%(units)d 个单位都在界限之内，差别可能只是偶然。":
        "All %(units)d units lie within the limits: chance may explain them. ",
    "%(units)d 个单位中 %(inside)d 个在界限之内。": "%(inside)d of %(units)d units lie within the limits. ",
    "各单位的差别大于偶然能解释的；%(units)d 个单位中 %(inside)d 个在放宽的界限之内。":
        "Units differ by more than chance explains; %(inside)d of %(units)d lie within the widened limits. ",
    "%(unit)s %(figure)s，高于 99.8%% 上界，值得查原因。":
        "%(unit)s, %(figure)s, lies above the 99.8%% limit: worth finding out why. ",
    "%(unit)s %(figure)s，低于 99.8%% 下界，值得查原因。":
        "%(unit)s, %(figure)s, lies below the 99.8%% limit: worth finding out why. ",
    "界限之外还有 %(more)d 个单位，见表格。": "%(more)d more units lie outside: see the table. ",
    "所选单位 %(figure)s。": "The unit chosen: %(figure)s.",
    "共 %(total)s 件。": "%(total)s complaints. ",
    "%(name)s最多，%(count)s 件（%(share)s）": "Most are %(name)s, %(count)s (%(share)s)",
    "其次%(name)s，%(count)s 件（%(share)s）": "then %(name)s, %(count)s (%(share)s)",
    "%(name)s在%(period)s最多，%(count)s 件": "%(name)s had most in %(period)s, %(count)s",
    # tables
    "数值": "Value", "分子": "Numerator", "分母": "Denominator", "对照": "Limits", "界限内": "within",
    "高于上界": "above", "低于下界": "below", "类别": "Category", "件数": "Complaints", "占比": "Share",
    # feet
    "空心点为未完的期间": "Hollow: a period that is not over", "按%(when)s": "by %(when)s",
    "依据：%(source)s": "Source: %(source)s", "不计：%(excluded)s": "left out: %(excluded)s",
    "登记时间": "time of registration", "到期时间": "deadline", "首次回访结果时间": "time of the first outcome",
    "没有在册户数的单位月（另作“缺”列出）": "unit-months without a customer figure (listed as missing)",
    "未到期的；已作废的": "not yet due; void",
    "没有接通的；无法回访的；已更正的误操作": "unreached; impossible; corrected",
    "横轴为在册户月数": "Across: customer-months", "横轴为到期件数": "Across: obligations due",
    "横轴为回访件数": "Across: tickets called back",
    "线为平均与 95%、99.8% 界限": "Lines: mean, 95% and 99.8% limits",
    "不排名：件数少的单位波动大": "No ranking: small units vary more",
    "合计 %(total)s 件": "%(total)s in all",
    "最多的 %(many)d 类": "The %(many)d largest",
    "%(unit)s %(year)d 年 %(month)d 月在册户数": "customers of %(unit)s in %(year)d-%(month)02d",
    "各单位": "all units", "部分在册户数": "some customer figures",
    # what cannot be shown
    "没有“%(given)s”": "There is no “%(given)s”",
    "地址里的条件看不懂，请重新选择。": "The conditions in the address make no sense; please choose again.",
    "不能按“%(given)s”分": "There is no dimension “%(given)s”",
    "没有“%(given)s”这个口径": "There is no scope “%(given)s”",
    "没有“%(given)s”这个单位。": "There is no unit “%(given)s”.",
    "，是“%(near)s”吗？": "; did you mean “%(near)s”?", "。可用：%(known)s。": ". There are: %(known)s.",
    "止于（to，不含）须晚于起于（from）。": "The end (to, exclusive) must lie after the start (from).",
    "“%(given)s”看不懂，请写成 2026-01-31 或 2026-01-31T16:30+08:00。":
        "“%(given)s” is no time; write 2026-01-31 or 2026-01-31T16:30+08:00.",
    "“%(given)s”超出范围。": "“%(given)s” is out of range.",
    "按%(grain)s有 %(many)d 个点，一张图最多 %(most)d 个。请缩短期间，或改按更长的一段。":
        "By %(grain)s that is %(many)d points, and a chart takes %(most)d. Shorten the period, or take a longer step.",
    "审计员不看统计数字。": "Auditors see no figures.",
    "全口径只向集团纪检监察室和董事长开放。": "This scope is for discipline and the chairman only.",
    # sources
    "交办方时限": "the forwarder's deadline", "内部指标": "internal measure", "内部约定": "internal agreement",
    "在册户数": "customers in the books", "流程②": "flow ②", "第八条": "Article 8", "第六条(一)": "Article 6(1)",
    "第六条(三)": "Article 6(3)", "第六条(三)1、2": "Article 6(3)1, 2", "第六条(二)1": "Article 6(2)1",
    "第六条(二)5 等": "Article 6(2)5 and others", "第六条(二)5，流程④": "Article 6(2)5, flow ④",
    # control charts
    "控制限": "Limits", "判断": "Verdict", "控制限 %(limits)s": "Limits %(limits)s",
    "虚线为控制限（±3σ）": "Dotted: control limits (±3σ)",
    "波动大于件数能解释的，界限已放宽（Laney）": "Limits widened for more scatter than the counts explain (Laney)",
    "各单位的差别大于件数能解释的，界限已放宽": "Limits widened: the units differ by more than the counts explain",
    "好转": "Better", "变差": "Worse", "有变化": "Changed", "正常波动": "Common cause", "数据尚少": "Too few points",
    "超出控制限": "Outside the limits", "连续 7 期在均值一侧": "seven in a row on one side of the mean",
    "连续 7 期同向": "seven in a row in one direction", "3 期中有 2 期接近控制限": "two of three close to a limit",
    "%(period)s%(why)s，确有好转。": "%(period)s%(why)s: this is better.",
    "%(period)s%(why)s，确有变差，值得查原因。": "%(period)s%(why)s: this is worse; find out why.",
    "%(period)s%(why)s，确有变化。": "%(period)s%(why)s: this has changed.",
    "%(period)s在正常波动之内，不能说变好或变差。": "%(period)swithin common variation: neither better nor worse.",
    "不足 %(many)d 期，尚不能判断好坏。": "Fewer than %(many)d periods: it cannot be said yet.",
    # the totals
    "纪检监察季度合计": "Discipline by quarter", "属实": "Founded", "不属实": "Unfounded",
    "季末未认定": "Undecided at its end", "不足 %(least)d 件": "Under %(least)d",
    "全集团的件数，只列已结束的季度，以季末为准，以后不变。":
        "Cases of the whole group in finished quarters, as they stood when the quarter ended; they do not change.",
    "违规违纪和服务态度类投诉": "Complaints about discipline and attitude",
    "不足 %(least)d 件的不列，连同由它可以算出的各项":
        "What is under %(least)d is withheld, with all that it could be worked out from",
}  # fmt: skip
