// Makes the page handier: colours, sorting, a quick tooltip. Everything can be read without it.
"use strict";
(() => {
  const root = document.documentElement;
  root.classList.add("js");

  // Colours.
  const theme = document.querySelector(".theme");
  const isDark = () =>
    (root.dataset.theme || (matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light")) === "dark";
  const name = () => { theme.textContent = isDark() ? "Light colours" : "Dark colours"; };
  theme.addEventListener("click", () => { root.dataset.theme = isDark() ? "light" : "dark"; name(); });
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", name);
  theme.hidden = false;
  name();

  // Sorting. Numbers sort by their exact value and the largest comes first; rows without one stay last.
  const valueOf = (row, column) => {
    const cell = row.cells[column];
    const number = cell.querySelector("data");
    const text = cell.textContent.trim();
    return number ? Number(number.value) : (cell.classList.contains("number") ? null : text || null);
  };
  const compare = (a, b) => (typeof a === "number" && typeof b === "number" ? a - b : String(a).localeCompare(String(b)));
  for (const table of document.querySelectorAll("table.sortable")) {
    const heads = [...table.tHead.rows[0].cells];
    heads.forEach((head, column) => {
      const button = document.createElement("button");
      button.type = "button";
      button.append(...head.childNodes);
      head.append(button);
      button.addEventListener("click", () => {
        const now = head.getAttribute("aria-sort");
        const first = head.classList.contains("number") ? "descending" : "ascending";
        const second = first === "ascending" ? "descending" : "ascending";
        const order = now === first ? second : first;
        heads.forEach((other) => other.removeAttribute("aria-sort"));
        head.setAttribute("aria-sort", order);
        const sign = order === "ascending" ? 1 : -1;
        const body = table.tBodies[0];
        const rows = [...body.rows].map((row) => [valueOf(row, column), row]);
        rows.sort(([a], [b]) => (a === null) - (b === null) || (a === null ? 0 : sign * compare(a, b)));
        body.append(...rows.map(([, row]) => row));
      });
    });
  }

  // Tooltip: the same words as the pictures' own titles, without their delay. A tap shows it too.
  const tip = document.createElement("div");
  tip.className = "tip";
  tip.hidden = true;
  document.body.append(tip);
  for (const title of document.querySelectorAll("svg title")) {
    const mark = title.parentNode;
    mark.dataset.tip = title.textContent;
    title.remove();
  }
  let marked = [];
  let at = { x: -1, y: -1 };
  const markUnder = (element) => (element && element.closest ? element.closest("[data-tip]") : null);
  const show = (event) => {
    const mark = markUnder(event.target);
    at = { x: event.clientX, y: event.clientY };
    marked.forEach((text) => text.classList.remove("on"));
    marked = [];
    tip.hidden = !mark;
    if (!mark) return;
    tip.textContent = mark.dataset.tip;
    const { row, column } = mark.dataset;
    if (row && column) {
      marked = [...mark.ownerSVGElement.querySelectorAll(`text[data-row="${row}"],text[data-column="${column}"]`)];
      marked.forEach((text) => text.classList.add("on"));
    }
    const left = Math.min(event.clientX + 14, innerWidth - tip.offsetWidth - 8);
    const below = event.clientY + 18;
    const top = below + tip.offsetHeight > innerHeight - 8 ? event.clientY - tip.offsetHeight - 12 : below;
    tip.style.transform = `translate(${Math.max(8, left)}px,${Math.max(8, top)}px)`;
  };
  document.addEventListener("pointermove", show);
  document.addEventListener("pointerdown", show);
  const away = () => { if (!markUnder(document.elementFromPoint(at.x, at.y))) tip.hidden = true; };
  addEventListener("scroll", away, { passive: true, capture: true });

  // Paper has no folds to open.
  addEventListener("beforeprint", () => {
    for (const fold of document.querySelectorAll("details:not([open], .long)")) { fold.open = true; fold.dataset.printed = ""; }
  });
  addEventListener("afterprint", () => {
    for (const fold of document.querySelectorAll("details[data-printed]")) { fold.open = false; delete fold.dataset.printed; }
  });
})();
