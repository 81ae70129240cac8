/** The week of logs: the day that is open beside it stands out. */

document.addEventListener("htmx:beforeRequest", (event) => {
  const cell = event.target.closest?.(".log-cell");
  if (!cell) return;
  for (const other of document.querySelectorAll(".log-cell.active")) other.classList.remove("active");
  cell.classList.add("active");
});
