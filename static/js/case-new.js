/** Intake: a place chosen on the map, a category found by words. */
import { createMap } from "./map.js";

const host = document.querySelector("[data-intake-map]");
const lon = document.getElementById("id_lon");
const lat = document.getElementById("id_lat");
const select = document.getElementById("id_category");
const words = document.getElementById("category-words");

function points() {
  if (!lon.value || !lat.value) return [];
  return [{ id: "here", lon: Number(lon.value), lat: Number(lat.value), tone: "near", title: gettext("案件位置") }];
}

async function drawMap() {
  if (!host.dataset.units) return;
  const answer = await fetch(host.dataset.units, { headers: { Accept: "application/json" } });
  const units = answer.ok ? await answer.json() : { type: "FeatureCollection", features: [] };
  const map = await createMap(host, { units, points: points(), onPoint: () => {} });
  map.leaflet.on("click", (event) => {
    lon.value = event.latlng.lng.toFixed(6);
    lat.value = event.latlng.lat.toFixed(6);
    map.setPoints(points());
  });
  for (const field of [lon, lat]) field.addEventListener("change", () => map.setPoints(points()));
}

/** Only the leaves that hold every word stay in the list. */
function narrow() {
  const wanted = words.value.trim().toLowerCase().split(/\s+/).filter(Boolean);
  let first = null;
  for (const group of select.querySelectorAll("optgroup")) {
    let any = false;
    for (const option of group.children) {
      const text = `${group.label} ${option.textContent}`.toLowerCase();
      const fits = wanted.every((word) => text.includes(word));
      option.hidden = !fits;
      option.disabled = !fits;
      any ||= fits;
      if (fits && !first) first = option;
    }
    group.hidden = !any;
  }
  if (wanted.length && first && select.selectedOptions[0]?.disabled !== false) select.value = first.value;
  if (wanted.length && first && !select.value) select.value = first.value;
}

document.querySelector(".category-find").hidden = false;
words.addEventListener("input", narrow);
drawMap();
