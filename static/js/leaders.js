/** The leaders' page: the map coloured by the chosen number, in step with the ranking; and printing. */
import { createMap } from "./map.js";

for (const button of document.querySelectorAll("[data-print]")) {
  button.hidden = false;
  button.addEventListener("click", () => window.print());
}

const host = document.getElementById("leaders-map");
if (host) {
  host.replaceChildren();
  const values = JSON.parse(document.getElementById("leaders-values").textContent);
  const rows = new Map([...document.querySelectorAll("tr[data-unit]")].map((row) => [row.dataset.unit, row]));
  const map = await createMap(host, {
    units: host.dataset.units,
    values,
    legend: true,
    digits: 1,
    onSelect: (code) => window.location.assign(host.dataset.down + code),
  });
  for (const [code, row] of rows) {
    row.addEventListener("mouseenter", () => map.hover(code, true));
    row.addEventListener("mouseleave", () => map.hover(code, false));
  }
}
