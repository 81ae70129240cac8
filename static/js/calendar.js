/** The year of the working calendar: days are chosen by pointer or keys and written into the list, which is what is sent. */

const year = document.querySelector("[data-calendar]");
const form = document.querySelector(".calendar-form");
const list = form.elements.days;
const marks = form.querySelector("[data-marks]");
const said = form.querySelector("[data-selected]");
const chosen = new Set();
let anchor = null;

const days = [...year.querySelectorAll("[data-date]")].map((cell) => {
  const button = document.createElement("button");
  button.type = "button";
  button.className = cell.className;
  button.dataset.date = cell.dataset.date;
  button.title = cell.title;
  button.innerHTML = cell.innerHTML;
  button.tabIndex = -1;
  button.setAttribute("aria-pressed", "false");
  button.setAttribute("aria-label", `${cell.dataset.date} ${cell.dataset.words}`);
  cell.replaceWith(button);
  return button;
});

/** Show which days are chosen and say how many. */
function show() {
  for (const day of days) day.setAttribute("aria-pressed", String(chosen.has(day.dataset.date)));
  const count = chosen.size;
  said.textContent = count
    ? interpolate(ngettext("选中 %s 天", "选中 %s 天", count), [count])
    : gettext("在左边点选日子；按住 Shift 选一段，方向键移动，空格选中。");
  for (const button of marks.querySelectorAll("[data-mark]")) button.disabled = !count;
}

/** Choose or release one day, or with `range` all from the last one to it. */
function choose(day, range) {
  const place = days.indexOf(day);
  if (range && anchor !== null) {
    const [low, high] = [Math.min(anchor, place), Math.max(anchor, place)];
    for (const one of days.slice(low, high + 1)) chosen.add(one.dataset.date);
  } else {
    if (!chosen.delete(day.dataset.date)) chosen.add(day.dataset.date);
    anchor = place;
  }
  show();
}

/** Move the focus, the only day that Tab reaches. */
function focusOn(place) {
  const day = days[Math.max(0, Math.min(days.length - 1, place))];
  for (const one of days) one.tabIndex = one === day ? 0 : -1;
  day.focus();
  return day;
}

/** The chosen days as runs of days that follow each other. */
function runs() {
  const places = days.flatMap((day, place) => (chosen.has(day.dataset.date) ? [place] : []));
  const found = [];
  for (const place of places) {
    const last = found.at(-1);
    if (last && last[1] === place - 1) last[1] = place;
    else found.push([place, place]);
  }
  return found.map(([low, high]) => [days[low].dataset.date, days[high].dataset.date]);
}

/** Write the chosen days into the list with their mark. */
function write(mark) {
  const name = form.querySelector("#mark-name").value.trim();
  const lines = runs().map(
    ([low, high]) => `${low}${low === high ? "" : ` 至 ${high}`} ${mark}${name && mark !== "平" ? ` ${name}` : ""}`,
  );
  list.value = [list.value.trim(), ...lines].filter(Boolean).join("\n");
  for (const day of days) {
    if (chosen.has(day.dataset.date)) day.dataset.pending = mark;
  }
  chosen.clear();
  anchor = null;
  show();
}

const STEPS = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -7, ArrowDown: 7 };
year.addEventListener("click", (event) => {
  const day = event.target.closest("button[data-date]");
  if (!day) return;
  choose(day, event.shiftKey);
  focusOn(days.indexOf(day));
});
year.addEventListener("keydown", (event) => {
  const place = days.indexOf(event.target);
  if (place < 0 || !(event.key in STEPS)) return;
  event.preventDefault();
  if (event.shiftKey && anchor === null) choose(days[place], false);
  const day = focusOn(place + STEPS[event.key]);
  if (event.shiftKey) choose(day, true);
});
marks.addEventListener("click", (event) => {
  const button = event.target.closest("[data-mark]");
  if (button) write(button.dataset.mark);
});

marks.hidden = false;
const today = days.findIndex((day) => day.classList.contains("day-today"));
days[Math.max(0, today)].tabIndex = 0;
show();
