// The captions under a photo.
import type { Tile } from '../api/types';
import { fields } from '../state/fields.svelte';

/** The name of a caption, as listed by the server. */
export type Caption = string;

/** Height of a line of a caption, CSS pixels. */
export const LINE = 20;

/** Height of the block under a photo with so many lines, CSS pixels; without lines there is none. */
export function captionHeight(lines: number): number {
  return lines === 0 ? 0 : lines * LINE + 10;
}

/** The captions in a page's address, `title,place`, in display order. Unknown names are ignored. */
export function captionsOf(text: string): Caption[] {
  const named = text.split(',');
  return fields.captions.map(({ name }) => name).filter((name) => named.includes(name));
}

/** One line of a caption; empty if the photo has no value. */
export function captionOf(tile: Tile, caption: Caption): string {
  return tile.captions[caption] ?? '';
}

/** City and country. */
export function placeOf(tile: Tile): string {
  return [tile.city, tile.country_name ?? tile.country].filter(Boolean).join(', ');
}

/** The text alternative of a photo: title, search terms and place. */
export function altOf(tile: Tile): string {
  const named = [tile.title || 'Untitled photo', tile.terms.join(', '), placeOf(tile)];
  return named.filter(Boolean).join(' – ');
}

/** The author and licence, as far as they are known; '' where neither is. */
export function creditOf(tile: Tile): string {
  return creditPartsOf(tile).filter(Boolean).join(' · ');
}

/** The credit in two parts, '' where one is not known. The second part must stay readable in little space. */
export function creditPartsOf(tile: Tile): readonly [string, string] {
  return [tile.author ?? '', tile.license?.name ?? ''];
}

/** Why there is no image, in a few words; null when there is one. */
export function absenceOf(tile: Tile): string | null {
  if (tile.thumb) return null;
  switch (tile.state) {
    case 'found':
      return 'Not downloaded yet';
    case 'rejected':
      return 'Rejected';
    case 'gone':
      return 'Deleted at the source';
    case 'failed':
      return 'Could not be downloaded';
    default:
      return 'No thumbnail';
  }
}
