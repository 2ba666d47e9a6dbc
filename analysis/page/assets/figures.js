"use strict";
// The map of the values and their means, for the chosen conditions.
(() => {
  const data = JSON.parse(document.getElementById("data").textContent);
  const { node, colours, number, mark, explain, place, legend } = draw;
  const byId = (id) => document.getElementById(id);
  const first = byId("first"), second = byId("second");

  const chosen = () => [["first", first], ["second", second]].filter(([, s]) => s.value !== "").map(([kind, s]) => ({ kind, c: data.conditions[s.value] }));
  const visible = () => [...document.querySelectorAll("#all tbody tr:not([hidden])")].map((r) => Number(r.dataset.i)).sort((a, b) => a - b);

  const empty = (box, text) => {
    const p = document.createElement("p");
    p.className = "empty";
    p.textContent = text;
    box.replaceChildren(p);
  };

  const frame = (id, width, height, label) => {
    const svg = node("svg", { viewBox: `0 0 ${width} ${height}`, role: "group", "aria-label": label });
    byId(id).replaceChildren(svg);
    return svg;
  };

  const map = () => {
    if (!data.map) return;
    const box = byId("map"), list = chosen();
    const fitted = list.filter(({ c }) => c.x.some((x) => x !== null));
    byId("map-text").textContent = list.map(({ c }) => c.ssd === null ? `${c.name}: NA, ${c.fitNA || "there is no fit"}.`
      : `${c.name}: SSD ${number(c.ssd, 3)}, r ${number(c.r, 2)}${c.p === null ? "" : `, p ${number(c.p, 4)}, 5 % of random labels reach ${number(c.q05, 2)}`}.`).join(" ");
    if (!fitted.length) return empty(box, list.length ? "No map: " + (list[0].c.fitNA || "there is no benchmark of structure") + "." : "No condition is chosen.");
    const width = Math.max(280, box.clientWidth), top = 14 + 20 * (fitted.length + 1), side = width, height = side + top;
    const bench = data.values.filter((v) => v.x !== null);
    const xs = [...bench.map((v) => v.x), ...fitted.flatMap(({ c }) => c.x)].filter((x) => x !== null);
    const ys = [...bench.map((v) => v.y), ...fitted.flatMap(({ c }) => c.y)].filter((y) => y !== null);
    const midX = (Math.min(...xs) + Math.max(...xs)) / 2, midY = (Math.min(...ys) + Math.max(...ys)) / 2;
    const scale = (side - 84) / Math.max(Math.max(...xs) - Math.min(...xs), Math.max(...ys) - Math.min(...ys), 1e-9);
    const X = (x) => side / 2 + (x - midX) * scale, Y = (y) => top + side / 2 - (y - midY) * scale;
    const svg = frame("map", width, height, `Map of ${bench.length || data.values.length} values: ${fitted.map(({ c }) => c.name).join(" and ")} against ${data.structure}`);
    const most = Math.floor((width - 30) / 7);
    legend(svg, [["bench", data.structure, most], ...fitted.map(({ kind, c }) => [kind, c.name, most])], 10);
    svg.append(node("rect", { x: 0.5, y: top + 0.5, width: side - 1, height: side - 1, fill: "none", stroke: "#d5dae0", rx: 4 }));
    const marks = [], labels = [];
    data.values.forEach((v, i) => {
      fitted.forEach(({ kind, c }) => {
        if (v.x !== null && c.x[i] !== null) svg.append(node("line", { x1: X(v.x), y1: Y(v.y), x2: X(c.x[i]), y2: Y(c.y[i]), stroke: colours[kind], "stroke-opacity": 0.35 }));
      });
    });
    const add = (kind, x, y, text, code, fill, faint) => {
      const m = mark(kind, X(x), Y(y), text);
      marks.push(m);
      if (code) labels.push({ x: X(x), y: Y(y), text: code, fill, faint, angle: Math.atan2(Y(y) - top - side / 2, X(x) - side / 2) });
    };
    data.values.forEach((v, i) => {
      if (v.x !== null) add("bench", v.x, v.y, `${v.name} (${v.code})\n${data.structure}: ${number(v.x, 4)}, ${number(v.y, 4)}`, fitted.length < 2 && width > 430 ? v.code : "", colours.bench, true);
      fitted.forEach(({ kind, c }) => {
        if (c.x[i] === null) return;
        const off = v.x === null ? "" : `\ndistance ${number(Math.hypot(c.x[i] - v.x, c.y[i] - v.y), 4)}`;
        add(kind, c.x[i], c.y[i], `${v.name} (${v.code})\n${c.name}: ${number(c.x[i], 4)}, ${number(c.y[i], 4)}${off}`, v.code, colours[kind], false);
      });
    });
    labels.sort((a, b) => a.faint - b.faint);
    place(svg, labels, marks, 12, width, height);
    svg.append(...marks);
    explain(box, svg, marks);
  };

  const means = () => {
    const box = byId("means"), list = chosen().filter(({ c }) => c.mean.some((m) => m !== null));
    const all = chosen();
    const about = (c) => !data.rho ? `n ${c.n}` : c.rho === null ? `rho NA, ${c.rhoNA || "there is no benchmark"}` : `rho ${number(c.rho, 3)}, n ${c.n}`;
    byId("means-text").textContent = all.map(({ c }) => `${c.name}: ${about(c)}.`).join(" ") + ` ${data.scores === "raw" ? "Raw" : "Centred"} means, in the order of ${data.benchmark}.`;
    const benched = data.values.some((v) => v.mean !== null);
    if (!list.length && !benched) return empty(box, "No means: " + (all.length ? all[0].c.rhoNA || "no session can be used" : "no condition is chosen") + ".");
    const rest = visible().map((i) => data.conditions[i]).filter((c) => !list.some((x) => x.c === c) && c.mean.some((m) => m !== null));
    const width = Math.max(280, box.clientWidth), narrow = width < 430, row = 26, left = narrow ? 46 : Math.min(190, width * 0.36);
    const entries = [...(benched ? [["bench", data.benchmark, 60]] : []), ...list.map(({ kind, c }) => [kind, c.name, Math.floor((width - 30) / 7)])];
    const top = 14 + 20 * entries.length, bottom = top + row * data.values.length, height = bottom + 40;
    const numbers = [...data.values.map((v) => v.mean), ...list.flatMap(({ c }) => [...c.mean, ...c.low, ...c.high]), ...rest.flatMap((c) => c.mean)].filter((x) => x !== null);
    const low = Math.floor(Math.min(...numbers) * 2) / 2, high = Math.max(low + 0.5, Math.ceil(Math.max(...numbers) * 2) / 2);
    const X = (x) => left + 14 + ((x - low) / (high - low)) * (width - left - 28), Y = (k) => top + row * (k + 0.5);
    const svg = frame("means", width, height, `Means of ${data.values.length} values: ${list.map(({ c }) => c.name).join(" and ")}${benched ? ` beside ${data.benchmark}` : ""}`);
    legend(svg, entries, 10);
    const step = (high - low) / 0.5 > 8 || narrow ? 1 : 0.5;
    for (let t = Math.ceil(low / step) * step; t <= high + 1e-9; t += step) {
      svg.append(node("line", { x1: X(t), x2: X(t), y1: top, y2: bottom, stroke: t === 0 ? "#7a8590" : "#e3e7eb" }), node("text", { x: X(t), y: bottom + 14, "text-anchor": "middle", class: "faint" }, number(t, 1)));
    }
    svg.append(node("text", { x: (left + width) / 2, y: bottom + 33, "text-anchor": "middle", class: "faint" }, `${data.scores} mean`));
    data.order.forEach((v, k) => svg.append(node("text", { x: left, y: Y(k), "text-anchor": "end", "dominant-baseline": "central" }, narrow ? data.values[v].code : data.values[v].name)));
    const line = (of, colour, wide) => {
      let d = "", down = false;
      data.order.forEach((v, k) => {
        const x = of(v);
        if (x === null) { down = false; return; }
        d += `${down ? "L" : "M"}${X(x).toFixed(1)} ${Y(k)}`;
        down = true;
      });
      if (d) svg.append(node("path", { d, fill: "none", stroke: colour, "stroke-width": wide, "stroke-linejoin": "round" }));
    };
    rest.forEach((c) => line((v) => c.mean[v], colours.rest, 0.8));
    if (benched) line((v) => data.values[v].mean, colours.bench, 1.5);
    list.forEach(({ kind, c }) => {
      line((v) => c.mean[v], colours[kind], 2);
      data.order.forEach((v, k) => {
        if (c.low[v] !== null) svg.append(node("line", { x1: X(c.low[v]), x2: X(c.high[v]), y1: Y(k), y2: Y(k), stroke: colours[kind], "stroke-width": 1.5 }));
      });
    });
    const marks = [];
    data.order.forEach((v, k) => {
      const w = data.values[v];
      if (w.mean !== null) marks.push(mark("bench", X(w.mean), Y(k), `${w.name} (${w.code})\n${data.benchmark}: ${number(w.mean, 4)}`));
      list.forEach(({ kind, c }) => {
        if (c.mean[v] === null) return;
        const interval = c.low[v] === null ? "" : `\n95 % interval ${number(c.low[v], 4)} to ${number(c.high[v], 4)}`;
        const sd = c.sd[v] === null ? "" : `, sd ${number(c.sd[v], 4)}`;
        marks.push(mark(kind, X(c.mean[v]), Y(k), `${w.name} (${w.code})\n${c.name}: ${number(c.mean[v], 4)}${sd}${c.rank[v] === null ? "" : `, rank ${c.rank[v]}`}${interval}`));
      });
    });
    svg.append(...marks);
    explain(box, svg, marks);
    if (list.some(({ c }) => c.low.some((x) => x !== null))) byId("means-text").textContent += " Bars: 95 % bootstrap intervals.";
    if (rest.length) byId("means-text").textContent += ` Grey lines: the ${rest.length} other conditions shown in the table.`;
  };

  // The same numbers as a table, for readers who do not see the figures.
  const numbers = () => {
    const table = byId("numbers-table"), list = chosen();
    table.replaceChildren();
    table.createCaption().textContent = ["Values in the order of " + data.benchmark, ...list.map(({ c }) => c.name)].join("; ");
    const head = table.createTHead().insertRow();
    const cell = (row, name, text, scope) => {
      const c = document.createElement(name);
      c.textContent = text;
      if (scope) c.scope = scope;
      if (row.cells.length > 1 || (name === "td")) c.className = "n";
      row.append(c);
    };
    // Each column: its title, and what it shows of a value. Ranks are printed as they are.
    const columns = [];
    const add = (title, of, whole) => columns.push({ title, of, whole });
    if (data.rho) add("benchmark mean", (v) => data.values[v].mean);
    list.forEach(({ c }, i) => {
      const w = list.length > 1 ? ` ${i + 1}` : "";
      add(`mean${w}`, (v) => c.mean[v]);
      add(`sd${w}`, (v) => c.sd[v]);
      add(`rank${w}`, (v) => c.rank[v], true);
      if (data.map) {
        add(`map x${w}`, (v) => c.x[v]);
        add(`map y${w}`, (v) => c.y[v]);
      }
    });
    if (data.map) {
      add("benchmark x", (v) => data.values[v].x);
      add("benchmark y", (v) => data.values[v].y);
    }
    ["value", ...columns.map((c) => c.title)].forEach((t) => cell(head, "th", t, "col"));
    const body = table.createTBody();
    data.order.forEach((v) => {
      const row = body.insertRow(), w = data.values[v];
      cell(row, "th", `${w.name} (${w.code})`, "row");
      columns.forEach(({ of, whole }) => cell(row, "td", whole && of(v) !== null ? String(of(v)) : number(of(v), 4)));
    });
  };

  const redraw = () => {
    map();
    means();
    numbers();
    document.querySelectorAll("#all tbody tr").forEach((r) => {
      r.classList.toggle("first", r.dataset.i === first.value);
      r.classList.toggle("second", r.dataset.i === second.value);
    });
    document.dispatchEvent(new CustomEvent("drawn"));
  };

  // best is the condition whose structure matches best: what is shown first.
  const best = (list) => list.reduce((b, i) => {
    const x = data.conditions[i].ssd, y = data.conditions[b].ssd;
    return x !== null && (y === null || x < y) ? i : b;
  }, list[0]);

  // fill offers the conditions that the table shows, keeping the choice if it
  // is among them.
  const fill = () => {
    const list = visible(), one = first.value, two = second.value;
    const option = (i) => new Option(i === "" ? "nothing" : data.conditions[i].name, i);
    first.replaceChildren(...list.map(option));
    second.replaceChildren(option(""), ...list.map(option));
    if (list.includes(Number(one)) && one !== "") first.value = one;
    else if (one === "" && list.length) first.value = best(list);
    second.value = list.includes(Number(two)) && two !== "" ? two : "";
    redraw();
  };

  const step = (by) => {
    if (!first.options.length) return;
    first.selectedIndex = (first.selectedIndex + by + first.options.length) % first.options.length;
    redraw();
  };
  byId("before").addEventListener("click", () => step(-1));
  byId("after").addEventListener("click", () => step(1));
  [first, second].forEach((s) => s.addEventListener("change", redraw));
  document.getElementById("all").addEventListener("click", (e) => {
    const pick = e.target.closest("button.pick");
    if (!pick) return;
    first.value = pick.closest("tr").dataset.i;
    redraw();
    byId("read").textContent = `The figures show ${first.selectedOptions[0].text}.`;
  });
  document.addEventListener("conditions", fill);
  let last = 0;
  new ResizeObserver(() => {
    if (byId("means").clientWidth !== last) requestAnimationFrame(redraw);
    last = byId("means").clientWidth;
  }).observe(byId("means"));
})();
