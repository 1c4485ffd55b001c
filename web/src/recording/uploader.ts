// Uploads the chunks of a recording in order, with retries.

/** Sends one chunk. A rejected promise is retried unless the error is final. */
export type Send = (seq: number, chunk: Blob) => Promise<unknown>;

export interface Patience {
  /** Bytes that may be queued. With more, the server has been unreachable for too long. */
  mostBytes: number;
  tries: number;
  /** Pause before an attempt in milliseconds; attempts count from 1. */
  pause: (attempt: number) => number;
  /** Whether an error must not be retried. */
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
  /** The error that ended the upload. */
  failure: Error | null = null;

  constructor(send: Send, patience: Partial<Patience> = {}) {
    this.#send = send;
    this.#patience = { ...calm, ...patience };
  }

  /** Number of uploaded chunks. */
  get sent(): number {
    return this.#next;
  }

  /** Queues a chunk. Returns false if the upload has ended; no chunk is accepted any more. */
  push(chunk: Blob): boolean {
    if (this.failure) return false;
    if (this.#bytes + chunk.size > this.#patience.mostBytes) {
      this.failure = new Error('The server has been unreachable for too long.');
      return false;
    }
    this.#queue.push(chunk);
    this.#bytes += chunk.size;
    this.#running ??= this.#run();
    return true;
  }

  /** Waits until the queue is empty. Rejects if the upload failed. */
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
