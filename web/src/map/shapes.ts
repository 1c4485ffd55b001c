// Map data as GeoJSON with colours, heights and sizes.
import type { Feature, FeatureCollection, Point, Polygon } from 'geojson';
import { OTHER_HUE, inkOn, ramp, termHue } from './colours';
import { extentOf, position, type Extent, type Measure } from './measure';
import { paperFor } from './paper';

/** `Cell` of the API. */
export interface Cell {
  id: string;
  count: number;
  value?: number | null;
  centre: [number, number] | number[];
  ring: ([number, number] | number[])[];
}

/** `Points` of the API. */
export interface Points {
  lon: number[];
  lat: number[];
  term: number[];
  value?: (number | null)[] | null;
  position: number[];
}

export interface CellProperties {
  id: string;
  count: number;
  value: number | null;
  /** Of the measure. */
  colour: string;
  /** What reads on `colour`. */
  ink: string;
  /** 0..=1, by count: a column's height. */
  height: number;
  /** Pixels: a circle's radius. */
  radius: number;
  label: string;
}

export interface Paint {
  measure: Measure;
  dark: boolean;
}

export const cellExtent = (cells: readonly Cell[], measure: Measure): Extent =>
  extentOf(measure, cells.map((cell) => (measure.of === 'count' ? cell.count : (cell.value ?? NaN))));

const compact = new Intl.NumberFormat('en', { notation: 'compact', maximumFractionDigits: 1 });

function cellProperties(cell: Cell, { measure, dark }: Paint, extent: Extent, most: number): CellProperties {
  const value = measure.of === 'count' ? cell.count : (cell.value ?? null);
  const colour = value === null ? OTHER_HUE : ramp(position(measure, extent, value), dark);
  const share = Math.sqrt(cell.count / most);
  const label = compact.format(cell.count);
  // The number must fit: a digit takes about 6 pixels.
  const radius = Math.max(11, 6 + label.length * 3.4, 12 + 22 * share);
  return { id: cell.id, count: cell.count, value, colour, ink: inkOn(colour), height: share, radius, label };
}

function paint<G extends Point | Polygon>(cells: readonly Cell[], how: Paint, shape: (cell: Cell) => G): FeatureCollection<G, CellProperties> {
  const extent = cellExtent(cells, how.measure);
  const most = cells.reduce((high, cell) => Math.max(high, cell.count), 1);
  const features = cells.map(
    (cell): Feature<G, CellProperties> => ({ type: 'Feature', properties: cellProperties(cell, how, extent, most), geometry: shape(cell) }),
  );
  return { type: 'FeatureCollection', features };
}

/** A polygon a cell. */
export const hexagons = (cells: readonly Cell[], how: Paint): FeatureCollection<Polygon, CellProperties> =>
  paint(cells, how, (cell) => ({ type: 'Polygon', coordinates: cell.ring[0] ? [[...cell.ring, cell.ring[0]]] : [] }));

/** A circle a cell, where its photos are on average; small ones last, so that they are on top. */
export const clusters = (cells: readonly Cell[], how: Paint): FeatureCollection<Point, CellProperties> =>
  paint(cells.toSorted((a, b) => b.count - a.count), how, (cell) => ({ type: 'Point', coordinates: cell.centre }));

/** So many colours of a ramp are told apart. */
const SHADES = 32;

/** The colour of photos without the colour of a term: grey beside others, where there are no others the page's own. */
export const plainHue = ({ term }: Pick<Points, 'term'>, dark: boolean): string =>
  term.some((one) => termHue(one) !== OTHER_HUE) ? OTHER_HUE : paperFor(dark).accent;

/** The colour of a photo's dot: that of its search term, or of the measure where it has one. */
export function dotColour(points: Points, { measure, dark }: Paint): (index: number) => string {
  const values = measure.of === 'score' ? points.value : undefined;
  if (!values) {
    const plain = plainHue(points, dark);
    return (index) => {
      const hue = termHue(points.term[index] ?? 255);
      return hue === OTHER_HUE ? plain : hue;
    };
  }
  const extent = extentOf(measure, values.map((value) => value ?? NaN));
  const shades = Array.from({ length: SHADES + 1 }, (_, at) => ramp(at / SHADES, dark));
  return (index) => {
    const value = values[index] ?? null;
    return value === null ? OTHER_HUE : (shades[Math.round(position(measure, extent, value) * SHADES)] ?? OTHER_HUE);
  };
}

const MOST_CELLS = 40;
/** Circles whose middles are this near, in pixels, would hide each other's numbers. */
const CLEAR_PX = 44;

interface Group {
  cells: Cell[];
  count: number;
  x: number;
  y: number;
}

/** Pixels in MapLibre's world of 512 * 2^zoom. */
function worldPixel([lon = 0, lat = 0]: readonly number[], zoom: number): [number, number] {
  const size = 512 * 2 ** zoom;
  const sine = Math.min(0.9999, Math.max(-0.9999, Math.sin((lat * Math.PI) / 180)));
  return [((lon + 180) / 360) * size, (0.5 - Math.log((1 + sine) / (1 - sine)) / (4 * Math.PI)) * size];
}

const mean = (cells: readonly Cell[], value: (cell: Cell) => number): number =>
  cells.reduce((sum, cell) => sum + value(cell) * cell.count, 0) / cells.reduce((sum, cell) => sum + cell.count, 0);

/** One cell of several: its id lists theirs, as `cell:` takes them, so it opens to exactly the photos it counts. */
function joined({ cells, count }: Group): Cell {
  const [first] = cells;
  if (first && cells.length === 1) return first;
  const valued = cells.filter((cell) => typeof cell.value === 'number');
  const centre = [mean(cells, (cell) => cell.centre[0] ?? 0), mean(cells, (cell) => cell.centre[1] ?? 0)];
  const value = valued.length > 0 ? mean(valued, (cell) => cell.value ?? 0) : null;
  return { id: cells.map((cell) => cell.id).join(','), count, value, centre, ring: [] };
}

/** Puts cells together whose circles would overlap at this zoom; the largest gather their neighbours. */
export function gathered(cells: readonly Cell[], zoom: number): Cell[] {
  const groups: Group[] = [];
  for (const cell of cells.toSorted((a, b) => b.count - a.count)) {
    const [x, y] = worldPixel(cell.centre, zoom);
    const near = groups.find((g) => g.cells.length < MOST_CELLS && Math.hypot(g.x - x, g.y - y) < CLEAR_PX);
    if (near) {
      near.cells.push(cell);
      near.count += cell.count;
    } else groups.push({ cells: [cell], count: cell.count, x, y });
  }
  return groups.map(joined);
}

/** So many of the fullest cells decide where a globe turns. */
const FULLEST = 500;

/** The cell from above which the most photos are in sight on a globe, those at its edge least. */
export function middle(cells: readonly Pick<Cell, 'centre' | 'count'>[]): [number, number] | undefined {
  const places = cells.toSorted((a, b) => b.count - a.count).slice(0, FULLEST).map(({ centre: [lon = 0, lat = 0], count }) => {
    const [along, up] = [(lon * Math.PI) / 180, (lat * Math.PI) / 180];
    return { lon, lat, count, x: Math.cos(up) * Math.cos(along), y: Math.cos(up) * Math.sin(along), z: Math.sin(up) };
  });
  const seen = places.map((from) => places.reduce((sum, to) => sum + to.count * Math.max(0, from.x * to.x + from.y * to.y + from.z * to.z), 0));
  const best = places[seen.indexOf(Math.max(...seen))];
  return best && [best.lon, best.lat];
}

/** West, south, east, north around points; the shorter way round if they are on both sides of the antimeridian. */
export function around(places: readonly (readonly number[])[]): [number, number, number, number] | undefined {
  if (places.length === 0) return undefined;
  const lats = places.map((p) => p[1] ?? 0).sort((a, b) => a - b);
  const lons = places.map((p) => p[0] ?? 0).sort((a, b) => a - b);
  let [gap, after] = [lons[0]! + 360 - lons.at(-1)!, 0];
  lons.forEach((lon, i) => {
    const before = lons[i - 1];
    if (before !== undefined && lon - before > gap) [gap, after] = [lon - before, i];
  });
  const west = lons[after]!;
  return [west, lats[0]!, west + 360 - gap, lats.at(-1)!];
}
