import { expect, test } from 'vitest';
import type { ThresholdPoint } from '../api/scores';
import { bandPath, barsOf, cutAt, cutForPrecision, cutForRecall, linePath, pointAt, ticksOf, written, xOf, yOf } from './curve';

const frame = { left: 30, top: 10, width: 100, height: 200 };
const point = (cut: number, precision: number | null, recall: number | null, above = 0): ThresholdPoint => ({
  cut,
  precision,
  precision_low: precision === null ? null : precision - 0.1,
  precision_high: precision === null ? null : Math.min(1, precision + 0.05),
  recall,
  recall_low: recall === null ? null : Math.max(0, recall - 0.1),
  recall_high: recall,
  above,
});
const points = [point(0.1, 0.5, 1, 40), point(0.3, 0.8, 1, 25), point(0.5, 0.95, 0.9, 12), point(0.7, 1, 0.6, 5), point(0.9, null, null)];

test('places and cuts are each other’s inverse, and nothing leaves the frame', () => {
  expect(xOf(0.5, frame)).toBe(80);
  expect(yOf(1, frame)).toBe(10);
  expect(cutAt(xOf(0.37, frame), frame)).toBeCloseTo(0.37);
  expect(cutAt(-50, frame)).toBe(0);
  expect(cutAt(1000, frame)).toBe(1);
});

test('a line ends where nothing is known', () => {
  expect(linePath(points, 'precision', frame)).toBe('M40 110L60 50L80 20L100 10');
  const gap = [point(0, 1, 1), point(0.5, null, 1), point(1, 0.5, 0)];
  expect(linePath(gap, 'precision', frame)).toBe('M30 10M130 110');
});

test('a band goes there along the upper end and back along the lower one', () => {
  expect(bandPath([point(0, 0.5, 1), point(1, 0.9, 0)], 'precision', frame)).toBe('M30 100L130 20L130 50L30 130Z');
});

test('a cut means the next threshold at or above it', () => {
  expect(pointAt(points, 0.3)?.above).toBe(25);
  expect(pointAt(points, 0.31)?.above).toBe(12);
  expect(pointAt(points, 0.95)).toBeNull();
});

test('presets give up as little as they must', () => {
  expect(cutForPrecision(points, 0.95)).toBe(0.5);
  expect(cutForRecall(points, 0.95)).toBe(0.3);
  expect(cutForRecall(points.slice(3), 0.95)).toBeNull();
});

test('a written cut loses no photo by rounding', () => {
  expect(written(0.4187)).toBe(0.41);
  expect(written(0.42)).toBe(0.42);
  expect(written(0.29)).toBe(0.29);
  expect([0, 1].map(written)).toEqual([0, 1]);
  // Where hundredths would say 0 or nearly 1, thousandths are kept.
  expect([0.0047, 0.9938].map(written)).toEqual([0.004, 0.993]);
});

test('a bar of one photo is seen beside one of many, an empty one is not drawn', () => {
  const bars = barsOf([0, 0.5, 1], [10_000, 1], frame);
  expect(bars.map(({ height }) => height)).toEqual([200, 2]);
  expect(barsOf([0, 0.5, 1], [0, 3], frame)).toHaveLength(1);
});

test('every label has a mark, as far as there is room', () => {
  expect(ticksOf([0, 0.5, 1], [2, 1], frame)).toEqual([42.5, 67.5, 105]);
  expect(ticksOf([0, 0.01, 1], [50, 0], frame)).toHaveLength(1);
});
