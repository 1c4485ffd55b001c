// Asking for concepts, their scores and reviews, training and likeness.

import { ask, change, url } from './client';
import type {
  ConceptChange,
  ConceptsResponse,
  ThresholdResponse,
  Reviewed,
  SampledPhoto,
  Sense,
  SimilarResponse,
  Verdict,
  Work,
} from './scores';

const conceptPath = (name: string, rest = ''): string => `concepts/${encodeURIComponent(name)}${rest}`;

const changed = async <T>(...how: Parameters<typeof change>): Promise<T> => (await (await change(...how)).json()) as T;

export interface Like {
  /** Photos like this one. */
  photo?: string;
  /** Photos that these words describe. */
  words?: string;
  q?: string;
  limit?: number;
}

export const scoring = {
  concepts: (signal?: AbortSignal) => ask<ConceptsResponse>('concepts', {}, signal),
  saveConcept: (name: string, how: ConceptChange) => changed<ConceptsResponse>('PUT', conceptPath(name), how),
  deleteConcept: (name: string) => changed<ConceptsResponse>('DELETE', conceptPath(name)),

  /** What a word can mean, and how many classes of the local model are kinds of it. */
  senses: (word: string, signal?: AbortSignal) => ask<{ senses: Sense[] }>('senses', { word }, signal),

  /** Photos to label: across the range of scores, not reviewed yet, the most useful first. */
  sample: (name: string, query: { count: number; q: string; scorer?: string | null; seed: number }, signal?: AbortSignal) =>
    ask<{ photos: SampledPhoto[] }>(conceptPath(name, '/sample'), query, signal),

  reviews: (name: string, signal?: AbortSignal) => ask<{ reviews: Reviewed[] }>(conceptPath(name, '/reviews'), {}, signal),

  review: (name: string, by: string, photo: string, verdict: Verdict | 'cleared') =>
    changed<unknown>('PUT', conceptPath(name, '/reviews'), { by, reviews: [{ photo, verdict }] }),

  cut: (name: string, scorer: string | null, signal?: AbortSignal) =>
    ask<ThresholdResponse>(conceptPath(name, '/cut'), { scorer }, signal),

  train: (name: string, withText: boolean) => changed<Work>('POST', conceptPath(name, '/train'), { with_text: withText }),

  /** Judges all photos anew, looking at those that no model has seen. */
  score: () => changed<Work>('POST', 'score', {}),

  work: (signal?: AbortSignal) => ask<Work>('work', {}, signal),

  reportAddress: (name: string): string => url(conceptPath(name, '/report')),

  similar: (like: Like, signal?: AbortSignal) => ask<SimilarResponse>('similar', { ...like }, signal),
};
