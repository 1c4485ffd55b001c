// Recording the screen.

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { until } from '../browser.mjs';
import { test } from '../suite.mjs';

async function begin(page) {
  await page.getByRole('button', { name: 'Record the screen' }).click();
  await page.getByRole('button', { name: 'Start recording' }).click();
  await page.getByRole('button', { name: /^Stop/ }).waitFor({ timeout: 20_000 });
}

test('the screen is recorded to a video that can be sought, with protected fields masked', { on: 'demo' }, async ({ visit, page }) => {
  await visit.openGallery();
  await begin(page);
  assert.equal(await page.evaluate(() => document.documentElement.dataset.recording), 'masked');
  await page.waitForTimeout(3500);
  await page.getByRole('button', { name: /^Stop/ }).click();
  await page.getByText('Recording saved').waitFor();
  const { recordings } = await visit.api('recordings');
  assert.equal(recordings.length, 1);
  assert.ok(recordings[0].whole && recordings[0].bytes > 5000, JSON.stringify(recordings));
  await page.getByRole('button', { name: 'Record the screen' }).click();
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
  assert.ok(played.duration > 2 && played.duration < 30, `duration ${played.duration}`);
  assert.ok(Math.abs(played.at - played.duration / 2) < 0.6 && played.width > 100, JSON.stringify(played));
  await page.getByRole('button', { name: /^Delete / }).click();
  await page.getByText('None yet.').waitFor();
});

test('what was recorded before the page was lost is kept', { on: 'demo' }, async ({ visit, page }) => {
  await visit.openGallery();
  await begin(page);
  await page.waitForTimeout(3000);
  await page.close({ runBeforeUnload: false });
  let last;
  await until(async () => {
    last = (await visit.api('recordings')).recordings;
    return last.length === 1 && last[0].bytes > 2000;
  }, `a recording that was cut off: ${JSON.stringify(last)}`);
  const page2 = await visit.context.newPage();
  await page2.goto(visit.url);
  await page2.getByRole('button', { name: 'Record the screen' }).click();
  await page2.getByRole('link', { name: /^Download / }).waitFor();
});

test('a browser that cannot record says why', { on: 'demo', device: 'phone' }, async ({ visit, page }) => {
  await visit.openGallery();
  await page.getByRole('button', { name: 'Record the screen' }).click();
  await page.getByText(/phones and tablets cannot record/).waitFor();
  assert.equal(await page.getByRole('button', { name: 'Start recording' }).count(), 0);
});
