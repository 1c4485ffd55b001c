// Where an axis has its marks, and what they say.
import { monthName } from '../filters/labels';

export interface AxisTick {
  value: number;
  label: string;
}

const whole = new Intl.NumberFormat('en', { maximumFractionDigits: 0 });
const compact = new Intl.NumberFormat('en', { notation: 'compact', maximumFractionDigits: 1 });
const percent = new Intl.NumberFormat('en', { style: 'percent', maximumFractionDigits: 1 });

export const short = (n: number): string => (Math.abs(n) < 10_000 ? whole.format(n) : compact.format(n));
export const share = (n: number): string => percent.format(n);
/** A number as a filter and a person write it: no more decimals than it needs. */
export const plain = (n: number, decimals = 4): string => String(Number(n.toFixed(decimals)));

/** The next of 1, 2, 5, 10, 20, ... that is no smaller. */
export function niceStep(rough: number): number {
  if (!(rough > 0)) return 1;
  const power = 10 ** Math.floor(Math.log10(rough));
  const digit = [1, 2, 5].find((d) => d * power >= rough * (1 - 1e-9)) ?? 10;
  return digit * power;
}

/** From 0 to at least `most`, whole numbers, at most `wanted` steps. */
export function countTicks(most: number, wanted = 4): number[] {
  const step = Math.max(1, niceStep(most / wanted));
  const steps = Math.max(1, Math.ceil(most / step - 1e-9));
  return Array.from({ length: steps + 1 }, (_, i) => i * step);
}

export function linearTicks(min: number, max: number, wanted = 5): AxisTick[] {
  const step = niceStep((max - min) / wanted);
  const decimals = Math.max(0, -Math.floor(Math.log10(step)));
  const first = Math.ceil(min / step - 1e-9);
  const last = Math.floor(max / step + 1e-9);
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, i) => {
    const value = Number(((first + i) * step).toFixed(decimals));
    return { value, label: value.toLocaleString('en', { minimumFractionDigits: decimals }) };
  });
}

/** 0 and powers of ten; with their double and fivefold where there are fewer than three powers. */
export function logTicks(min: number, max: number): AxisTick[] {
  const inside = (factors: number[]) =>
    Array.from({ length: 12 }, (_, i) => factors.map((factor) => factor * 10 ** i)).flat().filter((value) => value >= min && value <= max);
  const powers = inside([1]);
  return [...(min <= 0 ? [0] : []), ...(powers.length < 3 ? inside([1, 2, 5]) : powers)].map((value) => ({ value, label: short(value) }));
}

const DAY_MS = 86_400_000;
const daysOf = (year: number, month: number): number => Date.UTC(year, month, 1) / DAY_MS;

const yearsApart = (span: number, wanted: number): number => [1, 2, 5, 10, 20, 50, 100].find((n) => span / n <= wanted) ?? 200;

/** Years, or months where there are few years, of which one names its year; bounds in days since 1970-01-01. */
export function dayTicks(min: number, max: number, wanted = 8): AxisTick[] {
  const years = (max - min) / 365.25;
  const [from, to] = [new Date(min * DAY_MS).getUTCFullYear(), new Date(max * DAY_MS).getUTCFullYear()];
  if (years > wanted / 3) {
    const step = yearsApart(years, wanted);
    const first = Math.ceil(from / step) * step;
    const marks = Array.from({ length: Math.floor((to - first) / step) + 1 }, (_, i) => first + i * step);
    return marks.map((year) => ({ value: daysOf(year, 0), label: String(year) })).filter((t) => t.value >= min && t.value <= max);
  }
  const step = [1, 2, 3, 6].find((n) => (years * 12) / n <= wanted) ?? 6;
  const months = Array.from({ length: (to - from + 1) * 12 }, (_, i) => i).filter((i) => i % step === 0);
  const marks = months.filter((i) => daysOf(from, i) >= min && daysOf(from, i) <= max);
  const dated = marks.some((i) => i % 12 === 0);
  return marks.map((i, at) => {
    const [year, name] = [from + Math.floor(i / 12), monthName((i % 12) + 1)];
    return { value: daysOf(from, i), label: i % 12 === 0 ? String(year) : at === 0 && !dated ? `${name} ${year}` : name };
  });
}
