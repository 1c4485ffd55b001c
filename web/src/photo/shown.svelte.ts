// The position of the photo in full size, so that the gallery can scroll to it.

/** Position from 0; null: no photo was shown, or it is not in the result. */
class Shown {
  index = $state<number | null>(null);
  /** Whether going back in the history closes the photo. */
  pushed = false;
}

/** The photo that was shown last. */
export const shown = new Shown();
