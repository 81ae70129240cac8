/** Standard replies: a button, or Alt and its number, writes the phrase into the note of the form it stands in. */

function insert(button) {
  const note = button.closest("form").querySelector("textarea[name=note]");
  if (!note) return;
  const text = button.dataset.reply;
  const before = note.value.trimEnd();
  note.value = before ? `${before}\n${text}` : text;
  note.dispatchEvent(new Event("input", { bubbles: true }));
  note.focus();
}

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-reply]");
  if (button) insert(button);
});

document.addEventListener("keydown", (event) => {
  const number = event.altKey && !event.ctrlKey && !event.metaKey && /^Digit([1-9])$/.exec(event.code);
  if (!number) return;
  const root = document.querySelector("dialog[open]") ?? document;
  const button = root.querySelectorAll("[data-reply]")[number[1] - 1];
  if (!button) return;
  event.preventDefault();
  insert(button);
});
