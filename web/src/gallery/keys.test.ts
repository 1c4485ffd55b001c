import { expect, it } from 'vitest';
import { follow } from './keys';
import { GridLayout, justify, JustifiedLayout, type Layout } from './layout';

const measure = { width: 900, rowHeight: 200, gap: 0, caption: 0 };
const grid = new GridLayout(11, 3, { ...measure, rowHeight: 300 });

function press(layout: Layout, from: number, key: string, column: number | null = null): number | undefined {
  return follow(layout, from, { key, window: 600, column })?.index;
}

it('left and right go through the order and stop at its ends', () => {
  expect(press(grid, 2, 'ArrowRight')).toBe(3);
  expect(press(grid, 3, 'ArrowLeft')).toBe(2);
  expect(press(grid, 0, 'ArrowLeft')).toBe(0);
  expect(press(grid, 10, 'ArrowRight')).toBe(10);
});

it('up and down keep the column, and the short last row takes the nearest photo', () => {
  expect(press(grid, 4, 'ArrowDown')).toBe(7);
  expect(press(grid, 4, 'ArrowUp')).toBe(1);
  expect(press(grid, 8, 'ArrowDown')).toBe(10);
  expect(press(grid, 1, 'ArrowUp')).toBe(1);
});

it('pages go a window on, and at least a row', () => {
  expect(press(grid, 1, 'PageDown')).toBe(7);
  expect(press(grid, 10, 'PageUp')).toBe(4);
  expect(follow(grid, 1, { key: 'PageDown', window: 10, column: null })?.index).toBe(4);
});

it('Home and End reach the first and the last photo', () => {
  expect(press(grid, 5, 'Home')).toBe(0);
  expect(press(grid, 5, 'End')).toBe(10);
});

it('other keys and an empty gallery lead nowhere', () => {
  expect(press(grid, 5, 'x')).toBeUndefined();
  expect(press(new GridLayout(0, 3, measure), 0, 'End')).toBeUndefined();
});

it('a walk down justified rows does not drift to the side', () => {
  const aspects = Uint8Array.from({ length: 400 }, (_, at) => (at % 5 === 0 ? 100 : 140 + (at % 3) * 10));
  const layout = new JustifiedLayout(aspects, justify(aspects, measure), measure);
  let landing = { index: 2, column: null as number | null };
  const [start] = [layout.boxesOf(0)[2]!];
  const middle = start.x + start.width / 2;
  for (let step = 0; step < 30; step++) {
    landing = follow(layout, landing.index, { key: 'ArrowDown', window: 600, column: landing.column })!;
    const row = layout.rowOf(landing.index);
    const box = layout.boxesOf(row)[landing.index - layout.firstOf(row)]!;
    expect(box.x).toBeLessThanOrEqual(middle);
    expect(box.x + box.width).toBeGreaterThanOrEqual(middle);
  }
});
