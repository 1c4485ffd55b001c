// Records the screen: a countdown, then one chunk a second to the server. A crash loses at most a second.

import { api, ApiError } from '../api/client';
import { dataset } from '../state/dataset.svelte';
import { page } from '../state/page.svelte';
import { videoKind } from './ability';
import { Uploader } from './uploader';

export interface Choices {
  microphone: boolean;
  /** Show protected fields in the recording. */
  open: boolean;
}

// Missing in TypeScript's DOM types.
interface TabOptions extends DisplayMediaStreamOptions {
  preferCurrentTab?: boolean;
  selfBrowserSurface?: 'include' | 'exclude';
  surfaceSwitching?: 'include' | 'exclude';
}

type Phase = 'idle' | 'asking' | 'countdown' | 'running' | 'saving';

/** The result of a recording: its length, and the error that ended it, if any. */
interface Run {
  duration_ms: number;
  trouble: Error | null;
}

const wait = (ms: number): Promise<void> => new Promise((done) => setTimeout(done, ms));
const asError = (error: unknown): Error => (error instanceof Error ? error : new Error(String(error)));

/** Client errors are not retried: too large, gone, not allowed. */
const isRefusal = (error: unknown): boolean => error instanceof ApiError && error.status >= 400 && error.status < 500;

class Recorder {
  phase = $state<Phase>('idle');
  /** 3, 2, 1 before the recording starts. */
  countdown = $state(0);
  seconds = $state(0);
  error = $state('');
  /** Increases with every saved recording. */
  saved = $state(0);
  #media: MediaRecorder | null = null;

  get running(): boolean {
    return this.phase === 'running';
  }

  /** `1:05` */
  get clock(): string {
    return `${Math.floor(this.seconds / 60)}:${String(this.seconds % 60).padStart(2, '0')}`;
  }

  async start(choices: Choices): Promise<void> {
    if (this.phase !== 'idle') return;
    this.error = '';
    this.phase = 'asking';
    const streams: MediaStream[] = [];
    const warn = (event: BeforeUnloadEvent): void => event.preventDefault();
    try {
      streams.push(await this.#screen());
      if (choices.microphone) streams.push(await navigator.mediaDevices.getUserMedia({ audio: true }));
      dataset.recording = choices.open ? 'open' : 'masked';
      const tracks = streams.flatMap((stream) => stream.getTracks());
      // The browser's own controls can end it at any time, too.
      const ended = new AbortController();
      for (const track of tracks) track.addEventListener('ended', () => ended.abort());
      addEventListener('beforeunload', warn);
      if (await this.#count(ended.signal)) await this.#record(tracks, choices, ended.signal);
      else this.error = 'The recording was stopped before it began.';
    } catch (error) {
      const refused = error instanceof DOMException && error.name === 'NotAllowedError';
      this.error = refused ? 'Permission to record was denied.' : asError(error).message;
    } finally {
      removeEventListener('beforeunload', warn);
      this.#release(streams.flatMap((stream) => stream.getTracks()));
      this.phase = 'idle';
    }
  }

  stop(): void {
    if (this.#media?.state === 'recording') this.#media.stop();
  }

  #release(tracks: MediaStreamTrack[]): void {
    for (const track of tracks) track.stop();
    dataset.recording = 'off';
    this.#media = null;
  }

  #screen(): Promise<MediaStream> {
    const options: TabOptions = {
      video: { displaySurface: 'browser', frameRate: 30 },
      audio: false,
      preferCurrentTab: true,
      selfBrowserSurface: 'include',
      surfaceSwitching: 'exclude',
    };
    return navigator.mediaDevices.getDisplayMedia(options);
  }

  /** Returns false if the recording was ended during the countdown. */
  async #count(ended: AbortSignal): Promise<boolean> {
    this.phase = 'countdown';
    const end = new Promise<void>((done) => ended.addEventListener('abort', () => done()));
    for (this.countdown = 3; this.countdown > 0 && !ended.aborted; this.countdown -= 1) await Promise.race([wait(1000), end]);
    return !ended.aborted;
  }

  async #record(tracks: MediaStreamTrack[], choices: Choices, ended: AbortSignal): Promise<void> {
    const mime = videoKind((kind) => MediaRecorder.isTypeSupported(kind));
    const media = new MediaRecorder(new MediaStream(tracks), { mimeType: mime });
    const { id } = await api.beginRecording(media.mimeType || mime);
    const uploader = new Uploader((seq, chunk) => api.appendRecording(id, seq, chunk), { final: isRefusal });
    this.#media = media;
    const sidecar = { ...about(choices), began_with: page.search };
    const run = await this.#run(media, uploader, ended);
    this.#release(tracks);
    this.phase = 'saving';
    await uploader.drain().catch((error: unknown) => (run.trouble ??= asError(error)));
    if (uploader.sent === 0) {
      await api.deleteRecording(`${id}.part`).catch(() => undefined);
      throw run.trouble ?? new Error('Nothing was recorded.');
    }
    await this.#finish(id, run, { ...sidecar, ended_with: page.search });
  }

  /** Finishes the recording on the server, also after an error. */
  async #finish(id: string, { duration_ms, trouble }: Run, sidecar: object): Promise<void> {
    try {
      await api.finishRecording(id, { duration_ms, sidecar });
    } catch (error) {
      const why = (trouble ?? asError(error)).message;
      throw new Error(`${why} The recording so far is in the list of recordings and can be finished there.`);
    }
    this.saved += 1;
    if (trouble) this.error = `The recording was saved but is incomplete: ${trouble.message}`;
  }

  /** From the first chunk to the last. */
  async #run(media: MediaRecorder, uploader: Uploader, ended: AbortSignal): Promise<Run> {
    let trouble: Error | null = null;
    this.seconds = 0;
    this.phase = 'running';
    const began = performance.now();
    const clock = setInterval(() => (this.seconds = Math.floor((performance.now() - began) / 1000)), 250);
    await new Promise<void>((done) => {
      media.addEventListener('dataavailable', ({ data }) => {
        if (data.size && !uploader.push(data)) this.stop();
      });
      media.addEventListener('stop', () => done());
      media.addEventListener('error', () => {
        trouble = new Error('The browser stopped recording.');
        // By the standard, the last chunk and `stop` follow; not all browsers send them.
        setTimeout(done, 2000);
      });
      ended.addEventListener('abort', () => this.stop());
      media.start(1000);
      if (ended.aborted) this.stop();
    }).catch((error: unknown) => (trouble = asError(error)));
    clearInterval(clock);
    return { duration_ms: Math.round(performance.now() - began), trouble };
  }
}

/** Metadata that is saved beside the video. */
function about({ open }: Choices): object {
  return {
    began_at: new Date().toISOString(),
    dataset: dataset.info?.name,
    version: dataset.info?.version,
    generation: dataset.generation,
    protected_fields: open ? 'shown' : 'masked',
  };
}

export const recorder = new Recorder();
