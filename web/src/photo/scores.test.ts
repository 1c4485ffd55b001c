import { expect, test } from 'vitest';
import { scoresOf } from './scores';

test('scores of a photo are told by concept, then by scorer, with what is under a floor and what is not scored', () => {
  const rows = scoresOf({ cage: 0.8, 'cage@local': 0.8, 'cage@vision': null, 'cage@review': 1, ape: 0.1 }, [
    { name: 'cage', scorers: ['local', 'vision', 'text', 'review'] },
  ]);
  expect(rows).toEqual([
    {
      concept: 'cage',
      main: { kind: 'value', value: 0.8 },
      sides: [
        { scorer: 'local', told: { kind: 'value', value: 0.8 } },
        { scorer: 'vision', told: { kind: 'floor' } },
        { scorer: 'text', told: { kind: 'none' } },
      ],
    },
    { concept: 'ape', main: { kind: 'value', value: 0.1 }, sides: [] },
  ]);
});

test('a concept that nobody scored is there to be reviewed', () => {
  expect(scoresOf({}, [{ name: 'cage', scorers: [] }])).toEqual([{ concept: 'cage', main: { kind: 'none' }, sides: [] }]);
});
