// What a person enters to search for photos, as the request of the API; and costs and results in words.

import type { Cost, PolygonFile, SearchRequest, SearchResponse, SearchResult, SourceListing } from '../api/search';
import { wordsOf } from '../concepts/form';
import { count, counted } from '../filters/labels';

/** Where photos are searched. */
export type Where = 'anywhere' | 'country' | 'box' | 'circle' | 'polygon';
/** Which day is limited. */
export type When = 'any' | 'taken' | 'posted';
/** Which images are fetched: the largest, the smallest of a least size, or none. */
export type Images = 'largest' | 'smaller' | 'none';

export interface Entries {
  sources: string[];
  /** Searches, separated by commas. */
  words: string;
  /** Languages for names, separated by commas. */
  languages: string;
  gbifNames: boolean;
  where: Where;
  country: string;
  /** West, south, east, north in degrees. */
  box: string;
  /** Latitude, longitude in degrees, kilometres. */
  circle: string;
  polygon: PolygonFile | null;
  when: When;
  /** A day, or '' for no limit. */
  from: string;
  to: string;
  /** '' for any. */
  license: string;
  number: number | null;
  all: boolean;
  images: Images;
  /** Long edge of a smaller image in pixels. */
  size: number | null;
  /** Requests at most; null for any number. */
  requests: number | null;
}

export const blank: Entries = {
  sources: [],
  words: '',
  languages: '',
  gbifNames: false,
  where: 'anywhere',
  country: '',
  box: '',
  circle: '',
  polygon: null,
  when: 'any',
  from: '',
  to: '',
  license: '',
  number: 100,
  all: false,
  images: 'largest',
  size: 1024,
  requests: null,
};

/** Bytes of a file with polygons, at most. */
const MOST_BYTES = 8 * 1024 * 1024;

/** The member of a request that says where. */
export const areaField = (where: Where): string => ({ anywhere: 'country', country: 'country', box: 'bbox', circle: 'near', polygon: 'polygon' })[where];

/** The members of a request whose fields are folded. */
export const MORE_FIELDS: readonly string[] = ['translate', 'taken', 'posted', 'license', 'size', 'max_requests'];

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
  if (entries.where === 'box' && !entries.box.trim()) return { field: 'bbox', message: 'Enter the edges of the box in degrees' };
  if (entries.where === 'circle' && !entries.circle.trim()) return { field: 'near', message: 'Enter the centre of the circle and its radius' };
  if (entries.where === 'polygon' && !entries.polygon) return { field: 'polygon', message: 'Choose a file' };
  if (entries.when !== 'any') {
    if (!entries.from && !entries.to) return { field: entries.when, message: 'Enter the first day, the last day, or both' };
    if (entries.from && entries.to && entries.from > entries.to) return { field: entries.when, message: 'The first day is after the last day' };
  }
  if (!entries.all && !isCount(entries.number)) return { field: 'number', message: 'Enter a whole number from 1, or choose all' };
  if (entries.images === 'smaller' && !isCount(entries.size)) return { field: 'size', message: 'Enter a whole number from 1' };
  if (entries.requests !== null && !isCount(entries.requests)) return { field: 'max_requests', message: 'Enter a whole number from 1, or nothing' };
  return null;
}

const isCount = (number: number | null): boolean => Number.isSafeInteger(number) && Number(number) > 0;

/** The request. */
export function requestOf(entries: Entries): SearchRequest {
  const request: SearchRequest = {
    sources: entries.sources,
    words: wordsOf(entries.words),
    number: entries.all ? null : entries.number,
  };
  const translate = wordsOf(entries.languages);
  if (translate.length > 0) request.translate = translate;
  if (translate.length > 0 && entries.gbifNames) request.gbif_names = true;
  if (entries.where === 'country') request.country = entries.country.trim();
  if (entries.where === 'box') request.bbox = entries.box.trim();
  if (entries.where === 'circle') request.near = entries.circle.trim();
  if (entries.where === 'polygon' && entries.polygon) request.polygon = entries.polygon;
  if (entries.when !== 'any') request[entries.when] = `${entries.from}..${entries.to}`;
  if (entries.license) request.license = entries.license;
  if (entries.images === 'smaller') request.size = entries.size;
  if (entries.images === 'none') request.records_only = true;
  if (entries.requests !== null) request.max_requests = entries.requests;
  return request;
}

/** What is set of the folded options, in a few words; '' if nothing is. */
export function moreText(entries: Entries): string {
  const parts = [wordsOf(entries.languages).join(', ')];
  if (entries.when !== 'any') parts.push(`${entries.when === 'taken' ? 'taken' : 'published'} ${entries.from}–${entries.to}`);
  if (entries.license) parts.push(`licence ${entries.license}`);
  if (entries.images === 'none') parts.push('records only');
  if (entries.images === 'smaller') parts.push(`images of ${entries.size ?? '?'} px`);
  if (entries.requests !== null) parts.push(`at most ${counted(entries.requests, 'request')}`);
  return parts.filter(Boolean).join('; ');
}

/** A box as the request has it. */
export const boxText = ({ west, south, east, north }: { west: number; south: number; east: number; north: number }): string => [west, south, east, north].join(', ');

/** A circle as the request has it. */
export const circleText = ({ latitude, longitude, radius_m }: { latitude: number; longitude: number; radius_m: number }): string =>
  [latitude, longitude, radius_m / 1000].join(', ');

/** Reads a file of polygons that was chosen. The server checks what is in it. */
export async function readPolygons(file: File): Promise<{ polygon: PolygonFile | null; mistake: Mistake | null }> {
  const wrong = (message: string) => ({ polygon: null, mistake: { field: 'polygon', message } });
  if (file.size > MOST_BYTES) return wrong(`${file.name} is too large: 8 MiB at most`);
  try {
    // With its byte order mark it has the digest that gleaner scrape computes.
    const geojson = new TextDecoder('utf-8', { ignoreBOM: true }).decode(await file.arrayBuffer());
    return { polygon: { name: file.name, geojson }, mistake: null };
  } catch {
    return wrong(`${file.name} cannot be read`);
  }
}

/** Whether a name also means something else. */
export const isAmbiguous = ({ also }: { also: readonly string[] }): boolean => also.length > 0;

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
