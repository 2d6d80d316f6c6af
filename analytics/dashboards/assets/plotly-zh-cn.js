// Plotly's own words and dates in Chinese; it takes them from here when it starts.
(function () {
  var months = ["1月", "2月", "3月", "4月", "5月", "6月", "7月", "8月", "9月", "10月", "11月", "12月"];
  var days = ["周日", "周一", "周二", "周三", "周四", "周五", "周六"];
  window.PlotlyLocales = window.PlotlyLocales || {};
  window.PlotlyLocales["zh-CN"] = {
    moduleType: "locale", name: "zh-CN",
    dictionary: { "Autoscale": "自动缩放", "Click to enter plot title": "", "Reset axes": "重置", "Zoom": "缩放" },
    format: { days: days, shortDays: days, months: months, shortMonths: months, date: "%Y-%m-%d",
      decimal: ".", thousands: "," }
  };
})();
