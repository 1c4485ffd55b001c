import { expect, test } from 'vitest';
import type { PhotoDetail } from '../api/types';
import { reportedLicenses } from './licenses';

const license = (name: string) => ({ id: name, name, url: null });
const also = (source: string, name: string | null) => ({
  id: `${source}:1`, source, url: null, license: name === null ? null : license(name), recognised_by: 'id',
});

test('each source is named with the licence that it reports', () => {
  const tile = { source: 'flickr' } as PhotoDetail['tile'];
  const others = [also('gbif', null), also('openverse', 'CC BY-NC 2.0')];
  expect(reportedLicenses({ tile, source_license: license('CC BY 2.0'), also: others }))
    .toBe('flickr says CC BY 2.0, openverse says CC BY-NC 2.0');
  expect(reportedLicenses({ tile, source_license: null, also: others })).toBe('openverse says CC BY-NC 2.0');
});
