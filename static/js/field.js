/** Every page of the phone: the service worker, the phone's clock, drafts of forms that the browser sends itself. */
import { clearDraft, keepDraft, restoreDraft } from "./field-drafts.js";

const script = document.querySelector("script[data-worker]");

if ("serviceWorker" in navigator && script) {
  navigator.serviceWorker.register(script.dataset.worker, { scope: script.dataset.scope }).catch(() => undefined);
}

document.addEventListener("submit", (event) => {
  for (const field of event.target.querySelectorAll("[data-phone-time]")) field.value = new Date().toISOString();
}, true);

/** A draft whose entry stands on the page has arrived; any other is put back, identifier and all, so that sending again is harmless. */
for (const form of document.querySelectorAll("form[data-draft]")) {
  const draft = restoreDraft(form.dataset.draft);
  const arrived = draft?.client_id && document.querySelector(`[data-entry="${CSS.escape(draft.client_id)}"]`);
  if (arrived) clearDraft(form.dataset.draft);
  else if (draft && !form.querySelector("[data-error-for]:not([hidden])")) fill(form, draft);
  form.addEventListener("input", () => keepDraft(form.dataset.draft, read(form)));
}

function read(form) {
  return { client_id: form.elements.client_id.value, text: form.elements.text.value, subject: new FormData(form).get("subject") ?? "" };
}

function fill(form, draft) {
  if (!draft.text && !draft.subject) return;
  form.elements.client_id.value = draft.client_id;
  form.elements.text.value = draft.text;
  for (const chip of form.querySelectorAll("input[name=subject]")) chip.checked = chip.value === draft.subject;
}

const status = document.querySelector("[data-field-queue]");

function network() {
  if (!status) return;
  status.hidden = navigator.onLine;
  status.querySelector("[data-field-queue-text]").textContent = gettext("离线");
}

window.addEventListener("online", network);
window.addEventListener("offline", network);
network();
