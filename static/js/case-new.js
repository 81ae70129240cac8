/** Intake: the caller's past, a place found by words and set right on the map, a category, doubles; all by keyboard. */
import { createMap } from "./map.js";

const host = document.querySelector("[data-intake-map]");
const field = (name) => document.getElementById(`id_${name}`);
const [lon, lat, address, unit, select] = ["lon", "lat", "address", "unit", "category"].map(field);
const words = document.getElementById("category-words");
const found = document.getElementById("place-candidates");
const where = document.getElementById("place-found");
const offer = document.querySelector("[data-applications]");
const applications = new Set(offer.dataset.applications.split(" "));
const atOnce = field("at_once");
let map = null;
let pin = null;
let asked = 0;

const hasPoint = () => lon.value !== "" && lat.value !== "";

/** The names of the units that hold the point, under the map. */
async function nameThePlace() {
  const turn = ++asked;
  where.textContent = "";
  if (!hasPoint()) return;
  const query = new URLSearchParams({ lon: lon.value, lat: lat.value });
  const answer = await fetch(`${host.dataset.locate}?${query}`, { headers: { Accept: "application/json" } });
  if (turn !== asked) return;
  if (!answer.ok) {
    where.textContent = gettext("该点不在您的管辖范围内，请在地图上改正位置。");
    where.classList.add("place-outside");
    return;
  }
  const chain = await answer.json();
  where.classList.remove("place-outside");
  where.textContent = (chain.units ?? chain).map((one) => one.name).join(" › ");
}

function drawPin() {
  if (!map) return;
  if (!hasPoint()) {
    pin?.remove();
    pin = null;
    return;
  }
  const at = [Number(lat.value), Number(lon.value)];
  if (pin) {
    pin.setLatLng(at);
  } else {
    pin = L.marker(at, {
      draggable: true,
      autoPan: true,
      title: gettext("案件位置，可拖动"),
      alt: gettext("案件位置，可拖动"),
      icon: L.divIcon({ className: "intake-pin", iconSize: [22, 22], iconAnchor: [11, 11] }),
    }).addTo(map.leaflet);
    pin.on("dragend", () => setPoint(pin.getLatLng().lng, pin.getLatLng().lat));
  }
}

function setPoint(longitude, latitude, { centre = false } = {}) {
  lon.value = Number(longitude).toFixed(6);
  lat.value = Number(latitude).toFixed(6);
  moved(centre);
}

function moved(centre = false) {
  drawPin();
  if (centre && map && hasPoint()) map.leaflet.setView([Number(lat.value), Number(lon.value)], Math.max(map.leaflet.getZoom(), 16));
  nameThePlace();
  window.htmx.trigger(document.body, "intake:place");
}

async function drawMap() {
  if (!host.dataset.units) return;
  const answer = await fetch(host.dataset.units, { headers: { Accept: "application/json" } });
  const units = answer.ok ? await answer.json() : { type: "FeatureCollection", features: [] };
  map = await createMap(host, { units, points: [], onPoint: () => {} });
  map.leaflet.on("click", (event) => setPoint(event.latlng.lng, event.latlng.lat));
  drawPin();
  if (hasPoint()) moved(true);
}

function choosePlace(button) {
  const { kind, title, lon: longitude, lat: latitude } = button.dataset;
  if (kind !== "unit") address.value = title;
  unit.value = "";
  found.replaceChildren();
  setPoint(longitude, latitude, { centre: true });
  address.focus();
}

/** Down from the address goes into the candidates, up from the first goes back, Escape puts them away. */
function walk(event) {
  const all = [...found.querySelectorAll("[data-place]")];
  if (!all.length) return;
  const place = all.indexOf(document.activeElement);
  if (event.key === "ArrowDown") (all[place + 1] ?? all[0]).focus();
  else if (event.key === "ArrowUp") (all[place - 1] ?? address).focus();
  else if (event.key === "Escape") {
    found.replaceChildren();
    address.focus();
  } else return;
  event.preventDefault();
}

/** Settling at once is offered for applications alone, and asks for the result once it is chosen. */
function offerAtOnce() {
  const offered = applications.has(select.value);
  if (!offered) atOnce.checked = false;
  offer.hidden = !offered;
  field("result").closest(".field").hidden = !atOnce.checked;
}

function chooseCategory(key) {
  words.value = "";
  narrow();
  select.value = key;
  select.dispatchEvent(new Event("change", { bubbles: true }));
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

document.addEventListener("click", (event) => {
  const place = event.target.closest("[data-place]");
  if (place) choosePlace(place);
  const hint = event.target.closest("[data-category]");
  if (hint) chooseCategory(hint.dataset.category);
});
for (const area of [address, found]) area.addEventListener("keydown", walk);
for (const box of [lon, lat]) box.addEventListener("change", () => moved(true));
document.querySelector(".category-find").hidden = false;
for (const box of [select, atOnce]) box.addEventListener("change", offerAtOnce);
offerAtOnce();
words.addEventListener("input", narrow);
words.addEventListener("change", () => select.dispatchEvent(new Event("change", { bubbles: true })));
drawMap();
