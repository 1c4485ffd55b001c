import { expect, test } from 'vitest';
import type { Choice } from '../api/types';
import { branches, isTree } from './branches';

const choice = (value: string, all: number, parent?: string): Choice => ({
  value,
  label: value,
  count: all,
  all,
  ...(parent === undefined ? {} : { parent }),
});

const values = [
  choice('Animalia', 100),
  choice('Mammalia', 100, 'Animalia'),
  choice('Primates', 90, 'Mammalia'),
  choice('Cercopithecidae', 60, 'Primates'),
  choice('monkeys', 60),
  choice('Macaca', 40, 'Cercopithecidae'),
  choice('Macaca mulatta', 30, 'Macaca'),
  choice('Pongo', 20, 'Primates'),
  choice('Felis', 10, 'Mammalia'),
  choice('Papio', 5, 'Cercopithecidae'),
];
const shown = (turned: Record<string, boolean> = {}, named: string[] = []): string[] =>
  branches(values, new Map(Object.entries(turned)), (value) => named.includes(value)).map(
    ({ choice: { value }, depth }) => `${'  '.repeat(depth)}${value}`,
  );

test('each value stands before those that it contains, and one that says nothing of its own is left out', () => {
  expect(isTree(values)).toBe(true);
  expect(isTree([choice('a', 1)])).toBe(false);
  expect(shown()).toEqual(['Mammalia', '  Primates', '    Cercopithecidae', '    Pongo', '  Felis', 'monkeys']);
});

test('a value is opened and closed, and what the filter names is seen', () => {
  expect(shown({ Cercopithecidae: true })).toContain('      Macaca');
  expect(shown({ Primates: false })).toEqual(['Mammalia', '  Primates', '  Felis', 'monkeys']);
  expect(shown({ Macaca: true }, ['Macaca mulatta'])).toEqual([
    'Mammalia',
    '  Primates',
    '    Cercopithecidae',
    '      Macaca',
    '        Macaca mulatta',
    '      Papio',
    '    Pongo',
    '  Felis',
    'monkeys',
  ]);
  expect(shown({}, ['Animalia'])[0]).toBe('Animalia');
});

test('a value whose parent is not listed stands at the top', () => {
  const rows = branches([choice('Macaca', 3, 'Cercopithecidae')], new Map(), () => false);
  expect(rows).toEqual([{ choice: choice('Macaca', 3, 'Cercopithecidae'), depth: 0, contains: false, open: true }]);
});
