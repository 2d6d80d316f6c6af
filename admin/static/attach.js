// Files of a form: chosen, dragged or pasted, each is sent at once, shows how far it is, and can be taken away again.
// The form itself then carries only their numbers. Without this script the browser's own field sends them along.
(function () {
  "use strict";
  var zone = document.querySelector(".kf-drop");
  if (!zone || zone.dataset.ready) return;
  zone.dataset.ready = "yes";
  var form = zone.closest("form"), input = zone.querySelector("input[type=file]"), list = zone.querySelector("ul");
  var wrong = zone.querySelector("[data-wrong]"), said = zone.querySelector("[data-said]");
  var say = zone.dataset, most = Number(say.most), running = 0, waiting = null, pasted = 0;

  zone.classList.add("ready");
  zone.querySelector(".kf-drop-say").hidden = false;
  Array.prototype.forEach.call(list.children, function (item) {      // what a form that came back still has
    var box = item.querySelector("input"), name = item.querySelector(".kf-file-name").textContent;
    keep(item, box.value, name);
    box.remove();
  });

  input.addEventListener("change", function () { take(input.files); input.value = ""; });
  form.addEventListener("paste", function (e) {
    var files = (e.clipboardData || {}).files;
    if (!files || !files.length) return;                             // words are pasted as ever
    e.preventDefault();
    take(files, true);
  });
  ["dragover", "dragleave", "drop"].forEach(function (name) {
    form.addEventListener(name, function (e) {
      if (!e.dataTransfer || Array.prototype.indexOf.call(e.dataTransfer.types, "Files") < 0) return;
      e.preventDefault();
      zone.classList.toggle("over", name === "dragover");
      if (name === "drop") take(e.dataTransfer.files);
    });
  });
  form.addEventListener("submit", function (e) {                     // not before all are there
    if (!running) return;
    e.preventDefault();
    e.stopPropagation();
    waiting = e.submitter || null;
    form.dataset.waits = "yes";
    said.textContent = say.wait;
  });

  function take(files, fromClipboard) {
    wrong.textContent = "";
    Array.prototype.slice.call(files).forEach(function (file) { send(file, fromClipboard ? named(file) : file.name); });
  }
  function named(file) {                                             // the clipboard calls every picture image.png
    if (!/^image\.\w+$/.test(file.name)) return file.name;
    pasted += 1;
    return say.pasted + (pasted > 1 ? " " + pasted : "") + file.name.slice(5);
  }
  function tell(sentence) {
    var line = document.createElement("span");
    line.textContent = sentence;
    wrong.appendChild(line);
  }
  function sentence(pattern, name) { return pattern.replace("{name}", function () { return name; }); }
  function bytes(n) { return n < 1048576 ? Math.max(1, Math.round(n / 1024)) + " KB" : (n / 1048576).toFixed(1) + " MB"; }

  function send(file, name) {
    if (file.size > most) return tell(sentence(say.tooLarge, name));
    var item = document.createElement("li"), label = document.createElement("span"), size = document.createElement("span");
    var bar = document.createElement("progress"), request = new XMLHttpRequest(), body = new FormData();
    label.className = "kf-file-name"; label.textContent = name;
    size.className = "kf-muted kf-small"; size.textContent = bytes(file.size);
    bar.max = 1; bar.value = 0; bar.setAttribute("aria-label", name);
    item.append(label, size, bar);
    var stop = remover(item, name, function () { request.abort(); });
    list.append(item);
    body.append("file", file, name);
    request.open("POST", say.upload);
    request.setRequestHeader("X-CSRFToken", form.elements.csrf_token.value);
    request.upload.onprogress = function (e) { if (e.lengthComputable) bar.value = e.loaded / e.total; };
    request.onload = function () {
      var answer = {};
      try { answer = JSON.parse(request.responseText); } catch (_) { /* a page: the session has ended, or it was too much */ }
      if (request.status === 201) {
        stop.remove(); bar.remove();
        label.textContent = answer.name;
        keep(item, answer.id, answer.name);
        said.textContent = sentence(say.done, answer.name);
      } else {
        item.remove();
        tell((answer.errors && answer.errors.file) || answer.message || sentence(request.status === 413 ? say.tooLarge : say.failed, name));
      }
    };
    request.onerror = function () { item.remove(); tell(sentence(say.failed, name)); };
    request.onloadend = function () {
      running -= 1;
      if (!running && form.dataset.waits) {
        delete form.dataset.waits;
        if (!wrong.textContent) form.requestSubmit(waiting);
      }
    };
    running += 1;
    request.send(body);
  }

  function keep(item, id, name) {
    var hidden = document.createElement("input");
    hidden.type = "hidden"; hidden.name = "files"; hidden.value = id;
    item.append(hidden);
    remover(item, name, function () {
      var request = new XMLHttpRequest();
      request.open("DELETE", say.upload + "/" + id);
      request.setRequestHeader("X-CSRFToken", form.elements.csrf_token.value);
      request.send();                                                // whatever comes of it, this form does without it
    });
    form.dispatchEvent(new Event("change", { bubbles: true }));
  }
  function remover(item, name, work) {
    var button = document.createElement("button");
    button.type = "button"; button.className = "kf-btn kf-quiet kf-file-off"; button.textContent = "×";
    button.setAttribute("aria-label", sentence(say.remove, name));
    button.addEventListener("click", function () {
      work();
      item.remove();
      said.textContent = sentence(say.removed, name);
      input.focus();
      form.dispatchEvent(new Event("change", { bubbles: true }));
    });
    item.append(button);
    return button;
  }
})();
