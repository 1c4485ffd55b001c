// Requests about concepts, their scores and reviews, training and similar photos.

import { abortable, body, client, own, url } from './client';
import type { ConceptChange, ConceptsResponse, Reviewed, Verdict, Work } from './scores';

const named = (name: string) => ({ params: { path: { name } } });

const by = (scorer?: string | null): { scorer?: string } => (scorer ? { scorer } : {});

export interface Like {
  /** Photos similar to this one. */
  photo?: string;
  /** Photos that match this description. */
  words?: string;
  q?: string;
  limit?: number;
}

export const scoring = {
  concepts: (signal?: AbortSignal) => body(client.GET('/api/v1/concepts', abortable(signal))) as Promise<ConceptsResponse>,
  saveConcept: (name: string, change: ConceptChange) =>
    body(client.PUT('/api/v1/concepts/{name}', { ...named(name), ...own, body: change })) as Promise<ConceptsResponse>,
  deleteConcept: (name: string) =>
    body(client.DELETE('/api/v1/concepts/{name}', { ...named(name), ...own })) as Promise<ConceptsResponse>,

  /** Meanings of a word, and how many classes of the local model are kinds of it. */
  senses: (word: string, signal?: AbortSignal) =>
    body(client.GET('/api/v1/senses', { params: { query: { word } }, ...abortable(signal) })),

  /** Photos to label: from the whole range of scores, not reviewed yet, the most useful first. */
  sample: (
    name: string,
    { scorer, ...query }: { count: number; q: string; scorer?: string | null; seed: number },
    signal?: AbortSignal,
  ) =>
    body(
      client.GET('/api/v1/concepts/{name}/sample', {
        params: { path: { name }, query: { ...query, ...by(scorer) } },
        ...abortable(signal),
      }),
    ),

  reviews: (name: string, signal?: AbortSignal) =>
    body(client.GET('/api/v1/concepts/{name}/reviews', { ...named(name), ...abortable(signal) })) as Promise<{ reviews: Reviewed[] }>,

  review: (name: string, by: string, photo: string, verdict: Verdict | 'cleared') =>
    body(client.PUT('/api/v1/concepts/{name}/reviews', { ...named(name), ...own, body: { by, reviews: [{ photo, verdict }] } })),

  cut: (name: string, scorer: string | null, signal?: AbortSignal) =>
    body(client.GET('/api/v1/concepts/{name}/cut', { params: { path: { name }, query: by(scorer) }, ...abortable(signal) })),

  train: (name: string, withText: boolean) =>
    body(client.POST('/api/v1/concepts/{name}/train', { ...named(name), ...own, body: { with_text: withText } })) as Promise<Work>,

  /** Puts a version of a concept's head in use and scores all photos again. */
  useHead: (name: string, version: string) =>
    body(client.PUT('/api/v1/concepts/{name}/head', { ...named(name), ...own, body: { version } })) as Promise<Work>,

  /** Scores all photos again and computes missing embeddings. */
  score: () => body(client.POST('/api/v1/score', own)) as Promise<Work>,

  work: (signal?: AbortSignal) => body(client.GET('/api/v1/work', abortable(signal))) as Promise<Work>,

  reportAddress: (name: string, version?: string): string => url(`concepts/${encodeURIComponent(name)}/report`, { version }),

  similar: (like: Like, signal?: AbortSignal) =>
    body(client.GET('/api/v1/similar', { params: { query: like }, ...abortable(signal) })),
};
