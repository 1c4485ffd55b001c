// The map, with WebGL and without.

import assert from 'node:assert/strict';
import { until } from '../browser.mjs';
import { test } from '../suite.mjs';

const noWebGl = () => {
  const asked = HTMLCanvasElement.prototype.getContext;
  HTMLCanvasElement.prototype.getContext = function (kind, ...more) {
    return /webgl/.test(kind) ? null : asked.call(this, kind, ...more);
  };
};

/** Opens the map and waits until it says how many photos have no place. */
async function openMap(visit, query = {}) {
  const { q = '' } = query;
  await visit.open(`?${new URLSearchParams({ view: 'map', ...query })}`);
  const { total, unplaced } = await visit.api(`map?${new URLSearchParams({ q, zoom: 1 })}`);
  await visit.page.getByRole('button', { name: `Unplaced (${unplaced.toLocaleString('en')})` }).waitFor();
  await visit.page.locator('.surface canvas').first().waitFor();
  return { total, unplaced };
}

/** Moves over the map until something is under the pointer whose card `fits`; the card's text and where it was. */
async function find(page, fits) {
  const box = await page.locator('.surface').boundingBox();
  for (let step = 0; step < 900; step += 1) {
    const at = { x: box.x + box.width * (0.15 + 0.7 * ((step * 0.618034) % 1)), y: box.y + box.height * (0.2 + (0.6 * step) / 900) };
    await page.mouse.move(at.x, at.y);
    const card = page.locator('.map .card');
    if ((await card.count()) > 0) {
      const text = await card.innerText().catch(() => '');
      if (fits.test(text)) return { at, text };
    }
  }
  throw new Error(`nothing on the map fits ${fits}`);
}

const photosIn = (text) => Number(/([\d,]+) photos?/.exec(text)[1].replaceAll(',', ''));

test('cells and what is unplaced add up to all that pass', {}, async ({ visit }) => {
  for (const q of ['', 'term:macaque', 'score.monkey:>=0.5 -country:JP', 'place:none', 'forest taken:2015..']) {
    for (const zoom of [0, 3, 8]) {
      const { total, unplaced, outside, cells } = await visit.api(`map?${new URLSearchParams({ q, zoom, cells: true })}`);
      const inside = cells.reduce((sum, { count }) => sum + count, 0);
      assert.equal(inside + outside + unplaced, total, `${q} at ${zoom}`);
      assert.equal(total, await visit.passing(q));
    }
  }
});

test('points have the colours of their terms, and the unplaced are always in sight', {}, async ({ visit, page }) => {
  const { unplaced } = await openMap(visit);
  await page.getByRole('list', { name: 'Colours by search term' }).getByRole('button', { name: /^monkey wild/ }).waitFor();
  await page.waitForTimeout(1500);
  await visit.picture('made-map-points-desktop-light');
  await page.getByRole('button', { name: /^Unplaced/ }).click();
  await visit.counted(unplaced);
  await visit.addressed((state) => /place:none|-place:any/.test(state.get('q') ?? ''), 'the unplaced as a filter');
});

test('a cluster opens to exactly the photos that it counted', {}, async ({ visit, page }) => {
  await openMap(visit, { q: 'term:macaque', mapkind: 'clusters' });
  await page.waitForTimeout(1500);
  const { at, text } = await find(page, /^[\d,]{2,} photos/);
  await page.mouse.click(at.x, at.y);
  await visit.addressed((state) => /cell:/.test(state.get('q') ?? ''), 'cells as a filter');
  await visit.counted(photosIn(text));
  assert.equal(await visit.passing(visit.state.get('q')), photosIn(text));
});

test('hexagons stand up, are coloured by count, share and mean score, and open by the list of places', {}, async ({ visit, page }) => {
  await openMap(visit);
  await page.getByRole('radio', { name: 'Hexagons' }).click();
  await visit.addressed((state) => state.get('mapkind') === 'hexagons', 'hexagons');
  await page.getByLabel('Coloured by').selectOption('term:macaque');
  await visit.addressed((state) => state.get('measure') === 'term:macaque', 'share of a term');
  await page.getByLabel('Coloured by').selectOption('score.monkey');
  await page.locator('.legend.ramp').getByText(/monkey/).waitFor();
  await page.waitForTimeout(1500);
  await visit.picture('made-map-hexagons-desktop-light');
  await page.getByRole('button', { name: 'List of places' }).click();
  const list = page.getByRole('complementary', { name: 'Places with most photos' });
  const first = list.getByRole('button').nth(1);
  const wanted = Number((await first.locator('.number').innerText()).replaceAll(',', ''));
  await first.click();
  await visit.counted(wanted);
});

test('a click on a country filters by it', {}, async ({ visit, page }) => {
  await openMap(visit, { mapkind: 'countries' });
  await page.waitForTimeout(1500);
  const { at, text } = await find(page, /^(India|China|United States|Brazil|Indonesia|Russia)/);
  await page.mouse.click(at.x, at.y);
  await visit.addressed((state) => /country:[A-Z]{2}/.test(state.get('q') ?? ''), 'a country as a filter');
  await visit.counted(photosIn(text));
});

for (const [name, tool, clause] of [
  ['box', 'Choose a box', /box:/],
  ['lasso', 'Choose with a lasso', /polygon:/],
  ['circle', 'Choose a circle', /near:/],
]) {
  test(`a ${name} on the map is a filter`, {}, async ({ visit, page }) => {
    await openMap(visit);
    await page.getByRole('button', { name: tool }).click();
    const box = await page.locator('.surface').boundingBox();
    const at = (x, y) => [box.x + box.width * x, box.y + box.height * y];
    await page.mouse.move(...at(0.6, 0.35));
    await page.mouse.down();
    for (const corner of [[0.75, 0.35], [0.85, 0.5], [0.75, 0.65]]) await page.mouse.move(...at(...corner), { steps: 8 });
    await page.mouse.up();
    await visit.addressed((state) => clause.test(state.get('q') ?? ''), 'the area');
    await visit.counted(await visit.passing(visit.state.get('q')));
    await page.getByRole('button', { name: 'Remove the area' }).click();
    await visit.addressed((state) => !state.has('q'), 'no area');
  });
}

test('it turns into a globe and back, moves and keeps its place in the address', {}, async ({ visit, page }) => {
  await openMap(visit);
  await page.getByRole('button', { name: 'Globe' }).click();
  await visit.addressed((state) => /globe/.test(state.get('mapkind') ?? ''), 'a globe');
  await page.waitForTimeout(1200);
  await visit.picture('made-map-globe-desktop-light');
  await page.getByRole('button', { name: 'Zoom in' }).click();
  await visit.addressed((state) => state.has('map'), 'the view');
  const before = visit.state.get('map');
  await page.reload();
  await page.locator('.surface canvas').first().waitFor();
  await page.waitForTimeout(500);
  assert.equal(visit.state.get('map'), before);
  await page.getByRole('button', { name: 'Globe' }).click();
  await visit.addressed((state) => !/globe/.test(state.get('mapkind') ?? ''), 'flat');
});

test('without WebGL the map is drawn on a canvas and filters all the same', {}, async ({ visit, page }) => {
  await visit.context.addInitScript(noWebGl);
  await openMap(visit, { mapkind: 'clusters' });
  await page.waitForTimeout(800);
  const inked = await page.locator('.surface canvas').first().evaluate((canvas) => {
    const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
    const colours = new Set();
    for (let i = 0; i < data.length; i += 4 * 97) colours.add((data[i] << 16) | (data[i + 1] << 8) | data[i + 2]);
    return colours.size;
  });
  assert.ok(inked > 5, `${inked} colours`);
  await visit.picture('made-map-canvas-desktop-light');
  const { at, text } = await find(page, /^[\d,]{2,} photos/);
  await page.mouse.click(at.x, at.y);
  await visit.counted(photosIn(text));
});
