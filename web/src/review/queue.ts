// Sends labels to the server one by one, in order; retries while it is unavailable, and survives a reload.

import { ApiError, reasonOf } from '../api/client';
import type { Verdict } from '../api/scores';

export interface Label {
  concept: string;
  by: string;
  photo: string;
  verdict: Verdict | 'cleared';
}

/** Storage of waiting labels that survives the page. */
export interface Shelf {
  read(): Label[];
  write(labels: Label[]): void;
}

export interface Ways {
  send: (label: Label) => Promise<unknown>;
  shelf: Shelf;
  /** Waits so many milliseconds. */
  pause: (ms: number) => Promise<void>;
  /** Something changed: how many wait, why, what was refused. */
  changed: (state: QueueState) => void;
}

export interface QueueState {
  waiting: number;
  /** Why labels wait longer than usual; '' while all is well. */
  trouble: string;
  /** The server's error about a label that it rejected. */
  refused: string;
}

const LONGEST_MS = 10_000;

/** What may be well a moment later: the server is away or busy, or another process writes. */
const passing = (error: unknown): boolean =>
  error instanceof ApiError && (error.gone || error.status === 409 || error.status === 429 || error.status >= 500);

export class LabelQueue {
  #waiting: Label[];
  #busy = false;
  #trouble = '';
  #refused = '';
  readonly #ways: Ways;

  constructor(ways: Ways) {
    this.#ways = ways;
    this.#waiting = ways.shelf.read();
    if (this.#waiting.length > 0) void this.#run();
  }

  push(label: Label): void {
    this.#refused = '';
    this.#keep([...this.#waiting, label]);
    if (!this.#busy) void this.#run();
  }

  async #run(): Promise<void> {
    this.#busy = true;
    let tries = 0;
    for (let label = this.#waiting[0]; label; label = this.#waiting[0]) {
      try {
        await this.#ways.send(label);
        tries = 0;
        this.#trouble = '';
        this.#keep(this.#waiting.slice(1));
      } catch (error) {
        if (passing(error)) {
          this.#trouble = reasonOf(error);
          this.#tell();
          await this.#ways.pause(Math.min(LONGEST_MS, 500 * 2 ** tries));
          tries += 1;
        } else {
          this.#refused = reasonOf(error);
          this.#keep(this.#waiting.slice(1));
        }
      }
    }
    this.#busy = false;
    this.#tell();
  }

  #keep(labels: Label[]): void {
    this.#waiting = labels;
    this.#ways.shelf.write(labels);
    this.#tell();
  }

  #tell(): void {
    this.#ways.changed({ waiting: this.#waiting.length, trouble: this.#trouble, refused: this.#refused });
  }
}

/** Browser storage; without it waiting labels are lost with the page. */
export function shelfAt(name: string): Shelf {
  return {
    read: () => {
      try {
        const kept: unknown = JSON.parse(localStorage.getItem(name) ?? '[]');
        return Array.isArray(kept) ? (kept as Label[]) : [];
      } catch {
        return [];
      }
    },
    write: (labels) => {
      try {
        if (labels.length > 0) localStorage.setItem(name, JSON.stringify(labels));
        else localStorage.removeItem(name);
      } catch {
        // Full or forbidden: the labels are still sent while the page is open.
      }
    },
  };
}
