// For everyone: axe, keyboard, phones, both themes, both directions of writing.

import assert from 'node:assert/strict';
import { until } from '../browser.mjs';
import { test } from '../suite.mjs';

const VIEWS = { gallery: '?q=country:MY', map: '?view=map', charts: '?view=charts' };

for (const theme of ['light', 'dark']) {
  for (const device of ['desktop', 'phone']) {
    test(`axe finds nothing in gallery, map, charts and photo, ${theme} on a ${device}`, { device, theme }, async ({ visit, page }) => {
      for (const [name, at] of Object.entries(VIEWS)) {
        await visit.open(at);
        await visit.counted(await visit.passing(new URLSearchParams(at).get('q') ?? ''));
        await page.waitForTimeout(name === 'map' ? 2000 : 600);
        await visit.accessible();
        await visit.picture(`made-${name}-${device}-${theme}`);
        const wide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
        assert.ok(wide <= 0, `${name} is ${wide} px too wide`);
      }
      const [photo] = (await visit.api('photos?q=camera:any country:JP&limit=1')).photos;
      await visit.open(`?photo=${encodeURIComponent(photo.id)}`);
      await page.getByRole('heading', { name: 'Why is this here?' }).waitFor();
      await page.waitForTimeout(400);
      await visit.accessible();
      await visit.picture(`made-photo-${device}-${theme}`);
    });
  }

  test(`axe finds nothing in the dialogs, ${theme}`, { theme, on: 'demo' }, async ({ visit, page }) => {
    await visit.openGallery();
    for (const [button, heading] of [
      ['How to filter', 'Help'],
      ['Record the screen', 'Record the screen'],
      ['Unlock protected fields', 'Unlock protected fields'],
    ]) {
      await page.getByRole('button', { name: button }).click();
      await page.getByRole('dialog', { name: heading }).waitFor();
      await visit.accessible();
      await visit.picture(`demo-dialog-${heading.toLowerCase().replaceAll(' ', '-')}-${theme}`);
      await page.keyboard.press('Escape');
      await page.getByRole('dialog').waitFor({ state: 'detached' });
    }
    await page.getByRole('button', { name: 'Arrange the photos' }).click();
    await page.getByRole('checkbox', { name: 'place' }).waitFor();
    await visit.accessible();
  });
}

test('on a phone the filters open as a drawer and narrow the photos', { device: 'phone' }, async ({ visit, page }) => {
  await visit.openGallery();
  await page.getByRole('button', { name: /^Filters/ }).click();
  const filters = page.getByRole('complementary', { name: 'Filters' });
  await filters.getByRole('checkbox', { name: /^macaque,/ }).click();
  const total = await visit.passing('term:macaque');
  await page.waitForTimeout(400);
  await visit.accessible();
  await visit.picture('made-filters-phone-light');
  await filters.getByRole('button', { name: `Show ${total.toLocaleString('en-GB')} photos` }).click();
  await visit.counted(total);
});

test('letters go to the views, the filter and the help', {}, async ({ visit, page }) => {
  await visit.openGallery();
  await page.keyboard.press('m');
  await visit.addressed((state) => state.get('view') === 'map', 'the map');
  await page.keyboard.press('c');
  await visit.addressed((state) => state.get('view') === 'charts', 'the charts');
  await page.keyboard.press('g');
  await visit.addressed((state) => !state.has('view'), 'the gallery');
  await page.keyboard.press('/');
  assert.equal(await page.evaluate(() => document.activeElement.getAttribute('aria-label')), 'Filter');
  await page.keyboard.press('Escape');
  await page.locator('body').click({ position: { x: 700, y: 5 } });
  await page.keyboard.press('?');
  await page.getByRole('dialog', { name: 'Help' }).waitFor();
});

test('titles from right to left stand on the right', {}, async ({ visit, page }) => {
  await visit.openGallery('?q=country:SA&captions=title');
  await until(async () => {
    const directions = await page.locator('.captions p').evaluateAll((lines) =>
      lines.filter((line) => /^[\u0600-\u06ff]/.test(line.textContent.trim())).map((line) => getComputedStyle(line).direction),
    );
    return directions.length > 0 && directions.every((direction) => direction === 'rtl');
  }, 'Arabic titles that run from right to left');
});

test('the shell weighs less than 120 KB without the map', {}, async ({ visit, page }) => {
  const sizes = new Map();
  page.on('response', async (answer) => {
    const address = new URL(answer.url());
    if (!/\.(js|css|html|svg)$|\/$/.test(address.pathname) || address.pathname.startsWith('/api/')) return;
    const { responseBodySize } = await answer.request().sizes();
    sizes.set(address.pathname, responseBodySize);
  });
  await visit.openGallery();
  await page.waitForTimeout(800);
  const sum = [...sizes.values()].reduce((a, b) => a + b, 0);
  assert.ok(sizes.size >= 3 && sum < 120 * 1024, `${(sum / 1024).toFixed(1)} KB: ${[...sizes.keys()].join(' ')}`);
});
