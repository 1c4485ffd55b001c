// The filter: what photos are asked for. Shapes as in src/photo/filter.rs; the server reads the text, this prints it.

import type { FilterSchemas, Pair } from '../api/types';
import { fields } from './fields.svelte';

// The schema leaves out what has a default in a question; an answer always holds it.
type Whole<Kind extends FilterSchemas['Test']['kind']> = Required<Extract<FilterSchemas['Test'], { kind: Kind }>>;

export type ChoiceField = FilterSchemas['ChoiceField'];
export type NumberField = FilterSchemas['NumberField'];

/** From one number to another; null is open. `above`, `below`: the end itself is out. */
export type Span = FilterSchemas['Span'] & { min: number | null; max: number | null };

/** From one day to another (`2019-05-04`), both included; null is open. */
export type DaySpan = Required<FilterSchemas['DaySpan']>;

export type Area =
  | Exclude<FilterSchemas['Area'], { shape: 'polygon' }>
  | (Omit<Extract<FilterSchemas['Area'], { shape: 'polygon' }>, 'ring'> & { ring: Pair[] });

export type TextTest = Whole<'text'>;
export type ChoiceTest = Whole<'choice'>;
export type NumberTest = Omit<Whole<'number'>, 'spans'> & { spans: Span[] };
export type TakenTest = Omit<Whole<'taken'>, 'spans'> & { spans: DaySpan[] };
export type PlaceTest = Omit<Whole<'place'>, 'area'> & { area: Area };

export type Test = TextTest | ChoiceTest | NumberTest | TakenTest | PlaceTest;

export interface Clause {
  negated: boolean;
  test: Test;
}

export interface Filter {
  clauses: Clause[];
}

/** The name of a facet: `country`, `views`, `score.monkey`, `taken`, `place`; `text` for words. */
export type FieldName = string;

/** Whether its values are names. */
export function isChoiceField(name: string): name is ChoiceField {
  const kind = fields.of(name)?.kind;
  return kind === 'names' || kind === 'sets';
}

/** The field that a clause is about. */
export function fieldOf(test: Test): FieldName {
  if (test.kind === 'choice') return test.field;
  if (test.kind === 'number') return typeof test.field === 'object' ? `score.${test.field.score}` : test.field;
  return test.kind;
}

/** `views` or `score.monkey` as a field of numbers. */
export function numberField(name: FieldName): NumberField {
  return name.startsWith('score.') ? { score: name.slice('score.'.length) } : (name as NumberField);
}

/** A number without exponent. */
export function printNumber(value: number): string {
  if (Object.is(value, -0)) return '-0';
  const [, sign = '', whole = '', part = '', power] = /^(-?)(\d+)(?:\.(\d+))?(?:e([+-]\d+))?$/.exec(String(value)) ?? [];
  if (power === undefined) return String(value);
  const digits = whole + part;
  const point = whole.length + Number(power);
  if (point <= 0) return `${sign}0.${'0'.repeat(-point)}${digits}`;
  return `${sign}${digits.padEnd(point, '0')}`;
}

const plain = /^(?![-'])[\p{Alphabetic}\p{N}._+/'@-]+$/u;
const words = ['none', 'any', 'and', 'or', 'not'];

/** A text as it is where nothing in it means something in a filter; else in quotes. */
export function quoted(text: string): string {
  const small = text.toLowerCase();
  if (plain.test(text) && !words.includes(small) && !small.startsWith('score.')) return text;
  return `"${text.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`;
}

function printSpan({ min, max, above, below }: Span): string {
  if (min === null && max === null) return '..';
  if (min !== null && max === null) return `${above ? '>' : '>='}${printNumber(min)}`;
  if (min === null) return `${below ? '<' : '<='}${printNumber(max ?? 0)}`;
  if (Object.is(min, max) && !above && !below) return printNumber(min);
  return `${above ? '>' : ''}${printNumber(min)}..${below ? '<' : ''}${printNumber(max ?? 0)}`;
}

/** The last day of a month, `2019-05` -> `2019-05-31`. */
export function lastOfMonth(month: string): string {
  const last = new Date(0);
  last.setUTCFullYear(Number(month.slice(0, 4)), Number(month.slice(5, 7)), 0);
  return `${month}-${String(last.getUTCDate()).padStart(2, '0')}`;
}

/** Both ends as years, as months or as days: the shortest that says it. */
function printDays({ from, to }: DaySpan): string {
  const years = (!from || from.endsWith('-01-01')) && (!to || to.endsWith('-12-31'));
  const months = (!from || from.endsWith('-01')) && (!to || to === lastOfMonth(to.slice(0, 7)));
  const length = years ? 4 : months ? 7 : 10;
  const [first, last] = [(from ?? '').slice(0, length), (to ?? '').slice(0, length)];
  return first === last && first ? first : `${first}..${last}`;
}

function printArea(area: Area): string {
  switch (area.shape) {
    case 'any':
      return 'place:any';
    case 'near':
      return `near:${printNumber(area.latitude)},${printNumber(area.longitude)},${printDistance(area.radius_m)}`;
    case 'box':
      return `box:${[area.west, area.south, area.east, area.north].map(printNumber).join(',')}`;
    case 'polygon':
      return `polygon:${area.ring.flat().map(printNumber).join(',')}`;
    case 'cells':
      return `cell:${area.cells.join(',')}`;
    case 'layer':
      return `in:${[area.layer, ...area.areas].map(quoted).join(',')}`;
    case 'hexagon':
      return `hexagon:${area.km2},${area.row},${area.column}`;
  }
}

/** Kilometres where they say the same number. */
function printDistance(metres: number): string {
  const km = metres / 1000;
  return km >= 1 && km * 1000 === metres ? `${printNumber(km)}km` : `${printNumber(metres)}m`;
}

function withWords(values: string[], test: { none: boolean; any: boolean }): string {
  return [...values, ...(test.none ? ['none'] : []), ...(test.any ? ['any'] : [])].join(',');
}

function printTest(test: Test): string {
  switch (test.kind) {
    case 'text':
      return quoted(test.text);
    case 'choice':
      return `${test.field}:${withWords(test.values.map(quoted), test)}`;
    case 'number': {
      const name = typeof test.field === 'object' ? `score.${quoted(test.field.score)}` : test.field;
      return `${name}:${withWords(test.spans.map(printSpan), test)}`;
    }
    case 'taken':
      return `taken:${withWords(test.spans.map(printDays), test)}`;
    case 'place':
      return printArea(test.area);
  }
}

/** One clause as text, as the server would print it. */
export function printClause({ negated, test }: Clause): string {
  if (negated && test.kind === 'place' && test.area.shape === 'any') return 'place:none';
  return `${negated ? '-' : ''}${printTest(test)}`;
}

/** The filter as text, as the server would print it. */
export function print(filter: Filter): string {
  return filter.clauses.map(printClause).join(' ');
}

/** Whether a filter text says where something is: such a text is covered while the screen is recorded. */
export function namesPlace(text: string | null): boolean {
  return /\b(near|box|polygon|cell):/i.test(text ?? '');
}
