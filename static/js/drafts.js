/** Words typed into the form of an action and not sent: kept while the page is open, put back when the form comes again. */

const kept = new Map();
const fields = "input:not([type=hidden]):not([type=file]), select, textarea";
const named = (form) => [...form.querySelectorAll(fields)].filter((field) => field.name);
const formIn = (root) => (root?.matches("form[data-number]") ? root : root?.querySelector("form[data-number]"));
const key = (form) => `${form.dataset.number} ${form.dataset.action}`;

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
  if (!draft) return false;
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
  const draft = kept.get(`${number} ${action}`);
  return draft?.get("note") ?? "";
}
