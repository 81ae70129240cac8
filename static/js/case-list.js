/** The list of a queue while it is worked on: polling brings back as many rows as are shown, and leaves the focus alone. */

const host = () => document.getElementById("case-rows");
const shown = () => host().querySelectorAll("[data-row]").length;
let focused = null;

const holding = (number, name) => host().querySelector(`[${name}="${CSS.escape(number)}"]`);

document.body.addEventListener("htmx:configRequest", (event) => {
  if (event.target === host()) event.detail.parameters.shown = shown();
});

/** Nobody looks, or there are more rows than are brought back at once: what is shown stays. */
document.body.addEventListener("htmx:beforeRequest", (event) => {
  if (!event.target.matches?.("[data-poll]")) return;
  const polled = !event.detail.requestConfig.triggeringEvent;
  if (document.hidden || (polled && event.target === host() && shown() > Number(host().dataset.most))) event.preventDefault();
});

document.addEventListener("visibilitychange", () => {
  if (!document.hidden) window.htmx.trigger(document.body, "queue:look");
});

/** More rows than polling brings back: the list says that it stands still, and can be asked for anew. */
function standsStill() {
  const note = document.querySelector("[data-rows-still]");
  if (note) note.hidden = shown() <= Number(host().dataset.most);
}

document.body.addEventListener("htmx:afterSettle", standsStill);
document.addEventListener("click", (event) => {
  if (event.target.closest("[data-rows-again]")) window.htmx.trigger(document.body, "queue:look");
});

const answers = new WeakMap();

document.body.addEventListener("htmx:beforeSwap", (event) => {
  const { xhr, target } = event.detail;
  if (!target.matches?.("[data-poll]")) return;
  if (answers.get(target) === xhr.responseText) event.detail.shouldSwap = false;
  answers.set(target, xhr.responseText);
  const at = target === host() && event.detail.shouldSwap && host().contains(document.activeElement) ? document.activeElement : null;
  const name = at?.matches("[data-row]") ? "data-row" : at?.matches("[data-mark]") ? "data-mark" : "";
  focused = name ? [at.getAttribute(name), name] : null;
});

document.body.addEventListener("htmx:afterSwap", (event) => {
  if (event.detail.target !== host()) return;
  if (focused) holding(...focused)?.focus({ preventScroll: true });
  focused = null;
});
