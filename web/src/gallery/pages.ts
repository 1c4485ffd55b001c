// Caches the tiles around the window in pages of 100. Least recently used pages are dropped; requests scrolled past are aborted.

/** Photos per request. */
export const PAGE = 100;

// 60 pages are about 4 MB of tiles.
const KEPT = 60;

// A failed page is requested again after this long while it is visible, milliseconds.
const AGAIN = 3_000;

/** Requests `limit` tiles from position `from`. */
export type Fetch<T> = (from: number, limit: number, signal: AbortSignal) => Promise<readonly T[]>;

/** The tiles of one result. Each filter and order has its own cache. */
export class TilePages<T> {
  private readonly pages = new Map<number, readonly T[]>();
  private readonly asked = new Map<number, AbortController>();
  private wanted: readonly [number, number] = [0, -1];
  private closed = false;

  constructor(
    private readonly fetch: Fetch<T>,
    private readonly arrived: () => void,
    private readonly failed: (error: unknown) => void,
  ) {}

  /** The tile at `index`, if it is loaded. */
  at(index: number): T | undefined {
    return this.pages.get(Math.floor(index / PAGE))?.[index % PAGE];
  }

  /** Adds a page that was requested elsewhere; `from` is a multiple of 100. */
  put(from: number, tiles: readonly T[]): void {
    this.pages.set(Math.floor(from / PAGE), tiles);
  }

  /** Requests missing tiles from `first` to `last` and aborts requests for tiles that are no longer visible. */
  want(first: number, last: number): void {
    const wanted = pagesOf(first, last);
    this.wanted = [wanted[0] ?? 0, wanted.at(-1) ?? -1];
    for (const [page, asked] of this.asked) if (!wanted.includes(page)) this.giveUp(page, asked);
    for (const page of wanted) this.touch(page);
  }

  /** Aborts all running requests. */
  close(): void {
    this.closed = true;
    for (const [page, asked] of this.asked) this.giveUp(page, asked);
  }

  private giveUp(page: number, asked: AbortController): void {
    asked.abort();
    this.asked.delete(page);
  }

  private touch(page: number): void {
    const held = this.pages.get(page);
    if (held) {
      this.pages.delete(page);
      this.pages.set(page, held);
    } else if (!this.asked.has(page)) {
      void this.ask(page);
    }
  }

  private async ask(page: number): Promise<void> {
    const asked = new AbortController();
    this.asked.set(page, asked);
    try {
      const tiles = await this.fetch(page * PAGE, PAGE, asked.signal);
      if (asked.signal.aborted) return;
      this.pages.set(page, tiles);
      this.forget();
      this.arrived();
    } catch (error) {
      if (asked.signal.aborted) return;
      this.failed(error);
      setTimeout(() => this.again(page), AGAIN);
    } finally {
      if (this.asked.get(page) === asked) this.asked.delete(page);
    }
  }

  private again(page: number): void {
    if (!this.closed && page >= this.wanted[0] && page <= this.wanted[1]) this.touch(page);
  }

  private forget(): void {
    for (const page of this.pages.keys()) {
      if (this.pages.size <= KEPT) return;
      if (page < this.wanted[0] || page > this.wanted[1]) this.pages.delete(page);
    }
  }
}

function pagesOf(first: number, last: number): number[] {
  const from = Math.floor(Math.max(0, first) / PAGE);
  return Array.from({ length: Math.max(0, Math.floor(last / PAGE) - from + 1) }, (_, step) => from + step);
}
