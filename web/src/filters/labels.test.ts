import { expect, test } from 'vitest';
import { numberField, type Clause, type Span } from '../state/filter';
import { clauseLabel, fieldLabel, unknownLabel } from './labels';

const words = (name: string, span: Span): string => {
  const clause: Clause = { negated: false, test: { kind: 'number', field: numberField(name), spans: [span], none: false, any: false } };
  return clauseLabel(clause, (_, value) => value).join(' ');
};

test('clauses on scores say whose score and how high', () => {
  expect(words('score.cage@local', { min: 0.3, max: null })).toBe('cage by local model ≥ 0.3');
  expect(words('score.cage', { min: null, max: 0.3, below: true })).toBe('cage < 0.3');
  expect(words('score.cage', { min: 0.2, max: 0.8 })).toBe('cage 0.2 – 0.8');
  expect(words('score.cage@vision', { min: null, max: 0, below: true })).toBe('cage by Vision below minimum');
});

test('words and reviews say yes or no', () => {
  expect(words('score.cage@text', { min: 1, max: 1 })).toBe('cage by words say so');
  expect(words('score.cage@text', { min: 0, max: 0 })).toBe('cage by words do not say so');
  expect(words('score.cage@review', { min: 0, max: 0 })).toBe('cage by review no');
  expect(words('score.cage', { min: 1, max: 1 })).toBe('cage = 1');
});

test('a photo without a score is called so', () => {
  expect(unknownLabel('score.cage@local')).toBe('Not scored');
  expect(unknownLabel('score.cage@review')).toBe('Not reviewed');
  expect(fieldLabel('score.wild animal')).toBe('wild animal');
});
