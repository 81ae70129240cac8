/**
 * Words typed into the form of an action and not sent: kept for each case and action as long as the tab is open, also over
 * a reload, and put back when the form comes again. What they say of people leaves the tab with whoever signs out.
 */

const PREFIX = "gridgov-draft ";
const OWNER = `${PREFIX}owner`;
const PERSONAL = /(^|_)(name|phone)$/; // names and phones of people are typed again
const fields = "input:not([type=hidden]):not([type=file]), select, textarea";
const named = (form) => [...form.querySelectorAll(fields)].filter((field) => field.name);
const formIn = (root) => (root?.matches("form[data-number]") ? root : root?.querySelector("form[data-number]"));
const key = (form) => `${PREFIX}${form.dataset.number} ${form.dataset.action}`;

/** The drafts that the tab keeps; a browser that keeps nothing has them as long as the page is there. */
const kept = {
  memory: new Map(),
  get(name) {
    try {
      return new Map(JSON.parse(sessionStorage.getItem(name) ?? "null") ?? []);
    } catch {
      return this.memory.get(name) ?? new Map();
    }
  },
  set(name, draft) {
    try {
      sessionStorage.setItem(name, JSON.stringify([...draft].filter(([field]) => !PERSONAL.test(field))));
    } catch {
      this.memory.set(name, draft);
    }
  },
  delete(name) {
    this.memory.delete(name);
    try {
      sessionStorage.removeItem(name);
    } catch {
      /* nothing is kept there */
    }
  },
};

/** Nobody at the same tab finds what the person before typed: called by the shell on every page, also after signing out. */
export function keepDraftsOfOnePerson() {
  const person = document.body.dataset.person ?? "";
  try {
    if (sessionStorage.getItem(OWNER) === person) return;
    for (const name of Object.keys(sessionStorage)) if (name.startsWith(PREFIX)) sessionStorage.removeItem(name);
    sessionStorage.setItem(OWNER, person);
  } catch {
    /* nothing is kept there */
  }
}

function changed(field) {
  if (field.matches("select")) {
    const options = [...field.options];
    const given = options.some((option) => option.defaultSelected);
    return options.some((option, place) => option.selected !== (given ? option.defaultSelected : !field.multiple && place === 0));
  }
  if (field.matches("[type=checkbox], [type=radio]")) return field.checked !== field.defaultChecked;
  return field.value !== field.defaultValue;
}

function read(field) {
  if (field.matches("select")) return [...field.options].filter((option) => option.selected).map((option) => option.value);
  return field.matches("[type=checkbox], [type=radio]") ? field.checked : field.value;
}

function write(field, value) {
  if (field.matches("select")) {
    if (!value.length || [...field.options].some((option) => value.includes(option.value)))
      for (const option of field.options) option.selected = value.includes(option.value);
  } else if (field.matches("[type=checkbox], [type=radio]")) field.checked = value;
  else field.value = value;
}

const place = (field) => (field.matches("[type=checkbox], [type=radio]") ? `${field.name}=${field.value}` : field.name);

/** Keep what is typed in the form inside `root`, if anything is. */
export function keepDraft(root) {
  const form = formIn(root);
  if (!form) return;
  const typed = form.dataset.typed ? named(form) : named(form).filter(changed);
  if (typed.length) kept.set(key(form), new Map(typed.map((field) => [place(field), read(field)])));
  else kept.delete(key(form));
}

/** Forget what was typed into the form inside `root`: it was sent, or given up. */
export function dropDraft(root) {
  const form = formIn(root);
  if (!form) return;
  kept.delete(key(form));
  delete form.dataset.number; // what goes away now is not worth keeping
}

/** Put back what was typed into the form inside `root` before. True where there was something. */
export function restoreDraft(root) {
  const form = formIn(root);
  const draft = form && kept.get(key(form));
  if (!draft?.size) return false;
  for (const field of named(form)) if (draft.has(place(field))) write(field, draft.get(place(field)));
  const said = document.createElement("p");
  said.className = "draft-back";
  said.setAttribute("role", "status");
  said.textContent = gettext("上次没有提交的内容已放回。");
  form.prepend(said);
  return true;
}

/** The words typed for an action that the case `number` no longer allows, to be read and copied. */
export function draftWords(number, action) {
  return kept.get(`${PREFIX}${number} ${action}`).get("note") ?? "";
}
