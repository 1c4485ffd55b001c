// Estimates with intervals on a logarithmic axis, beside a reference.
import type { IntervalEstimates } from '../api/types';
import { count } from '../filters/labels';
import { cut, type Drawing, type Label, type Mark, type Rule, type Target } from './drawing';

const ROW = 24;
const BOTTOM = 24;
/** Values of the axis are within these. */
const [LEAST, MOST] = [0.01, 100];
const TICKS = [0.01, 0.1, 0.2, 0.5, 1, 2, 5, 10, 100];
const POINT = 6;
/** Room for the largest value and its interval on the right, pixels. */
const RIGHT = 116;

export function estimates({ estimates: all, reference, what }: IntervalEstimates, unit: string, width: number): Drawing {
  const left = Math.min(width * 0.4, 230);
  const right = width > 560 ? RIGHT : 8;
  const values = all.flatMap(({ value, low, high }) => [value, low, high]).filter((value): value is number => typeof value === 'number' && value > 0);
  const least = Math.max(LEAST, Math.min(reference / 2, ...values));
  const most = Math.min(MOST, Math.max(reference * 2, ...values));
  const x = (value: number): number => left + (Math.log(Math.min(most, Math.max(least, value)) / least) / Math.log(most / least)) * (width - left - right);
  const height = all.length * ROW;
  const said = (value: number): string => value.toFixed(2);
  const words = all.map(({ value, low, high }) => (typeof value === 'number' ? `${said(value)} (${said(low ?? value)}–${said(high ?? value)})` : 'nothing to compare with'));
  const rule = (value: number): Rule => ({ x1: x(value), x2: x(value), y1: 0, y2: height });
  const ticks = TICKS.filter((tick) => tick >= least && tick <= most);
  const marks = all.flatMap(({ value, low, high }, i): Mark[] => {
    if (typeof value !== 'number') return [];
    const y = i * ROW + ROW / 2;
    const [from, to] = [x(low ?? value), x(high ?? value)];
    return [
      { role: 'now', x: from, y: y - 1, width: Math.max(1, to - from), height: 2 },
      { role: 'now', x: x(value) - POINT / 2, y: y - POINT / 2, width: POINT, height: POINT },
    ];
  });
  const beside = all.map(({ label }, i): Label => ({ text: cut(label, left - 8), x: left - 8, y: i * ROW + ROW / 2 + 4, anchor: 'end' }));
  const figures = right === RIGHT ? words.map((text, i): Label => ({ text, x: width - RIGHT + 8, y: i * ROW + ROW / 2 + 4, anchor: 'start' })) : [];
  const below = ticks.map((tick): Label => ({ text: String(tick), x: x(tick), y: height + 16, anchor: 'middle' }));
  const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;
  const targets = all.map(({ label, share, expected, n }, i): Target => ({
    x: 0,
    y: i * ROW,
    width,
    height: ROW,
    label: `${label}: ${what.toLowerCase()} ${words[i]}; ${percent(share)} of ${count(Math.round(n))} ${unit}, ${percent(expected)} expected`,
  }));
  return { width, height: height + BOTTOM, rules: [...ticks.map(rule), rule(reference)], marks, outline: '', labels: [...beside, ...figures, ...below], targets };
}
