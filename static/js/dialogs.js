/** The two dialogs every page has: one for fragments that htmx brings, one that asks before something grave. */

const find = (id) => document.getElementById(id);

/** Show the dialog whose body htmx has just filled. */
export function openModal() {
  const dialog = find("modal");
  if (!dialog.open) dialog.showModal();
}

/** Close it and forget its content. */
export function closeModal() {
  const dialog = find("modal");
  if (dialog.open) dialog.close();
}

/** Ask with the words of `element` (data-confirm, -title, -ok, -word), then call `go` if the answer is yes. */
export function confirmFirst(element, go) {
  const dialog = find("confirm");
  const { confirm, confirmTitle, confirmOk, confirmWord } = element.dataset;
  const word = find("confirm-word");
  const ok = find("confirm-ok");
  find("confirm-title").textContent = confirmTitle || gettext("请确认");
  find("confirm-text").textContent = confirm;
  ok.textContent = confirmOk || gettext("确定");
  ok.className = element.dataset.confirmTone === "calm" ? "btn btn-primary" : "btn btn-danger";
  find("confirm-typed").hidden = !confirmWord;
  find("confirm-ask").textContent = interpolate(gettext("请输入“%s”"), [confirmWord || ""]);
  word.value = "";
  ok.disabled = Boolean(confirmWord);
  word.oninput = () => {
    ok.disabled = word.value.trim() !== confirmWord;
  };
  dialog.returnValue = "";
  dialog.addEventListener(
    "close",
    () => {
      if (dialog.returnValue === "ok") go();
      else element.focus?.();
    },
    { once: true },
  );
  dialog.showModal();
  (confirmWord ? word : ok).focus();
}

find("modal")?.addEventListener("close", () => find("modal-body").replaceChildren());

for (const id of ["modal", "confirm"]) {
  find(id)?.addEventListener("click", (event) => {
    if (event.target === event.currentTarget) event.currentTarget.close("cancel");
  });
}
