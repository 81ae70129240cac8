/** The telephone sheet by keyboard: Ctrl or Cmd with Enter saves what is typed, Escape leaves the field. */

document.addEventListener("keydown", (event) => {
  const field = event.target.closest?.(".calls-form textarea, .calls-reveal input");
  if (!field || event.isComposing) return;
  if (event.key === "Escape") {
    field.blur();
  } else if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && field.matches("textarea")) {
    event.preventDefault();
    field.form.querySelector("[data-save]").click();
  }
});
