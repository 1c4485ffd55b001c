// What could stand at the cursor of the filter text: names of fields, or the values of one.

import type { FieldName } from '../state/filter';

export interface Suggestion {
  /** Takes the place of `from..to`. */
  text: string;
  label: string;
  detail: string;
}

/** The word at the cursor, and what is asked in it. */
export interface Word {
  from: number;
  to: number;
  /** The field before the colon; null while it is still typed. */
  field: FieldName | null;
  /** What was typed of the field's name or the value. */
  typed: string;
}

const details: Record<string, string> = {
  term: 'words of a search: term:"monkey wild"',
  country: 'two letters, by comma: country:IN,MY',
  city: 'city:Sandakan',
  source: 'where it was found: source:flickr',
  license: 'SPDX name: license:CC-BY-4.0',
  camera: 'camera:"NIKON D850"',
  person: 'who took it, by pseudonym',
  fault: 'stage at which it stopped; fault:none',
  state: 'found, stored, rejected, gone, failed',
  taken: 'taken:2019, taken:2019-05..2020, taken:none',
  views: 'views:100.., views:none',
  faves: 'faves:>=10',
  month: 'month:11..2',
  hour: 'hour:6..9',
  latitude: 'latitude:-23..23',
  place: 'place:any, place:none',
  near: 'near:5.84,118.1,50km',
  box: 'box:west,south,east,north',
};

/** The word in which the cursor stands. */
export function wordAt(text: string, cursor: number): Word {
  let from = 0;
  let quoted = false;
  for (let at = 0; at < cursor; at += 1) {
    const char = text[at] ?? '';
    if (char === '"') quoted = !quoted;
    else if (!quoted && /\s/.test(char)) from = at + 1;
  }
  if (text[from] === '-') from += 1;
  const word = text.slice(from, cursor);
  const colon = /^(score\."[^"]*"|[^":]+):/.exec(word);
  if (!colon) return { from, to: cursor, field: null, typed: word };
  const value = from + colon[0].length;
  const start = quoted ? text.lastIndexOf('"', cursor - 1) : Math.max(value, text.lastIndexOf(',', cursor - 1) + 1);
  return { from: start, to: cursor, field: colon[1]?.replaceAll('"', '') ?? null, typed: text.slice(start, cursor).replaceAll('"', '') };
}

/** Names of fields that begin so; of all concepts that have scores. */
export function fieldNames(typed: string, concepts: string[]): Suggestion[] {
  if (!typed) return [];
  const scores = concepts.map((name) => (/^[\p{L}\p{N}._@-]+$/u.test(name) ? `score.${name}` : `score."${name}"`));
  const names = [...Object.keys(details), ...scores];
  return names
    .filter((name) => name.startsWith(typed.toLowerCase()))
    .map((name) => ({ text: `${name}:`, label: `${name}:`, detail: details[name] ?? `${name}:>=0.45` }));
}
