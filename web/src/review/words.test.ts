import { expect, test } from 'vitest';
import { aboveWords, curveTable, cutWords, missing, missingWords } from './words';

const point = {
  cut: 0.42,
  precision: 0.957,
  precision_low: 0.88,
  precision_high: 0.99,
  recall: 0.91,
  recall_low: 0.8,
  recall_high: 0.97,
  above: 812,
};

test('a cut is said of hundred photos', () => {
  expect(cutWords(point)).toBe('Of 100 photos shown about 96 (88–99) show it; of 100 that show it about 91 (80–97) are found.');
  expect(aboveWords(point, 1203)).toBe('812 of 1,203 scored photos are at or above it.');
});

test('what is not known is said to be unknown', () => {
  expect(cutWords({ ...point, precision: null })).toMatch(/^The precision is not known yet; of 100/);
  expect(cutWords(null)).toBe('No photo has a score this high.');
});

test('the table says the same as the curve', () => {
  expect(curveTable([point]).rows).toEqual([['0.42', '96 %', '88–99 %', '91 %', '80–97 %', 812]]);
  expect(curveTable([{ ...point, recall: null, recall_low: null, recall_high: null }]).rows[0]?.slice(3, 5)).toEqual(['not known', '–']);
});

test('without labels of both kinds the panel says which are missing', () => {
  expect(missingWords({ yes: 0, no: 0 })).toMatch(/^There are no labels yet/);
  expect(missingWords({ yes: 3, no: 0 })).toBe('All labels are yes. Label some photos that do not show it to estimate precision and recall.');
  expect(missingWords({ yes: 0, no: 1 })).toMatch(/^All labels are no\. Label some photos that show it/);
});

test('what is missing before a head can be trained', () => {
  expect(missing({ yes: 1, no: 4 })).toBe('3 more yes');
  expect(missing({ yes: 0, no: 0 })).toBe('4 more yes and 4 more no');
  expect(missing({ yes: 4, no: 9 })).toBe('');
});
