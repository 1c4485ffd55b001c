// Facets as the panel shows them: all scores of one concept are one group.

import type { Facet, Histogram } from '../api/types';
import { inOrder, partsOf } from './scorers';

export interface ConceptFacets {
  kind: 'concept';
  name: string;
  /** The main score; null if there is none yet. */
  main: Histogram | null;
  sides: { scorer: string; histogram: Histogram }[];
}

export type Entry = { kind: 'facet'; facet: Facet } | ConceptFacets;

const isScore = ({ name }: Facet): boolean => name.startsWith('score.');

/** Concepts in the given order, then those that only occur in photos. */
function conceptsOf(scores: Histogram[], told: readonly string[]): ConceptFacets[] {
  const parts = scores.map((histogram) => ({ histogram, ...partsOf(histogram.name.slice('score.'.length)) }));
  const names = [...new Set([...told, ...parts.map(({ concept }) => concept)])];
  return names.map((name) => {
    const own = parts.filter(({ concept }) => concept === name);
    const sides = inOrder(own.flatMap(({ scorer }) => scorer ?? [])).flatMap((scorer) => {
      const histogram = own.find((part) => part.scorer === scorer)?.histogram;
      return histogram ? [{ scorer, histogram }] : [];
    });
    return { kind: 'concept', name, main: own.find(({ scorer }) => scorer === null)?.histogram ?? null, sides };
  });
}

/** Concepts are at the position of the first score, or after the search terms if there is none. */
export function arranged(facets: readonly Facet[], told: readonly string[]): Entry[] {
  const scores = facets.filter(isScore).filter((facet) => facet.kind === 'histogram');
  const concepts = conceptsOf(scores, told);
  const rest = facets.filter((facet) => !isScore(facet)).map((facet): Entry => ({ kind: 'facet', facet }));
  const first = facets.findIndex(isScore);
  const at = first >= 0 ? first : rest.findIndex((entry) => entry.kind === 'facet' && entry.facet.name === 'term') + 1;
  return rest.toSpliced(at, 0, ...concepts);
}

/** Whether a score says only yes or no: a review, or words that were found or not. */
export function isYesOrNo({ name, all, under_floor }: Histogram): boolean {
  const { scorer } = partsOf(name);
  if (scorer !== 'review' && scorer !== 'text') return false;
  return !under_floor && all.every((count, at) => count === 0 || at === 0 || at === all.length - 1);
}
