// `npm run browser [-- WORD ...]`: clicks through the built explorer in Chromium; WORDs choose tests by their sentences:
// each word must stand there, of words joined by commas one. BROWSER_STORE=mongodb puts all records into MongoDB;
// GLEANER_BIN, TESTBED_BIN and CHROMIUM name other programs, BROWSER_PHOTOS the size of the made dataset.

import { readdir } from 'node:fs/promises';
import { Visit, launch } from './browser.mjs';
import { STORE, Workshop } from './server.mjs';
import { chosen } from './suite.mjs';

/** No test may take longer, ms. */
const LIMIT_MS = process.env.BROWSER_STORE === 'mongodb' ? 300_000 : 180_000;

for (const file of (await readdir(new URL('tests', import.meta.url))).sort()) {
  if (file.endsWith('.mjs')) await import(`./tests/${file}`);
}

const words = process.argv.slice(2);
const wanted = chosen(words);
const failed = [];
const again = [];
if (wanted.length === 0) throw new Error(`no test's sentence holds ${words.join(' and ')}`);

const workshop = await Workshop.open();
const browser = await launch();
try {
  const lanes = ['demo', 'made', 'none'].map((on) => lane(on, wanted.filter((test) => test.on === on)));
  const broken = (await Promise.allSettled(lanes)).filter(({ status }) => status === 'rejected');
  for (const { reason } of broken) console.log(`FAILED to begin: ${reason.stack ?? reason}`);
  failed.push(...broken);
  // Three lanes share the processors: what failed among them has one more try, alone.
  for (const retry of again) await retry();
} finally {
  await browser.close();
  await workshop.end();
}
console.log(`\n${wanted.length - failed.length} of ${wanted.length} tests passed${STORE === 'mongodb' ? ' on MongoDB' : ''}`);
process.exitCode = failed.length > 0 ? 1 : 0;

async function lane(on, tests) {
  if (tests.length === 0) return;
  const dataset = on === 'none' ? undefined : await workshop[on]();
  const server = dataset && (await workshop.serve(dataset.folder));
  for (const one of tests) await attempt(one, { dataset, server });
}

async function attempt(one, { dataset, server }, alone = false) {
  const started = Date.now();
  let visit;
  let wrong;
  try {
    const url = server?.url;
    visit = url && (await Visit.begin(browser, { url, ...one }));
    await limited(one.steps({ visit, page: visit?.page, dataset, workshop, browser, begin: (more) => Visit.begin(browser, more) }));
  } catch (error) {
    wrong = error.stack ?? String(error);
    await visit?.picture(`failed-${slug(one.sentence)}`).catch(() => undefined);
  }
  const faults = visit?.watch.faults ?? [];
  if (!wrong && faults.length > 0) wrong = faults.join('\n');
  else if (faults.length > 0) wrong += `\nand:\n${faults.join('\n')}`;
  await visit?.end();
  if (wrong && !alone) again.push(() => attempt(one, { dataset, server }, true));
  else if (wrong) failed.push(one.sentence);
  console.log(`${wrong ? 'FAILED' : 'ok    '}${alone ? ' alone:' : ''} ${one.sentence} (${((Date.now() - started) / 1000).toFixed(1)} s)`);
  if (wrong) console.log(wrong.replace(/^/gm, '       '));
}

function limited(steps) {
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`not done after ${LIMIT_MS / 1000} s`)), LIMIT_MS);
  });
  return Promise.race([steps, late]).finally(() => clearTimeout(timer));
}

function slug(sentence) {
  return sentence.toLowerCase().replace(/[^a-z0-9]+/g, '-').slice(0, 80);
}
