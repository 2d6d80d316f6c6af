"""What the pages say beyond what every page says, in English."""

from __future__ import annotations

PAGES_ENGLISH = {
    # the pages
    "总览": "Overview", "投诉率与类别": "Rate and categories", "时限": "Time limits", "回访": "Call-backs",
    "单位对比": "Units compared", "责任追究": "Penalties", "单位": "Unit",
    "%(title)s：%(unit)s": "%(title)s: %(unit)s",
    "选一个单位：": "Choose a unit:",
    # the panels
    "一次办结满意率": "Satisfied at the first call-back", "未结案": "Open complaints",
    "各年同月": "Month by month over the years",
    "片区": "District", "受理渠道": "Channels", "渠道": "Channel",
    "谁逾期：各单位 72 小时及时率": "Who is late: 72 hours by unit",
    "处理时长": "Assigned to result", "办结时长": "Registered to closed",
    "处理时长：九成在内（小时）": "Assigned to result: nine in ten within (hours)", "超期未办": "Overdue obligations",
    "转办及时率": "Dispatched on time", "上级交办按期办结率": "Forwarders' deadlines met",
    "初步意见及时率": "Opinions on time", "回访及时率": "Called back on time", "回访接通率": "Reached at call-back",
    "解决率": "Solved, as customers say", "为什么再回访：按原因": "Why called back again: by cause",
    "再回访：按类别": "Called back again: by category", "平均办理轮次": "Rounds of handling",
    "各单位回访及时率": "Called back on time, by unit",
    "各单位一次办结满意率": "Satisfied at the first call-back, by unit",
    "各单位重复投诉率": "Repeat complaints, by unit", "责任追究件数": "Penalties",
    "责任追究金额（元）": "Penalties (yuan)",
    "按条款": "By clause", "按责任": "By responsibility", "按单位": "By unit",
    "本单位与集团": "This unit and the group",
    # dimensions
    "性质": "Track", "原因": "Cause", "未结时长": "Open for", "条款": "Clause", "责任": "Responsibility",
    "渠道不详": "No channel", "片区不详": "No district", "未定": "Undecided",
    # notes
    "制度变化": "Policy", "爆管": "Burst main", "改进措施": "Action", "其他": "Other",
    "%(day)s %(kind)s：%(text)s": "%(day)s %(kind)s: %(text)s",
    "（此后另算控制限：%(reason)s）": " (limits anew from then on: %(reason)s)",
    # sentences
    "所选期间 %(figure)s": "The period chosen: %(figure)s",
    "，95%% 区间 %(interval)s": ", 95%% interval %(interval)s",
    "%(value)s（%(first)s / %(second)s）": "%(value)s (%(first)s / %(second)s)",
    "比%(period)s大 %(gap)s": "%(gap)s more than %(period)s",
    "比%(period)s小 %(gap)s": "%(gap)s less than %(period)s",
    "所选期间没有数据，所以没有这个数字。": "There is no data in this period, so there is no figure.",
    "至今办完的还不到这一比例，所以没有这个时长。":
        "Fewer than that share are done so far, so there is no such time yet.",
    "%(done)s / %(all)s 件已办完，其余按截至时间仍未办完计。":
        "%(done)s of %(all)s are done; the others count as open until now. ",
    "%(share)s：尚未达到。": "%(share)s: not reached. ",
    "%(share)s用了 %(hours)s 小时（95%% 区间 %(interval)s）。":
        "%(share)s within %(hours)s hours (95%% interval %(interval)s). ",
    "%(years)d 年里平均 %(most)d 月最多，%(high)s 件；%(least)d 月最少，%(low)s 件。":
        "Over %(years)d years month %(most)d has most, %(high)s on average; month %(least)d has fewest, %(low)s.",
    "合计 %(mean)s。": "In all %(mean)s. ",
    "%(many)d 项有数据；区间重叠的，差别可能只是偶然。":
        "%(many)d have data; where intervals overlap, chance may explain the difference.",
    "%(many)d 项的区间都含合计，差别可能只是偶然。":
        "The intervals of all %(many)d hold that of all together: chance may explain the differences.",
    "%(name)s %(figure)s，高于合计，不像偶然。": "%(name)s, %(figure)s, lies above it, hardly by chance. ",
    "%(name)s %(figure)s，低于合计，不像偶然。": "%(name)s, %(figure)s, lies below it, hardly by chance. ",
    "还有 %(more)d 项不同，见表格。": "%(more)d more differ: see the table. ",
    "所选期间 %(count)s 件投诉，未结 %(open)s 件。": "%(count)s complaints in this period, %(open)s open. ",
    "%(names)s与集团的差别大于偶然，值得查原因。": "Beyond chance from the group: %(names)s; find out why.",
    "各项与集团的差别都在偶然之内。": "No figure differs from the group's by more than chance.",
    "%{customdata[0]} 小时后还有 %{customdata[1]}": "%{customdata[1]} left after %{customdata[0]} hours",
    # tables
    "名称": "Name", "累计": "Cumulative", "95% 区间": "95% interval", "月份": "Month", "比例": "Share",
    "小时": "Hours",
    "已办完": "Done", "全部": "All", "一半办完": "Half done", "九成办完": "Nine in ten done", "指标": "Figure",
    "本单位": "This unit", "集团": "Group", "有差别": "differs", "差别可能只是偶然": "chance may explain it",
    # feet
    "各年同月相比；按登记时间": "The same month of each year; by time of registration", "横轴为件数": "Across: cases",
    "横线为 95% 区间：区间重叠的，差别可能只是偶然": "Bars: 95% intervals; where they overlap, chance may explain it",
    "按名称排列，不排名": "By name: no ranking",
    "Kaplan–Meier；虚点线为 95% 区间": "Kaplan–Meier; dotted: 95% interval",
    "只画前 %(hours)d 小时": "The first %(hours)d hours are drawn",
    "集团的数字落在本单位 95% 区间之外，才说有差别":
        "Called different where the group lies outside the unit's interval",
    "其余 %(many)d 项": "%(many)d others", "目标": "Target", "达得到目标": "Meets its target",
    "达不到目标": "Misses its target", "时达时不达": "Hit or miss",
    # when a figure counts, and what it leaves out
    "不予受理的": "declined",
    "不予受理的；调查认定不属实、向顾客说明即办结的": "declined; found untrue and closed by explanation",
    "办结时间": "time of closing", "回访结果时间": "time of the outcome", "已作废的": "void",
    "已更正的误操作": "corrected", "期末；未完的期间为截至时间": "the end of the period, or the as-of",
    "未确认的；撤回的；撤销的（不论截至何时）": "unconfirmed; withdrawn; revoked, whatever the as-of",
    "本轮首次拨打时间；没有拨过即办结的，为办结时间": "the round's first call, or its end where there was none",
    "没有拨过、也没有按无法回访办结的轮次；已更正的误操作": "rounds neither called nor waived; corrected",
    "没有问是否解决的；没有接通的；无法回访的；已更正的误操作": "not asked; unreached; impossible; corrected",
    "确认时间": "time of confirmation", "认定时间": "time of the finding", "转到单位的时间": "time of assignment",
    "还没有认定的；产品质量类": "undecided; product quality", "还没有首次处理的": "not yet dealt with",
}  # fmt: skip
