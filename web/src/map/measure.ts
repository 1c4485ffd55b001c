// What colours the map: `count`, `term:monkey wild` (share found by a search), `score.monkey` (mean).

import { count } from '../filters/labels';
import type { Kind } from './surface';

export type Measure = { of: 'count' } | { of: 'term'; name: string } | { of: 'score'; name: string };

export function parseMeasure(text: string): Measure {
  if (text.startsWith('term:') && text.length > 5) return { of: 'term', name: text.slice(5) };
  if (text.startsWith('score.') && text.length > 6) return { of: 'score', name: text.slice(6) };
  return { of: 'count' };
}

/** Whether a kind of map can show it: points have no share, countries no mean score. */
export function measures(kind: Kind, { of }: Measure): boolean {
  return of === 'count' || of !== { points: 'term', countries: 'score', hexagons: null, clusters: null }[kind];
}

/** Its label. */
export function measureLabel(measure: Measure): string {
  if (measure.of === 'term') return `Share of “${measure.name}”`;
  return measure.of === 'score' ? `Mean score for ${measure.name}` : 'Photos';
}

export interface Extent {
  low: number;
  high: number;
}

/** Values between which colours run; counts by their logarithm, shares from 0 to 1, scores as they are found. */
export function extentOf(measure: Measure, values: readonly number[]): Extent {
  if (measure.of === 'term') return { low: 0, high: 1 };
  const found = values.filter(Number.isFinite);
  const high = found.reduce((a, b) => Math.max(a, b), measure.of === 'count' ? 1 : 0);
  const low = measure.of === 'count' ? 1 : found.reduce((a, b) => Math.min(a, b), high);
  return low < high ? { low, high } : { low, high: low + (measure.of === 'count' ? 1 : 0.01) };
}

/** 0..=1: the position of a value on the colour ramp. */
export function position(measure: Measure, { low, high }: Extent, value: number): number {
  const along =
    measure.of === 'count' ? Math.log(Math.max(1, value) / low) / Math.log(high / low) : (value - low) / (high - low);
  return Math.min(1, Math.max(0, along));
}

export function formatMeasure(measure: Measure, value: number): string {
  if (measure.of === 'count') return count(value);
  return measure.of === 'term' ? value.toLocaleString('en', { style: 'percent', maximumFractionDigits: 0 }) : value.toFixed(2);
}
