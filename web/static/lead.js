/* The roster page: the dialog of a cell, arrow keys in the grid, and news about plans alone. */
"use strict";

(() => {
  const CELLS = "#roster-grid tbody td > a";
  let last = null;

  const dialog = () => document.getElementById("cell-dialog");

  /* News of the floor come every few seconds; a roster changes only with plans. */
  function onNews(event) {
    const kinds = event.detail?.kinds ?? [];
    const about = (word) => kinds.some((kind) => kind.startsWith(word));
    if (about("run.") || about("breather.reconnected")) document.body.dispatchEvent(new CustomEvent("breather:plans"));
  }

  function open(link) {
    last = link.id;
    window.htmx.ajax("GET", link.getAttribute("href"), { target: "#cell-dialog-body", swap: "innerHTML" });
  }

  /* One stop for the tab key in the whole grid; arrows go on from there. */
  function rove(chosen) {
    const cells = document.querySelectorAll(CELLS);
    if (!cells.length) return;
    const stop = chosen ?? document.getElementById(last ?? "") ?? cells[0];
    cells.forEach((cell) => { cell.tabIndex = cell === stop ? 0 : -1; });
  }

  function move(event) {
    const cell = event.target.closest(CELLS);
    const steps = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] };
    const step = steps[event.key];
    if (!cell || !step || event.ctrlKey || event.metaKey || event.altKey) return;
    const [, row, day] = cell.id.split("-").map(Number);
    const next = document.getElementById(`c-${row + step[0]}-${day + step[1]}`);
    if (!next) return;
    event.preventDefault();
    rove(next);
    next.focus();
  }

  document.addEventListener("DOMContentLoaded", () => {
    const body = document.body;
    rove();
    body.addEventListener("breather:news", onNews);
    body.addEventListener("keydown", move);
    body.addEventListener("click", (event) => {
      const cell = event.target.closest?.(CELLS);
      if (cell && !event.ctrlKey && !event.metaKey && !event.shiftKey) {
        event.preventDefault();
        open(cell);
      }
      if (event.target.closest?.("#cell-dialog [data-close]")) {
        event.preventDefault();
        dialog().close();
      }
    });
    body.addEventListener("htmx:afterSwap", (event) => {
      if (event.detail.target.id === "cell-dialog-body" && !dialog().open) dialog().showModal();
      if (event.detail.target.id === "roster-content") {
        if (dialog()?.open) dialog().close();
        rove();
        document.getElementById(last ?? "")?.focus();
      }
    });
    dialog()?.addEventListener("close", () => document.getElementById(last ?? "")?.focus());
  });
})();
