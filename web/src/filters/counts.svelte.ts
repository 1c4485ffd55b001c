// The counts of all facets for the current filter: one request under way, the latest question next, no flicker.

import { aborted, api, ApiError } from '../api/client';
import type { Facet, Facets } from '../api/types';

/** After so many milliseconds an answer that is no longer asked for is given up. */
const patience = 250;

class Counts {
  /** Of the last answer; stays while the next is on its way. */
  now = $state.raw<Facets | null>(null);
  /** The filter text that `now` answers. */
  q = $state.raw('');
  error = $state.raw<ApiError | null>(null);
  busy = $state(false);
  #asked: string | null = null;
  #under: { request: AbortController; since: number } | null = null;

  get total(): number | null {
    return this.now?.total ?? null;
  }

  facet(name: string): Facet | null {
    return this.now?.facets.find((facet) => facet.name === name) ?? null;
  }

  /** Asks for the counts of a filter, at the next frame. */
  ask(q: string): void {
    const waiting = this.#asked !== null;
    this.#asked = q;
    this.busy = true;
    if (waiting) return;
    if (this.#under && performance.now() - this.#under.since < patience) return;
    this.#under?.request.abort();
    requestAnimationFrame(() => void this.#next());
  }

  async #next(): Promise<void> {
    const q = this.#asked;
    if (q === null) return;
    this.#asked = null;
    const request = new AbortController();
    this.#under = { request, since: performance.now() };
    try {
      const answer = await api.facets(q, [], request.signal);
      this.now = answer;
      this.q = q;
      this.error = null;
    } catch (error) {
      if (aborted(error)) return;
      this.error = error instanceof ApiError ? error : new ApiError(String(error), 0);
    }
    this.#under = null;
    if (this.#asked !== null) void this.#next();
    else this.busy = false;
  }
}

export const counts = new Counts();
