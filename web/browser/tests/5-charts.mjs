// The charts: each shows, filters and can be taken along.

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { launch, Visit } from '../browser.mjs';
import { test } from '../suite.mjs';

const chart = (page, title) => page.getByRole('figure').filter({ has: page.getByRole('heading', { name: title, exact: true }) });

async function saved(page, button) {
  const [download] = await Promise.all([page.waitForEvent('download'), button.click()]);
  return readFile(await download.path(), 'utf8');
}

test('all charts are there, and each downloads as SVG and as CSV', {}, async ({ visit, page }) => {
  await visit.open('?view=charts');
  await chart(page, 'Photos over time').getByRole('application').waitFor();
  const titles = await page.getByRole('figure').getByRole('heading').allTextContents();
  for (const words of [/over time/, /Hour/, /Season/, /user-days/, /Countries/, /Cameras/i, /score/i]) {
    assert.ok(titles.some((title) => words.test(title)), `${words} is missing of ${titles}`);
  }
  // Chromium holds back downloads past the tenth of a page: a fresh page for each chart.
  for (const title of titles) {
    await visit.open('?view=charts');
    await chart(page, title).waitFor();
    const svg = await saved(page, page.getByLabel(`Download ${title} as SVG`));
    assert.match(svg, /^(<\?xml[^>]*>\s*)?<svg[\s\S]*<\/svg>\s*$/, title);
    assert.doesNotMatch(svg, /undefined|NaN/, title);
    const csv = await saved(page, page.getByLabel(`Download ${title} as CSV`));
    assert.ok(csv.trim().split('\n').length > 2, `${title}: ${csv.slice(0, 200)}`);
  }
  await visit.picture('made-charts-desktop-light');
});

test('a chart of many names is saved with all of them, or with how many are left out', {}, async ({ visit, page }) => {
  const { values, more } = await visit.api('facets/country?limit=1000');
  assert.ok(values.length > 50 && more === 0, `${values.length} countries and ${more} more`);
  await visit.open('?view=charts');
  const countries = await saved(page, page.getByRole('button', { name: 'Download Countries as CSV' }));
  for (const { value, count, all } of values) assert.ok(countries.includes(`,${value},${count},${all}\r\n`), `${value} is in the CSV`);
  const cities = await saved(page, page.getByRole('button', { name: 'Download Cities as CSV' }));
  const left = (await visit.api('facets/city?limit=1000')).more;
  const others = `${left.toLocaleString('en')} others`;
  // Only a cell with a comma has quotes.
  const cell = others.includes(',') ? `"${others}"` : others;
  assert.ok(left > 0 && cities.endsWith(`${cell},,,\r\n`), cities.slice(-200));
  await page.getByRole('button', { name: 'Countries as a table' }).click();
  const table = page.getByRole('region', { name: 'Countries: table' });
  await table.getByRole('cell', { name: values.at(-1).label, exact: true }).waitFor();
});

test('a bar filters by keyboard, and a drag over bars chooses a range', {}, async ({ visit, page }) => {
  await visit.open('?view=charts');
  const hours = chart(page, 'Hour of day').getByRole('application');
  await hours.focus();
  for (let step = 0; step < 4; step += 1) await page.keyboard.press('ArrowRight');
  await page.keyboard.press('Enter');
  await visit.addressed((state) => /hour:/.test(state.get('q') ?? ''), 'an hour');
  await visit.counted(await visit.passing(visit.state.get('q')));
  await chart(page, 'Hour of day').getByRole('button', { name: 'Clear' }).click();
  const timeline = chart(page, 'Photos over time').getByRole('application');
  // The mouse acts on what is visible: a box outside the window would be missed.
  await timeline.scrollIntoViewIfNeeded();
  const time = await timeline.boundingBox();
  await page.mouse.move(time.x + time.width * 0.4, time.y + time.height * 0.5);
  await page.mouse.down();
  await page.mouse.move(time.x + time.width * 0.6, time.y + time.height * 0.5, { steps: 6 });
  await page.mouse.up();
  await visit.addressed((state) => /taken:/.test(state.get('q') ?? ''), 'a range of time');
  await visit.counted(await visit.passing(visit.state.get('q')));
});

test('a country of a chart is a filter, and a cell of the seasons is one', {}, async ({ visit, page }) => {
  await visit.open('?view=charts');
  const countries = chart(page, 'Countries').getByRole('application');
  await countries.focus();
  await page.keyboard.press('ArrowRight');
  await page.keyboard.press('Enter');
  await visit.addressed((state) => /country:/.test(state.get('q') ?? ''), 'a country');
  await visit.counted(await visit.passing(visit.state.get('q')));
  const season = chart(page, 'Season by latitude').getByRole('application');
  await season.focus();
  await page.keyboard.press('ArrowRight');
  await page.keyboard.press('Enter');
  await visit.addressed((state) => /month:/.test(state.get('q') ?? '') && /latitude:/.test(state.get('q') ?? ''), 'month and latitude');
  await visit.counted(await visit.passing(visit.state.get('q')));
});

test('a chart that only the server lists is there, and a month of it is a filter that Clear takes back', {}, async ({ visit, page }) => {
  await visit.open('?view=charts&q=country:MY');
  const card = chart(page, 'Photo-user-days per month');
  const plot = card.getByRole('application');
  await plot.waitFor();
  const answer = await visit.api('analyses/user-days?q=country:MY');
  for (const note of answer.notes) await card.getByText(note).waitFor();
  const { marks } = answer.shape.series[0];
  const at = marks.findIndex(({ value }) => value > 0);
  const { width, height } = await plot.boundingBox();
  await plot.click({ position: { x: 40 + ((width - 48) * (at + 0.5)) / marks.length, y: height / 2 } });
  await visit.addressed((state) => state.get('q') === marks[at].filter, marks[at].filter);
  await visit.counted(await visit.passing(marks[at].filter));
  await card.getByRole('button', { name: 'Clear' }).click();
  await visit.addressed((state) => state.get('q') === 'country:MY', 'the filter of before');
});

test('each chart can be read as a table', {}, async ({ visit, page }) => {
  await visit.open('?view=charts');
  await page.getByRole('button', { name: 'Countries as a table' }).click();
  const { facets } = await visit.api('facets?names=country');
  const table = page.getByRole('region', { name: 'Countries: table' });
  await table.getByRole('cell', { name: facets[0].values[0].label, exact: true }).waitFor();
  await table.getByRole('cell', { name: facets[0].values[0].count.toLocaleString('en'), exact: true }).first().waitFor();
});

/** Processor time of the longest task of a browser's busiest page while `act` runs, ms: whatever else this machine does. */
async function longestTask(browser, page, act) {
  await browser.startTracing(page, { categories: ['toplevel'] });
  await act();
  const { traceEvents } = JSON.parse((await browser.stopTracing()).toString());
  const main = new Set(traceEvents.filter(({ name, args }) => name === 'thread_name' && args.name === 'CrRendererMain').map(({ pid, tid }) => `${pid} ${tid}`));
  const tasks = traceEvents.filter(({ name, ph, pid, tid }) => /RunTask$/.test(name) && ph === 'X' && main.has(`${pid} ${tid}`));
  assert.ok(tasks.length > 100, `${tasks.length} tasks were traced`);
  return Math.max(...tasks.map(({ tdur = 0 }) => tdur / 1000));
}

test('a slider that is dragged makes no task over 50 ms, with charts and with dots on a map', {}, async ({ visit }) => {
  // A browser of its own: the other tests' pages are not traced.
  const browser = await launch();
  try {
    for (const at of ['?view=charts', '?view=map']) {
      const { page, context, watch } = await Visit.begin(browser, { url: visit.url });
      await page.goto(new URL(at, visit.url).href);
      const thumb = page.getByRole('slider', { name: 'monkey, from', exact: true });
      await thumb.waitFor();
      await (at.includes('map') ? page.locator('section.map[aria-busy="false"]') : chart(page, 'Countries').getByRole('application')).waitFor({ timeout: 40_000 });
      await thumb.scrollIntoViewIfNeeded();
      const [box, line] = [await thumb.boundingBox(), await thumb.locator('..').boundingBox()];
      const longest = await longestTask(browser, page, async () => {
        await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2);
        await page.mouse.down();
        for (let step = 0; step < 30; step += 1) {
          await page.mouse.move(line.x + line.width * (0.3 + 0.3 * Math.sin(step / 3)), box.y + box.height / 2);
          await page.evaluate(() => new Promise((done) => requestAnimationFrame(done)));
        }
        await page.mouse.up();
        await page.waitForLoadState('networkidle');
      });
      assert.ok(longest <= 50, `a task of ${at} takes ${longest.toFixed(0)} ms`);
      assert.deepEqual(watch.faults, []);
      await context.close();
    }
  } finally {
    await browser.close();
  }
});
