// Asking the server. Caching is the browser's: every answer has an ETag and is asked again with it.

import type {
  Choices,
  DatasetInfo,
  Facets,
  FilterResponse,
  MapCells,
  Personal,
  PhotoDetail,
  PhotoPage,
  Recording,
  SavedView,
  Seasons,
  Ticks,
} from './types';

/** What went wrong, in words for a person. `at`: character position in the filter text, for its errors only. */
export class ApiError extends Error {
  readonly status: number;
  readonly at: number | null;

  constructor(message: string, status: number, at: number | null = null) {
    super(message);
    this.name = 'ApiError';
    this.status = status;
    this.at = at;
  }

  /** The server did not answer at all. */
  get gone(): boolean {
    return this.status === 0;
  }
}

/** Query parameters; null, undefined and '' are left out. */
export type Query = Record<string, string | number | boolean | null | undefined>;

/** Which photos, in which order. */
export interface Whole {
  q: string;
  sort?: string;
}

/** The address of an answer, e.g. for a link. */
export function url(path: string, query: Query = {}): string {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (value !== null && value !== undefined && value !== '') search.set(name, String(value));
  }
  const text = search.toString();
  return `/api/v1/${path}${text ? `?${text}` : ''}`;
}

/** Whether this is only the news that somebody aborted the request. */
export function aborted(error: unknown): boolean {
  return error instanceof DOMException && error.name === 'AbortError';
}

async function refusal(response: Response): Promise<ApiError> {
  try {
    const body = (await response.json()) as { error?: { message?: string; at?: number } };
    if (body.error?.message) return new ApiError(body.error.message, response.status, body.error.at ?? null);
  } catch {
    // Not the envelope: say what the status says.
  }
  return new ApiError(`The server answered ${response.status}.`, response.status);
}

async function send(address: string, init: RequestInit): Promise<Response> {
  let response: Response;
  try {
    response = await fetch(address, { credentials: 'same-origin', ...init });
  } catch (error) {
    if (aborted(error)) throw error;
    throw new ApiError('The server does not answer.', 0);
  }
  if (!response.ok) throw await refusal(response);
  return response;
}

/** A safe request, its answer read as JSON. */
export async function ask<T>(path: string, query: Query, signal?: AbortSignal): Promise<T> {
  const response = await send(url(path, query), signal ? { signal } : {});
  return (await response.json()) as T;
}

/** An unsafe request; the header tells the server that it comes from this page. */
export async function change(method: 'POST' | 'PUT' | 'DELETE', path: string, body?: unknown): Promise<Response> {
  const headers: Record<string, string> = { 'X-Gleaner': '1' };
  if (body instanceof Blob) return send(url(path), { method, headers, body });
  if (body === undefined) return send(url(path), { method, headers });
  headers['Content-Type'] = 'application/json';
  return send(url(path), { method, headers, body: JSON.stringify(body) });
}

const photoPath = (id: string): string => `photos/${encodeURIComponent(id)}`;

export const api = {
  dataset: (signal?: AbortSignal) => ask<DatasetInfo>('dataset', {}, signal),

  /** Counts of the facets named (none: all). */
  facets: (q: string, names: string[] = [], signal?: AbortSignal) =>
    ask<Facets>('facets', { q, names: names.join(',') }, signal),

  /** Values of one field of names whose label holds `like`. */
  choices: (name: string, query: { q: string; like?: string; limit?: number }, signal?: AbortSignal) =>
    ask<Choices>(`facets/${encodeURIComponent(name)}`, query, signal),

  photos: (query: Whole & { from?: number; limit?: number }, signal?: AbortSignal) =>
    ask<PhotoPage>('photos', { ...query }, signal),

  /** Aspect ratios of all photos in order: byte `b` stands for width / height = 2^((b - 128) / 32). */
  async aspects(query: Whole, signal?: AbortSignal): Promise<Uint8Array<ArrayBuffer>> {
    const response = await send(url('aspects', { ...query }), signal ? { signal } : {});
    return new Uint8Array(await response.arrayBuffer());
  },

  ticks: (query: Whole, signal?: AbortSignal) => ask<Ticks>('ticks', { ...query }, signal),

  photo: (id: string, query: Whole, signal?: AbortSignal) => ask<PhotoDetail>(photoPath(id), { ...query }, signal),

  personal: (id: string, signal?: AbortSignal) => ask<Personal>(`${photoPath(id)}/personal`, {}, signal),

  map: (
    query: Whole & { bbox?: string; zoom?: number; cells?: boolean; measure?: string },
    signal?: AbortSignal,
  ) => ask<MapCells>('map', { ...query }, signal),

  seasons: (q: string, signal?: AbortSignal) => ask<Seasons>('seasons', { q }, signal),

  /** Reads a filter text; a mistake in it is an ApiError with `at`. */
  filter: (q: string, signal?: AbortSignal) =>
    ask<FilterResponse>('filter', { q }, signal),

  views: (signal?: AbortSignal) => ask<{ views: SavedView[] }>('views', {}, signal),
  saveView: (name: string, search: string) => change('PUT', `views/${encodeURIComponent(name)}`, { search }),
  deleteView: (name: string) => change('DELETE', `views/${encodeURIComponent(name)}`),

  unlock: (key: string) => change('POST', 'unlock', { key }),
  lock: () => change('POST', 'lock', {}),

  recordings: (signal?: AbortSignal) => ask<{ recordings: Recording[] }>('recordings', {}, signal),
  /** Makes one that was cut off a file that can be had. */
  finishRecording: (id: string, ending: { duration_ms?: number; sidecar?: object } = {}) =>
    change('POST', `recordings/${encodeURIComponent(id)}/finish`, ending),
  deleteRecording: (name: string) => change('DELETE', `recordings/${encodeURIComponent(name)}`),
};
