// The blur shown until a thumbnail is there, from its ThumbHash (base64), decoded once.
import { thumbHashToDataURL } from 'thumbhash';

// A data URL is about 4 KB; a screen holds about a hundred.
const KEPT = 1_000;

const cache = new Map<string, string | null>();

/** A data URL of the blur; null when the hash cannot be read. The least recently asked are forgotten. */
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
