import { expect, test } from 'vitest';
import { dayNumber } from './labels';
import { typedBound } from './typed';

test('a comma is the point of a score and groups the digits of a count', () => {
  expect(typedBound('score.monkey', '0,45')).toBe(0.45);
  expect(typedBound('latitude', '-5,5')).toBe(-5.5);
  expect(typedBound('views', '12,345')).toBe(12345);
});

test('a year that is still being typed is no day yet', () => {
  expect(typedBound('taken', '0002-05-04')).toBeUndefined();
  expect(typedBound('taken', '0201-05-04')).toBeUndefined();
  expect(typedBound('taken', '2019-05-04')).toBe(dayNumber('2019-05-04'));
});

test('nothing typed is an open end, and what is no number is not taken', () => {
  expect(typedBound('views', '  ')).toBeNull();
  expect(typedBound('views', 'many')).toBeUndefined();
});
