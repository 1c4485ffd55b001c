// The shapes of concepts, reviews, training and likeness in /api/v1.

import type { Tile } from './types';

export interface Sense {
  name: string;
  /** Classes of the local model that are kinds of it. */
  classes: number;
  gloss: string;
}

export interface FoundSense extends Sense {
  lemmas: string[];
}

export interface Head {
  trained_at: string;
  labels: number;
  yes: number;
  no: number;
  /** Where its labels came from: `reviews`, searches, scores. */
  labels_from: string;
  /** Of photos that the head did not learn from, 0..=1. */
  auc: number | null;
  precision: number | null;
  recall: number | null;
  cut: number | null;
  with_text: boolean;
  report: boolean;
  /** There are newer reviews. */
  stale: boolean;
}

export interface ConceptTold {
  name: string;
  words: string[];
  senses: Sense[];
  /** `settings` (gleaner.toml) cannot be changed here. */
  from: 'settings' | 'dataset';
  /** The scorer chosen; null: the best of trained, local, vision. */
  counts: string | null;
  /** The scorer whose opinion the bare score is now. */
  counting: string | null;
  scorers: string[];
  /** A sentence, when words alone cannot tell. */
  needs_training: string | null;
  reviews: { yes: number; no: number; unsure: number };
  head: Head | null;
  /** Why the head that is there cannot be used. */
  head_fault: string | null;
}

export interface ConceptsAnswer {
  concepts: ConceptTold[];
  /** Whether reviews, concepts and heads can be kept. */
  writable: boolean;
  /** How many photos a model has seen. */
  models: { name: string; vectors: number }[];
  /** Whether pictures can be searched by words. */
  words_model: boolean;
}

export interface ConceptChange {
  words: string[];
  senses: string[];
  counts?: string | null;
}

export type Verdict = 'yes' | 'no' | 'unsure';

export interface SampledPhoto {
  photo: Tile;
  score: number | null;
}

export interface Reviewed {
  photo: Tile;
  verdict: Verdict;
  by: string;
  at: string;
  score: number | null;
}

export interface CutPoint {
  cut: number;
  precision: number | null;
  precision_low: number | null;
  precision_high: number | null;
  recall: number | null;
  recall_low: number | null;
  recall_high: number | null;
  /** Photos at or above. */
  above: number;
}

export interface CutAnswer {
  scorer: string | null;
  /** Labels used. */
  yes: number;
  no: number;
  /** Scored photos. */
  photos: number;
  edges: number[];
  bins: number[];
  yes_bins: number[];
  no_bins: number[];
  points: CutPoint[];
  recommended: { cut: number; precision: number; recall: number; why: string } | null;
  enough: boolean;
  /** What to do next. */
  advice: string;
}

export interface Confusion {
  photo: Tile;
  score: number;
  verdict: 'yes' | 'no';
}

export interface Work {
  kind: 'none' | 'train' | 'score';
  concept: string | null;
  state: 'idle' | 'running' | 'done' | 'failed';
  done: number;
  total: number;
  message: string;
  started_at: string | null;
  /** After training: mistakes on photos that the head did not learn from, worst first. */
  confusions: Confusion[];
}

export interface SimilarAnswer {
  photos: { photo: Tile; likeness: number }[];
  model: string;
  /** Photos compared. */
  seen: number;
}
