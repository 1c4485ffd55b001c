import { expect, it } from 'vitest';
import { fitted, FITTED, LARGEST, panned, zoomed } from './zoom';

const bounds = { image: { width: 600, height: 400 }, frame: { width: 800, height: 400 } };

it('zooming keeps the point under the pointer', () => {
  const point = { x: 120, y: 90 };
  const view = zoomed(zoomed(FITTED, 3, point, bounds), 1.5, point, bounds);
  const under = { x: (point.x - view.x) / view.scale, y: (point.y - view.y) / view.scale };
  expect(under.x).toBeCloseTo(120);
  expect(under.y).toBeCloseTo(90);
});

it('zooming out again ends fitted and in the middle', () => {
  const near = zoomed(FITTED, 5, { x: 300, y: -200 }, bounds);
  expect(zoomed(near, 0.01, { x: -50, y: 10 }, bounds)).toEqual(FITTED);
});

it('does not zoom without end', () => {
  expect(zoomed(FITTED, 1e6, { x: 0, y: 0 }, bounds).scale).toBe(LARGEST);
});

it('panning stops where the image ends', () => {
  const view = zoomed(FITTED, 2, { x: 0, y: 0 }, bounds);
  expect(panned(view, { x: 9_999, y: -9_999 }, bounds)).toEqual({ scale: 2, x: 200, y: -200 });
  expect(panned(FITTED, { x: 50, y: 50 }, bounds)).toEqual(FITTED);
});

it('a large image fits the frame, a small one grows to twice its size', () => {
  expect(fitted({ width: 4_000, height: 1_000 }, bounds.frame)).toEqual({ width: 800, height: 200 });
  expect(fitted({ width: 100, height: 100 }, bounds.frame)).toEqual({ width: 200, height: 200 });
  expect(fitted({ width: 0, height: 0 }, bounds.frame)).toEqual({ width: 0, height: 0 });
});
