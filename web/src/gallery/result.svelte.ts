// The gallery's result: the photos of one filter in one order. The old result stays until the new one is loaded.
import { aborted, api, type Whole } from '../api/client';
import type { Tick, Tile } from '../api/types';
import { GridLayout, type Layout, type Measure } from './layout';
import { PAGE, TilePages } from './pages';
import { RowCutter } from './rows';

/** The arrangement: `columns` is 0 for justified rows, else 1 to 8. */
export interface Arrangement extends Measure {
  readonly columns: number;
}

/** Called when the layout is no longer `before` and nothing is rendered yet. */
export type Place = (before: Layout) => void;

const NOTHING: Layout = new GridLayout(0, 1, { width: 1, rowHeight: 1, gap: 0, caption: 0 });

interface Answer {
  readonly whole: Whole;
  readonly aspects: Uint8Array<ArrayBuffer>;
  readonly pages: TilePages<Tile>;
}

/** The visible photos and those around them. */
export class Result {
  layout = $state.raw<Layout>(NOTHING);
  ticks = $state.raw<readonly Tick[]>([]);
  /** Whether there has been a response. */
  known = $state(false);
  /** Whether a newer response is pending. */
  busy = $state(false);
  problem = $state.raw<unknown>(null);
  /** Why some photos of the current result are missing. They are requested again. */
  gap = $state.raw<unknown>(null);
  /** Incremented with every new result. */
  shown = $state(0);

  private answer = $state.raw<Answer | null>(null);
  private arrivals = $state(0);
  private arrangement: Arrangement | null = null;
  private marking: AbortController | null = null;
  private readonly cutter = new RowCutter();

  /** `learn` gets the first photos before they are laid out and returns the arrangement for them. */
  constructor(private readonly learn: (tiles: readonly Tile[]) => Arrangement | null = () => null) {}

  /** Photos of the result. */
  get count(): number {
    return this.layout.count;
  }

  /** The tile at position `index`, if it is loaded. */
  tile(index: number): Tile | undefined {
    void this.arrivals;
    return this.answer?.pages.at(index);
  }

  /** Requests the tiles from `first` to `last`. */
  want(first: number, last: number): void {
    if (this.count > 0) this.answer?.pages.want(first, Math.min(last, this.count - 1));
  }

  /** Shows the photos of `whole`. Those around `from` are loaded with the result. */
  async show(whole: Whole, from: number, place: Place, signal: AbortSignal): Promise<void> {
    this.busy = true;
    try {
      const answer = await this.fetch(whole, from, signal);
      const layout = await this.settle(answer.aspects, signal);
      if (!layout) return;
      const before = this.layout;
      this.put(answer, layout);
      place(before);
    } catch (error) {
      if (!aborted(error) && !signal.aborted) this.fail(error);
    } finally {
      if (!signal.aborted) this.busy = false;
    }
  }

  /** Loads the scrubber's marks for `whole`. If that fails, there are none. */
  async mark(whole: Whole): Promise<void> {
    this.marking?.abort();
    const { signal } = (this.marking = new AbortController());
    try {
      this.ticks = (await api.ticks(whole, signal)).ticks;
    } catch {
      if (!signal.aborted) this.ticks = [];
    }
  }

  /** Makes a new layout of the same photos. */
  async arrange(arrangement: Arrangement, place: Place): Promise<void> {
    const same = arrangement === this.arrangement;
    this.arrangement = arrangement;
    const answer = this.answer;
    if (!answer || same) return;
    const layout = await this.lay(answer.aspects, arrangement);
    if (answer !== this.answer || arrangement !== this.arrangement) return;
    const before = this.layout;
    this.layout = layout;
    place(before);
  }

  /** Aborts all running requests. */
  close(): void {
    this.marking?.abort();
    this.answer?.pages.close();
    this.cutter.close();
  }

  private put(answer: Answer, layout: Layout): void {
    this.answer?.pages.close();
    this.answer = answer;
    this.layout = layout;
    this.problem = this.gap = null;
    this.known = true;
    this.busy = false;
    this.shown++;
  }

  private fail(error: unknown): void {
    this.problem = error;
    this.known = true;
  }

  private async fetch(whole: Whole, from: number, signal: AbortSignal): Promise<Answer> {
    const first = from - (from % PAGE);
    const [aspects, page] = await Promise.all([
      api.aspects(whole, signal),
      api.photos({ ...whole, from: first, limit: PAGE }, signal),
    ]);
    const pages = new TilePages<Tile>(
      async (start, limit, given) => (await api.photos({ ...whole, from: start, limit }, given)).photos,
      () => {
        this.arrivals++;
        this.gap = null;
      },
      (error) => (this.gap = error),
    );
    pages.put(first, page.photos);
    this.arrangement = this.learn(page.photos) ?? this.arrangement;
    return { whole, aspects, pages };
  }

  /** A layout for the arrangement at the time the layout is ready; null if aborted. */
  private async settle(aspects: Uint8Array<ArrayBuffer>, signal: AbortSignal): Promise<Layout | null> {
    for (;;) {
      const { arrangement } = this;
      if (!arrangement) return null;
      const layout = await this.lay(aspects, arrangement);
      if (signal.aborted) return null;
      if (arrangement === this.arrangement) return layout;
    }
  }

  private async lay(aspects: Uint8Array<ArrayBuffer>, arrangement: Arrangement): Promise<Layout> {
    if (arrangement.columns === 0) return this.cutter.cut(aspects, arrangement);
    return new GridLayout(aspects.length, arrangement.columns, arrangement);
  }
}
