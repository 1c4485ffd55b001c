// The gallery: rows and grids, captions, every photo within reach.

import assert from 'node:assert/strict';
import { until } from '../browser.mjs';
import { MADE_PHOTOS } from '../server.mjs';
import { test } from '../suite.mjs';

/** Numbers (from 0) of the photos that are drawn, with their boxes on the screen. */
const drawn = (page) =>
  page.locator('[data-index]').evaluateAll((links) =>
    links.map((link) => {
      const { x, y, width, height } = link.getBoundingClientRect();
      return { index: Number(link.dataset.index), x, y, width, height };
    }),
  );

const goTo = async (page, number) => {
  await page.getByLabel('Go to photo number').fill(String(number));
  await page.keyboard.press('Enter');
};

async function reached(page, index, why) {
  await until(async () => {
    const [box] = (await drawn(page)).filter((one) => one.index === index);
    const { height } = page.viewportSize();
    return box && box.y > 0 && box.y < height;
  }, `${why}: photo ${index + 1} in sight`);
}

for (const device of ['desktop', 'sharp']) {
  test(`the last photo is reached by End and by its number, at the pixel ratio of a ${device} screen`, { device }, async ({ visit, page }) => {
    await visit.openGallery();
    await page.locator('[data-index="0"]').focus();
    await page.keyboard.press('End');
    await reached(page, MADE_PHOTOS - 1, 'End');
    const last = (await visit.api(`photos?sort=newest&from=${MADE_PHOTOS - 1}&limit=1`)).photos[0];
    await until(async () => (await page.locator(`[data-index="${MADE_PHOTOS - 1}"]`).getAttribute('href')).includes(encodeURIComponent(last.id)), 'the last photo is the last of the API');
    await page.keyboard.press('Home');
    await reached(page, 0, 'Home');
    const middle = Math.floor(MADE_PHOTOS / 2);
    await goTo(page, middle);
    await reached(page, middle - 1, 'going to a number');
    await visit.addressed((state) => Number(state.get('at')) > 0, 'the position stands in the address');
  });
}

test('every photo of a filter is drawn once when one scrolls through all of it', {}, async ({ visit, page }) => {
  const q = 'term:قرد country:SA,MA';
  const total = await visit.passing(q);
  assert.ok(total > 20, `${total} are too few to judge`);
  await visit.openGallery(`?q=${encodeURIComponent(q)}&grid=8`);
  await visit.counted(total);
  const seen = new Set();
  const grid = page.getByRole('grid', { name: 'Photos' });
  await grid.hover();
  await until(async () => {
    for (const { index } of await drawn(page)) seen.add(index);
    await page.mouse.wheel(0, 400);
    return seen.size === total;
  }, `all ${total} photos`, 40_000);
});

test('each grid from 1 to 8 columns puts as many photos in a row, and rows fill the width', {}, async ({ visit, page }) => {
  for (const columns of [1, 2, 3, 4, 5, 6, 7, 8]) {
    await visit.openGallery(`?grid=${columns}`);
    await until(async () => {
      const boxes = await drawn(page);
      const top = boxes.filter((box) => Math.abs(box.y - boxes[0].y) < 2);
      return top.length === columns && new Set(top.map((box) => Math.round(box.width))).size <= 2;
    }, `${columns} columns`);
  }
  await visit.openGallery();
  const ends = new Map();
  for (const box of await drawn(page)) ends.set(Math.round(box.y), Math.max(ends.get(Math.round(box.y)) ?? 0, box.x + box.width));
  const [first, ...others] = [...ends.values()];
  assert.ok(others.length >= 2 && others.every((end) => Math.abs(end - first) < 2), `rows end at ${[...ends.values()]}`);
});

test('captions are chosen, shown and kept in the address', {}, async ({ visit, page }) => {
  await visit.openGallery('?q=country:MY');
  await page.getByRole('button', { name: 'Arrange the photos' }).click();
  await page.getByRole('checkbox', { name: 'place' }).check();
  await page.getByRole('checkbox', { name: 'licence' }).check();
  await page.getByRole('radio', { name: 'Grid of 4 by 4' }).check({ force: true });
  await visit.addressed((state) => state.get('grid') === '4' && /place/.test(state.get('captions') ?? ''), 'grid and captions');
  await page.keyboard.press('Escape');
  await page.getByRole('gridcell').filter({ hasText: 'Malaysia' }).first().waitFor();
  await visit.picture('made-grid-captions');
});

test('every photo shows author, licence and a link to its page', { on: 'demo' }, async ({ visit, page }) => {
  await visit.openGallery();
  const photos = (await visit.api('photos?sort=newest&limit=6')).photos;
  for (const photo of photos) {
    const cell = page.getByRole('gridcell').filter({ has: page.locator(`a[href*="${encodeURIComponent(photo.id)}"]`) });
    await cell.getByText(photo.author, { exact: false }).first().waitFor();
    await cell.getByText(photo.license.name, { exact: false }).first().waitFor();
    assert.equal(await cell.locator('a[target="_blank"]').getAttribute('href'), photo.landing_url);
  }
});

test('the scrubber leaps by date with the pointer and by keyboard', {}, async ({ visit, page }) => {
  await visit.openGallery();
  const scrubber = page.getByRole('slider', { name: 'Position in the result' });
  const box = await scrubber.boundingBox();
  await page.mouse.click(box.x + box.width / 2, box.y + box.height / 2);
  await until(async () => {
    const now = Number(await scrubber.getAttribute('aria-valuenow'));
    return now > MADE_PHOTOS * 0.4 && now < MADE_PHOTOS * 0.6;
  }, 'the middle after a click in the middle');
  await scrubber.focus();
  const before = Number(await scrubber.getAttribute('aria-valuenow'));
  await page.keyboard.press('PageDown');
  await until(async () => Number(await scrubber.getAttribute('aria-valuenow')) > before, 'a later stretch');
  await page.keyboard.press('End');
  await reached(page, MADE_PHOTOS - 1, 'End on the scrubber');
});

test('arrows go from photo to photo, Space chooses, Enter opens', {}, async ({ visit, page }) => {
  await visit.openGallery('?grid=5');
  const focused = (index) => until(async () => (await page.evaluate(() => document.activeElement.dataset.index)) === index, `the focus on photo ${index}`);
  await page.getByRole('gridcell').first().locator('img').waitFor();
  await page.locator('[data-index="0"]').focus();
  await page.keyboard.press('ArrowRight');
  await focused('1');
  await page.keyboard.press('ArrowDown');
  await focused('6');
  await page.keyboard.press('Space');
  await page.getByRole('toolbar', { name: 'Photos chosen' }).getByText('1 chosen').waitFor();
  await page.keyboard.press('Enter');
  await page.getByRole('dialog').waitFor();
  await page.keyboard.press('Escape');
  await page.getByRole('dialog').waitFor({ state: 'detached' });
  await focused('6');
});
