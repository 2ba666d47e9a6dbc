"use strict";
// The table of conditions: it sorts by any column and shows what the selectors
// admit. Others learn of a change by the event "conditions".
(() => {
  document.documentElement.classList.add("scripted");
  const table = document.getElementById("all");
  const body = table.tBodies[0];
  const rows = [...body.rows];
  const selects = [...document.querySelectorAll("#filters select")];

  const valueOf = (row, column, kind) => {
    const cell = row.cells[column];
    const raw = cell.dataset.v ?? cell.textContent.replace("◉", "").trim();
    if (kind !== "number") return raw;
    return raw === "" ? null : Number(raw);
  };

  // What is missing stands last, whichever way the others go.
  const compare = (a, b, way) => {
    const none = (x) => x === null || x === "";
    if (none(a) || none(b)) return none(a) - none(b);
    if (typeof a === "number") return way * (a - b);
    return way * a.localeCompare(b, "en", { numeric: true });
  };

  const heads = [...table.tHead.rows[0].cells];
  const sortBy = (column) => {
    const head = heads[column];
    const way = head.getAttribute("aria-sort") === "ascending" ? -1 : 1;
    heads.forEach((h) => {
      h.removeAttribute("aria-sort");
      h.querySelector(".arrow").textContent = "";
    });
    head.setAttribute("aria-sort", way > 0 ? "ascending" : "descending");
    head.querySelector(".arrow").textContent = way > 0 ? "▲" : "▼";
    const keyed = rows.map((row) => [valueOf(row, column, head.dataset.sort), row]);
    keyed.sort((x, y) => compare(x[0], y[0], way) || x[1].dataset.i - y[1].dataset.i);
    body.append(...keyed.map((k) => k[1]));
  };
  heads.forEach((head, column) => {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = head.textContent;
    const arrow = document.createElement("span");
    arrow.className = "arrow";
    arrow.setAttribute("aria-hidden", "true");
    button.append(arrow);
    head.replaceChildren(button);
    button.addEventListener("click", () => sortBy(column));
  });

  const filter = () => {
    const wanted = selects.filter((s) => s.value !== "");
    let n = 0;
    rows.forEach((row) => {
      row.hidden = !wanted.every((s) => row.dataset[s.dataset.key] === s.value);
      n += row.hidden ? 0 : 1;
    });
    document.getElementById("shown").textContent = `${n} of ${rows.length} shown`;
    document.getElementById("none").hidden = n > 0;
    table.parentElement.hidden = n === 0;
    document.dispatchEvent(new CustomEvent("conditions"));
  };
  selects.forEach((s) => s.addEventListener("change", filter));
  document.getElementById("filters").addEventListener("submit", (e) => e.preventDefault());
  document.getElementById("reset").addEventListener("click", () => {
    selects.forEach((s) => (s.value = ""));
    filter();
  });
  document.addEventListener("DOMContentLoaded", filter);
})();
