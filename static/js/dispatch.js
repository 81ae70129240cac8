/** The dispatch centre and the case: one case at a time in the pane, moving through the list by key, the action panel. */
import { draftWords, dropDraft, keepDraft, restoreDraft } from "./drafts.js";

const PARTS = ["case-pane", "action-panel", "case-rows"];
const FORMS = ["action-panel", "modal-body"];
const WIDE = window.matchMedia("(min-width: 1200px)");
const board = () => document.querySelector("[data-dispatch]");
const pane = () => document.getElementById("case-pane");
const rows = () => [...document.querySelectorAll("#case-rows [data-row]")];
const panel = () => document.getElementById("action-panel");
const inPane = () => pane()?.querySelector("[data-case]")?.dataset.case ?? "";
const sending = () => pane()?.querySelector("form[data-sent='1']");
const typing = (target) => target.closest?.("input, textarea, select, [contenteditable=true]");
let chosen = inPane();
let paneLoad = null;
let panelLoad = null;
let wanted = "";

function mark() {
  for (const row of rows()) {
    const now = row.dataset.row === chosen;
    row.classList.toggle("active", now);
    if (now) row.setAttribute("aria-current", "true");
    else row.removeAttribute("aria-current");
  }
}

function choose(row) {
  if (!row) return;
  row.click();
  row.scrollIntoView({ block: "nearest" });
}

function step(by) {
  const all = rows();
  const place = all.findIndex((row) => row.dataset.row === chosen);
  choose(all[Math.min(Math.max(place + by, 0), all.length - 1)]);
}

/** After the last that could be done with a case, the next of the queue opens by itself. */
function goOn() {
  const all = rows();
  const place = all.findIndex((row) => row.dataset.row === chosen);
  choose(place < 0 ? all[0] : (all[place + 1] ?? all[place - 1]));
}

function otherQueue(by) {
  const all = [...document.querySelectorAll("#queues .queue a")];
  all[all.findIndex((link) => link.classList.contains("active")) + by]?.click();
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

const actionButton = (action) => document.querySelector(`.action-bar [data-action="${CSS.escape(action)}"]`);

function openAsked() {
  const action = new URL(window.location.href).searchParams.get("act");
  if (action && board()) actionButton(action)?.click();
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
  load(first.getAttribute("hx-get"));
}

/** Fill the pane from an address; a later choice ends it. */
function load(address) {
  window.htmx.ajax("GET", address, { target: "#case-pane", swap: "innerHTML" }).catch(() => {});
}

function enhancePhotos(root) {
  for (const form of root.querySelectorAll(".photo-add")) form.classList.add("enhanced");
}

/** What is typed survives a reload of the page; once it was taken it is forgotten. */
document.addEventListener("input", (event) => keepDraft(event.target.form));
document.body.addEventListener("htmx:afterRequest", ({ detail: { elt, xhr, requestConfig } }) => {
  if (requestConfig?.verb === "post" && xhr?.status === 200) dropDraft(elt);
});

/** In words of several lines Enter makes a new one; with Ctrl or Cmd it sends. */
document.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey) || !event.target.matches?.(".action-form textarea")) return;
  event.preventDefault();
  event.target.form.requestSubmit();
});

const MOVES = {
  j: () => step(1),
  k: () => step(-1),
  "[": () => otherQueue(-1),
  "]": () => otherQueue(1),
  pagedown: () => scrollCase(1),
  pageup: () => scrollCase(-1),
};

function scrollCase(by) {
  const body = pane().querySelector(".pane-body");
  body?.scrollBy({ top: by * body.clientHeight * 0.85 });
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
  if (event.key === "Escape" && !document.querySelector("dialog[open]")) {
    keepDraft(panel());
    if (closePanel()) return event.stopImmediatePropagation();
  }
  if (event.key === "Enter" && event.target.matches?.(".action-form select")) {
    event.preventDefault();
    event.target.form.requestSubmit();
    return;
  }
  if (typing(event.target) || document.querySelector("dialog[open]") || !board()) return;
  const move = MOVES[event.key.toLowerCase()];
  const onCase = event.key === "Enter" && [document.body, document.getElementById("main")].includes(event.target);
  if (!move && !onCase) return;
  event.preventDefault();
  if (move) move();
  else pane().querySelector(".pane-body")?.focus({ preventScroll: true });
});

/**
 * While a form is being sent no other case is chosen: its answer must find it. While a case is being brought its
 * predecessor's buttons are dead: what is pressed then is meant for the case to come.
 */
document.addEventListener(
  "click",
  (event) => {
    const row = event.target.closest?.("[data-row]");
    const button = event.target.closest?.("#case-pane a[data-action]");
    if (row && (event.ctrlKey || event.metaKey)) event.stopPropagation();
    else if ((row && sending()) || (button && paneLoad)) {
      event.preventDefault();
      event.stopImmediatePropagation();
      if (button) wanted = button.dataset.action;
    }
  },
  true,
);

document.addEventListener("click", (event) => {
  const row = event.target.closest("[data-row]");
  if (row) {
    chosen = row.dataset.row;
    mark();
    board()?.classList.add("has-case");
  }
  const seldom = event.target.closest(".action-more a[data-action]");
  if (seldom) seldom.closest("details").open = false;
  const closes = event.target.closest("[data-close-panel]");
  if (closes) {
    dropDraft(closes.closest(".dialog, #case-pane"));
    if (closePanel() || closes.closest("#modal")) event.preventDefault();
  }
  if (event.target.closest("[data-back-to-list]")) {
    event.preventDefault();
    board()?.classList.remove("has-case");
  }
  const again = event.target.closest("[data-see-latest]");
  if (again) load(again.dataset.seeLatest);
});

document.addEventListener("change", (event) => {
  if (event.target.matches("[data-submit-on-change]") && event.target.files.length) event.target.form.requestSubmit();
});

function follow(xhr, ended) {
  xhr.addEventListener("loadend", ended);
  return xhr;
}

/** What is asked for last is what is shown: an earlier request for the same place is ended. */
document.body.addEventListener("htmx:beforeSend", (event) => {
  const { target, xhr, requestConfig } = event.detail;
  if (target !== pane() && target !== panel()) return;
  const [before, within] = [paneLoad, panelLoad];
  if (target === pane()) {
    paneLoad = requestConfig.verb === "get" ? follow(xhr, () => paneLoad === xhr && nothingCame()) : null;
    panelLoad = null;
    before?.abort();
    if (!paneLoad) chosen = inPane();
    mark();
  } else {
    panelLoad = follow(xhr, () => {
      if (panelLoad === xhr) panelLoad = null;
    });
  }
  within?.abort();
});

/** The case that was chosen did not come: the list marks again the one that is shown. */
function nothingCame() {
  paneLoad = null;
  wanted = "";
  chosen = inPane();
  mark();
}

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
  const { target, shouldSwap, requestConfig } = event.detail;
  if (!shouldSwap || (target !== pane() && target !== panel())) return;
  if (requestConfig.verb === "get") {
    keepDraft(panel());
    const open = target === pane() && panel()?.querySelector("form[data-number]");
    if (open && open.dataset.number === chosen) wanted ||= open.dataset.action;
  } else if (target === pane()) dropDraft(panel());
});

/** What was being done when the case was read anew is open again; where it is no longer possible its words remain. */
function openWanted() {
  const action = wanted;
  wanted = "";
  if (!action) return;
  const button = actionButton(action);
  if (button) return button.click();
  const words = draftWords(chosen, action);
  if (!words || !panel()) return;
  const note = document.createElement("div");
  note.className = "note";
  const said = gettext("没有提交的内容：");
  note.textContent = said + words;
  panel().replaceChildren(note);
}

function caseCame(event) {
  const { target, requestConfig, xhr } = event.detail;
  paneLoad = null;
  chosen = inPane() || chosen;
  target.querySelector(".pane-body")?.scrollTo(0, 0);
  if (!WIDE.matches) target.scrollIntoView({ block: "start" });
  inAddress("");
  const acted = requestConfig.verb === "post" && xhr.getResponseHeader("HX-Trigger");
  if (acted && board() && !target.querySelector(".action-bar .btn-primary")) goOn();
  else openWanted();
}

function formCame({ detail: { target, requestConfig } }) {
  const form = target.querySelector("form[data-number]");
  if (form && requestConfig.verb === "get") restoreDraft(form);
  else if (form) form.dataset.typed = "1";
}

function panelCame({ detail: { target } }) {
  target.scrollIntoView({ block: "nearest" });
  inAddress(target.querySelector("[data-action]")?.dataset.action);
}

document.body.addEventListener("htmx:afterSwap", (event) => {
  const { target } = event.detail;
  // Until htmx settles, a press would be followed as a page: somebody who presses a key at once must not be too fast.
  if (PARTS.includes(target.id)) window.htmx.process(target);
  if (target.id === "case-pane") caseCame(event);
  if (FORMS.includes(target.id)) formCame(event);
  if (target.id === "action-panel") panelCame(event);
  enhancePhotos(target);
  mark();
});

/** A dialog that is pressed away by mistake keeps what was typed; the event reaches no parent, only who listens first. */
document.addEventListener(
  "close",
  (event) => {
    if (event.target.id === "modal") keepDraft(event.target);
  },
  true,
);

/** Back and forward bring back what stood in the pane; list, marks and map stay as they are. */
window.addEventListener("popstate", () => paneLoad?.abort());
document.body.addEventListener("htmx:historyRestore", () => {
  chosen = inPane();
  board()?.classList.toggle("has-case", Boolean(chosen));
  enhancePhotos(document);
  mark();
  begin();
});

function begin() {
  openFirst();
  openAsked();
}

enhancePhotos(document);
mark();
document.addEventListener("DOMContentLoaded", begin); // htmx, which came before, knows the page by then
