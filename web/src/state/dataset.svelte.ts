// What the dataset holds, whether the server is there, what is unlocked, whether the screen is recorded.

import { aborted, api, ApiError, asApiError } from '../api/client';
import type { DatasetInfo } from '../api/types';
import { fields } from './fields.svelte';

export type Live = 'connecting' | 'live' | 'lost';
export type RecordingMode = 'off' | 'masked' | 'open';

class Dataset {
  info = $state.raw<DatasetInfo | null>(null);
  error = $state.raw<ApiError | null>(null);
  live = $state<Live>('connecting');
  /** Counts up with every change of the dataset and every re-read: what shows data depends on it. */
  revision = $state(0);
  /** Photos that came since the page was opened or `seen` was called. */
  fresh = $state(0);
  rereading = $state(false);
  #recording = $state<RecordingMode>('off');
  #source: EventSource | null = null;
  #base = 0;

  constructor() {
    // A browser has six connections for a host: tabs that nobody sees must not hold them.
    document.addEventListener('visibilitychange', () => (document.hidden ? this.#rest() : void this.#wake()));
  }

  get unlocked(): boolean {
    return this.info?.key.unlocked ?? false;
  }

  /** Concepts that have a score that counts, without those of single scorers. */
  get concepts(): string[] {
    return (this.info?.concepts ?? []).filter((name) => !name.includes('@'));
  }

  get generation(): number {
    return this.info?.generation ?? 0;
  }

  /** Not `off` while the screen is recorded; `masked`: protected fields must not be seen. */
  get recording(): RecordingMode {
    return this.#recording;
  }

  set recording(mode: RecordingMode) {
    this.#recording = mode;
    if (mode === 'off') delete document.documentElement.dataset['recording'];
    else document.documentElement.dataset['recording'] = mode;
  }

  /** Reads what the dataset holds and listens for changes from then on. */
  async open(): Promise<void> {
    await this.#read();
    if (this.info) this.#listen();
  }

  /** Asks for everything again. */
  async reread(): Promise<void> {
    this.rereading = true;
    await this.open();
    this.revision += 1;
    this.rereading = false;
  }

  /** The new photos have been noticed. */
  seen(): void {
    this.#base = this.info?.photos ?? 0;
    this.fresh = 0;
  }

  async #read(): Promise<void> {
    try {
      const first = this.info === null;
      this.info = await api.dataset();
      fields.take(this.info);
      this.error = null;
      if (first) this.#base = this.info.photos;
      this.fresh = Math.max(0, this.info.photos - this.#base);
    } catch (error) {
      if (aborted(error)) return;
      this.error = asApiError(error);
    }
  }

  #rest(): void {
    this.#source?.close();
    this.#source = null;
    if (this.live === 'live') this.live = 'connecting';
  }

  /** What happened while nobody looked is read before the next news. */
  async #wake(): Promise<void> {
    const { generation } = this;
    await this.open();
    if (this.generation !== generation) this.revision += 1;
  }

  #listen(): void {
    if (this.#source || document.hidden) return;
    const source = new EventSource('/api/v1/live');
    this.#source = source;
    source.addEventListener('open', () => {
      // After a gap changes may have been missed.
      if (this.live === 'lost') void this.reread();
      this.live = 'live';
    });
    source.addEventListener('change', (event: MessageEvent<string>) => void this.#changed(event.data));
    source.addEventListener('error', () => {
      this.live = 'lost';
      if (source.readyState !== EventSource.CLOSED) return;
      this.#source = null;
      setTimeout(() => this.#listen(), 3000);
    });
  }

  async #changed(news: string): Promise<void> {
    // The server also says at the start which generation it has: no reason to ask for everything again.
    const { generation } = JSON.parse(news) as { generation: number };
    if (generation === this.info?.generation) return;
    await this.#read();
    this.revision += 1;
  }
}

export const dataset = new Dataset();
