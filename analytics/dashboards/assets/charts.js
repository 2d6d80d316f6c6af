// Charts take their colours from tokens.css, in the browser: the server sends figures without a template and names a
// colour by its token ("var(--worse)"), so light, dark and print are one figure. Beside that the page's few acts:
// filters into the query string, plot or table, a table as CSV, print in light.
(function () {
  "use strict";
  var root = document.documentElement;

  function token(name) { return getComputedStyle(root).getPropertyValue(name).trim(); }

  function resolve(value) {
    if (typeof value === "string") {
      var named = /^var\((--[\w-]+)\)$/.exec(value);
      return named ? token(named[1]) : value;
    }
    if (Array.isArray(value)) return value.map(resolve);
    if (value && typeof value === "object") {
      var copy = {};
      for (var key in value) copy[key] = resolve(value[key]);
      return copy;
    }
    return value;
  }

  function template() {
    var axis = {
      gridcolor: token("--line"), linecolor: token("--line"), zeroline: false, ticks: "", automargin: true,
      tickfont: { color: token("--ink-3"), size: 12 },
      title: { font: { color: token("--ink-2"), size: 12 }, standoff: 8 }
    };
    return {
      layout: {
        font: { family: getComputedStyle(document.body).fontFamily, size: 12, color: token("--ink-2") },
        paper_bgcolor: "rgba(0,0,0,0)", plot_bgcolor: "rgba(0,0,0,0)", margin: { l: 8, r: 16, t: 8, b: 8 },
        colorway: [1, 2, 3, 4, 5, 6].map(function (n) { return token("--series-" + n); }),
        xaxis: Object.assign({}, axis, { showgrid: false }), yaxis: axis,
        hovermode: "closest", showlegend: false, separators: ".,",
        hoverlabel: { bgcolor: token("--surface"), bordercolor: token("--line-strong"), align: "left",
          font: { color: token("--ink"), size: 13, family: getComputedStyle(document.body).fontFamily } },
        legend: { orientation: "h", y: 1.02, yanchor: "bottom", x: 0, itemclick: false, itemdoubleclick: false },
        transition: { duration: 0 }
      }
    };
  }

  function one(raw, shared) {
    var figure = resolve(raw);
    figure.layout = Object.assign({}, figure.layout, { template: shared, autosize: true });
    return figure;
  }

  // The figures by panel, into the graphs that stand in the page.
  function draw(raw) {
    var graphs = window.dash_clientside.callback_context.outputs_list, shared = template();
    return graphs.map(function (graph) {
      var figure = raw && raw[graph.id.panel];
      return figure ? one(figure, shared) : window.dash_clientside.no_update;
    });
  }

  // A click on a mark goes where the mark leads: the page with another filter, or the tickets behind it.
  function follow() {
    var none = window.dash_clientside.no_update;
    window.dash_clientside.callback_context.triggered.forEach(function (one) {
      var point = one.value && one.value.points && one.value.points[0];
      var facts = point && point.customdata, href = facts && facts[facts.length - 1];
      if (typeof href !== "string") return;
      if (href.charAt(0) === "?") window.dash_clientside.set_props("url", { search: href });
      else if (/^\/[a-z]/.test(href)) window.location.assign(href);
    });
    return none;
  }

  // A filter that the person changed goes into the query string; what the server set in the filters does not.
  function ask(period, grain, unit, scope, shown) {
    var none = window.dash_clientside.no_update;
    if (!shown) return none;
    var now = { period: period, grain: grain, unit: unit || null, scope: scope };
    var query = new URLSearchParams(window.location.search), changed = false;
    function put(name, value) { changed = true; value ? query.set(name, value) : query.delete(name); }
    if (period && period[0] && period[1] && String(period) !== String(shown.period)) {
      put("from", period[0].slice(0, 7) + "-01");
      put("to", monthAfter(period[1]));
    }
    if (now.grain && now.grain !== shown.grain) put("by", now.grain);
    if (now.unit !== shown.unit) put("unit", now.unit);
    if (now.scope && now.scope !== shown.scope) put("scope", now.scope);
    if (!changed) return none;
    var search = query.toString();
    window.dash_clientside.set_props("url", { search: search ? "?" + search : "?" });
    return none;
  }

  function monthAfter(day) {
    var year = Number(day.slice(0, 4)), month = Number(day.slice(5, 7)) + 1;
    if (month > 12) { year += 1; month = 1; }
    return year + "-" + (month < 10 ? "0" : "") + month + "-01";
  }

  function swap(button) {
    var name = button.dataset.kfSwap, table = button.getAttribute("aria-pressed") !== "true";
    document.getElementById(name + "-plot").hidden = table;
    document.getElementById(name + "-table").hidden = !table;
    button.setAttribute("aria-pressed", String(table));
    if (!table) window.dispatchEvent(new Event("resize"));
  }

  window.dash_clientside = Object.assign({}, window.dash_clientside);
  window.dash_clientside.kf = { draw: draw, ask: ask, follow: follow };

  function redraw() {
    if (window.dash_clientside.set_props) {
      window.dash_clientside.set_props("theme", { data: root.dataset.theme + Date.now() });
    }
  }
  window.addEventListener("kf-theme", redraw);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", function () { setTimeout(redraw, 0); });

  // A text that a spreadsheet would take for a formula gets a ' before it; numbers stay numbers.
  function cell(text) {
    var number = /^-?[\d,]+(\.\d+)?%?$/.test(text);
    if (number) text = text.replace(/,/g, "");
    else if (/^[=+\-@\t\r]/.test(text)) text = "'" + text;
    return /[",\n]/.test(text) ? '"' + text.replace(/"/g, '""') + '"' : text;
  }

  function download(button) {
    var rows = document.getElementById(button.dataset.kfCsv).querySelectorAll("tr");
    var facts = document.querySelectorAll(".kf-chip, .kf-asof > span");
    var lines = Array.prototype.map.call(rows, function (row) {
      return Array.prototype.map.call(row.children, function (one) { return cell(one.textContent); }).join(",");
    });
    var said = Array.prototype.map.call(facts, function (one) { return one.textContent.replace("×", "").trim(); });
    if (said.length) lines.push("", cell(said.join("；")));
    var link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob(["\ufeff" + lines.join("\r\n") + "\r\n"], { type: "text/csv" }));
    link.download = button.dataset.kfName + ".csv";
    link.click();
    setTimeout(function () { URL.revokeObjectURL(link.href); }, 1000);
  }

  // Paper is light, whatever the screen is: the plots are drawn again before, and back after.
  function print() {
    var was = root.dataset.theme;
    if (was !== "dark") { window.print(); return; }
    root.dataset.theme = "light";
    redraw();
    window.addEventListener("afterprint", function () { root.dataset.theme = was; redraw(); }, { once: true });
    setTimeout(function () { window.print(); }, 600);
  }

  // A page is saved with the filters that it has by then.
  document.addEventListener("submit", function (event) {
    var name = event.target.dataset.kfHere;
    if (name) event.target.elements[name].value = window.location.search;
  });

  document.addEventListener("click", function (event) {
    var button = event.target.closest("[data-kf-csv], [data-kf-print], [data-kf-swap]");
    if (!button) return;
    if (button.dataset.kfSwap) swap(button);
    else if (button.dataset.kfCsv) download(button);
    else print();
  });
})();
