// Where a search's word stands in a text, cut for marking.

/** A piece of text; `hit` where the word is. */
export interface Piece {
  readonly text: string;
  readonly hit: boolean;
}

/** The text cut before and after its word, which stands from `from` to `to` (UTF-16 code units, as the server counts). */
export function marked(text: string, from: number, to: number): Piece[] {
  return [
    { text: text.slice(0, from), hit: false },
    { text: text.slice(from, to), hit: true },
    { text: text.slice(to), hit: false },
  ].filter((piece) => piece.text !== '');
}
