/** Keys: an element with data-key answers to it; `?` lists them all. Keys rest while somebody types or a dialog is open. */

const typing = (target) => target.closest?.("input, textarea, select, [contenteditable=true]");

/** What stands in a closed menu that is marked so answers to its key all the same. */
const reachable = (element) => element.checkVisibility() || element.closest("details[data-keyed]")?.checkVisibility();

/** The visible elements of the page that have a key, the first of each key. */
export function keyedElements() {
  const found = new Map();
  for (const element of document.querySelectorAll("[data-key]")) {
    const key = element.dataset.key.toLowerCase();
    if (!found.has(key) && reachable(element)) found.set(key, element);
  }
  return found;
}

function act(element) {
  if (element.matches("input, textarea, select")) {
    element.focus();
    element.select?.();
  } else {
    element.click();
  }
}

function words(element) {
  if (element.dataset.keyLabel) return element.dataset.keyLabel;
  if (element.getAttribute("aria-label")) return element.getAttribute("aria-label");
  const copy = element.cloneNode(true);
  for (const hint of copy.querySelectorAll("kbd, .count")) hint.remove();
  return copy.textContent.trim().replace(/\s+/g, " ");
}

function showKeys() {
  const body = document.createElement("div");
  body.className = "dialog-body";
  const title = document.createElement("h2");
  title.id = "modal-title";
  title.textContent = gettext("快捷键");
  const list = document.createElement("dl");
  list.className = "key-list";
  const lines = [...keyedElements()].map(([key, element]) => [key, words(element)]);
  for (const hint of document.querySelectorAll("[data-keys-extra]")) {
    for (const pair of hint.dataset.keysExtra.split(";")) lines.push(pair.split("=").map((part) => part.trim()));
  }
  for (const [key, text] of [...lines, ["?", gettext("这份清单")]]) {
    const term = document.createElement("dt");
    const cap = document.createElement("kbd");
    cap.textContent = key.length === 1 ? key.toUpperCase() : key;
    term.append(cap);
    const value = document.createElement("dd");
    value.textContent = text;
    list.append(term, value);
  }
  body.append(title, list);
  document.getElementById("modal-body").replaceChildren(body);
  document.getElementById("modal").showModal();
}

/** Begin to listen; called once by the shell. */
export function listenForKeys() {
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    if (typing(event.target) || document.querySelector("dialog[open]")) return;
    if (event.key === "?") {
      event.preventDefault();
      showKeys();
      return;
    }
    const element = keyedElements().get(event.key.toLowerCase());
    if (element && !element.matches(":disabled, [aria-disabled=true]")) {
      event.preventDefault();
      act(element);
    }
  });
}
