// The address is the state; one filter text everywhere.

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from '../suite.mjs';

const FILTER = 'term:"monkey wild" score.monkey:>=0.45 country:IN,MY -fault:any near:5.84,118.1,500km';
const COPYING = { more: { permissions: ['clipboard-read', 'clipboard-write'] } };

test('reload, back and a shared address show the same', {}, async ({ visit, page, begin }) => {
  await visit.openGallery();
  await page.getByRole('combobox', { name: 'Filter' }).fill(FILTER);
  await page.keyboard.press('Enter');
  const total = await visit.passing(FILTER);
  assert.ok(total > 10, `${total} photos`);
  await visit.counted(total);
  await page.getByLabel('Order').selectOption('views');
  await page.getByRole('navigation', { name: 'Views' }).getByRole('button', { name: 'Charts' }).first().click();
  await visit.addressed((state) => state.get('view') === 'charts' && state.get('sort') === 'views', 'view and order');
  await page.reload();
  await visit.counted(total);
  const shared = await begin({ url: visit.url });
  await shared.page.goto(page.url());
  await shared.counted(total);
  assert.equal(shared.state.get('q'), FILTER);
  assert.deepEqual(shared.watch.faults, []);
  await shared.end();
  await page.goBack();
  await visit.addressed((state) => !state.has('view') && state.get('sort') === 'views', 'one step back');
  await page.goBack();
  await page.goBack();
  await visit.addressed((state) => !state.has('q'), 'no filter');
});

test('the same filter text counts the same in the page, the API, the export and on the command line', COPYING, async ({ visit, page, dataset, workshop }) => {
  await visit.openGallery(`?q=${encodeURIComponent(FILTER)}`);
  const total = await visit.passing(FILTER);
  await visit.counted(total);
  await page.getByRole('button', { name: 'Share, save and export' }).click();
  await page.getByRole('button', { name: 'Copy as a command' }).click();
  await page.getByText('Command copied').waitFor();
  const command = await page.evaluate(() => navigator.clipboard.readText());
  assert.match(command, /^gleaner export .*--filter/);
  await page.getByRole('button', { name: 'Share, save and export' }).click();
  const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('link', { name: 'Export as JSON Lines' }).click()]);
  const lines = (await readFile(await download.path(), 'utf8')).trim().split('\n');
  assert.equal(lines.length, total);
  await page.getByRole('button', { name: 'Share, save and export' }).click();
  const [table] = await Promise.all([page.waitForEvent('download'), page.getByRole('link', { name: 'Export as CSV' }).click()]);
  const rows = await readFile(await table.path(), 'utf8');
  assert.ok(lines.every((line) => rows.includes(JSON.parse(line).id)), 'every photo is in the CSV file');
  await page.getByRole('button', { name: 'Share, save and export' }).click();
  await page.getByLabel('With manifest and citation files').check();
  const [archive] = await Promise.all([page.waitForEvent('download'), page.getByRole('link', { name: 'Export as CSV' }).click()]);
  assert.match(archive.suggestedFilename(), /\.csv\.zip$/);
  const packed = await readFile(await archive.path());
  assert.ok(['manifest.json', 'datapackage.json'].every((name) => packed.includes(name)), 'the archive has the manifest and a data dictionary');
  const told = await workshop.gleaner('export', dataset.folder, '--format', 'jsonl', '--filter', FILTER);
  assert.deepEqual(told.trim().split('\n').map((line) => JSON.parse(line).id), lines.map((line) => JSON.parse(line).id));
});

test('a view is saved, opened and deleted', {}, async ({ visit, page }) => {
  await visit.openGallery('?q=country%3AJP&sort=views');
  const saved = async () => {
    await page.getByRole('button', { name: 'Share, save and export' }).click();
    await page.getByRole('button', { name: 'Saved views' }).click();
  };
  await saved();
  await page.getByLabel('Name of the view').fill('日本 by views');
  await page.getByRole('button', { name: 'Save', exact: true }).click();
  await page.getByRole('button', { name: /^日本 by views/ }).waitFor();
  await visit.open();
  await saved();
  await page.getByRole('button', { name: /^日本 by views/ }).click();
  await visit.addressed((state) => state.get('q') === 'country:JP' && state.get('sort') === 'views', 'the view');
  await visit.counted(await visit.passing('country:JP'));
  await saved();
  await page.getByLabel('Name of the view').fill('日本 by views');
  await page.getByRole('button', { name: 'Replace', exact: true }).waitFor();
  await page.getByRole('button', { name: 'Delete 日本 by views' }).click();
  await page.getByRole('button', { name: 'Delete 日本 by views? Press again to delete it' }).click();
  await page.getByText(/^No saved views/).waitFor();
});

test('a view that cannot be saved keeps the name that was typed', {}, async ({ visit, page }) => {
  visit.watch.allow(/status of 500/);
  await visit.openGallery();
  await page.route('**/api/v1/views/*', (route) => route.fulfill({ status: 500, body: '' }));
  await page.getByRole('button', { name: 'Share, save and export' }).click();
  await page.getByRole('button', { name: 'Saved views' }).click();
  await page.getByLabel('Name of the view').fill('not to be lost');
  await page.getByRole('button', { name: 'Save', exact: true }).click();
  await page.getByRole('dialog').getByRole('alert').waitFor();
  assert.equal(await page.getByLabel('Name of the view').inputValue(), 'not to be lost');
});

test('without a clipboard for pages, as over plain http, the link is copied all the same or shown', {}, async ({ visit, page }) => {
  await page.addInitScript(() => {
    delete window.ClipboardItem;
    Object.defineProperty(Navigator.prototype, 'clipboard', { get: () => undefined });
  });
  await visit.openGallery('?q=country:JP');
  const link = async () => {
    await page.getByRole('button', { name: 'Share, save and export' }).click();
    await page.getByRole('button', { name: 'Copy a link to this view' }).click();
  };
  await link();
  await page.getByText('Link copied').waitFor();
  const box = page.getByRole('combobox', { name: 'Filter' });
  await box.fill('');
  await page.keyboard.press('Control+V');
  assert.equal(await box.inputValue(), page.url());
  await page.keyboard.press('Escape');
  await page.evaluate(() => (document.execCommand = () => false));
  await link();
  const text = page.getByRole('dialog', { name: 'Copy manually' }).getByLabel('Text to copy');
  assert.equal(await text.inputValue(), page.url());
  assert.equal(await text.evaluate((area) => area.selectionEnd - area.selectionStart), page.url().length);
  await visit.accessible();
  await visit.picture('made-copy-by-hand-desktop-light');
});

test('the order is that of the last visit, unless the address says another', {}, async ({ visit, page }) => {
  await visit.openGallery();
  await page.getByLabel('Order').selectOption('views');
  await visit.addressed((state) => state.get('sort') === 'views', 'by views');
  await visit.openGallery();
  await visit.addressed((state) => state.get('sort') === 'views', 'by views again');
  assert.equal(await page.getByLabel('Order').inputValue(), 'views');
  // A shared address shows the same to everybody.
  await visit.openGallery('?q=country:JP');
  assert.equal(await page.getByLabel('Order').inputValue(), 'newest');
  await visit.openGallery('?sort=oldest');
  assert.equal(await page.getByLabel('Order').inputValue(), 'oldest');
});
