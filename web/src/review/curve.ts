// The curve of precision and recall over all thresholds: geometry, and the meaning of a threshold.

import type { ThresholdPoint } from '../api/scores';

export type Measure = 'precision' | 'recall';

export interface Frame {
  left: number;
  top: number;
  width: number;
  height: number;
}

const number = (value: number): string => String(Math.round(value * 10) / 10);

export const xOf = (cut: number, { left, width }: Frame): number => left + Math.min(1, Math.max(0, cut)) * width;
export const yOf = (share: number, { top, height }: Frame): number => top + (1 - share) * height;

/** The cut under a place, 0..=1. */
export const cutAt = (x: number, { left, width }: Frame): number => Math.min(1, Math.max(0, (x - left) / Math.max(1, width)));

/** Runs of points of which the measure is known; if nothing is above a threshold, precision is unknown. */
function runs(points: readonly ThresholdPoint[], measure: Measure): ThresholdPoint[][] {
  const found: ThresholdPoint[][] = [];
  let run: ThresholdPoint[] = [];
  for (const point of points) {
    if (point[measure] !== null) run.push(point);
    else if (run.length > 0) [found[found.length], run] = [run, []];
  }
  return run.length > 0 ? [...found, run] : found;
}

/** A line through the points, as the path of an SVG. */
export function linePath(points: readonly ThresholdPoint[], measure: Measure, frame: Frame): string {
  const at = (point: ThresholdPoint): string => `${number(xOf(point.cut, frame))} ${number(yOf(point[measure] ?? 0, frame))}`;
  return runs(points, measure).map((run) => `M${run.map(at).join('L')}`).join('');
}

/** What the measure may be, with 90 %, around the line. */
export function bandPath(points: readonly ThresholdPoint[], measure: Measure, frame: Frame): string {
  const at = (point: ThresholdPoint, end: 'low' | 'high'): string =>
    `${number(xOf(point.cut, frame))} ${number(yOf(point[`${measure}_${end}`] ?? point[measure] ?? 0, frame))}`;
  return runs(points, measure)
    .map((run) => `M${run.map((point) => at(point, 'high')).join('L')}L${run.toReversed().map((point) => at(point, 'low')).join('L')}Z`)
    .join('');
}

/** The point that says what a cut means: photos at or above it are those at or above the next threshold. */
export function pointAt(points: readonly ThresholdPoint[], cut: number): ThresholdPoint | null {
  return points.find((point) => point.cut >= cut - 1e-9) ?? null;
}

/** The threshold with the highest recall at a precision of at least `share`; null if there is none. */
export function cutForPrecision(points: readonly ThresholdPoint[], share: number): number | null {
  return best(points.filter(({ precision }) => precision !== null && precision >= share), 'recall', 'precision');
}

/** The threshold with the highest precision at a recall of at least `share`; null if there is none. */
export function cutForRecall(points: readonly ThresholdPoint[], share: number): number | null {
  return best(points.filter(({ recall }) => recall !== null && recall >= share), 'precision', 'recall');
}

function best(points: readonly ThresholdPoint[], by: Measure, then: Measure): number | null {
  const better = (a: ThresholdPoint, b: ThresholdPoint): number => (b[by] ?? 0) - (a[by] ?? 0) || (b[then] ?? 0) - (a[then] ?? 0);
  return points.toSorted(better)[0]?.cut ?? null;
}

/** A threshold as it is shown and as the filter says it, with the digits of `scoreText`: no photo at the threshold is lost by
 *  rounding. */
export function written(cut: number): number {
  const parts = cut > 0 && Math.min(cut, Math.abs(1 - cut)) < 0.015 && cut !== 1 ? 1000 : 100;
  return Math.floor(cut * parts + 1e-6) / parts;
}

export interface Bar {
  x: number;
  width: number;
  height: number;
}

/** Bars of photos by score; square roots let small bars be seen beside large ones. */
export function barsOf(edges: readonly number[], bins: readonly number[], frame: Frame): Bar[] {
  const most = Math.max(1, ...bins);
  return bins.flatMap((count, at) => {
    if (count === 0) return [];
    const [from, to] = [xOf(edges[at] ?? 0, frame), xOf(edges[at + 1] ?? 1, frame)];
    return [{ x: from + 0.5, width: Math.max(1, to - from - 1), height: Math.max(2, Math.sqrt(count / most) * frame.height) }];
  });
}

/** The positions of labels: a mark for each, side by side within its bin, at most so many as there is room for. */
export function ticksOf(edges: readonly number[], bins: readonly number[], frame: Frame): number[] {
  return bins.flatMap((count, at) => {
    const [from, to] = [xOf(edges[at] ?? 0, frame), xOf(edges[at + 1] ?? 1, frame)];
    const shown = Math.min(count, Math.max(1, Math.floor((to - from) / 2)));
    return Array.from({ length: shown }, (_, i) => from + ((i + 0.5) * (to - from)) / shown);
  });
}
