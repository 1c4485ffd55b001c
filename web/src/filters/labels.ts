// Labels of fields and their values.

import type { Area, Clause, DaySpan, FieldName, Span } from '../state/filter';
import { partsOf, scorerName } from '../scores/scorers';
import { sameSpan, UNDER_FLOOR } from '../state/clauses';
import { fields } from '../state/fields.svelte';
import { fieldOf, printClause, printNumber } from '../state/filter';

const whole = new Intl.NumberFormat('en-GB');

/** `12,345` */
export function count(value: number): string {
  return whole.format(value);
}

/** `1 photo`, `12,345 photos` */
export function counted(value: number, one = 'photo', many = `${one}s`): string {
  return `${count(value)} ${value === 1 ? one : many}`;
}

/** What a histogram of days leaves out. */
export const inexact = (photos: number): string =>
  `${counted(photos)} ${photos === 1 ? 'is left out: its' : 'are left out: their'} date is not exact enough for one bar.`;

/** The scorer in a score's name; null for the default score and for other fields. */
const scorerOf = (name: FieldName): string | null =>
  name.startsWith('score.') ? partsOf(name.slice('score.'.length)).scorer : null;

/** `monkey`, `monkey by Vision`, `Country` */
export function fieldLabel(name: FieldName): string {
  if (!name.startsWith('score.')) return fields.of(name)?.label || name;
  const { concept, scorer } = partsOf(name.slice('score.'.length));
  return scorer ? `${concept} by ${scorerName(scorer)}` : concept;
}

/** The label of photos without a value: `Not scored`, `Unknown country`. */
export function unknownLabel(name: FieldName): string {
  if (scorerOf(name) === 'review') return 'Not reviewed';
  return fields.of(name)?.unknown ?? 'Unknown';
}

const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** `May` of 5. */
export function monthName(month: number): string {
  return months[month - 1] ?? '';
}

/** A day (`2019-05-04`) of a number of days since 1970. */
export function dayText(days: number): string {
  return new Date(days * 86_400_000).toISOString().slice(0, 10);
}

/** Days since 1970 of a day (`2019-05-04`). */
export function dayNumber(text: string): number {
  return Math.round(Date.parse(`${text}T00:00:00Z`) / 86_400_000);
}

/** `May 2019` of a day. */
export function monthLabel(days: number): string {
  const [year = '', month = '1'] = dayText(days).split('-');
  return `${months[Number(month) - 1] ?? ''} ${year}`;
}

/** A score with two digits; with three where two would hide its difference from 0 or 1. */
export function scoreText(value: number): string {
  const near = Math.min(Math.abs(value), Math.abs(1 - value));
  const exact = Math.abs(value * 100 - Math.round(value * 100)) < 1e-9;
  return value.toFixed(near < 0.015 && !exact ? 3 : 2);
}

/** A bound of a histogram as text. */
export function boundLabel(name: FieldName, value: number): string {
  if (name === 'taken') {
    const [year = '', month = '1', day = ''] = dayText(value).split('-');
    return `${Number(day)} ${months[Number(month) - 1] ?? ''} ${year}`;
  }
  if (name.startsWith('score.')) return scoreText(value);
  const unit = fields.of(name)?.unit ?? '';
  if (unit === 'month') return months[value - 1] ?? String(value);
  if (unit === 'hour') return `${value} h`;
  if (unit === 'latitude') return `${Math.abs(value)}°${value > 0 ? ' N' : value < 0 ? ' S' : ''}`;
  return unit ? `${count(value)} ${unit}` : count(value);
}

/** The labels of 1 and 0 for a scorer that gives no other values. */
export function answerLabel(scorer: string | null, value: number): string | null {
  if (scorer === 'review' && (value === 0 || value === 1)) return value ? 'yes' : 'no';
  if (scorer === 'text' && (value === 0 || value === 1)) return value ? 'found' : 'not found';
  return null;
}

function scoreLabel(field: FieldName, span: Span): string {
  const { min, max, above, below } = span;
  if (sameSpan(span, UNDER_FLOOR)) return 'below the scorer’s minimum';
  if (min !== null && min === max) return answerLabel(scorerOf(field), min) ?? `= ${scoreText(min)}`;
  if (min === null) return max === null ? 'any' : `${below ? '<' : '≤'} ${scoreText(max)}`;
  if (max === null) return `${above ? '>' : '≥'} ${scoreText(min)}`;
  return `${scoreText(min)} – ${scoreText(max)}`;
}

function spanLabel(field: FieldName, span: Span): string {
  if (field.startsWith('score.')) return scoreLabel(field, span);
  const { min, max, above, below } = span;
  const text = (value: number): string => boundLabel(field, value);
  if (min !== null && min === max) return text(min);
  if (min === null) return max === null ? 'any' : `${below ? 'below' : 'up to'} ${text(max)}`;
  if (max === null) return `${above ? 'above' : 'from'} ${text(min)}`;
  return `${text(min)} – ${text(max)}`;
}

function daysLabel({ from, to }: DaySpan): string {
  const day = (text: string): string => boundLabel('taken', dayNumber(text));
  if (from && from === to) return day(from);
  if (!from) return to ? `until ${day(to)}` : 'any date';
  return to ? `${day(from)} – ${day(to)}` : `since ${day(from)}`;
}

/** Only significant digits. */
const hundredths = (degrees: number): string => printNumber(Number(degrees.toFixed(2)));

function areaLabel(area: Area): string {
  switch (area.shape) {
    case 'any':
      return 'on the map';
    case 'near':
      return `within ${printNumber(Math.round(area.radius_m / 10) / 100)} km of ${hundredths(area.latitude)}, ${hundredths(area.longitude)}`;
    case 'box':
      return 'in a box on the map';
    case 'polygon':
      return 'in an area drawn on the map';
    case 'cells':
      return area.cells.length === 1 ? 'in one hexagon' : `in ${area.cells.length} hexagons`;
    case 'layer':
      return `in ${area.areas.join(' or ')} (${area.layer})`;
    case 'hexagon':
      return `in a hexagon of ${count(area.km2)} km²`;
  }
}

/** Whether a clause only asks for a missing value, however it is written: `-country:any`. */
const asksForNone = ({ test, negated }: Clause): boolean => {
  if (!negated || test.kind === 'text') return false;
  if (test.kind === 'place') return test.area.shape === 'any';
  return test.any && !test.none && (test.kind === 'choice' ? test.values : test.spans).length === 0;
};

/** Whether a chip says "not" before what `clauseLabel` says. */
export const excludes = (clause: Clause): boolean => clause.negated && !asksForNone(clause);

/** A clause for a chip, as field and value. `value` gives the facet's label of a name. */
export function clauseLabel(clause: Clause, value: (field: FieldName, value: string) => string): [string, string] {
  const { test } = clause;
  const none = asksForNone(clause);
  if (test.kind === 'text') return ['Text', test.text];
  if (test.kind === 'place') return ['Place', none ? 'not on the map' : areaLabel(test.area)];
  const field = fieldOf(test);
  const parts =
    test.kind === 'choice'
      ? test.values.map((one) => value(field, one))
      : test.kind === 'taken'
        ? test.spans.map(daysLabel)
        : test.spans.map((span) => spanLabel(field, span));
  if (test.none || none) parts.push(unknownLabel(field).toLowerCase());
  if (test.any && !none) parts.push('known');
  return [fieldLabel(field), parts.join(' or ') || printClause(clause)];
}
