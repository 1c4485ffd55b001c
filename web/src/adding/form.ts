// What a person enters to search for photos, as the request of the API; and costs and results in words.

import type { Cost, SearchRequest, SearchResponse, SearchResult, SourceListing } from '../api/search';
import { wordsOf } from '../concepts/form';
import { count, counted } from '../filters/labels';

/** Where photos are searched: anywhere, in a country, in the filter's box, or in the part of the map that is in sight. */
export type Where = 'anywhere' | 'country' | 'filter' | 'map';
/** Which day is limited. */
export type When = 'any' | 'taken' | 'posted';

export interface Entries {
  sources: string[];
  /** Searches, separated by commas. */
  words: string;
  where: Where;
  country: string;
  when: When;
  /** A day, or '' for no limit. */
  from: string;
  to: string;
  /** '' for any. */
  license: string;
  number: number | null;
  all: boolean;
}

export const blank: Entries = {
  sources: [],
  words: '',
  where: 'anywhere',
  country: '',
  when: 'any',
  from: '',
  to: '',
  license: '',
  number: 100,
  all: false,
};

export const LICENSES = [
  ['', 'Any'],
  ['open', 'Open: use and change for any purpose'],
  ['commercial', 'Commercial use allowed'],
  ['modifiable', 'Changes allowed'],
] as const;

/** A mistake that is seen before the server is asked; `field` as the server names it. */
export interface Mistake {
  field: string;
  message: string;
}

/** The first mistake; null if there is none. The server checks everything else. */
export function mistakeIn(entries: Entries): Mistake | null {
  if (entries.sources.length === 0) return { field: 'sources', message: 'Choose at least one source' };
  if (wordsOf(entries.words).length === 0) return { field: 'words', message: 'Enter the words to search for' };
  if (entries.where === 'country' && !entries.country.trim()) return { field: 'country', message: 'Enter a country' };
  if (entries.when !== 'any') {
    if (!entries.from && !entries.to) return { field: entries.when, message: 'Enter the first day, the last day, or both' };
    if (entries.from && entries.to && entries.from > entries.to) return { field: entries.when, message: 'The first day is after the last day' };
  }
  if (!entries.all && !(Number.isSafeInteger(entries.number) && Number(entries.number) > 0)) {
    return { field: 'number', message: 'Enter a whole number from 1, or choose all' };
  }
  return null;
}

/** The request. `boxes`: the boxes of the filter and of the map, `west,south,east,north`. */
export function requestOf(entries: Entries, boxes: { filter: string | null; map: string | null }): SearchRequest {
  const request: SearchRequest = {
    sources: entries.sources,
    words: wordsOf(entries.words),
    number: entries.all ? null : entries.number,
  };
  const bbox = entries.where === 'filter' ? boxes.filter : entries.where === 'map' ? boxes.map : null;
  if (bbox) request.bbox = bbox;
  if (entries.where === 'country') request.country = entries.country.trim();
  if (entries.when !== 'any') request[entries.when] = `${entries.from}..${entries.to}`;
  if (entries.license) request.license = entries.license;
  return request;
}

/** `40 s`, `5 min`, `2 h 10 min`, `3 days`. */
export function duration(seconds: number): string {
  const whole = Math.max(1, Math.ceil(seconds));
  if (whole <= 90) return `${whole} s`;
  if (whole < 5_400) return `${Math.ceil(whole / 60)} min`;
  if (whole < 172_800) return `${Math.floor(whole / 3_600)} h ${Math.floor((whole % 3_600) / 60)} min`;
  return `${Math.ceil(whole / 86_400)} days`;
}

/** The cost of all searches in one sentence. */
export function costText({ photos, requests, seconds }: Cost): string {
  const most = photos === null ? 'An unknown number of photos' : `At most ${counted(photos)}`;
  const asks = requests === null ? 'an unknown number of requests' : counted(requests, 'request');
  return `${most}, ${asks}${seconds === null ? '' : `, about ${duration(seconds)}`}.`;
}

/** Why a source cannot be used now, and what to do. */
export function obstacleOf(source: SourceListing): string | null {
  if (source.ready) return null;
  const missing = source.keys.find(({ required, present }) => required && !present);
  if (!missing) return source.problem ?? 'It cannot be used now.';
  return `Needs a ${missing.title}: set ${missing.variable} before gleaner serve starts, or put it into credentials.json in its folder (${missing.note}).`;
}

/** What a source is searched by, where that is not plain words. */
export function hintOf(source: SourceListing): string {
  const by = source.search_by.includes('taxon') ? 'Searched by the names of animals, plants and fungi' : '';
  const places = source.located ? '' : 'without places';
  return [by, places, source.note].filter(Boolean).join('; ');
}

const criteria: Record<string, string> = { area: 'elsewhere', taken: 'taken at another time', posted: 'published at another time', license: 'under another licence' };

/** `3 photos were left out: 2 elsewhere, 1 under another licence`; null if none was. */
export function leftOutText(result: SearchResult): string | null {
  const total = Object.values(result.left_out).reduce((sum, photos) => sum + photos, 0);
  if (total === 0) return null;
  const each = Object.entries(result.left_out).map(([name, photos]) => `${count(photos)} ${criteria[name] ?? name}`);
  return `${counted(total)} ${total === 1 ? 'was' : 'were'} left out: ${each.join(', ')}.`;
}

/** The result in one sentence: `120 photos found, 100 new images, 20 were there already.` */
export function resultText(result: SearchResult): string {
  const parts = [`${counted(result.found)} found`];
  const fresh = result.images - result.known_images;
  if (result.found > 0) parts.push(fresh === 0 ? 'no new images' : counted(fresh, 'new image'));
  if (result.known_images > 0) parts.push(`${count(result.known_images)} ${result.known_images === 1 ? 'was' : 'were'} there already`);
  return `${parts.join(', ')}.`;
}

/** Photos found so far, by all searches. A photo that two of them find counts twice. */
export const foundSoFar = (now: SearchResponse): number => now.searches.reduce((sum, { found }) => sum + found, 0);
