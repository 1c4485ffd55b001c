// Requests about searches that add photos from photo services.

import { abortable, body, client, own } from './client';
import type { components } from './schema';
import type { Closer } from './types';

type Schemas = components['schemas'];

export type SourceListing = Schemas['SourceListing'];
export type SourcesResponse = Schemas['SourcesResponse'];
export type SearchRequest = Schemas['SearchRequest'];
export type SearchResult = Closer<Schemas['SearchResultResponse'], { faults: Record<string, number>; left_out: Record<string, number> }>;
export type SearchResponse = Closer<Schemas['SearchResponse'], { result: SearchResult | null }>;
export type Cost = Schemas['Cost'];
export type PolygonFile = Schemas['PolygonFile'];
export type NamesResponse = Schemas['NamesResponse'];

export const searching = {
  sources: (signal?: AbortSignal) => body(client.GET('/api/v1/sources', abortable(signal))),

  /** The running search, or the last one. */
  progress: (signal?: AbortSignal) => body(client.GET('/api/v1/search', abortable(signal))) as Promise<SearchResponse>,

  estimate: (request: SearchRequest, signal?: AbortSignal) =>
    body(client.POST('/api/v1/search/estimate', { ...own, body: request, ...abortable(signal) })),

  /** The names that a search would look for besides its words. */
  names: (request: SearchRequest, signal?: AbortSignal) => body(client.POST('/api/v1/search/names', { ...own, body: request, ...abortable(signal) })),

  start: (request: SearchRequest) => body(client.POST('/api/v1/search', { ...own, body: request })) as Promise<SearchResponse>,

  stop: () => body(client.DELETE('/api/v1/search', own)) as Promise<SearchResponse>,
};
