// Areas of a map with coastlines: the larger the value, the deeper.
import type { Cells } from '../api/types';
import { count } from '../filters/labels';
import type { Drawing, Target } from './drawing';

/** The least and the greatest height of a map, pixels. */
const [LEAST, MOST] = [160, 480];

export function cells({ cells: all, bounds, coast }: Cells, unit: string, width: number): Drawing {
  const [west, south, east, north] = bounds as [number, number, number, number];
  // A degree of longitude is shorter than one of latitude, by the cosine of the middle latitude.
  const narrow = Math.max(0.2, Math.cos((((south + north) / 2) * Math.PI) / 180));
  const [wide, high] = [Math.max(0.01, east - west) * narrow, Math.max(0.01, north - south)];
  const scale = Math.min(width / wide, MOST / high);
  const height = Math.max(LEAST, high * scale);
  const [left, top] = [(width - wide * scale) / 2, (height - high * scale) / 2];
  const x = (longitude: number): number => left + (longitude - west) * narrow * scale;
  const y = (latitude: number): number => top + (north - latitude) * scale;
  const path = (corners: readonly (readonly number[])[]): string => corners.map(([lon, lat]) => `${x(lon!).toFixed(1)} ${y(lat!).toFixed(1)}`).join('L');
  const value = ({ rate, value: own }: Cells['cells'][number]): number => rate ?? own;
  const most = Math.max(Number.MIN_VALUE, ...all.map(value));
  const targets = all.map((cell): Target => {
    const [xs, ys] = [cell.outline.map((corner) => x(corner[0]!)), cell.outline.map((corner) => y(corner[1]!))];
    const [x0, y0] = [Math.min(...xs), Math.min(...ys)];
    const rate = typeof cell.rate === 'number' ? `, rate ${Number(cell.rate.toPrecision(3))}` : '';
    return { x: x0, y: y0, width: Math.max(...xs) - x0, height: Math.max(...ys) - y0, label: `${count(cell.value)} ${unit}${rate}` };
  });
  return {
    width,
    height,
    rules: [],
    marks: [],
    outline: '',
    labels: [],
    targets,
    // By the square root: small values stay visible beside large ones.
    areas: all.map((cell) => ({ path: `M${path(cell.outline)}z`, depth: Math.sqrt(value(cell) / most) })),
    coast: coast.map((line) => `M${path(line)}`).join(''),
  };
}
