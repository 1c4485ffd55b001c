// A dataset that grows while one looks at it.

import assert from 'node:assert/strict';
import path from 'node:path';
import { until } from '../browser.mjs';
import { ROOT } from '../server.mjs';
import { test } from '../suite.mjs';

test('new photos appear while a scrape writes, and a button reads the dataset again', { on: 'none' }, async ({ workshop, begin }) => {
  const { folder, key } = await workshop.made(300, 'growing');
  const server = await workshop.serve(folder);
  const visit = await begin({ url: server.url });
  try {
    await visit.openGallery();
    await visit.counted(300);
    await visit.page.evaluate(() => (window.stillHere = true));
    await workshop.withKey(key, 'scrape', '--source', 'folder', path.join(ROOT, 'demo/photos'), '--dataset', folder);
    const said = visit.page.locator('main strong').first();
    let total;
    const upToDate = () =>
      until(async () => {
        total = (await visit.api('dataset')).photos;
        return total > 320 && (await said.textContent()) === `${total} photos`;
      }, `the page shows the new photos: ${total}`);
    await upToDate();
    await visit.page.getByRole('button', { name: /^Live · \d+ new/ }).waitFor();
    assert.ok(await visit.page.evaluate(() => window.stillHere), `the page was not loaded again (${total})`);
    const asked = (part) => visit.page.waitForResponse((answer) => new URL(answer.url()).pathname === `/api/v1/${part}`);
    await Promise.all([asked('dataset'), asked('facets'), visit.page.getByRole('button', { name: 'Reload the dataset' }).click()]);
    await upToDate();
    // On a slow machine more changes may arrive after a click.
    const live = visit.page.getByRole('button', { name: /^Live/ });
    await until(async () => {
      await live.click();
      return /^Live\. Mark/.test(await live.getAttribute('aria-label'));
    }, 'all new photos are seen');
    await visit.picture('growing-gallery-desktop-light');
    assert.deepEqual(visit.watch.faults, []);
  } finally {
    await visit.end();
    await server.stop();
  }
});

test('a server that is gone is said, and the page goes on when it is back', { on: 'none' }, async ({ workshop, begin }) => {
  const { folder } = await workshop.made(100, 'coming-and-going');
  const server = await workshop.serve(folder);
  const visit = await begin({ url: server.url });
  // While the server is gone, what the page asks of it cannot load; Chromium has a name for each way in which it does not.
  visit.watch.allow(/^console: Failed to load resource: net::ERR_/);
  try {
    await visit.openGallery();
    await server.stop();
    const lost = visit.page.getByRole('button', { name: /^Connection lost/ });
    await lost.waitFor({ timeout: 20_000 });
    const [red, green] = await lost.evaluate((node) => /rgb\((\d+), (\d+)/.exec(getComputedStyle(node).color).slice(1).map(Number));
    assert.ok(red > 2 * green, `lost is said in red, not in rgb(${red}, ${green}, ...)`);
    const dot = await lost.locator('.dot').evaluate((node) => /rgb\((\d+), (\d+)/.exec(getComputedStyle(node).backgroundColor).slice(1).map(Number));
    assert.ok(dot[0] > 2 * dot[1], `its dot is red as well, not rgb(${dot})`);
    await visit.accessible('header');
    await visit.picture('connection-lost-desktop-light');
    // An address that was never read is gone to, by the back button or a link within the page.
    await visit.page.evaluate(() => {
      history.pushState(null, '', '?q=country:JP');
      dispatchEvent(new PopStateEvent('popstate'));
    });
    const again = await workshop.serve(folder, '--port', new URL(server.url).port);
    await visit.page.getByRole('button', { name: /^Live/ }).waitFor({ timeout: 40_000 });
    assert.equal(await visit.page.getByText('Connection lost').count(), 0, 'nothing is left of it');
    await until(async () => (await visit.page.getByRole('alert').count()) === 0, 'no error is left');
    await visit.counted(await visit.passing('country:JP'));
    const chips = visit.page.getByRole('list', { name: 'Active filters' });
    await chips.getByText('Japan').waitFor();
    await visit.page.getByRole('checkbox', { name: /^macaque,/ }).click();
    await visit.addressed((state) => state.get('q') === 'country:JP term:macaque', 'the filter goes on from the one that was asked for');
    await visit.counted(await visit.passing('country:JP term:macaque'));
    await again.stop();
    assert.deepEqual(visit.watch.faults, []);
  } finally {
    await visit.end();
    await server.stop();
  }
});

test('a tab that nobody sees holds no connection, and knows what came when it is seen again', { on: 'none' }, async ({ workshop, begin }) => {
  const { folder, key } = await workshop.made(50, 'unseen');
  const server = await workshop.serve(folder);
  const visit = await begin({ url: server.url });
  try {
    await visit.page.addInitScript(() => {
      window.sources = [];
      window.EventSource = class extends EventSource {
        constructor(...how) {
          super(...how);
          window.sources.push(this);
        }
      };
    });
    await visit.openGallery();
    await visit.counted(50);
    await visit.page.getByRole('button', { name: /^Live/ }).waitFor();
    const seen = (hidden) =>
      visit.page.evaluate((to) => {
        Object.defineProperty(document, 'hidden', { configurable: true, get: () => to });
        document.dispatchEvent(new Event('visibilitychange'));
        return window.sources.map(({ readyState }) => readyState);
      }, hidden);
    assert.deepEqual(await seen(true), [2], 'closed');
    await workshop.withKey(key, 'scrape', '--source', 'folder', path.join(ROOT, 'demo/photos'), '--dataset', folder);
    await until(async () => (await visit.api('dataset')).photos > 60, 'the server has seen the new photos');
    const said = visit.page.locator('main strong').first();
    assert.equal(await said.textContent(), '50 photos');
    await seen(false);
    await until(async () => (await said.textContent()) === `${(await visit.api('dataset')).photos} photos`, 'the new photos are counted');
    await visit.page.getByRole('button', { name: /^Live · \d+ new/ }).waitFor();
    assert.equal(await visit.page.evaluate(() => window.sources.filter(({ readyState }) => readyState !== 2).length), 1);
    assert.deepEqual(visit.watch.faults, []);
  } finally {
    await visit.end();
    await server.stop();
  }
});
