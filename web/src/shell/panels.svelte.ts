// Which dialog or drawer is open: they are opened from the header, the menus and by keys.

export type Opened = 'help' | 'unlock' | 'recordings' | 'views' | null;

class Panels {
  open = $state<Opened>(null);
  /** The filters, on a phone. */
  drawer = $state(false);
  /** A line said for a moment: `Link copied`. */
  note = $state('');
  #timer: ReturnType<typeof setTimeout> | undefined;

  say(note: string): void {
    this.note = note;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => (this.note = ''), 4000);
  }
}

export const panels = new Panels();
