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

/** A polled list without a case that stood in it: its row is put back once, grey and without a link. */
function keepGone(now) {
  let last = null;
  for (const number of before.keys()) {
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

/** The open case was moved by another: say so above it, and leave what is being typed alone. */
function warn(now) {
  const pane = document.querySelector("#case-pane [data-case]");
  if (!pane || own.has(pane.dataset.case) || pane.querySelector("[data-moved]")) return;
  const row = now.get(pane.dataset.case)?.querySelector("[data-row]");
  const gone = !row && before.has(pane.dataset.case);
  if (!gone && (!row || row.dataset.version === pane.dataset.version)) return;
  const note = document.createElement("div");
  note.className = "note note-near";
  note.dataset.moved = "1";
  note.setAttribute("role", "status");
  const again = document.createElement("button");
  again.type = "button";
  again.className = "btn btn-small";
  again.textContent = gettext("看最新情况");
  again.addEventListener("click", () => window.htmx.ajax("GET", window.location.href, { target: "#case-pane", swap: "innerHTML" }));
  const text = document.createElement("div");
  text.textContent = gettext("这件案件刚被他人办理。");
  note.append(text, again);
  pane.prepend(note);
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
