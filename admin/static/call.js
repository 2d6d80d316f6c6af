// 回访: 0 outside of a text is 未接通; Enter saves, in the customer's words too (Shift + Enter makes a new line there).
document.addEventListener("DOMContentLoaded", function () {
  var form = document.querySelector("form[data-calling]");
  if (!form) return;
  var unreached = form.querySelector("[data-unreached]"), later = form.querySelector("[data-when-answered]");
  var remark = later.querySelector("textarea");

  function outcome() {
    var chosen = form.querySelector("input[name=outcome]:checked");
    return chosen ? chosen.value : "";
  }
  function show() { later.hidden = !outcome() && !remark.value && !later.querySelector(".kf-error"); }
  form.addEventListener("change", show);
  show();
  document.addEventListener("keydown", function (e) {
    if (e.isComposing || e.ctrlKey || e.metaKey || e.altKey) return;
    var text = /TEXTAREA|SELECT/.test(e.target.tagName) || (e.target.tagName === "INPUT" && e.target.type !== "radio");
    if (e.key === "0" && !text && !e.repeat && unreached) { e.preventDefault(); unreached.click(); }
    if (e.key === "Enter" && e.target === remark && !e.shiftKey) { e.preventDefault(); form.requestSubmit(); }
  });
});
