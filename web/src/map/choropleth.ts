// Countries coloured by how many photos they have, or by the share that a search found.
import type { Choices } from '../api/types';
import { ramp } from './colours';
import { extentOf, position, type Extent } from './measure';
import type { Paint } from './shapes';

export interface Shading {
  /** By ISO 3166-1 alpha-2. */
  colours: Map<string, string>;
  extent: Extent;
}

/** `found`: photos of the measure's term, by country; scores have no mean by country, so counts are used. */
export function choropleth(countries: Choices | null, found: ReadonlyMap<string, number> | null, { measure, dark }: Paint): Shading {
  const filled = (countries?.values ?? []).filter((choice) => choice.count > 0);
  const shares = measure.of === 'term' && found !== null;
  const by = shares ? measure : ({ of: 'count' } as const);
  const values = filled.map((choice) => (shares ? (found.get(choice.value) ?? 0) / choice.count : choice.count));
  const extent = extentOf(by, values);
  return { extent, colours: new Map(filled.map((choice, i) => [choice.value, ramp(position(by, extent, values[i] ?? 0), dark)])) };
}
