// Map data from the server: requested shortly after the map stops moving, one request at a time.
import { aborted, api, ApiError, asApiError } from '../api/client';
import type { Choices, MapCells } from '../api/types';
import { quoted } from '../state/filter';
import { formatBbox, askedFor, holds, type Spread, type View, type Bbox } from './view';
import { around, middle } from './shapes';
import type { Kind } from './surface';

export interface Question {
  q: string;
  kind: Kind;
  measure: string;
  /** Of the dataset: a change triggers a new request. */
  revision: number;
}

const REST_MS = 150;
/** Clusters are drawn from coarser cells than hexagons, so that circles keep clear of each other. */
const CLUSTER_ZOOM = -0.8;

/** Cells get finer by half levels: less would ask for the same cells again. */
const zoomStep = (zoom: number): number => Math.max(0, Math.round(zoom * 2) / 2);

export class MapPhotos {
  answer = $state.raw<MapCells | null>(null);
  countries = $state.raw<Choices | null>(null);
  /** Share of the measure's term by country, if requested. */
  found = $state.raw<ReadonlyMap<string, number> | null>(null);
  error = $state.raw<ApiError | null>(null);
  loading = $state(false);
  /** Whether a request is pending. */
  waiting = $state(true);
  #request: AbortController | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #last: { key: string; bbox: Bbox | undefined } | undefined;

  /** Requests the visible area, unless it is loaded. */
  ask(question: Question, place: { view: View; bounds: Bbox }): void {
    const { zoom } = place.view;
    const bbox = askedFor(place.bounds, zoom);
    const cells = question.kind !== 'points';
    const key = JSON.stringify([question, cells || this.answer?.shape === 'cells' ? zoomStep(zoom) : 0]);
    if (this.#last?.key === key && holds(this.#last.bbox, place.bounds)) return;
    const first = this.#last === undefined;
    this.#last = { key, bbox };
    clearTimeout(this.#timer);
    this.waiting = true;
    this.#timer = setTimeout(() => void this.#send(question, zoom, bbox), first ? 0 : REST_MS);
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#request?.abort();
  }

  again(): void {
    this.#last = undefined;
    this.error = null;
  }

  async #send({ q, kind, measure }: Question, zoom: number, bbox: Bbox | undefined): Promise<void> {
    this.#request?.abort();
    const request = (this.#request = new AbortController());
    this.loading = true;
    this.waiting = false;
    const level = Math.max(0, zoomStep(zoom) + (kind === 'clusters' ? CLUSTER_ZOOM : 0));
    const query = { q, zoom: level, cells: kind !== 'points', measure, ...(bbox ? { bbox: formatBbox(bbox) } : {}) };
    try {
      const [answer, countries] = await Promise.all([api.map(query, request.signal), api.choices('country', { q, limit: 300 }, request.signal)]);
      this.found = await shares(q, kind, measure, request.signal);
      [this.answer, this.countries, this.error] = [answer, countries, null];
    } catch (fault) {
      if (aborted(fault)) return;
      this.#last = undefined;
      this.error = asApiError(fault);
    }
    if (request === this.#request) this.loading = false;
  }
}

async function shares(q: string, kind: Kind, measure: string, signal: AbortSignal): Promise<Map<string, number> | null> {
  if (kind !== 'countries' || !measure.startsWith('term:')) return null;
  const found = await api.choices('country', { q: `${q} term:${quoted(measure.slice(5))}`.trim(), limit: 300 }, signal);
  return new Map(found.values.map((choice) => [choice.value, choice.count]));
}

/** Photos within so many degrees are asked for once more, in finer cells. */
const NEAR_DEGREES = 15;

/** Where all photos that pass the filter are, to the middle of the cells at their edge. */
export async function spreadOf(q: string, signal?: AbortSignal): Promise<Spread | undefined> {
  const spread = async (zoom: number): Promise<Spread | undefined> => {
    const { cells } = await api.map({ q, zoom, cells: true }, signal);
    const bounds = around(cells.map((cell) => cell.centre));
    return bounds && { bounds, middle: middle(cells) };
  };
  const coarse = await spread(3);
  if (!coarse) return undefined;
  const [west, south, east, north] = coarse.bounds;
  return east - west > NEAR_DEGREES || north - south > NEAR_DEGREES ? coarse : spread(8);
}
