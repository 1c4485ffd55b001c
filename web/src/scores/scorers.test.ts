import { expect, test } from 'vitest';
import { whyMain } from './scorers';

test('it is said which scorer gives the main score, and why', () => {
  expect(whyMain({ counts: null, counting: 'trained', scorers: ['local', 'trained', 'text'] })).toBe(
    'The main score comes from the trained head (the first available of: trained head, local model, Vision).',
  );
  expect(whyMain({ counts: null, counting: 'local', scorers: ['local', 'text', 'review'] })).toBe('The main score comes from the local model (no other image scorer has scores).');
  expect(whyMain({ counts: 'vision', counting: 'vision', scorers: ['local', 'vision'] })).toBe('The main score comes from Vision, as chosen for this concept.');
  expect(whyMain({ counts: 'vision', counting: null, scorers: ['local'] })).toBe('No photo has a score from Vision, which was chosen for this concept.');
  expect(whyMain({ counts: null, counting: null, scorers: ['text'] })).toBe('');
});
