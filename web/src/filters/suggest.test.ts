import { expect, test } from 'vitest';
import { fieldNames, wordAt } from './suggest';

test('a name of a field is suggested while it is typed, also behind a minus', () => {
  expect(wordAt('macaque cou', 11)).toEqual({ from: 8, to: 11, field: null, typed: 'cou' });
  expect(wordAt('-cou', 4)).toEqual({ from: 1, to: 4, field: null, typed: 'cou' });
  expect(fieldNames('cou', []).map(({ text }) => text)).toEqual(['country:']);
});

test('a value is suggested behind its colon or comma, also within quotes', () => {
  expect(wordAt('country:IN,M', 12)).toEqual({ from: 11, to: 12, field: 'country', typed: 'M' });
  expect(wordAt('term:"monkey w', 14)).toEqual({ from: 5, to: 14, field: 'term', typed: 'monkey w' });
});

test('concepts with blanks come in quotes', () => {
  expect(fieldNames('score', ['cage', 'wild animal']).map(({ text }) => text)).toEqual(['score.cage:', 'score."wild animal":']);
});
