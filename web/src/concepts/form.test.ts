import { expect, test } from 'vitest';
import { wordsOf, wrongName } from './form';

test('words stand between commas of any script, each once', () => {
  expect(wordsOf(' cage,  wire   mesh,\nCage、檻، قفص ; ')).toEqual(['cage', 'wire mesh', '檻', 'قفص']);
});

test('a name is free and holds no @', () => {
  expect(wrongName('cage@zoo', [])).toMatch(/@/);
  expect(wrongName('Cage', ['cage'])).toMatch(/already/);
  expect(wrongName('wild animal', ['cage'])).toBeNull();
});
