// The data of the photo in full size. The data of its neighbours is requested in advance.
import { aborted, api, type Whole } from '../api/client';
import type { PhotoDetail } from '../api/types';

const KEPT = 24;

/** The photo in full size and its position in the result. */
export class Details {
  shown = $state.raw<PhotoDetail | null>(null);
  busy = $state(false);
  problem = $state.raw<Error | null>(null);
  private readonly known = new Map<string, Promise<PhotoDetail>>();
  private wanted = '';

  /** Shows photo `id`; `revision` increases when the dataset changes. */
  async show(id: string, whole: Whole, revision: number): Promise<void> {
    const key = keyOf(id, whole, revision);
    this.wanted = key;
    this.busy = true;
    this.problem = null;
    try {
      const detail = await this.ask(id, whole, revision);
      if (this.wanted !== key) return;
      this.shown = detail;
      this.prefetch(detail, whole, revision);
    } catch (error) {
      if (this.wanted === key && !aborted(error)) this.problem = error instanceof Error ? error : new Error(String(error));
    } finally {
      if (this.wanted === key) this.busy = false;
    }
  }

  private ask(id: string, whole: Whole, revision: number): Promise<PhotoDetail> {
    const key = keyOf(id, whole, revision);
    const known = this.known.get(key) ?? api.photo(id, whole);
    known.catch(() => this.known.delete(key));
    this.known.delete(key);
    this.known.set(key, known);
    for (const oldest of this.known.keys()) {
      if (this.known.size <= KEPT) break;
      this.known.delete(oldest);
    }
    return known;
  }

  private prefetch({ position }: PhotoDetail, whole: Whole, revision: number): void {
    for (const id of [position?.next, position?.previous]) {
      if (id) this.ask(id, whole, revision).then(({ tile }) => preload(tile.image), () => undefined);
    }
  }
}

function keyOf(id: string, whole: Whole, revision: number): string {
  return JSON.stringify([id, whole, revision]);
}

function preload(source: string | null): void {
  if (source) new Image().src = source;
}
