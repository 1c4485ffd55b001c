import { expect, test } from 'vitest';
import { defaults, printAddress, readAddress, type PageState } from './address';

test('a state at its defaults has an empty address', () => {
  expect(printAddress({ ...defaults })).toBe('');
  expect(readAddress('')).toEqual(defaults);
});

test('every state is read back from its address', () => {
  const state: PageState = {
    q: 'term:"monkey wild" score.monkey:>=0.45 猿 100% & more',
    sort: '-score.wild animal',
    view: 'map',
    grid: 5,
    photo: 'flickr:1',
    captions: [],
    at: 900_000,
    map: '116.2,5.84,7.5,40,0',
    mapkind: 'hexagons',
    measure: 'term:monkey cage',
    review: 'cage',
  };
  expect(readAddress(printAddress(state))).toEqual(state);
});

test('what cannot be read is at its default', () => {
  expect(readAddress('?view=nonsense&grid=99&at=-4&sort=')).toEqual({ ...defaults, grid: 8 });
});
