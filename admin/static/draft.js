// A draft goes to the server two seconds after the last change and when the page is left; it is there again when the
// form is opened again. Nothing is kept in the browser. While its writer is signed out, what was typed waits in the page.
document.addEventListener("DOMContentLoaded", function () {
  var form = document.querySelector("form[data-draft]");
  if (!form || !window.fetch || !window.FormData) return;
  var said = form.querySelector("[data-draft-said]"), timer = null, dirty = false, sent = false, saving = false;

  function body() {
    var data = new FormData(form);
    data.append("auto", "1");
    return data;
  }
  function tell(text, wrong) {
    if (!said || !text) return;
    said.textContent = text;
    said.classList.toggle("kf-error", !!wrong);
  }
  function post() { return fetch(form.dataset.draft, { method: "POST", body: body(), credentials: "same-origin" }); }
  function refused(answer) { return answer.status === 400 || answer.status === 401; }   // its session is not ours any more

  function keep() {
    clearTimeout(timer);
    if (!dirty || sent) return;
    if (saving) { timer = setTimeout(keep, 500); return; }
    dirty = false;
    saving = true;
    post().then(function (answer) {
      if (!refused(answer)) return answer;
      return window.kfSession().then(function (which) {
        if (which === "here") return post();
        tell(said && { out: said.dataset.signedOut, other: said.dataset.other }[which], true);
        return null;
      });
    }).then(function (answer) {
      if (!answer || refused(answer)) { dirty = true; return; }
      return answer.json().then(function (told) {
        if (!answer.ok) { dirty = true; return tell(told.message, true); }
        if (told.saved_at && form.elements.draft_seen) form.elements.draft_seen.value = told.saved_at;
        tell(told.said);
      });
    }).catch(function () { dirty = true; })         // no network: with the next change
      .then(function () { saving = false; });
  }
  function changed() {
    dirty = true;
    clearTimeout(timer);
    timer = setTimeout(keep, 2000);
  }
  form.addEventListener("input", changed);
  form.addEventListener("change", changed);
  if (Array.prototype.some.call(form.elements, differs)) changed();   // typed before this script was there
  document.addEventListener("submit", function () { sent = true; clearTimeout(timer); });
  window.addEventListener("pageshow", function () { sent = false; });
  function differs(one) {
    if (one.type === "checkbox" || one.type === "radio") return one.checked !== one.defaultChecked;
    if (!one.options) return one.defaultValue !== undefined && one.value !== one.defaultValue;
    var first = Array.prototype.findIndex.call(one.options, function (option) { return option.defaultSelected; });
    return one.selectedIndex !== Math.max(first, 0);
  }
  function leave() {
    if (dirty && !sent && navigator.sendBeacon) navigator.sendBeacon(form.dataset.draft, body());
  }
  window.addEventListener("pagehide", leave);
  document.addEventListener("visibilitychange", function () {
    if (document.visibilityState === "hidden") leave(); else keep();
  });
});
