/** The small map of a unit's overview: a click leads to that unit's overview. */
import { createMap } from "./map.js";

const host = document.getElementById("unit-map");
const to = (code) => window.location.assign(host.dataset.to.replace("000000", code));
await createMap(host, { units: host.dataset.units, selected: host.dataset.selected || null, onSelect: to });
