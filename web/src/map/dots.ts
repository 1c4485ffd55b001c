// The dots of photos for MapLibre, in parts: what is handed over to its worker is copied, and all of it at once takes a tenth of a
// second. A part has one feature a colour, and which photo is at a place is looked up here.
import type { Feature, MultiPoint } from 'geojson';
import { dotColour, type Paint, type Points } from './shapes';

/** Dots of a part. */
const PART = 4_000;

export type DotFeature = Feature<MultiPoint, { colour: string }> & { id: number };

/** The source of the map that the dots are handed to. */
export interface DotSource {
  updateData(change: { removeAll?: boolean; remove?: number[]; add?: DotFeature[] }): Promise<unknown>;
}

/** Part `at` of the points. */
export function partOf(points: Points, colourOf: (index: number) => string, at: number, size = PART): DotFeature[] {
  const byColour = new Map<string, [number, number][]>();
  const end = Math.min(points.lon.length, (at + 1) * size);
  for (let index = at * size; index < end; index += 1) {
    const colour = colourOf(index);
    const place: [number, number] = [points.lon[index] ?? 0, points.lat[index] ?? 0];
    const places = byColour.get(colour);
    if (places) places.push(place);
    else byColour.set(colour, [place]);
  }
  return [...byColour].map(([colour, coordinates], one) => ({
    type: 'Feature',
    id: at * 100 + one,
    properties: { colour },
    geometry: { type: 'MultiPoint', coordinates },
  }));
}

/** The index of the point that is nearest to a place; -1 where there is none. */
export function nearest({ lon, lat }: Points, [x, y]: readonly [number, number]): number {
  const narrow = Math.cos((y * Math.PI) / 180);
  let [found, least] = [-1, Infinity];
  for (let index = 0; index < lon.length; index += 1) {
    const across = ((((lon[index]! - x + 180) % 360) + 360) % 360) - 180;
    const distance = (across * narrow) ** 2 + (lat[index]! - y) ** 2;
    if (distance < least) [found, least] = [index, distance];
  }
  return found;
}

const nextTask = (): Promise<void> => new Promise((done) => setTimeout(done));

/** Keeps a source's dots up with what is to be shown. */
export class Dots {
  /** Ids of the features that the source has, part by part. */
  #ids: number[][] = [];
  #run = 0;
  busy = false;

  /** The source is new and empty. */
  forget(): void {
    this.#ids = [];
  }

  /** Replaces part after part, each in a task of its own; a later call takes over from an earlier one. */
  async show(source: DotSource, points: Points | null, how: Paint): Promise<void> {
    this.#run += 1;
    const mine = this.#run;
    const parts = points ? Math.ceil(points.lon.length / PART) : 0;
    if (parts === 0 && this.#ids.length === 0) return;
    this.busy = true;
    const colourOf = points ? dotColour(points, how) : () => '';
    for (let at = 0; at < Math.max(parts, this.#ids.length); at += 1) {
      if (at > 0) await nextTask();
      if (mine !== this.#run) return;
      const add = points ? partOf(points, colourOf, at) : [];
      const remove = (this.#ids[at] ?? []).filter((id) => !add.some((feature) => feature.id === id));
      this.#ids[at] = add.map(({ id }) => id);
      await source.updateData({ remove, add });
    }
    if (mine !== this.#run) return;
    this.#ids.length = parts;
    this.busy = false;
  }
}
