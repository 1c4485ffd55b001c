// Rows for a result: at once when it is small, from a worker when cutting it would cost the page a frame.
import { justify, JustifiedLayout, type Measure, type Rows } from './layout';
import type { Ask } from './layout.worker';

// A result up to here is cut in about a millisecond, less than a worker's answer needs to come back.
const AT_ONCE = 50_000;

/** Cuts results into rows, the last one asked wins. */
export class RowCutter {
  private worker: Worker | null = null;
  private sent: Uint8Array | null = null;
  private ticket = 0;
  private waiting: ((rows: Rows | null) => void) | null = null;

  /** The layout of `aspects`; null when a later question overtook this one. */
  async cut(aspects: Uint8Array<ArrayBuffer>, measure: Measure): Promise<JustifiedLayout | null> {
    this.waiting?.(null);
    this.waiting = null;
    const rows = aspects.length <= AT_ONCE ? justify(aspects, measure) : await this.ask(aspects, measure);
    return rows && new JustifiedLayout(aspects, rows, measure);
  }

  /** Ends the worker. */
  close(): void {
    this.waiting?.(null);
    this.waiting = null;
    this.worker?.terminate();
    this.worker = null;
  }

  private ask(aspects: Uint8Array<ArrayBuffer>, measure: Measure): Promise<Rows | null> {
    this.worker ??= this.start();
    const ticket = ++this.ticket;
    const question: Ask = this.sent === aspects ? { ticket, measure } : { ticket, measure, aspects };
    this.sent = aspects;
    this.worker.postMessage(question);
    return new Promise((resolve) => (this.waiting = resolve));
  }

  private start(): Worker {
    const worker = new Worker(new URL('./layout.worker.ts', import.meta.url), { type: 'module' });
    worker.onmessage = ({ data }: MessageEvent<{ ticket: number; rows: Rows }>) => {
      if (data.ticket !== this.ticket) return;
      this.waiting?.(data.rows);
      this.waiting = null;
    };
    return worker;
  }
}
