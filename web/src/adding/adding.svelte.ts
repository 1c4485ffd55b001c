// The search that adds photos: polled while it runs. What was entered stays while the dialog is closed.

import { ApiError, asApiError } from '../api/client';
import { searching, type Cost, type NamesResponse, type SearchRequest, type SearchResponse, type SourceListing, type SourcesResponse } from '../api/search';
import { blank, isAmbiguous, type Entries, type Mistake } from './form';

const OFTEN_MS = 700;
const AGAIN_MS = 3_000;

/** What the names depend on. */
const namesOf = ({ words, translate, gbif_names }: SearchRequest): string => JSON.stringify([words, translate, gbif_names]);

class Adding {
  now = $state.raw<SearchResponse | null>(null);
  known = $state.raw<SourcesResponse | null>(null);
  entries = $state<Entries>({ ...blank });
  cost = $state.raw<Cost | null>(null);
  /** What is wrong with the entries, and beside which field. Without a field it is about all of them. */
  mistake = $state.raw<Mistake | null>(null);
  /** What the page waits for. */
  busy = $state<'estimate' | 'start' | null>(null);
  /** Whether the form is shown although the last search has a result. */
  fresh = $state(false);
  #timer: ReturnType<typeof setTimeout> | undefined;
  #estimate: AbortController | undefined;
  /** The names in other languages that were looked up last, and for what. */
  #names = $state.raw<{ of: string; response: NamesResponse } | null>(null);
  #lookUp: { of: string; done: Promise<void> } | undefined;

  /** The sources that are chosen. */
  get chosen(): SourceListing[] {
    return (this.known?.sources ?? []).filter(({ name }) => this.entries.sources.includes(name));
  }

  get running(): boolean {
    return this.now?.state === 'running';
  }

  /** Asks for the status, and again while a search runs. */
  async look(): Promise<void> {
    try {
      this.#took(await searching.progress());
    } catch {
      // The server is away: a search that ran is asked for again.
      if (this.running) this.#again(AGAIN_MS);
    }
  }

  /** Reads the sources, whose keys may have come. */
  async readSources(): Promise<void> {
    try {
      this.known = await searching.sources();
      if (this.mistake?.field === '') this.mistake = null;
    } catch (error) {
      this.#failed(error);
      return;
    }
    const ready = this.known.sources.filter((source) => source.ready).map(({ name }) => name);
    const chosen = this.entries.sources.filter((name) => ready.includes(name));
    this.entries.sources = chosen.length > 0 ? chosen : ready.slice(0, 1);
  }

  /** An entry was changed: what was said about the entries is no longer true. */
  changed(): void {
    this.#estimate?.abort();
    this.cost = null;
    this.mistake = null;
    if (this.busy === 'estimate') this.busy = null;
  }

  /** The names that a search would look for; null if they are not looked up. */
  namesFor(request: SearchRequest): NamesResponse | null {
    return this.#names?.of === namesOf(request) ? this.#names.response : null;
  }

  /** Looks the names up that a search would look for. */
  async lookUpNames(request: SearchRequest): Promise<void> {
    const of = namesOf(request);
    if (!request.translate?.length || request.words.length === 0 || this.#names?.of === of) return;
    if (this.#lookUp?.of !== of) this.#lookUp = { of, done: this.#readNames(request, of) };
    await this.#lookUp.done;
  }

  /** Whether the names of a search have been shown, or need not be: none of them means something else. */
  async namesSeen(request: SearchRequest): Promise<boolean> {
    if (!request.translate?.length || this.namesFor(request)) return true;
    this.changed();
    await this.lookUpNames(request);
    const found = this.namesFor(request);
    if (!found) return false;
    if (!found.words.some(({ names }) => names.some(isAmbiguous))) return true;
    this.mistake = { field: 'translate', message: 'Some names also mean something else. Start again to search for them too' };
    return false;
  }

  async #readNames(request: SearchRequest, of: string): Promise<void> {
    try {
      this.#names = { of, response: await searching.names(request) };
    } catch (error) {
      this.#failed(error);
    }
    if (this.#lookUp?.of === of) this.#lookUp = undefined;
  }

  async estimate(request: SearchRequest): Promise<void> {
    this.changed();
    const asked = new AbortController();
    this.#estimate = asked;
    this.busy = 'estimate';
    try {
      this.cost = await searching.estimate(request, asked.signal);
    } catch (error) {
      if (asked.signal.aborted) return;
      this.#failed(error);
    }
    this.busy = null;
  }

  async start(request: SearchRequest): Promise<void> {
    this.changed();
    this.busy = 'start';
    try {
      this.#took(await searching.start(request));
      this.fresh = false;
    } catch (error) {
      this.#failed(error);
    }
    this.busy = null;
  }

  async stop(): Promise<void> {
    try {
      this.#took(await searching.stop());
    } catch (error) {
      this.#failed(error);
    }
  }

  #failed(error: unknown): void {
    const { message, field }: ApiError = asApiError(error);
    this.mistake = { field: field ?? '', message };
  }

  #took(now: SearchResponse): void {
    this.now = now;
    if (this.running) this.#again(OFTEN_MS);
    else clearTimeout(this.#timer);
  }

  #again(ms: number): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.look(), ms);
  }
}

export const adding = new Adding();
