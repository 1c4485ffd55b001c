// Chromium, headless, and the pages that tests open in it.

import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { AxeBuilder } from '@axe-core/playwright';
import { chromium } from 'playwright-core';
import { ROOT } from './server.mjs';
import { Watch } from './watch.mjs';

export const PICTURES = path.join(process.env.CARGO_TARGET_DIR ?? path.join(ROOT, 'target'), 'browser');

/** How a person holds the page. */
export const DEVICES = {
  desktop: { viewport: { width: 1440, height: 900 } },
  phone: { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true, deviceScaleFactor: 2 },
  sharp: { viewport: { width: 1440, height: 900 }, deviceScaleFactor: 2 },
};

export function launch() {
  return chromium.launch({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    args: [
      '--no-sandbox',
      // Maps are drawn without a graphics card.
      '--use-angle=swiftshader',
      '--enable-unsafe-swiftshader',
      // Recording a tab asks nobody.
      '--use-fake-ui-for-media-stream',
      '--auto-accept-this-tab-capture',
      '--auto-select-tab-capture-source-by-title=Gleaner',
      '--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1 , EXCLUDE localhost',
    ],
  });
}

/** A visit: a context of its own, its page, what it must not do, and what a test needs often. */
export class Visit {
  static async begin(browser, { url, device = 'desktop', theme = 'light', more = {} }) {
    const visit = new Visit();
    const context = await browser.newContext({
      ...DEVICES[device],
      colorScheme: theme,
      reducedMotion: 'reduce',
      acceptDownloads: true,
      ...more,
    });
    context.setDefaultTimeout(20_000);
    visit.url = url;
    visit.device = device;
    visit.theme = theme;
    visit.context = context;
    visit.watch = await Watch.over(context, url);
    visit.page = await context.newPage();
    return visit;
  }

  /** Opens `path` of the page, for example `?q=zoo`. */
  async open(at = '') {
    await this.page.goto(new URL(at, this.url).href, { waitUntil: 'load' });
  }

  /** Opens `path` and waits until photos are drawn. */
  async openGallery(at = '') {
    await this.open(at);
    await this.page.getByRole('grid', { name: 'Photos' }).getByRole('gridcell').first().waitFor();
  }

  /** Waits until the page shows this number of matching photos. */
  async counted(total) {
    const words = `${total.toLocaleString('en-GB')} ${total === 1 ? 'photo' : 'photos'}`;
    await this.page.locator('main strong').getByText(words, { exact: true }).waitFor();
  }

  /** How many photos pass a filter, by the API. */
  async passing(q) {
    return (await this.api(`photos?${new URLSearchParams({ q, limit: 1 })}`)).total;
  }

  /** An answer of the API, as the page would get it. */
  async api(at, init = {}) {
    const answer = await this.context.request.fetch(new URL(`/api/v1/${at}`, this.url).href, init);
    if (!answer.ok() && !init.any) throw new Error(`${at}: ${answer.status()} ${await answer.text()}`);
    return init.any ? answer : answer.json();
  }

  /** The page's state, as its address says it. */
  get state() {
    return new URL(this.page.url()).searchParams;
  }

  /** Waits until `holds` of the address. */
  async addressed(holds, why) {
    await until(() => holds(this.state), `${why}; the address is ${this.page.url()}`);
  }

  /** A picture of what is in sight, as target/browser/NAME.png. */
  async picture(name) {
    await mkdir(PICTURES, { recursive: true });
    await this.page.screenshot({ path: path.join(PICTURES, `${name}.png`), animations: 'disabled' });
  }

  /** What axe finds (WCAG 2.2 AA and good practice); nothing, if all is well. */
  async accessible(within) {
    // What is half faded in has half its contrast.
    await this.page.evaluate(() => {
      const passing = document.getAnimations().filter((animation) => animation.effect?.getComputedTiming().endTime !== Infinity);
      return Promise.allSettled(passing.map((animation) => animation.finished));
    });
    let axe = new AxeBuilder({ page: this.page }).setLegacyMode(true);
    if (within) axe = axe.include(within);
    const { violations } = await axe.analyze();
    const found = violations.map(({ id, help, nodes }) => `${id}: ${help}\n  ${nodes.slice(0, 3).map((n) => n.html.slice(0, 160)).join('\n  ')}`);
    if (found.length > 0) throw new Error(`axe finds:\n${found.join('\n')}`);
  }

  async end() {
    await this.context.close();
  }
}

/** Waits until `holds()` is true (or a promise of it), 20 s at most. */
export async function until(holds, why, limitMs = 20_000) {
  const end = Date.now() + limitMs;
  for (;;) {
    if (await holds()) return;
    if (Date.now() > end) throw new Error(`waited in vain: ${why}`);
    await new Promise((done) => setTimeout(done, 50));
  }
}
