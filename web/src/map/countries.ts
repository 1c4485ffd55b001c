// The country at given coordinates.
import { geoBounds, geoContains } from 'd3-geo';
import type { Countries, CountryProperties } from './basemap';
import type { Vertex } from './lasso';

type Bounds = ReturnType<typeof geoBounds>;

// Measured once: whether a place lies within the outline costs a walk along all of it.
const measured = new WeakMap<Countries, Bounds[]>();

/** The country at a place; undefined at sea. */
export function countryAt(countries: Countries, place: Vertex): CountryProperties | undefined {
  const bounds = measured.get(countries) ?? countries.features.map((country) => geoBounds(country));
  measured.set(countries, bounds);
  return countries.features.find((country, i) => within(bounds[i]!, place) && geoContains(country, place))?.properties;
}

/** West past east: the bounds cross the antimeridian. */
function within([[west, south], [east, north]]: Bounds, [lon, lat]: Vertex): boolean {
  if (lat < south || lat > north) return false;
  return west <= east ? lon >= west && lon <= east : lon >= west || lon <= east;
}
