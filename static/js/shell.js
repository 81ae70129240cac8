/** The shell: menus, theme, messages, htmx manners, forms that submit once, rows that follow their link. */
import { closeModal, confirmFirst, openModal } from "./dialogs.js";
import { keepDraftsOfOnePerson } from "./drafts.js";
import { listenForKeys } from "./keys.js";

const html = document.documentElement;

const passing = (line) => !line.matches(".toast-error, .toast-warning");

/** Say something at the lower right; `tone` is success, info, warning or error. What succeeded before makes room. */
export function toast(text, tone = "info") {
  const region = document.getElementById("messages");
  for (const line of [...region.children]) if (passing(line)) line.remove();
  const line = document.getElementById("toast-template").content.firstElementChild.cloneNode(true);
  line.className = `toast-line toast-${tone}`;
  line.querySelector("div").textContent = text;
  if (tone === "error") line.setAttribute("role", "alert");
  region.append(line);
  fade(line, tone);
}

function fade(line, tone) {
  if (tone !== "error" && tone !== "warning") setTimeout(() => line.remove(), 6000);
}

function menus(event) {
  const inside = event.target.closest?.("details.menu");
  for (const menu of document.querySelectorAll("details.menu[open]")) if (menu !== inside) menu.open = false;
}

function theme() {
  const dark = html.dataset.bsTheme === "dark";
  for (const word of document.querySelectorAll("[data-theme-word]")) word.textContent = dark ? word.dataset.light : word.dataset.dark;
}

function switchTheme() {
  html.dataset.bsTheme = html.dataset.bsTheme === "dark" ? "light" : "dark";
  try {
    localStorage.setItem("gridgov-theme", html.dataset.bsTheme);
  } catch {
    /* a browser that keeps nothing still changes this page */
  }
  theme();
  document.dispatchEvent(new CustomEvent("gridgov:theme"));
}

function busy(form, on) {
  form.dataset.sent = on ? "1" : "";
  for (const button of form.querySelectorAll("button:not([type=button]), input[type=submit]")) {
    if (on) button.setAttribute("aria-busy", "true");
    else button.removeAttribute("aria-busy");
  }
}

/** Focus the first wrong field, else the first field, of the first form that is filled in. */
export function focusForm(root) {
  const form = root.querySelector("form[data-once]:not([data-focus=off])");
  if (!form) return;
  const open = "input:not([type=hidden]):not([disabled]), select:not([disabled]), textarea:not([disabled])";
  const field = form.querySelector("[aria-invalid=true]") || form.querySelector(open);
  field?.focus({ preventScroll: !form.querySelector("[aria-invalid=true]") });
}

document.addEventListener("click", (event) => {
  menus(event);
  const target = event.target;
  if (target.closest("[data-dismiss]")) target.closest(".toast-line")?.remove();
  if (target.closest("[data-theme-toggle]")) switchTheme();
  if (target.closest("[data-close]")) closeModal();
  if (target.closest("[data-print]")) window.print();
  const row = target.closest("tr[data-href-row]");
  if (row && !target.closest("a, button, input, label, select")) row.querySelector("a[href]")?.click();
});

document.addEventListener("change", (event) => {
  const field = event.target;
  if (field.matches("[data-auto-submit]")) field.form?.requestSubmit();
  if (field.matches("[data-toggle-all]")) {
    const name = CSS.escape(field.dataset.toggleAll);
    for (const box of document.querySelectorAll(`input[type=checkbox][name="${name}"]`)) box.checked = field.checked;
  }
});

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!form.matches("form[data-once]")) return;
  if (form.dataset.sent) {
    event.preventDefault();
    event.stopImmediatePropagation();
  } else if (!event.defaultPrevented) {
    busy(form, true);
  }
});

window.addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-sent]")) busy(form, false);
});

/** The form that a request sends, not one that merely asks for something beside its fields. */
function sentForm(element) {
  return element.matches?.("form[data-once], form[data-once] button:not([type=button])") ? element.closest("form") : null;
}

document.body.addEventListener("htmx:beforeRequest", (event) => {
  const form = sentForm(event.target);
  if (form) busy(form, true);
});

document.body.addEventListener("htmx:afterRequest", (event) => {
  const form = sentForm(event.target);
  if (form) busy(form, false);
});

document.body.addEventListener("htmx:beforeSwap", (event) => {
  const { xhr } = event.detail;
  if (xhr.status === 422) {
    event.detail.shouldSwap = true;
    event.detail.isError = false;
  } else if (xhr.status >= 400) {
    event.detail.shouldSwap = false;
    const fragment = new DOMParser().parseFromString(xhr.responseText, "text/html");
    const said = fragment.querySelector("[data-error-text]")?.textContent.trim();
    toast(said || gettext("没有办成，请稍后再试。"), "error");
  }
});

document.body.addEventListener("htmx:sendError", () => toast(gettext("网络不通，请检查后再试。"), "error"));

document.body.addEventListener("htmx:afterSwap", (event) => {
  if (event.detail.target.id === "modal-body") openModal();
  focusForm(event.detail.target);
});

document.body.addEventListener("toast", (event) => toast(event.detail.text ?? event.detail.value, event.detail.tone));
document.body.addEventListener("modal:close", closeModal);
document.body.addEventListener("htmx:confirm", (event) => {
  const asked = event.detail.elt.closest("[data-confirm]");
  if (!asked) return;
  event.preventDefault();
  confirmFirst(asked, () => event.detail.issueRequest(true));
});

document.addEventListener(
  "click",
  (event) => {
    const asked = event.target.closest("[data-confirm]");
    if (!asked || asked.dataset.confirmed || usesHtmx(asked)) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    confirmFirst(asked, () => {
      asked.dataset.confirmed = "1";
      asked.click();
      delete asked.dataset.confirmed;
    });
  },
  true,
);

function usesHtmx(element) {
  const verbs = ["hx-get", "hx-post", "hx-put", "hx-patch", "hx-delete"];
  const form = element.form;
  return verbs.some((verb) => element.hasAttribute(verb) || form?.hasAttribute(verb));
}

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  const open = document.querySelector("details.menu[open]");
  if (open) {
    open.open = false;
    open.querySelector("summary").focus();
  }
});

for (const line of document.querySelectorAll("#messages .toast-line")) fade(line, line.classList.contains("toast-error") ? "error" : "info");
for (const active of document.querySelectorAll(".queue .active, .tabs .active")) {
  const strip = active.parentElement;
  strip.scrollLeft = active.offsetLeft - strip.offsetLeft - (strip.clientWidth - active.offsetWidth) / 2;
}
theme();
focusForm(document);
document.querySelector(".form-summary")?.scrollIntoView({ block: "nearest" });
keepDraftsOfOnePerson();
listenForKeys();
