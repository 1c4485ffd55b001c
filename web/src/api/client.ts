// The HTTP client of /api/v1. Paths, parameters, bodies and responses are checked against schema.d.ts (openapi-fetch).
// Caching is left to the browser: it sends the ETag of each response again.

import createClient from 'openapi-fetch';
import type { paths } from './schema';
import type { FilterResponse, MapCells, Personal, PhotoDetail } from './types';

/**
 * A failed request. The message is for a person. `at`: position in the filter text, only if the filter is wrong. `field`: the
 * member of the body that is wrong.
 */
export class ApiError extends Error {
  readonly status: number;
  readonly at: number | null;
  readonly field: string | null;

  constructor(message: string, status: number, at: number | null = null, field: string | null = null) {
    super(message);
    this.name = 'ApiError';
    this.status = status;
    this.at = at;
    this.field = field;
  }

  /** The server did not answer at all. */
  get gone(): boolean {
    return this.status === 0;
  }
}

/** What went wrong, for a person. */
export const reasonOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** Any error as one of the API. */
export const asApiError = (error: unknown): ApiError => (error instanceof ApiError ? error : new ApiError(String(error), 0));

/** Query parameters; null, undefined and '' are left out. */
export type Query = Record<string, string | number | boolean | null | undefined>;

/** A filter and a sort order. */
export interface Whole {
  q: string;
  sort?: string;
}

function serialize(query: object): string {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query as Query)) {
    if (value !== null && value !== undefined && value !== '') search.set(name, String(value));
  }
  return search.toString();
}

/** The address of a response, for a link. */
export function url(path: string, query: Query = {}): string {
  const text = serialize(query);
  return `/api/v1/${path}${text ? `?${text}` : ''}`;
}

/** Whether an error only says that the request was aborted. */
export function aborted(error: unknown): boolean {
  return error instanceof DOMException && error.name === 'AbortError';
}

async function errorOf(response: Response): Promise<ApiError> {
  try {
    const body = (await response.json()) as { error?: { message?: string; at?: number; field?: string } };
    if (body.error?.message) return new ApiError(body.error.message, response.status, body.error.at ?? null, body.error.field ?? null);
  } catch {
    // Not an error of the API: only its status is known.
  }
  return new ApiError(`The server answered ${response.status}.`, response.status);
}

async function send(request: Request): Promise<Response> {
  let response: Response;
  try {
    response = await fetch(request);
  } catch (error) {
    if (aborted(error)) throw error;
    throw new ApiError('The server is not responding.', 0);
  }
  if (!response.ok) throw await errorOf(response);
  return response;
}

export const client = createClient<paths>({
  // The unit tests have no address.
  baseUrl: globalThis.location?.origin ?? 'http://127.0.0.1',
  credentials: 'same-origin',
  fetch: send,
  querySerializer: serialize,
});

/** Unsafe requests must have this header: a page of another site cannot set it. */
export const own = { headers: { 'X-Gleaner': '1' } };

/** The options of a request that can be aborted. */
export const abortable = (signal?: AbortSignal): { signal?: AbortSignal } => (signal ? { signal } : {});

/** The body of a response. Errors were thrown before. */
export async function body<R extends { data?: unknown }>(call: Promise<R>): Promise<Exclude<R['data'], undefined>> {
  return (await call).data as Exclude<R['data'], undefined>;
}

const photo = (id: string, query: Whole) => ({ params: { path: { id }, query } });
const named = (name: string) => ({ params: { path: { name } } });

export const api = {
  dataset: (signal?: AbortSignal) => body(client.GET('/api/v1/dataset', abortable(signal))),

  /** Counts of the named facets (none: all). */
  facets: (q: string, names: string[] = [], signal?: AbortSignal) =>
    body(client.GET('/api/v1/facets', { params: { query: { q, names: names.join(',') } }, ...abortable(signal) })),

  /** Values of one field whose label contains `like`. */
  choices: (name: string, query: { q: string; like?: string; limit?: number }, signal?: AbortSignal) =>
    body(client.GET('/api/v1/facets/{name}', { params: { path: { name }, query }, ...abortable(signal) })),

  photos: (query: Whole & { from?: number; limit?: number }, signal?: AbortSignal) =>
    body(client.GET('/api/v1/photos', { params: { query }, ...abortable(signal) })),

  /** Aspect ratios of all photos in order: byte `b` means width / height = 2^((b - 128) / 32). */
  async aspects(query: Whole, signal?: AbortSignal): Promise<Uint8Array<ArrayBuffer>> {
    const options = { params: { query }, parseAs: 'arrayBuffer', ...abortable(signal) } as const;
    return new Uint8Array(await body(client.GET('/api/v1/aspects', options)));
  },

  ticks: (query: Whole, signal?: AbortSignal) =>
    body(client.GET('/api/v1/ticks', { params: { query }, ...abortable(signal) })),

  photo: (id: string, query: Whole, signal?: AbortSignal) =>
    body(client.GET('/api/v1/photos/{id}', { ...photo(id, query), ...abortable(signal) })) as Promise<PhotoDetail>,

  personal: (id: string, signal?: AbortSignal) =>
    body(client.GET('/api/v1/photos/{id}/personal', { params: { path: { id } }, ...abortable(signal) })) as Promise<Personal>,

  /** Taxa with a name that begins with `like`. */
  taxa: (like: string, signal?: AbortSignal) =>
    body(client.GET('/api/v1/taxa', { params: { query: { like } }, ...abortable(signal) })),
  /** Saves a reviewer's verdict on the taxon of a photo. */
  reviewTaxon: (id: string, review: { by: string; verdict: 'yes' | 'no' | 'cleared'; name?: string }) =>
    body(client.PUT('/api/v1/photos/{id}/taxon', { params: { path: { id } }, ...own, body: review })),

  map: (query: Whole & { bbox?: string; zoom?: number; cells?: boolean; measure?: string }, signal?: AbortSignal) =>
    body(client.GET('/api/v1/map', { params: { query }, ...abortable(signal) })) as Promise<MapCells>,

  analyses: (signal?: AbortSignal) => body(client.GET('/api/v1/analyses', abortable(signal))),

  /** Asks one analysis. `query`: the filter and the analysis' own parameters. */
  analysis: (name: string, query: Query, signal?: AbortSignal) =>
    body(client.GET('/api/v1/analyses/{name}', { params: { path: { name }, query }, ...abortable(signal) })),

  /** Parses a filter text; a mistake in it is an ApiError with `at`. */
  filter: (q: string, signal?: AbortSignal) =>
    body(client.GET('/api/v1/filter', { params: { query: { q } }, ...abortable(signal) })) as Promise<FilterResponse>,

  views: (signal?: AbortSignal) => body(client.GET('/api/v1/views', abortable(signal))),
  saveView: (name: string, search: string) => client.PUT('/api/v1/views/{name}', { ...named(name), ...own, body: { search } }),
  deleteView: (name: string) => client.DELETE('/api/v1/views/{name}', { ...named(name), ...own }),

  unlock: (key: string) => client.POST('/api/v1/unlock', { ...own, body: { key } }),
  lock: () => client.POST('/api/v1/lock', own),

  recordings: (signal?: AbortSignal) => body(client.GET('/api/v1/recordings', abortable(signal))),
  beginRecording: (mime: string) => body(client.POST('/api/v1/recordings', { ...own, body: { mime } })),
  /** Uploads chunk `seq`, counted from 0. */
  appendRecording: (id: string, seq: number, chunk: Blob) =>
    client.PUT('/api/v1/recordings/{id}/{seq}', {
      params: { path: { id, seq } },
      headers: { ...own.headers, 'Content-Type': chunk.type || 'application/octet-stream' },
      body: [],
      bodySerializer: () => chunk,
    }),
  /** Finishes a recording, also one that a crash interrupted. */
  finishRecording: (id: string, details: { duration_ms?: number; sidecar?: object } = {}) =>
    client.POST('/api/v1/recordings/{id}/finish', {
      params: { path: { id } },
      ...own,
      // OpenAPI has no type for an object with any content.
      body: details as { duration_ms?: number },
    }),
  deleteRecording: (name: string) => client.DELETE('/api/v1/recordings/{name}', { ...named(name), ...own }),
};
