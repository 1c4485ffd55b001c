import { expect, test } from 'vitest';
import type { SearchResult, SourceListing } from '../api/search';
import { areaField, blank, costText, duration, hintOf, leftOutText, mistakeIn, moreText, obstacleOf, readPolygons, requestOf, resultText } from './form';

const entries = { ...blank, sources: ['flickr'], words: 'macaque, 猿,Macaque' };

test('a request has the words of each search once, and only what was chosen', () => {
  expect(requestOf(entries)).toEqual({ sources: ['flickr'], words: ['macaque', '猿'], number: 100 });
  const more = { ...entries, where: 'country', country: ' Japan ', when: 'taken', from: '2015-01-01', license: 'open', all: true } as const;
  expect(requestOf(more)).toEqual({
    sources: ['flickr'],
    words: ['macaque', '猿'],
    number: null,
    country: 'Japan',
    taken: '2015-01-01..',
    license: 'open',
  });
  expect(requestOf({ ...entries, where: 'box', box: ' 116, 4, 127, 22', when: 'posted', to: '2020-12-31' })).toMatchObject({
    bbox: '116, 4, 127, 22',
    posted: '..2020-12-31',
  });
  const polygon = { name: 'sabah.geojson', geojson: '{}' };
  expect(requestOf({ ...entries, where: 'polygon', polygon, circle: '1,2,3' })).toMatchObject({ polygon });
  expect(requestOf({ ...entries, where: 'circle', polygon, circle: '1,2,3' })).toEqual({ ...requestOf(entries), near: '1,2,3' });
  const folded = { ...entries, languages: 'it, ja', gbifNames: true, images: 'smaller', requests: 20 } as const;
  expect(requestOf(folded)).toEqual({ ...requestOf(entries), translate: ['it', 'ja'], gbif_names: true, size: 1024, max_requests: 20 });
  expect(requestOf({ ...entries, gbifNames: true, images: 'none' })).toEqual({ ...requestOf(entries), records_only: true });
});

test('what is set of the folded options is said in a few words', () => {
  expect(moreText(entries)).toBe('');
  const folded = { ...entries, languages: 'it,ja', when: 'taken', from: '2015-01-01', license: 'open', images: 'none', requests: 1 } as const;
  expect(moreText(folded)).toBe('it, ja; taken 2015-01-01–; licence open; records only; at most 1 request');
});

test('a mistake is said beside its field before the server is asked', () => {
  expect(mistakeIn(entries)).toBeNull();
  expect(mistakeIn({ ...entries, sources: [] })?.field).toBe('sources');
  expect(mistakeIn({ ...entries, words: ' , ' })?.field).toBe('words');
  for (const where of ['country', 'box', 'circle', 'polygon'] as const) expect(mistakeIn({ ...entries, where })?.field).toBe(areaField(where));
  expect(mistakeIn({ ...entries, when: 'posted' })?.field).toBe('posted');
  expect(mistakeIn({ ...entries, when: 'taken', from: '2020-01-02', to: '2020-01-01' })?.message).toMatch(/after the last/);
  for (const number of [0, -1, 1.5, null]) {
    expect(mistakeIn({ ...entries, number })?.field).toBe('number');
    expect(mistakeIn({ ...entries, images: 'smaller', size: number })?.field).toBe('size');
  }
  expect(mistakeIn({ ...entries, requests: 0 })?.field).toBe('max_requests');
  expect(mistakeIn({ ...entries, number: null, all: true, requests: null })).toBeNull();
});

test('a file of polygons is taken as it is, and one that is too large is not', async () => {
  const read = await readPolygons(new File(['\ufeff{"type":"Polygon"}'], 'a.geojson'));
  expect(read).toEqual({ polygon: { name: 'a.geojson', geojson: '\ufeff{"type":"Polygon"}' }, mistake: null });
  const large = await readPolygons(new File([new Uint8Array(8 * 1024 * 1024 + 1)], 'b.geojson'));
  expect(large.mistake).toEqual({ field: 'polygon', message: 'b.geojson is too large: 8 MiB at most' });
});

test('a cost says photos, requests and time, and what a source does not tell', () => {
  const cost = { searches: [], sources: [], sent: 1 };
  expect(costText({ ...cost, photos: 1234, requests: 1, seconds: 130 })).toBe('At most 1,234 photos, 1 request, about 3 min.');
  expect(costText({ ...cost, photos: null, requests: null, seconds: null })).toBe('An unknown number of photos, an unknown number of requests.');
  expect([0, 90, 91, 5_400, 172_800].map(duration)).toEqual(['1 s', '90 s', '2 min', '1 h 30 min', '2 days']);
});

const key = { title: 'Flickr API key', variable: 'FLICKR_API_KEY', required: true, present: false, url: 'https://example.org', note: 'Flickr asks for a Pro account' };
const source: SourceListing = { name: 'flickr', title: 'Flickr', ready: false, search_by: ['text'], located: true, keys: [key], image_hosts: [], note: '' };

test('a source without its key says which one it needs and where it goes', () => {
  expect(obstacleOf(source)).toMatch(/^Needs a Flickr API key: set FLICKR_API_KEY .* credentials\.json/);
  expect(obstacleOf({ ...source, ready: true })).toBeNull();
  expect(obstacleOf({ ...source, keys: [{ ...key, present: true }], problem: 'the Flickr API key is invalid' })).toBe('the Flickr API key is invalid');
  expect(hintOf({ ...source, search_by: ['taxon'], located: false, note: 'few' })).toBe('Searched by the names of animals, plants and fungi; without places; few');
});

const result: SearchResult = {
  found: 120, images: 100, known_images: 20, unreadable: 0, faults: {}, left_out: {}, withdrawn: 0, searches: [], ended_early: null, stopped: false, seconds: 3, scored: [],
};

test('a result says what was found, what is new, and what was left out by which criterion', () => {
  expect(resultText(result)).toBe('120 photos found, 80 new images, 20 were there already.');
  expect(resultText({ ...result, found: 0, images: 0, known_images: 0 })).toBe('0 photos found.');
  expect(resultText({ ...result, found: 1, images: 1, known_images: 1 })).toBe('1 photo found, no new images, 1 was there already.');
  expect(leftOutText(result)).toBeNull();
  expect(leftOutText({ ...result, left_out: { area: 2, license: 1 } })).toBe('3 photos were left out: 2 elsewhere, 1 under another licence.');
});
