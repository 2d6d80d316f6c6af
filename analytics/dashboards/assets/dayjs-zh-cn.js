// The words of Mantine's month picker. It looks for its locale under exactly this name.
(function () {
  var months = ["1月", "2月", "3月", "4月", "5月", "6月", "7月", "8月", "9月", "10月", "11月", "12月"];
  window["dayjs_locale_zh-cn"] = {
    name: "zh-cn",
    weekdays: ["星期日", "星期一", "星期二", "星期三", "星期四", "星期五", "星期六"],
    weekdaysShort: ["周日", "周一", "周二", "周三", "周四", "周五", "周六"],
    weekdaysMin: ["日", "一", "二", "三", "四", "五", "六"],
    months: months, monthsShort: months, weekStart: 1, yearStart: 4,
    ordinal: function (n, period) { return period === "W" ? n + "周" : n + "日"; },
    formats: { LT: "HH:mm", LTS: "HH:mm:ss", L: "YYYY-MM-DD", LL: "YYYY年M月D日", LLL: "YYYY年M月D日 HH:mm",
      LLLL: "YYYY年M月D日 dddd HH:mm" },
    relativeTime: {},
    meridiem: function (hour) { return hour < 12 ? "上午" : "下午"; }
  };
})();
