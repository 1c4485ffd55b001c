// Concepts, labels, thresholds, trained heads, likeness: from a word that no model knows to a filter that was measured.

import assert from 'node:assert/strict';
import { until } from '../browser.mjs';
import { test } from '../suite.mjs';

/** What to say of the demo's photos for "greenery": is most of what is behind the animal green? */
const GREEN = ['butterfly', 'caterpillar', 'chamaeleon', 'gibbon', 'gorilla', 'long_nosed_monkey', 'macaque', 'penguin', 'toucan', 'lemur'];
const UNSURE = ['heron', 'koala', 'kitten'];

const panel = (page) => page.getByRole('complementary', { name: 'Filters' });
/** The group of a concept in the panel, opened: folded it has only the slider. */
async function unfolded(page, name) {
  const head = panel(page).getByRole('button', { name: new RegExp(`^${name}\\s*score$`, 'i') });
  await head.waitFor();
  if ((await head.getAttribute('aria-expanded')) === 'false') await head.click();
  return panel(page).locator('section').filter({ has: page.getByRole('button', { name: new RegExp(`^${name}\\s*score$`, 'i') }) });
}

const review = (page) => page.getByRole('region', { name: /^Threshold of/ });
const question = (page) => review(page).getByRole('heading', { name: /^Does this photo show/ });

const saying = (id) => (GREEN.some((word) => id.includes(word)) ? 'yes' : UNSURE.some((word) => id.includes(word)) ? 'unsure' : 'no');

async function changed(visit, method, at, data) {
  return visit.api(at, { method, headers: { 'X-Gleaner': '1' }, ...(data === undefined ? {} : { data }) });
}

/** Waits until the server has begun and done the work that was just asked for; before that it is idle. */
async function worked(visit) {
  let work;
  await until(
    async () => {
      work = await visit.api('work');
      return work.state !== 'running' && work.state !== 'idle';
    },
    'the work to end',
    150_000,
  );
  assert.equal(work.state, 'done', work.message);
  return work;
}

/** A concept with its reviews, made by the API where it is not there yet. */
async function concept(visit, name, verdicts = {}) {
  const { concepts, models } = await visit.api('concepts');
  if (!concepts.some((one) => one.name === name)) await changed(visit, 'PUT', `concepts/${encodeURIComponent(name)}`, { words: [name], senses: [], counts: null });
  const reviews = Object.entries(verdicts).map(([photo, verdict]) => ({ photo, verdict }));
  if (reviews.length > 0) await changed(visit, 'PUT', `concepts/${encodeURIComponent(name)}/reviews`, { by: 'Test', reviews });
  if (models.every(({ vectors }) => vectors === 0)) await scored(visit);
}

async function scored(visit) {
  await changed(visit, 'POST', 'score', {});
  await worked(visit);
}

/** A name of which no concept was ever made: what is removed leaves its head behind. */
async function unheard(visit, name, number = 1) {
  const one = number === 1 ? name : `${name}${number}`;
  return (await told(visit, one)) ? unheard(visit, name, number + 1) : one;
}

const told = async (visit, name) => (await visit.api('concepts')).concepts.find((one) => one.name === name);

const photos = async (visit) => (await visit.api('photos?limit=200')).photos;

/** Verdicts for all photos of the demo. */
const verdicts = async (visit) => Object.fromEntries((await photos(visit)).map(({ id }) => [id, saying(id)]));

/** A concept of which a head was trained on labels of all photos. */
async function trained(visit, name) {
  await concept(visit, name, await verdicts(visit));
  if ((await told(visit, name)).head) return;
  await changed(visit, 'POST', `concepts/${name}/train`, { with_text: false });
  await worked(visit);
}

/** Begins to label; the name is asked once. */
async function begin(page, by = 'Ann') {
  const asked = page.getByLabel('Your name');
  await asked.or(question(page)).first().waitFor();
  if (await asked.isVisible()) {
    await asked.fill(by);
    await page.keyboard.press('Enter');
  }
  await question(page).waitFor();
}

/** The id of the photo that is asked about. */
async function asked(visit, page) {
  const alt = await review(page).locator('.frame img').getAttribute('alt');
  const found = (await photos(visit)).filter(({ title }) => title && alt.startsWith(title));
  assert.equal(found.length, 1, `one photo is called ${alt}`);
  return found[0].id;
}

test('a concept that words cannot tell is added, labelled by keyboard, trained in place and filtered by', { on: 'demo' }, async ({ visit, page }) => {
  const name = await unheard(visit, 'verdure');
  await visit.openGallery();
  await panel(page).getByRole('button', { name: /^(Add a concept|Edit concepts)$/ }).click();
  const dialog = page.getByRole('dialog', { name: 'Concepts' });
  const add = dialog.getByRole('button', { name: 'Add a concept' });
  await add.or(dialog.getByLabel('Name', { exact: true })).first().waitFor();
  if (await add.isVisible()) await add.click();
  await dialog.getByLabel('Name', { exact: true }).fill(name);
  await dialog.getByLabel(/^Words/).fill(`${name}, foliage, 緑`);
  await dialog.getByText(/^The local model has no class/).waitFor();
  await visit.picture('scores-concept-added');
  await dialog.getByRole('button', { name: 'Add', exact: true }).click();
  await dialog.getByRole('heading', { name, exact: true }).waitFor();
  await dialog.getByRole('button', { name: /^Score the photos/ }).click();
  await worked(visit);
  assert.equal((await told(visit, name)).counting, null, 'nothing but words knows of it');
  await page.keyboard.press('Escape');
  await panel(page).getByRole('button', { name: 'Label photos, train a head' }).last().waitFor();

  await visit.open(`?review=${name}`);
  await begin(page);
  assert.equal(await page.evaluate(() => localStorage.getItem('gleaner-reviewer')), 'Ann');
  const total = Number(/of (\d+)/.exec(await review(page).getByText(/^1 of \d+$/).textContent())[1]);
  // A photo said wrongly is taken back, and said again.
  const first = await asked(visit, page);
  await page.keyboard.press(saying(first) === 'yes' ? 'n' : 'y');
  await review(page).getByText(`2 of ${total}`, { exact: true }).waitFor();
  await page.keyboard.press('Backspace');
  await review(page).getByText(`1 of ${total}`, { exact: true }).waitFor();
  assert.equal(await asked(visit, page), first, 'one step back');
  for (let at = 0; at < total; at += 1) {
    await review(page).getByText(`${at + 1} of ${total}`, { exact: true }).waitFor();
    await page.keyboard.press(saying(await asked(visit, page))[0]);
  }
  await review(page).getByRole('heading', { name: `${total} of ${total} labelled` }).waitFor();
  await review(page).getByText('All labels are saved').waitFor();
  const { reviews } = await visit.api(`concepts/${name}/reviews`);
  assert.equal(reviews.length, total);
  for (const { photo, verdict, by } of reviews) assert.deepEqual([verdict, by], [saying(photo.id), 'Ann'], photo.id);

  await review(page).getByRole('button', { name: 'Train a head on your labels' }).click();
  await review(page).getByRole('heading', { name: 'Trained head' }).waitFor({ timeout: 150_000 });
  // The head is there before all photos are judged by it.
  await worked(visit);
  await until(async () => (await told(visit, name)).counting === 'trained', 'the head counts');
  const { head } = await told(visit, name);
  assert.ok(head.auc > 0.6, `greener than chance: ${head.auc}`);
  await review(page).getByText(head.auc.toFixed(3), { exact: true }).waitFor();
  const slider = review(page).getByRole('slider', { name: 'Threshold' });
  await slider.waitFor();
  assert.match(await slider.getAttribute('aria-valuetext'), /^0\.\d\d\. Of 100 photos shown about \d+ \(\d+–\d+\) show it; of 100 that show it about \d+ \(\d+–\d+\) are found\.$/);
  await visit.picture('scores-trained');
  const report = await visit.api(`concepts/${name}/report`, { any: true });
  assert.ok(report.ok() && /html/.test(report.headers()['content-type']), 'the report');

  await review(page).getByRole('button', { name: /^Use as filter/ }).click();
  await visit.addressed((state) => new RegExp(`^score\\.${name}:>=0\\.\\d+$`).test(state.get('q') ?? '') && !state.has('review'), 'the cut is the filter');
  await visit.counted(await visit.passing(visit.state.get('q')));
  const from = panel(page).getByRole('slider', { name: `${name}, from`, exact: true });
  await from.focus();
  const before = visit.state.get('q');
  await page.keyboard.press('ArrowRight');
  await visit.addressed((state) => state.get('q') !== before, 'the slider moves');
  await visit.counted(await visit.passing(visit.state.get('q')));
  await visit.picture('scores-filtered');
});

test('the cut moves by key and by pointer, has presets, says itself in words and as a table, and becomes the filter', { on: 'demo' }, async ({ visit, page }) => {
  await trained(visit, 'greenery');
  await visit.open('?review=greenery');
  const slider = review(page).getByRole('slider', { name: 'Threshold' });
  await slider.waitFor();
  await slider.focus();
  await page.keyboard.press('Home');
  assert.equal(await slider.getAttribute('aria-valuenow'), '0');
  for (let step = 0; step < 3; step += 1) await page.keyboard.press('PageUp');
  await page.keyboard.press('ArrowRight');
  assert.equal(await slider.getAttribute('aria-valuenow'), '0.31');
  await review(page).getByText('At 0.31:').waitFor();
  const line = await review(page).locator('.plot').boundingBox();
  await page.mouse.click(line.x + line.width * 0.8, line.y + 40);
  await until(async () => Number(await slider.getAttribute('aria-valuenow')) > 0.7, 'the cut follows the pointer');
  const { points, photos: scoredPhotos } = await visit.api('concepts/greenery/cut');
  assert.equal(scoredPhotos, (await photos(visit)).length);
  await review(page).getByRole('button', { name: 'At least 95 % recall' }).click();
  // Of the thresholds that two digits can say.
  const best = points.filter(({ cut, recall }) => Number(cut.toFixed(2)) === cut && recall !== null && recall >= 0.95).toSorted((a, b) => b.precision - a.precision)[0];
  const shown = await slider.getAttribute('aria-valuenow');
  const at = points.find(({ cut }) => cut >= Number(shown) - 1e-9);
  assert.ok(at.recall >= 0.95 && at.precision === best.precision, `${shown}: ${at.precision}, ${at.recall}`);
  await review(page).getByRole('button', { name: 'Table' }).click();
  const rows = review(page).getByRole('region', { name: 'The curve as a table' }).getByRole('row');
  assert.equal(await rows.count(), points.length + 1);
  await page.keyboard.press('Escape');
  await visit.addressed((state) => !state.has('review'), 'closed by Escape');
  await page.goBack();
  await slider.waitFor();
});

test('labels wait while the server does not take them, are said to wait, and lose nothing by a reload', { on: 'demo' }, async ({ visit, page }) => {
  const name = await unheard(visit, 'patience');
  await concept(visit, name);
  await page.addInitScript(() => localStorage.setItem('gleaner-reviewer', ''));
  await visit.open(`?review=${name}`);
  await begin(page);
  visit.watch.allow(/^console: Failed to load resource: net::ERR_/);
  const away = (route) => (route.request().method() === 'PUT' ? route.abort() : route.continue());
  await page.route(`**/concepts/${name}/reviews`, away);
  await page.keyboard.press('y');
  await page.keyboard.press('n');
  await page.keyboard.press('s');
  await review(page).getByText(/^2 labels are not saved yet/).waitFor();
  assert.equal((await visit.api(`concepts/${name}/reviews`)).reviews.length, 0);
  await visit.picture('scores-labels-wait');
  await visit.openGallery();
  await page.unroute(`**/concepts/${name}/reviews`, away);
  await until(async () => (await visit.api(`concepts/${name}/reviews`)).reviews.length === 2, 'both labels are kept');
  assert.deepEqual((await visit.api(`concepts/${name}/reviews`)).reviews.map(({ verdict }) => verdict).sort(), ['no', 'yes']);
});

test('what was labelled is listed, changed and cleared', { on: 'demo' }, async ({ visit, page }) => {
  const [one, two] = await photos(visit);
  await concept(visit, 'listed', { [one.id]: 'yes', [two.id]: 'unsure' });
  await visit.open('?review=listed');
  const list = review(page).locator('details');
  await list.getByText(/^Labelled/).click();
  await list.getByRole('group', { name: `Label of ${one.title}` }).getByRole('button', { name: 'no', exact: true }).click();
  const kept = async () => Object.fromEntries((await visit.api('concepts/listed/reviews')).reviews.map(({ photo, verdict }) => [photo.id, verdict]));
  await until(async () => (await kept())[one.id] === 'no', 'the other verdict');
  await list.getByRole('button', { name: `Clear the label of ${two.title}` }).click();
  await until(async () => !(two.id in (await kept())), 'cleared');
  await list.getByRole('button', { name: `Clear the label of ${two.title}` }).waitFor({ state: 'detached' });
  await list.getByRole('button', { name: `Open ${one.title}` }).click();
  await visit.addressed((state) => state.get('photo') === one.id, 'the photo opens');
  await page.getByRole('dialog').getByRole('button', { name: 'Close' }).click();
  await visit.addressed((state) => !state.has('photo') && state.get('review') === 'listed', 'back where it was opened');
});

test('disagreements are filters at one click, with the number of photos that they leave', { on: 'demo' }, async ({ visit, page }) => {
  await trained(visit, 'greenery');
  await visit.openGallery();
  await unfolded(page, 'greenery');
  const chips = panel(page).getByRole('list', { name: 'Where scorers of greenery disagree' });
  await chips.getByRole('button').first().waitFor();
  const labels = await chips.getByRole('button').allTextContents();
  assert.ok(labels.some((label) => /^Reviewed/.test(label)), labels.join('; '));
  for (const name of [/^Reviewed yes, low score/, /^Reviewed no, high score/]) {
    const chip = chips.getByRole('button', { name });
    await until(async () => /\d$/.test((await chip.textContent()).trim()), 'its count');
    const said = Number(/\d+$/.exec((await chip.textContent()).trim())[0]);
    await chip.click();
    await visit.addressed((state) => /^score\.greenery@review:[01] score\.greenery:(<|>=)[\d.]+$/.test(state.get('q') ?? ''), 'ordinary clauses');
    assert.equal(await visit.passing(visit.state.get('q')), said);
    assert.equal(await chip.getAttribute('aria-pressed'), 'true');
    await page.getByRole('list', { name: 'Active filters' }).getByText(/^greenery by review/).waitFor();
    await chip.click();
    await visit.addressed((state) => !state.has('q'), 'and let go again');
  }
});

test('scorers stand side by side below the one that counts; reviews are rows of yes and no', { on: 'demo' }, async ({ visit, page }) => {
  await trained(visit, 'greenery');
  await visit.openGallery();
  const group = await unfolded(page, 'greenery');
  await group.getByText(/^Main score: trained head, /).waitFor();
  await group.getByRole('button', { name: /^Scores by scorer/ }).click();
  await group.getByRole('slider', { name: 'greenery by trained head, from' }).waitFor();
  const yes = group.getByRole('group', { name: 'greenery by review' }).getByRole('checkbox', { name: /^Yes,/ });
  await yes.click();
  await visit.addressed((state) => state.get('q') === 'score.greenery@review:1', 'reviews that say yes');
  await visit.counted(await visit.passing('score.greenery@review:1'));
  await group.getByRole('checkbox', { name: /^No,/ }).click();
  await visit.addressed((state) => state.get('q') === 'score.greenery@review:1,0', 'or no');
  await visit.counted(await visit.passing('score.greenery@review:any'));
  await group.getByRole('button', { name: 'Clear the filter on greenery' }).click();
  await visit.addressed((state) => !state.has('q'), 'cleared');
});

test('a concept is changed and removed; those of the settings are only shown', { on: 'demo' }, async ({ visit, page }) => {
  await concept(visit, 'passing');
  await visit.openGallery();
  await panel(page).getByRole('button', { name: 'Edit concepts' }).click();
  const dialog = page.getByRole('dialog', { name: 'Concepts' });
  await dialog.getByRole('button', { name: 'Change passing' }).click();
  await dialog.getByLabel(/^Words/).fill('monkey');
  const senses = dialog.getByRole('group', { name: /^Meaning/ });
  const useful = senses.getByRole('checkbox', { name: /[1-9]\d* classes/ }).first();
  await useful.check();
  await dialog.getByRole('button', { name: 'Save' }).click();
  await until(async () => (await told(visit, 'passing')).senses.length === 1, 'the sense is kept');
  assert.deepEqual((await told(visit, 'passing')).words, ['monkey']);
  await dialog.getByRole('button', { name: 'Delete passing' }).click();
  await dialog.getByRole('button', { name: /^Delete passing\?/ }).click();
  await until(async () => (await told(visit, 'passing')) === undefined, 'removed');
  for (const { name, from } of (await visit.api('concepts')).concepts) {
    assert.equal(await dialog.getByRole('button', { name: `Change ${name}` }).count(), from === 'settings' ? 0 : 1, name);
  }
});

test('a photo says its scores, is reviewed where it is shown, and has others like it', { on: 'demo' }, async ({ visit, page }) => {
  await trained(visit, 'greenery');
  const [photo] = await photos(visit);
  await visit.open(`?photo=${encodeURIComponent(photo.id)}`);
  const shown = page.getByRole('dialog');
  await shown.getByRole('row', { name: /^trained head, main/ }).first().waitFor();
  const ask = shown.getByRole('group', { name: 'Does it show greenery?' });
  const before = saying(photo.id);
  const other = before === 'yes' ? 'no' : 'yes';
  const button = (verdict) => ask.getByRole('button', { name: new RegExp(`^${verdict}$`, 'i') });
  const kept = async () => (await visit.api('concepts/greenery/reviews')).reviews.find((one) => one.photo.id === photo.id)?.verdict;
  await button(other).click();
  await until(async () => (await kept()) === other, 'the review of the photo');
  await button(before).click();
  await until(async () => (await kept()) === before, 'and back');
  const strip = shown.getByRole('region', { name: 'More like this' });
  await strip.getByRole('listitem').getByRole('button').first().waitFor();
  const { photos: alike } = await visit.api(`similar?photo=${encodeURIComponent(photo.id)}&limit=60`);
  assert.ok(alike.length > 12 && alike.every(({ photo: { id } }) => id !== photo.id), `${alike.length} alike`);
  await strip.getByRole('button', { name: 'Show more' }).click();
  const more = page.getByRole('dialog', { name: 'More like this' });
  await more.getByRole('listitem').nth(alike.length - 1).waitFor();
  await visit.picture('scores-alike');
  await more.getByRole('listitem').first().getByRole('button').click();
  await visit.addressed((state) => state.get('photo') === alike[0].photo.id, 'the most similar opens');
  await more.waitFor({ state: 'detached' });
});

test('training again shows both heads on the same labels and replaces the one in use only when told, and one can go back', { on: 'demo' }, async ({ visit, page }) => {
  const name = await unheard(visit, 'foliage');
  const said = Object.entries(await verdicts(visit));
  const half = said.filter((_, at) => at % 2 === 0);
  await concept(visit, name, Object.fromEntries(half));
  await changed(visit, 'POST', `concepts/${name}/train`, { with_text: false });
  await worked(visit);
  const first = (await told(visit, name)).head.version;
  await concept(visit, name, Object.fromEntries(said));
  await visit.open(`?review=${name}`);
  await review(page).getByRole('button', { name: 'Train again on your labels' }).click();
  const question = review(page).getByRole('group', { name: 'Use the new head?' });
  await question.waitFor({ timeout: 150_000 });
  for (const row of ['ROC-AUC', 'Precision', 'Recall']) {
    const cells = await question.getByRole('row', { name: new RegExp(`^${row}`) }).getByRole('cell').allTextContents();
    assert.ok(cells.length === 2 && cells.every((cell) => /\d|–/.test(cell)), `${row}: ${cells}`);
  }
  await question.getByText(/^On the same \d+ labels/).waitFor();
  assert.equal((await told(visit, name)).head.version, first, 'nothing is replaced yet');
  await visit.accessible();
  await visit.picture('scores-compared');

  await question.getByRole('button', { name: 'Keep the head in use' }).click();
  await question.waitFor({ state: 'detached' });
  assert.equal((await told(visit, name)).head.version, first, 'kept');
  await review(page).getByText(/^Versions/).click();
  const versions = review(page).locator('details').filter({ hasText: 'Versions' });
  await versions.getByText('In use').waitFor();
  await versions.getByRole('button', { name: /^Use the head of/ }).click();
  await worked(visit);
  await until(async () => (await told(visit, name)).head.version !== first, 'the other head is used');
  await until(async () => (await versions.getByRole('button', { name: /^Use the head of/ }).count()) === 1, 'one can go back');
  await versions.getByRole('button', { name: /^Use the head of/ }).click();
  await worked(visit);
  await until(async () => (await told(visit, name)).head.version === first, 'back again');
});

test('without labels the panel claims nothing, and a threshold can be used all the same', { on: 'demo' }, async ({ visit, page }) => {
  await scored(visit);
  const { concepts } = await visit.api('concepts');
  const one = concepts.find(({ counting, reviews }) => counting !== null && reviews.yes + reviews.no === 0);
  assert.ok(one, 'a concept with scores and without labels');
  await visit.open(`?review=${encodeURIComponent(one.name)}`);
  const card = review(page).getByRole('region', { name: 'Threshold', exact: true });
  await card.getByText(/^There are no labels yet/).waitFor();
  assert.equal(await card.getByText(/Of 100 photos|Recommended|precision is not known/).count(), 0);
  assert.equal(await card.getByRole('button', { name: /^At least 95 %/ }).count(), 0, 'no presets');
  assert.equal(await card.locator('path.precision, path.recall').count(), 0, 'no curve');
  assert.equal(await card.getByRole('slider', { name: 'Threshold' }).getAttribute('aria-valuetext'), (await card.getByText(/^At 0\.\d+:$/).textContent()).replace(/^At |:$/g, ''));
  await visit.picture('scores-no-labels');
  await card.getByRole('button', { name: /^Use as filter/ }).click();
  await visit.addressed((state) => (state.get('q') ?? '').startsWith('score.'), 'the threshold is the filter');
});

for (const theme of ['light', 'dark']) {
  for (const device of ['desktop', 'phone']) {
    test(`axe finds nothing in thresholds, concepts and likeness, ${theme} on a ${device}`, { on: 'demo', theme, device }, async ({ visit, page }) => {
      await trained(visit, 'greenery');
      await concept(visit, 'fresh');
      const fits = async (what) => {
        await visit.accessible();
        await visit.picture(`scores-${what}-${device}-${theme}`);
        const wide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
        assert.ok(wide <= 0, `${what} is ${wide} px too wide`);
        const cut = await review(page).locator('.parts').evaluateAll((parts) => parts.map((part) => part.scrollWidth - part.clientWidth));
        assert.ok(cut.every((pixels) => pixels <= 0), `${what} scrolls sideways by ${cut} px`);
      };
      await visit.open('?review=fresh');
      await page.getByLabel('Your name').waitFor();
      await fits('begin');
      await begin(page);
      await until(() => review(page).locator('.frame img').evaluate((image) => image.complete), 'the photo');
      await fits('label');
      await visit.open('?review=greenery');
      await review(page).getByRole('slider', { name: 'Threshold' }).waitFor();
      await review(page).locator('details').getByText(/^Labelled/).click();
      await review(page).locator('details li').first().waitFor();
      await fits('threshold');
      await review(page).getByRole('button', { name: 'Table' }).click();
      await fits('table');
      await visit.openGallery();
      if (device === 'phone') await page.locator('.bottom').getByRole('button', { name: /^Filters/ }).click();
      const group = await unfolded(page, 'greenery');
      await group.getByRole('button', { name: /^Scores by scorer/ }).click();
      await fits('panel');
      await panel(page).getByRole('button', { name: 'Edit concepts' }).click();
      const dialog = page.getByRole('dialog', { name: 'Concepts' });
      await dialog.getByRole('button', { name: 'Add a concept' }).click();
      await dialog.getByLabel('Name', { exact: true }).fill('cage');
      await dialog.getByText(/^The local model has no class/).waitFor();
      await fits('concepts');
      const [photo] = await photos(visit);
      await visit.open(`?photo=${encodeURIComponent(photo.id)}`);
      const strip = page.getByRole('region', { name: 'More like this' });
      await strip.getByRole('listitem').getByRole('button').first().waitFor();
      await fits('photo');
      await strip.getByRole('button', { name: 'Show more' }).click();
      await page.getByRole('dialog', { name: 'More like this' }).getByRole('listitem').first().getByRole('button').waitFor();
      await fits('alike');
    });
  }
}
