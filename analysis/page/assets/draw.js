"use strict";
// Drawing of the two figures: small pieces of SVG whose marks tell their exact
// value when pointed at or reached by keyboard. Shared by figures.js.
const draw = (() => {
  const space = "http://www.w3.org/2000/svg";
  const node = (name, attributes = {}, text) => {
    const n = document.createElementNS(space, name);
    for (const [k, v] of Object.entries(attributes)) n.setAttribute(k, v);
    if (text !== undefined) n.textContent = text;
    return n;
  };

  const colours = { bench: "#545d68", first: "#0b5c94", second: "#a84300", rest: "#c9d0d7" };
  const shapes = {
    bench: (x, y) => node("path", { d: `M${x} ${y - 5}l5 5l-5 5l-5 -5z`, fill: "#fff", stroke: colours.bench, "stroke-width": 1.5 }),
    first: (x, y) => node("circle", { cx: x, cy: y, r: 4.5, fill: colours.first }),
    second: (x, y) => node("rect", { x: x - 4, y: y - 4, width: 8, height: 8, fill: colours.second }),
  };

  const number = (x, digits) => {
    if (x === null || x === undefined) return "NA";
    const s = x.toFixed(digits);
    return (Number(s) === 0 ? s.replace("-", "") : s).replace("-", "−");
  };

  // mark is a shape with a wide, unseen ring that takes the pointer.
  const mark = (kind, x, y, text) => {
    const g = node("g", { class: "point", role: "img", "aria-label": text.replaceAll("\n", ", "), tabindex: "-1" });
    g.append(shapes[kind](x, y), node("circle", { class: "ring", cx: x, cy: y, r: 9 }));
    g.at = [x, y];
    g.text = text;
    return g;
  };

  // explain shows the text of the mark that is pointed at or focused, and moves
  // from mark to mark by the arrow keys: one stop for the Tab key a figure.
  const explain = (box, svg, marks) => {
    const tip = document.createElement("div");
    tip.className = "tip";
    tip.hidden = true;
    tip.setAttribute("aria-hidden", "true");
    box.append(tip);
    const show = (m) => {
      tip.textContent = m.text;
      tip.hidden = false;
      const scale = svg.getBoundingClientRect().width / svg.viewBox.baseVal.width;
      const [x, y] = m.at.map((v) => v * scale);
      tip.style.left = `${Math.max(0, Math.min(x + 12, box.clientWidth - tip.offsetWidth))}px`;
      tip.style.top = `${y - tip.offsetHeight - 10 < 0 ? y + 14 : y - tip.offsetHeight - 10}px`;
    };
    const hide = () => (tip.hidden = true);
    const go = (i) => {
      marks.forEach((m) => m.setAttribute("tabindex", "-1"));
      marks[i].setAttribute("tabindex", "0");
      marks[i].focus();
    };
    const steps = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 };
    marks.forEach((m, i) => {
      m.addEventListener("mouseenter", () => show(m));
      m.addEventListener("mouseleave", hide);
      m.addEventListener("focus", () => show(m));
      m.addEventListener("blur", hide);
      m.addEventListener("keydown", (e) => {
        if (e.key === "Escape") hide();
        const to = { Home: 0, End: marks.length - 1 }[e.key] ?? (steps[e.key] ? (i + steps[e.key] + marks.length) % marks.length : null);
        if (to === null) return;
        e.preventDefault();
        go(to);
      });
    });
    if (marks.length) marks[0].setAttribute("tabindex", "0");
  };

  // place finds for each label a side of its mark where it covers nothing.
  const place = (svg, labels, marks, size, width, height) => {
    const boxes = marks.map((m) => [m.at[0] - 6, m.at[1] - 6, m.at[0] + 6, m.at[1] + 6]);
    const overlap = (a, b) => Math.max(0, Math.min(a[2], b[2]) - Math.max(a[0], b[0])) * Math.max(0, Math.min(a[3], b[3]) - Math.max(a[1], b[1]));
    for (const l of labels) {
      const w = l.text.length * size * 0.66;
      let best = null;
      for (const far of [9, 16, 24]) {
        for (let turn = 0; turn < 12; turn++) {
          const angle = l.angle + (turn % 2 ? 1 : -1) * Math.ceil(turn / 2) * (Math.PI / 6);
          const x = l.x + Math.cos(angle) * (far + w / 2), y = l.y + Math.sin(angle) * (far + size * 0.3);
          const box = [x - w / 2, y - size * 0.55, x + w / 2, y + size * 0.55];
          const out = Math.max(0, -box[0]) + Math.max(0, box[2] - width) + Math.max(0, -box[1]) + Math.max(0, box[3] - height);
          const cost = boxes.reduce((s, b) => s + overlap(box, b), 0) + out * 200 + turn + far;
          if (!best || cost < best.cost) best = { cost, x, y, box };
        }
      }
      boxes.push(best.box);
      svg.append(node("text", { x: best.x, y: best.y, "text-anchor": "middle", "dominant-baseline": "central", fill: l.fill, class: l.faint ? "faint" : "", "paint-order": "stroke", stroke: "#fff", "stroke-width": 3 }, l.text));
    }
  };

  const legend = (svg, entries, y) => {
    let x = 8;
    for (const [kind, text, max] of entries) {
      svg.append(shapes[kind](x, y), node("text", { x: x + 10, y, "dominant-baseline": "central" }, text.length > max ? `${text.slice(0, max - 1)}…` : text));
      y += 20;
    }
    return y;
  };

  return { node, colours, number, mark, explain, place, legend };
})();
