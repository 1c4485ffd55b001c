import { expect, it } from 'vitest';
import { GridLayout } from './layout';
import { marksOf, stretchAt, stretchFrom } from './scrub';

const layout = new GridLayout(1_000, 10, { width: 1_000, rowHeight: 100, gap: 0, caption: 0 });
const ticks = [
  { from: 0, label: '2020', level: 0 },
  { from: 50, label: '2020-11', level: 1 },
  { from: 500, label: '2019', level: 0 },
  { from: 505, label: '2018', level: 0 },
  { from: 990, label: 'no date', level: 0 },
];

it('marks stand where their first row stands', () => {
  expect(marksOf(ticks, layout, 800).find(({ from }) => from === 500)?.share).toBeCloseTo(0.5);
});

it('labels do not stand on each other', () => {
  const labels = marksOf(ticks, layout, 800).map(({ label }) => label).filter(Boolean);
  expect(labels).toEqual(['2020', '2019', 'no date']);
});

it('a result without photos has no marks', () => {
  expect(marksOf(ticks, new GridLayout(0, 4, { width: 9, rowHeight: 9, gap: 0, caption: 0 }), 800)).toEqual([]);
});

it('names the stretch of a position', () => {
  expect(stretchAt(ticks, 0)).toBe('2020');
  expect(stretchAt(ticks, 60)).toBe('November 2020');
  expect(stretchAt(ticks, 999)).toBe('no date');
  expect(stretchAt([], 3)).toBe('');
});

it('steps to the next and to the previous beginning', () => {
  expect(stretchFrom(ticks, 0, { step: 1, large: false })).toBe(50);
  expect(stretchFrom(ticks, 0, { step: 1, large: true })).toBe(500);
  expect(stretchFrom(ticks, 700, { step: -1, large: true })).toBe(505);
  expect(stretchFrom(ticks, 0, { step: -1, large: true })).toBeNull();
  expect(stretchFrom(ticks, 995, { step: 1, large: false })).toBeNull();
});
