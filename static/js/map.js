/**
 * Units as outlines and cases as points, on Leaflet without base tiles; needs vendor/leaflet.js, vendor/leaflet.css and css/map.css.
 *
 *   const map = await createMap(document.getElementById("map"), {
 *     units,      GeoJSON FeatureCollection or its URL; properties: code, name, note (a second line of the label, optional), synthetic
 *     values,     {code: number}: colours the outlines from pale to the accent; `legend: true` draws the scale, `digits` rounds it
 *     points,     [{id, lon, lat, tone: ok|near|late|hold, title, url}]: clusters by a grid, coloured by the gravest tone inside
 *     selected,   code of the unit that stands out
 *     onSelect,   (code, properties) when a unit is chosen by mouse, key or list
 *     onPoint,    (point) when a single point is chosen; without it the point's url is opened
 *     onView,     (points in view) after every movement, for a side list in step with the map
 *     list,       element that receives a list of the units as buttons: the way to the map by keyboard
 *     labels,     false for none
 *     wheel,      true where the map fills its pane: the wheel zooms
 *   });
 *   map.select(code), map.setValues(values), map.setPoints(points), map.highlight(pointId), map.fit(code), map.leaflet
 */
import { RAMP, cluster, gravest, labelPoint, stepOf } from "./outline.js";

const CELL = 44;
const CLOSEST = 19;
const WORDS = { ok: gettext("在时限内"), near: gettext("临近时限"), late: gettext("已超时"), hold: gettext("挂起或督办") };

const load = async (units) => (typeof units === "string" ? (await fetch(units, { headers: { Accept: "application/json", "Accept-Language": document.documentElement.lang } })).json() : units);

function element(tag, className, text) {
  const made = document.createElement(tag);
  if (className) made.className = className;
  if (text !== undefined) made.textContent = text;
  return made;
}

class GridMap {
  constructor(host, options) {
    this.host = host;
    this.options = options;
    this.layers = new Map();
    this.values = options.values ?? null;
    this.points = options.points ?? [];
    this.selected = options.selected ?? null;
    this.leaflet = L.map(host, {
      attributionControl: false,
      zoomControl: false,
      zoomSnap: 0.25,
      scrollWheelZoom: Boolean(options.wheel),
      fadeAnimation: false,
      markerZoomAnimation: false,
      keyboard: true,
    });
    L.control.zoom({ position: "bottomright", zoomInTitle: gettext("放大"), zoomOutTitle: gettext("缩小") }).addTo(this.leaflet);
    host.setAttribute("role", "region");
    if (!host.hasAttribute("aria-label")) host.setAttribute("aria-label", gettext("地图"));
  }

  drawUnits(collection) {
    this.collection = collection;
    this.outlines = L.geoJSON(collection, {
      style: () => ({ className: "unit" }),
      onEachFeature: (feature, layer) => {
        this.layers.set(feature.properties.code, layer);
        layer.on("click", () => this.choose(feature.properties.code));
        layer.on("mouseover", () => this.hover(feature.properties.code, true));
        layer.on("mouseout", () => this.hover(feature.properties.code, false));
      },
    }).addTo(this.leaflet);
    this.labels = this.options.labels === false ? [] : this.makeLabels(collection);
    this.pointLayer = L.layerGroup().addTo(this.leaflet);
    this.note(collection);
    this.fit();
    this.leaflet.on("zoomend moveend resize", () => this.refresh());
    new ResizeObserver(() => this.resized()).observe(this.host);
    for (const [code, layer] of this.layers) this.makeReachable(code, layer);
    this.paint();
    this.refresh();
  }

  makeReachable(code, layer) {
    const path = layer.getElement?.() ?? layer.getLayers?.()[0]?.getElement();
    if (!path) return;
    const { name, note } = layer.feature.properties;
    path.setAttribute("tabindex", "0");
    path.setAttribute("role", "button");
    path.setAttribute("aria-label", note ? `${name} ${note}` : name);
    path.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" && event.key !== " ") return;
      event.preventDefault();
      this.choose(code);
    });
  }

  makeLabels(collection) {
    return collection.features.flatMap((feature) => {
      const at = labelPoint(feature.geometry);
      if (!at) return [];
      const node = element("div", "unit-label-text");
      node.append(element("b", "", this.shortName(feature.properties.name)));
      if (feature.properties.note) node.append(element("span", "", feature.properties.note));
      const icon = L.divIcon({ className: "unit-label", html: node, iconSize: null });
      const marker = L.marker([at[1], at[0]], { icon, interactive: false, keyboard: false }).addTo(this.leaflet);
      return [{ marker, node, layer: this.layers.get(feature.properties.code), code: feature.properties.code }];
    });
  }

  shortName(name) {
    return name.replace(/(?<=..)(街道|社区|居民委员会|居委会)$/, "");
  }

  /** Show the labels that fit, the widest units first; the others wait for a closer look. */
  placeLabels() {
    const taken = [];
    const width = (label) => {
      const bounds = label.layer.getBounds();
      return this.leaflet.latLngToLayerPoint(bounds.getNorthEast()).x - this.leaflet.latLngToLayerPoint(bounds.getSouthWest()).x;
    };
    for (const label of this.labels) label.node.hidden = false;
    const measured = this.labels.map((label) => ({ label, width: width(label), box: label.node.getBoundingClientRect() }));
    measured.sort((a, b) => (b.label.code === this.selected) - (a.label.code === this.selected) || b.width - a.width);
    for (const { label, width: room, box } of measured) {
      const meets = taken.some((other) => box.left < other.right + 3 && other.left < box.right + 3 && box.top < other.bottom + 1 && other.top < box.bottom + 1);
      label.node.hidden = meets || (box.width > room * 1.15 && label.code !== this.selected);
      if (!label.node.hidden) taken.push(box);
    }
  }

  paint() {
    const numbers = Object.values(this.values ?? {}).filter((value) => value !== null);
    const [low, high] = [Math.min(...numbers), Math.max(...numbers)];
    for (const [code, layer] of this.layers) {
      const step = this.values ? stepOf(this.values[code], low, high) : null;
      const names = ["unit"];
      if (step !== null) names.push(step < 0 ? "unit-empty" : `unit-step-${step}`);
      if (code === this.selected) names.push("unit-selected");
      layer.eachLayer ? layer.eachLayer((one) => this.dress(one, names)) : this.dress(layer, names);
      if (code === this.selected) layer.bringToFront();
      const label = this.labels.find((one) => one.code === code);
      label?.node.classList.toggle("on-dark", step !== null && step >= RAMP / 2);
    }
    if (this.options.legend && numbers.length) this.legend(low, high);
  }

  dress(layer, names) {
    const path = layer.getElement();
    if (!path) return;
    const kept = [...path.classList].filter((name) => !name.startsWith("unit"));
    path.setAttribute("class", [...kept, ...names].join(" "));
  }

  hover(code, on) {
    this.layers.get(code)?.getElement?.()?.classList.toggle("unit-hover", on);
    this.buttons?.get(code)?.classList.toggle("hover", on);
  }

  choose(code) {
    this.select(code);
    this.options.onSelect?.(code, this.layers.get(code).feature.properties);
  }

  /** Make the unit `code` stand out, without calling onSelect. */
  select(code) {
    this.selected = code;
    for (const [key, button] of this.buttons ?? []) button.setAttribute("aria-current", String(key === code));
    this.paint();
    this.placeLabels();
  }

  /** Colour by other values. */
  setValues(values) {
    this.values = values;
    this.paint();
  }

  /** Show other points. */
  setPoints(points) {
    this.points = points;
    this.drawPoints();
  }

  /** Mark the point `id`, and bring it into view. */
  highlight(id) {
    this.marked = id;
    const point = this.points.find((one) => one.id === id);
    if (point) this.leaflet.panInside([point.lat, point.lon], { padding: [60, 60], animate: false });
    this.drawPoints();
  }

  /** Fit one unit, or all of them, into the frame. */
  fit(code) {
    const target = code ? this.layers.get(code) : this.outlines;
    const bounds = target?.getBounds();
    if (bounds?.isValid()) this.leaflet.fitBounds(bounds, { padding: [14, 14], animate: false });
    else this.fitPoints();
    this.fitted = code ?? null;
    this.moved = false;
  }

  fitPoints() {
    if (this.points.length) this.leaflet.fitBounds(L.latLngBounds(this.points.map((one) => [one.lat, one.lon])).pad(0.2), { maxZoom: 17, animate: false });
    else this.leaflet.setView([35, 105], 4);
  }

  resized() {
    if (!this.host.isConnected || !this.host.clientWidth) return;
    this.leaflet.invalidateSize({ animate: false });
    if (!this.moved) this.fit(this.fitted ?? undefined);
  }

  refresh() {
    this.placeLabels();
    this.drawPoints();
  }

  drawPoints() {
    this.pointLayer.clearLayers();
    const projected = this.points.map((point) => ({ ...this.leaflet.project([point.lat, point.lon]), point }));
    for (const cell of cluster(projected, CELL)) this.drawCell(cell);
    const view = this.leaflet.getBounds();
    this.options.onView?.(this.points.filter((point) => view.contains([point.lat, point.lon])));
  }

  drawCell(cell) {
    const single = cell.points.length === 1 ? cell.points[0] : null;
    const tone = single ? single.tone : gravest(cell.points);
    const marked = cell.points.some((point) => point.id === this.marked);
    const title = single ? single.title : interpolate(ngettext("%s 件", "%s 件", cell.points.length), [cell.points.length]);
    const label = `${title} · ${WORDS[tone] ?? ""}`;
    const size = single ? 14 : Math.min(40, 22 + 4 * Math.log2(cell.points.length));
    const icon = L.divIcon({
      className: `pin pin-${tone}${single ? "" : " pin-many"}${marked ? " pin-marked" : ""}`,
      html: element("span", "", single ? "" : cell.points.length),
      iconSize: [size, size],
    });
    const marker = L.marker(this.leaflet.unproject([cell.x, cell.y]), { icon, title: label, alt: label, riseOnHover: true, autoPanOnFocus: false });
    marker.on("click", () => this.openCell(cell, single));
    marker.addTo(this.pointLayer);
    marker.getElement().setAttribute("aria-label", label);
  }

  openCell(cell, single) {
    if (single) {
      this.openPoint(single);
      return;
    }
    this.moved = true;
    const bounds = L.latLngBounds(cell.points.map((point) => [point.lat, point.lon]));
    const apart = !bounds.getNorthEast().equals(bounds.getSouthWest());
    if (apart && this.leaflet.getZoom() < CLOSEST) this.leaflet.fitBounds(bounds.pad(0.3), { maxZoom: CLOSEST });
    else this.listCell(cell);
  }

  openPoint(point) {
    if (this.options.onPoint) this.options.onPoint(point);
    else if (point.url) window.location.assign(point.url);
  }

  /** Points on one spot: a list to choose from. */
  listCell(cell) {
    const list = element("ul", "map-stack");
    for (const point of cell.points) {
      const button = element("button", "map-stack-button", point.title);
      button.type = "button";
      button.addEventListener("click", () => this.openPoint(point));
      const item = element("li");
      item.append(button);
      list.append(item);
    }
    L.popup({ minWidth: 180, maxHeight: 240 }).setLatLng(this.leaflet.unproject([cell.x, cell.y])).setContent(list).openOn(this.leaflet);
  }

  note(collection) {
    if (!(this.options.synthetic ?? collection.features.some((feature) => feature.properties.synthetic))) return;
    const control = L.control({ position: "bottomleft" });
    control.onAdd = () => element("div", "map-note", gettext("边界为示意"));
    control.addTo(this.leaflet);
  }

  legend(low, high) {
    this.legendControl?.remove();
    const digits = this.options.digits ?? 0;
    this.legendControl = L.control({ position: "topright" });
    this.legendControl.onAdd = () => {
      const box = element("div", "map-legend");
      box.append(element("span", "", low.toFixed(digits)));
      for (let step = 0; step < RAMP; step += 1) box.append(element("i", `legend-step legend-step-${step}`));
      box.append(element("span", "", high.toFixed(digits)));
      return box;
    };
    this.legendControl.addTo(this.leaflet);
  }

  makeList(host) {
    this.buttons = new Map();
    const list = element("ul", "rows map-list");
    for (const feature of this.collection.features) {
      const { code, name, note } = feature.properties;
      const button = element("button", "map-list-button");
      button.type = "button";
      button.append(element("span", "", name), element("span", "text-secondary", note ?? this.values?.[code] ?? ""));
      button.addEventListener("click", () => this.choose(code));
      button.addEventListener("mouseenter", () => this.hover(code, true));
      button.addEventListener("mouseleave", () => this.hover(code, false));
      const item = element("li");
      item.append(button);
      list.append(item);
      this.buttons.set(code, button);
    }
    host.replaceChildren(list);
  }
}

/** Draw the map; see the head of this module. Resolves when units and points are on it. */
export async function createMap(host, options = {}) {
  const map = new GridMap(host, options);
  const collection = (await load(options.units)) ?? { type: "FeatureCollection", features: [] };
  map.drawUnits(collection);
  map.leaflet.on("dragend", () => {
    map.moved = true;
  });
  if (options.list) map.makeList(options.list);
  if (map.selected) map.select(map.selected);
  return map;
}
