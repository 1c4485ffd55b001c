// A round of labelling: photos sampled over the scores, the position, the answers, and undo.

import { aborted, reasonOf } from '../api/client';
import type { SampledPhoto, Verdict } from '../api/scores';
import { scoring } from '../api/scoring';
import { labels } from './labels.svelte';

/** Photos of a round. */
export const ROUND = 30;
const AHEAD = 3;

export class Session {
  photos = $state.raw<SampledPhoto[]>([]);
  at = $state(0);
  loading = $state(false);
  problem = $state('');
  /** By place in the round; what was skipped has none. */
  said = $state.raw<Record<number, Verdict>>({});
  #seed = 1;
  #request: AbortController | null = null;

  constructor(readonly concept: string) {}

  get now(): SampledPhoto | null {
    return this.photos[this.at] ?? null;
  }

  get over(): boolean {
    return this.photos.length > 0 && this.at >= this.photos.length;
  }

  /** How many photos of this round were labelled. */
  get labelled(): number {
    return Object.keys(this.said).length;
  }

  /** Another round: of the photos of a filter, across the scores of the scorer. */
  async begin(q: string, scorer: string | null = null): Promise<void> {
    this.#request?.abort();
    const { signal } = (this.#request = new AbortController());
    this.loading = true;
    this.problem = '';
    try {
      const { photos } = await scoring.sample(this.concept, { count: ROUND, q, scorer, seed: this.#seed }, signal);
      this.#seed += 1;
      this.photos = photos;
      this.at = 0;
      this.said = {};
      this.#preload();
      this.loading = false;
    } catch (error) {
      if (aborted(error)) return;
      this.problem = reasonOf(error);
      this.loading = false;
    }
  }

  say(verdict: Verdict): void {
    const { now } = this;
    if (!now) return;
    labels.give(this.concept, now.photo.id, verdict);
    this.said = { ...this.said, [this.at]: verdict };
    this.#go(1);
  }

  skip(): void {
    if (this.now) this.#go(1);
  }

  /** Goes back by one photo and clears its label. */
  undo(): void {
    if (this.at === 0) return;
    this.#go(-1);
    const { [this.at]: before, ...rest } = this.said;
    if (before === undefined || !this.now) return;
    this.said = rest;
    labels.give(this.concept, this.now.photo.id, 'cleared');
  }

  stop(): void {
    this.#request?.abort();
  }

  #go(by: 1 | -1): void {
    this.at += by;
    this.#preload();
  }

  #preload(): void {
    for (const { photo } of this.photos.slice(this.at + 1, this.at + 1 + AHEAD)) {
      const source = photo.image ?? photo.thumb;
      if (source) new Image().src = source;
    }
  }
}
