import { describe, expect, it } from 'vitest';
import { cells } from './cells';
import { densities } from './densities';
import { estimates } from './estimates';

const square = (west: number, south: number): number[][] => [
  [west, south],
  [west + 1, south],
  [west + 1, south + 1],
  [west, south + 1],
];

describe('areas of a map', () => {
  const map = {
    km2: 100,
    bounds: [10, 0, 12, 1],
    coast: [[[10, 0.5], [12, 0.5]]],
    cells: [
      { label: '0, 1', key: '100,0,1', value: 4, filter: 'hexagon:100,0,1', outline: square(11, 0) },
      { label: '0, 0', key: '100,0,0', value: 1, filter: 'hexagon:100,0,0', outline: square(10, 0) },
    ],
  };

  it('are side by side from west to east, the largest the deepest', () => {
    const drawing = cells(map, 'photos', 400);
    const [east, west] = drawing.targets;
    expect(west!.x).toBeCloseTo(0, 0);
    expect(east!.x).toBeCloseTo(200, 0);
    expect(drawing.areas!.map(({ depth }) => depth)).toEqual([0.5, 1]);
    expect(east!.label).toBe('4 photos');
    expect(drawing.coast).toMatch(/^M0\.0 \d+\.\dL400\.0 \d+\.\d$/);
  });

  it('are drawn six pixels wide where they would be narrower, and can be pointed at', () => {
    const world = cells({ ...map, bounds: [-180, -90, 180, 90] }, 'photos', 400);
    for (const target of world.targets) expect(target.width).toBeCloseTo(6, 5);
  });

  it('are compared by their rates where there are rates', () => {
    const rated = { ...map, cells: map.cells.map((cell, i) => ({ ...cell, rate: i === 0 ? 0.25 : 1 })) };
    const drawing = cells(rated, 'photos', 400);
    expect(drawing.areas!.map(({ depth }) => depth)).toEqual([0.5, 1]);
    expect(drawing.targets[0]!.label).toBe('4 photos, rate 0.25');
  });

  it('of several species are maps with names and shades of their own', () => {
    const both = { ...map, panels: ['Macaca mulatta', 'Nasalis larvatus'], cells: map.cells.map((cell, i) => ({ ...cell, panel: i })) };
    const drawing = cells(both, 'photos', 412);
    expect(drawing.labels.map(({ text, x }) => [text, x])).toEqual([['Macaca mulatta', 0], ['Nasalis larvatus', 212]]);
    expect(drawing.areas!.map(({ depth }) => depth)).toEqual([1, 1]);
    expect(drawing.targets.map(({ label }) => label)).toEqual(['Macaca mulatta: 4 photos', 'Nasalis larvatus: 1 photos']);
    expect(drawing.targets[1]!.x).toBeCloseTo(212, 0);
    const few = { ...both, panels: ['a', 'b', 'c', 'd'] };
    expect(cells(few, 'photos', 412).height).toBeCloseTo(2 * drawing.height + 12, 0);
  });
});

it('estimates are on a logarithmic axis around the reference, and what has no value is named', () => {
  const one = (label: string, value: number | undefined): object => ({ label, value, low: value && value / 2, high: value && value * 2, share: 0.5, expected: 0.25, n: 3 });
  const shape = { of: 'Land cover', what: 'Selection ratio', reference: 1, estimates: [one('Forest', 2), one('Water', undefined), one('Town', 0.5)] } as Parameters<typeof estimates>[0];
  const drawing = estimates(shape, 'encounters', 700);
  const points = drawing.marks.filter(({ width, height }) => width === height).map(({ x, width }) => x + width / 2);
  const middle = drawing.rules.at(-1)!.x1;
  // Twice and half of the reference are equally far from it.
  expect(points[0]! - middle).toBeCloseTo(middle - points[1]!, 5);
  expect(drawing.targets.map(({ label }) => label)).toEqual([
    'Forest: selection ratio 2.00 (1.00–4.00); 50.0 % of 3 encounters, 25.0 % expected',
    'Water: selection ratio nothing to compare with; 50.0 % of 3 encounters, 25.0 % expected',
    'Town: selection ratio 0.50 (0.25–1.00); 50.0 % of 3 encounters, 25.0 % expected',
  ]);
});

it('densities go round the day, and an hour opens its photos', () => {
  const marks = Array.from({ length: 24 }, (_, hour) => ({ label: `${hour}:00–${hour}:59`, key: String(hour), value: hour === 6 ? 3 : hour === 18 ? 1 : 0, filter: `solar_time:${hour}` }));
  const curve = (label: string): { label: string; n: number; percent: number[] } => ({ label, n: 4, percent: Array.from({ length: 144 }, (_, step) => (step === 0 ? 10 : 5)) });
  const drawing = densities({ kind: 'densities', field: 'solar_time', marks, curves: [curve('These'), curve('Others')] } as Parameters<typeof densities>[0], 'photos', 400, 170);
  expect(drawing.targets).toHaveLength(24);
  expect(drawing.targets[6]!.label).toBe('6:00–6:59: 3 photos (75 %)');
  const [first, second] = drawing.curves!;
  const heights = [...first!.matchAll(/[ML][\d.]+ ([\d.]+)/g)].map((found) => Number(found[1]));
  expect(heights).toHaveLength(145);
  expect(heights.at(-1)).toBe(heights[0]);
  expect(second).not.toBe(first);
  expect(drawing.labels.some(({ text }) => text === 'Others (4)')).toBe(true);
});
