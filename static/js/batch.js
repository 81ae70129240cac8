/** Marks in the list of a queue: by checkbox, by X, by Shift with J and K, all at once; they outlive the polling. */
import { toast } from "./shell.js";

const marks = new Map();
const bar = () => document.querySelector("[data-batch]");
const boxes = () => [...document.querySelectorAll("#case-rows [data-mark]")];
const current = () => document.querySelector("#case-rows .row-link.active")?.closest("li")?.querySelector("[data-mark]");
const typing = (target) => target.closest?.("textarea, select, [contenteditable=true], input:not([type=checkbox])");

function draw() {
  const list = boxes();
  for (const box of list) {
    box.checked = marks.has(box.dataset.mark);
    if (box.checked) box.value = marks.get(box.dataset.mark);
  }
  const count = document.querySelector("[data-batch-count]");
  if (count) count.textContent = String(marks.size);
  document.querySelector(".pane-list")?.classList.toggle("has-marks", marks.size > 0);
  const all = document.querySelector("[data-mark-all]");
  if (!all) return;
  all.checked = list.length > 0 && list.every((box) => box.checked);
  all.indeterminate = marks.size > 0 && !all.checked;
}

function set(box, on) {
  const most = Number(bar()?.dataset.most ?? 100);
  if (on && !marks.has(box.dataset.mark) && marks.size >= most) {
    toast(interpolate(gettext("一次最多标记 %s 件。"), [most]), "warning");
    return false;
  }
  if (on) marks.set(box.dataset.mark, marks.get(box.dataset.mark) ?? box.value);
  else marks.delete(box.dataset.mark);
  return true;
}

function markAll(on) {
  for (const box of boxes()) if (box.checked !== on && !set(box, on)) break;
  draw();
}

let last = null;

function range(to) {
  const list = boxes();
  const [from, until] = [list.findIndex((box) => box.dataset.mark === last), list.indexOf(to)].sort((a, b) => a - b);
  if (from < 0) return;
  for (const box of list.slice(from, until + 1)) if (!set(box, true)) break;
}

document.addEventListener("click", (event) => {
  const box = event.target.closest("[data-mark]");
  if (box) {
    if (!set(box, box.checked)) box.checked = false;
    if (event.shiftKey && box.checked && last) range(box);
    last = box.dataset.mark;
    draw();
  }
  const all = event.target.closest("[data-mark-all]");
  if (all) markAll(all.checked);
  if (event.target.closest("[data-unmark]")) clear();
});

function clear() {
  marks.clear();
  draw();
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
  if (!bar() || typing(event.target) || document.querySelector("dialog[open]")) return;
  if (event.key === "Escape" && marks.size && !document.getElementById("action-panel")?.childElementCount) return clear();
  const key = event.key.toLowerCase();
  if (key === "x" && event.shiftKey) {
    event.preventDefault();
    markAll(!boxes().every((box) => box.checked));
    return;
  }
  const box = current();
  if (!box) return;
  if (key === "x") {
    event.preventDefault();
    set(box, !box.checked);
    last = box.dataset.mark;
    draw();
  } else if (event.shiftKey && (key === "j" || key === "k")) {
    set(box, true);
    draw();
    requestAnimationFrame(() => {
      const next = current();
      if (next) set(next, true);
      draw();
    });
  }
});

document.body.addEventListener("htmx:afterSwap", (event) => {
  const { target } = event.detail;
  if (target.id === "modal-body") for (const done of target.querySelectorAll("[data-done]")) marks.delete(done.dataset.done);
  draw();
});

window.addEventListener("pageshow", draw);
draw();
