// A form that Back fills in again keeps the key it had, which stands in the history of the tab and nowhere
// else. If it was sent under that key the page says as what, and another ticket wants a change, or a press of its own.
document.addEventListener("DOMContentLoaded", function () {
  "use strict";
  var form = document.querySelector(".kf-register");
  if (!form) return;
  var once = form.elements.once, content = form.elements.content, fresh = once.value;
  var note = document.querySelector("[data-registered]"), more = note.querySelector("[data-once-more]");

  function remember() { history.replaceState(Object.assign({}, history.state, { form: once.value }), ""); }
  function another() {
    if (once.value === fresh) return;
    once.value = fresh;
    remember();
  }
  window.addEventListener("pageshow", function (e) {
    setTimeout(function () {                                   // after the browser has filled in what stood there
      var was = history.state && history.state.form;
      if (!was || (!e.persisted && (was === once.value || content.value === content.defaultValue))) return remember();
      once.value = was;
      document.querySelectorAll(".kf-unfinished [name=draft]").forEach(function (offer) {
        if (offer.value === was) (document.querySelectorAll(".kf-unfinished li").length > 1 ? offer.closest("li") : offer.closest("section")).remove();
      });
      fetch(form.dataset.became.slice(0, -1) + encodeURIComponent(was), { credentials: "same-origin" }).then(function (answer) {
        return answer.ok ? answer.json() : {};
      }).then(function (told) {
        if (!told.said) return;
        if (fresh === was) fresh = was + "-";                  // the very page, kept by the browser
        note.querySelector("strong").textContent = told.said;
        var link = note.querySelector("a");
        link.hidden = !told.url;
        if (told.url) link.href = told.url;
        more.hidden = note.hidden = false;
        note.focus();
      }).catch(function () {});
    }, 0);
  });
  form.addEventListener("input", another);
  form.addEventListener("change", another);
  more.addEventListener("click", function () {
    var again = document.createElement("input");
    again.type = "hidden"; again.name = "again"; again.value = "1";
    form.append(again);
    another();
    note.hidden = true;
    content.focus();
  });
  document.addEventListener("submit", function (e) {           // nothing changed, and nobody has said that it is another
    if (e.target !== form || note.hidden || more.hidden || once.value === fresh) return;
    e.preventDefault();
    e.stopImmediatePropagation();
    note.focus();
  }, true);
});
