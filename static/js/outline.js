/** Geometry of the map page: centres for labels, the colour ramp, clusters of points. Pure functions, no Leaflet. */

/** The outer rings of a GeoJSON geometry, each a list of [lon, lat]. */
export function outerRings(geometry) {
  if (!geometry) return [];
  if (geometry.type === "Polygon") return [geometry.coordinates[0]];
  if (geometry.type === "MultiPolygon") return geometry.coordinates.map((polygon) => polygon[0]);
  return [];
}

const signedArea = (ring) => {
  let sum = 0;
  for (let i = 0, j = ring.length - 1; i < ring.length; j = i, i += 1) sum += (ring[j][0] - ring[i][0]) * (ring[j][1] + ring[i][1]);
  return sum / 2;
};

const inside = ([x, y], ring) => {
  let within = false;
  for (let i = 0, j = ring.length - 1; i < ring.length; j = i, i += 1) {
    const [xi, yi] = ring[i];
    const [xj, yj] = ring[j];
    if (yi > y !== yj > y && x < ((xj - xi) * (y - yi)) / (yj - yi) + xi) within = !within;
  }
  return within;
};

const clearance = ([x, y], ring, squash) => {
  let nearest = Infinity;
  for (let i = 0, j = ring.length - 1; i < ring.length; j = i, i += 1) {
    const [ax, ay] = [(ring[j][0] - x) * squash, ring[j][1] - y];
    const [bx, by] = [(ring[i][0] - x) * squash, ring[i][1] - y];
    const [dx, dy] = [bx - ax, by - ay];
    const t = Math.max(0, Math.min(1, -(ax * dx + ay * dy) / (dx * dx + dy * dy || 1)));
    nearest = Math.min(nearest, Math.hypot(ax + t * dx, ay + t * dy));
  }
  return nearest;
};

/** The point of a geometry's largest part that lies farthest from its edge, as [lon, lat]: where a label has most room. */
export function labelPoint(geometry) {
  const rings = outerRings(geometry);
  if (rings.length === 0) return null;
  const ring = rings.reduce((best, one) => (Math.abs(signedArea(one)) > Math.abs(signedArea(best)) ? one : best));
  const lons = ring.map((point) => point[0]);
  const lats = ring.map((point) => point[1]);
  let [west, east, south, north] = [Math.min(...lons), Math.max(...lons), Math.min(...lats), Math.max(...lats)];
  const squash = Math.cos((((south + north) / 2) * Math.PI) / 180);
  let best = null;
  let room = -1;
  for (let round = 0; round < 3; round += 1) {
    const [dx, dy] = [(east - west) / 12, (north - south) / 12];
    for (let i = 0; i <= 12; i += 1) {
      for (let j = 0; j <= 12; j += 1) {
        const point = [west + i * dx, south + j * dy];
        if (!inside(point, ring)) continue;
        const distance = clearance(point, ring, squash);
        if (distance > room) [best, room] = [point, distance];
      }
    }
    if (!best) return ring[0];
    [west, east, south, north] = [best[0] - dx, best[0] + dx, best[1] - dy, best[1] + dy];
  }
  return best;
}

/** Six steps from pale to the accent, and the step a value falls into; equal steps between the least and the greatest value. */
export const RAMP = 6;

export function stepOf(value, low, high) {
  if (value === undefined || value === null) return -1;
  if (high <= low) return RAMP - 1;
  return Math.min(RAMP - 1, Math.floor(((value - low) / (high - low)) * RAMP));
}

const GRAVITY = ["hold", "ok", "near", "late"];

/** The gravest tone among points: late before near before ok before hold. */
export const gravest = (points) =>
  points.reduce((worst, point) => (GRAVITY.indexOf(point.tone) > GRAVITY.indexOf(worst) ? point.tone : worst), "hold");

/** Group projected points ({x, y, point}) that fall into one cell of `size` pixels. */
export function cluster(projected, size) {
  const cells = new Map();
  for (const one of projected) {
    const key = `${Math.floor(one.x / size)}:${Math.floor(one.y / size)}`;
    const cell = cells.get(key) ?? { x: 0, y: 0, points: [] };
    cell.x += one.x;
    cell.y += one.y;
    cell.points.push(one.point);
    cells.set(key, cell);
  }
  return [...cells.values()].map((cell) => ({ x: cell.x / cell.points.length, y: cell.y / cell.points.length, points: cell.points }));
}
