// Suggestions at the cursor of the filter text: names of fields, or values of a field.

import { fields, SCORE, SCORES } from '../state/fields.svelte';
import type { FieldName } from '../state/filter';

export interface Suggestion {
  /** Replaces `from..to`. */
  text: string;
  label: string;
  detail: string;
}

/** The word at the cursor, split into field and value. */
export interface Word {
  from: number;
  to: number;
  /** The field before the colon; null while it is being typed. */
  field: FieldName | null;
  /** The part of the field's name or value that was typed. */
  typed: string;
}

/** The word that contains the cursor. */
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

/** Names of fields with this prefix, with the scores of all concepts. */
export function fieldNames(typed: string, concepts: string[]): Suggestion[] {
  if (!typed) return [];
  const quoted = (name: string): string => (/^[\p{L}\p{N}._@-]+$/u.test(name) ? name : `"${name}"`);
  const scores = concepts.map((name) => `${SCORE}${quoted(name)}`);
  const own = fields.list.filter(({ name }) => name !== SCORES);
  const known: [string, string][] = [...own.map(({ name, examples }): [string, string] => [name, examples.join(', ')]), ...scores.map((name): [string, string] => [name, `${name}:>=0.45`])];
  return known
    .filter(([name]) => name.toLowerCase().startsWith(typed.toLowerCase()))
    .map(([name, detail]) => ({ text: `${name}:`, label: `${name}:`, detail }));
}
