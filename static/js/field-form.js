/** Forms with photos: sent by this module, answered beside the fields; what was typed stays on the phone until it has arrived. */
import { clearDraft, keepDraft, restoreDraft } from "./field-drafts.js";
import { Photos } from "./field-photos.js";
import { Place } from "./field-place.js";

const PATIENCE = 60000;
const PAUSE = 500;

/** What is kept of a field: its text, or whether it is ticked. */
const valueOf = (field) => (field.type === "checkbox" ? field.checked : field.value);

class FieldForm {
  constructor(form) {
    this.form = form;
    this.name = form.dataset.fieldForm;
    this.general = form.querySelector("[data-general]");
    this.button = form.querySelector("[data-send]");
    this.restore();
    this.photos = new Photos(form.querySelector("[data-photos]"));
    const place = form.querySelector("[data-place]");
    if (place) this.place = new Place(place);
    this.suggest();
    this.keepChoice();
    form.addEventListener("input", (event) => {
      this.forgive(event.target.name);
      this.keep();
    });
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.send();
    });
  }

  get kept() {
    return [...this.form.querySelectorAll("[data-keep]")];
  }

  restore() {
    const draft = restoreDraft(this.name);
    if (!draft) return;
    const id = this.form.querySelector("[data-client-id]");
    if (id && draft.client_id) id.value = draft.client_id;
    for (const field of this.kept) {
      if (field.type === "checkbox") field.checked ||= draft[field.name] === true;
      else if (!field.value) field.value = draft[field.name] ?? "";
    }
  }

  keep() {
    const values = Object.fromEntries(this.kept.map((field) => [field.name, valueOf(field)]));
    const id = this.form.querySelector("[data-client-id]");
    if (id) values.client_id = id.value;
    if (this.kept.some(valueOf)) keepDraft(this.name, values);
  }

  /** What is being mended is no longer marked wrong. */
  forgive(name) {
    const place = name && this.form.querySelector(`[data-error-for="${CSS.escape(name)}"]`);
    if (!place) return;
    place.hidden = true;
    const field = this.form.elements[name];
    if (field instanceof HTMLElement) field.removeAttribute("aria-invalid");
  }

  /** Ask for categories near to what is being written. */
  suggest() {
    const words = this.form.querySelector("#category-words");
    const text = this.form.querySelector("textarea[data-category-text]");
    if (!words || !text) return;
    let waiting = 0;
    text.addEventListener("input", () => {
      clearTimeout(waiting);
      waiting = setTimeout(() => {
        if (!words.value) htmx.trigger(words, "suggest");
      }, PAUSE);
    });
    words.addEventListener("keydown", (event) => {
      if (event.key === "Enter") event.preventDefault();
    });
  }

  /** A category that was tapped while a slower answer was on its way stays chosen in the list that comes. */
  keepChoice() {
    const list = this.form.querySelector("#category-list");
    if (!list) return;
    let chosen = null;
    list.addEventListener("htmx:beforeSwap", () => {
      chosen = list.querySelector("input:checked")?.closest("label") ?? null;
    });
    list.addEventListener("htmx:afterSwap", () => {
      if (!chosen) return;
      const value = chosen.querySelector("input").value;
      const again = list.querySelector(`input[value="${CSS.escape(value)}"]`);
      if (again) again.checked = true;
      else list.prepend(chosen);
      chosen = null;
    });
  }

  async send() {
    if (this.sending) return;
    this.sending = true;
    this.button.setAttribute("aria-busy", "true");
    this.show({}, []);
    try {
      const body = new FormData(this.form);
      body.delete("words");
      await this.photos.append(body);
      await this.answer(await fetch(this.form.action, {
        method: "POST",
        body,
        headers: { Accept: "application/json" },
        credentials: "same-origin",
        signal: AbortSignal.timeout(PATIENCE),
      }));
    } catch {
      this.show({}, [gettext("没有发出去：网络不通。文字已存在这部手机里，到有信号处再点一次，不会重复。")]);
    } finally {
      this.sending = false;
      this.button.removeAttribute("aria-busy");
    }
  }

  async answer(response) {
    const json = (response.headers.get("Content-Type") ?? "").includes("json");
    if (response.status === 201 && json) {
      clearDraft(this.name);
      window.location.assign((await response.json()).url);
    } else if (response.redirected || response.status === 403) {
      this.show({}, [gettext("登录已过期，请重新登录后再点一次；文字已存在这部手机里。")]);
    } else if (json) {
      const { errors, general } = await response.json();
      this.show(errors, general);
    } else {
      this.show({}, [gettext("服务器暂时没有收下，请稍后再点一次，不会重复。")]);
    }
  }

  /** Errors beside their fields, the rest above; the first wrong field comes into view. */
  show(errors, general) {
    const rest = [...general];
    for (const place of this.form.querySelectorAll("[data-error-for]")) {
      const texts = errors[place.dataset.errorFor] ?? [];
      place.querySelector("span").textContent = texts.join(" ");
      place.hidden = texts.length === 0;
      const field = this.form.elements[place.dataset.errorFor];
      if (field instanceof HTMLElement) texts.length ? field.setAttribute("aria-invalid", "true") : field.removeAttribute("aria-invalid");
    }
    for (const [name, texts] of Object.entries(errors)) {
      if (!this.form.querySelector(`[data-error-for="${CSS.escape(name)}"]`)) rest.push(...texts);
    }
    this.general.hidden = rest.length === 0;
    this.general.querySelector("[data-general-text]").replaceChildren(
      ...rest.map((text) => Object.assign(document.createElement("p"), { textContent: text })),
    );
    const first = rest.length ? this.general : this.form.querySelector("[data-error-for]:not([hidden])");
    first?.scrollIntoView({ block: "center" });
    if (rest.length) this.general.focus({ preventScroll: true });
  }
}

for (const form of document.querySelectorAll("form[data-field-form]")) new FieldForm(form);
