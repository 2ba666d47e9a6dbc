"use strict";
// The gallery, copying, and printing.
(() => {
  // A figure of one condition or model is shown when that is chosen; the
  // others, when the selectors admit what they are of.
  const figures = [...document.querySelectorAll("#gallery figure")];
  const selects = [...document.querySelectorAll("#filters select")];
  const chosen = ["first", "second"].map((id) => document.getElementById(id));
  const rows = new Map([...document.querySelectorAll("#all tbody tr")].map((r) => [r.dataset.i, r]));
  const levelOf = (row, s) => s.options[Number(row.dataset[s.dataset.key]) + 1].text;
  const admits = (f, shown) => selects.every((s) => {
    const of = f.dataset[s.dataset.key];
    if (!of) return true;
    if (s.dataset.key === "model") return shown.some((row) => levelOf(row, s) === of);
    return s.value === "" || of === s.selectedOptions[0].text;
  });
  const update = () => {
    const shown = chosen.map((s) => rows.get(s.value)).filter((row) => row);
    let n = 0;
    figures.forEach((f) => {
      f.hidden = f.dataset.i === "-1" ? !admits(f, shown) : !shown.includes(rows.get(f.dataset.i));
      n += f.hidden ? 0 : 1;
    });
    const drawn = document.getElementById("drawn");
    if (drawn) drawn.textContent = `${n} of ${figures.length} shown: those of many conditions, and those of the condition chosen above and its model.`;
  };
  document.addEventListener("drawn", update);
  document.querySelectorAll("a.save").forEach((a) => a.addEventListener("click", () => (a.href = a.closest("figure").querySelector("img").src)));

  document.getElementById("copy").addEventListener("click", async () => {
    const text = document.getElementById("methods-text"), said = document.getElementById("copied");
    const range = document.createRange();
    range.selectNodeContents(text);
    getSelection().removeAllRanges();
    getSelection().addRange(range);
    try {
      await navigator.clipboard.writeText(text.textContent);
      said.textContent = "Copied.";
    } catch {
      said.textContent = document.execCommand("copy") ? "Copied." : "Selected; copy it with Ctrl+C.";
    }
  });

  // Whatever is folded up is printed too.
  let closed = [];
  addEventListener("beforeprint", () => {
    closed = [...document.querySelectorAll("details:not([open])")];
    closed.forEach((d) => (d.open = true));
  });
  addEventListener("afterprint", () => closed.forEach((d) => (d.open = false)));
})();
