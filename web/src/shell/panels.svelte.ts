// The open dialog or drawer. They are opened from the header, menus and shortcuts.

export type Opened = 'help' | 'unlock' | 'recordings' | 'views' | 'copy' | 'concepts' | 'similar' | 'add' | null;

class Panels {
  open = $state<Opened>(null);
  /** The filters, on a phone. */
  drawer = $state(false);
  /** A short message, shown as long as it takes to read: `Link copied`. */
  note = $state('');
  /** The text in the dialog `copy`. */
  text = $state.raw('');
  /** The initial query of the dialog `similar`: a photo, or words that describe one. */
  like = $state.raw<{ photo: string } | { words: string }>({ words: '' });
  #timer: ReturnType<typeof setTimeout> | undefined;

  say(note: string): void {
    this.note = note;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => (this.note = ''), Math.max(4000, 70 * note.length));
  }

  /** Shows photos similar to one, or those that words describe. */
  seek(like: { photo: string } | { words: string }): void {
    this.like = like;
    this.open = 'similar';
  }

  /** Shows a text that the browser could not copy. */
  show(text: string): void {
    this.text = text;
    this.open = 'copy';
  }
}

export const panels = new Panels();
