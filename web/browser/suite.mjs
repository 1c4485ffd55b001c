// The tests, by the dataset that they need. Tests of one dataset run one after the other, both datasets side by side.

const tests = [];

/**
 * A test: a sentence, and steps that throw where it is not true. `on`: `demo`, `made`, or `none` (it serves its own).
 * `device`: desktop, phone or sharp; `theme`: light or dark; `more`: options of the browser context.
 */
export function test(sentence, options, steps) {
  tests.push({ sentence, on: 'made', ...options, steps });
}

/** The tests whose sentence holds all these words; of words joined by commas one is enough. */
export function chosen(words) {
  const wanted = words.map((word) => word.toLowerCase().split(','));
  return tests.filter(({ sentence }) => wanted.every((any) => any.some((word) => sentence.toLowerCase().includes(word))));
}
