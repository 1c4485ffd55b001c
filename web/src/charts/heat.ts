// Photos by month and latitude: a row a band of 15 degrees, north at the top, a column a month.
import type { Seasons } from '../api/types';
import { monthName } from '../filters/labels';
import type { Drawing, Label, Mark, Target } from './drawing';
import { count } from './ticks';

const LEFT = 64;
const BOTTOM = 22;

/** `45° – 60° N`. */
export function bandName(south: number): string {
  const [low, high] = [Math.min(Math.abs(south), Math.abs(south + 15)), Math.max(Math.abs(south), Math.abs(south + 15))];
  return `${low}–${high}° ${south < 0 ? 'S' : 'N'}`;
}

export interface Band {
  south: number;
  months: number[];
}

/** Bands from north to south, without those at either end that hold nothing. */
export function bandsOf(seasons: Seasons): Band[] {
  const bands = seasons.south.map((south, i) => ({ south, months: seasons.months[i] ?? [] })).toSorted((a, b) => b.south - a.south);
  const used = bands.map((band) => band.months.some((n) => n > 0));
  return bands.slice(Math.max(0, used.indexOf(true)), used.lastIndexOf(true) + 1);
}

export function heat(bands: readonly Band[], width: number, row = 26): Drawing {
  const cell = (width - LEFT - 8) / 12;
  const most = Math.max(1, ...bands.flatMap((band) => band.months));
  const at = (month: number, line: number): Omit<Target, 'label'> => ({ x: LEFT + month * cell, y: line * row, width: cell - 1.5, height: row - 1.5 });
  const each = bands.flatMap((band, line) => band.months.map((n, month) => ({ band, line, n, month })));
  const marks = each.map(({ n, month, line }): Mark => ({
    role: n > 0 ? 'cell' : 'empty',
    ...at(month, line),
    // By the square root: a few photos stay visible beside many.
    depth: Math.sqrt(n / most),
  }));
  const targets = each.map(({ band, n, month, line }): Target => ({
    ...at(month, line),
    label: `${monthName(month + 1)}, ${bandName(band.south)}: ${count(n)} photos`,
  }));
  const height = bands.length * row + BOTTOM;
  const beside = bands.map((band, i): Label => ({ text: bandName(band.south), x: LEFT - 8, y: i * row + row / 2 + 3.5, anchor: 'end' }));
  const below = Array.from({ length: 12 }, (_, i): Label => {
    const text = cell < 30 ? monthName(i + 1).slice(0, 1) : monthName(i + 1);
    return { text, x: LEFT + (i + 0.5) * cell, y: height - 6, anchor: 'middle' };
  });
  return { width, height, rules: [], marks, outline: '', labels: [...beside, ...below], targets };
}
