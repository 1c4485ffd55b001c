// From bins of a histogram to clauses of the filter, and to words.
import type { Histogram } from '../api/types';
import { count, dayText, monthName } from '../filters/labels';
import { fields } from '../state/fields.svelte';
import { plain } from './ticks';

/** Bins `from..=to` of a histogram. */
export interface Bins {
  from: number;
  to: number;
}

/** Whether its values are whole numbers. */
function isCounted({ name }: Histogram): boolean {
  const kind = fields.of(name)?.kind;
  return kind === 'counts' || kind === 'cycle';
}

const edge = (h: Histogram, at: number): number => h.edges[Math.min(at, h.edges.length - 1)] ?? 0;

/** Smallest and largest value of the bins, both included, as a filter may say them. */
export function bounds(h: Histogram, { from, to }: Bins): [number, number] {
  const [low, high] = [edge(h, from), edge(h, to + 1)];
  const last = to >= h.counts.length - 1;
  if (h.scale === 'days') return [Math.ceil(low), Math.max(Math.ceil(low), last ? Math.floor(high) : Math.ceil(high) - 1)];
  if (!isCounted(h)) return [low, high];
  const most = { month: 12, hour: 23 }[h.name] ?? Infinity;
  const top = last ? Math.floor(high) : Math.ceil(high) - 1;
  return [Math.ceil(low), Math.min(most, Math.max(Math.ceil(low), top))];
}

/** `2019`, `2019-05`, `2019-05-04`, or two of them with `..`; whole years and months where the days are. */
export function daySpan(first: number, last: number): string {
  const [from, to, after] = [dayText(first), dayText(last), dayText(last + 1)];
  if (from.endsWith('-01-01') && after.endsWith('-01-01')) return joined(from.slice(0, 4), to.slice(0, 4));
  if (from.endsWith('-01') && after.endsWith('-01')) return joined(from.slice(0, 7), to.slice(0, 7));
  return joined(from, to);
}

const joined = (from: string, to: string): string => (from === to ? from : `${from}..${to}`);

/** The text after the colon: `100..500`. */
export function spanText(h: Histogram, bins: Bins): string {
  const [low, high] = bounds(h, bins);
  return h.scale === 'days' ? daySpan(low, high) : joined(plain(low), plain(high));
}

function dayWords(span: string): string {
  const named = (day: string): string => {
    const [year = '', month, date] = day.split('-');
    return [date && String(Number(date)), month && monthName(Number(month)), year].filter(Boolean).join(' ');
  };
  return span.split('..').map(named).join(' – ');
}

/** For a person: `May 2019`, `6:00 – 8:59`, `100 – 499`. */
export function spanWords(h: Histogram, bins: Bins): string {
  if (h.scale === 'days') return dayWords(spanText(h, bins));
  const [low, high] = bounds(h, bins);
  if (h.name === 'hour') return `${low}:00 – ${high}:59`;
  if (h.name === 'month') return low === high ? monthName(low) : `${monthName(low)} – ${monthName(high)}`;
  const say = (n: number): string => (isCounted(h) ? count(n) : plain(n, 3)) + (h.name === 'latitude' ? '°' : '');
  return low === high ? say(low) : `${say(low)} – ${say(high)}`;
}

interface OpenSpan {
  min?: number | null;
  max?: number | null;
}

/** The bins that spans of the filter cover, `min` and `max` in the histogram's own unit. */
export function coveredBins(h: Histogram, spans: readonly OpenSpan[]): boolean[] {
  return h.counts.map((_, i) => {
    const [low, high] = bounds(h, { from: i, to: i });
    return spans.some((s) => (s.min ?? -Infinity) <= high && (s.max ?? Infinity) >= low && covers(s, low, high));
  });
}

/** Not merely touching at an edge that belongs to the neighbour. */
function covers(span: OpenSpan, low: number, high: number): boolean {
  if (low === high) return true;
  const from = Math.max(low, span.min ?? -Infinity);
  const to = Math.min(high, span.max ?? Infinity);
  return to > from || (span.min === span.max && from === low);
}
