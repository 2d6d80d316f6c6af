// 登记投诉 by keyboard (Alt+1…9 a category, Alt+0 what is suggested, Ctrl+Enter registers, with Shift assigns), and what
// is found while the caller speaks. Nothing here decides: what is suggested is taken by a key or a click, and all of it
// can be done without.
document.addEventListener("DOMContentLoaded", function () {
  var form = document.querySelector(".kf-register");
  if (!form) return;
  var field = form.elements, category = field.category, composing = false;
  var discipline = form.dataset.discipline.split(" "), forwarders = form.dataset.forwarders.split(" ");

  // categories by number
  var options = [];
  category.querySelectorAll("option").forEach(function (o) { if (o.value && options.length < 9) options.push(o); });
  var quick = document.createElement("div");
  quick.className = "kf-quick kf-wide-only";
  options.forEach(function (o, i) {
    var b = document.createElement("button");
    b.type = "button"; b.className = "kf-btn small"; b.dataset.value = o.value; b.tabIndex = -1;
    b.innerHTML = "<kbd></kbd> <span></span>";
    b.firstChild.textContent = i + 1; b.lastChild.textContent = o.textContent;
    b.addEventListener("click", function () { choose(category, o.value); });
    quick.appendChild(b);
  });
  category.closest(".kf-pairs").after(quick);
  function choose(select, value) {
    select.value = value;
    select.dispatchEvent(new Event("change", { bubbles: true }));
  }

  // what goes together
  function fold(name) { return document.getElementById("fold-" + name); }
  function shape() {
    var track = discipline.indexOf(category.value) >= 0 ? "discipline" : "quality";
    form.querySelectorAll("[data-on]").forEach(function (b) { b.hidden = b.dataset.on !== track; });
    var reply = fold("reply"), atOnce = track === "quality" && field.kind.value !== "complaint";
    if (reply) {
      form.querySelector("[value=answer]").hidden = !atOnce;
      reply.hidden = !atOnce && !holds(reply);
      if (atOnce) reply.open = true;
    }
    quick.querySelectorAll("button").forEach(function (b) { b.classList.toggle("chosen", b.dataset.value === category.value); });
    if (field.unit) field.unit.closest(".kf-field").hidden = track === "discipline";
    var from = fold("forwarded"), is = forwarders.indexOf(field.channel.value) >= 0;
    if (is) from.open = true;
    from.hidden = !is && !holds(from);
    var anonymous = field.anonymous.checked;
    ["phone", "complainant", "account_no", "complainant_kind"].forEach(function (name) {
      if (anonymous) field[name].value = "";
      field[name].disabled = anonymous;
    });
  }
  function holds(box) {
    return Array.prototype.some.call(box.querySelectorAll("input, textarea, select"), function (i) { return i.name && i.value; });
  }
  form.addEventListener("change", shape);
  shape();

  // keys
  document.addEventListener("keydown", function (e) {
    if (e.isComposing) return;
    if (e.altKey && !e.ctrlKey && !e.metaKey && /^Digit[1-9]$/.test(e.code)) {
      var o = options[e.code.slice(5) - 1];
      if (o) { e.preventDefault(); choose(category, o.value); }
    }
    if (e.altKey && !e.ctrlKey && !e.metaKey && e.code === "Digit0") {
      e.preventDefault();
      suggested.querySelectorAll("[data-adopt]").forEach(take);
    }
    if (e.key === "Enter" && e.ctrlKey && e.shiftKey && form.contains(e.target)) {
      var b = form.querySelector("button[name=then]:not([hidden])");
      e.preventDefault(); e.stopPropagation();
      if (b) b.click();
    }
  }, true);

  // what is found
  function ask(url, names, into) {
    var data = new FormData(), mine = (into.dataset.asked = String(+new Date()) + Math.random());
    data.append("csrf_token", field.csrf_token.value);
    names.forEach(function (name) { if (field[name]) data.append(name, field[name].value); });
    fetch(url, { method: "POST", body: data, credentials: "same-origin" }).then(function (answer) {
      return answer.ok ? answer.text() : "";
    }).then(function (html) { if (into.dataset.asked === mine) { into.innerHTML = html.trim(); once(); } }).catch(function () {});
  }
  function once() {                                // a ticket shows in one place
    earlier.querySelectorAll("[data-no]").forEach(function (li) {
      li.hidden = !!suggested.querySelector('[data-no="' + li.dataset.no + '"]');
    });
    earlier.querySelectorAll(".kf-card").forEach(function (card) {
      card.querySelector("[data-elsewhere]").hidden = !!card.querySelector("[data-no]:not([hidden])");
    });
  }
  var suggested = document.getElementById("suggested"), earlier = document.getElementById("earlier");
  var timer = null, numbers = "";
  function look() {
    if (composing || !form.dataset.similar) return;
    var typed = field.phone.value + "/" + field.account_no.value;
    if (typed !== numbers) {
      numbers = typed;
      if (typed.length > 4) ask(form.dataset.lookup, ["phone", "account_no"], earlier); else earlier.textContent = "";
    }
    if (field.content.value.length > 1 || field.neighbourhood.value || typed.length > 4)
      ask(form.dataset.similar, ["phone", "account_no", "content", "neighbourhood", "category", "district", "unit"], suggested);
    else suggested.textContent = "";
  }
  function soon() { clearTimeout(timer); timer = setTimeout(look, 400); }
  form.addEventListener("compositionstart", function () { composing = true; });
  form.addEventListener("compositionend", function () { composing = false; soon(); });
  form.addEventListener("input", function (e) { if (!e.isComposing) soon(); });
  form.addEventListener("change", soon);
  if (field.content.value || field.phone.value) soon();

  // what is taken of it
  var linked = form.querySelector("[data-linked]");
  function take(adopt) { choose(field[adopt.dataset.adopt], adopt.dataset.value); field[adopt.dataset.adopt].focus(); }
  document.addEventListener("click", function (e) {
    var adopt = e.target.closest("[data-adopt]"), link = e.target.closest("[data-link]");
    if (adopt) take(adopt);
    if (link || e.target.closest("[data-unlink]")) {
      field.link_to.value = link ? link.dataset.link : "";
      field.link_kind.value = link ? link.dataset.linkKind : "";
      linked.hidden = !link;
      linked.querySelector("[data-linked-to]").textContent = field.link_to.value;
      linked.querySelector("[data-linked-kind]").textContent = link ? link.dataset.linkSaid : "";
      var wrong = linked.querySelector(".kf-error");
      if (wrong) wrong.remove();
      field.link_to.dispatchEvent(new Event("change", { bubbles: true }));
    }
  });

  // an error in a fold, reached from the summary on top
  document.addEventListener("click", function (e) {
    var a = e.target.closest(".kf-wrong a[href^='#']"), to = a && document.getElementById(a.getAttribute("href").slice(1));
    if (to && to.closest("details")) to.closest("details").open = true;
  });
});
