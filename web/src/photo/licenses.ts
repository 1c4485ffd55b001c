// The licences that the sources of a photo report.
import type { PhotoDetail } from '../api/types';

/** `flickr says CC BY 2.0, openverse says CC BY-NC 2.0`; sources that report none are left out. */
export function reportedLicenses(detail: Pick<PhotoDetail, 'tile' | 'source_license' | 'also'>): string {
  const own = { source: detail.tile.source, license: detail.source_license };
  const reported = [own, ...detail.also].flatMap(({ source, license }) => (license ? [`${source} says ${license.name}`] : []));
  return reported.join(', ');
}
