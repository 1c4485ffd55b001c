// Labels given in this browser: by whom, and which are not saved yet.

import type { Verdict } from '../api/scores';
import { scoring } from '../api/scoring';
import { shelfName } from '../scores/waiting';
import { dataset } from '../state/dataset.svelte';
import { LabelQueue, shelfAt, type QueueState } from './queue';

const NAME = 'gleaner-reviewer';

function knownName(): string | null {
  try {
    return localStorage.getItem(NAME);
  } catch {
    return null;
  }
}

class Labels {
  /** Who labels; null before it was asked, '' for nobody named. */
  by = $state.raw<string | null>(knownName());
  state = $state.raw<QueueState>({ waiting: 0, trouble: '', refused: '' });
  /** Increases when all waiting labels are saved. */
  taken = $state(0);
  /** Of photos labelled here since the page was opened, by `concept photo`: the server may not have counted them yet. */
  given = $state.raw<Record<string, Verdict | 'cleared'>>({});
  #queue: LabelQueue | null = null;

  name(by: string): void {
    this.by = by.trim();
    try {
      localStorage.setItem(NAME, this.by);
    } catch {
      // A browser without storage asks again.
    }
  }

  /** Sends what an earlier visit could not; to be called when it is known which dataset this is. */
  open(): void {
    if (!dataset.info) return;
    this.#queue ??= new LabelQueue({
      send: ({ concept, by, photo, verdict }) => scoring.review(concept, by, photo, verdict),
      shelf: shelfAt(shelfName(dataset.info.name)),
      pause: (ms) => new Promise((done) => setTimeout(done, ms)),
      changed: (state) => {
        const emptied = this.state.waiting > 0 && state.waiting === 0;
        this.state = state;
        if (emptied) this.taken += 1;
      },
    });
  }

  give(concept: string, photo: string, verdict: Verdict | 'cleared'): void {
    this.open();
    this.given = { ...this.given, [`${concept} ${photo}`]: verdict };
    this.#queue?.push({ concept, by: this.by ?? '', photo, verdict });
  }

  /** The label given here to a photo; undefined if there is none. */
  of(concept: string, photo: string): Verdict | 'cleared' | undefined {
    return this.given[`${concept} ${photo}`];
  }
}

export const labels = new Labels();
