// The browser's own print dialogue, once the form is drawn and again by the button.
document.querySelector("[data-print]").addEventListener("click", function () { window.print(); });
window.addEventListener("load", function () { window.print(); });
