// The gallery's state: the result, the arrangement, the visible part and the focused photo.
import type { Tile } from '../api/types';
import { counts } from '../filters/counts.svelte';
import { captionHeight, captionsOf, creditOf, type Caption } from './captions';
import { follow } from './keys';
import { cellHeight, cellWidth, type Layout } from './layout';
import { Result, type Arrangement } from './result.svelte';
import { Selection } from './selection.svelte';
import { Viewport } from './viewport.svelte';

/** Space above the first and below the last row, CSS pixels. */
export const LEAD = 12;
const GAP = 6;
const TAIL = 48;
/** A grid's cell that is narrower than this has no captions, CSS pixels: their text would be cut off. */
const ROOMY = 140;

/** The smallest and the largest height of a justified row, CSS pixels. */
export const ROW_HEIGHTS = { least: 90, most: 420, step: 10 } as const;

const KEY = 'gleaner.gallery';

/** The gallery options that this browser stores. */
interface Taste {
  rowHeight: number;
  crop: boolean;
}

function remembered(): Taste {
  const taste: Taste = { rowHeight: innerWidth < 600 ? 130 : 210, crop: false };
  try {
    const kept = JSON.parse(localStorage.getItem(KEY) ?? '{}') as Partial<Taste>;
    if (typeof kept.rowHeight === 'number') taste.rowHeight = kept.rowHeight;
    if (typeof kept.crop === 'boolean') taste.crop = kept.crop;
  } catch {
    // A browser without storage uses the defaults.
  }
  return taste;
}

function firstAt(layout: Layout, position: number): number {
  if (layout.count === 0 || position <= LEAD) return 0;
  const row = layout.rowAt(position - LEAD + 1);
  const seen = layout.topOf(row) + layout.heightOf(row) / 2 > position - LEAD;
  return layout.firstOf(seen || row + 1 === layout.rows ? row : row + 1);
}

/** One gallery on the page. */
export class Gallery {
  readonly viewport = new Viewport();
  readonly result = new Result((tiles) => this.learn(tiles));
  readonly selection = new Selection();
  /** Position of the photo that has, or would get, the focus. */
  active = $state(0);
  columns = $state(0);
  captions = $state.raw<readonly Caption[]>([]);
  taste = $state(remembered());
  /** Whether a tap chooses a photo instead of opening it. */
  choosing = $state(false);
  private column: number | null = null;
  /** Whether one of the photos seen so far has an author or a licence. */
  private creditSeen = $state(false);

  /** Whether photos have a line for author and licence: not where none of the dataset has either. */
  credited = $derived.by((): boolean => {
    const licences = counts.facet('license');
    return this.creditSeen || (licences !== null && licences.none.all < (counts.now?.photos ?? 0));
  });

  /** Whether the cells of a grid are wide enough for captions. */
  roomy = $derived(this.columns === 0 || cellWidth(this.viewport.width, this.columns, GAP) >= ROOMY);

  /** The captions that are shown. */
  lines = $derived(this.roomy ? this.captions : []);

  /** The dimensions for rows; null until the window has a size. */
  arrangement = $derived.by((): Arrangement | null => {
    const { width, height } = this.viewport;
    if (width === 0 || height === 0) return null;
    const caption = captionHeight(this.lines.length + (this.credited && this.roomy ? 1 : 0));
    const measure = { width, gap: GAP, caption, columns: this.columns };
    if (this.columns > 0) return { ...measure, rowHeight: cellHeight(cellWidth(width, this.columns, GAP), height - 2 * LEAD - caption) };
    const tallest = Math.max(120, height - 2 * LEAD - caption);
    return { ...measure, rowHeight: Math.min(this.taste.rowHeight, tallest) };
  });

  /** Rows to render: the visible ones and half a window more on each side. */
  rows = $derived.by((): number[] => {
    const { layout } = this.result;
    const { position, height } = this.viewport;
    if (layout.count === 0 || height === 0) return [];
    const first = layout.rowAt(position - LEAD - height / 2);
    const last = layout.rowAt(position - LEAD + height * 1.5);
    return Array.from({ length: last - first + 1 }, (_, at) => first + at);
  });

  /** Position of the first visible photo. */
  first = $derived(firstAt(this.result.layout, this.viewport.position));

  /** Takes note of photos that arrived and are about to be laid out. Returns the arrangement for them. */
  private learn(tiles: readonly Tile[]): Arrangement | null {
    if (!this.creditSeen && tiles.some((tile) => creditOf(tile) !== '')) this.creditSeen = true;
    return this.arrangement;
  }

  setCaptions(names: readonly string[]): void {
    this.captions = captionsOf(names.join(','));
  }

  remember(taste: Partial<Taste>): void {
    this.taste = { ...this.taste, ...taste };
    try {
      localStorage.setItem(KEY, JSON.stringify(this.taste));
    } catch {
      // Without storage the option lasts for this visit.
    }
  }

  /** Makes a new layout and keeps the first visible photo in place. `moves` is called before rendering. */
  rearrange(arrangement: Arrangement, moves: () => void): void {
    void this.result.arrange(arrangement, (before) => {
      moves();
      const { first, shift } = this.standing(before);
      const next = this.result.layout;
      const { position } = this.viewport;
      this.viewport.resize(this.tall, position <= LEAD ? position : next.topOf(next.rowOf(first)) + Math.min(shift, LEAD));
    });
  }

  /** The first visible photo in `layout`, and the distance from its upper edge to that of the window, CSS pixels. */
  standing(layout: Layout): { first: number; shift: number } {
    const { position } = this.viewport;
    const first = firstAt(layout, position);
    return { first, shift: layout.count === 0 ? 0 : position - layout.topOf(layout.rowOf(first)) };
  }

  /** Height of everything, CSS pixels. */
  get tall(): number {
    return this.result.count === 0 ? 0 : this.result.layout.height + LEAD + TAIL;
  }

  /** Scrolls the photo at `index` to the top and makes it the focus position. */
  goTo(index: number): void {
    const { count } = this.result;
    if (count === 0) return;
    this.active = Math.min(count - 1, Math.max(0, index));
    this.viewport.moveTo(this.topOf(this.active));
  }

  /** The scroll position with the photo at `index` at the top. */
  topOf(index: number): number {
    const { layout, count } = this.result;
    return index <= 0 || count === 0 ? 0 : layout.topOf(layout.rowOf(Math.min(index, count - 1)));
  }

  /** Moves the focus by a key; false when the key does not move. */
  step(key: string, extend: boolean): boolean {
    const landing = follow(this.result.layout, this.active, { key, window: this.viewport.height, column: this.column });
    if (!landing) return false;
    if (extend) {
      this.selection.begin(this.active);
      this.selection.extend(landing.index);
    }
    this.active = landing.index;
    this.column = landing.column;
    this.reveal(landing.index);
    return true;
  }

  /** Scrolls so that the photo at `index` is visible. */
  reveal(index: number): void {
    const { layout, count } = this.result;
    if (index >= count) return;
    const row = layout.rowOf(index);
    const top = layout.topOf(row) + LEAD;
    const caption = this.arrangement?.caption ?? 0;
    this.viewport.reveal(top, top + layout.heightOf(row) + caption, LEAD);
  }
}
