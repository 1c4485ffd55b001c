// Converts between the page's state and its address, `/?q=...&sort=...`. Default values are left out.

export type View = 'gallery' | 'map' | 'charts';

export interface PageState {
  /** Filter text. */
  q: string;
  /** `newest`, `oldest`, `views`, `faves`, `score.NAME`, `-score.NAME`. */
  sort: string;
  view: View;
  /** 0: justified rows; 1-8: number of columns and rows. */
  grid: number;
  /** Id of the open photo. */
  photo: string | null;
  /** The captions under each photo (`title`, `place`, `taken`, ...). */
  captions: string[];
  /** Position of the first visible photo, from 0. */
  at: number;
  /** `lon,lat,zoom,pitch,bearing`. */
  map: string;
  mapkind: string;
  /** The colouring of the map: `count`, `term:X`, `score.X`. */
  measure: string;
  /** The concept whose photos are labelled to find its threshold; '' for none. */
  review: string;
}

export const defaults: Readonly<PageState> = {
  q: '',
  sort: 'newest',
  view: 'gallery',
  grid: 0,
  photo: null,
  captions: ['title'],
  at: 0,
  map: '',
  mapkind: '',
  measure: '',
  review: '',
};

const views: readonly string[] = ['gallery', 'map', 'charts'];

function whole(text: string | null, most: number): number {
  const value = Number(text ?? 0);
  return Number.isInteger(value) && value > 0 ? Math.min(value, most) : 0;
}

/** Parses the query string of an address. Invalid values become their defaults. */
export function readAddress(search: string): PageState {
  const from = new URLSearchParams(search);
  const view = from.get('view') ?? '';
  const captions = from.get('captions');
  return {
    q: from.get('q') ?? '',
    sort: from.get('sort') || defaults.sort,
    view: views.includes(view) ? (view as View) : defaults.view,
    grid: whole(from.get('grid'), 8),
    photo: from.get('photo') || null,
    captions: captions === null ? defaults.captions : captions.split(',').filter((name) => name && name !== 'none'),
    at: whole(from.get('at'), Number.MAX_SAFE_INTEGER),
    map: from.get('map') ?? '',
    mapkind: from.get('mapkind') ?? '',
    measure: from.get('measure') ?? '',
    review: from.get('review') ?? '',
  };
}

/** The query string of a state: `?q=country:IN&view=map`, or '' if all values are defaults. */
export function printAddress(state: PageState): string {
  const to = new URLSearchParams();
  for (const name of Object.keys(defaults) as (keyof PageState)[]) {
    const text = printPart(state, name);
    if (text !== printPart(defaults, name)) to.set(name, text);
  }
  // Colons, commas and slashes need no escape in a query, and the address stays readable.
  const search = to.toString().replaceAll('%3A', ':').replaceAll('%2C', ',').replaceAll('%2F', '/');
  return search ? `?${search}` : '';
}

function printPart(state: Readonly<PageState>, name: keyof PageState): string {
  if (name === 'captions') return state.captions.join(',') || 'none';
  return String(state[name] ?? '');
}
