// Changes to a list of clauses after a click on a value, a bar or the map. Each returns a new list.

import {
  fieldOf,
  isChoiceField,
  numberField,
  type Area,
  type ChoiceField,
  type Clause,
  type ChoiceTest,
  type DaySpan,
  type FieldName,
  type NumberTest,
  type Span,
  type TakenTest,
  type Test,
} from './filter';
import { same } from './same';

/** The state of a value in the filter: required, excluded, or not mentioned. */
export type Standing = 'in' | 'out' | null;

type WithNone = ChoiceTest | NumberTest | TakenTest;

const withNone = (test: Test): test is WithNone =>
  test.kind === 'choice' || test.kind === 'number' || test.kind === 'taken';

const isEmpty = (test: Test): boolean =>
  (test.kind === 'choice' && !test.values.length && !test.none && !test.any) ||
  ((test.kind === 'number' || test.kind === 'taken') && !test.spans.length && !test.none && !test.any);

function emptyTest(field: FieldName): WithNone {
  if (isChoiceField(field)) return { kind: 'choice', field, values: [], none: false, any: false };
  if (field === 'taken') return { kind: 'taken', spans: [], none: false, any: false };
  return { kind: 'number', field: numberField(field), spans: [], none: false, any: false };
}

/** Changes the first clause on a field, and adds one if there is none. A clause that becomes empty is removed. */
function change(clauses: Clause[], which: { field: FieldName; negated: boolean }, how: (test: WithNone) => WithNone) {
  const at = clauses.findIndex(
    ({ negated, test }) => negated === which.negated && withNone(test) && fieldOf(test) === which.field,
  );
  const old = clauses[at]?.test;
  const test = how(old && withNone(old) ? old : emptyTest(which.field));
  const clause = { negated: which.negated, test };
  if (at < 0) return isEmpty(test) ? clauses : [...clauses, clause];
  return isEmpty(test) ? clauses.toSpliced(at, 1) : clauses.with(at, clause);
}

/** The state of a value of a field of names. */
export function standingOf(clauses: Clause[], field: FieldName, value: string): Standing {
  for (const { negated, test } of clauses) {
    if (test.kind === 'choice' && test.field === field && test.values.some((one) => same(one, value))) {
      return negated ? 'out' : 'in';
    }
  }
  return null;
}

/** The state of "unknown": required, excluded (`-x:none` or `x:any`), or not mentioned. */
export function noneStandingOf(clauses: Clause[], field: FieldName): Standing {
  for (const { negated, test } of clauses) {
    if (!withNone(test) || fieldOf(test) !== field) continue;
    if (test.none) return negated ? 'out' : 'in';
    if (test.any) return negated ? 'in' : 'out';
  }
  return null;
}

function without(clauses: Clause[], field: ChoiceField, value: string): Clause[] {
  return [false, true].reduce(
    (left, negated) =>
      change(left, { field, negated }, (test) =>
        test.kind === 'choice' ? { ...test, values: test.values.filter((one) => !same(one, value)) } : test,
      ),
    clauses,
  );
}

/** Requires a value, excludes it, or neither. */
export function withValue(clauses: Clause[], at: { field: ChoiceField; value: string }, to: Standing): Clause[] {
  const left = without(clauses, at.field, at.value);
  if (to === null) return left;
  return change(left, { field: at.field, negated: to === 'out' }, (test) =>
    test.kind === 'choice' ? { ...test, values: [...test.values, at.value] } : test,
  );
}

/** Asks for photos without a value, excludes them, or neither. */
export function withUnknown(clauses: Clause[], field: FieldName, to: Standing): Clause[] {
  let left = clauses;
  for (const negated of [false, true]) {
    left = change(left, { field, negated }, (test) => ({ ...test, none: false, any: false }));
  }
  if (to === null) return left;
  if (to === 'in') return change(left, { field, negated: false }, (test) => ({ ...test, none: true }));
  const ranged = left.some(({ negated, test }) => !negated && withNone(test) && fieldOf(test) === field);
  // A range already leaves out what is unknown.
  return ranged ? left : change(left, { field, negated: false }, (test) => ({ ...test, any: true }));
}

/** Finds photos whose score is only known to be below the scorer's reporting threshold. */
export const UNDER_FLOOR: Span = { min: null, max: 0, below: true };

export const sameSpan = (a: Span, b: Span): boolean =>
  a.min === b.min && a.max === b.max && (a.above ?? false) === (b.above ?? false) && (a.below ?? false) === (b.below ?? false);

/** Whether it is a range that a slider shows. */
export const isRange = (field: FieldName, span: Span): boolean => !field.startsWith('score.') || !sameSpan(span, UNDER_FLOOR);

/** One range for a field of numbers, in place of those there are; null: no range. Whether unknown passes stays, and
 *  whether what lies under a floor does. */
export function withSpan(clauses: Clause[], field: FieldName, span: Span | null): Clause[] {
  return change(clauses, { field, negated: false }, (test) => {
    if (test.kind !== 'number') return test;
    const kept = test.spans.filter((one) => !isRange(field, one));
    return { ...test, spans: span ? [span, ...kept] : kept, any: span ? false : test.any };
  });
}

/** How one span of a field of numbers stands, among others as a value among values. */
export function spanStandingOf(clauses: Clause[], field: FieldName, span: Span): Standing {
  for (const { negated, test } of clauses) {
    if (test.kind === 'number' && fieldOf(test) === field && test.spans.some((one) => sameSpan(one, span))) {
      return negated ? 'out' : 'in';
    }
  }
  return null;
}

/** Asks for one span beside others, excludes it, or neither. */
export function withSpanTo(clauses: Clause[], at: { field: FieldName; span: Span }, to: Standing): Clause[] {
  const other = (one: Span): boolean => !sameSpan(one, at.span);
  let left = clauses;
  for (const negated of [false, true]) {
    left = change(left, { field: at.field, negated }, (test) =>
      test.kind === 'number' ? { ...test, spans: test.spans.filter(other) } : test,
    );
  }
  if (to === null) return left;
  return change(left, { field: at.field, negated: to === 'out' }, (test) =>
    test.kind === 'number' ? { ...test, spans: [...test.spans, at.span] } : test,
  );
}

/** One range of days, in place of those there are; null: no range. */
export function withDays(clauses: Clause[], span: DaySpan | null): Clause[] {
  return change(clauses, { field: 'taken', negated: false }, (test) =>
    test.kind === 'taken' ? { ...test, spans: span ? [span] : [], any: span ? false : test.any } : test,
  );
}

/** One area in place of those there are; null: any place or none. */
export function withArea(clauses: Clause[], area: Area | null, negated = false): Clause[] {
  const left = clauses.filter(({ test }) => test.kind !== 'place');
  return area ? [...left, { negated, test: { kind: 'place', area } }] : left;
}

/** All clauses but those on one field. */
export function withoutField(clauses: Clause[], field: FieldName): Clause[] {
  return clauses.filter(({ test }) => fieldOf(test) !== field);
}
