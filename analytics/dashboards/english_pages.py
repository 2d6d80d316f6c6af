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
    "期末 %(figure)s": "At the end %(figure)s", "斜纹柱为未完的期间": "Hatched: a period that is not over",
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
    "%(many)d 项与合计的差别可能只是偶然。": "Chance may explain how the %(many)d differ.",
    "只有 %(name)s 有数据，%(figure)s，无从对照。": "%(name)s alone has data, %(figure)s: nothing to compare.",
    "%(name)s %(figure)s，高于合计，不像偶然。": "%(name)s, %(figure)s, lies above it, hardly by chance. ",
    "%(name)s %(figure)s，低于合计，不像偶然。": "%(name)s, %(figure)s, lies below it, hardly by chance. ",
    "还有 %(more)d 项不同，见表格。": "%(more)d more differ: see the table. ",
    "所选期间 %(count)s 件投诉，未结 %(open)s 件。": "%(count)s complaints in this period, %(open)s open. ",
    "%(names)s：集团的数字在本单位 95%% 区间之外，值得查原因（比 %(many)d 项，单凭偶然平均也有 %(chance)s 项如此）。":
        "%(names)s: the group's figure lies outside of this unit's 95%% interval; find out why (of %(many)d compared, "
        "%(chance)s do so by chance alone, on average).",
    "能比的 %(many)d 项，集团的数字都在本单位 95%% 区间之内。":
        "Of the %(many)d that can be compared, the group's figures lie within this unit's 95%% intervals.",
    "没有可以同集团比的数字。": "No figure can be compared with the group's.",
    "%(years)d 年里各月平均都是 %(high)s 件。": "Over %(years)d years every month has %(high)s on average.",
    "%{customdata[0]} 小时后还有 %{customdata[1]}": "%{customdata[1]} left after %{customdata[0]} hours",
    # tables
    "名称": "Name", "累计": "Cumulative", "95% 区间": "95% interval", "月份": "Month", "比例": "Share",
    "小时": "Hours",
    "已办完": "Done", "全部": "All", "一半办完": "Half done", "九成办完": "Nine in ten done", "指标": "Figure",
    "本单位": "This unit", "集团": "Group", "有差别": "differs", "差别可能只是偶然": "chance may explain it",
    # feet
    "各年同月相比；按登记时间": "The same month of each year; by time of registration", "横轴为件数": "Across: cases",
    "横线为 95% 区间；说“不像偶然”时已计入项数（Bonferroni）":
        "Bars: 95% intervals; what is called hardly chance allows for how many there are (Bonferroni)",
    "按名称排列，不排名": "By name: no ranking",
    "Kaplan–Meier；虚点线为 95% 区间": "Kaplan–Meier; dotted: 95% interval",
    "只画前 %(hours)d 小时": "The first %(hours)d hours are drawn",
    "投诉率只比有在册户数的单位": "Rates: against the units that have customers",
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
    # alerts
    "预警": "Alerts", "现在高于以往的": "Above its past now", "逐周与界限": "Week by week, with the limit",
    "预警记录": "Alerts so far", "类别与地方": "Category and place", "近 7 天": "Last 7 days", "预期": "Expected",
    "95% 范围": "95 % range", "界限": "Limit", "自": "Since", "高于以往": "above its past", "全市": "whole city",
    "全集团": "whole group", "%(what)s（%(where)s）": "%(what)s (%(where)s)", "7 天至": "7 days to",
    "什么": "What", "最多时": "At its worst", "其中已结案": "Closed of them", "结束": "Ended", "仍在": "still on",
    "投诉聚集": "Complaints cluster", "指标变差": "Figure got worse", "不再达标": "Target lost",
    "投诉记录还不满六个星期，看不出什么是平常，所以不判断。":
        "There are not six weeks of complaints yet: what is usual cannot be told, so nothing is judged. ",
    "近 7 天没有哪类投诉在哪个地方多于以往能解释的。":
        "In the last 7 days no category had more complaints anywhere than its past explains. ",
    "%(what)s近 7 天 %(many)d 件，按以往约 %(expected)s 件，不是偶然。":
        "%(what)s: %(many)d in the last 7 days, where the past says about %(expected)s; chance does not explain it. ",
    "另有 %(more)d 处，见表格。": "%(more)d more are in the table. ",
    "按 %(weeks)d 周历史的趋势与季节推算": "From trend and seasons of %(weeks)d weeks",
    "只有 %(weeks)d 周历史，看不出季节，只与最近一个季度比":
        "Only %(weeks)d weeks of history: no season can be told, so it is held against the last quarter alone",
    "方法：Farrington（Noufaily 等 2013），每天看 %(cells)d 处的近 7 天":
        "Method: Farrington (Noufaily et al. 2013), the last 7 days of %(cells)d cells every day",
    "模拟只有偶然的年份，误报每年约 %(alarms)s 次":
        "In simulated years of chance alone, about %(alarms)s false alarms a year",
    "产品质量口径，截至昨天，不随上面的期间改变":
        "Product quality, up to yesterday; the period above changes nothing here",
    "还没有可以画的。": "Nothing to draw yet. ",
    "%(what)s近 %(weeks)d 周里有 %(many)d 周超过界限，最近一次 7 天至 %(day)s。":
        "%(what)s: of the last %(weeks)d weeks %(many)d passed the limit, the latest being the 7 days to %(day)s. ",
    "%(what)s近 %(weeks)d 周都在界限之内。": "%(what)s: all of the last %(weeks)d weeks are within the limit. ",
    "每点为 7 天；虚线为界限，细线为预期": "A point is 7 days; dotted: the limit, thin: what was expected",
    "界限按当时已知的历史推算": "The limit of each week is from what was known then",
    "点表格里的类别与地方可换": "Choose another by its name in the first table",
    "现有 %(now)d 条预警，已结束 %(over)d 条。": "%(now)d alerts now, %(over)d are over. ",
    "还没有出现过预警。": "There was no alert yet. ",
    "同一件事只提醒一次，结束后自动收起": "Each is told once, and put away when it is over",
    "%(many)d 件，预期 %(expected)s": "%(many)d, expected %(expected)s", "%(many)d 件": "%(many)d complaints",
    "预期 %(expected)s，界限 %(limit)d": "expected %(expected)s, limit %(limit)d",
    "7 天至 %(day)s": "7 days to %(day)s",
}  # fmt: skip
