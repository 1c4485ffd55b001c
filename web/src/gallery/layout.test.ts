import { describe, expect, it } from 'vitest';
import { ASPECTS, cellHeight, cellWidth, GridLayout, justify, JustifiedLayout, type Layout, type Measure } from './layout';

const measure: Measure = { width: 1180, rowHeight: 200, gap: 6, caption: 0 };

/** Bytes of a pseudo-random walk, the same on every run. */
function bytes(count: number, seed = 7): Uint8Array<ArrayBuffer> {
  let state = seed;
  return Uint8Array.from({ length: count }, () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return 90 + (state >>> 24) % 76;
  });
}

function justified(aspects: Uint8Array<ArrayBuffer>, change: Partial<Measure> = {}): JustifiedLayout {
  const changed = { ...measure, ...change };
  return new JustifiedLayout(aspects, justify(aspects, changed), changed);
}

function indexesOf(layout: Layout): number[] {
  return Array.from({ length: layout.rows }, (_, row) => {
    return layout.boxesOf(row).map((_, at) => layout.firstOf(row) + at);
  }).flat();
}

describe('the exact grid', () => {
  it('reaches every photo once for sizes 0 to 300 in 1 to 8 columns', () => {
    for (let columns = 1; columns <= 8; columns++) {
      for (let count = 0; count <= 300; count++) {
        const layout = new GridLayout(count, columns, measure);
        expect(indexesOf(layout)).toEqual(Array.from({ length: count }, (_, at) => at));
        expect(layout.rows).toBe(Math.ceil(count / columns));
      }
    }
  });

  it('has cells alike that fill the width, and ends below its last row', () => {
    const layout = new GridLayout(10, 4, measure);
    const boxes = layout.boxesOf(0);
    expect(boxes).toHaveLength(4);
    for (const box of boxes) expect([box.width, box.height]).toEqual([boxes[0]!.width, measure.rowHeight]);
    expect(boxes[3]!.x + boxes[3]!.width).toBeCloseTo(measure.width);
    const low = layout.boxesOf(2)[1]!;
    expect(layout.height).toBeCloseTo(low.y + low.height);
  });

  it('of n columns has cells of one shape, and a whole row fits in the window', () => {
    for (let n = 1; n <= 8; n++) {
      for (const width of [370, 1_060, 2_400]) {
        const side = cellWidth(width, n, measure.gap);
        const rowHeight = cellHeight(side, 700);
        expect(rowHeight).toBeLessThanOrEqual(700);
        if (side <= 900) expect(side / rowHeight).toBeCloseTo(4 / 3);
        const [box] = new GridLayout(1_000, n, { ...measure, width, rowHeight }).boxesOf(0);
        expect([box?.width, box?.height]).toEqual([side, rowHeight]);
      }
    }
  });

  it('has cells in which something can be seen, however low the window is', () => {
    expect(cellHeight(300, 10)).toBe(24);
  });

  it('finds the row of every position and of every photo', () => {
    const layout = new GridLayout(300, 7, { ...measure, caption: 40 });
    for (let row = 0; row < layout.rows; row++) {
      expect(layout.rowAt(layout.topOf(row) + 1)).toBe(row);
      expect(layout.rowOf(layout.firstOf(row))).toBe(row);
    }
    expect(layout.rowAt(-50)).toBe(0);
    expect(layout.rowAt(1e9)).toBe(layout.rows - 1);
  });
});

describe('justified rows', () => {
  it('hold every photo once, for sizes 0 to 300', () => {
    for (let count = 0; count <= 300; count++) {
      expect(indexesOf(justified(bytes(count, count + 1)))).toEqual(Array.from({ length: count }, (_, at) => at));
    }
  });

  it('are exactly as wide as the gallery, but for the last', () => {
    const layout = justified(bytes(5_000));
    for (let row = 0; row < layout.rows - 1; row++) {
      const last = layout.boxesOf(row).at(-1)!;
      expect(last.x + last.width).toBeCloseTo(measure.width, 2);
    }
  });

  it('stay near the height asked for', () => {
    const layout = justified(bytes(5_000));
    for (let row = 0; row < layout.rows; row++) {
      expect(layout.heightOf(row)).toBeGreaterThan(measure.rowHeight * 0.6);
      expect(layout.heightOf(row)).toBeLessThan(measure.rowHeight * 1.6);
    }
  });

  it('do not stretch the last row', () => {
    const layout = justified(Uint8Array.of(128, 128));
    expect(layout.heightOf(0)).toBe(measure.rowHeight);
    expect(layout.boxesOf(0)[1]!.x).toBe(measure.rowHeight + measure.gap);
  });

  it('leave room for captions under each row', () => {
    const [plain, captioned] = [justified(bytes(400)), justified(bytes(400), { caption: 44 })];
    expect(captioned.rows).toBe(plain.rows);
    expect(captioned.height - plain.height).toBeCloseTo(44 * plain.rows, 3);
  });

  it('place a million photos without a gap or an overlap, to a fraction of a pixel', () => {
    const layout = justified(bytes(1_000_000));
    expect(layout.firstOf(layout.rows)).toBe(1_000_000);
    expect(layout.height).toBeGreaterThan(20_000_000);
    for (const row of [1, layout.rows >> 1, layout.rows - 1]) {
      const pitch = layout.heightOf(row - 1) + measure.gap;
      expect(layout.topOf(row) - layout.topOf(row - 1)).toBeCloseTo(pitch, 4);
      expect(layout.rowAt(layout.topOf(row))).toBe(row);
      expect(layout.rowAt(layout.topOf(row) - 0.01)).toBe(row - 1);
    }
    expect(layout.rowOf(999_999)).toBe(layout.rows - 1);
  });

  it('crop what would be a sliver and a stripe', () => {
    const boxes = justified(Uint8Array.of(0, 255, 128)).boxesOf(0);
    expect(boxes[0]!.width / boxes[0]!.height).toBeCloseTo(0.5);
    expect(boxes[1]!.width / boxes[1]!.height).toBeCloseTo(3.5);
  });

  it('survive a gallery narrower than a photo', () => {
    const layout = justified(bytes(50), { width: 40 });
    expect(indexesOf(layout)).toHaveLength(50);
    for (let row = 0; row < layout.rows; row++) {
      for (const box of layout.boxesOf(row)) expect(box.x + box.width).toBeLessThanOrEqual(40.01);
    }
  });
});

it('an aspect byte is a thirty-second of an octave', () => {
  expect(ASPECTS[128]).toBe(1);
  expect(ASPECTS[160]).toBe(2);
  expect(ASPECTS[96]).toBe(0.5);
});
