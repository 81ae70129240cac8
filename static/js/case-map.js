/** The small map of a case: the outlines around it and where it is. */
import { createMap } from "./map.js";

const EMPTY = { type: "FeatureCollection", features: [] };

async function outlines(url) {
  const answer = await fetch(url, { headers: { Accept: "application/json" } });
  return answer.ok ? answer.json() : EMPTY;
}

async function draw(host) {
  host.dataset.drawn = "1";
  const { lon, lat, tone, title, selected } = host.dataset;
  const points = [{ id: "case", lon: Number(lon), lat: Number(lat), tone, title }];
  const units = await outlines(host.dataset.units);
  if (!host.isConnected) return;
  await createMap(host, { units, points, selected: selected || null, onPoint: () => {} });
}

function drawAll() {
  for (const host of document.querySelectorAll("[data-case-map]:not([data-drawn])")) draw(host);
}

document.body.addEventListener("htmx:afterSwap", drawAll);
drawAll();
