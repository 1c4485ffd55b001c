// The built programs: `gleaner` makes the demo dataset, `testbed` a large one, `gleaner serve` shows them on ports of their own.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

export const ROOT = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');
const BUILD = path.join(process.env.CARGO_TARGET_DIR ?? path.join(ROOT, 'target'), 'debug');
const GLEANER = path.resolve(process.env.GLEANER_BIN ?? path.join(BUILD, 'gleaner'));
const TESTBED = path.resolve(process.env.TESTBED_BIN ?? path.join(BUILD, 'testbed'));

/** Photos of the made dataset. */
export const MADE_PHOTOS = Number(process.env.BROWSER_PHOTOS ?? 50_000);

/** A folder for one run: datasets, keys, settings. `end` removes it and stops what runs. */
export class Workshop {
  #folder;
  #running = new Set();

  static async open() {
    for (const program of [GLEANER, TESTBED]) {
      if (!existsSync(program)) throw new Error(`${program} is not there; run: cargo build --workspace`);
    }
    const workshop = new Workshop();
    workshop.#folder = await mkdtemp(path.join(tmpdir(), 'gleaner-browser-'));
    return workshop;
  }

  /** The demo's dataset, by the real road: `{folder, key}`. */
  async demo(name = 'demo') {
    await this.run(GLEANER, ['demo', '--no-serve', '--dataset', name]);
    const keys = path.join(this.#folder, 'config/gleaner/keys');
    const file = (await readdir(keys)).find((entry) => entry.startsWith(`${name}-`));
    if (!file) throw new Error(`the demo left no key in ${keys}`);
    const key = (await readFile(path.join(keys, file), 'utf8')).trim();
    return { folder: path.join(this.#folder, name), key };
  }

  /** A made dataset of so many photos: `{folder, key}`. */
  async made(photos = MADE_PHOTOS, name = `made-${photos}`) {
    const said = await this.run(TESTBED, ['dataset', name, '--photos', String(photos), '--seed', '1']);
    return { folder: path.join(this.#folder, name), key: JSON.parse(said).key };
  }

  /** Starts `gleaner serve`; `{url, stop}`. */
  async serve(folder, ...more) {
    const server = this.#start(GLEANER, ['serve', folder, '--json', ...(more.length > 0 ? more : ['--port', '0'])]);
    const url = await new Promise((found, failed) => {
      let out = '';
      server.stdout.on('data', (data) => {
        out += data;
        const said = /"url":\s*"([^"]+)"/.exec(out);
        if (said) found(said[1]);
      });
      server.once('close', (code) => failed(new Error(`gleaner serve ended with ${code}: ${server.said}`)));
    });
    const stop = async () => {
      if (!this.#running.has(server)) return;
      const closed = once(server, 'close');
      server.kill('SIGTERM');
      const patience = setTimeout(() => server.kill('SIGKILL'), 3000);
      await closed;
      clearTimeout(patience);
    };
    return { url, stop };
  }

  /** Runs a program in the folder to its end; what it wrote to standard output. */
  async run(program, options, settings = {}) {
    const child = this.#start(program, options, settings);
    let out = '';
    child.stdout.on('data', (data) => (out += data));
    const [code] = await once(child, 'close');
    if (code !== 0) throw new Error(`${path.basename(program)} ${options.join(' ')} ended with ${code}: ${child.said}`);
    return out;
  }

  /** `gleaner` with these options and a dataset's key. */
  withKey(key, ...options) {
    return this.run(GLEANER, options, { GLEANER_KEY: key });
  }

  /** `gleaner` with these options. */
  gleaner(...options) {
    return this.run(GLEANER, options);
  }

  #start(program, options, settings = {}) {
    const home = this.#folder;
    const env = { ...process.env, XDG_CONFIG_HOME: path.join(home, 'config'), XDG_STATE_HOME: path.join(home, 'state') };
    delete env.GLEANER_KEY;
    Object.assign(env, settings);
    const child = spawn(program, options, { cwd: home, env, stdio: ['ignore', 'pipe', 'pipe'] });
    this.#running.add(child);
    child.once('close', () => this.#running.delete(child));
    child.said = '';
    child.stderr.on('data', (data) => (child.said = (child.said + data).slice(-4000)));
    return child;
  }

  async end() {
    const ended = [...this.#running].map((child) => once(child, 'close'));
    for (const child of this.#running) child.kill('SIGKILL');
    await Promise.all(ended);
    await rm(this.#folder, { recursive: true, force: true });
  }
}
