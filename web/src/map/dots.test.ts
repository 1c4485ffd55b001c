import { describe, expect, it } from 'vitest';
import { Dots, nearest, partOf, type DotFeature } from './dots';
import { parseMeasure } from './measure';
import type { Points } from './shapes';

const points = (many: number, terms = 3): Points => {
  const each = Array.from({ length: many }, (_, at) => at);
  return { lon: each.map((at) => (at % 360) - 180), lat: each.map((at) => (at % 160) - 80), term: each.map((at) => at % terms), position: each };
};

const how = { measure: parseMeasure(''), dark: false };

/** A source that does to its features what MapLibre does. */
class Source {
  features = new Map<number, DotFeature>();
  changes = 0;

  async updateData({ remove = [], add = [] }: { remove?: number[]; add?: DotFeature[] }): Promise<void> {
    this.changes += 1;
    for (const id of remove) this.features.delete(id);
    for (const feature of add) this.features.set(feature.id, feature);
    await Promise.resolve();
  }

  get count(): number {
    return [...this.features.values()].reduce((sum, { geometry }) => sum + geometry.coordinates.length, 0);
  }
}

describe('dots', () => {
  it('are in parts of one feature a colour', () => {
    const all = points(10);
    const colourOf = (index: number): string => `c${all.term[index]}`;
    const parts = [0, 1, 2].map((at) => partOf(all, colourOf, at, 4));
    expect(parts.map((part) => part.map(({ properties, geometry }) => [properties.colour, geometry.coordinates.length]))).toEqual([
      [['c0', 2], ['c1', 1], ['c2', 1]],
      [['c1', 2], ['c2', 1], ['c0', 1]],
      [['c2', 1], ['c0', 1]],
    ]);
    expect(new Set(parts.flat().map(({ id }) => id)).size).toBe(8);
  });

  for (const [before, after] of [[9_000, 2_000], [100, 12_001], [8_000, 0], [0, 5], [4_000, 4_000]] as const) {
    it(`are ${after} where ${before} were before`, async () => {
      const source = new Source();
      const dots = new Dots();
      await dots.show(source, points(before), how);
      expect(source.count).toBe(before);
      await dots.show(source, after === 0 ? null : points(after, 2), how);
      expect(source.count).toBe(after);
      expect(dots.busy).toBe(false);
    });
  }

  it('of an answer that came meanwhile take over', async () => {
    const source = new Source();
    const dots = new Dots();
    const first = dots.show(source, points(20_000), how);
    await dots.show(source, points(5_000), how);
    await first;
    expect(source.count).toBe(5_000);
    expect(source.changes).toBeLessThan(5);
  });

  it('are all handed over again to a new source', async () => {
    const dots = new Dots();
    await dots.show(new Source(), points(9_000), how);
    dots.forget();
    const source = new Source();
    await dots.show(source, points(9_000), how);
    expect(source.count).toBe(9_000);
  });

  it('are found by the nearest place, also across the antimeridian', () => {
    const some = { ...points(0), lon: [10, 179.5, -30], lat: [50, 10, 60], position: [5, 6, 7] };
    expect(nearest(some, [11, 49])).toBe(0);
    expect(nearest(some, [-179.9, 10])).toBe(1);
    expect(nearest(some, [-25, 61])).toBe(2);
    expect(nearest(points(0), [0, 0])).toBe(-1);
  });
});
