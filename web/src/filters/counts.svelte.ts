// The counts of all facets for the current filter. One request runs at a time, and only the latest filter is queued.

import { aborted, api, ApiError, asApiError } from '../api/client';
import { Latest } from '../api/latest';
import type { Facet, Facets } from '../api/types';

class Counts {
  /** Counts of the last response, kept until the next one arrives. */
  now = $state.raw<Facets | null>(null);
  /** The filter text of `now`. */
  q = $state.raw('');
  error = $state.raw<ApiError | null>(null);
  busy = $state(false);
  readonly #latest = new Latest<string>((q, signal) => this.#send(q, signal));

  get total(): number | null {
    return this.now?.total ?? null;
  }

  facet(name: string): Facet | null {
    return this.now?.facets.find((facet) => facet.name === name) ?? null;
  }

  /** Requests the counts of a filter. */
  ask(q: string): void {
    this.busy = true;
    this.#latest.ask(q);
  }

  async #send(q: string, signal: AbortSignal): Promise<void> {
    try {
      this.now = await api.facets(q, [], signal);
      this.q = q;
      this.error = null;
    } catch (error) {
      if (aborted(error)) return;
      this.error = asApiError(error);
      // A filter that cannot be read leaves the panel as it is; where there is no panel yet, all photos are counted.
      if (!this.now && !this.error.gone) await this.#sendAll(signal);
    }
    if (!this.#latest.waiting) this.busy = false;
  }

  async #sendAll(signal: AbortSignal): Promise<void> {
    try {
      this.now = await api.facets('', [], signal);
      this.q = '';
    } catch {
      // The error of the filter is shown anyway.
    }
  }
}

export const counts = new Counts();
