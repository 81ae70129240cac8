/** The dispatch centre and the case: moving through the list by key, the action panel, polling that disturbs nobody. */

const WIDE = window.matchMedia("(min-width: 1200px)");
const board = () => document.querySelector("[data-dispatch]");
const rows = () => [...document.querySelectorAll("#case-rows [data-row]")];
const panel = () => document.getElementById("action-panel");
const typing = (target) => target.closest?.("input, textarea, select, [contenteditable=true]");
const seen = new WeakMap();
let chosen = document.querySelector("[data-case]")?.dataset.case ?? "";

function mark() {
  for (const row of rows()) {
    const now = row.dataset.row === chosen;
    row.classList.toggle("active", now);
    if (now) row.setAttribute("aria-current", "true");
    else row.removeAttribute("aria-current");
  }
}

function step(by) {
  const all = rows();
  if (!all.length) return;
  const place = all.findIndex((row) => row.dataset.row === chosen);
  const next = all[Math.min(Math.max(place + by, 0), all.length - 1)];
  next.click();
  next.scrollIntoView({ block: "nearest" });
}

/** After the last that could be done with a case, the next of the queue opens by itself. */
function goOn() {
  const all = rows();
  const place = all.findIndex((row) => row.dataset.row === chosen);
  const next = place < 0 ? all[0] : (all[place + 1] ?? all[place - 1]);
  if (!next) return;
  next.click();
  next.scrollIntoView({ block: "nearest" });
}

/** The panel that is open stands in the address, so that the address leads back to it. */
function inAddress(action) {
  if (!board()) return;
  const address = new URL(window.location.href);
  if ((address.searchParams.get("act") ?? "") === (action ?? "")) return;
  if (action) address.searchParams.set("act", action);
  else address.searchParams.delete("act");
  window.history.replaceState(window.history.state, "", address);
}

function openAsked() {
  const action = new URL(window.location.href).searchParams.get("act");
  if (action && board()) document.querySelector(`.action-bar [data-action="${CSS.escape(action)}"]`)?.click();
}

function closePanel() {
  const host = panel();
  if (!host?.childElementCount) return false;
  host.replaceChildren();
  inAddress("");
  return true;
}

/** The first case of the queue is open from the start where there is room; the address stays the queue's. */
function openFirst() {
  const first = rows()[0];
  if (!first || chosen || !WIDE.matches || !board()) return;
  chosen = first.dataset.row;
  mark();
  window.htmx.ajax("GET", first.getAttribute("hx-get"), { target: "#case-pane", swap: "innerHTML" });
}

function enhancePhotos(root) {
  for (const form of root.querySelectorAll(".photo-add")) form.classList.add("enhanced");
}

/** In words of several lines Enter makes a new one; with Ctrl or Cmd it sends. */
document.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey) || !event.target.matches?.(".action-form textarea")) return;
  event.preventDefault();
  event.target.form.requestSubmit();
});

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
  if (event.key === "Escape" && closePanel()) return;
  if (event.key === "Enter" && event.target.matches?.(".action-form select")) {
    event.preventDefault();
    event.target.form.requestSubmit();
    return;
  }
  if (typing(event.target) || document.querySelector("dialog[open]") || !board()) return;
  const key = event.key.toLowerCase();
  if (key === "j" || key === "k") {
    event.preventDefault();
    step(key === "j" ? 1 : -1);
  }
});

document.addEventListener("click", (event) => {
  const row = event.target.closest("[data-row]");
  if (row) {
    chosen = row.dataset.row;
    mark();
    board()?.classList.add("has-case");
  }
  if (event.target.closest("[data-close-panel]") && closePanel()) event.preventDefault();
  else if (event.target.closest("#modal [data-close-panel]")) event.preventDefault();
  if (event.target.closest("[data-back-to-list]")) {
    event.preventDefault();
    board()?.classList.remove("has-case");
  }
});

document.addEventListener("change", (event) => {
  if (event.target.matches("[data-submit-on-change]") && event.target.files.length) event.target.form.requestSubmit();
});

document.body.addEventListener("htmx:beforeRequest", (event) => {
  const host = event.target;
  if (!host.matches?.("[data-poll]")) return;
  const grown = host.id === "case-rows" && host.querySelector("[data-page]");
  if (document.hidden || grown) event.preventDefault();
});

/** A panel that tells what changed says so itself: the shell need not say it again. */
document.addEventListener(
  "htmx:beforeSwap",
  (event) => {
    const { xhr } = event.detail;
    if (xhr.status !== 409 || !xhr.getResponseHeader("HX-Retarget")) return;
    event.detail.shouldSwap = true;
    event.detail.isError = false;
    event.stopPropagation();
  },
  true,
);

document.body.addEventListener("htmx:beforeSwap", (event) => {
  const { xhr, target } = event.detail;
  if (target.matches?.("[data-poll]")) {
    if (seen.get(target) === xhr.responseText) event.detail.shouldSwap = false;
    seen.set(target, xhr.responseText);
  }
});

document.body.addEventListener("htmx:afterSwap", (event) => {
  const { target } = event.detail;
  if (target.id === "case-pane") {
    chosen = target.querySelector("[data-case]")?.dataset.case ?? chosen;
    target.querySelector(".pane-body")?.scrollTo(0, 0);
    if (!WIDE.matches) target.scrollIntoView({ block: "start" });
    inAddress("");
    const acted = event.detail.requestConfig.verb === "post" && event.detail.xhr.getResponseHeader("HX-Trigger");
    if (acted && board() && !target.querySelector(".action-bar .btn-primary")) goOn();
  }
  if (target.id === "action-panel") {
    // Before htmx settles a form would be sent as a page: somebody who presses Enter at once must not be too fast.
    window.htmx.process(target);
    target.scrollIntoView({ block: "nearest" });
    inAddress(target.querySelector("[data-action]")?.dataset.action);
  }
  enhancePhotos(target);
  mark();
});

enhancePhotos(document);
mark();
function begin() {
  openFirst();
  openAsked();
}

if (window.htmx) begin();
else document.addEventListener("DOMContentLoaded", begin);
