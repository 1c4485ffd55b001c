// Where in the result the photo shown large stands, so that the gallery can go on from there.

/** Position from 0; null where no photo was shown large or it is not in the result. */
class Shown {
  index = $state<number | null>(null);
  /** Whether a step back leads from the photo to where it was opened. */
  pushed = false;
}

/** The photo last shown large. */
export const shown = new Shown();
