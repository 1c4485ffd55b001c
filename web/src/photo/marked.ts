// Splits a text around a search word, for highlighting.

/** A part of the text; `hit`: it is the word. */
export interface Piece {
  readonly text: string;
  readonly hit: boolean;
}

/** The text before the word, the word, the text after it. `from` and `to` are in UTF-16 code units, like on the server. */
export function marked(text: string, from: number, to: number): Piece[] {
  return [
    { text: text.slice(0, from), hit: false },
    { text: text.slice(from, to), hit: true },
    { text: text.slice(to), hit: false },
  ].filter((piece) => piece.text !== '');
}
