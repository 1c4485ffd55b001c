// The view of the map: `map=lon,lat,zoom,pitch,bearing` in the URL.

/** Degrees, and MapLibre's zoom (512 pixels around the world at 0). */
export interface View {
  lon: number;
  lat: number;
  zoom: number;
  pitch: number;
  bearing: number;
}

export const WORLD: View = { lon: 12, lat: 18, zoom: 1.2, pitch: 0, bearing: 0 };

/** West, south, east, north in degrees; `west > east` crosses the antimeridian. */
export type Bbox = [west: number, south: number, east: number, north: number];

/** Where photos are. `middle`: from above there most are in sight on a globe. */
export interface Spread {
  bounds: Bbox;
  middle: [lon: number, lat: number] | undefined;
}

const clamp = (value: number, low: number, high: number): number => Math.min(high, Math.max(low, value));

/**
 * The zoom at which MapLibre's globe fills most of so many pixels: it is drawn larger the further its middle is from the equator,
 * and smaller by perspective, from a camera 1.5 heights away.
 */
export function globeZoom(width: number, height: number, lat = 0): number {
  const [seen, away] = [0.425 * Math.max(320, Math.min(width, height)), 1.5 * Math.max(320, height)];
  const radius = (seen * (seen + Math.hypot(seen, away))) / away;
  return Math.log2((2 * Math.PI * radius * Math.cos((lat * Math.PI) / 180)) / 512);
}

/** A longitude from -180 to 180. */
export const wrapped = (lon: number): number => (lon >= -180 && lon <= 180 ? lon : ((((lon + 180) % 360) + 360) % 360) - 180);

/** As many decimals as a screen can show at this zoom. */
const fixed = (value: number, zoom: number): string => String(Number(value.toFixed(Math.max(2, Math.ceil(zoom / 3) + 1))));

export function formatView({ lon, lat, zoom, pitch, bearing }: View): string {
  const place = [fixed(wrapped(lon), zoom), fixed(lat, zoom), String(Number(zoom.toFixed(2)))];
  const tilt = [Math.round(pitch), Math.round(bearing)];
  return [...place, ...(tilt.some((t) => t !== 0) ? tilt : [])].join(',');
}

/** Undefined if the text is not a view. */
export function parseView(text: string): View | undefined {
  const [lon, lat, zoom, pitch = 0, bearing = 0, ...more] = text.split(',').map((part) => (part.trim() === '' ? NaN : Number(part)));
  if (lon === undefined || lat === undefined || zoom === undefined || more.length > 0) return undefined;
  if (![lon, lat, zoom, pitch, bearing].every(Number.isFinite)) return undefined;
  return { lon: wrapped(lon), lat: clamp(lat, -85, 85), zoom: clamp(zoom, 0, 22), pitch: clamp(pitch, 0, 75), bearing: clamp(bearing, -180, 180) };
}

/** From this zoom level, only the surroundings of the view are requested. */
const LOCAL_ZOOM = 3;

/**
 * The bounds to request for a view: its own and as much again around them, so that cells at the edge of the screen are
 * complete and small moves need no request. Undefined: the whole world.
 */
export function askedFor(bounds: Bbox, zoom: number): Bbox | undefined {
  const [west, south, east, north] = bounds;
  const [width, height] = [east - west, north - south];
  if (zoom < LOCAL_ZOOM || width * 2 >= 360) return undefined;
  const lats = [clamp(south - height / 2, -90, 90), clamp(north + height / 2, -90, 90)] as const;
  return [wrapped(west - width / 2), lats[0], wrapped(east + width / 2), lats[1]];
}

/** Whether `inner` (unwrapped bounds of a view) is inside the requested bounds. */
export function holds(asked: Bbox | undefined, inner: Bbox): boolean {
  if (!asked) return true;
  const width = (asked[2] - asked[0] + 360) % 360;
  const from = (wrapped(inner[0]) - asked[0] + 360) % 360;
  return from + (inner[2] - inner[0]) <= width && inner[1] >= asked[1] && inner[3] <= asked[3];
}

/** Whether a place is within bounds, which may continue past 180 degrees. */
export function isInside([west, south, east, north]: Bbox, lon: number, lat: number): boolean {
  if (lat < south || lat > north) return false;
  return east - west >= 360 || (((lon - west) % 360) + 360) % 360 <= east - west;
}

export const formatBbox = (bbox: Bbox): string => bbox.map((degrees) => Number(degrees.toFixed(4))).join(',');
