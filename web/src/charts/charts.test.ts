import { describe, expect, it } from 'vitest';
import type { Choices, Histogram } from '../api/types';
import { dayNumber } from '../filters/labels';
import { bars, binPosition, expected } from './bars';
import { cut } from './drawing';
import { csv, fileName, svg } from './file';
import { heat } from './heat';
import { rankRows, ranks, rankTable } from './ranks';
import { coveredBins, daySpan, spanText, spanWords } from './spans';
import { countTicks, dayTicks, linearTicks, logTicks, niceStep } from './ticks';

const histogram = (over: Partial<Histogram>): Histogram => ({
  name: 'score.monkey',
  scale: 'linear',
  edges: [0, 0.25, 0.5, 0.75, 1],
  counts: [1, 2, 3, 4],
  all: [10, 10, 10, 10],
  none: { count: 0, all: 5 },
  ...over,
});

const views = histogram({ name: 'views', scale: 'log', edges: [0, 1, 10, 100, 1000] });
const days = (...iso: string[]): number[] => iso.map(dayNumber);
const taken = histogram({ name: 'taken', scale: 'days', edges: days('2019-01-01', '2019-02-01', '2019-03-01', '2020-01-01', '2020-01-05') });

describe('ticks', () => {
  it('steps by 1, 2 and 5', () => {
    expect([0.3, 1, 1.1, 3, 7, 60].map(niceStep)).toEqual([0.5, 1, 2, 5, 10, 100]);
  });

  it('counts in whole numbers that reach past the most', () => {
    expect(countTicks(3)).toEqual([0, 1, 2, 3]);
    expect(countTicks(1)).toEqual([0, 1]);
    expect(countTicks(970).at(-1)).toBe(1000);
  });

  it('gives linear axes labels of equal decimals', () => {
    expect(linearTicks(0, 1).map((t) => t.label)).toEqual(['0.0', '0.2', '0.4', '0.6', '0.8', '1.0']);
    expect(linearTicks(-90, 90, 6).map((t) => t.value)).toEqual([-50, 0, 50]);
  });

  it('marks powers of ten, and nought, on a log axis', () => {
    expect(logTicks(0, 25_000).map((t) => t.label)).toEqual(['0', '1', '10', '100', '1,000', '10K']);
    expect(logTicks(0, 6).map((t) => t.label)).toEqual(['0', '1', '2', '5']);
  });

  it('marks years, or months of a short time', () => {
    expect(dayTicks(dayNumber('2004-02-01'), dayNumber('2024-06-01')).map((t) => t.label)).toEqual(['2005', '2010', '2015', '2020']);
    expect(dayTicks(dayNumber('2023-11-01'), dayNumber('2024-04-15')).map((t) => t.label)).toEqual(['Nov', 'Dec', '2024', 'Feb', 'Mar', 'Apr']);
    expect(dayTicks(dayNumber('2009-06-01'), dayNumber('2009-09-15')).map((t) => t.label)).toEqual(['Jun 2009', 'Jul', 'Aug', 'Sep']);
  });
});

describe('spans', () => {
  it('names whole years and months as such, and other days by day', () => {
    expect(daySpan(dayNumber('2019-01-01'), dayNumber('2019-12-31'))).toBe('2019');
    expect(daySpan(dayNumber('2019-05-01'), dayNumber('2020-02-29'))).toBe('2019-05..2020-02');
    expect(daySpan(dayNumber('2019-05-04'), dayNumber('2019-05-04'))).toBe('2019-05-04');
    expect(spanText(taken, { from: 0, to: 2 })).toBe('2019');
  });

  it('leaves the upper edge of whole-numbered bins to the next bin', () => {
    expect(spanText(views, { from: 1, to: 2 })).toBe('1..99');
    expect(spanText(views, { from: 3, to: 3 })).toBe('100..1000');
    expect(spanText(views, { from: 0, to: 0 })).toBe('0');
  });

  it('keeps scores as they are', () => {
    expect(spanText(histogram({}), { from: 1, to: 2 })).toBe('0.25..0.75');
  });

  it('speaks to a person', () => {
    const hours = histogram({ name: 'hour', edges: [0, 6, 12, 18, 24] });
    expect(spanWords(hours, { from: 1, to: 1 })).toBe('6:00 – 11:59');
    expect(spanWords(taken, { from: 0, to: 0 })).toBe('Jan 2019');
    expect(spanWords(views, { from: 2, to: 2 })).toBe('10 – 99');
  });

  it('finds the bins that the filter covers, not their neighbours', () => {
    expect(coveredBins(histogram({}), [{ min: 0.25, max: 0.75 }])).toEqual([false, true, true, false]);
    expect(coveredBins(views, [{ min: 1, max: 99 }])).toEqual([false, true, true, false]);
    expect(coveredBins(views, [{ max: 0 }])).toEqual([true, false, false, false]);
  });
});

describe('bars', () => {
  const frame = { width: 448, height: 180 };

  it('scales the whole dataset to what passes', () => {
    expect(expected(histogram({}))).toEqual([2.5, 2.5, 2.5, 2.5]);
    expect(expected(histogram({ all: [0, 0, 0, 0] }))).toEqual([0, 0, 0, 0]);
  });

  it('draws bars in proportion and greys what the filter leaves out', () => {
    const drawing = bars(histogram({}), frame, [false, true, true, true]);
    const heights = drawing.marks.filter((m) => m.role !== 'all').map((m) => m.height);
    expect(heights.map((h) => Math.round((h / heights[0]!) * 10) / 10)).toEqual([1, 2, 3, 4]);
    expect(drawing.marks.filter((m) => m.role === 'off')).toHaveLength(1);
    expect(drawing.targets[1]!.label).toBe('0.25 – 0.5: 2 of 10 photos');
  });

  it('finds values among bins, and has a target under each of them', () => {
    expect(binPosition(views.edges, 55)).toBeCloseTo(2.5);
    expect(binPosition(views.edges, 1000)).toBe(4);
    const { targets } = bars(histogram({}), frame);
    expect(targets).toHaveLength(4);
    targets.forEach((t, i) => expect(t.x).toBeCloseTo(targets[0]!.x + i * targets[0]!.width));
    const end = targets[3]!.x + targets[3]!.width;
    expect(end).toBeGreaterThan(frame.width - 10);
    expect(end).toBeLessThanOrEqual(frame.width);
  });

  it('draws nothing but axes for an empty dataset', () => {
    const drawing = bars(histogram({ counts: [0, 0, 0, 0], all: [0, 0, 0, 0] }), frame);
    expect(drawing.marks).toEqual([]);
    expect(drawing.outline).not.toContain('NaN');
  });
});

describe('ranks', () => {
  it('are a table that says how many values it does not tell', () => {
    const values = [{ value: 'IN', label: 'India', count: 3, all: 5 }];
    const told = { name: 'country', values, none: { count: 1, all: 2 }, more: 0 };
    expect(rankTable('Countries', told).rows).toEqual([['India', 'IN', 3, 5], ['unknown', 'none', 1, 2]]);
    expect(rankTable('Countries', { ...told, more: 1_200 }).rows.at(-1)).toEqual(['1,200 others', '', '', '']);
  });

  const choices: Choices = {
    name: 'country',
    values: [
      { value: 'MY', label: 'Malaysia', count: 4, all: 50 },
      { value: 'IN', label: 'India', count: 9, all: 20 },
    ],
    none: { count: 2, all: 30 },
    more: 0,
  };

  it('puts the most first and those without a value last', () => {
    expect(rankRows(choices, 'unknown', 12).map((r) => r.value)).toEqual(['IN', 'MY', 'none']);
    expect(rankRows({ ...choices, none: { count: 0, all: 0 } }, 'unknown', 1).map((r) => r.value)).toEqual(['IN']);
  });

  it('draws a row each and greys those not chosen', () => {
    const drawing = ranks(rankRows(choices, 'unknown', 12), 400, new Set(['MY']));
    expect(drawing.marks.filter((m) => m.role === 'now')).toHaveLength(1);
    expect(drawing.targets.map((t) => t.label)[0]).toBe('India: 9 of 20 photos (45%)');
  });
});

describe('files', () => {
  it('quotes what CSV must quote and disarms formulas', () => {
    const text = csv({ header: ['country', 'photos'], rows: [['Côte d’Ivoire, "CI"', 3], ['=1+1', -2]] });
    expect(text).toBe('country,photos\r\n"Côte d’Ivoire, ""CI""",3\r\n\'=1+1,-2\r\n');
  });

  it('writes an SVG that stands by itself, with title and filter, and lets no markup in', () => {
    const text = svg(bars(histogram({}), { width: 400, height: 180 }), { title: 'Score <monkey>', lines: ['Filter: a & b'] });
    expect(text).toContain('<title>Score &lt;monkey&gt;</title>');
    expect(text).toContain('Filter: a &amp; b');
    expect(text.match(/<rect/g)).toHaveLength(9);
    expect(text).not.toMatch(/var\(|class=|NaN/);
  });

  it('names files by their title', () => {
    expect(fileName('Photos a month', 'svg')).toBe('photos-a-month.svg');
    expect(fileName('…', 'csv')).toBe('chart.csv');
  });
});

describe('labels', () => {
  it('are cut to the room they have, by how wide their letters are', () => {
    expect(cut('short', 100)).toBe('short');
    expect(cut('monkey cage', 60)).toBe('monkey…');
    expect(cut('猿と檻の写真', 50)).toBe('猿と檻…');
    expect(cut('x', 1)).toBe('x…');
  });

  it('below a heat map are left out where they would touch, never shortened to be mistaken', () => {
    const mark = { label: '', key: '', value: 1, filter: '' };
    const hours = Array.from({ length: 24 }, (_, hour) => `${hour}:00`);
    const map = { down: 'Day', rows: ['Mon'], columns: hours, marks: [hours.map(() => mark)], fields: [] };
    const below = (width: number): string[] => heat(map, 'photos', width).labels.filter(({ anchor }) => anchor === 'middle').map(({ text }) => text);
    expect(below(2_000)).toEqual(hours);
    expect(below(500)).toEqual(['0:00', '3:00', '6:00', '9:00', '12:00', '15:00', '18:00', '21:00']);
    expect(below(200).every((text) => hours.includes(text))).toBe(true);
  });
});
