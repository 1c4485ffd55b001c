// Types of /api/v1 under the names that the page uses. They come from schema.d.ts (`npm run types` reads openapi.json), so a
// response that changes fails the type check.

import type { Filter } from '../state/filter';
import type { components } from './schema';

type Schemas = components['schemas'];

/** A type whose properties `Part` are more precise than in OpenAPI (pairs, objects with any content). */
export type Closer<Shape, Part extends { [Name in keyof Part]: Name extends keyof Shape ? unknown : never }> = Omit<
  Shape,
  keyof Part
> &
  Part;

/** Longitude and latitude, degrees. */
export type Pair = [number, number];

export type Count = Schemas['Count'];
export type Choice = Schemas['Choice'];
export type Choices = Schemas['Choices'];
export type Histogram = Schemas['Histogram'];
export type Facet = Schemas['Facet'];
export type Facets = Schemas['Facets'];

export type Credit = Schemas['Credit'];
export type DatasetInfo = Schemas['DatasetResponse'];

export type License = Schemas['TileLicense'];
export type Tile = Schemas['Tile'];
export type PhotoPage = Schemas['PhotosResponse'];
export type Tick = Schemas['Tick'];
export type Ticks = Schemas['TicksResponse'];

export type Why = Closer<Schemas['SearchMatch'], { field: 'title' | 'tags' | 'description' | 'machine_tags' }>;
export type Position = Schemas['PhotoPosition'];
export type PhotoDetail = Closer<Schemas['PhotoResponse'], { record: Record<string, unknown>; why: Why[] }>;
export type Personal = Closer<
  Schemas['PersonalResponse'],
  { exif?: Record<string, unknown> | null; raw_record?: unknown; comments?: unknown; exif_api?: Record<string, unknown> | null }
>;

export type SuggestedTaxon = Schemas['SuggestedTaxon'];

export type MapPoints = Schemas['Points'];
export type MapCell = Closer<Schemas['Cell'], { centre: Pair; ring: Pair[] }>;
export type MapCells = Closer<Schemas['MapCells'], { cells: MapCell[] }>;

export type Analysis = Schemas['AnalysisEntry'];
export type Answer = Schemas['Answer'];
export type Shape = Answer['shape'];
/** One value of an answer, with the filter that opens its photos. */
export type AnalysisParameter = Schemas['ParameterEntry'];
export type AnswerMark = Schemas['Mark'];
export type IntervalEstimates = Schemas['IntervalEstimates'];
export type Cells = Schemas['Cells'];
export type HeatMap = Schemas['HeatMap'];
export type Lines = Schemas['Lines'];

export type SavedView = Schemas['View'];
export type Recording = Schemas['Recording'];

export type FilterResponse = Closer<Schemas['FilterResponse'], { filter: Filter }>;
/** The filter in the schema; in `state/filter.ts` all of its properties are present. */
export type FilterSchemas = Pick<
  Schemas,
  'ChoiceField' | 'NumberField' | 'Span' | 'DaySpan' | 'Area' | 'Test' | 'Clause' | 'Filter'
>;
