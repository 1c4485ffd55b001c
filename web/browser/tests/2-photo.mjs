// One photo, large.

import assert from 'node:assert/strict';
import { until } from '../browser.mjs';
import { test } from '../suite.mjs';

const open = async (visit, id, q = '') => {
  await visit.open(`?${new URLSearchParams({ ...(q && { q }), photo: id })}`);
  await visit.page.getByRole('dialog').getByRole('heading', { name: 'Why this photo was found' }).waitFor();
};

test('a photo opens large, zooms, and the arrow keys go through the result', {}, async ({ visit, page }) => {
  const q = 'country:JP score.monkey:>=0.6';
  await visit.openGallery(`?q=${encodeURIComponent(q)}`);
  const { photos, total } = await visit.api(`photos?${new URLSearchParams({ q, sort: 'newest', limit: 3 })}`);
  await page.locator('[data-index="0"]').click();
  const dialog = page.getByRole('dialog');
  await dialog.getByText(`1 of ${total.toLocaleString('en-GB')}`).waitFor();
  await page.keyboard.press('ArrowRight');
  await visit.addressed((state) => state.get('photo') === photos[1].id, 'the second photo');
  await dialog.getByText(`2 of ${total.toLocaleString('en-GB')}`).waitFor();
  await page.keyboard.press('ArrowLeft');
  await visit.addressed((state) => state.get('photo') === photos[0].id, 'the first photo again');
  const image = dialog.locator('.frame img');
  const before = await image.boundingBox();
  await page.keyboard.press('+');
  await until(async () => (await image.boundingBox()).width > before.width * 1.4, 'larger after +');
  await page.keyboard.press('0');
  await until(async () => Math.abs((await image.boundingBox()).width - before.width) < 2, 'fitted again after 0');
  await visit.picture('made-photo-desktop-light');
  await page.keyboard.press('Escape');
  await dialog.waitFor({ state: 'detached' });
  await visit.addressed((state) => !state.has('photo') && state.get('q') === q, 'closed, same filter');
});

test('the table holds the whole record, can be searched, copied and shown on the full screen', { more: { permissions: ['clipboard-read', 'clipboard-write'] } }, async ({ visit, page }) => {
  const [photo] = (await visit.api('photos?q=camera:any%20country:any&limit=1')).photos;
  await open(visit, photo.id);
  const dialog = page.getByRole('dialog');
  await dialog.getByRole('rowheader', { name: /model/ }).first().waitFor();
  await dialog.getByRole('button', { name: 'Full screen' }).click();
  await dialog.getByRole('searchbox', { name: /Search in All fields/ }).fill('licen');
  await until(async () => (await dialog.getByRole('rowheader').allTextContents()).every((name) => /licen/i.test(name)), 'only fields with licen');
  await dialog.getByRole('button', { name: 'Copy JSON' }).first().click();
  await page.getByText('JSON copied').waitFor();
  const copied = JSON.parse(await page.evaluate(() => navigator.clipboard.readText()));
  const detail = await visit.api(`photos/${encodeURIComponent(photo.id)}`);
  assert.deepEqual(copied, detail.record);
  await page.keyboard.press('Escape');
  await dialog.getByRole('button', { name: 'Full screen', exact: true }).waitFor();
});

test('it says which word of the search stands where', {}, async ({ visit, page }) => {
  const { photos } = await visit.api(`photos?${new URLSearchParams({ q: 'term:macaque macaque', limit: 30 })}`);
  await open(visit, photos[0].id);
  const marks = await page.getByRole('dialog').locator('q mark').allTextContents();
  assert.ok(marks.some((mark) => /macaque/i.test(mark)), `marked: ${marks}`);
});

test('a hostile description runs nothing and shows its words', {}, async ({ visit, page }) => {
  const { photos } = await visit.api('photos?limit=500');
  let seen = 0;
  for (const { id } of photos) {
    const { record } = await visit.api(`photos/${encodeURIComponent(id)}`);
    if (!/<script>/.test(record.description)) continue;
    await open(visit, id);
    const description = page.getByRole('dialog').locator('.description');
    await description.waitFor();
    assert.equal(await description.locator('script, img, [onerror], a[href^="javascript"]').count(), 0);
    seen += 1;
    if (seen === 2) return;
  }
  assert.fail('too few hostile descriptions to judge');
});

test('owner and EXIF are shown after the key, in this browser only, and gone after locking', {}, async ({ visit, page, dataset, begin }) => {
  const all = (await visit.api('photos?q=state:stored&limit=500')).photos;
  let sealed;
  for (const { id } of all) {
    const detail = await visit.api(`photos/${encodeURIComponent(id)}`);
    if (detail.sealed.length > 0) {
      sealed = id;
      break;
    }
  }
  assert.ok(sealed, 'a photo with sealed fields');
  const sealedLine = page.getByRole('dialog').getByText(/: sealed$/);
  await open(visit, sealed);
  await sealedLine.waitFor();
  assert.equal(await page.getByText('Made Person').count(), 0);
  await visit.api(`photos/${encodeURIComponent(sealed)}/personal`, { any: true }).then((answer) => assert.equal(answer.status(), 403));
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: 'Unlock protected fields' }).click();
  visit.watch.allow(/status of 403/);
  await page.getByLabel('Key', { exact: true }).fill(`${'A'.repeat(43)}=`);
  await page.getByRole('button', { name: 'Unlock', exact: true }).click();
  await page.getByRole('dialog').getByRole('alert').waitFor();
  await page.getByLabel('Key', { exact: true }).fill(dataset.key);
  // A key is one line: Enter sends it.
  await page.keyboard.press('Enter');
  await page.getByRole('button', { name: /^Unlocked/ }).waitFor();
  await open(visit, sealed);
  await page.getByRole('dialog').getByText(/Made Person \d+/).first().waitFor();
  const opened = await visit.api(`photos/${encodeURIComponent(sealed)}/personal`, { any: true });
  assert.equal(opened.headers()['cache-control'], 'no-store');
  assert.ok(!page.url().includes(dataset.key), 'the key stands in no address');
  const other = await begin({ url: visit.url });
  const refused = await other.api(`photos/${encodeURIComponent(sealed)}/personal`, { any: true });
  assert.equal(refused.status(), 403, 'another browser sees nothing');
  await other.end();
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: /^Unlocked/ }).click();
  await page.getByRole('button', { name: 'Lock again' }).click();
  await page.getByRole('button', { name: 'Unlock protected fields' }).waitFor();
  await open(visit, sealed);
  await sealedLine.waitFor();
  assert.equal(await page.getByText('Made Person').count(), 0);
});

test('a photo keeps its credit where its details are closed', {}, async ({ visit, page }) => {
  const [photo] = (await visit.api('photos?q=license:CC-BY-2.0&limit=1')).photos;
  await open(visit, photo.id);
  const dialog = page.getByRole('dialog');
  await page.keyboard.press('i');
  await dialog.getByRole('heading', { name: 'Why this photo was found' }).waitFor({ state: 'detached' });
  await dialog.getByText(photo.author ?? 'Author unknown').waitFor();
  assert.equal(await dialog.getByRole('link', { name: photo.license.name }).getAttribute('href'), photo.license.url);
  assert.equal(await dialog.getByRole('link', { name: /page/ }).getAttribute('href'), photo.landing_url);
  await visit.picture('made-photo-alone-desktop-light');
});

test('a click on a place asks for no more of it than a tenth of a degree', {}, async ({ visit, page }) => {
  const [photo] = (await visit.api('photos?q=place:any&limit=1')).photos;
  await open(visit, photo.id);
  await page.getByTitle('Photos within about 25 km').click();
  await visit.addressed((state) => /^near:-?\d+(\.\d)?,-?\d+(\.\d)?,25km$/.test(state.get('q') ?? ''), 'a rounded place');
});

test('a click on a month asks for all its days', {}, async ({ visit, page }) => {
  const { photos } = await visit.api('photos?q=taken:any&limit=500');
  const photo = photos.find(({ taken_granularity }) => taken_granularity === 'month');
  assert.ok(photo, 'a photo of which only the month is known');
  const month = photo.taken.slice(0, 7);
  await open(visit, photo.id);
  await page.getByRole('dialog').locator('dt', { hasText: 'Taken' }).locator('+ dd').getByRole('button').click();
  await visit.addressed((state) => state.get('q') === `taken:${month}`, 'the month');
  await visit.counted(await visit.passing(`taken:${month}`));
  assert.equal(await page.getByLabel('Date taken, from', { exact: true }).and(page.locator('input')).inputValue(), `${month}-01`);
  assert.match(await page.getByLabel('Date taken, to', { exact: true }).and(page.locator('input')).inputValue(), new RegExp(`^${month}-(28|29|30|31)$`));
});

test('a photo that cannot be loaded says so, also after another one was shown', {}, async ({ visit, page }) => {
  visit.watch.allow(/status of 500/);
  const { photos } = await visit.api('photos?limit=3');
  await page.route(`**/api/v1/photos/${encodeURIComponent(photos[1].id)}?*`, (route) => route.fulfill({ status: 500, body: '' }));
  await open(visit, photos[0].id);
  await page.keyboard.press('ArrowRight');
  await page.getByRole('dialog').getByRole('alert').getByText('This photo could not be loaded').waitFor();
  await page.unrouteAll();
  await page.getByRole('button', { name: 'Try again' }).click();
  await page.getByRole('dialog').getByText(`2 of `).waitFor();
  assert.equal(await page.getByRole('alert').count(), 0);
});

test('a description keeps its bold, italic and linked words within their lines', {}, async ({ visit, page }) => {
  const { photos } = await visit.api('photos?limit=500');
  const wanted = { b: /<b>[^<]+<\/b>/, i: /<i>[^<]+<\/i>/, a: /<a href="https:/ };
  for (const { id } of photos) {
    const { record, description_html: html } = await visit.api(`photos/${encodeURIComponent(id)}`);
    const tag = Object.keys(wanted).find((name) => wanted[name].test(html));
    if (!tag || /<script>/.test(record.description)) continue;
    delete wanted[tag];
    await open(visit, id);
    const description = page.getByRole('dialog').locator('.description');
    const part = description.locator(tag).first();
    await part.waitFor();
    assert.equal(await part.evaluate((node) => getComputedStyle(node).display), 'inline', `${tag} of ${id}`);
    if (tag === 'a') assert.equal(await part.getAttribute('rel'), 'noopener noreferrer nofollow');
    if (tag === 'b') await visit.picture('made-description-desktop-light');
    if (Object.keys(wanted).length === 0) return;
  }
  assert.fail(`no description has ${Object.keys(wanted)}`);
});

test('comments are listed in an unlocked browser only', { on: 'none' }, async ({ workshop, begin }) => {
  const server = await workshop.adding(12, { name: 'comments' });
  const own = ['--config', server.settings];
  await workshop.gleaner('scrape', '-s', '-nowhere', '-n', 'all', '--dataset', server.folder, ...own);
  await workshop.gleaner('enrich', server.folder, '--with', 'comments', ...own);
  const visit = await begin({ url: server.url });
  const { page } = visit;
  try {
    await visit.open();
    const { photos } = await visit.api('photos?limit=100');
    const details = await Promise.all(photos.map(({ id }) => visit.api(`photos/${encodeURIComponent(id)}`)));
    const id = photos[details.findIndex(({ sealed }) => sealed.includes('comments'))]?.id;
    assert.ok(id, 'a photo with comments');
    const title = page.getByRole('heading', { name: /^\d+ comments?$/ });
    const heading = page.getByRole('dialog').locator('h3').and(title);
    await open(visit, id);
    await page.getByRole('dialog').getByText(/: sealed$/).waitFor();
    assert.equal(await heading.count(), 0);
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: 'Unlock protected fields' }).click();
    await page.getByLabel('Key', { exact: true }).fill(await server.key());
    await page.keyboard.press('Enter');
    await page.getByRole('button', { name: /^Unlocked/ }).waitFor();
    await open(visit, id);
    await heading.waitFor();
    const { comments } = await visit.api(`photos/${encodeURIComponent(id)}/personal`);
    assert.equal(await heading.textContent(), `${comments.length} ${comments.length === 1 ? 'comment' : 'comments'}`);
    const shown = page.getByRole('dialog').locator('section', { has: title }).getByRole('listitem');
    assert.equal(await shown.count(), comments.length);
    for (const [at, comment] of comments.entries()) {
      const text = await shown.nth(at).textContent();
      assert.ok(text.includes(comment._content) && text.includes(comment.realname), `${text}: ${JSON.stringify(comment)}`);
    }
    await visit.picture('comments-desktop-light');
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: /^Unlocked/ }).click();
    await page.getByRole('button', { name: 'Lock again' }).click();
    await page.getByRole('button', { name: 'Unlock protected fields' }).waitFor();
    await open(visit, id);
    assert.equal(await heading.count(), 0, 'gone after locking');
    assert.deepEqual(visit.watch.faults, []);
  } finally {
    await visit.end();
    await server.stop();
  }
});

test('the setting of a photo is shown with its evidence, and opens the photos of that setting', { on: 'demo' }, async ({ visit, page }) => {
  const { photos } = await visit.api('photos?q=-setting:unknown&limit=1');
  assert.ok(photos.length > 0, 'the demo has a photo whose setting is known');
  const { setting } = await visit.api(`photos/${encodeURIComponent(photos[0].id)}`);
  await open(visit, photos[0].id);
  const dialog = page.getByRole('dialog');
  const fact = dialog.locator('dt', { hasText: /^Setting$/ }).locator('+ dd');
  await fact.getByText(`What speaks for a setting (${setting.evidence.length})`).click();
  const said = await fact.locator('li q').allTextContents();
  assert.deepEqual(said, setting.evidence.map(({ words }) => words));
  assert.match(await fact.innerText(), /probability .*by assumed weights|according to a reviewer/);
  await fact.locator('button.value').click();
  await visit.addressed((state) => state.get('q') === `setting:${setting.name}`, 'filtered by the setting');
});

test('a reviewer corrects the taxon of a photo, says that there is none, and withdraws it', { on: 'demo' }, async ({ visit, page }) => {
  const { photos } = await visit.api('photos?q=taxon:any&limit=1');
  const { id } = photos[0];
  await open(visit, id);
  const fact = page.getByRole('dialog').locator('dt', { hasText: /^Taxon$/ }).locator('+ dd');
  await fact.getByRole('button', { name: 'Correct the taxon' }).click();
  const field = fact.getByRole('combobox', { name: 'Name of the taxon' });
  visit.watch.allow(/400.*photos\/.*\/taxon/s);
  await field.fill('Nasalis larvata');
  await fact.getByRole('button', { name: 'Save' }).click();
  await fact.getByRole('alert').filter({ hasText: 'did you mean Nasalis larvatus?' }).waitFor();
  await field.fill('proboscis mon');
  await fact.locator('datalist option[value="Nasalis larvatus"]').waitFor({ state: 'attached' });
  await field.fill('proboscis monkey');
  await field.press('Enter');
  await fact.getByText('According to a reviewer.').waitFor();
  assert.match(await fact.innerText(), /Nasalis larvatus/);
  // The index follows the records.
  const reviewed = `photos?${new URLSearchParams({ q: 'taxon:Nasalis identified_by:review' })}`;
  await until(async () => (await visit.api(reviewed)).photos[0]?.id === id, 'the photo passes the filter of its new taxon');
  await fact.getByRole('button', { name: 'Change the taxon' }).click();
  await fact.getByRole('button', { name: 'No organism' }).click();
  await fact.getByText('A reviewer saw no organism.').waitFor();
  await fact.getByRole('button', { name: 'Withdraw' }).click();
  await fact.getByRole('button', { name: 'Correct the taxon' }).waitFor();
  assert.equal((await visit.api(`photos/${encodeURIComponent(id)}`)).taxon.reviewed, false);
  await until(async () => (await visit.passing('identified_by:review')) === 0, 'no photo has a reviewed taxon');
});
