// For everyone: axe, keyboard, phones, both themes, both directions of writing.

import assert from 'node:assert/strict';
import { until } from '../browser.mjs';
import { test } from '../suite.mjs';

const VIEWS = { gallery: '?q=country:MY', map: '?view=map', charts: '?view=charts' };

const busy = (page) => page.locator('main').getByText('Loading…');

/** Waits until a view shows what it has to show. */
const shown = {
  gallery: (page) =>
    until(() => page.locator('main [data-index] img').evaluateAll((images) => images.length > 0 && images.every((image) => image.complete)), 'the photos'),
  async map(page) {
    await page.locator('.surface canvas').first().waitFor();
    await page.getByRole('button', { name: /^Unplaced \(/ }).waitFor();
    await busy(page).waitFor({ state: 'detached' });
  },
  async charts(page) {
    await page.getByRole('figure').first().waitFor();
    await until(async () => (await page.getByRole('status', { name: 'Loading' }).count()) === 0, 'all of the charts');
  },
};

for (const theme of ['light', 'dark']) {
  for (const device of ['desktop', 'phone']) {
    test(`axe finds nothing in gallery, map, charts and photo, ${theme} on a ${device}`, { device, theme }, async ({ visit, page }) => {
      for (const [name, at] of Object.entries(VIEWS)) {
        await visit.open(at);
        await visit.counted(await visit.passing(new URLSearchParams(at).get('q') ?? ''));
        await shown[name](page);
        await visit.accessible();
        await visit.picture(`made-${name}-${device}-${theme}`);
        const wide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
        assert.ok(wide <= 0, `${name} is ${wide} px too wide`);
      }
      const [photo] = (await visit.api('photos?q=camera:any country:JP&limit=1')).photos;
      await visit.open(`?photo=${encodeURIComponent(photo.id)}`);
      await page.getByRole('heading', { name: 'Why is this here?' }).waitFor();
      await until(() => page.getByRole('dialog').locator('.frame img').evaluate((image) => image.complete), 'the photo');
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

test('on a phone the filters open as a drawer, take the focus, narrow the photos and give the focus back', { device: 'phone' }, async ({ visit, page }) => {
  await visit.openGallery();
  const opener = page.locator('.bottom').getByRole('button', { name: /^Filters/ });
  const drawer = page.getByRole('complementary', { name: 'Filters' });
  const focused = (part) => part.evaluate((node) => node.contains(document.activeElement));
  await opener.click();
  await until(() => focused(drawer), 'the focus in the drawer');
  for (const part of ['header', 'main', '.bottom']) assert.equal(await page.locator(`.app > ${part}`).evaluate((node) => node.inert), true, part);
  for (let step = 0; step < 3; step += 1) {
    await page.keyboard.press('Shift+Tab');
    assert.ok(!(await focused(page.locator('main'))), 'the focus does not go behind the drawer');
  }
  await page.keyboard.press('Escape');
  await until(() => focused(opener), 'the focus back on the button');
  assert.equal(await page.locator('main').evaluate((node) => node.inert), false);
  await opener.click();
  await drawer.getByRole('checkbox', { name: /^macaque,/ }).click();
  const total = await visit.passing('term:macaque');
  const show = drawer.getByRole('button', { name: `Show ${total.toLocaleString('en-GB')} photos` });
  await show.waitFor();
  await until(() => drawer.evaluate((node) => getComputedStyle(node).opacity === '1'), 'the drawer is drawn');
  await visit.accessible();
  await visit.picture('made-filters-phone-light');
  await show.click();
  await visit.counted(total);
  await until(() => focused(opener), 'the focus back on the button');
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
  const help = page.getByRole('dialog', { name: 'Help' });
  await help.getByRole('checkbox', { name: /^Single characters are keys/ }).uncheck();
  await page.keyboard.press('Escape');
  await help.waitFor({ state: 'detached' });
  await page.keyboard.press('m');
  await page.reload();
  await page.getByRole('grid', { name: 'Photos' }).getByRole('gridcell').first().waitFor();
  await page.keyboard.press('m');
  await page.getByRole('button', { name: 'How to filter' }).click();
  await help.waitFor();
  assert.ok(!visit.state.has('view'), 'letters that are switched off do nothing');
});

test('a dialog opened from another one stays', {}, async ({ visit, page }) => {
  await visit.openGallery();
  await page.getByRole('button', { name: 'Share, save and export' }).click();
  await page.getByRole('button', { name: 'Saved views' }).click();
  await page.getByRole('button', { name: 'Close' }).focus();
  await page.keyboard.press('?');
  await page.getByRole('dialog', { name: 'Help' }).waitFor();
  await page.getByRole('dialog', { name: 'Saved views' }).waitFor({ state: 'detached' });
  await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => setTimeout(done))));
  assert.equal(await page.getByRole('dialog', { name: 'Help' }).count(), 1);
});

test('the number of photos is said once, when the filter has come to rest', {}, async ({ visit, page }) => {
  await visit.openGallery();
  const all = `${(await visit.passing('')).toLocaleString('en-GB')} photos`;
  await until(() => page.evaluate((words) => document.querySelector('.app ~ [role="status"]').textContent === words, all), 'all are said');
  await page.evaluate(() => {
    window.said = [];
    const region = document.querySelector('.app ~ [role="status"]');
    new MutationObserver(() => window.said.push(region.textContent)).observe(region, { childList: true, characterData: true, subtree: true });
  });
  const slider = page.getByRole('slider', { name: 'monkey, from', exact: true });
  // In one breath: how fast this machine presses keys is not what is tested.
  await slider.evaluate((thumb) => {
    for (let step = 0; step < 12; step += 1) thumb.dispatchEvent(new KeyboardEvent('keydown', { key: 'ArrowRight', bubbles: true }));
  });
  const total = await visit.passing('score.monkey:>=0.12');
  await visit.counted(total);
  const words = `${total.toLocaleString('en-GB')} photos`;
  await until(() => page.evaluate(() => window.said.length > 0), 'the total is said');
  assert.deepEqual(await page.evaluate(() => window.said), [words]);
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
  const under = [];
  page.on('response', (answer) => {
    const address = new URL(answer.url());
    if (!/\.(js|css|html|svg)$|\/$/.test(address.pathname) || address.pathname.startsWith('/api/')) return;
    const sized = answer.request().sizes();
    under.push(sized.then(({ responseBodySize }) => sizes.set(address.pathname, responseBodySize)));
  });
  await visit.openGallery();
  await shown.gallery(page);
  await Promise.all(under);
  const sum = [...sizes.values()].reduce((a, b) => a + b, 0);
  assert.ok(sizes.size >= 3 && sum < 120 * 1024, `${(sum / 1024).toFixed(1)} KB: ${[...sizes.keys()].join(' ')}`);
});
