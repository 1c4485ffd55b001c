import { expect, it } from 'vitest';
import { marked } from './marked';

it('marks the word and keeps what stands around it', () => {
  expect(marked('a wild monkey here', 7, 13)).toEqual([
    { text: 'a wild ', hit: false },
    { text: 'monkey', hit: true },
    { text: ' here', hit: false },
  ]);
});

it('counts as the server does, a face for two', () => {
  expect(marked('🐒 猴子 saru', 3, 5).find(({ hit }) => hit)?.text).toBe('猴子');
});

it('a word that is all of the text has nothing around it', () => {
  expect(marked('monkey', 0, 6)).toEqual([{ text: 'monkey', hit: true }]);
});
