import { expect, test } from 'vitest';
import type { Facet, Histogram } from '../api/types';
import { arranged, isYesOrNo } from './groups';
import { partsOf } from './scorers';

const none = { count: 0, all: 0 };
const histogram = (name: string, all = [1, 0, 1]): Histogram & { kind: 'histogram' } => ({
  kind: 'histogram',
  name,
  scale: 'linear',
  edges: [0, 1 / 3, 2 / 3, 1],
  all,
  counts: all,
  none,
  min: 0,
  max: 1,
});
const choices = (name: string): Facet => ({ kind: 'choices', name, values: [], none, more: 0 });
const names = (facets: Facet[], told: string[] = []): string[] =>
  arranged(facets, told).map((entry) => (entry.kind === 'facet' ? entry.facet.name : `[${entry.name}]`));

test('all scores of a concept are one group, where the first score stood', () => {
  const facets = [choices('term'), histogram('score.cage@text'), histogram('views'), histogram('score.cage'), histogram('score.cage@local')];
  expect(names(facets)).toEqual(['term', '[cage]', 'views']);
  const [, group] = arranged(facets, []);
  expect(group).toMatchObject({ main: { name: 'score.cage' }, sides: [{ scorer: 'local' }, { scorer: 'text' }] });
});

test('a concept without scores has a group as well, after the search terms', () => {
  expect(names([choices('term'), choices('country')], ['cage'])).toEqual(['term', '[cage]', 'country']);
  expect(arranged([choices('term')], ['cage'])[1]).toMatchObject({ main: null, sides: [] });
});

test('without any concept nothing is added', () => {
  expect(names([choices('country')])).toEqual(['country']);
});

test('concepts come in the order told, those that only photos know of last', () => {
  expect(names([histogram('score.ape'), histogram('score.monkey'), histogram('score.cage')], ['monkey', 'cage'])).toEqual(['[monkey]', '[cage]', '[ape]']);
});

test('a concept of several words keeps them, whatever the scorer', () => {
  expect(partsOf('wild animal@vision')).toEqual({ concept: 'wild animal', scorer: 'vision' });
  expect(partsOf('wild animal')).toEqual({ concept: 'wild animal', scorer: null });
});

test('reviews and words that know only yes and no are rows, all else is a slider', () => {
  expect(isYesOrNo(histogram('score.cage@review'))).toBe(true);
  expect(isYesOrNo(histogram('score.cage@text', [4, 1, 2]))).toBe(false);
  expect(isYesOrNo(histogram('score.cage@local'))).toBe(false);
  expect(isYesOrNo(histogram('score.cage'))).toBe(false);
});
