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

// One column is taller than any browser scrolls: there the scroller maps positions.
for (const [device, grid] of [['desktop', 0], ['sharp', 0], ['desktop', 1], ['sharp', 1]]) {
  const way = grid ? 'one photo a row' : 'rows';
  test(`the last photo is reached by End and by its number, in ${way} at the pixel ratio of a ${device} screen`, { device }, async ({ visit, page }) => {
    await visit.openGallery(grid ? `?grid=${grid}` : '');
    const tall = await page.getByRole('grid', { name: 'Photos' }).evaluate((window) => window.scrollHeight);
    if (grid) assert.ok(MADE_PHOTOS * 400 > 8_000_000 && tall <= 8_000_100, `${tall} px of ${MADE_PHOTOS} photos are not scaled`);
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

test('rows of many photos are cut by a worker', {}, async ({ visit, page }) => {
  const started = page.waitForEvent('worker', (worker) => worker.url().includes('layout.worker'));
  await visit.openGallery();
  await started;
  await visit.counted(MADE_PHOTOS);
});

test('every photo of a filter is drawn once when one scrolls through all of it', {}, async ({ visit, page }) => {
  const q = 'term:قرد country:SA,MA';
  const total = await visit.passing(q);
  assert.ok(total > 20, `${total} are too few to judge`);
  await visit.openGallery(`?q=${encodeURIComponent(q)}&grid=8`);
  await visit.counted(total);
  const wanted = (await visit.api(`photos?${new URLSearchParams({ q, sort: 'newest', limit: 500 })}`)).photos.map(({ id }) => id);
  assert.equal(wanted.length, total, 'a filter of one page');
  const seen = new Map();
  const grid = page.getByRole('grid', { name: 'Photos' });
  await grid.hover();
  await until(async () => {
    const there = await page.locator('a[data-index]').evaluateAll((links) =>
      links.map((link) => [Number(link.dataset.index), new URL(link.href).searchParams.get('photo')]).filter(([, id]) => id !== null),
    );
    assert.equal(new Set(there.map(([index]) => index)).size, there.length, 'no position twice at once');
    assert.equal(new Set(there.map(([, id]) => id)).size, there.length, 'no photo twice at once');
    for (const [index, id] of there) {
      assert.equal(seen.get(index) ?? id, id, `position ${index} keeps its photo`);
      seen.set(index, id);
    }
    await page.mouse.wheel(0, 400);
    return seen.size === total;
  }, `all ${total} photos`, 40_000);
  assert.deepEqual(Array.from(wanted, (_, index) => seen.get(index)), wanted, 'each photo once, in the order of the API');
});

for (const device of ['desktop', 'phone']) {
  test(`each grid from 1 to 8 columns has cells of one shape, rows that scroll, and captions only where they have room, on a ${device}`, { device }, async ({ visit, page }) => {
    for (const n of [1, 2, 3, 4, 5, 6, 7, 8]) {
      await visit.openGallery(`?grid=${n}`);
      const window = await page.getByRole('grid', { name: 'Photos' }).boundingBox();
      await until(async () => new Set((await drawn(page)).map(({ x }) => Math.round(x))).size === n, `${n} columns`);
      const boxes = await drawn(page);
      const [first] = boxes;
      for (const { width, height } of boxes) assert.ok(Math.abs(width - first.width) < 1 && Math.abs(height - first.height) < 1, 'cells alike');
      assert.ok(first.height <= window.height && first.width / first.height >= 1.33 - 0.01, `${first.width} x ${first.height}`);
      if (n > 1) assert.ok(Math.abs(first.width / first.height - 4 / 3) < 0.02, `${n} columns: ${first.width} x ${first.height}`);
      const captions = await page.locator('.captions p').count();
      assert.equal(captions > 0, first.width >= 140, `${captions} captions under cells of ${first.width} px`);
      const before = await page.getByRole('grid', { name: 'Photos' }).evaluate((node) => node.scrollHeight / node.clientHeight);
      assert.ok(before > 2, 'more rows than the window has room for');
      if ([1, 3, 8].includes(n)) await visit.picture(`made-grid-${n}-${device}`);
    }
  });
}

test('justified rows fill the width', {}, async ({ visit, page }) => {
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
  await page.getByRole('radio', { name: '4 columns' }).check({ force: true });
  await visit.addressed((state) => state.get('grid') === '4' && /place/.test(state.get('captions') ?? ''), 'grid and captions');
  await page.keyboard.press('Escape');
  await page.getByRole('gridcell').filter({ hasText: 'Malaysia' }).first().waitFor();
  await visit.picture('made-grid-captions');
});

test('every photo shows author, licence and a link to its page', { on: 'demo' }, async ({ visit, page }) => {
  await visit.openGallery();
  const { photos, total } = await visit.api('photos?sort=newest&limit=500');
  assert.equal(photos.length, total, 'all of the dataset');
  for (const [at, photo] of photos.entries()) {
    await goTo(page, at + 1);
    const cell = page.getByRole('gridcell').filter({ has: page.locator(`a[href*="${encodeURIComponent(photo.id)}"]`) });
    const credit = await cell.locator('.credit').innerText();
    assert.ok(credit.includes(photo.author) && credit.includes(photo.license.name), `photo ${at + 1}: ${credit}`);
    assert.equal(await cell.locator('.credit a[target="_blank"]').getAttribute('href'), photo.landing_url);
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
  const now = async () => Number(await scrubber.getAttribute('aria-valuenow'));
  await page.keyboard.press('Home');
  await until(async () => (await now()) === 1, 'the first photo');
  for (const [key, later] of [['PageDown', true], ['ArrowDown', true], ['PageUp', false], ['ArrowUp', false]]) {
    for (let press = 1; press <= (later ? 5 : 2); press += 1) {
      const before = await now();
      await page.keyboard.press(key);
      await until(async () => (later ? (await now()) > before : (await now()) < before), `press ${press} of ${key} moves on from photo ${before}`, 5_000);
    }
  }
  await page.keyboard.press('End');
  await reached(page, MADE_PHOTOS - 1, 'End on the scrubber');
});

test('the focus stays on its photo when the window changes its width and rows are cut again', {}, async ({ visit, page }) => {
  await visit.openGallery();
  await page.locator('[data-index="0"]').focus();
  for (let press = 0; press < 6; press += 1) await page.keyboard.press('ArrowRight');
  const focused = () => page.evaluate(() => document.activeElement.dataset.index);
  await until(async () => (await focused()) === '6', 'the focus on photo 6');
  for (const width of [1000, 1300, 900]) {
    const before = await page.locator('[data-index="6"]').boundingBox();
    await page.setViewportSize({ width, height: 900 });
    await until(async () => {
      const box = await page.locator('[data-index="6"]').boundingBox();
      return box && (box.x !== before.x || box.y !== before.y || box.width !== before.width);
    }, `rows are cut again for ${width} pixels`);
    await until(async () => (await focused()) === '6', `the focus on photo 6 at ${width} pixels`);
  }
  await page.keyboard.press('ArrowRight');
  await until(async () => (await focused()) === '7', 'keys go on from there');
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
  await page.getByRole('toolbar', { name: 'Selected photos' }).getByText('1 selected').waitFor();
  await page.keyboard.press('Enter');
  await page.getByRole('dialog').waitFor();
  await page.keyboard.press('Escape');
  await page.getByRole('dialog').waitFor({ state: 'detached' });
  await focused('6');
});

test('where no photo has an author or a licence, no line says so', {}, async ({ visit, page }) => {
  await page.route('**/api/v1/photos?*', async (route) => {
    const answer = await route.fetch();
    const body = await answer.json();
    for (const photo of body.photos) Object.assign(photo, { author: null, license: null });
    await route.fulfill({ response: answer, json: body });
  });
  await page.route(/\/api\/v1\/facets(\?|$)/, async (route) => {
    const answer = await route.fetch();
    const body = await answer.json();
    const licences = body.facets.find(({ name }) => name === 'license');
    Object.assign(licences, { values: [], more: 0, none: { count: body.total, all: body.photos } });
    await route.fulfill({ response: answer, json: body });
  });
  await visit.openGallery();
  await page.getByRole('gridcell').first().locator('.captions p').first().waitFor();
  assert.equal(await page.locator('.captions .credit').count(), 0);
  assert.equal(await page.getByText(/licence/i).count(), 0);
  const [cell] = await drawn(page);
  const below = (await drawn(page)).find(({ y }) => y > cell.y + 10);
  assert.ok(below.y - cell.y - cell.height < 40, `${below.y - cell.y - cell.height} px between rows are room for the title and no more`);
});
