// A draft goes to the server two seconds after the last change and when the page is left; it is there again when the
// form is opened again. Nothing is kept in the browser.
document.addEventListener("DOMContentLoaded", function () {
  var form = document.querySelector("form[data-draft]");
  if (!form || !window.fetch || !window.FormData) return;
  var said = form.querySelector("[data-draft-said]"), timer = null, dirty = false, sent = false;

  function body() {
    var data = new FormData(form);
    data.append("auto", "1");
    return data;
  }
  function tell(text, wrong) {
    if (!said) return;
    said.textContent = text;
    said.classList.toggle("kf-error", !!wrong);
  }
  function keep() {
    if (!dirty || sent) return;
    dirty = false;
    fetch(form.dataset.draft, { method: "POST", body: body(), credentials: "same-origin" }).then(function (answer) {
      if (answer.status === 401 || answer.status === 400) return tell(said ? said.dataset.signedOut : "", true);
      return answer.json().then(function (told) {
        if (!answer.ok) return tell(told.message, true);
        if (told.saved_at && form.elements.draft_seen) form.elements.draft_seen.value = told.saved_at;
        if (told.said) tell(told.said);
      });
    }).catch(function () { dirty = true; });       // no network: with the next change
  }
  function changed() {
    dirty = true;
    clearTimeout(timer);
    timer = setTimeout(keep, 2000);
  }
  form.addEventListener("input", changed);
  form.addEventListener("change", changed);
  document.addEventListener("submit", function () { sent = true; clearTimeout(timer); });
  window.addEventListener("pageshow", function () { sent = false; });
  function leave() {
    if (dirty && !sent && navigator.sendBeacon && navigator.sendBeacon(form.dataset.draft, body())) dirty = false;
  }
  window.addEventListener("pagehide", leave);
  document.addEventListener("visibilitychange", function () { if (document.visibilityState === "hidden") leave(); });
});
