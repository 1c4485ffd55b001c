// The server's background job: training or scoring. Polled while it runs.

import { reasonOf } from '../api/client';
import type { Work } from '../api/scores';
import { scoring } from '../api/scoring';
import { concepts } from './concepts.svelte';

const OFTEN_MS = 600;

class Works {
  now = $state.raw<Work | null>(null);
  /** Why it could not start. */
  problem = $state('');
  /** The version of a new head that is not to be used. */
  kept = $state('');
  #timer: ReturnType<typeof setTimeout> | undefined;

  get running(): boolean {
    return this.now?.state === 'running';
  }

  train(concept: string, withText: boolean): Promise<void> {
    return this.#begin(() => scoring.train(concept, withText));
  }

  /** Puts a version of a concept's head in use. */
  adopt(concept: string, version: string): Promise<void> {
    return this.#begin(() => scoring.useHead(concept, version));
  }

  /** The question whether to use a new head was answered with no. */
  keep(version: string): void {
    this.kept = version;
  }

  score(): Promise<void> {
    return this.#begin(() => scoring.score());
  }

  /** Requests the status, and again while the job runs. */
  async look(): Promise<void> {
    try {
      this.#took(await scoring.work());
    } catch {
      // The server is away: what it works at is asked again when it was running.
      if (this.running) this.#again();
    }
  }

  async #begin(how: () => Promise<Work>): Promise<void> {
    this.problem = '';
    try {
      this.#took(await how());
    } catch (error) {
      this.problem = reasonOf(error);
    }
  }

  #took(work: Work): void {
    const ended = this.running && work.state !== 'running';
    this.now = work;
    if (work.state === 'running') this.#again();
    if (ended) concepts.ask();
  }

  #again(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.look(), OFTEN_MS);
  }
}

export const works = new Works();
