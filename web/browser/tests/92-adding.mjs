// Photos come into a dataset from the page.

import assert from 'node:assert/strict';
import { until } from '../browser.mjs';
import { test } from '../suite.mjs';

/** Nothing is wider than the window, and buttons and fields are large enough for a finger. */
async function fits(visit, name, within) {
  // Behind an open dialog photos come and go while a search runs.
  const isOpen = (await visit.page.locator('dialog[open]').count()) > 0;
  await visit.accessible(isOpen ? 'dialog[open]' : within);
  await visit.picture(`${name}-${visit.device}-${visit.theme}`);
  const wide = await visit.page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  assert.ok(wide <= 0, `${name} is ${wide} px too wide`);
  if (visit.device !== 'phone') return;
  const small = await visit.page
    .locator('form :is(button, select, summary, input:not([type="checkbox"]), label:has(> input[type="checkbox"]), a.link), .add, dialog button')
    .evaluateAll((nodes) =>
      nodes.filter((node) => node.checkVisibility()).map((node) => [node.outerHTML.slice(0, 80), node.getBoundingClientRect().height]).filter(([, height]) => height < 43.9),
    );
  assert.deepEqual(small, [], `${name}: targets of less than 44 px`);
}

test('photos are added to an empty dataset from the page: estimate, start, stop half-way, continue, see them', { on: 'none' }, async ({ workshop, begin }) => {
  const server = await workshop.adding(60, { rate: 12 });
  const visit = await begin({ url: server.url });
  // A mistake is an answer with status 400.
  visit.watch.allow(/status of 400/);
  const { page } = visit;
  try {
    await visit.open();
    await page.getByRole('heading', { name: 'Add the first photos' }).waitFor();
    await page.getByRole('checkbox', { name: 'Flickr' }).waitFor();
    assert.ok(await page.getByRole('checkbox', { name: 'Flickr' }).isChecked(), 'the first source that is ready is chosen');
    assert.ok(await page.getByRole('checkbox', { name: 'Brave Image Search' }).isDisabled(), 'one without its key is not');
    await fits(visit, 'adding-form');

    const words = page.getByRole('textbox', { name: 'Words' });
    await page.getByRole('button', { name: 'Start' }).click();
    await page.getByRole('alert').getByText('Enter the words to search for').waitFor();
    assert.ok(await words.evaluate((node) => node === document.activeElement), 'the focus is on the field that is wrong');
    await words.fill('-nowhere');
    await page.getByRole('combobox', { name: 'Area' }).selectOption('country');
    await page.getByRole('combobox', { name: 'Country' }).fill('Phillipines');
    await page.getByRole('button', { name: 'Estimate' }).click();
    await page.getByRole('alert').getByText('did you mean PH (Philippines)?').waitFor();
    await fits(visit, 'adding-mistake');
    await page.getByRole('combobox', { name: 'Area' }).selectOption('anywhere');
    await page.getByRole('checkbox', { name: 'All' }).check();
    await page.getByRole('button', { name: 'Estimate' }).click();
    await page.getByText(/^At most \d+ photos, \d+ requests?, about /).waitFor();
    await fits(visit, 'adding-estimate');

    await page.getByRole('button', { name: 'Start' }).click();
    // The gallery takes the place of the form as soon as there are photos.
    await page.getByRole('grid', { name: 'Photos' }).getByRole('gridcell').first().waitFor();
    const button = page.getByRole('banner').getByRole('button', { name: /^Adding photos: \d+ of \d+ photos done$/ });
    await button.waitFor();
    await button.click();
    const dialog = page.getByRole('dialog', { name: 'Adding photos' });
    await dialog.getByText('Images', { exact: true }).waitFor();
    await fits(visit, 'adding-progress');
    await dialog.getByRole('button', { name: 'Run in background' }).click();
    await dialog.waitFor({ state: 'detached' });
    await button.click();
    await dialog.getByRole('button', { name: 'Stop', exact: true }).click();
    const ended = page.getByRole('dialog', { name: 'Add photos' });
    await ended.getByText(/^Stopped\. 60 photos found, \d+ new images\.$/).waitFor();
    const images = async () => (await visit.passing('-fault:any')) && (await visit.api('search')).result.images;
    assert.ok((await images()) < 60, 'it stopped half-way');
    await fits(visit, 'adding-stopped');
    await ended.getByRole('button', { name: 'Continue the search' }).click();
    await ended.getByText(/^60 photos found, \d+ new images/).waitFor({ timeout: 40_000 });
    await ended.getByRole('button', { name: 'Show these photos' }).click();
    await visit.counted(60);
    await visit.addressed((state) => state.get('q') === 'term:"-nowhere"', 'the photos of the search');
    const loaded = () => page.$$eval('main img', (all) => all.filter((image) => image.complete && image.naturalWidth > 1).length);
    await until(async () => (await loaded()) >= 6, 'their images are shown');
    await page.getByRole('banner').getByRole('button', { name: 'Add photos' }).click();
    await page.getByRole('dialog', { name: 'Add photos' }).getByRole('button', { name: 'Estimate' }).waitFor();
    assert.equal(await page.getByRole('textbox', { name: 'Words' }).inputValue(), '-nowhere', 'what was entered is still there');
    await page.keyboard.press('Escape');
    // The box of the filter and the part of the map in sight are offered.
    await visit.open('?view=map&map=120,10,5&q=box:90,-60,180,80');
    await page.locator('.surface canvas').first().waitFor();
    await page.getByRole('banner').getByRole('button', { name: 'Add photos' }).click();
    // A page that was loaded again shows the last result first.
    await page.getByRole('dialog').getByText(/^60 photos found/).waitFor();
    await page.getByRole('button', { name: 'New search' }).click();
    await page.getByRole('textbox', { name: 'Words' }).fill('-nowhere');
    const asked = [];
    page.on('request', (request) => request.url().endsWith('/estimate') && asked.push(request.postDataJSON()));
    await page.getByRole('combobox', { name: 'Area' }).selectOption('box');
    for (const box of ['Box of the filter', 'Map in sight']) {
      await page.getByRole('button', { name: box }).click();
      await page.getByRole('button', { name: 'Estimate' }).click();
      await page.getByText(/^At most \d+ photos?, \d+ requests?, about /).waitFor();
    }
    assert.equal(asked[0].bbox, '90, -60, 180, 80');
    const [west, south, east, north] = asked[1].bbox.split(',').map(Number);
    assert.ok(west < 120 && 120 < east && south < 10 && 10 < north && east - west < 90, `the map in sight: ${asked[1].bbox}`);
    assert.deepEqual(visit.watch.faults, []);
  } finally {
    await visit.end();
    await server.stop();
  }
});

test('the form offers the areas, languages and sizes of gleaner scrape', { on: 'none' }, async ({ workshop, begin }) => {
  const server = await workshop.adding(60, { rate: 40, name: 'adding-options' });
  const visit = await begin({ url: server.url });
  visit.watch.allow(/status of 400/);
  const { page } = visit;
  try {
    await visit.open();
    await page.getByRole('checkbox', { name: 'Flickr' }).waitFor();
    const asked = [];
    page.on('request', (request) => request.url().endsWith('/estimate') && asked.push(request.postDataJSON()));
    const estimate = () => page.getByRole('button', { name: 'Estimate' }).click();
    const estimated = page.getByText(/^At most \d+ photos?, \d+ requests?, about /);
    const words = page.getByRole('textbox', { name: 'Words' });
    await words.fill('-nowhere');

    const area = page.getByRole('combobox', { name: 'Area' });
    await area.selectOption('circle');
    const circle = page.getByRole('textbox', { name: 'Latitude, longitude, kilometres' });
    await circle.fill('95, 118, 50');
    await estimate();
    await page.getByRole('alert').getByText('its latitude is not between -90 and 90').waitFor();
    assert.ok(await circle.evaluate((node) => node === document.activeElement), 'the focus is on the field that is wrong');
    await circle.fill('5.84, 118.1, 5000');
    await estimate();
    await estimated.waitFor();
    assert.equal(asked.at(-1).near, '5.84, 118.1, 5000');

    await area.selectOption('polygon');
    const file = page.getByLabel('GeoJSON file');
    await file.setInputFiles({ name: 'broken.geojson', mimeType: 'application/geo+json', buffer: Buffer.from('{') });
    await estimate();
    await page.getByRole('alert').getByText('it is not JSON').waitFor();
    const ring = [[90, -60], [180, -60], [180, 80], [90, 80], [90, -60]];
    await file.setInputFiles({ name: 'east.geojson', mimeType: 'application/geo+json', buffer: Buffer.from(JSON.stringify({ type: 'Polygon', coordinates: [ring] })) });
    await page.getByText('Searching in the polygons of east.geojson').waitFor();
    await estimate();
    await estimated.waitFor();
    await fits(visit, 'adding-polygon');

    // A mistake in what is folded opens it.
    await page.getByText('More options').click();
    const languages = page.getByRole('textbox', { name: 'Also in these languages' });
    await languages.fill('it, klingon');
    await languages.press('Tab');
    await page.getByRole('alert').getByText('klingon: no names in this language are known').waitFor();
    await words.fill('-nowhere, monkey');
    await languages.fill('it, ja');
    await languages.press('Tab');
    await page.getByText('is also searched for as: scimmia (it), サル (ja)').waitFor();
    await page.getByRole('combobox', { name: 'Images' }).selectOption('smaller');
    await page.getByRole('spinbutton', { name: 'Long edge' }).fill('100');
    await page.getByRole('spinbutton', { name: 'Requests at most' }).fill('500');
    await fits(visit, 'adding-more');
    await page.getByRole('checkbox', { name: 'All' }).check();
    await page.getByRole('button', { name: 'Start' }).click();
    await page.getByRole('grid', { name: 'Photos' }).getByRole('gridcell').first().waitFor();
    const ended = async () => (await visit.api('search')).result;
    await until(async () => (await ended()) !== null, 'the search ends');
    const { request, result } = await visit.api('search');
    assert.deepEqual([...new Set(result.searches.map((search) => search.words))].toSorted(), ['-nowhere', 'monkey', 'scimmia', 'サル'].toSorted());
    assert.deepEqual([request.polygon.name, request.size, request.max_requests], ['east.geojson', 100, 500]);
    assert.equal(request.polygon.geojson, undefined, 'the file is not sent back');
    assert.deepEqual(visit.watch.faults, []);
  } finally {
    await visit.end();
    await server.stop();
  }
});

test('without the key of the dataset the page says why no photos can be added, and with it they can', { on: 'none' }, async ({ workshop, begin }) => {
  const { folder, key } = await workshop.made(0, 'empty');
  const server = await workshop.serve(folder);
  const visit = await begin({ url: server.url });
  try {
    await visit.open();
    await visit.page.getByText("the dataset's key is not on this machine").waitFor();
    await fits(visit, 'adding-no-key');
    assert.equal(await visit.page.getByRole('button', { name: 'Start' }).count(), 0);
    // The key of the browser seals as well.
    await visit.page.getByRole('main').getByRole('button', { name: 'Unlock' }).click();
    await visit.page.getByRole('textbox', { name: 'Key' }).fill(key);
    await visit.page.getByRole('dialog').getByRole('button', { name: 'Unlock', exact: true }).click();
    await visit.page.getByRole('button', { name: 'Start' }).waitFor();
    assert.deepEqual(visit.watch.faults, []);
  } finally {
    await visit.end();
    await server.stop();
  }
});

for (const [device, theme] of [['desktop', 'dark'], ['phone', 'light'], ['phone', 'dark']]) {
  test(`the form that adds photos and a search fit, ${theme} on a ${device}`, { on: 'none' }, async ({ workshop, begin }) => {
    const server = await workshop.adding(400, { rate: 4, name: `adding-${device}-${theme}` });
    const visit = await begin({ url: server.url, device, theme });
    const { page } = visit;
    try {
      await visit.open();
      await page.getByRole('checkbox', { name: 'Flickr' }).waitFor();
      await fits(visit, 'adding-form');
      await page.getByText('More options').click();
      await page.getByLabel('When').selectOption('taken');
      await page.getByLabel('From').fill('2001-01-01');
      await page.getByRole('combobox', { name: 'Area' }).selectOption('country');
      await page.getByRole('textbox', { name: 'Words' }).fill('-nowhere');
      await page.getByRole('button', { name: 'Start' }).click();
      await page.getByRole('alert').getByText('Enter a country').waitFor();
      await fits(visit, 'adding-mistake');
      await page.getByRole('combobox', { name: 'Area' }).selectOption('anywhere');
      // More than can come before it is stopped.
      await page.getByRole('checkbox', { name: 'All' }).check();
      await page.getByRole('textbox', { name: 'Words' }).press('Enter');
      await page.getByRole('grid', { name: 'Photos' }).getByRole('gridcell').first().waitFor();
      // Tiles change while the search runs.
      await fits(visit, 'adding-behind', 'header');
      await page.getByRole('banner').getByRole('button', { name: /^Adding photos/ }).click();
      await page.getByRole('dialog').getByText('Images', { exact: true }).waitFor();
      await fits(visit, 'adding-progress');
      await page.getByRole('dialog').getByRole('button', { name: 'Stop', exact: true }).click();
      await page.getByRole('dialog').getByText(/^Stopped\./).waitFor();
      await fits(visit, 'adding-stopped');
      assert.deepEqual(visit.watch.faults, []);
    } finally {
      await visit.end();
      await server.stop();
    }
  });
}
