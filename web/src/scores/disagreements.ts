// Where scorers disagree, as clauses of the filter.

import type { ConceptResponse } from '../api/scores';
import { numberField, print, type Clause, type Span } from '../state/filter';
import { fieldOf } from '../state/filter';
import { fieldOfScore, partsOf, usualCut } from './scorers';

export interface Disagreement {
  label: string;
  clauses: Clause[];
}

type Told = Pick<ConceptResponse, 'name' | 'counting' | 'scorers' | 'head'>;

const at = (value: number): Span => ({ min: value, max: value });
const from = (value: number): Span => ({ min: value, max: null });
const under = (value: number): Span => ({ min: null, max: value, below: true });

/** The pairs of scorers of a concept that can be compared, each as an ordinary filter. */
export function disagreements({ name, counting, scorers, head }: Told): Disagreement[] {
  const clause = (scorer: string | null, span: Span): Clause => ({
    negated: false,
    test: { kind: 'number', field: numberField(fieldOfScore(name, scorer)), spans: [span], none: false, any: false },
  });
  const cut = usualCut(counting, head?.cut);
  const has = (...names: string[]): boolean => names.every((one) => scorers.includes(one));
  const looks = counting !== null && counting !== 'text' && counting !== 'review';
  const found: [boolean, string, Clause[]][] = [
    [looks && has('text'), 'In text, not in image', [clause('text', at(1)), clause(null, under(cut))]],
    [looks && has('text'), 'In image, not in text', [clause('text', at(0)), clause(null, from(cut))]],
    [has('local', 'vision'), 'Local model yes, Vision no', [clause('local', from(0.3)), clause('vision', under(0.5))]],
    [has('local', 'vision'), 'Vision yes, local model no', [clause('local', under(0.3)), clause('vision', from(0.5))]],
    [looks && has('review'), 'Reviewed yes, low score', [clause('review', at(1)), clause(null, under(cut))]],
    [looks && has('review'), 'Reviewed no, high score', [clause('review', at(0)), clause(null, from(cut))]],
  ];
  return found.filter(([there]) => there).map(([, label, clauses]) => ({ label, clauses }));
}

/** All clauses but those on scores of a concept. */
export function withoutConcept(clauses: readonly Clause[], concept: string): Clause[] {
  return clauses.filter(({ test }) => {
    const field = fieldOf(test);
    return !field.startsWith('score.') || partsOf(field.slice('score.'.length)).concept !== concept;
  });
}

/** Whether the filter's clauses on the concept are these. */
export function holds(clauses: readonly Clause[], concept: string, wanted: readonly Clause[]): boolean {
  const rest = withoutConcept(clauses, concept);
  const own = clauses.filter((clause) => !rest.includes(clause));
  return print({ clauses: own }) === print({ clauses: [...wanted] });
}
