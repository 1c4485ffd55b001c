// Filters and their counts.

import assert from 'node:assert/strict';
import { until } from '../browser.mjs';
import { test } from '../suite.mjs';

/** Opens the group of a concept: folded it has only the slider. */
const unfold = (page, concept) => page.getByRole('complementary', { name: 'Filters' }).getByRole('button', { name: new RegExp(`^${concept}\\s*score$`), expanded: false }).click();

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
  await page.getByRole('list', { name: 'Active filters' }).getByRole('button', { name: 'Clear all' }).click();
  await visit.addressed((state) => !state.has('q'), 'no filter');
});

test('values are excluded, and a chip is turned round and removed', {}, async ({ visit, page }) => {
  await visit.openGallery();
  const rows = page.getByRole('complementary', { name: 'Filters' });
  await rows.getByRole('button', { name: 'Exclude zoo' }).click({ force: true });
  await visit.addressed((state) => state.get('q') === '-term:zoo', 'excluded');
  await visit.counted(await visit.passing('-term:zoo'));
  const chips = page.getByRole('list', { name: 'Active filters' });
  await chips.getByRole('button', { name: /Show only these$/ }).click();
  await visit.counted(await visit.passing('term:zoo'));
  await chips.getByRole('button', { name: /^Remove/ }).click();
  await visit.addressed((state) => !state.has('q'), 'removed');
});

test('taxa are a tree: a branch is opened, filtered by, and shown on the photo with what names it', { on: 'demo' }, async ({ visit, page }) => {
  await visit.openGallery();
  const rows = page.getByRole('complementary', { name: 'Filters' });
  await rows.getByRole('button', { name: 'Taxon', exact: true }).click();
  assert.equal(await facet(page, /^Macaca radiata,/).count(), 0, 'deep levels are closed');
  const closed = rows.getByRole('button', { name: /^Show what .* contains$/, expanded: false });
  while ((await closed.count()) > 0) await closed.first().click();
  await facet(page, /^Macaca radiata,/).waitFor();
  await facet(page, /^Catarrhini,/).click();
  await visit.addressed((state) => state.get('q') === 'taxon:Catarrhini', 'the branch');
  await visit.counted(4);
  await rows.getByRole('checkbox', { name: /^Macaca radiata,/ }).click();
  await rows.getByRole('checkbox', { name: /^Catarrhini,/ }).click();
  await visit.counted(1);
  await page.locator('[data-index="0"]').click();
  await page.getByText('According to its words.').waitFor();
  await page.getByText('What names a taxon (2)').click();
  await page.locator('q', { hasText: 'bonnet macaques' }).waitFor();
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
  await unfold(page, 'monkey');
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
  await unfold(page, 'cage');
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
  const [line, below] = [await page.getByRole('combobox', { name: 'Filter' }).boundingBox(), await alert.boundingBox()];
  assert.ok(below.y >= line.y + line.height - 1, 'below the line');
  const main = await page.locator('main').boundingBox();
  assert.ok(below.y + below.height <= main.y + 1, 'above the photos');
  await facet(page, /^macaque,/).waitFor();
  await visit.picture('made-mistake');
});

test('a filter that nothing passes says so and offers what would', {}, async ({ visit, page }) => {
  await visit.open(`?q=${encodeURIComponent('country:JP zzzzqqq')}`);
  await page.getByRole('heading', { name: 'No matches' }).waitFor();
  await page.getByRole('button', { name: /^Remove zzzzqqq/ }).click();
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

test('an address with a mistake in its filter keeps the panel, and a long mistake is wrapped', { device: 'phone' }, async ({ visit, page }) => {
  visit.watch.allow(/status of 400/);
  await visit.open(`?q=${encodeURIComponent(`country:IN ${'monkey '.repeat(20)}views:many`)}`);
  const alert = page.locator('header').getByRole('alert');
  await alert.waitFor();
  const wide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  assert.ok(wide <= 0, `${wide} px too wide`);
  assert.ok(await alert.evaluate((node) => node.scrollWidth <= node.clientWidth), 'wrapped');
  await page.getByRole('heading', { name: 'The filter has an error' }).waitFor();
  await page.locator('.bottom').getByRole('button', { name: /^Filters/ }).click();
  await facet(page, /^macaque,/).waitFor();
  await visit.picture('made-mistake-phone');
});

test('fields without values are not in the panel, and groups stay as they were left', {}, async ({ visit, page }) => {
  await page.route(/\/api\/v1\/facets(\?|$)/, async (route) => {
    const answer = await route.fetch();
    const facets = await answer.json();
    for (const facet of facets.facets) {
      if (facet.name === 'camera') Object.assign(facet, { values: [], more: 0, none: { count: facets.total, all: facets.photos } });
      if (facet.name === 'views') Object.assign(facet, { all: facet.all.map(() => 0), counts: facet.counts.map(() => 0) });
    }
    await route.fulfill({ response: answer, json: facets });
  });
  await visit.openGallery();
  const panel = page.getByRole('complementary', { name: 'Filters' });
  const group = (name, options = {}) => panel.getByRole('button', { name, exact: true, ...options });
  await group('Country').waitFor();
  for (const name of ['Camera', 'Views']) assert.equal(await group(name).count(), 0, name);
  await group('Country', { expanded: true }).click();
  await group('Licence', { expanded: false }).click();
  await page.reload();
  await group('Country', { expanded: false }).waitFor();
  await group('Licence', { expanded: true }).waitFor();
});

test('a folded concept has its slider and how many photos it leaves', {}, async ({ visit, page }) => {
  await visit.openGallery('?q=country:JP');
  const panel = page.getByRole('complementary', { name: 'Filters' });
  const head = panel.getByRole('button', { name: /^monkey\s*score$/, expanded: false });
  const section = panel.locator('section').filter({ has: page.getByRole('button', { name: /^monkey\s*score$/ }) });
  await section.getByText('Any score').waitFor();
  const scored = await visit.passing('country:JP score.monkey:any');
  await section.getByText(`${scored.toLocaleString('en-GB')} photos`).waitFor();
  assert.equal(await section.getByRole('textbox').count(), 0, 'no bounds');
  await visit.open(`?q=${encodeURIComponent('country:JP score.monkey:>=0.4567')}`);
  const total = await visit.passing('country:JP score.monkey:>=0.4567');
  await section.getByText('≥ 0.46', { exact: true }).waitFor();
  await section.getByText(`${total.toLocaleString('en-GB')} photos`).waitFor();
  await page.getByRole('list', { name: 'Active filters' }).getByText('≥ 0.46').waitFor();
  await head.click();
  await section.getByRole('textbox', { name: 'monkey, from' }).waitFor();
});
