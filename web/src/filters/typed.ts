// What a person types as the end of a range.

import type { FieldName } from '../state/filter';
import { dayNumber } from './labels';
import { isWhole } from './scale';

/** The value typed: null for an open end, undefined for what cannot be read (yet). A day is `2019-05-04`. */
export function typedBound(name: FieldName, text: string): number | null | undefined {
  const bare = text.trim();
  if (bare === '') return null;
  if (name === 'taken') {
    // Of a year that is still being typed the field says 0002, 0020, 0201.
    const day = bare < '1000' ? NaN : dayNumber(bare);
    return Number.isFinite(day) ? day : undefined;
  }
  // A comma groups the digits of a count, and is the decimal point of anything else.
  const value = Number(isWhole(name) ? bare.replaceAll(',', '') : bare.replace(',', '.'));
  return Number.isFinite(value) ? value : undefined;
}
