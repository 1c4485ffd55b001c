// Asks for the photos of a filter and puts them in place of those shown. Another filter begins at its first photo; where only the
// dataset has changed, the photos in sight stay where they are.
import { api, type Whole } from '../api/client';
import { Latest } from '../api/latest';
import { counted } from '../filters/labels';
import { panels } from '../shell/panels.svelte';
import { page } from '../state/page.svelte';
import type { Layout } from './layout';
import { LEAD, type Gallery } from './model.svelte';

/** What only the component that draws the photos can do. */
interface Drawn {
  /** Whether the focus is on one of the photos. */
  holds(): boolean;
  /** Puts the focus on the photo at `index`, once it is drawn. */
  focus(index: number): void;
  /** The photos of another query are in place, at the position of the address. */
  begun(): void;
  /** Announces it. */
  say(words: string): void;
}

export class Questions {
  /** The query of the photos shown. New photos of the same query do not move the others. */
  #asked: string | null = null;
  readonly #latest = new Latest<Whole>((whole, signal) => this.#answer(whole, signal));

  constructor(
    private readonly gallery: Gallery,
    private readonly drawn: Drawn,
  ) {}

  ask(whole: Whole): void {
    this.#latest.ask(whole);
  }

  /** Asks as if nothing were shown yet. */
  askAnew(whole: Whole): void {
    this.#asked = null;
    this.ask(whole);
  }

  /** Whether the photos shown are those of `whole`. */
  shows(whole: Whole): boolean {
    return this.#asked === JSON.stringify(whole);
  }

  stop(): void {
    this.#latest.stop();
  }

  async #answer(whole: Whole, signal: AbortSignal): Promise<void> {
    if (this.shows(whole)) await this.#renew(whole, signal);
    else await this.#begin(whole, signal);
    if (!signal.aborted && !this.#latest.waiting) void this.gallery.result.mark(whole);
  }

  #begin(whole: Whole, signal: AbortSignal): Promise<void> {
    const { gallery } = this;
    const { result, viewport, selection } = gallery;
    const start = page.at;
    const place = (): void => {
      this.#asked = JSON.stringify(whole);
      viewport.resize(gallery.tall, gallery.topOf(start));
      selection.clear();
      gallery.active = Math.min(start, Math.max(0, result.count - 1));
      this.drawn.begun();
      this.drawn.say(counted(result.count));
    };
    return result.show(whole, start, place, signal);
  }

  /** The first visible photo keeps its position on the screen, and the focus stays on its photo. Both may change before the
   *  response arrives, so only the shift of positions is requested. */
  async #renew(whole: Whole, signal: AbortSignal): Promise<void> {
    const { first, active, result, viewport } = this.gallery;
    const top = viewport.position <= LEAD;
    const [start, focused] = await Promise.all([this.#nowAt(first, whole, signal), this.#nowAt(active, whole, signal)]);
    if (signal.aborted) return;
    const shifts = { first: start - first, active: focused - active };
    await result.show(whole, top ? 0 : start, (before) => this.#putBack(before, shifts), signal);
  }

  #putBack(before: Layout, shifts: { first: number; active: number }): void {
    const { gallery } = this;
    const { result, viewport, selection } = gallery;
    const held = this.drawn.holds();
    const { position } = viewport;
    const { first, shift } = gallery.standing(before);
    viewport.resize(gallery.tall, position <= LEAD ? position : gallery.topOf(first + shifts.first) + shift);
    // At the top and never moved, the focus stays on the first photo.
    const still = gallery.active === 0 && !held;
    gallery.active = Math.max(0, Math.min(result.count - 1, gallery.active + (still ? 0 : shifts.active)));
    if (held) this.drawn.focus(gallery.active);
    const lost = selection.positions.size > 0;
    selection.clear();
    this.drawn.say(`${counted(result.count)}${lost ? '. New photos arrived: the selection was cleared' : ''}`);
    if (lost) panels.say('New photos arrived: the selection was cleared');
  }

  /** The new index of the photo that was at `index`; `index` itself if that is unknown. */
  async #nowAt(index: number, whole: Whole, signal: AbortSignal): Promise<number> {
    const tile = this.gallery.result.tile(index);
    if (!tile) return index;
    try {
      return (await api.photo(tile.id, whole, signal)).position?.index ?? index;
    } catch {
      return index;
    }
  }
}
