/** One score's points over the months. */
import { trend } from "./charts.js";

for (const button of document.querySelectorAll("[data-print]")) {
  button.hidden = false;
  button.addEventListener("click", () => window.print());
}

const host = document.getElementById("score-trend");
const data = JSON.parse(document.getElementById("score-trend-data").textContent);
trend(host, { labels: data.labels, series: [{ name: gettext("得分"), values: data.values }], unit: gettext("分"), digits: 1 });
