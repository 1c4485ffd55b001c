/// <reference types="node" />
import { existsSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { namesPlace, print, printNumber, type Clause, type Test } from './filter';

const clause = (test: Test, negated = false): Clause => ({ negated, test });
const printed = (...clauses: Clause[]): string => print({ clauses });

test('words stand as they are, phrases and words of the language in quotes', () => {
  const text = (text: string): string => printed(clause({ kind: 'text', text }));
  expect(text('macaque')).toBe('macaque');
  expect(text('日本猿')).toBe('日本猿');
  expect(text('snow monkey')).toBe('"snow monkey"');
  expect(text('NOT')).toBe('"NOT"');
  expect(text('-cage')).toBe('"-cage"');
  expect(text("'tis")).toBe('"\'tis"');
  expect(text('score.monkey')).toBe('"score.monkey"');
  expect(text('say "hi" \\ bye')).toBe('"say \\"hi\\" \\\\ bye"');
});

test('values come by comma, then none and any', () => {
  const choice = clause({ kind: 'choice', field: 'country', values: ['IN', 'MY'], none: true, any: false }, true);
  expect(printed(choice)).toBe('-country:IN,MY,none');
});

test('spans are printed in their shortest canonical form', () => {
  const span = (min: number | null, max: number | null, above = false, below = false): string =>
    printed(
      clause({ kind: 'number', field: { score: 'monkey' }, spans: [{ min, max, above, below }], none: false, any: false }),
    );
  expect(span(0.45, null)).toBe('score.monkey:>=0.45');
  expect(span(0.45, null, true)).toBe('score.monkey:>0.45');
  expect(span(null, 0.5)).toBe('score.monkey:<=0.5');
  expect(span(0.2, 0.8, false, true)).toBe('score.monkey:0.2..<0.8');
  expect(span(1, 1)).toBe('score.monkey:1');
});

test('days are printed as years, months or days', () => {
  const taken = (from: string | null, to: string | null): string =>
    printed(clause({ kind: 'taken', spans: [{ from, to }], none: false, any: false }));
  expect(taken('2019-01-01', '2019-12-31')).toBe('taken:2019');
  expect(taken('2019-05-01', '2020-02-29')).toBe('taken:2019-05..2020-02');
  expect(taken('2019-05-04', '2019-05-04')).toBe('taken:2019-05-04');
  expect(taken('2019-01-01', null)).toBe('taken:2019..');
});

test('numbers have no exponent', () => {
  expect(printNumber(1e-7)).toBe('0.0000001');
  expect(printNumber(1.5e21)).toBe('1500000000000000000000');
  expect(printNumber(-0.25)).toBe('-0.25');
});

test('a text that says where something is is known', () => {
  for (const text of ['near:5.8,118.1,25km', 'term:zoo -NEAR:1,2,3km', 'box:1,2,3,4', 'polygon:1,2,3,4,5,6', 'cell:8428309ffffffff']) {
    expect(namesPlace(text)).toBe(true);
  }
  for (const text of [null, '', 'place:any country:MY', 'linear:1']) expect(namesPlace(text)).toBe(false);
});

interface Vector {
  canonical: string;
  filter: { clauses: Clause[] };
}

const vectors = new URL('../../../tests/fixtures/filters.json', import.meta.url);

test.runIf(existsSync(vectors))('every filter is printed as the server prints it', () => {
  const all = JSON.parse(readFileSync(vectors, 'utf8')) as Vector[];
  for (const { canonical, filter } of all) expect(print(filter)).toBe(canonical);
});
