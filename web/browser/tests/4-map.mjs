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

/** Waits until the map shows all that it was given. */
const still = (page) => page.locator('section.map[aria-busy="false"]').waitFor({ timeout: 40_000 });

/** Opens the map and waits until it stands still and says how many photos have no place. */
async function openMap(visit, query = {}) {
  const { q = '' } = query;
  await visit.open(`?${new URLSearchParams({ view: 'map', ...query })}`);
  const { total, unplaced } = await visit.api(`map?${new URLSearchParams({ q, zoom: 1 })}`);
  await visit.page.getByRole('button', { name: `Not on the map (${unplaced.toLocaleString('en')})` }).waitFor();
  await visit.page.locator('.surface canvas').first().waitFor();
  await still(visit.page);
  return { total, unplaced };
}

/** Moves over the map until something is under the pointer whose card `fits`; the card's text and where it was. */
async function find(page, fits) {
  const box = await page.locator('.surface').boundingBox();
  const card = page.locator('.map .card');
  const read = async ({ x, y }) => {
    await page.mouse.move(x, y);
    return (await card.count()) > 0 ? card.innerText().catch(() => '') : '';
  };
  let before;
  for (let step = 0; step < 900; step += 1) {
    const at = { x: box.x + box.width * (0.15 + 0.7 * ((step * 0.618034) % 1)), y: box.y + box.height * (0.2 + (0.6 * step) / 900) };
    if (fits.test(await read(at))) {
      // The canvas looks once a frame, so the card may be that of the step before.
      for (const place of [at, before ?? at]) {
        await read(place);
        await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
        const text = await read(place);
        if (fits.test(text)) return { at: place, text };
      }
    }
    before = at;
  }
  throw new Error(`nothing on the map fits ${fits}`);
}

/** Mercator as the map draws it flat and north up: pixels of its surface to degrees and back. `view`: lon, lat, zoom. */
function mercator([lon0, lat0, zoom], { width, height }) {
  const size = 512 * 2 ** zoom;
  const along = (lat) => 0.5 - Math.log(Math.tan(Math.PI / 4 + (lat * Math.PI) / 360)) / (2 * Math.PI);
  return {
    pixel: ([lon, lat]) => [width / 2 + ((lon - lon0) / 360) * size, height / 2 + (along(lat) - along(lat0)) * size],
    place([x, y]) {
      const down = along(lat0) + (y - height / 2) / size;
      return [lon0 + ((x - width / 2) / size) * 360, (Math.atan(Math.exp((0.5 - down) * 2 * Math.PI)) * 360) / Math.PI - 90];
    },
  };
}

/** Red, green and blue at pixels of the map, as they are on the screen. */
async function coloursAt(page, pixels) {
  const box = await page.locator('.surface').boundingBox();
  const picture = (await page.screenshot({ clip: box })).toString('base64');
  return page.evaluate(async ({ picture, pixels, width }) => {
    const image = await createImageBitmap(new Blob([Uint8Array.from(atob(picture), (letter) => letter.charCodeAt(0))]));
    const context = new OffscreenCanvas(image.width, image.height).getContext('2d');
    context.drawImage(image, 0, 0);
    const ratio = image.width / width;
    return pixels.map(([x, y]) => [...context.getImageData(Math.round(x * ratio), Math.round(y * ratio), 1, 1).data.slice(0, 3)]);
  }, { picture, pixels, width: box.width });
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
  // Where most photos are, so near that dots stand apart.
  const { cells } = await visit.api('map?zoom=3&cells=true');
  const [most] = cells.toSorted((a, b) => b.count - a.count);
  const view = [...most.centre.map((degrees) => Number(degrees.toFixed(3))), 8];
  const { unplaced } = await openMap(visit, { map: view.join(',') });
  const legend = page.getByRole('list', { name: 'Photos in view, by search term' });
  await legend.getByRole('button', { name: /^monkey wild/ }).waitFor();
  await visit.picture('made-map-points-desktop-light');
  const hues = new Map(
    await legend.locator('li:has(button)').evaluateAll((lines) =>
      lines.map((line) => {
        const hex = line.querySelector('circle').getAttribute('fill');
        return [line.innerText.replace(/\s*[\d,]+\s*$/, '').trim(), [1, 3, 5].map((from) => parseInt(hex.slice(from, from + 2), 16))];
      }),
    ),
  );
  const surface = await page.locator('.surface').boundingBox();
  const { pixel, place } = mercator(view, surface);
  const [[west, north], [east, south]] = [place([0, 0]), place([surface.width, surface.height])];
  const { points, terms } = await visit.api(`map?${new URLSearchParams({ zoom: view[2], bbox: [west, south, east, north].join(',') })}`);
  const all = points.lon.map((lon, at) => ({ at: pixel([lon, points.lat[at]]), term: terms[points.term[at]] }));
  // In the clear, and with no other dot that could lie on it.
  const alone = all.filter(({ at: [x, y], term }) =>
    hues.has(term) && x > 40 && x < surface.width - 90 && y > 80 && y < surface.height - 340 &&
    all.filter(({ at }) => Math.hypot(at[0] - x, at[1] - y) < 9).length === 1);
  assert.ok(alone.length >= 10 && new Set(alone.map(({ term }) => term)).size >= 3, `${alone.length} points to judge`);
  const seen = await coloursAt(page, alone.map(({ at }) => at));
  const far = (a, b) => Math.hypot(...a.map((channel, i) => channel - b[i]));
  alone.forEach(({ term, at }, i) => {
    const nearest = [...hues].toSorted((a, b) => far(a[1], seen[i]) - far(b[1], seen[i]))[0][0];
    assert.equal(nearest, term, `the dot at ${at} is rgb(${seen[i]})`);
    assert.ok(far(hues.get(term), seen[i]) < 60, `the dot of ${term} at ${at} is rgb(${seen[i]})`);
  });
  await page.getByRole('button', { name: /^Not on the map/ }).click();
  await visit.counted(unplaced);
  await visit.addressed((state) => /place:none|-place:any/.test(state.get('q') ?? ''), 'the unplaced as a filter');
});

test('a cluster opens to exactly the photos that it counted', {}, async ({ visit, page }) => {
  await openMap(visit, { q: 'term:macaque', mapkind: 'clusters' });
  const { at, text } = await find(page, /^[\d,]{2,} photos/);
  await page.mouse.click(at.x, at.y);
  const beside = page.getByRole('complementary', { name: 'Photos here' });
  await beside.getByRole('heading', { name: `${photosIn(text).toLocaleString('en-GB')} photos here` }).waitFor();
  await beside.getByRole('listitem').first().getByRole('button').waitFor();
  await visit.picture('made-map-beside-desktop-light');
  assert.ok(!visit.state.has('q') || visit.state.get('q') === 'term:macaque', 'the filter is as it was');
  await page.locator('.surface canvas').first().waitFor();
  await beside.getByRole('button', { name: 'Show in the gallery' }).click();
  await visit.addressed((state) => /cell:/.test(state.get('q') ?? '') && !state.has('view'), 'cells as a filter, in the gallery');
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
  await still(page);
  await visit.picture('made-map-hexagons-desktop-light');
  await page.getByRole('button', { name: 'List of places' }).click();
  const list = page.getByRole('complementary', { name: 'Places with most photos' });
  const first = list.getByRole('button').nth(1);
  const wanted = Number((await first.locator('.number').innerText()).replaceAll(',', ''));
  await first.click();
  await page.getByRole('heading', { name: `${wanted.toLocaleString('en-GB')} photos here` }).waitFor();
  await page.getByRole('button', { name: 'Show in the gallery' }).click();
  await visit.counted(wanted);
});

test('a click on a country filters by it', {}, async ({ visit, page }) => {
  await openMap(visit, { mapkind: 'countries' });
  const { at, text } = await find(page, /^(India|China|United States|Brazil|Indonesia|Russia)/);
  await page.mouse.click(at.x, at.y);
  await visit.addressed((state) => /country:[A-Z]{2}/.test(state.get('q') ?? ''), 'a country as a filter');
  await visit.counted(photosIn(text));
});

// From a known view: where each corner was drawn is where the filter has to have it, to a few pixels.
const VIEW = [100, 15, 4];
const AREAS = {
  box: { tool: 'Select a box', clause: /box:([-\d.,]+)/, expected: ([a, , , b]) => [a[0], b[1], b[0], a[1]] },
  lasso: { tool: 'Select with a lasso', clause: /polygon:([-\d.,]+)/, expected: (corners) => corners.flat() },
  circle: { tool: 'Select a circle', clause: /near:([-\d.,]+)(k?m)/, expected: ([a]) => [a[1], a[0]] },
};
for (const [name, { tool, clause, expected }] of Object.entries(AREAS)) {
  test(`a ${name} on the map is a filter of what lies there`, {}, async ({ visit, page }) => {
    await openMap(visit, { map: VIEW.join(',') });
    await page.getByRole('button', { name: tool }).click();
    const box = await page.locator('.surface').boundingBox();
    const drawn = [[0.4, 0.3], [0.6, 0.3], [0.7, 0.5], [0.6, 0.65]].map(([x, y]) => [Math.round(box.width * x), Math.round(box.height * y)]);
    const [first, ...others] = drawn.map(([x, y]) => [box.x + x, box.y + y]);
    await page.mouse.move(...first);
    await page.mouse.down();
    for (const corner of others) await page.mouse.move(...corner, { steps: 8 });
    await page.mouse.up();
    await visit.addressed((state) => clause.test(state.get('q') ?? ''), 'the area');
    const { place } = mercator(VIEW, box);
    const corners = drawn.map(place);
    const [, numbers, unit] = clause.exec(visit.state.get('q'));
    const found = numbers.split(',').map(Number);
    // A pixel is 0.044 degrees here.
    const near = (a, b) => Math.abs(a - b) < 0.15;
    if (name === 'lasso') {
      const ring = Array.from({ length: found.length / 2 }, (_, i) => found.slice(2 * i, 2 * i + 2));
      for (const [lon, lat] of corners) assert.ok(ring.some((v) => near(v[0], lon) && near(v[1], lat)), `${lon}, ${lat} is not in ${numbers}`);
      const lons = corners.map(([lon]) => lon);
      assert.ok(ring.every(([lon]) => lon > Math.min(...lons) - 0.15 && lon < Math.max(...lons) + 0.15), numbers);
    } else {
      const wanted = expected(corners);
      wanted.forEach((degrees, i) => assert.ok(near(found[i], degrees), `${numbers} instead of ${wanted}`));
    }
    if (name === 'circle') {
      const [[lonA, latA], [lonB, latB]] = [corners[0], corners[3]].map((pair) => pair.map((degrees) => (degrees * Math.PI) / 180));
      const km = 6371 * Math.acos(Math.sin(latA) * Math.sin(latB) + Math.cos(latA) * Math.cos(latB) * Math.cos(lonA - lonB));
      assert.ok(Math.abs(found[2] / (unit === 'm' ? 1000 : 1) - km) < km * 0.02, `${numbers}${unit} instead of ${km} km`);
    }
    const total = await visit.passing(visit.state.get('q'));
    assert.ok(total > 0 && total < (await visit.passing('place:any')), `${total} photos`);
    await visit.counted(total);
    await page.getByRole('button', { name: 'Remove the area' }).click();
    await visit.addressed((state) => !state.has('q'), 'no area');
  });
}

test('a measure that another kind of map has not is let go', {}, async ({ visit, page }) => {
  await openMap(visit, { mapkind: 'hexagons', measure: 'term:macaque' });
  const measure = page.getByLabel('Coloured by');
  assert.equal(await measure.inputValue(), 'term:macaque');
  await page.getByRole('radio', { name: 'Points' }).check();
  await visit.addressed((state) => !state.has('measure'), 'no share among points');
  assert.equal(await measure.inputValue(), 'count');
  await measure.selectOption('score.monkey');
  await page.getByRole('radio', { name: 'Points' }).focus();
  await page.keyboard.press('ArrowRight');
  await visit.addressed((state) => state.get('mapkind') === 'hexagons' && state.get('measure') === 'score.monkey', 'the next kind by an arrow key');
  await page.getByRole('radio', { name: 'Countries' }).check();
  await visit.addressed((state) => !state.has('measure'), 'no mean score of countries');
  assert.equal(await measure.inputValue(), 'count');
});

test('it turns into a globe and back, moves and keeps its place in the address', {}, async ({ visit, page }) => {
  await openMap(visit, { map: '100,15,3' });
  await page.getByRole('button', { name: 'Globe' }).click();
  await visit.addressed((state) => /globe/.test(state.get('mapkind') ?? ''), 'a globe');
  await still(page);
  await visit.picture('made-map-globe-desktop-light');
  /** The bounds of what is in sight, as the map itself says them. */
  const looksAt = async () => {
    await page.getByRole('button', { name: 'Only photos in view' }).click();
    await visit.addressed((state) => /box:/.test(state.get('q') ?? ''), 'what is in sight');
    const bounds = /box:([-\d.,]+)/.exec(visit.state.get('q'))[1].split(',').map(Number);
    await page.getByRole('button', { name: 'Remove the area' }).click();
    await visit.addressed((state) => !state.has('q'), 'no area');
    await still(page);
    return bounds;
  };
  const far = await looksAt();
  for (const zoom of [4, 5]) {
    await page.getByRole('button', { name: 'Zoom in' }).click();
    await visit.addressed((state) => Math.abs(Number((state.get('map') ?? '').split(',')[2]) - zoom) < 0.05, `zoom ${zoom}`);
  }
  await still(page);
  const before = await looksAt();
  assert.ok(before[2] - before[0] < (far[2] - far[0]) / 3, `${before} is nearer than ${far}`);
  await page.reload();
  await page.locator('.surface canvas').first().waitFor();
  await still(page);
  const after = await looksAt();
  before.forEach((degrees, i) => assert.ok(Math.abs(after[i] - degrees) < 0.1, `looked at ${before}, after a reload at ${after}`));
  await page.getByRole('button', { name: 'Globe' }).click();
  await visit.addressed((state) => !/globe/.test(state.get('mapkind') ?? ''), 'flat');
});

test('without WebGL the map is drawn on a canvas and filters all the same', {}, async ({ visit, page }) => {
  await visit.context.addInitScript(noWebGl);
  await openMap(visit, { mapkind: 'clusters' });
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
  await page.getByRole('heading', { name: `${photosIn(text).toLocaleString('en-GB')} photos here` }).waitFor();
  await page.getByRole('button', { name: 'Show in the gallery' }).click();
  await visit.counted(photosIn(text));
});

test('without WebGL a country is found under the pointer at once, and none at sea', {}, async ({ visit, page }) => {
  await visit.context.addInitScript(noWebGl);
  const view = [0, 20, 2];
  await openMap(visit, { mapkind: 'countries', map: view.join(',') });
  const surface = await page.locator('.surface').boundingBox();
  const { pixel } = mercator(view, surface);
  const card = page.locator('.map .card');
  for (const [name, lon, lat] of [['Algeria', 3, 28], ['Chad', 19, 15], ['France', 2.5, 47]]) {
    const [x, y] = pixel([lon, lat]);
    await page.mouse.move(surface.x + x, surface.y + y);
    await card.getByText(name, { exact: true }).waitFor({ timeout: 5_000 });
  }
  const [x, y] = pixel([-30, 35]);
  await page.mouse.move(surface.x + x, surface.y + y);
  await card.waitFor({ state: 'detached' });
});

test('without WebGL two fingers zoom the map where they are', { device: 'phone' }, async ({ visit, page }) => {
  await visit.context.addInitScript(noWebGl);
  const view = [10, 20, 2];
  await openMap(visit, { map: view.join(',') });
  const box = await page.locator('.surface').boundingBox();
  const [x, y] = [box.x + box.width / 2, box.y + box.height / 2];
  const touch = await visit.context.newCDPSession(page);
  const fingers = (apart) => [{ x: x - apart, y, id: 1 }, { x: x + apart, y, id: 2 }];
  await touch.send('Input.dispatchTouchEvent', { type: 'touchStart', touchPoints: fingers(30) });
  for (const apart of [45, 60, 80, 100, 120]) await touch.send('Input.dispatchTouchEvent', { type: 'touchMove', touchPoints: fingers(apart) });
  await touch.send('Input.dispatchTouchEvent', { type: 'touchEnd', touchPoints: [] });
  await visit.addressed((state) => state.has('map'), 'the view');
  const map = () => visit.state.get('map').split(',').map(Number);
  // Four times as far apart: two levels.
  await until(() => Math.abs(map()[2] - 4) < 0.1, `two levels nearer; the map is at ${visit.state.get('map')}`);
  assert.ok(Math.abs(map()[0] - 10) < 1 && Math.abs(map()[1] - 20) < 1, `what was between the fingers stays there: ${map()}`);
  assert.equal(await page.locator('.map .card').count(), 0);
});

test('the map opens on the photos of the filter, and leaves the address alone until it is moved', {}, async ({ visit, page }) => {
  const seen = async () => {
    await page.getByRole('button', { name: 'Only photos in view' }).click();
    await visit.addressed((state) => /box:/.test(state.get('q') ?? ''), 'what is in sight');
    return /box:([-\d.,]+)/.exec(visit.state.get('q'))[1].split(',').map(Number);
  };
  const { points } = await visit.api(`map?${new URLSearchParams({ q: 'country:JP', zoom: 8 })}`);
  await openMap(visit, { q: 'country:JP' });
  assert.ok(!visit.state.has('map'), `the address is ${page.url()}`);
  const [west, south, east, north] = await seen();
  const inside = points.lon.filter((lon, at) => lon >= west && lon <= east && points.lat[at] >= south && points.lat[at] <= north).length;
  assert.ok(inside > points.lon.length * 0.97, `${inside} of ${points.lon.length} are in sight`);
  assert.ok(east - west < 60, `from ${west} to ${east} is more than Japan`);
});

test('the tilt of hexagons ends with them', {}, async ({ visit, page }) => {
  await openMap(visit);
  const tilt = () => Number((visit.state.get('map') ?? '').split(',')[3] ?? 0);
  await page.getByRole('radio', { name: 'Hexagons' }).check();
  await visit.addressed(() => tilt() === 45, 'hexagons are seen from the side');
  await page.getByRole('radio', { name: 'Clusters' }).check();
  await visit.addressed((state) => state.get('mapkind') === 'clusters' && tilt() === 0, 'clusters are seen from above');
});

test('too many photos for points are said to be hexagons', {}, async ({ visit, page }) => {
  const many = 'Too many photos for points';
  await openMap(visit, { q: 'term:macaque' });
  assert.equal(await page.getByText(many).count(), 0);
  await page.route('**/api/v1/map?*', (route) => route.continue({ url: route.request().url().replace('cells=false', 'cells=true') }));
  await openMap(visit, { q: 'term:macaque' });
  await page.getByText(many).waitFor();
  await visit.picture('made-map-too-many-desktop-light');
});

test('the legend counts the photos that are in sight', {}, async ({ visit, page }) => {
  await openMap(visit, { map: '138,36,6' });
  const box = await page.locator('.surface').boundingBox();
  const { place } = mercator([138, 36, 6], box);
  const [[west, north], [east, south]] = [place([0, 0]), place([box.width, box.height])];
  const { points } = await visit.api(`map?${new URLSearchParams({ zoom: 6, bbox: [west, south, east, north].join(',') })}`);
  const lines = page.getByRole('list', { name: 'Photos in view, by search term' }).getByRole('listitem');
  await lines.first().waitFor();
  const counts = (await lines.locator('.number').allTextContents()).map((text) => Number(text.replaceAll(',', '')));
  assert.equal(counts.reduce((sum, one) => sum + one, 0), points.lon.length);
});
