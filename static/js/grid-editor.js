/** The boundary editor: draw, drag vertices, cut, snap to neighbours, undo; every change is checked by the server. */
import { send, wordsOf } from "./grid-api.js";
import { areaWords, drawFaults, showRows } from "./grid-checks.js";
import { labelPoint } from "./outline.js";
import { toast } from "./shell.js";

const find = (id) => document.getElementById(id);
const data = JSON.parse(find("editor-data").textContent);
const { boundary: boundaryUrl, check: checkUrl, repair: repairUrl } = find("editor").dataset;
const SNAP_PIXELS = 14;
const FEWEST_MS = 250;
const PLACES = 7;
const SAID = "gridgov-said";

const published = data.history.find((one) => one.properties.state === "published")?.geometry ?? null;
let draft = data.history.find((one) => one.properties.state === "draft")?.geometry ?? null;
let current = draft ?? published;
let check = null;
let proposal = null;
let tool = "select";
let snapping = true;
let layer = null;
const past = [];
const future = [];

const map = L.map(find("edit-map"), { attributionControl: false, zoomControl: false, zoomSnap: 0.25, fadeAnimation: false, maxZoom: 21 });
L.control.zoom({ position: "bottomright", zoomInTitle: gettext("放大"), zoomOutTitle: gettext("缩小") }).addTo(map);
find("edit-map").setAttribute("aria-label", gettext("边界编辑地图"));
map.pm.setLang(document.documentElement.lang.startsWith("zh") ? "zh" : "en");

const around = data.around.features.filter((one) => one.properties.role !== "self");
const neighbours = L.geoJSON(around.filter((one) => one.properties.role === "sibling"), {
  style: () => ({ className: "edge-sibling" }),
  pmIgnore: true,
  snapIgnore: false,
  interactive: false,
}).addTo(map);
const parent = L.geoJSON(around.filter((one) => one.properties.role === "parent"), {
  style: () => ({ className: "edge-parent" }),
  pmIgnore: true,
  snapIgnore: false,
  interactive: false,
}).addTo(map);
const faults = L.featureGroup().addTo(map);
const ghost = L.featureGroup().addTo(map);

for (const one of data.around.features) {
  if (one.properties.role === "parent") continue;
  const [lon, lat] = labelPoint(one.geometry);
  const node = document.createElement("div");
  node.className = "unit-label-text";
  node.append(Object.assign(document.createElement("b"), { textContent: one.properties.name }));
  if (one.properties.note) node.append(Object.assign(document.createElement("span"), { textContent: one.properties.note }));
  const icon = L.divIcon({ className: "unit-label", html: node, iconSize: null });
  L.marker([lat, lon], { icon, interactive: false, keyboard: false, pmIgnore: true, snapIgnore: true }).addTo(map);
}

const same = (one, other) => JSON.stringify(one) === JSON.stringify(other);
const words = (shape) => shape.toGeoJSON(PLACES).geometry;

function show(geometry) {
  layer?.pm.disable();
  layer?.remove();
  layer = null;
  current = geometry;
  if (geometry) {
    layer = L.geoJSON(geometry, { style: () => ({ className: "edge-self" }) }).getLayers()[0];
    layer.addTo(map);
    layer.on("pm:edit", () => tool === "edit" && change(words(layer), false));
    if (tool === "edit") edit();
  }
  faults.bringToFront();
}

function edit() {
  layer?.pm.enable({ snappable: snapping, snapDistance: SNAP_PIXELS, allowSelfIntersection: true, limitMarkersToCount: 400 });
}

/** A new outline by hand; `redraw` where Leaflet does not show it yet. */
function change(geometry, redraw = true) {
  if (same(geometry, current)) return;
  past.push(current);
  future.length = 0;
  if (redraw) show(geometry);
  else current = geometry;
  changed();
}

function step(from, to) {
  if (!from.length) return;
  to.push(current);
  show(from.pop());
  changed();
}

let timer = 0;
let asking = null;

function changed() {
  refuseProposal();
  buttons();
  clearTimeout(timer);
  timer = setTimeout(ask, FEWEST_MS);
}

async function ask() {
  asking?.abort();
  asking = new AbortController();
  if (!current) {
    told(null);
    return;
  }
  const answer = await send("POST", checkUrl, { geometry: current }, asking.signal);
  if (answer.aborted) return;
  if (answer.ok) told(answer.data);
  else toast(wordsOf(answer.data), "error");
}

function told(answer) {
  check = answer;
  drawFaults(faults, check);
  showRows(find("checks"), check, data.parent, (fault) => goTo(fault));
  find("repair-offer").hidden = !check?.faults.length;
  if (check?.area) {
    find("fact-area").textContent = interpolate(gettext("%s 公顷"), [(check.area / 10000).toFixed(2)]);
    find("fact-perimeter").textContent = interpolate(gettext("%s 米"), [Math.round(check.perimeter).toLocaleString("en-US")]);
  }
  buttons();
}

function goTo(fault) {
  if (fault.shape) map.fitBounds(L.geoJSON(fault.shape).getBounds().pad(1.5), { maxZoom: 19 });
  else map.setView([fault.lat, fault.lon], 18);
}

function buttons() {
  const kept = draft ?? published;
  find("save").disabled = !current || same(current, kept);
  find("publish").disabled = !current || !check?.publishable || same(current, published);
  const faulty = Boolean(current && check && !check.publishable);
  find("publish-why").hidden = !faulty;
  find("publish-why").textContent = faulty ? gettext("有检查没有通过，改正后才能发布。") : "";
  find("discard").hidden = !draft;
  find("draft-badge").hidden = !draft && same(current, published);
  document.querySelector("[data-tool=undo]").disabled = !past.length;
  document.querySelector("[data-tool=redo]").disabled = !future.length;
}

/* Tools */

function choose(name) {
  map.pm.disableDraw();
  layer?.pm.disable();
  tool = name;
  for (const button of document.querySelectorAll("[data-tool]")) {
    if (["select", "edit", "draw", "cut"].includes(button.dataset.tool)) button.setAttribute("aria-pressed", String(button.dataset.tool === name));
  }
  const options = { snappable: snapping, snapDistance: SNAP_PIXELS, allowSelfIntersection: true, finishOn: "dblclick" };
  if (name === "edit") edit();
  if (name === "draw") map.pm.enableDraw("Polygon", { ...options, continueDrawing: false });
  if (name === "cut" && layer) map.pm.enableDraw("Cut", { ...options, layersToCut: [layer], allowSelfIntersection: false });
}

function toggleSnap(button) {
  snapping = !snapping;
  button.setAttribute("aria-pressed", String(snapping));
  choose(tool);
}

document.querySelector(".map-tools").addEventListener("click", (event) => {
  const button = event.target.closest("button");
  if (!button) return;
  if (button.dataset.tool === "undo") step(past, future);
  else if (button.dataset.tool === "redo") step(future, past);
  else if (button.dataset.tool === "snap") toggleSnap(button);
  else choose(button.dataset.tool);
});

map.on("pm:create", ({ layer: drawn }) => {
  const geometry = words(drawn);
  drawn.remove();
  tool = "edit";
  change(geometry);
  choose("edit");
});

map.on("pm:cut", ({ layer: left }) => {
  const geometry = left.toGeoJSON(PLACES).geometry;
  left.remove();
  tool = "edit";
  change(geometry);
  choose("edit");
});

/* Repair */

async function propose() {
  const answer = await send("POST", repairUrl, { geometry: current });
  if (!answer.ok || !answer.data.geometry) {
    toast(answer.ok ? gettext("没有可行的修复方案，请手工调整。") : wordsOf(answer.data), "warning");
    return;
  }
  proposal = answer.data.geometry;
  ghost.clearLayers();
  L.geoJSON(proposal, { style: () => ({ className: "edge-repair" }), interactive: false, pmIgnore: true, snapIgnore: true }).addTo(ghost);
  find("repair-words").textContent = interpolate(gettext("面积 %s"), [areaWords(answer.data.check.area)]);
  find("repair-choice").hidden = false;
  find("repair-offer").hidden = true;
}

function refuseProposal() {
  proposal = null;
  ghost.clearLayers();
  find("repair-choice").hidden = true;
  find("repair-offer").hidden = !check?.faults.length;
}

find("repair").addEventListener("click", propose);
find("repair-refuse").addEventListener("click", refuseProposal);
find("repair-accept").addEventListener("click", () => {
  const accepted = proposal;
  refuseProposal();
  change(accepted);
});

/* History */

const slider = find("history");
slider.max = data.history.length;
slider.value = data.history.length;

function day(text) {
  return text ? new Intl.DateTimeFormat("sv-SE", { timeZone: "Asia/Shanghai" }).format(new Date(text)) : "";
}

const STATES = { draft: gettext("草案"), published: gettext("生效"), ended: gettext("历史") };

function travel() {
  const one = data.history[Number(slider.value)];
  ghost.clearLayers();
  if (!one) {
    find("history-words").textContent = gettext("正在编辑");
    return;
  }
  const { state, valid_from: from, drawn_at: drawn } = one.properties;
  find("history-words").textContent = interpolate(gettext("%s（%s）"), [day(from ?? drawn), STATES[state]]);
  const style = () => ({ className: "edge-past" });
  L.geoJSON(one.geometry, { style, interactive: false, pmIgnore: true, snapIgnore: true }).addTo(ghost);
}

slider.addEventListener("input", travel);

/* Keeping */

async function save() {
  const answer = await send("PUT", boundaryUrl, { geometry: current, draft: true });
  if (!answer.ok) {
    toast(wordsOf(answer.data), "error");
    return;
  }
  draft = current;
  toast(gettext("草案已保存。"), "success");
  buttons();
}

async function discard() {
  const answer = await send("DELETE", boundaryUrl);
  if (!answer.ok) {
    toast(wordsOf(answer.data), "error");
    return;
  }
  draft = null;
  change(published);
}

async function publish(event) {
  event.preventDefault();
  const because = find("because").value.trim();
  const answer = await send("PUT", boundaryUrl, { geometry: current, because, base: data.base });
  if (answer.ok) {
    draft = current = null;
    leaving = true;
    sessionStorage.setItem(SAID, gettext("边界已生效。"));
    window.location.reload();
    return;
  }
  find("because-error").textContent = wordsOf(answer.data);
  find("because-error").hidden = false;
}

let leaving = false;
const dialog = find("publish-dialog");
find("save").addEventListener("click", save);
find("discard").addEventListener("click", discard);
find("publish").addEventListener("click", () => {
  find("because-error").hidden = true;
  find("publish-words").textContent = interpolate(gettext("新边界面积 %s，原边界转为历史。"), [areaWords(check.area)]);
  dialog.showModal();
});
dialog.querySelector("[data-cancel]").addEventListener("click", () => dialog.close());
find("publish-form").addEventListener("submit", publish);
window.addEventListener("beforeunload", (event) => {
  if (!leaving && !same(current, draft ?? published)) event.preventDefault();
});

const said = sessionStorage.getItem(SAID);
if (said) {
  sessionStorage.removeItem(SAID);
  toast(said, "success");
}

const frame = [parent, neighbours].map((group) => group.getBounds()).filter((one) => one.isValid());
if (current) frame.push(L.geoJSON(current).getBounds());
if (frame.length) map.fitBounds(frame.reduce((all, one) => all.extend(one), L.latLngBounds(frame[0])), { paddingTopLeft: [72, 24], paddingBottomRight: [24, 72], animate: false });
else map.setView([35, 105], 5);
show(current);
travel();
buttons();
showRows(find("checks"), null, data.parent);
ask();
