// The blurred placeholder of a thumbnail that is still loading, decoded once from its ThumbHash (base64).
import { thumbHashToDataURL } from 'thumbhash';

// A data URL is about 4 KB; a screen holds about a hundred.
const KEPT = 1_000;

const cache = new Map<string, string | null>();

/** A data URL of the placeholder; null if the hash is invalid. Least recently used entries are dropped. */
export function placeholder(hash: string): string | null {
  const known = cache.get(hash);
  const url = known === undefined ? decode(hash) : known;
  cache.delete(hash);
  cache.set(hash, url);
  if (cache.size > KEPT) forgetOldest();
  return url;
}

function forgetOldest(): void {
  const oldest = cache.keys().next();
  if (!oldest.done) cache.delete(oldest.value);
}

function decode(hash: string): string | null {
  try {
    const bytes = Uint8Array.from(atob(hash), (character) => character.charCodeAt(0));
    return bytes.length < 5 ? null : thumbHashToDataURL(bytes);
  } catch {
    return null;
  }
}
