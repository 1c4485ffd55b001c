// Finds the photo that a key moves to. It uses geometry, since justified rows have different numbers of photos.
import type { Layout } from './layout';

/** Keys that move in the gallery; `window` is the visible height, CSS pixels. */
export interface Step {
  readonly key: string;
  readonly window: number;
  /** The column that moves up or down keep to, CSS pixels from the left; null to start at the photo's centre. */
  readonly column: number | null;
}

/** The result of a key. */
export interface Landing {
  readonly index: number;
  /** To be passed to the next step; null after a horizontal step. */
  readonly column: number | null;
}

/** The photo that `step` moves to from photo `from`; null if the key does not move. */
export function follow(layout: Layout, from: number, step: Step): Landing | null {
  if (layout.count === 0) return null;
  const last = layout.count - 1;
  switch (step.key) {
    case 'ArrowLeft':
      return { index: Math.max(0, from - 1), column: null };
    case 'ArrowRight':
      return { index: Math.min(last, from + 1), column: null };
    case 'Home':
      return { index: 0, column: null };
    case 'End':
      return { index: last, column: null };
    case 'ArrowUp':
    case 'ArrowDown':
    case 'PageUp':
    case 'PageDown':
      return vertical(layout, from, step);
    default:
      return null;
  }
}

function vertical(layout: Layout, from: number, step: Step): Landing {
  const row = layout.rowOf(from);
  const column = step.column ?? middleOf(layout, row, from);
  const target = Math.min(layout.rows - 1, Math.max(0, targetRow(layout, row, step)));
  if (target === row) return { index: from, column };
  return { index: nearest(layout, target, column), column };
}

function targetRow(layout: Layout, row: number, step: Step): number {
  if (step.key === 'ArrowUp') return row - 1;
  if (step.key === 'ArrowDown') return row + 1;
  const down = step.key === 'PageDown';
  const target = layout.rowAt(layout.topOf(row) + (down ? step.window : -step.window));
  return down ? Math.max(row + 1, target) : Math.min(row - 1, target);
}

function middleOf(layout: Layout, row: number, index: number): number {
  const box = layout.boxesOf(row)[index - layout.firstOf(row)];
  return box ? box.x + box.width / 2 : 0;
}

function nearest(layout: Layout, row: number, column: number): number {
  let [best, distance] = [0, Infinity];
  layout.boxesOf(row).forEach((box, at) => {
    const away = Math.max(0, box.x - column, column - box.x - box.width);
    if (away < distance) [best, distance] = [at, away];
  });
  return layout.firstOf(row) + best;
}
