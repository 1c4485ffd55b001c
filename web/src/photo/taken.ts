// The date of a photo as a range of days for a filter.

import { lastOfMonth, type DaySpan } from '../state/filter';

/** The first and the last day of `taken`: the range is a day, a month or a year, as precise as the date is. */
export function daysOf(taken: string, granularity: string | null): DaySpan {
  const day = taken.slice(0, 10);
  if (granularity === 'second' || granularity === null) return { from: day, to: day };
  const month = day.slice(0, 7);
  if (granularity === 'month') return { from: `${month}-01`, to: lastOfMonth(month) };
  const year = day.slice(0, 4);
  return { from: `${year}-01-01`, to: `${year}-12-31` };
}
