// Which photos are chosen, by their position in the result; another result chooses anew.
import { SvelteSet } from 'svelte/reactivity';

// So many credits still make a readable list.
const MOST = 2_000;

/** Chosen positions. */
export class Selection {
  readonly positions = new SvelteSet<number>();
  private from = 0;

  /** Chooses one more, or lets go of it. The next range begins here. */
  toggle(index: number): void {
    this.from = index;
    if (!this.positions.delete(index) && this.positions.size < MOST) this.positions.add(index);
  }

  /** Chooses everything between the last one toggled and `index`, and nothing else. */
  extend(index: number): void {
    const [first, last] = [Math.min(this.from, index), Math.max(this.from, index)];
    this.positions.clear();
    for (let at = first; at <= last && this.positions.size < MOST; at++) this.positions.add(at);
  }

  /** Where a range begins when nothing was toggled yet. */
  begin(index: number): void {
    if (this.positions.size === 0) this.from = index;
  }

  clear(): void {
    this.positions.clear();
  }

  /** The chosen positions as runs `[first, count]`, ascending. */
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
