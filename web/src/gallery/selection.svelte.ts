// The selected photos, by their position in the result. A new result clears the selection.
import { SvelteSet } from 'svelte/reactivity';

// The most credits in a readable list.
const MOST = 2_000;

/** Selected positions. */
export class Selection {
  readonly positions = new SvelteSet<number>();
  private from = 0;

  /** Selects a position or deselects it. The next range starts here. */
  toggle(index: number): void {
    this.from = index;
    if (!this.positions.delete(index) && this.positions.size < MOST) this.positions.add(index);
  }

  /** Selects everything between the last toggled position and `index`, and nothing else. */
  extend(index: number): void {
    const [first, last] = [Math.min(this.from, index), Math.max(this.from, index)];
    this.positions.clear();
    for (let at = first; at <= last && this.positions.size < MOST; at++) this.positions.add(at);
  }

  /** The start of a range if nothing was toggled yet. */
  begin(index: number): void {
    if (this.positions.size === 0) this.from = index;
  }

  clear(): void {
    this.positions.clear();
  }

  /** The selected positions as runs `[first, count]`, ascending. */
  runs(): [number, number][] {
    const runs: [number, number][] = [];
    for (const index of [...this.positions].sort((a, b) => a - b)) {
      const run = runs.at(-1);
      if (run && run[0] + run[1] === index) run[1]++;
      else runs.push([index, 1]);
    }
    return runs;
  }
}
