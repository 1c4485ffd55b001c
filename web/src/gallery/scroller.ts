// A scroll position for heights that no browser can scroll: Firefox ends at 17.8 million pixels, Chromium at 33.5 million device pixels.
// The page's spacer ("physical") is capped; positions in the gallery ("logical") are not. Wheel, touch and keys move both alike, pixel by
// pixel. A jump (the thumb dragged, a click beside it) is read off a map that is exact for the first and last eighth and stretched between.
// When scrolling rests, the physical position is put back to where the map has the logical one: nothing moves on the screen.

/** The tallest spacer, CSS pixels: half of Chromium's limit at a device pixel ratio of 2. */
export const TALLEST = 8_000_000;

// A move of more than this many viewports in one event is a jump.
const JUMP = 3;

/** The scroll position of `total` logical pixels in a window of `viewport` pixels. */
export class Scroller {
  /** Logical position of the window's upper edge. */
  position = 0;
  private physical = 0;
  private total = 0;
  private viewport = 1;

  /** Height of the spacer. */
  get spacer(): number {
    return Math.min(this.total, TALLEST);
  }

  /** The largest logical position. */
  get end(): number {
    return Math.max(0, this.total - this.viewport);
  }

  /** Content at logical `y` is drawn at `y - offset` of the spacer. */
  get offset(): number {
    return this.position - this.physical;
  }

  /** Sets new heights and keeps the position if it still exists. Returns the physical position to set. */
  resize(total: number, viewport: number): number {
    this.total = Math.max(0, total);
    this.viewport = Math.max(1, viewport);
    return this.moveTo(this.position);
  }

  /** Goes to a logical position. Returns the physical position to set. */
  moveTo(position: number): number {
    this.position = Math.min(this.end, Math.max(0, position));
    this.physical = this.toPhysical(this.position);
    return this.physical;
  }

  /** Records the scroll position that the browser has really set; it rounds to device pixels. */
  settle(physical: number): void {
    if (Math.abs(physical - this.physical) > this.viewport) return;
    if (!this.scaled) this.position = physical;
    this.physical = physical;
  }

  /** Handles a scroll of the browser to `physical`. */
  scrolled(physical: number): void {
    const delta = physical - this.physical;
    this.physical = physical;
    const jumped = Math.abs(delta) > JUMP * this.viewport;
    const position = this.scaled && !jumped ? this.position + delta : this.toLogical(physical);
    this.position = Math.min(this.end, Math.max(0, position));
  }

  /** True when the physical position is about to run out before the logical one does: anchor without waiting for rest. */
  get pressed(): boolean {
    if (!this.scaled) return false;
    const [above, below] = [this.physical, this.furthest - this.physical];
    const near = 2 * this.viewport;
    return (above < near && this.position > above) || (below < near && this.end - this.position > below);
  }

  /** Moves the physical position to where the map has the logical one. Call it at rest. Returns the physical position to set. */
  anchor(): number {
    return this.moveTo(this.position);
  }

  private get scaled(): boolean {
    return this.total > TALLEST;
  }

  private get furthest(): number {
    return Math.max(0, this.spacer - this.viewport);
  }

  private get margin(): number {
    return this.furthest / 8;
  }

  private toLogical(physical: number): number {
    if (!this.scaled) return physical;
    const { margin, furthest, end } = this;
    if (physical <= margin) return physical;
    if (physical >= furthest - margin) return end - (furthest - physical);
    return margin + ((physical - margin) / (furthest - 2 * margin)) * (end - 2 * margin);
  }

  private toPhysical(position: number): number {
    if (!this.scaled) return position;
    const { margin, furthest, end } = this;
    if (position <= margin) return position;
    if (position >= end - margin) return furthest - (end - position);
    return margin + ((position - margin) / (end - 2 * margin)) * (furthest - 2 * margin);
  }
}
