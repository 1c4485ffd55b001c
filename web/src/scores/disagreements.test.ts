import { expect, test } from 'vitest';
import { withValue } from '../state/clauses';
import { print } from '../state/filter';
import { disagreements, holds, withoutConcept } from './disagreements';

const head = { version: '0123456789ab', trained_at: '', labels: 9, labels_from: 'reviews', yes: 5, no: 4, auc: 1, precision: 1, recall: 1, cut: 0.62, with_text: false, report: true, stale: false };
const texts = (told: Parameters<typeof disagreements>[0]): string[] => disagreements(told).map(({ clauses }) => print({ clauses }));

test('only scorers that exist are held against each other', () => {
  expect(texts({ name: 'cage', counting: 'local', scorers: ['local'], head: null })).toEqual([]);
  expect(texts({ name: 'cage', counting: 'local', scorers: ['local', 'text'], head: null })).toEqual([
    'score.cage@text:1 score.cage:<0.3',
    'score.cage@text:0 score.cage:>=0.3',
  ]);
});

test('words are not held against themselves', () => {
  expect(texts({ name: 'cage', counting: 'text', scorers: ['text', 'review'], head: null })).toEqual([]);
});

test('the cut of a head is used while the head counts', () => {
  const told = { name: 'cage', scorers: ['local', 'trained', 'review'], head };
  expect(texts({ ...told, counting: 'trained' })).toEqual(['score.cage@review:1 score.cage:<0.62', 'score.cage@review:0 score.cage:>=0.62']);
  expect(texts({ ...told, counting: 'local' })[0]).toBe('score.cage@review:1 score.cage:<0.3');
});

test('the local model and Vision are held against each other both ways', () => {
  expect(texts({ name: 'cage', counting: 'local', scorers: ['local', 'vision'], head: null })).toEqual([
    'score.cage@local:>=0.3 score.cage@vision:<0.5',
    'score.cage@local:<0.3 score.cage@vision:>=0.5',
  ]);
});

test('a disagreement takes the place of what was asked of the concept, and of nothing else', () => {
  const [first] = disagreements({ name: 'cage', counting: 'local', scorers: ['local', 'text'], head: null });
  const other = disagreements({ name: 'cages', counting: 'local', scorers: ['local', 'text'], head: null })[0]?.clauses ?? [];
  const clauses = [...withValue([], { field: 'country', value: 'IN' }, 'in'), ...other, ...(first?.clauses ?? [])];
  expect(holds(clauses, 'cage', first?.clauses ?? [])).toBe(true);
  expect(holds(clauses.slice(0, -1), 'cage', first?.clauses ?? [])).toBe(false);
  expect(print({ clauses: withoutConcept(clauses, 'cage') })).toBe('country:IN score.cages@text:1 score.cages:<0.3');
});
