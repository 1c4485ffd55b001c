// Parses the typed bound of a range.

import type { FieldName } from '../state/filter';
import { dayNumber } from './labels';
import { isWhole } from './scale';

/** The typed value: null for an open bound, undefined for text that does not parse (yet). A day is `2019-05-04`. */
export function typedBound(name: FieldName, text: string): number | null | undefined {
  const bare = text.trim();
  if (bare === '') return null;
  if (name === 'taken') {
    // While a year is being typed, the field gives 0002, 0020, 0201.
    const day = bare < '1000' ? NaN : dayNumber(bare);
    return Number.isFinite(day) ? day : undefined;
  }
  // A comma separates thousands in a count and is the decimal comma elsewhere.
  const value = Number(isWhole(name) ? bare.replaceAll(',', '') : bare.replace(',', '.'));
  return Number.isFinite(value) ? value : undefined;
}
