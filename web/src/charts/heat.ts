// Values by two dimensions: a cell each, the deeper the more.
import type { HeatMap } from '../api/types';
import type { Drawing, Label, Mark, Target } from './drawing';
import { cut } from './ranks';
import { count } from '../filters/labels';

const ROW = 26;
const BOTTOM = 22;
/** Pixels that a letter may take. */
const LETTER = 6.4;

export function heat({ rows, columns, marks }: HeatMap, unit: string, width: number): Drawing {
  const left = Math.min(width * 0.35, Math.max(64, Math.max(0, ...rows.map((name) => name.length)) * LETTER + 10));
  const cell = (width - left - 8) / Math.max(1, columns.length);
  const each = marks.flatMap((row, line) => row.map((mark, column) => ({ mark, line, column })));
  const most = Math.max(1, ...each.map(({ mark }) => mark.value));
  const at = (column: number, line: number): Omit<Target, 'label'> => ({ x: left + column * cell, y: line * ROW, width: Math.max(0.5, cell - 1.5), height: ROW - 1.5 });
  const cells = each.map(({ mark, line, column }): Mark => ({
    role: mark.value > 0 ? 'cell' : 'empty',
    ...at(column, line),
    // By the square root: small values stay visible beside large ones.
    depth: Math.sqrt(mark.value / most),
  }));
  const targets = each.map(({ mark, line, column }): Target => ({ ...at(column, line), label: `${mark.label}: ${count(mark.value)} ${unit}` }));
  const height = rows.length * ROW + BOTTOM;
  const beside = rows.map((name, i): Label => ({ text: cut(name, Math.floor((left - 8) / LETTER)), x: left - 8, y: i * ROW + ROW / 2 + 3.5, anchor: 'end' }));
  const fits = columns.every((name) => name.length * 10 <= cell);
  const below = columns.map((name, i): Label => ({ text: fits ? name : name.slice(0, 1), x: left + (i + 0.5) * cell, y: height - 6, anchor: 'middle' }));
  return { width, height, rules: [], marks: cells, outline: '', labels: [...beside, ...below], targets };
}
