/** What others do meanwhile: a row that another took stays for one round, marked; the open case says that it changed. */

const host = () => document.getElementById("case-rows");
const own = new Set();
let before = new Map();

const read = () => new Map([...host().querySelectorAll("[data-row]")].map((row) => [row.dataset.row, row.closest("li")]));

document.body.addEventListener("case:changed", (event) => {
  const number = event.detail?.value ?? "";
  if (number) own.add(number);
});

/** What a batch has done is one's own as well; its answer is there before the list that follows it. */
document.body.addEventListener("htmx:afterSwap", (event) => {
  if (event.detail.target.id !== "modal-body") return;
  for (const done of event.detail.target.querySelectorAll("[data-done]")) own.add(done.dataset.done);
});

/**
 * A polled list without a case that stood in it: its row is put back once, grey and without a link. Where the list goes
 * on behind its last row, what stood at its end may merely have moved on.
 */
function keepGone(now) {
  const numbers = [...before.keys()];
  const end = host().querySelector(".rows-more") ? numbers.findLastIndex((number) => now.has(number)) : numbers.length;
  let last = null;
  for (const number of numbers.slice(0, Math.max(end, 0))) {
    if (now.has(number)) last = now.get(number);
    if (now.has(number) || own.has(number)) continue;
    const ghost = before.get(number).cloneNode(true);
    ghost.className = "row-item row-gone";
    const link = ghost.querySelector(".row-link");
    const still = document.createElement("div");
    still.className = "row-link";
    still.append(...link.childNodes);
    ghost.replaceChildren(still);
    still.querySelector(".row-marks")?.replaceChildren(chip());
    if (last) last.after(ghost);
    else host().prepend(ghost);
    last = ghost;
  }
}

function chip() {
  const made = document.createElement("span");
  made.className = "chip chip-near";
  made.textContent = gettext("刚被他人办理");
  return made;
}

/** The open case was moved by another: say who did what above it, and leave what is being typed alone. */
function warn(now) {
  const open = document.querySelector("#case-pane [data-case]");
  if (!open?.dataset.here || own.has(open.dataset.case)) return;
  const row = now.get(open.dataset.case)?.querySelector("[data-row]");
  const gone = !row && before.has(open.dataset.case) && !host().querySelector(".rows-more");
  if (!gone && (!row || row.dataset.version === open.dataset.version)) return;
  const seen = gone ? "gone" : row.dataset.version;
  const note = open.querySelector("[data-moved]") ?? noteAbove(open);
  if (note.dataset.moved === seen) return;
  note.dataset.moved = seen;
  const since = new URL(open.dataset.here, window.location.href);
  since.searchParams.set("part", "since");
  since.searchParams.set("version", open.dataset.version);
  window.htmx.ajax("GET", since.pathname + since.search, { target: note.firstElementChild.lastElementChild, swap: "innerHTML" }).catch(() => {});
}

function noteAbove(open) {
  const note = document.createElement("div");
  note.className = "note note-near";
  note.setAttribute("role", "status");
  const again = document.createElement("button");
  again.type = "button";
  again.className = "btn btn-sm";
  again.dataset.seeLatest = open.dataset.here;
  again.textContent = gettext("看最新情况");
  const text = document.createElement("div");
  const said = document.createElement("b");
  said.textContent = gettext("这件案件刚被他人办理。");
  text.append(said, document.createElement("div"));
  note.append(text, again);
  open.prepend(note);
  return note;
}

document.body.addEventListener("htmx:beforeSwap", (event) => {
  if (event.detail.target === host() && event.detail.shouldSwap) before = read();
});

document.body.addEventListener("htmx:afterSwap", (event) => {
  if (event.detail.target !== host()) return;
  const now = read();
  if (host().dataset.held) keepGone(now);
  warn(now);
});
