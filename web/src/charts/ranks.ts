// Names by how many photos they have: a row each, the bar what passes, the grey one the whole dataset to scale.
import type { Choice, Choices } from '../api/types';
import { cut, type Drawing, type Label, type Mark, type Target } from './drawing';
import type { Table } from './file';
import { count } from '../filters/labels';
import { share } from './ticks';

const ROW = 26;
const VALUE_ROOM = 52;

/** Values by `count`; photos without a value come last, as `none`. */
export function rankRows(choices: Choices, noneLabel: string, most: number): Choice[] {
  const named = choices.values.toSorted((a, b) => b.count - a.count || b.all - a.all).slice(0, most);
  return choices.none.all > 0 ? [...named, { value: 'none', label: noneLabel, ...choices.none }] : named;
}

/** A row a value; the last says how many values are not told. */
export function rankTable(title: string, choices: Choices): Table {
  const rows: Table['rows'] = rankRows(choices, 'unknown', Infinity).map((row) => [row.label, row.value, row.count, row.all]);
  if (choices.more > 0) rows.push([`${count(choices.more)} others`, '', '', '']);
  return { header: [title, 'Value', 'Photos', 'All photos'], rows };
}

export function ranks(rows: readonly Choice[], width: number, chosen?: ReadonlySet<string>): Drawing {
  const left = Math.min(150, Math.max(84, width * 0.3));
  const room = width - left - VALUE_ROOM;
  const [now, all] = [rows.reduce((n, r) => n + r.count, 0), rows.reduce((n, r) => n + r.all, 0)];
  const usual = (row: Choice): number => (all > 0 ? (row.all * now) / all : 0);
  const most = Math.max(1, ...rows.flatMap((row) => [row.count, usual(row)]));
  const x = (n: number): number => Math.max(n > 0 ? 1.5 : 0, (room * n) / most);
  const marks = rows.flatMap((row, i): Mark[] => [
    { role: 'all', x: left, y: i * ROW + 5, width: x(usual(row)), height: ROW - 10 },
    { role: chosen && !chosen.has(row.value) ? 'off' : 'now', x: left, y: i * ROW + 5, width: x(row.count), height: ROW - 10 },
  ]);
  const labels = rows.flatMap((row, i): Label[] => [
    { text: cut(row.label, left - 8), x: left - 8, y: i * ROW + 17, anchor: 'end', strong: chosen?.has(row.value) ?? false },
    { text: count(row.count), x: left + Math.max(x(row.count), x(usual(row))) + 6, y: i * ROW + 17, anchor: 'start' },
  ]);
  const targets = rows.map((row, i): Target => ({ x: 0, y: i * ROW, width, height: ROW, label: describe(row) }));
  return { width, height: rows.length * ROW, rules: [], marks: marks.filter((m) => m.width > 0), outline: '', labels, targets };
}

const describe = (row: Choice): string =>
  `${row.label}: ${count(row.count)} of ${count(row.all)} photos${row.all > 0 ? ` (${share(row.count / row.all)})` : ''}`;
