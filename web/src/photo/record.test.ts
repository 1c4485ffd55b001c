import { expect, it } from 'vitest';
import { entriesOf, isProtected, matching } from './record';

const record = {
  id: 'flickr:1',
  title: 'Macaca fascicularis à Bornéo',
  taken: { at: '2019-05-04T13:22:11', granularity: 0 },
  tags: ['monkey', 'wild'],
  issues: [{ stage: 'decode', note: 'cut short' }, { stage: 'hash', note: null }],
  views: 12,
  extra: {},
  empty: [],
};

it('nested records become dotted names in their own order', () => {
  expect(entriesOf(record).map(({ name }) => name)).toEqual([
    'id', 'title', 'taken.at', 'taken.granularity', 'tags',
    'issues[0].stage', 'issues[0].note', 'issues[1].stage', 'issues[1].note', 'views', 'extra', 'empty',
  ]);
});

it('a list of plain values is one row', () => {
  expect(entriesOf(record).find(({ name }) => name === 'tags')?.text).toBe('monkey, wild');
});

it('what has no value is marked as empty, zero is a value', () => {
  const empty = entriesOf(record).filter(({ empty }) => empty);
  expect(empty.map(({ name }) => name)).toEqual(['issues[1].note', 'extra', 'empty']);
});

it('search looks at names and values, without accents and case', () => {
  const entries = entriesOf(record);
  expect(matching(entries, 'borneo').map(({ name }) => name)).toEqual(['title']);
  expect(matching(entries, 'taken 2019').map(({ name }) => name)).toEqual(['taken.at']);
  expect(matching(entries, '  ')).toHaveLength(entries.length);
  expect(matching(entries, 'orang')).toEqual([]);
});

it('where and who is protected, what a photo shows is not', () => {
  for (const name of ['latitude', 'place.longitude', 'owner', 'owner_name', 'exif.Model', 'raw_record.geo', 'decimalLatitude']) {
    expect(isProtected(name), name).toBe(true);
  }
  for (const name of ['title', 'tags', 'views', 'width', 'country', 'scores.person.value']) expect(isProtected(name), name).toBe(false);
});
