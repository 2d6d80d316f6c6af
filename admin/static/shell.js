// The drawer, the two keys, the theme, closing a message, Ctrl+Enter, and no second press. Everything works without it
// except the drawer and the theme.
document.addEventListener("DOMContentLoaded", function () {
  var shell = document.querySelector(".kf-shell"), burger = document.querySelector(".kf-burger");
  var veil = document.querySelector(".kf-veil");
  function nav(open) {
    shell.dataset.nav = open ? "open" : "";
    burger.setAttribute("aria-expanded", open);
    veil.nextElementSibling.inert = open;                      // Tab stays in the drawer
    (open ? document.querySelector(".kf-side a") : burger).focus();
  }
  if (burger) burger.addEventListener("click", function () { nav(shell.dataset.nav !== "open"); });
  if (veil) veil.addEventListener("click", function () { nav(false); });

  var here = document.querySelector(".kf-side [aria-current]");
  if (here) here.scrollIntoView({ block: "nearest" });
  var wanted = document.querySelector("[data-focus]");        // a form that came back: its summary first
  if (wanted) wanted.focus();

  document.addEventListener("click", function (e) {
    document.querySelectorAll(".kf-menu[open]").forEach(function (m) { if (!m.contains(e.target)) m.open = false; });
    var theme = e.target.closest("[data-set-theme]");
    if (theme) { window.kfTheme(theme.dataset.setTheme); theme.closest("details").open = false; }
    var close = e.target.closest("[data-close]");
    if (close) close.parentNode.remove();
  });
  document.addEventListener("keydown", function (e) {
    if (e.key === "Escape") {
      if (shell && shell.dataset.nav === "open") nav(false);
      document.querySelectorAll(".kf-menu[open]").forEach(function (m) { m.open = false; m.querySelector("summary").focus(); });
    }
    if (e.isComposing) return;
    if (e.key === "/" && !e.ctrlKey && !e.metaKey && !e.altKey && !/INPUT|TEXTAREA|SELECT/.test(e.target.tagName) && !e.target.isContentEditable) {
      var s = document.querySelector(".kf-search input");
      if (s) { e.preventDefault(); s.focus(); }
    }
    if (e.key === "Enter" && e.ctrlKey && e.target.form && e.target.form.method === "post") {
      e.preventDefault();
      e.target.form.requestSubmit();
    }
  });
  function telephone(typed) {                                  // as models/lookup.py has it
    var plain = typed.normalize("NFKC");
    return /(^|\D)((\+|00)?86[-\s]?)?1\d([-\s.]{0,3}\d){9}(?!\d)/.test(plain) ||
      /^\s*(\(?0\d{2,3}\)?[-\s]{0,3}|(?!20[0-3]\d))[2-9]\d{2,3}[-\s]?\d{4}\s*$/.test(plain);
  }
  document.addEventListener("submit", function (e) {           // a search for a number never becomes an address
    var to = e.target.dataset.numbers;
    var found = to && Array.from(e.target.querySelectorAll("input[type=search]")).filter(function (i) { return telephone(i.value); });
    if (!found || !found.length) return;
    e.preventDefault();
    found.forEach(function (i) { i.value = ""; });
    location.assign(to);
  });
  document.addEventListener("submit", function (e) {           // the key in the form makes a second press harmless; this spares it
    if (e.target.method !== "post" || "file" in e.target.dataset) return;   // after a file the page is still there
    if (e.target.dataset.sent) { e.preventDefault(); return; }
    e.target.dataset.sent = "yes";
  });
  window.addEventListener("pageshow", function () {
    document.querySelectorAll("form[data-sent]").forEach(function (f) { delete f.dataset.sent; });
  });
});
