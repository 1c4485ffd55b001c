// The page opens.

import assert from 'node:assert/strict';
import { until } from '../browser.mjs';
import { test } from '../suite.mjs';

for (const on of ['demo', 'made']) {
  for (const device of ['desktop', 'phone']) {
    for (const theme of ['light', 'dark']) {
      test(`the ${on} dataset opens with photos, ${theme} on a ${device}`, { on, device, theme }, async ({ visit, page }) => {
        await visit.open();
        const loaded = () => page.$$eval('img', (images) => images.filter((image) => image.complete && image.naturalWidth > 1).length);
        await until(async () => (await loaded()) >= 6, 'six photos loaded');
        assert.match(await page.title(), /\S/);
        await visit.picture(`${on}-gallery-${device}-${theme}`);
      });
    }
  }
}
