/* What every page needs: news from the server, the CSRF token on htmx requests, and words when one fails. */
"use strict";

(() => {
  const NEWS = "breather:news";
  const DEBOUNCE_MS = 100;
  const HIDDEN_MS = 60000;
  const RETRY_MS = 2000;
  const LONGEST_RETRY_MS = 30000;

  const csrfToken = () => document.querySelector('meta[name="csrf-token"]')?.content ?? "";

  /* A session that ended shows the sign-in page, which leads back here. */
  async function signedInOrReload() {
    try {
      const answer = await fetch("/api/v1/session");
      if (answer.status === 401) window.location.reload();
    } catch {
      /* No connection; the stream is tried again anyway. */
    }
  }

  /* ---- News: one stream per page; parts of the page ask again when `breather:news` reaches the body. */
  function listen(address) {
    let source = null;
    let kinds = new Set();
    let lastId = "";
    let telling = null;
    let retrying = null;
    let hiding = null;
    let retry = RETRY_MS;
    let lost = false;

    function tell(kind) {
      kinds.add(kind);
      telling ??= setTimeout(() => {
        const detail = { kinds: [...kinds], lastId };
        telling = null;
        kinds = new Set();
        document.body.dispatchEvent(new CustomEvent(NEWS, { detail }));
      }, DEBOUNCE_MS);
    }

    function close() {
      clearTimeout(retrying);
      source?.close();
      source = null;
      lost = true;
      document.body.dataset.connected = "no";
    }

    function open() {
      source = new EventSource(address);
      source.addEventListener("open", () => {
        document.body.dataset.connected = "yes";
        retry = RETRY_MS;
        /* What happened while the line was down is in no message: ask for everything again. */
        if (lost) tell("breather.reconnected");
        lost = false;
      });
      source.addEventListener("news", (event) => {
        const news = JSON.parse(event.data);
        lastId = String(news.id);
        tell(news.kind);
      });
      source.addEventListener("error", () => {
        document.body.dataset.connected = "no";
        lost = true;
        /* The browser tries again by itself unless it was refused; then we do, ever less often. */
        if (source?.readyState === EventSource.CLOSED) {
          signedInOrReload();
          retrying = setTimeout(open, retry);
          retry = Math.min(retry * 2, LONGEST_RETRY_MS);
        }
      });
    }

    open();
    /* A tab that nobody looks at gives its connection back: browsers keep only six per site. */
    document.addEventListener("visibilitychange", () => {
      clearTimeout(hiding);
      if (document.hidden) hiding = setTimeout(close, HIDDEN_MS);
      else if (source === null) open();
    });
    window.addEventListener("pagehide", close);
    /* A page that comes back out of the browser's memory is old. */
    window.addEventListener("pageshow", (event) => {
      if (event.persisted) window.location.reload();
    });
  }

  /* ---- Messages: said to screen readers too, and gone after a while. */
  function say(words, kind = "info") {
    const box = document.getElementById("messages");
    if (!box) return;
    const line = document.createElement("p");
    line.className = `notice ${kind}`;
    line.textContent = words;
    box.replaceChildren(line);
    setTimeout(() => line.remove(), 8000);
  }

  function wordsOf(request) {
    try {
      return JSON.parse(request.responseText).detail || "That did not work.";
    } catch {
      return "That did not work. Please try again.";
    }
  }

  document.addEventListener("DOMContentLoaded", () => {
    const body = document.body;

    body.addEventListener("htmx:configRequest", (event) => {
      event.detail.headers["X-CSRF-Token"] = csrfToken();
    });
    body.addEventListener("htmx:responseError", (event) => {
      const request = event.detail.xhr;
      if (request.status === 401) window.location.reload();
      else say(wordsOf(request), "error");
    });
    body.addEventListener("htmx:sendError", (event) => {
      /* Parts that refresh by themselves will do so again; only what the person asked for needs words. */
      if (event.detail.requestConfig?.verb !== "get") say("No connection. Please try again in a moment.", "warn");
    });

    /* A form with data-confirm asks first; a form is sent once, however often its button is pressed. */
    body.addEventListener("submit", (event) => {
      const form = event.target;
      if (!(form instanceof HTMLFormElement)) return;
      if (form.dataset.confirm && !window.confirm(form.dataset.confirm)) {
        event.preventDefault();
        event.stopImmediatePropagation();
        return;
      }
      if (form.hasAttribute("hx-post") || form.dataset.sent) {
        if (form.dataset.sent) event.preventDefault();
        return;
      }
      form.dataset.sent = "yes";
      setTimeout(() => delete form.dataset.sent, 4000);
    }, true);

    if (body.dataset.live) listen(body.dataset.live);
  });

  window.breather = Object.freeze({ say, csrfToken });
})();
