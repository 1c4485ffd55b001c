import { expect, test } from 'vitest';
import type { Histogram } from '../api/types';
import { endsAt, linearAxis, placeOf, placesOf, stepsPerBin } from './scale';

const histogram = (name: string, scale: string, edges: number[]): Histogram => ({
  name,
  scale,
  edges,
  counts: edges.slice(1).map(() => 1),
  all: edges.slice(1).map(() => 1),
  none: { count: 0, all: 0 },
});
const score = histogram('score.monkey', 'linear', [0, 0.25, 0.5, 0.75, 1]);
const views = histogram('views', 'log', [0, 1, 2, 4, 8, 16]);

test('a thumb at the border leaves that end open', () => {
  expect(endsAt(score, [0, 4])).toEqual({ min: null, max: null });
  expect(endsAt(score, [1, 4])).toEqual({ min: 0.25, max: null });
});

test('a whole bar of whole numbers holds its left edge but not its right one', () => {
  expect(endsAt(views, [2, 3])).toEqual({ min: 2, max: 3 });
  expect(endsAt(views, [4, 5])).toEqual({ min: 8, max: null });
});

test('every selection stands where it was made', () => {
  for (const one of [score, views]) {
    for (let left = 0; left < 4; left += 1) {
      for (let right = left + 1; right <= 4; right += 1) {
        expect(placesOf(one, endsAt(one, [left, right]))).toEqual([left, right]);
      }
    }
  }
});

test('scores move by hundredths, whole numbers bar by bar', () => {
  expect(stepsPerBin(score)).toBe(25);
  expect(stepsPerBin(views)).toBe(1);
  expect(endsAt(score, [1.8, 4]).min).toBe(0.45);
});

test('every hundredth of a score can be reached on the bars that the server has, and is printed as such', () => {
  const real = histogram('score.monkey', 'linear', Array.from({ length: 41 }, (_, at) => at / 40));
  const steps = stepsPerBin(real);
  for (let hundredth = 1; hundredth < 100; hundredth += 1) {
    const place = hundredth / steps;
    expect(endsAt(real, [place, 40]).min).toBe(hundredth / 100);
    expect(placeOf(real, hundredth / 100) * steps).toBeCloseTo(hundredth, 9);
  }
  expect(Math.round(40 * steps)).toBe(100);
  expect(endsAt(real, [5, 40]).min).toBe(0.125);
});

test('on an even line every step is a whole number and stands where it was made', () => {
  const long = histogram('views', 'log', [0, 1, 10, 100, 1000, 10000]);
  const even = linearAxis(long);
  expect(even.edges).toEqual([0, 2000, 4000, 6000, 8000, 10000]);
  expect(stepsPerBin(even)).toBe(50);
  expect(endsAt(even, [1, 2])).toEqual({ min: 2000, max: 3999 });
  expect(placesOf(even, endsAt(even, [1.5, 4]))).toEqual([1.5, 4]);
  expect(placeOf(even, 1000)).toBe(0.5);
});
