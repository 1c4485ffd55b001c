// A histogram: upright bars of what passes, behind them the whole dataset's distribution scaled to the same total.
import type { Histogram } from '../api/types';
import { count, monthName } from '../filters/labels';
import type { Drawing, Label, Mark, Rule, Target } from './drawing';
import { spanWords } from './spans';
import { countTicks, dayTicks, linearTicks, logTicks, short, type AxisTick } from './ticks';

const LEFT = 40;
const RIGHT = 8;
const TOP = 10;
const BOTTOM = 22;

const sum = (numbers: readonly number[]): number => numbers.reduce((a, b) => a + b, 0);

/** All photos bin by bin, scaled to as many as pass. */
export function expected(h: Histogram): number[] {
  const [now, all] = [sum(h.counts), sum(h.all)];
  return h.all.map((n) => (all > 0 ? (n * now) / all : 0));
}

/** Where a value stands among the bins, in bins: bins are equally wide on the page whatever their scale. */
export function binPosition(edges: readonly number[], value: number): number {
  const after = edges.findIndex((edge) => edge > value);
  if (after === 0) return 0;
  if (after < 0) return edges.length - 1;
  const [low, high] = [edges[after - 1]!, edges[after]!];
  return after - 1 + (value - low) / (high - low);
}

/** Months and hours are named in the middle of their bar, everything else at edges. */
function axis(h: Histogram, room: number): (AxisTick & { at: number })[] {
  const [min, max] = [h.edges[0] ?? 0, h.edges.at(-1) ?? 1];
  const middle = (step: number, label: (value: number) => string): (AxisTick & { at: number })[] =>
    h.counts.map((_, i) => ({ value: h.edges[i]!, label: label(h.edges[i]!), at: i + 0.5 })).filter((t) => Math.round(t.value) % step === 0);
  if (h.name === 'month') return middle(1, (m) => (room < 360 ? monthName(m).slice(0, 1) : monthName(m)));
  if (h.name === 'hour') return middle(room < 360 ? 6 : 3, (hour) => `${hour}:00`);
  const wanted = Math.max(2, Math.floor(room / 60));
  const ticks = h.scale === 'days' ? dayTicks(min, max, wanted) : h.scale === 'log' ? logTicks(min, max) : linearTicks(min, max, Math.min(wanted, 6));
  const degrees = h.name === 'latitude' ? '°' : '';
  return ticks.map((t) => ({ ...t, label: t.label + degrees, at: binPosition(h.edges, t.value) }));
}

/** Leaves out labels that would touch the one before. */
export function apart(labels: Label[]): Label[] {
  const kept: Label[] = [];
  for (const label of labels) {
    const before = kept.at(-1);
    if (!before || label.x - before.x > (label.text.length + before.text.length) * 3.2 + 6) kept.push(label);
  }
  return kept;
}

function steps(heights: readonly number[], x: (bin: number) => number, y: (n: number) => number): string {
  return heights.map((n, i) => `${i === 0 ? 'M' : 'L'}${x(i).toFixed(1)} ${y(n).toFixed(1)}H${x(i + 1).toFixed(1)}`).join('');
}

export interface Frame {
  width: number;
  height: number;
}

function describe(h: Histogram, i: number): string {
  return `${spanWords(h, { from: i, to: i })}: ${count(h.counts[i] ?? 0)} of ${count(h.all[i] ?? 0)} photos`;
}

/** `chosen`: bins that the filter covers; absent: all. */
export function bars(h: Histogram, frame: Frame, chosen?: readonly boolean[]): Drawing {
  const { width, height } = frame;
  const [room, deep] = [width - LEFT - RIGHT, height - TOP - BOTTOM];
  const usual = expected(h);
  const ticks = countTicks(Math.max(1, ...h.counts, ...usual), deep < 110 ? 3 : 4);
  const top = ticks.at(-1)!;
  const x = (bin: number): number => LEFT + (room * bin) / h.counts.length;
  const y = (n: number): number => TOP + deep * (1 - n / top);
  const gap = room / h.counts.length > 4 ? 1 : 0;
  const bar = (i: number, n: number, role: Mark['role']): Mark => ({ role, x: x(i), y: y(n), width: Math.max(0.5, x(i + 1) - x(i) - gap), height: y(0) - y(n) });
  const marks = [
    ...usual.map((n, i) => bar(i, n, 'all')),
    ...h.counts.map((n, i) => bar(i, n, chosen && !chosen[i] ? 'off' : 'now')),
  ].filter((m) => m.height > 0);
  const rules: Rule[] = ticks.map((n) => ({ x1: LEFT, x2: width - RIGHT, y1: y(n), y2: y(n) }));
  const below = axis(h, room).map((t): Label => ({ text: t.label, x: x(t.at), y: height - 6, anchor: 'middle' }));
  const beside = ticks.map((n): Label => ({ text: short(n), x: LEFT - 6, y: y(n) + 3.5, anchor: 'end' }));
  const targets = h.counts.map((_, i): Target => ({ x: x(i), y: TOP, width: x(i + 1) - x(i), height: deep, label: describe(h, i) }));
  return { width, height, rules, marks, outline: steps(usual, x, y), labels: [...apart(below), ...beside], targets };
}
