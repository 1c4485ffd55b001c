// Converts between values of a histogram and positions along its bars. Position p is p bars from the left.

import type { Histogram } from '../api/types';
import { fields } from '../state/fields.svelte';
import type { FieldName } from '../state/filter';

/** Bounds of a selection as values; null is open. */
export interface Ends {
  min: number | null;
  max: number | null;
}

const isScore = (name: FieldName): boolean => name.startsWith('score.');

/** Whether values are whole numbers, so that a bar includes its left edge but not its right one. */
export function isWhole(name: FieldName): boolean {
  const kind = fields.of(name)?.kind;
  return kind !== 'range' && kind !== 'scores';
}

export function binCount(histogram: Histogram): number {
  return Math.max(0, histogram.edges.length - 1);
}

/** The same values on a linear scale, whose edges differ from those of the bars. */
export function linearAxis(histogram: Histogram): Histogram {
  const bins = binCount(histogram);
  const [first, last] = [histogram.edges[0] ?? 0, histogram.edges[bins] ?? 0];
  const edges = histogram.edges.map((_, at) => Math.round(first + ((last - first) * at) / Math.max(1, bins)));
  return { ...histogram, scale: 'linear', edges };
}

/** The slider's steps per bar, not always a whole number: scores move by hundredths, whatever the width of a bar,
 *  whole numbers bar by bar. */
export function stepsPerBin({ name, scale, edges }: Histogram): number {
  const width = (edges[1] ?? 1) - (edges[0] ?? 0);
  if (scale === 'linear' && fields.of(name)?.kind === 'counts') return Math.max(1, Math.min(50, Math.floor(width)));
  if (scale !== 'linear' || isWhole(name)) return 1;
  return isScore(name) ? width / 0.01 : Math.max(1, Math.round(width));
}

/** The value at a position; a score has at most three decimals. */
export function valueAt({ name, edges }: Histogram, place: number): number {
  const last = edges.length - 1;
  const left = Math.min(Math.max(0, Math.floor(place)), last);
  const from = edges[left] ?? 0;
  const to = edges[Math.min(left + 1, last)] ?? from;
  const value = from + (to - from) * (place - left);
  return Number(isScore(name) ? value.toFixed(3) : value.toPrecision(12));
}

/** The position of a value, between 0 and the number of bars. */
export function placeOf({ edges }: Histogram, value: number): number {
  const last = edges.length - 1;
  if (last < 1 || value <= (edges[0] ?? 0)) return 0;
  for (let bin = 0; bin < last; bin += 1) {
    const [from, to] = [edges[bin] ?? 0, edges[bin + 1] ?? 0];
    if (value < to) return bin + (value - from) / (to - from);
  }
  return last;
}

/** The selection between two positions; a bound at the border is open. */
export function endsAt(histogram: Histogram, [left, right]: [number, number]): Ends {
  const bins = binCount(histogram);
  const whole = isWhole(histogram.name);
  const at = (place: number): number => (whole ? Math.round(valueAt(histogram, place)) : valueAt(histogram, place));
  return {
    min: left <= 0 ? null : at(left),
    max: right >= bins ? null : at(right) - (whole ? 1 : 0),
  };
}

/** The positions of a selection's bounds. */
export function placesOf(histogram: Histogram, { min, max }: Ends): [number, number] {
  const bins = binCount(histogram);
  const whole = isWhole(histogram.name);
  const left = min === null ? 0 : placeOf(histogram, min);
  const right = max === null ? bins : placeOf(histogram, max + (whole ? 1 : 0));
  return [Math.min(left, right), Math.max(left, right)];
}
