// Scorers and the names of their scores: `cage` is the main score, `cage@local` that of one scorer.

/** The scorers that look at the picture, in the order in which the main score is chosen: as `BEST_FIRST` in src/scorers/mod.rs. */
export const LOOKING: readonly string[] = ['trained', 'local', 'vision'];

const order = [...LOOKING, 'text', 'review'];

const names: Record<string, string> = {
  local: 'local model',
  vision: 'Vision',
  trained: 'trained head',
  text: 'text',
  review: 'review',
};

/** `the local model` as a person calls it: `local model`, `Vision`. */
export const scorerName = (scorer: string): string => names[scorer] ?? scorer;

/** A score's name in its parts; `scorer` is null for the main score. */
export function partsOf(score: string): { concept: string; scorer: string | null } {
  const at = score.lastIndexOf('@');
  return at > 0 ? { concept: score.slice(0, at), scorer: score.slice(at + 1) } : { concept: score, scorer: null };
}

/** `cage@local` */
export const sideOf = (concept: string, scorer: string | null): string => (scorer ? `${concept}@${scorer}` : concept);

/** `score.cage` or `score.cage@local`. */
export const fieldOfScore = (concept: string, scorer: string | null = null): string => `score.${sideOf(concept, scorer)}`;

/** Scorers in the order of display: the most trusted first. */
export function inOrder(scorers: readonly string[]): string[] {
  const rank = (scorer: string): number => (order.includes(scorer) ? order.indexOf(scorer) : order.length);
  return scorers.toSorted((a, b) => rank(a) - rank(b) || a.localeCompare(b));
}

/** Which scorer gives the main score of a concept, and why that one; '' while there is no score. */
export function whyMain({ counts, counting, scorers }: { counts: string | null; counting: string | null; scorers: readonly string[] }): string {
  if (counts) return counting ? `Main score: ${scorerName(counting)}, as chosen for this concept.` : `No photo has a score by the chosen scorer, ${scorerName(counts)}.`;
  if (!counting) return '';
  const others = LOOKING.filter((scorer) => scorer !== counting && scorers.includes(scorer));
  const why = others.length > 0 ? `preferred to ${others.map(scorerName).join(' and ')}` : 'the only image scorer with scores';
  return `Main score: ${scorerName(counting)}, ${why}.`;
}

/** A usable threshold without measurements: Vision reports nothing below 0.5, sums of classes are low. */
export function usualCut(scorer: string | null, headCut: number | null | undefined): number {
  if (scorer === 'trained') return headCut ?? 0.5;
  return scorer === 'vision' ? 0.5 : 0.3;
}
