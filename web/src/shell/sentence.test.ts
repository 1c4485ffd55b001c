import { expect, test } from 'vitest';
import { sentence } from './sentence';

test('a message becomes a sentence, one that is one stays', () => {
  expect(sentence('no class of ImageNet is known')).toBe('No class of ImageNet is known.');
  expect(sentence('Label 4 more.')).toBe('Label 4 more.');
  expect(sentence(null)).toBe('');
});
