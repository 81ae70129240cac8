/** The place of a report: from the phone's position, on the outline of the grid, corrected by a tap. */

import { outerRings } from "./outline.js";

const PATIENCE = 15000;

/** Whether [x, y] lies in one of the outer rings of GeoJSON features. */
export function within([x, y], collection) {
  return collection.features.some(({ geometry }) =>
    outerRings(geometry).some((ring) => {
      let inside = false;
      for (let i = 0, j = ring.length - 1; i < ring.length; j = i, i += 1) {
        const [xi, yi] = ring[i];
        const [xj, yj] = ring[j];
        if (yi > y !== yj > y && x < ((xj - xi) * (y - yi)) / (yj - yi) + xi) inside = !inside;
      }
      return inside;
    }),
  );
}

/** Position, map and hidden fields of one form. */
export class Place {
  constructor(host) {
    this.host = host;
    this.lon = host.querySelector("[name=lon]");
    this.lat = host.querySelector("[name=lat]");
    this.words = host.querySelector("[data-place-text]");
    this.state = host.querySelector("[data-place-state]");
    this.outline = JSON.parse(document.getElementById("unit-outline").textContent);
    host.querySelector("[data-place-find]").addEventListener("click", () => this.find());
    this.draw();
    if (this.lon.value && this.lat.value) this.set(Number(this.lon.value), Number(this.lat.value), gettext("已记下位置，点图可改"));
    else this.find();
  }

  draw() {
    const element = this.host.querySelector("[data-place-map]");
    if (typeof L === "undefined") {
      element.hidden = true;
      return;
    }
    this.map = L.map(element, { attributionControl: false, zoomControl: false, fadeAnimation: false, markerZoomAnimation: false });
    L.control.zoom({ position: "bottomright", zoomInTitle: gettext("放大"), zoomOutTitle: gettext("缩小") }).addTo(this.map);
    this.shape = L.geoJSON(this.outline, { style: () => ({ className: "place-outline" }), interactive: false }).addTo(this.map);
    if (this.outline.features.length) this.map.fitBounds(this.shape.getBounds(), { padding: [12, 12] });
    else this.map.setView([31.23, 121.47], 15);
    this.map.on("click", ({ latlng }) => this.set(latlng.lng, latlng.lat, gettext("在图上点选的位置")));
  }

  find() {
    if (!("geolocation" in navigator)) {
      this.lost();
      return;
    }
    this.say(gettext("正在定位…"), "");
    navigator.geolocation.getCurrentPosition(
      ({ coords }) => {
        const about = interpolate(gettext("已定位，误差约 %s 米，点图可改"), [Math.round(coords.accuracy)]);
        this.set(coords.longitude, coords.latitude, about);
        this.map?.panInside([coords.latitude, coords.longitude], { padding: [24, 24] });
      },
      () => this.lost(),
      { enableHighAccuracy: true, timeout: PATIENCE, maximumAge: 30000 },
    );
  }

  lost() {
    if (!this.lon.value) this.say(gettext("定位不到，请在图上点一下位置"), "near");
  }

  set(lon, lat, words) {
    this.lon.value = lon.toFixed(6);
    this.lat.value = lat.toFixed(6);
    const outside = this.outline.features.length > 0 && !within([lon, lat], this.outline);
    if (outside) this.say(gettext("这里在本网格之外，点图可改"), "near");
    else this.say(words, "ok");
    this.lon.dispatchEvent(new Event("input", { bubbles: true }));
    if (!this.map) return;
    if (!this.pin) this.pin = L.circleMarker([lat, lon], { radius: 10, className: "place-pin", interactive: false }).addTo(this.map);
    this.pin.setLatLng([lat, lon]);
  }

  say(text, tone) {
    this.words.textContent = text;
    this.state.dataset.tone = tone;
  }
}
