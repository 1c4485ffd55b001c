// Makes rows for a result: directly if it is small, in a worker if it would delay a frame.
import { justify, JustifiedLayout, type Measure, type Rows } from './layout';
import type { Ask } from './layout.worker';

// Up to this size rows take less than a millisecond, which is less than the round trip to a worker.
const AT_ONCE = 20_000;

interface Waiting {
  readonly aspects: Uint8Array<ArrayBuffer>;
  readonly measure: Measure;
  answer(rows: Rows): void;
}

/** Splits results into rows. Every request gets a response, also when further ones are made meanwhile. */
export class RowCutter {
  private worker: Worker | null = null;
  private broken = false;
  private sent: Uint8Array | null = null;
  private ticket = 0;
  private readonly waiting = new Map<number, Waiting>();

  /** The layout of `aspects`. */
  async cut(aspects: Uint8Array<ArrayBuffer>, measure: Measure): Promise<JustifiedLayout> {
    const small = aspects.length <= AT_ONCE || this.broken;
    const rows = small ? justify(aspects, measure) : await this.ask(aspects, measure);
    return new JustifiedLayout(aspects, rows, measure);
  }

  /** Ends the worker. Pending requests get no response. */
  close(): void {
    this.worker?.terminate();
    this.worker = this.sent = null;
    this.waiting.clear();
  }

  private ask(aspects: Uint8Array<ArrayBuffer>, measure: Measure): Promise<Rows> {
    this.worker ??= this.start();
    const ticket = ++this.ticket;
    const question: Ask = this.sent === aspects ? { ticket, measure } : { ticket, measure, aspects };
    this.sent = aspects;
    this.worker.postMessage(question);
    return new Promise((answer) => this.waiting.set(ticket, { aspects, measure, answer }));
  }

  private start(): Worker {
    const worker = new Worker(new URL('./layout.worker.ts', import.meta.url), { type: 'module' });
    worker.onmessage = ({ data }: MessageEvent<{ ticket: number; rows: Rows }>) => {
      this.waiting.get(data.ticket)?.answer(data.rows);
      this.waiting.delete(data.ticket);
    };
    worker.onerror = () => this.cutHere();
    return worker;
  }

  /** The worker's file did not load. A slow frame is better than no photos. */
  private cutHere(): void {
    this.broken = true;
    for (const { aspects, measure, answer } of this.waiting.values()) answer(justify(aspects, measure));
    this.close();
  }
}
