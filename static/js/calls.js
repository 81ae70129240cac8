/** The telephone sheet by keyboard: a chosen answer does not stop the keys, Ctrl or Cmd with Enter saves what is typed, Escape leaves the field. */

import { keyedElements } from "./keys.js";

const CHOICE = ".calls-form input[type=radio], .calls-form input[type=checkbox]";
const FIELD = ".calls-form textarea, .calls-reveal input";

/** The shell's keys rest on every input; nobody types into an answer. */
function press(event) {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const element = keyedElements().get(event.key.toLowerCase());
  if (!element) return;
  event.preventDefault();
  if (element.matches("textarea")) element.focus();
  else element.click();
}

function leaveOrSave(event) {
  if (event.key === "Escape") {
    event.target.blur();
  } else if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && event.target.matches("textarea")) {
    event.preventDefault();
    event.target.form.querySelector("[data-save]").click();
  }
}

document.addEventListener("keydown", (event) => {
  if (event.isComposing || document.querySelector("dialog[open]")) return;
  if (event.target.matches?.(CHOICE)) press(event);
  else if (event.target.matches?.(FIELD)) leaveOrSave(event);
});
