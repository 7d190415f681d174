/* The agent's calendar page: one touch selects or copies an address that is shown once. */
"use strict";

(() => {
  async function copy(button) {
    const field = document.getElementById(button.dataset.copy);
    if (!(field instanceof HTMLInputElement)) return;
    field.select();
    try {
      await navigator.clipboard.writeText(field.value);
      window.breather.say("Copied.", "good");
    } catch {
      window.breather.say("It is selected: copy it with your keyboard or by a long touch.");
    }
  }

  document.addEventListener("DOMContentLoaded", () => {
    for (const field of document.querySelectorAll("input[data-select]")) {
      field.addEventListener("focus", () => field.select());
    }
    for (const button of document.querySelectorAll("button[data-copy]")) {
      button.hidden = false;
      button.addEventListener("click", () => copy(button));
    }
  });
})();
