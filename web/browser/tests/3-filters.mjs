// Filters and their counts.

import assert from 'node:assert/strict';
import { until } from '../browser.mjs';
import { test } from '../suite.mjs';

const facet = (page, name) => page.getByRole('complementary', { name: 'Filters' }).getByRole('checkbox', { name });

test('terms, countries and unknown values are chosen, and all counts follow', {}, async ({ visit, page }) => {
  await visit.openGallery();
  await facet(page, /^monkey wild,/).click();
  await visit.addressed((state) => state.get('q') === 'term:"monkey wild"', 'one term');
  await visit.counted(await visit.passing('term:"monkey wild"'));
  await facet(page, /^macaque,/).click();
  await visit.counted(await visit.passing('term:"monkey wild",macaque'));
  await facet(page, /^Malaysia,/).click();
  const both = 'term:"monkey wild",macaque country:MY';
  await visit.counted(await visit.passing(both));
  const { facets } = await visit.api(`facets?${new URLSearchParams({ q: both, names: 'term' })}`);
  const cage = facets[0].values.find(({ value }) => value === 'monkey cage');
  await facet(page, new RegExp(`^monkey cage, ${cage.count.toLocaleString('en-GB')} of`)).waitFor();
  await page.getByRole('list', { name: 'Filters in force' }).getByRole('button', { name: 'Clear all' }).click();
  await visit.addressed((state) => !state.has('q'), 'no filter');
});

test('values are excluded, and a chip is turned round and removed', {}, async ({ visit, page }) => {
  await visit.openGallery();
  const rows = page.getByRole('complementary', { name: 'Filters' });
  await rows.getByRole('button', { name: 'Exclude zoo' }).click({ force: true });
  await visit.addressed((state) => state.get('q') === '-term:zoo', 'excluded');
  await visit.counted(await visit.passing('-term:zoo'));
  const chips = page.getByRole('list', { name: 'Filters in force' });
  await chips.getByRole('button', { name: /Turn it round/ }).click();
  await visit.counted(await visit.passing('term:zoo'));
  await chips.getByRole('button', { name: /^Remove/ }).click();
  await visit.addressed((state) => !state.has('q'), 'removed');
});

test('a score is bounded by dragging, by keyboard and by typing, and counts move meanwhile', {}, async ({ visit, page }) => {
  await visit.openGallery();
  const slider = page.getByRole('slider', { name: 'monkey, from', exact: true }).first();
  await slider.scrollIntoViewIfNeeded();
  const [from, line] = [await slider.boundingBox(), await slider.locator('..').boundingBox()];
  const seen = new Set();
  await page.mouse.move(from.x + from.width / 2, from.y + from.height / 2);
  await page.mouse.down();
  for (let step = 1; step <= 10; step += 1) {
    await page.mouse.move(line.x + (line.width * step) / 20, from.y + from.height / 2);
    const bound = await slider.getAttribute('aria-valuetext');
    const total = await visit.passing(`score.monkey:>=${bound}`);
    await visit.counted(total);
    seen.add(total);
  }
  await page.mouse.up();
  assert.ok(seen.size >= 4, `counts while dragging: ${[...seen].join(', ')}`);
  await visit.addressed((state) => /^score\.monkey:>=0\.\d\d?$/.test(state.get('q') ?? ''), 'the bound, in hundredths');
  await visit.counted(await visit.passing(visit.state.get('q')));
  await slider.focus();
  const before = visit.state.get('q');
  await page.keyboard.press('ArrowRight');
  await visit.addressed((state) => state.get('q') !== before, 'a step by keyboard');
  await page.getByRole('textbox', { name: 'monkey, from' }).fill('0.45');
  await page.keyboard.press('Enter');
  await visit.counted(await visit.passing('score.monkey:>=0.45'));
  await slider.focus();
  await page.keyboard.press('ArrowRight');
  await visit.addressed((state) => state.get('q') === 'score.monkey:>=0.46', 'a step is a hundredth');
  await page.getByRole('textbox', { name: 'monkey, from' }).fill('0,45');
  await page.keyboard.press('Enter');
  await visit.addressed((state) => state.get('q') === 'score.monkey:>=0.45', 'a comma is a point');
  await page.getByRole('textbox', { name: 'monkey, to' }).fill('0.9');
  await page.keyboard.press('Enter');
  await visit.counted(await visit.passing('score.monkey:0.45..0.9'));
});

test('the thumbs of a range do not lock each other, and a click on one sets nothing', {}, async ({ visit, page }) => {
  await visit.openGallery();
  const thumbs = { from: page.getByRole('slider', { name: 'monkey, from', exact: true }), to: page.getByRole('slider', { name: 'monkey, to', exact: true }) };
  await thumbs.from.scrollIntoViewIfNeeded();
  const line = await thumbs.from.locator('..').boundingBox();
  const y = line.y + line.height / 2;
  const drag = async (from, to) => {
    await page.mouse.move(line.x + line.width * from, y);
    await page.mouse.down();
    await page.mouse.move(line.x + line.width * to, y, { steps: 4 });
    await page.mouse.up();
  };
  await drag(0, 0);
  assert.equal(await thumbs.from.getAttribute('aria-valuenow'), '0');
  assert.ok(!visit.state.has('q'), 'nothing set by a click');
  await drag(0, 1);
  await until(async () => (await thumbs.from.getAttribute('aria-valuetext')) === '1.00', 'from at the right end');
  await drag(1, 0.5);
  await visit.addressed((state) => state.get('q') === 'score.monkey:>=0.5', 'from moved back');
  await drag(1, 0.5);
  await visit.addressed((state) => /^score\.monkey:0\.5(\.\.0\.5)?$/.test(state.get('q') ?? ''), 'both in the middle');
});

test('a day that is typed counts when it is whole', {}, async ({ visit, page }) => {
  await visit.openGallery();
  const from = page.getByLabel('Date taken, from', { exact: true }).and(page.locator('input'));
  const asked = [];
  page.on('request', (request) => {
    const q = new URL(request.url()).searchParams.get('q');
    if (q?.startsWith('taken:')) asked.push(q);
  });
  await from.focus();
  await page.keyboard.type('05042019');
  await page.keyboard.press('Enter');
  await visit.addressed((state) => /^taken:>?=?2019-0[45]-0[45]\.\.$/.test(state.get('q') ?? ''), 'the day');
  const day = visit.state.get('q');
  await visit.counted(await visit.passing(day));
  assert.deepEqual([...new Set(asked)], [day], 'no year that was still being typed was asked for');
});

test('photos that were not scored have a bar of their own', {}, async ({ visit, page }) => {
  await visit.openGallery('?q=score.cage:none');
  await visit.counted(await visit.passing('score.cage:none'));
  await until(async () => (await page.getByRole('checkbox', { name: /^Not scored/ }).evaluateAll((all) => all.filter((one) => one.getAttribute('aria-checked') === 'true').length)) === 1, 'one of them is checked');
});

test('words are found inside words and in any script', {}, async ({ visit, page }) => {
  await visit.openGallery();
  const box = page.getByRole('combobox', { name: 'Filter' });
  for (const words of ['acaqu', '动物园', '温泉', 'обезьяна', 'قرد', 'ลิง', '"monkey forest"']) {
    await box.fill(words);
    await page.keyboard.press('Enter');
    const total = await visit.passing(words);
    assert.ok(total > 0, `${words}: nothing`);
    await visit.counted(total);
  }
});

test('a mistake in the filter is shown where it is', {}, async ({ visit, page }) => {
  await visit.openGallery();
  visit.watch.allow(/status of 400/);
  await page.getByRole('combobox', { name: 'Filter' }).fill('country:IN views:many');
  await page.keyboard.press('Enter');
  const alert = page.getByRole('alert');
  await alert.waitFor();
  assert.match(await alert.locator('mark').textContent(), /many|views/);
  await visit.picture('made-mistake');
});

test('a filter that nothing passes says so and offers what would', {}, async ({ visit, page }) => {
  await visit.open(`?q=${encodeURIComponent('country:JP zzzzqqq')}`);
  await page.getByRole('heading', { name: 'No photo passes this filter' }).waitFor();
  await page.getByRole('button', { name: /Without zzzzqqq/ }).click();
  await visit.counted(await visit.passing('country:JP'));
});

test('every facet of the issue is there and narrows the photos', {}, async ({ visit, page }) => {
  await visit.openGallery();
  const panel = page.getByRole('complementary', { name: 'Filters' });
  for (const name of ['Search term', 'Country', 'City', 'Date taken', 'Views', 'Favourites', 'Licence', 'Camera', 'Place', 'Fault']) {
    await panel.getByRole('button', { name, exact: true }).waitFor();
  }
  await panel.getByRole('button', { name: /^monkey\s*score$/ }).waitFor();
  const all = await visit.passing('');
  for (const q of ['views:1000..', 'faves:10..', 'taken:none', 'taken:2019', 'license:CC-BY-2.0', 'camera:none', 'place:none', 'fault:any', 'country:none', 'city:Sandakan', 'score.monkey:>=0.45']) {
    const total = await visit.passing(q);
    assert.ok(total > 0 && total < all, `${q}: ${total} of ${all}`);
    await visit.open(`?q=${encodeURIComponent(q)}`);
    await visit.counted(total);
  }
});
