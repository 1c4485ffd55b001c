// Which dialog or drawer is open: they are opened from the header, the menus and by keys.

export type Opened = 'help' | 'unlock' | 'recordings' | 'views' | 'copy' | 'concepts' | 'similar' | null;

class Panels {
  open = $state<Opened>(null);
  /** The filters, on a phone. */
  drawer = $state(false);
  /** A line said for as long as it takes to read: `Link copied`. */
  note = $state('');
  /** What the dialog `copy` shows. */
  text = $state.raw('');
  /** What the dialog `similar` begins with: photos like one, or words for a picture. */
  like = $state.raw<{ photo: string } | { words: string }>({ words: '' });
  #timer: ReturnType<typeof setTimeout> | undefined;

  say(note: string): void {
    this.note = note;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => (this.note = ''), Math.max(4000, 70 * note.length));
  }

  /** Shows photos like one, or those that words describe. */
  seek(like: { photo: string } | { words: string }): void {
    this.like = like;
    this.open = 'similar';
  }

  /** Shows a text that the browser would not copy. */
  show(text: string): void {
    this.text = text;
    this.open = 'copy';
  }
}

export const panels = new Panels();
