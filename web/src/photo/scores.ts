// The scores of a photo as rows, grouped by concept.

import { inOrder, partsOf } from '../scores/scorers';

/** `floor`: below the reporting threshold; `none`: not scored. */
export type Told = { kind: 'value'; value: number } | { kind: 'floor' } | { kind: 'none' };

export interface ConceptScores {
  concept: string;
  /** The concept's main score. */
  main: Told;
  sides: { scorer: string; told: Told }[];
}

const toldOf = (score: number | null | undefined): Told =>
  score === undefined ? { kind: 'none' } : score === null ? { kind: 'floor' } : { kind: 'value', value: score };

/** Concepts in the order told, then those that only the photo knows. A scorer that judged other photos, but not this
 *  one, has a row that says so. */
export function scoresOf(
  scores: Readonly<Record<string, number | null>>,
  told: readonly { name: string; scorers: readonly string[] }[],
): ConceptScores[] {
  const parts = Object.keys(scores).map(partsOf);
  const names = [...new Set([...told.map(({ name }) => name), ...parts.map(({ concept }) => concept)])];
  return names.map((concept) => {
    const own = parts.flatMap((part) => (part.concept === concept && part.scorer ? [part.scorer] : []));
    const usual = told.find(({ name }) => name === concept)?.scorers ?? [];
    const scorers = inOrder([...new Set([...usual, ...own])]).filter((scorer) => scorer !== 'review');
    return {
      concept,
      main: toldOf(scores[concept]),
      sides: scorers.map((scorer) => ({ scorer, told: toldOf(scores[`${concept}@${scorer}`]) })),
    };
  });
}
