// The interface of both maps: MapLibre, and a canvas if there is no WebGL.
import type { MapCells } from '../api/types';
import type { Area } from '../state/filter';
import type { Cell } from './shapes';
import type { Measure } from './measure';
import type { Bbox, Spread, View } from './view';
import type { Vertex } from './lasso';

export const KINDS = ['points', 'hexagons', 'clusters', 'countries'] as const;
export type Kind = (typeof KINDS)[number];

/** The object under the pointer and its position on the map in pixels. */
export type Thing =
  | { what: 'photo'; position: number; x: number; y: number }
  | { what: 'cell'; id: string; count: number; value: number | null; x: number; y: number }
  | { what: 'country'; code: string; name: string; x: number; y: number };

/** All that is drawn. */
export interface Scene {
  kind: Kind;
  globe: boolean;
  dark: boolean;
  measure: Measure;
  answer: MapCells | null;
  /** Cells as clusters, where these are shown: neighbours whose circles would overlap are one. */
  gathered: readonly Cell[];
  /** Colours by ISO 3166-1 alpha-2, for `countries`. */
  countries: ReadonlyMap<string, string>;
  /** Countries of the filter. */
  chosen: readonly string[];
  areas: readonly Area[];
}

export interface Hooks {
  /** After each move, and once at the start; bounds continue past 180. */
  moved(view: View, bounds: Bbox): void;
  hovered(thing: Thing | null): void;
  /** `touch`: by a finger, which cannot hover. */
  picked(thing: Thing | null, touch: boolean): void;
  /** Whether everything is drawn and nothing moves. */
  drawn(all: boolean): void;
  failed(reason: string): void;
}

export interface Surface {
  show(scene: Scene): void;
  look(view: View, calm: boolean): void;
  /** A globe that would be small stays large and turns to the middle. `calm`: moves there, where that is not switched off. */
  fit(spread: Spread, calm: boolean): void;
  zoomBy(levels: number): void;
  /** North up, seen from above. */
  straighten(): void;
  /** Longitude and latitude at a pixel of the map; undefined beyond the globe. */
  at(x: number, y: number): Vertex | undefined;
  destroy(): void;
}

export type OpenSurface = (element: HTMLElement, view: View, hooks: Hooks) => Promise<Surface>;

function hasWebGl(): boolean {
  const context = document.createElement('canvas').getContext('webgl2');
  context?.getExtension('WEBGL_lose_context')?.loseContext();
  return context !== null;
}

/** `map2d=1` in the URL selects the canvas. */
export async function openSurface(...args: Parameters<OpenSurface>): Promise<Surface> {
  const flat = new URLSearchParams(location.search).get('map2d') === '1' || !hasWebGl();
  const { open } = flat ? await import('./canvas') : await import('./gl');
  return open(...args);
}

/** Whether a count is shown by cells (also where there are too many photos for dots). */
export const shownAs = ({ kind, answer }: Pick<Scene, 'kind' | 'answer'>): 'dots' | 'flat' | 'columns' | 'clusters' | 'choropleth' => {
  if (kind === 'countries') return 'choropleth';
  if (kind === 'points') return answer?.points ? 'dots' : 'flat';
  return kind === 'hexagons' ? 'columns' : 'clusters';
};
