import { expect, it } from 'vitest';
import type { Tile } from '../api/types';
import { absenceOf, altOf, captionHeight, captionOf, captionsOf, creditOf, LINE } from './captions';

const tile: Tile = {
  id: 'flickr:1', title: 'Snow monkey', width: 4, height: 3, thumbhash: null, thumb: '/thumbs/a.jpg', image: null,
  state: 'stored', taken: '2019-05-04T13:22:11', taken_granularity: 'second',
  taken_text: '4 May 2019, 13:22', taken_from: '2019-05-04', taken_to: '2019-05-04', country: 'JP', country_name: 'Japan',
  city: 'Nagano', license: { id: 'CC-BY-4.0', name: 'CC BY 4.0', url: null }, author: 'A. Person', landing_url: null,
  source: 'flickr', terms: ['monkey wild', 'macaque'], views: 1234, faves: 1, scores: { monkey: 0.9333 }, camera: null,
  latitude: null, longitude: null, fault: null,
  captions: { title: 'Snow monkey', place: 'Nagano, Japan', views: '1,234 views · 1 fave' },
};

it('says what it knows in one line a field', () => {
  expect(captionOf(tile, 'place')).toBe('Nagano, Japan');
  expect(captionOf(tile, 'views')).toBe('1,234 views · 1 fave');
  expect(captionOf(tile, 'camera')).toBe('');
});

it('the text in place of the image is title, searches and place', () => {
  expect(altOf(tile)).toBe('Snow monkey – monkey wild, macaque – Nagano, Japan');
  expect(altOf({ ...tile, title: '', terms: [], city: null, country: null, country_name: null })).toBe('Untitled photo');
});

it('credit says author and licence as far as they are known, and nothing else', () => {
  expect(creditOf(tile)).toBe('A. Person · CC BY 4.0');
  expect(creditOf({ ...tile, license: null })).toBe('A. Person');
  expect(creditOf({ ...tile, author: null })).toBe('CC BY 4.0');
  expect(creditOf({ ...tile, author: null, license: null })).toBe('');
});

it('says why there is no image', () => {
  expect(absenceOf(tile)).toBeNull();
  expect(absenceOf({ ...tile, thumb: null, state: 'gone' })).toBe('Deleted at the source');
  expect(absenceOf({ ...tile, thumb: null })).toBe('No thumbnail');
});

it('names of captions keep their order, unknown ones are left out', () => {
  expect(captionsOf('licence,title,shoe')).toEqual(['title', 'licence']);
});

it('there is room for every line, and none without lines', () => {
  expect(captionHeight(0)).toBe(0);
  expect(captionHeight(3)).toBeGreaterThan(3 * LINE);
});
