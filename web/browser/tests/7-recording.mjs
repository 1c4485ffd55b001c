// Recording the screen.

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { until } from '../browser.mjs';
import { test } from '../suite.mjs';

async function begin(visit, page) {
  // What another test left is not this one's.
  for (const { name } of (await visit.api('recordings')).recordings) await visit.api(`recordings/${encodeURIComponent(name)}`, { method: 'DELETE', any: true });
  await page.getByRole('button', { name: 'Record the screen' }).click();
  await page.getByRole('button', { name: 'Start recording' }).click();
  await page.getByRole('button', { name: /^Stop/ }).waitFor({ timeout: 20_000 });
}

/** Downloads the one recording that is listed: a WebM file with cues, of which the middle can be shown; how long it is. */
async function had(visit, page) {
  const { recordings } = await visit.api('recordings');
  assert.equal(recordings.length, 1);
  assert.ok(recordings[0].whole && recordings[0].bytes > 2000, JSON.stringify(recordings));
  const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('link', { name: /^Download / }).click()]);
  const bytes = await readFile(await download.path());
  assert.deepEqual([...bytes.subarray(0, 4)], [0x1a, 0x45, 0xdf, 0xa3], 'a WebM file');
  assert.ok(bytes.includes(Buffer.from([0x1c, 0x53, 0xbb, 0x6b])), 'with cues');
  const played = await page.evaluate(async (address) => {
    const video = document.createElement('video');
    video.muted = true;
    video.src = address;
    await new Promise((done, failed) => {
      video.onloadedmetadata = done;
      video.onerror = () => failed(new Error(video.error?.message ?? 'the video cannot be read'));
    });
    const { duration } = video;
    video.currentTime = duration / 2;
    await new Promise((done) => (video.onseeked = done));
    return { duration, at: video.currentTime, width: video.videoWidth };
  }, `/api/v1/recordings/${encodeURIComponent(recordings[0].name)}`);
  assert.ok(Math.abs(played.at - played.duration / 2) < 0.6 && played.width > 100, JSON.stringify(played));
  return played.duration;
}

async function remove(page) {
  await page.getByRole('button', { name: /^Delete / }).click();
  await page.getByRole('button', { name: /Press again to delete it$/ }).click();
  await page.getByText('No recordings.').waitFor();
}

/** Waits until the clock of the recording shows this number of seconds. */
const recorded = (page, seconds) => page.getByRole('button', { name: new RegExp(`^Stop 0:0[${seconds}-9]`) }).waitFor();

test('the screen is recorded to a video that can be sought', { on: 'demo' }, async ({ visit, page }) => {
  await visit.openGallery();
  await begin(visit, page);
  await recorded(page, 3);
  await page.getByRole('button', { name: /^Stop/ }).click();
  await page.getByText('Recording saved').waitFor();
  await page.getByRole('button', { name: 'Record the screen' }).click();
  const duration = await had(visit, page);
  assert.ok(duration > 2 && duration < 30, `duration ${duration}`);
  await remove(page);
});

test('protected fields are covered while the screen is recorded', { on: 'demo' }, async ({ visit, page }) => {
  const [photo] = (await visit.api('photos?q=place:any&limit=1')).photos;
  const tenth = (degrees) => Math.round(degrees * 10) / 10;
  const near = `near:${tenth(photo.latitude)},${tenth(photo.longitude)},25km`;
  await visit.openGallery(`?q=${encodeURIComponent(near)}`);
  await begin(visit, page);
  const hidden = (node) => getComputedStyle(node).color === 'rgba(0, 0, 0, 0)';
  assert.ok(await page.getByRole('combobox', { name: 'Filter' }).evaluate(hidden), 'the place in the filter');
  assert.ok(await page.getByRole('list', { name: 'Active filters' }).locator('.value').evaluate(hidden), 'the place in the chip');
  await page.locator('[data-index="0"]').click();
  const place = page.getByRole('dialog').locator('dd[data-protected]');
  await place.waitFor();
  const unseen = (node) => [...node.querySelectorAll('*')].every((part) => getComputedStyle(part).visibility === 'hidden');
  assert.ok(await place.evaluate(unseen), 'the coordinates of the photo');
  await visit.picture('demo-masked-desktop-light');
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: /^Stop/ }).click();
  await page.getByText('Recording saved').waitFor();
  assert.ok(!(await page.getByRole('combobox', { name: 'Filter' }).evaluate(hidden)), 'shown again');
  await page.getByRole('button', { name: 'Record the screen' }).click();
  await remove(page);
});

test('the pixels of a covered field say nothing of what is under the cover', { on: 'demo' }, async ({ visit, page }) => {
  // As while recording, but without it: a tab that is captured is not drawn for a picture at the same time.
  await visit.openGallery('?q=place:any');
  await page.evaluate(() => (document.documentElement.dataset.recording = 'masked'));
  await page.locator('[data-index="0"]').click();
  const place = page.getByRole('dialog').locator('dd[data-protected]');
  await place.waitFor();
  await page.getByRole('dialog').locator('img').first().evaluate((img) => img.decode());
  const before = await place.screenshot({ animations: 'disabled' });
  await place.evaluate((node) => (node.firstElementChild.textContent = 'no place at all'));
  assert.ok(before.equals(await place.screenshot({ animations: 'disabled' })));
});

test('what was recorded before the page was lost is kept, finished and can be had', { on: 'demo' }, async ({ visit, page }) => {
  await visit.openGallery();
  await begin(visit, page);
  await recorded(page, 3);
  await page.close({ runBeforeUnload: false });
  await until(async () => {
    const [cut] = (await visit.api('recordings')).recordings;
    return cut?.bytes > 2000;
  }, 'a recording that was cut off');
  const page2 = await visit.context.newPage();
  await page2.goto(visit.url);
  await page2.getByRole('button', { name: 'Record the screen' }).click();
  assert.equal(await page2.getByRole('link', { name: /^Download / }).count(), 0);
  await page2.getByRole('button', { name: /^Finish / }).click();
  await page2.getByRole('link', { name: /^Download / }).waitFor();
  await had(visit, page2);
  await remove(page2);
});

test('a recording that the server takes no more of is finished with what is there', { on: 'demo' }, async ({ visit, page }) => {
  visit.watch.allow(/status of 413/);
  await page.route(/\/api\/v1\/recordings\/[^/]+\/[3-9]$/, (route) => route.fulfill({ status: 413, json: { error: { message: 'A recording has 4 GB at most' } } }));
  await visit.openGallery();
  await begin(visit, page);
  await page.getByText('The recording was saved but is incomplete: A recording has 4 GB at most').waitFor();
  await page.getByRole('button', { name: 'Record the screen' }).click();
  await had(visit, page);
  await remove(page);
});

test('a recording that is stopped while it counts down leaves nothing behind', { on: 'demo' }, async ({ visit, page }) => {
  await page.addInitScript(() => {
    const { getDisplayMedia } = MediaDevices.prototype;
    MediaDevices.prototype.getDisplayMedia = async function (options) {
      return (window.shared = await getDisplayMedia.call(this, options));
    };
  });
  const before = (await visit.api('recordings')).recordings;
  await visit.openGallery();
  await page.getByRole('button', { name: 'Record the screen' }).click();
  await page.getByRole('button', { name: 'Start recording' }).click();
  await page.getByText('seconds until the recording begins').waitFor({ state: 'attached' });
  await page.evaluate(() => {
    for (const track of window.shared.getTracks()) {
      track.stop();
      // A browser tells of an end that did not come from the page.
      track.dispatchEvent(new Event('ended'));
    }
  });
  await page.getByText('The recording was stopped before it began.').waitFor();
  assert.deepEqual((await visit.api('recordings')).recordings, before);
});

test('a browser that cannot record says why', { on: 'demo', device: 'phone' }, async ({ visit, page }) => {
  await visit.openGallery();
  await page.getByRole('button', { name: 'Record the screen' }).click();
  await page.getByText(/phones and tablets cannot record/).waitFor();
  assert.equal(await page.getByRole('button', { name: 'Start recording' }).count(), 0);
});
