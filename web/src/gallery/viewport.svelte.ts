// The scrolling window of the gallery: connects the browser's element with the scroller's unlimited position.
import { Scroller } from './scroller';

// Scrolling has stopped when nothing moved for this long, milliseconds.
const REST = 160;

/** The visible part of tall content. Lengths are CSS pixels. */
export class Viewport {
  /** Upper edge of the visible part. */
  position = $state(0);
  /** Content at `y` is drawn at `y - offset` of the spacer. */
  offset = $state(0);
  height = $state(0);
  width = $state(0);
  /** Incremented when scrolling stops. */
  rests = $state(0);
  /** Whether the last move was a jump. */
  leapt = $state(false);

  private readonly scroller = new Scroller();
  private window: HTMLElement | null = null;
  private spacer: HTMLElement | null = null;
  private total = 0;
  private resting: ReturnType<typeof setTimeout> | undefined;

  /** The largest position. */
  get end(): number {
    return this.scroller.end;
  }

  /** Attaches to the scrolling element and the spacer in it. Returns a function that detaches. */
  attach(window: HTMLElement, spacer: HTMLElement): () => void {
    this.window = window;
    this.spacer = spacer;
    const measure = () => {
      this.height = window.clientHeight;
      this.width = spacer.clientWidth;
      this.resize(this.total);
    };
    const observer = new ResizeObserver(measure);
    observer.observe(window);
    const scrolled = () => this.scrolled();
    window.addEventListener('scroll', scrolled, { passive: true });
    measure();
    return () => {
      observer.disconnect();
      window.removeEventListener('scroll', scrolled);
      clearTimeout(this.resting);
      this.window = this.spacer = null;
    };
  }

  /** Sets the height of the content to `total` and, if given, the position. */
  resize(total: number, position?: number): void {
    this.total = total;
    let physical = this.scroller.resize(total, this.height);
    if (position !== undefined) physical = this.scroller.moveTo(position);
    if (this.spacer) this.spacer.style.height = `${this.scroller.spacer}px`;
    this.put(physical);
  }

  /** Scrolls to `position`. */
  moveTo(position: number): void {
    this.put(this.scroller.moveTo(position));
    this.rest();
  }

  /** Scrolls as little as needed to show the part from `top` to `bottom`. */
  reveal(top: number, bottom: number, margin: number): void {
    if (top - margin < this.position) this.moveTo(top - margin);
    else if (bottom + margin > this.position + this.height) this.moveTo(bottom + margin - this.height);
  }

  private put(physical: number): void {
    if (this.window) {
      this.window.scrollTop = physical;
      this.scroller.settle(this.window.scrollTop);
    }
    this.publish();
  }

  private scrolled(): void {
    if (!this.window) return;
    this.scroller.scrolled(this.window.scrollTop);
    if (this.scroller.pressed) this.put(this.scroller.anchor());
    else this.publish();
    this.rest();
  }

  private rest(): void {
    clearTimeout(this.resting);
    this.resting = setTimeout(() => {
      this.put(this.scroller.anchor());
      this.leapt = false;
      this.rests++;
    }, REST);
  }

  private publish(): void {
    this.leapt = Math.abs(this.scroller.position - this.position) > 2 * this.height;
    this.position = this.scroller.position;
    this.offset = this.scroller.offset;
  }
}
