// The concepts and their status; requested again after every change of the dataset.

import { aborted, ApiError, asApiError } from '../api/client';
import { Latest } from '../api/latest';
import type { ConceptsResponse, ConceptResponse } from '../api/scores';
import { scoring } from '../api/scoring';

class Concepts {
  told = $state.raw<ConceptsResponse | null>(null);
  error = $state.raw<ApiError | null>(null);
  readonly #latest = new Latest<null>((_, signal) => this.#send(signal));

  get names(): string[] {
    return this.told?.concepts.map(({ name }) => name) ?? [];
  }

  get writable(): boolean {
    return this.told?.writable ?? false;
  }

  /** Whether photos have vectors, so that they can be scored, trained on and compared. */
  get seen(): boolean {
    return this.told?.models.some(({ vectors }) => vectors > 0) ?? false;
  }

  of(name: string): ConceptResponse | null {
    return this.told?.concepts.find((concept) => concept.name === name) ?? null;
  }

  /** Takes over what the server says. */
  take(answer: ConceptsResponse): void {
    this.told = answer;
    this.error = null;
  }

  ask(): void {
    this.#latest.ask(null);
  }

  async #send(signal: AbortSignal): Promise<void> {
    try {
      this.take(await scoring.concepts(signal));
    } catch (error) {
      if (!aborted(error)) this.error = asApiError(error);
    }
  }
}

export const concepts = new Concepts();
