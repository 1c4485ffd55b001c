// The meaning of a threshold, in words and as a table.

import type { ThresholdPoint } from '../api/scores';
import { count, scoreText } from '../filters/labels';

const hundred = (share: number): string => String(Math.round(share * 100));

function of100(value: number, low: number | null, high: number | null): string {
  if (low === null || high === null) return hundred(value);
  return `${hundred(value)} (${hundred(low)}–${hundred(high)})`;
}

/** `Of 100 photos shown about 96 (88–99) show it; ...`; unknown values are named. */
export function cutWords(point: ThresholdPoint | null): string {
  if (!point) return 'No photo has a score this high.';
  const { precision, recall } = point;
  const shown =
    precision === null
      ? 'The precision is not known yet'
      : `Of 100 photos shown about ${of100(precision, point.precision_low, point.precision_high)} show it`;
  const found =
    recall === null
      ? 'the recall is not known yet'
      : `of 100 that show it about ${of100(recall, point.recall_low, point.recall_high)} are found`;
  return `${shown}; ${found}.`;
}

/** `812 of 1,203 scored photos are at or above it.` */
export function aboveWords(point: ThresholdPoint | null, photos: number): string {
  return `${count(point?.above ?? 0)} of ${count(photos)} scored photos are at or above it.`;
}

/** The curve as rows for those who cannot see it. */
export function curveTable(points: readonly ThresholdPoint[]): { header: string[]; rows: (string | number)[][] } {
  const share = (value: number | null): string => (value === null ? 'not known' : `${hundred(value)} %`);
  const band = (low: number | null, high: number | null): string =>
    low === null || high === null ? '–' : `${hundred(low)}–${hundred(high)} %`;
  return {
    header: ['Threshold', 'Precision', '90 % interval', 'Recall', '90 % interval of recall', 'Photos'],
    rows: points.map((point) => [
      scoreText(point.cut),
      share(point.precision),
      band(point.precision_low, point.precision_high),
      share(point.recall),
      band(point.recall_low, point.recall_high),
      point.above,
    ]),
  };
}

/** What to label so that precision and recall can be estimated. */
export function missingWords({ yes, no }: { yes: number; no: number }): string {
  if (yes === 0 && no === 0) return 'There are no labels yet. Label photos to estimate precision and recall.';
  return `All labels are ${yes === 0 ? 'no' : 'yes'}. Label some photos that ${yes === 0 ? 'show it' : 'do not show it'} to estimate precision and recall.`;
}

/** Yes and no that are missing before a head can be trained; '' where there are enough. */
export function missing({ yes, no }: { yes: number; no: number }, least = 4): string {
  const parts = [
    ...(yes < least ? [`${least - yes} more yes`] : []),
    ...(no < least ? [`${least - no} more no`] : []),
  ];
  return parts.join(' and ');
}
