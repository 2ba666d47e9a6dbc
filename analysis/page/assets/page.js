"use strict";
// The gallery, copying, and printing.
(() => {
  const figures = [...document.querySelectorAll("#gallery figure")];
  const key = { model: "model", prompt: "prompt", temp: "temp", admin: "admin" };
  document.addEventListener("conditions", () => {
    let n = 0;
    figures.forEach((f) => {
      const fits = [...document.querySelectorAll("#filters select")].every((s) => {
        const of = f.dataset[key[s.dataset.key]];
        return s.value === "" || !of || of === s.selectedOptions[0].text;
      });
      f.hidden = !fits;
      n += fits ? 1 : 0;
    });
    const drawn = document.getElementById("drawn");
    if (drawn) drawn.textContent = `${n} of ${figures.length} figures concern the conditions shown.`;
  });

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
