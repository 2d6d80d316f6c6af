// Before a form that somebody has filled in is sent, the page asks who is signed in. The same person: it takes the
// token that is in force, for that of a session before is worthless, and sends. Nobody, or somebody else: it says so in
// its place, and everything typed stays. Without this script the answer has it all again (admin/whose.py).
(function () {
  "use strict";
  function mark(form) { return (form || document).querySelector("input[name=page_of]"); }

  // "here", "out", "other" or "away"; where it is "here", every form of the page has its token
  window.kfSession = function () {
    var mine = mark();
    return fetch(mine.dataset.standing, { credentials: "same-origin", cache: "no-store" }).then(function (answer) {
      if (!answer.ok) throw new Error(answer.status);
      return answer.json();
    }).then(function (told) {
      if (!told.of) return "out";
      if (told.of !== mine.value) return "other";
      document.querySelectorAll("input[name=csrf_token]").forEach(function (field) { field.value = told.csrf_token; });
      return "here";
    }).catch(function () { return "away"; });
  };

  function say(form, which) {
    var words = mark(form).dataset, note = form.querySelector("[data-standing-said]"), link;
    if (!note) {
      note = document.createElement("div");
      note.className = "kf-note late";
      note.dataset.standingSaid = "";
      note.tabIndex = -1;
      note.setAttribute("role", "alert");
      form.insertBefore(note, form.querySelector(":scope > .kf-do"));
    }
    note.textContent = words[which];
    if (which === "out") {
      link = document.createElement("a");
      link.href = words.login; link.target = "_blank"; link.rel = "noopener"; link.textContent = words.toLogin;
      note.append(" ", link);
    }
    note.focus();
  }

  document.addEventListener("submit", function (e) {
    var form = e.target, button = e.submitter;
    if (!mark(form)) return;
    if (form.dataset.known) { delete form.dataset.known; return; }
    e.preventDefault();
    e.stopImmediatePropagation();                              // to the others it is not sent yet
    if (form.dataset.asking) return;
    form.dataset.asking = "yes";
    window.kfSession().then(function (which) {
      var note = form.querySelector("[data-standing-said]");
      delete form.dataset.asking;
      if (which !== "here") return say(form, which);
      if (note) note.remove();
      form.dataset.known = "yes";
      form.requestSubmit(button && button.form === form ? button : null);
      delete form.dataset.known;
    });
  }, true);
  document.addEventListener("visibilitychange", function () {  // back from the page where one signs in
    if (document.visibilityState === "visible" && mark()) window.kfSession();
  });
})();
