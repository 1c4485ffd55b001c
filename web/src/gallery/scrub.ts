// The scrubber's marks: the start of each section, without overlapping labels.
import type { Tick } from '../api/types';
import type { Layout } from './layout';

/** A mark on the scrubber. */
export interface Mark {
  readonly from: number;
  /** Position as a share of the length, 0 to 1. */
  readonly share: number;
  /** The text beside the mark; empty if there is no space. */
  readonly label: string;
}

/** Space that a label needs, CSS pixels. */
const LABEL = 18;
/** Space that a dot needs, CSS pixels. */
const DOT = 5;

/** Marks for a scrubber `length` pixels long. */
export function marksOf(ticks: readonly Tick[], layout: Layout, length: number): Mark[] {
  if (layout.count === 0 || layout.height <= 0 || length <= 0) return [];
  const marks: Mark[] = [];
  let [labelled, dotted] = [-LABEL, -DOT];
  for (const tick of ticks) {
    if (tick.from >= layout.count) continue;
    const share = layout.topOf(layout.rowOf(tick.from)) / layout.height;
    const at = share * length;
    const large = tick.level === 0;
    const label = large && at - labelled >= LABEL && at <= length - 8 ? tick.label : '';
    if (!label && at - dotted < DOT) continue;
    if (label) labelled = at;
    dotted = at;
    marks.push({ from: tick.from, share, label });
  }
  return marks;
}

const month = new Intl.DateTimeFormat('en-GB', { year: 'numeric', month: 'long', timeZone: 'UTC' });

/** The name of the section that contains position `index`; `2019-05` becomes `May 2019`. */
export function stretchAt(ticks: readonly Tick[], index: number): string {
  let low = 0;
  let high = ticks.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (ticks[middle]!.from <= index) low = middle + 1;
    else high = middle;
  }
  const label = ticks[low - 1]?.label ?? '';
  return /^\d{4}-\d{2}$/.test(label) ? month.format(new Date(`${label}-01T00:00:00Z`)) : label;
}

/** The start of the next section after `index` (`step` 1) or of the one before it (`step` -1). */
export function stretchFrom(ticks: readonly Tick[], index: number, by: { step: 1 | -1; large: boolean }): number | null {
  const starts = ticks.filter(({ level }) => !by.large || level === 0).map(({ from }) => from);
  const next = by.step > 0 ? starts.find((from) => from > index) : starts.findLast((from) => from < index);
  return next ?? null;
}
