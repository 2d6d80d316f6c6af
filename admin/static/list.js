// Choosing rows of the list: how many, and which actions all of them allow. Without it every action stands there, and
// its page says which tickets it does not fit.
document.addEventListener("DOMContentLoaded", function () {
  var form = document.querySelector("form[data-bulk]"), bar = form && form.querySelector("[data-bar]");
  if (!bar) return;
  var boxes = Array.from(form.querySelectorAll("input[name=t]")), all = form.querySelector("[data-all]");
  var said = bar.querySelector("[data-said]"), none = bar.querySelector("[data-none]"), last = null;
  var buttons = Array.from(bar.querySelectorAll("button[name=action]"));
  all.hidden = bar.querySelector("[data-clear]").hidden = false;
  function show() {
    var chosen = boxes.filter(function (b) { return b.checked; }), left = 0;
    bar.hidden = !chosen.length;
    said.textContent = said.dataset.said.replace("{n}", chosen.length);
    buttons.forEach(function (button) {
      button.hidden = !chosen.every(function (b) { return (" " + b.dataset.acts + " ").indexOf(" " + button.value + " ") >= 0; });
      left += !button.hidden;
    });
    none.hidden = left > 0;
    all.checked = chosen.length === boxes.length;
    all.indeterminate = chosen.length > 0 && !all.checked;
  }
  all.addEventListener("change", function () {
    boxes.forEach(function (b) { b.checked = all.checked; });
    show();
  });
  form.addEventListener("click", function (e) {                 // Shift and a click: all between the last and this
    if (boxes.indexOf(e.target) < 0) return;
    if (e.shiftKey && last) {
      var ends = [boxes.indexOf(last), boxes.indexOf(e.target)].sort(function (a, b) { return a - b; });
      boxes.slice(ends[0], ends[1] + 1).forEach(function (b) { b.checked = e.target.checked; });
    }
    last = e.target;
    show();
  });
  form.addEventListener("change", show);
  form.addEventListener("reset", function () { setTimeout(show); });
  window.addEventListener("pageshow", show);
  show();
});
