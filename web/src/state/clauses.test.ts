import { expect, test } from 'vitest';
import { noneStandingOf, spanStandingOf, standingOf, UNDER_FLOOR, withArea, withDays, withoutField, withSpan, withSpanTo, withUnknown, withValue } from './clauses';
import { print, type Clause } from './filter';

const text = (clauses: Clause[]): string => print({ clauses });
const india = withValue([], { field: 'country', value: 'IN' }, 'in');

test('values asked for gather in one clause, values excluded in another', () => {
  const more = withValue(india, { field: 'country', value: 'MY' }, 'in');
  const less = withValue(more, { field: 'country', value: 'JP' }, 'out');
  expect(text(less)).toBe('country:IN,MY -country:JP');
  expect(standingOf(less, 'country', 'jp')).toBe('out');
  expect(standingOf(less, 'country', 'MY')).toBe('in');
  expect(standingOf(less, 'country', 'TH')).toBeNull();
});

test('excluding a value that was asked for moves it', () => {
  expect(text(withValue(india, { field: 'country', value: 'IN' }, 'out'))).toBe('-country:IN');
});

test('the last value takes its clause with it', () => {
  expect(withValue(india, { field: 'country', value: 'IN' }, null)).toEqual([]);
});

test('a range replaces the range before and keeps what was said of unknown', () => {
  const first = withSpan([], 'score.monkey', { min: 0.45, max: null });
  const unknown = withUnknown(first, 'score.monkey', 'in');
  expect(text(unknown)).toBe('score.monkey:>=0.45,none');
  expect(text(withSpan(unknown, 'score.monkey', { min: 0.2, max: 0.8 }))).toBe('score.monkey:0.2..0.8,none');
  expect(text(withSpan(unknown, 'score.monkey', null))).toBe('score.monkey:none');
  expect(noneStandingOf(unknown, 'score.monkey')).toBe('in');
});

test('unknown alone is excluded by asking for any', () => {
  const known = withUnknown([], 'taken', 'out');
  expect(text(known)).toBe('taken:any');
  expect(noneStandingOf(known, 'taken')).toBe('out');
  expect(text(withDays(known, { from: '2019-01-01', to: null }))).toBe('taken:2019..');
  expect(withUnknown(known, 'taken', null)).toEqual([]);
});

test('one area stands at a time', () => {
  const box = withArea(india, { shape: 'box', west: 1, south: 2, east: 3, north: 4 });
  expect(text(withArea(box, { shape: 'any' }, true))).toBe('country:IN place:none');
  expect(text(withArea(box, null))).toBe('country:IN');
});

test('a field is cleared as a whole', () => {
  const both = withValue(india, { field: 'country', value: 'JP' }, 'out');
  expect(withoutField(both, 'country')).toEqual([]);
});

test('what lies under a floor is asked for beside a range, excluded, or neither', () => {
  const floor = { field: 'score.cage@vision', span: UNDER_FLOOR };
  const ranged = withSpan(withSpanTo([], floor, 'in'), 'score.cage@vision', { min: 0.5, max: null });
  expect(text(ranged)).toBe('score.cage@vision:>=0.5,<0');
  expect(spanStandingOf(ranged, floor.field, UNDER_FLOOR)).toBe('in');
  expect(text(withSpan(ranged, floor.field, null))).toBe('score.cage@vision:<0');
  expect(text(withSpanTo(ranged, floor, 'out'))).toBe('score.cage@vision:>=0.5 -score.cage@vision:<0');
  expect(text(withSpanTo(ranged, floor, null))).toBe('score.cage@vision:>=0.5');
});
