// Records the screen: a countdown, then a chunk a second to the server, so that a crash loses a second at most.

import { change } from '../api/client';
import { dataset } from '../state/dataset.svelte';
import { page } from '../state/page.svelte';
import { videoKind } from './ability';
import { Uploader } from './uploader';

export interface Choices {
  microphone: boolean;
  /** Show protected fields in the recording. */
  open: boolean;
}

// Not in the library of the DOM yet.
interface TabOptions extends DisplayMediaStreamOptions {
  preferCurrentTab?: boolean;
  selfBrowserSurface?: 'include' | 'exclude';
  surfaceSwitching?: 'include' | 'exclude';
}

type Phase = 'idle' | 'asking' | 'countdown' | 'running' | 'saving';

const wait = (ms: number): Promise<void> => new Promise((done) => setTimeout(done, ms));

class Recorder {
  phase = $state<Phase>('idle');
  /** 3, 2, 1 before it begins. */
  countdown = $state(0);
  seconds = $state(0);
  error = $state('');
  /** Counts up with every recording that was saved. */
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
    try {
      streams.push(await this.#screen());
      if (choices.microphone) streams.push(await navigator.mediaDevices.getUserMedia({ audio: true }));
      dataset.recording = choices.open ? 'open' : 'masked';
      await this.#count();
      await this.#record(streams, choices);
    } catch (error) {
      const refused = error instanceof DOMException && error.name === 'NotAllowedError';
      this.error = refused ? 'The browser was not allowed to record.' : error instanceof Error ? error.message : String(error);
    } finally {
      for (const stream of streams) for (const track of stream.getTracks()) track.stop();
      dataset.recording = 'off';
      this.#media = null;
      this.phase = 'idle';
    }
  }

  stop(): void {
    if (this.#media?.state === 'recording') this.#media.stop();
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

  async #count(): Promise<void> {
    this.phase = 'countdown';
    for (this.countdown = 3; this.countdown > 0; this.countdown -= 1) await wait(1000);
  }

  async #record(streams: MediaStream[], choices: Choices): Promise<void> {
    const mime = videoKind((kind) => MediaRecorder.isTypeSupported(kind));
    const tracks = streams.flatMap((stream) => stream.getTracks());
    const media = new MediaRecorder(new MediaStream(tracks), { mimeType: mime });
    const { id } = (await (await change('POST', 'recordings', { mime: media.mimeType || mime })).json()) as { id: string };
    const uploader = new Uploader((seq, chunk) => change('PUT', `recordings/${id}/${seq}`, chunk));
    this.#media = media;
    const began = performance.now();
    const address = page.search;
    await this.#run(media, uploader, tracks);
    const duration_ms = Math.round(performance.now() - began);
    this.phase = 'saving';
    await uploader.drain();
    const sidecar = {
      began_at: new Date(Date.now() - duration_ms).toISOString(),
      dataset: dataset.info?.name,
      version: dataset.info?.version,
      generation: dataset.generation,
      began_with: address,
      ended_with: page.search,
      protected_fields: choices.open ? 'shown' : 'masked',
    };
    await change('POST', `recordings/${id}/finish`, { duration_ms, sidecar });
    this.saved += 1;
  }

  /** From the first chunk to the last; the browser's own bar ends it too. */
  async #run(media: MediaRecorder, uploader: Uploader, tracks: MediaStreamTrack[]): Promise<void> {
    this.phase = 'running';
    this.seconds = 0;
    const clock = setInterval(() => (this.seconds += 1), 1000);
    const warn = (event: BeforeUnloadEvent): void => event.preventDefault();
    addEventListener('beforeunload', warn);
    try {
      await new Promise<void>((done, fail) => {
        media.addEventListener('dataavailable', ({ data }) => {
          if (data.size && !uploader.push(data)) this.stop();
        });
        media.addEventListener('stop', () => done());
        media.addEventListener('error', () => fail(new Error('The browser stopped recording.')));
        for (const track of tracks) track.addEventListener('ended', () => this.stop());
        media.start(1000);
        if (tracks.some(({ kind, readyState }) => kind === 'video' && readyState === 'ended')) this.stop();
      });
    } finally {
      clearInterval(clock);
      removeEventListener('beforeunload', warn);
    }
  }
}

export const recorder = new Recorder();
