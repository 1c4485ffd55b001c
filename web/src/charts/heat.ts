// Values by two dimensions: a cell each, the deeper the more.
import type { HeatMap } from '../api/types';
import { cut, widthOf, type Drawing, type Label, type Mark, type Target } from './drawing';
import { count } from '../filters/labels';

const ROW = 26;
const BOTTOM = 22;
/** The least room between two labels below, pixels. */
const APART = 6;

export function heat({ rows, columns, marks }: HeatMap, unit: string, width: number): Drawing {
  const left = Math.min(width * 0.35, Math.max(64, Math.max(0, ...rows.map(widthOf)) + 8));
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
  const beside = rows.map((name, i): Label => ({ text: cut(name, left - 8), x: left - 8, y: i * ROW + ROW / 2 + 3.5, anchor: 'end' }));
  // So many that none touches the next.
  const stride = Math.max(1, Math.ceil((Math.max(0, ...columns.map(widthOf)) + APART) / cell));
  const below = columns.flatMap((name, i): Label[] => (i % stride === 0 ? [{ text: name, x: left + (i + 0.5) * cell, y: height - 6, anchor: 'middle' }] : []));
  return { width, height, rules: [], marks: cells, outline: '', labels: [...beside, ...below], targets };
}
