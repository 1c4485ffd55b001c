// The offline base map: countries from a small file first, then everything in detail.
import type { Feature, FeatureCollection, GeometryObject, LineString, MultiLineString, MultiPolygon, Point, Polygon } from 'geojson';
import { feature, mesh } from 'topojson-client';
import type { GeometryCollection, Topology } from 'topojson-specification';

/** `c`: ISO 3166-1 alpha-2, absent for areas without one; `n`: English name. */
export interface CountryProperties {
  n: string;
  c?: string;
}
/** `r`: log2 of the country's area in steradians. */
export type LabelProperties = CountryProperties & { r: number };
/** `p`: people. */
export type CityProperties = CountryProperties & { p: number };

export type Countries = FeatureCollection<Polygon | MultiPolygon, CountryProperties>;
type Lines = FeatureCollection<LineString | MultiLineString>;

export interface World {
  countries: Countries;
  borders: Feature<MultiLineString>;
}

export interface Detail extends World {
  lakes: FeatureCollection<Polygon | MultiPolygon>;
  rivers: Lines;
  admin1: Lines;
  labels: FeatureCollection<Point, LabelProperties>;
  cities: FeatureCollection<Point, CityProperties>;
}

export const CREDITS = 'Natural Earth; GeoNames CC BY 4.0; Visionscarto';

type Objects = Record<string, GeometryCollection>;

async function topology(name: string): Promise<Topology<Objects>> {
  const response = await fetch(`/basemap/${name}.topo.json`);
  if (!response.ok) throw new Error(`The base map could not be loaded (${response.status}).`);
  return (await response.json()) as Topology<Objects>;
}

function collection<G extends GeometryObject, P>(world: Topology<Objects>, name: string): FeatureCollection<G, P> {
  const object = world.objects[name];
  if (!object) throw new Error(`The base map has no ${name}.`);
  // topojson-client knows the kinds of geometry only by the file, which scripts/basemap.mjs writes.
  return feature(world, object) as unknown as FeatureCollection<G, P>;
}

function countriesOf(world: Topology<Objects>): World {
  const object = world.objects['countries'];
  if (!object) throw new Error('The base map has no countries.');
  const lines = mesh(world, object as Parameters<typeof mesh>[1], (a, b) => a !== b);
  return { countries: collection(world, 'countries'), borders: { type: 'Feature', properties: {}, geometry: lines } };
}

/** Loads once; retries after a failure. */
function once<T>(load: () => Promise<T>): () => Promise<T> {
  let asked: Promise<T> | undefined;
  return () => {
    asked ??= load().catch((fault: unknown) => {
      asked = undefined;
      throw fault;
    });
    return asked;
  };
}

/** 1:110m, 28 kB on the wire. */
export const loadWorld = once(async () => countriesOf(await topology('world110')));

/** 1:50m, 370 kB on the wire. */
export const loadDetail = once(async (): Promise<Detail> => {
  const world = await topology('world50');
  return {
    ...countriesOf(world),
    lakes: collection(world, 'lakes'),
    rivers: collection(world, 'rivers'),
    admin1: collection(world, 'admin1'),
    labels: collection(world, 'labels'),
    cities: collection(world, 'cities'),
  };
});
