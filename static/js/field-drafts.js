/** Half-written text, kept on this phone for this person until the server has it. */

const who = () => document.querySelector("script[data-user]")?.dataset.user ?? "";
const key = (name) => `gridgov-draft:${who()}:${name}`;

/** Keep the values of a form; a phone that keeps nothing still sends. */
export function keepDraft(name, values) {
  try {
    localStorage.setItem(key(name), JSON.stringify(values));
  } catch {
    /* private windows and full phones keep nothing */
  }
}

/** What was kept, or null. */
export function restoreDraft(name) {
  try {
    return JSON.parse(localStorage.getItem(key(name)));
  } catch {
    return null;
  }
}

/** Forget a draft that has arrived. */
export function clearDraft(name) {
  try {
    localStorage.removeItem(key(name));
  } catch {
    /* nothing was kept */
  }
}
