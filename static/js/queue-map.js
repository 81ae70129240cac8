/** The cases of a queue on the map: clusters by limit; choosing one opens it beside; follows the list. */
import { createMap } from "./map.js";

const host = document.querySelector("[data-queue-map]");
const EVERY = 30000;

async function read(url) {
  const answer = await fetch(url, { headers: { Accept: "application/json" } });
  return answer.ok ? answer.json() : null;
}

function open(point) {
  const row = document.querySelector(`#case-rows [data-row="${CSS.escape(point.id)}"]`);
  if (row) {
    row.click();
    row.scrollIntoView({ block: "nearest" });
    return;
  }
  window.history.pushState({}, "", point.url);
  document.querySelector("[data-dispatch]")?.classList.add("has-case");
  window.htmx.ajax("GET", point.url, { target: "#case-pane", swap: "innerHTML" });
}

async function draw() {
  const [units, found] = await Promise.all([host.dataset.units ? read(host.dataset.units) : null, read(host.dataset.points)]);
  const map = await createMap(host, { units: units ?? { type: "FeatureCollection", features: [] }, points: found?.points ?? [], onPoint: open, wheel: true });
  const say = (answer) => {
    document.querySelector("[data-map-more]").hidden = !answer?.more;
  };
  const mark = () => {
    const number = document.querySelector("#case-pane [data-case]")?.dataset.case;
    if (number) map.highlight(number);
  };
  const again = async () => {
    if (document.hidden) return;
    const answer = await read(host.dataset.points);
    if (answer) {
      map.setPoints(answer.points);
      say(answer);
    }
  };
  say(found);
  mark();
  setInterval(again, EVERY);
  document.body.addEventListener("case:changed", again);
  document.body.addEventListener("htmx:afterSwap", (event) => {
    if (event.detail.target.id === "case-pane") mark();
  });
}

if (host) draw();
