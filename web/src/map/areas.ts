// Areas of the filter: as text, and as shapes that the map draws.
import type { Feature, Polygon, Position } from 'geojson';
import type { Area } from '../state/filter';
import { simplified, type Vertex } from './lasso';
import { wrapped, type Bbox } from './view';

const EARTH_M = 6_371_008.8;
const RADIANS = Math.PI / 180;

/** As many decimals as an area of this size needs. */
function tidy(value: number, span: number): number {
  const decimals = Math.min(6, Math.max(2, 3 - Math.floor(Math.log10(Math.max(span, 1e-6)))));
  return Number(value.toFixed(decimals));
}

export function boxArea([west, south, east, north]: Bbox): Area {
  const span = Math.min(Math.abs(east - west), north - south);
  const [left, right] = east - west >= 360 ? [-180, 180] : [wrapped(west), wrapped(east)];
  return { shape: 'box', west: tidy(left, span), south: tidy(south, span), east: tidy(right, span), north: tidy(north, span) };
}

/** At most 60 vertices; the first is between -180 and 180, the others continue from it. */
export function polygonArea(drawn: readonly Vertex[]): Area {
  const ring = simplified(drawn);
  const shift = ring[0] ? wrapped(ring[0][0]) - ring[0][0] : 0;
  const lons = ring.map(([lon]) => lon);
  const span = (Math.max(...lons) - Math.min(...lons)) / 8;
  return { shape: 'polygon', ring: ring.map(([lon, lat]) => [tidy(lon + shift, span), tidy(lat, span)]) };
}

export function nearArea([lon, lat]: Vertex, metres: number): Area {
  const span = metres / 100_000;
  const radius = metres < 1000 ? Math.max(1, Math.round(metres)) : Number(metres.toPrecision(3));
  return { shape: 'near', latitude: tidy(lat, span), longitude: tidy(wrapped(lon), span), radius_m: radius };
}

/** Great-circle distance in metres. */
export function distance([lonA, latA]: Vertex, [lonB, latB]: Vertex): number {
  const [a, b] = [latA * RADIANS, latB * RADIANS];
  const half = Math.sin((a - b) / 2) ** 2 + Math.cos(a) * Math.cos(b) * Math.sin(((lonA - lonB) * RADIANS) / 2) ** 2;
  return 2 * EARTH_M * Math.asin(Math.min(1, Math.sqrt(half)));
}

/** A circle on the sphere as a closed ring; longitudes continue past 180. */
export function circle(lon: number, lat: number, metres: number, vertices = 64): Position[] {
  const [phi, d] = [lat * RADIANS, metres / EARTH_M];
  return Array.from({ length: vertices + 1 }, (_, i) => {
    const course = (2 * Math.PI * i) / vertices;
    const north = Math.asin(Math.sin(phi) * Math.cos(d) + Math.cos(phi) * Math.sin(d) * Math.cos(course));
    const east = Math.atan2(Math.sin(course) * Math.sin(d) * Math.cos(phi), Math.cos(d) - Math.sin(phi) * Math.sin(north));
    return [lon + east / RADIANS, north / RADIANS];
  });
}

/** A box's edge in steps of a few degrees: on a globe parallels are not straight lines. */
function boxRing(west: number, south: number, east: number, north: number): Position[] {
  const right = east < west ? east + 360 : east;
  const steps = Math.max(1, Math.ceil((right - west) / 5));
  const along = Array.from({ length: steps + 1 }, (_, i) => west + ((right - west) * i) / steps);
  const ring = [...along.map((lon) => [lon, south]), ...along.toReversed().map((lon) => [lon, north])];
  return [...ring, ring[0]!];
}

/** Undefined for areas without an outline of their own. */
export function outline(area: Area): Feature<Polygon> | undefined {
  const ring = ringOf(area);
  return ring && { type: 'Feature', properties: {}, geometry: { type: 'Polygon', coordinates: [ring] } };
}

function ringOf(area: Area): Position[] | undefined {
  if (area.shape === 'box') return boxRing(area.west, area.south, area.east, area.north);
  if (area.shape === 'near') return circle(area.longitude, area.latitude, area.radius_m);
  if (area.shape === 'polygon' && area.ring.length >= 3) return [...area.ring, area.ring[0]!];
  return undefined;
}
