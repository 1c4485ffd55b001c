import { describe, expect, it } from 'vitest';
import { Scroller, TALLEST } from './scroller';

const VIEWPORT = 900;

/** A browser that scrolls the spacer: rounds to device pixels and never leaves it. */
class Browser {
  top = 0;

  constructor(
    private readonly scroller: Scroller,
    private readonly ratio: number,
  ) {}

  put(top: number): void {
    const furthest = Math.max(0, this.scroller.spacer - VIEWPORT);
    this.top = Math.round(Math.min(furthest, Math.max(0, top)) * this.ratio) / this.ratio;
  }

  set(top: number): void {
    this.put(top);
    this.scroller.settle(this.top);
  }

  wheel(delta: number): void {
    this.put(this.top + delta);
    this.scroller.scrolled(this.top);
    if (this.scroller.pressed) this.set(this.scroller.anchor());
  }

  rest(): void {
    this.set(this.scroller.anchor());
  }
}

function at(total: number, ratio = 1): { scroller: Scroller; browser: Browser } {
  const scroller = new Scroller();
  const browser = new Browser(scroller, ratio);
  browser.set(scroller.resize(total, VIEWPORT));
  return { scroller, browser };
}

describe.each([1, 2])('at a device pixel ratio of %i', (ratio) => {
  describe.each([57_600_000, 288_000_000])('in %i pixels', (total) => {
    it('dragging the thumb to the end shows the last row, and back the first', () => {
      const { scroller, browser } = at(total, ratio);
      browser.wheel(TALLEST);
      expect(scroller.position).toBe(total - VIEWPORT);
      browser.rest();
      expect(scroller.position).toBe(total - VIEWPORT);
      browser.wheel(-TALLEST);
      expect(scroller.position).toBe(0);
    });

    it('the wheel moves pixel by pixel over 100,000 ticks, resting now and then', () => {
      const { scroller, browser } = at(total, ratio);
      browser.set(scroller.moveTo(total / 3));
      const from = scroller.position;
      let expected = from;
      let drift = 0;
      for (let tick = 1; tick <= 100_000; tick++) {
        const delta = tick % 7 === 0 ? -53 : 120;
        browser.wheel(delta);
        expected += delta;
        if (tick % 97 === 0) browser.rest();
        drift = Math.max(drift, Math.abs(scroller.position - expected));
      }
      expect(expected).toBeLessThan(total - VIEWPORT);
      expect(drift).toBeLessThan(1e-6);
    });

    it('the wheel alone reaches both ends from near by', () => {
      const { scroller, browser } = at(total, ratio);
      browser.set(scroller.moveTo(total - VIEWPORT - 50_000));
      for (let tick = 0; tick < 600; tick++) browser.wheel(100);
      expect(scroller.position).toBe(total - VIEWPORT);
      browser.set(scroller.moveTo(50_000));
      for (let tick = 0; tick < 600; tick++) browser.wheel(-100);
      expect(scroller.position).toBe(0);
    });

    it('a wheel that never rests does not run into the end of the spacer', () => {
      const { scroller, browser } = at(total, ratio);
      for (let tick = 0; tick < 100_000; tick++) browser.wheel(120);
      expect(scroller.position).toBe(12_000_000);
    });

    it('goes to any position, and stays there at rest', () => {
      const { scroller, browser } = at(total, ratio);
      for (const share of [0, 0.001, 0.1, 0.37, 0.5, 0.9, 0.9999, 1]) {
        const wanted = share * (total - VIEWPORT);
        browser.set(scroller.moveTo(wanted));
        browser.rest();
        expect(scroller.position).toBeCloseTo(wanted, 6);
        expect(wanted - scroller.offset).toBeCloseTo(browser.top, 6);
      }
    });
  });

  it('a small gallery scrolls as any page does', () => {
    const { scroller, browser } = at(5_000, ratio);
    browser.wheel(333);
    expect(scroller.position).toBe(333);
    expect(scroller.offset).toBe(0);
    browser.wheel(100_000);
    expect(scroller.position).toBe(4_100);
    expect(scroller.offset).toBe(0);
  });
});

it('the whole way of the thumb is monotone', () => {
  const { scroller, browser } = at(288_000_000);
  let before = -1;
  for (let top = 0; top <= TALLEST; top += 10_000) {
    browser.put(top);
    scroller.scrolled(browser.top);
    expect(scroller.position).toBeGreaterThan(before);
    before = scroller.position;
  }
});

it('a gallery that shrinks keeps the position as far as it exists', () => {
  const { scroller } = at(1_000_000);
  scroller.moveTo(800_000);
  scroller.resize(500_000, VIEWPORT);
  expect(scroller.position).toBe(500_000 - VIEWPORT);
  scroller.resize(300, VIEWPORT);
  expect(scroller.position).toBe(0);
});
