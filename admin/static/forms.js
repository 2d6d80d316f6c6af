// 常用答复 as a list to choose from: a text goes in where the cursor is, and what was typed stays.
document.addEventListener("DOMContentLoaded", function () {
  document.querySelectorAll("[data-texts]").forEach(function (box) {
    var list = box.querySelector("select"), into = document.getElementById(box.dataset.texts);
    box.querySelector("details").hidden = true;
    list.hidden = false;
    list.addEventListener("change", function () {
      if (!list.value) return;
      var from = into.selectionStart, to = into.selectionEnd;
      if (document.activeElement !== into && from === 0 && to === 0) from = to = into.value.length;
      into.setRangeText(list.value, from, to, "end");
      list.value = "";
      into.dispatchEvent(new Event("input", { bubbles: true }));
      into.focus();
    });
  });
});
