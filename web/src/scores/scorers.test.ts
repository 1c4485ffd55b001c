import { expect, test } from 'vitest';
import { whyMain } from './scorers';

test('it is said which scorer gives the main score, and why', () => {
  expect(whyMain({ counts: null, counting: 'trained', scorers: ['local', 'trained', 'text'] })).toBe(
    'Main score: trained head, preferred to local model.',
  );
  expect(whyMain({ counts: null, counting: 'local', scorers: ['local', 'text', 'review'] })).toBe('Main score: local model, the only image scorer with scores.');
  expect(whyMain({ counts: 'vision', counting: 'vision', scorers: ['local', 'vision'] })).toBe('Main score: Vision, as chosen for this concept.');
  expect(whyMain({ counts: 'vision', counting: null, scorers: ['local'] })).toBe('No photo has a score by the chosen scorer, Vision.');
  expect(whyMain({ counts: null, counting: null, scorers: ['text'] })).toBe('');
});
