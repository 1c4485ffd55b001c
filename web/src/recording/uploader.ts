// Takes the chunks of a recording to the server in their order, again where the road fails.

/** Sends one chunk; a rejected promise: try again, unless it is final. */
export type Send = (seq: number, chunk: Blob) => Promise<unknown>;

export interface Patience {
  /** Bytes that may wait; more means that the server has been gone too long. */
  mostBytes: number;
  tries: number;
  /** Milliseconds before the given try, from 1. */
  pause: (attempt: number) => number;
  /** Whether trying again is no use. */
  final: (error: unknown) => boolean;
}

const calm: Patience = {
  mostBytes: 64 * 1024 * 1024,
  tries: 8,
  pause: (attempt) => Math.min(8000, 250 * 2 ** attempt),
  final: () => false,
};

export class Uploader {
  #queue: Blob[] = [];
  #bytes = 0;
  #next = 0;
  #running: Promise<void> | null = null;
  #send: Send;
  #patience: Patience;
  /** Why no more is sent. */
  failure: Error | null = null;

  constructor(send: Send, patience: Partial<Patience> = {}) {
    this.#send = send;
    this.#patience = { ...calm, ...patience };
  }

  /** How many chunks arrived. */
  get sent(): number {
    return this.#next;
  }

  /** Queues a chunk; false: it was not taken, and nothing will be any more. */
  push(chunk: Blob): boolean {
    if (this.failure) return false;
    if (this.#bytes + chunk.size > this.#patience.mostBytes) {
      this.failure = new Error('The server has not taken the recording for too long.');
      return false;
    }
    this.#queue.push(chunk);
    this.#bytes += chunk.size;
    this.#running ??= this.#run();
    return true;
  }

  /** Waits until all that was queued is sent; rejects where that failed. */
  async drain(): Promise<void> {
    await this.#running;
    if (this.failure) throw this.failure;
  }

  async #run(): Promise<void> {
    for (let chunk = this.#queue[0]; chunk && !this.failure; chunk = this.#queue[0]) {
      await this.#deliver(chunk);
      this.#queue.shift();
      this.#bytes -= chunk.size;
      this.#next += 1;
    }
    this.#running = null;
  }

  async #deliver(chunk: Blob): Promise<void> {
    for (let attempt = 1; !this.failure; attempt += 1) {
      try {
        await this.#send(this.#next, chunk);
        return;
      } catch (error) {
        const enough = attempt >= this.#patience.tries || this.#patience.final(error);
        if (enough) this.failure = error instanceof Error ? error : new Error(String(error));
        else await new Promise((done) => setTimeout(done, this.#patience.pause(attempt)));
      }
    }
  }
}
