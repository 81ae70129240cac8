/** The map page: outlines drill down on a click, the list beside it stays in step with what is in view. */
import { createMap } from "./map.js";

const MOST_LISTED = 60;
const host = document.getElementById("map");
const links = new Map([...document.querySelectorAll("#units [data-unit]")].map((link) => [link.dataset.unit, link]));

function open(code) {
  const link = links.get(code);
  if (link && link.getAttribute("aria-current") !== "true") window.location.assign(link.href);
}

function listed(point) {
  const item = document.createElement("li");
  const link = document.createElement(point.url ? "a" : "button");
  link.className = "row-link";
  if (point.url) link.href = point.url;
  else link.type = "button";
  const pin = document.createElement("span");
  pin.className = `pin pin-small pin-${point.tone}`;
  pin.append(document.createElement("span"));
  const title = document.createElement("span");
  title.className = "row-title";
  title.textContent = point.title;
  link.append(pin, title);
  link.addEventListener("mouseenter", () => map.highlight(point.id));
  link.addEventListener("focus", () => map.highlight(point.id));
  item.append(link);
  return item;
}

function inView(points) {
  const section = document.getElementById("seen");
  if (!section) return;
  section.hidden = points.length === 0;
  document.getElementById("seen-count").textContent = points.length > 999 ? "999+" : points.length;
  document.getElementById("seen-list").replaceChildren(...points.slice(0, MOST_LISTED).map(listed));
}

host.replaceChildren();
const map = await createMap(host, { units: host.dataset.units, selected: host.dataset.selected || null, onSelect: open, onView: inView, wheel: true });
for (const [code, link] of links) {
  link.addEventListener("mouseenter", () => map.hover(code, true));
  link.addEventListener("mouseleave", () => map.hover(code, false));
}
if (Number(host.dataset.overlays)) {
  const answer = await fetch(host.dataset.points, { headers: { Accept: "application/json", "Accept-Language": document.documentElement.lang } });
  if (answer.ok) map.setPoints((await answer.json()).points);
}
