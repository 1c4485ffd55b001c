import { expect, test } from 'vitest';
import { numberField, type Clause, type Span } from '../state/filter';
import { clauseLabel, excludes, fieldLabel, scoreText, unknownLabel } from './labels';

const words = (name: string, span: Span): string => {
  const clause: Clause = { negated: false, test: { kind: 'number', field: numberField(name), spans: [span], none: false, any: false } };
  return clauseLabel(clause, (_, value) => value).join(' ');
};

test('clauses on scores say whose score and how high', () => {
  expect(words('score.cage@local', { min: 0.3, max: null })).toBe('cage by local model ≥ 0.30');
  expect(words('score.cage', { min: null, max: 0.3, below: true })).toBe('cage < 0.30');
  expect(words('score.cage', { min: 0.2, max: 0.8 })).toBe('cage 0.20 – 0.80');
  expect(words('score.cage@vision', { min: null, max: 0, below: true })).toBe('cage by Vision below the scorer’s minimum');
});

test('texts and reviews say yes or no', () => {
  expect(words('score.cage@text', { min: 1, max: 1 })).toBe('cage by text found');
  expect(words('score.cage@text', { min: 0, max: 0 })).toBe('cage by text not found');
  expect(words('score.cage@review', { min: 0, max: 0 })).toBe('cage by review no');
  expect(words('score.cage', { min: 1, max: 1 })).toBe('cage = 1.00');
});

test('a score has two digits, and three where two would say 0 or 1', () => {
  expect([0, 0.004, 0.01, 0.0151, 0.437, 0.98499, 0.991, 1].map(scoreText)).toEqual(['0.00', '0.004', '0.01', '0.02', '0.44', '0.98', '0.991', '1.00']);
});

test('a photo without a score is called so', () => {
  expect(unknownLabel('score.cage@local')).toBe('Not scored');
  expect(unknownLabel('score.cage@review')).toBe('Not reviewed');
  expect(fieldLabel('score.wild animal')).toBe('wild animal');
});

test('a chip says once that a value is missing', () => {
  const chip = (clause: Clause): string => `${excludes(clause) ? 'not ' : ''}${clauseLabel(clause, (_, value) => value).join(' ')}`;
  const country = (negated: boolean, values: string[]): Clause => ({ negated, test: { kind: 'choice', field: 'country', values, none: false, any: true } });
  expect(chip({ negated: true, test: { kind: 'place', area: { shape: 'any' } } })).toBe('Place not on the map');
  expect(chip({ negated: false, test: { kind: 'place', area: { shape: 'any' } } })).toBe('Place on the map');
  expect(chip(country(true, []))).toBe(`${fieldLabel('country')} ${unknownLabel('country').toLowerCase()}`);
  expect(chip(country(true, ['MY']))).toBe(`not ${fieldLabel('country')} MY or known`);
});
