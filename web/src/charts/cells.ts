// Areas of a map with coastlines: the larger the value, the deeper. Maps side by side have names and shades of their own.
import type { Cells } from '../api/types';
import { count } from '../filters/labels';
import { cut, type AreaMark, type Drawing, type Label, type Target } from './drawing';

/** The least and the greatest height of a map, pixels. */
const [LEAST, MOST] = [160, 480];
/** Pixels between maps, and above each for its name. */
const [GAP, NAME] = [12, 22];

/** No area is drawn narrower than this, pixels: on a map of the world it would not be seen. */
const SEEN = 6;

type Cell = Cells['cells'][number];

/** Where a map is in the drawing, and how to draw on it. */
function frame([west, south, east, north]: readonly number[], [x0, y0]: readonly [number, number], width: number, least: number) {
  // A degree of longitude is shorter than one of latitude, by the cosine of the middle latitude.
  const narrow = Math.max(0.2, Math.cos((((south! + north!) / 2) * Math.PI) / 180));
  const [wide, high] = [Math.max(0.01, east! - west!) * narrow, Math.max(0.01, north! - south!)];
  const scale = Math.min(width / wide, MOST / high);
  const height = Math.max(least, high * scale);
  const [left, top] = [x0 + (width - wide * scale) / 2, y0 + (height - high * scale) / 2];
  const x = (longitude: number): number => left + (longitude - west!) * narrow * scale;
  const y = (latitude: number): number => top + (north! - latitude) * scale;
  return { at: ([longitude, latitude]: readonly number[]): Point => [x(longitude!), y(latitude!)], height };
}

type Point = readonly [number, number];

const path = (corners: readonly Point[]): string => `M${corners.map(([x, y]) => `${x.toFixed(1)} ${y.toFixed(1)}`).join('L')}`;

/** The box of an outline. */
function box(corners: readonly Point[]) {
  const [xs, ys] = [corners.map(([x]) => x), corners.map(([, y]) => y)];
  const [x, y] = [Math.min(...xs), Math.min(...ys)];
  return { x, y, width: Math.max(...xs) - x, height: Math.max(...ys) - y };
}

/** An outline that can be seen: a smaller one grows around its middle. */
function visible(corners: readonly Point[]): readonly Point[] {
  const { x, y, width, height } = box(corners);
  const factor = SEEN / Math.max(width, 0.01);
  if (factor <= 1) return corners;
  const [midX, midY] = [x + width / 2, y + height / 2];
  return corners.map(([cx, cy]) => [midX + (cx - midX) * factor, midY + (cy - midY) * factor]);
}

export function cells({ cells: all, panels = [], bounds, coast }: Cells, unit: string, width: number): Drawing {
  const across = Math.min(Math.max(1, panels.length), width < 480 ? 2 : 3);
  const each = (width - GAP * (across - 1)) / across;
  const [least, name] = panels.length > 0 ? [LEAST / 2, NAME] : [LEAST, 0];
  const { height } = frame(bounds, [0, 0], each, least);
  const maps = (panels.length > 0 ? panels : ['']).map((_, at) =>
    frame(bounds, [(at % across) * (each + GAP), Math.floor(at / across) * (height + name + GAP) + name], each, least),
  );
  const value = ({ rate, value: own }: Cell): number => rate ?? own;
  const most = maps.map((_, at) => Math.max(Number.MIN_VALUE, ...all.filter(({ panel }) => (panel ?? 0) === at).map(value)));
  const targets: Target[] = [];
  const areas: AreaMark[] = [];
  for (const cell of all) {
    const at = cell.panel ?? 0;
    const outline = visible(cell.outline.map(maps[at]!.at));
    const rate = typeof cell.rate === 'number' ? `, rate ${Number(cell.rate.toPrecision(3))}` : '';
    const of = panels[at] ? `${panels[at]}: ` : '';
    targets.push({ ...box(outline), label: `${of}${count(cell.value)} ${unit}${rate}` });
    // By the square root: small values stay visible beside large ones.
    areas.push({ path: `${path(outline)}z`, depth: Math.sqrt(value(cell) / most[at]!) });
  }
  const labels = panels.map((text, at): Label => ({
    text: cut(text, each),
    x: (at % across) * (each + GAP),
    y: Math.floor(at / across) * (height + name + GAP) + name - 8,
    anchor: 'start',
  }));
  const rows = Math.ceil(maps.length / across);
  return {
    width,
    height: rows * (height + name + GAP) - GAP,
    rules: [],
    marks: [],
    outline: '',
    labels,
    targets,
    // Where small areas overlap, the greatest value is in front.
    areas: areas.sort((a, b) => a.depth - b.depth),
    coast: maps.map((map) => coast.map((line) => path(line.map(map.at))).join('')).join(''),
  };
}
