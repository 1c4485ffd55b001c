// A photo's whole record as rows of a table: nested records under dotted names, lists of plain values in one row.

/** A JSON value. */
export type Json = string | number | boolean | null | readonly Json[] | { readonly [name: string]: Json };

/** One line of the table. */
export interface Entry {
  /** `exif.ExposureTime`, `issues[1].note`. */
  readonly name: string;
  /** The text to show and to copy. */
  readonly text: string;
  /** Whether the record has the field but no value. */
  readonly empty: boolean;
}

// Coordinates, owners and EXIF are hidden while the screen is recorded.
const PROTECTED = /latitude|longitude|coordinates|(^|[._])(geo|gps|exif|owner|path_alias|realname|username|nsid)/i;

/** Whether a field of the record is hidden while the screen is recorded. */
export function isProtected(name: string): boolean {
  return PROTECTED.test(name);
}

/** The flattened record, in its order. */
export function entriesOf(record: Json): Entry[] {
  return walk('', record);
}

function walk(name: string, value: Json): Entry[] {
  if (value === null || typeof value !== 'object') return [entry(name, value)];
  if (isList(value)) {
    if (value.every(plain)) return [listEntry(name, value)];
    return value.flatMap((item, at) => walk(`${name}[${at}]`, item));
  }
  const fields = Object.entries(value);
  if (fields.length === 0) return [{ name, text: '', empty: true }];
  return fields.flatMap(([field, item]) => walk(name ? `${name}.${field}` : field, item));
}

function isList(value: Json): value is readonly Json[] {
  return Array.isArray(value);
}

function plain(value: Json): boolean {
  return value === null || typeof value !== 'object';
}

function entry(name: string, value: Json): Entry {
  return { name, text: value === null ? '' : String(value), empty: value === null || value === '' };
}

function listEntry(name: string, values: readonly Json[]): Entry {
  return { name, text: values.map(String).join(', '), empty: values.length === 0 };
}

/** The entries whose name or text contains every word of `search`; case and accents are ignored. */
export function matching(entries: readonly Entry[], search: string): Entry[] {
  const words = fold(search).split(/\s+/).filter(Boolean);
  return entries.filter(({ name, text }) => {
    const hay = fold(`${name} ${text}`);
    return words.every((word) => hay.includes(word));
  });
}

function fold(text: string): string {
  return text.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase();
}
