// The built programs: `gleaner` makes the demo dataset, `testbed` a large one, `gleaner serve` shows them on ports of their own.
// With BROWSER_STORE=mongodb their records are in MongoDB, in a real server that `testbed mongodb` starts.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

export const ROOT = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');
const BUILD = path.join(process.env.CARGO_TARGET_DIR ?? path.join(ROOT, 'target'), 'debug');
const GLEANER = path.resolve(process.env.GLEANER_BIN ?? path.join(BUILD, 'gleaner'));
const TESTBED = path.resolve(process.env.TESTBED_BIN ?? path.join(BUILD, 'testbed'));

/** Photos of the made dataset. */
export const MADE_PHOTOS = Number(process.env.BROWSER_PHOTOS ?? 50_000);

/** Where the datasets' records are: each in its folder, or in MongoDB. */
export const STORE = process.env.BROWSER_STORE ?? 'folder';

/** A folder for one run: datasets, keys, settings. `end` removes it and stops what runs. */
export class Workshop {
  #folder;
  #running = new Set();
  #made = new Set();
  /** The server's address without a database; undefined where records are in folders. */
  #mongodb;

  static async open() {
    for (const program of [GLEANER, TESTBED]) {
      if (!existsSync(program)) throw new Error(`${program} is not there; run: cargo build --workspace`);
    }
    const workshop = new Workshop();
    workshop.#folder = await mkdtemp(path.join(tmpdir(), 'gleaner-browser-'));
    if (STORE === 'mongodb') await workshop.#startMongodb();
    else if (STORE !== 'folder') throw new Error(`BROWSER_STORE is folder or mongodb, not ${STORE}`);
    return workshop;
  }

  async #startMongodb() {
    const server = this.#start(TESTBED, ['mongodb', 'mongodb']);
    this.#mongodb = await said(server, /^(mongodb:.*)$/m);
  }

  /** What a dataset is called on the command line: its folder's path, or the address of its records. */
  #called(name) {
    return this.#mongodb ? this.#mongodb.replace('/?', `/${name}?`) : path.join(this.#folder, name);
  }

  /** The demo's dataset, by the real road: `{folder, key}`; `folder` is what commands take, also where it is an address. */
  async demo(name = 'demo') {
    await this.run(GLEANER, ['demo', '--no-serve', '--dataset', this.#mongodb ? this.#called(name) : name]);
    const key = await this.#keyOf(name);
    return { folder: this.#called(name), key };
  }

  /** A generated dataset with this number of photos: `{folder, key}`. */
  async made(photos = MADE_PHOTOS, called = `made-${photos}`) {
    // A test that is tried again makes its dataset again.
    const name = this.#made.has(called) ? `${called}-${this.#made.size}` : called;
    this.#made.add(name);
    const made = await this.run(TESTBED, ['dataset', name, '--photos', String(photos), '--seed', '1']);
    if (this.#mongodb) {
      await this.run(GLEANER, ['push', name, this.#called(name)]);
      // From here on the records are in MongoDB only.
      for (const suffix of ['', '-wal', '-shm']) await rm(path.join(this.#folder, name, `dataset.db${suffix}`), { force: true });
    }
    return { folder: this.#called(name), key: JSON.parse(made).key };
  }

  /**
   * A simulated Flickr with this number of photos, and an explorer of an empty dataset that searches it: `{url, stop, folder, settings, key}`.
   * `rate`: images a second.
   */
  async adding(photos, { rate = 1000, name = 'adding' } = {}) {
    const called = this.#made.has(name) ? `${name}-${this.#made.size}` : name;
    this.#made.add(called);
    const flickr = this.#start(TESTBED, ['flickr', '--generate', String(photos), '--videos', '0', '--seed', '7']);
    const api = await said(flickr, /(http:\S+)/);
    const settings = path.join(this.#folder, `${called}.toml`);
    const net = `[net]\ntrusted_hosts = ["127.0.0.1"]\nimages_per_second = ${rate.toFixed(1)}\n`;
    await writeFile(settings, `${net}[sources.flickr]\napi_url = "${api}"\nrequests_per_second = 100.0\n`);
    // The form of a real key; the simulated service takes any.
    await writeFile(path.join(this.#folder, 'credentials.json'), JSON.stringify({ FLICKR_API_KEY: 'c0ffee00'.repeat(4) }));
    const server = await this.serve(this.#called(called), '--create', '--port', '0', '--config', settings);
    const stop = async () => {
      await server.stop();
      flickr.kill('SIGKILL');
    };
    return { url: server.url, stop, folder: this.#called(called), settings, key: () => this.#keyOf(called) };
  }

  /** The key of a dataset that a command of the workshop has made. */
  async #keyOf(name) {
    const keys = path.join(this.#folder, 'config/gleaner/keys');
    const file = (await readdir(keys)).find((entry) => entry.startsWith(`${name}-`));
    if (!file) throw new Error(`there is no key in ${keys}`);
    return (await readFile(path.join(keys, file), 'utf8')).trim();
  }

  /** Starts `gleaner serve`; `{url, stop}`. */
  async serve(folder, ...more) {
    const server = this.#start(GLEANER, ['serve', folder, '--json', ...(more.length > 0 ? more : ['--port', '0'])]);
    const url = await said(server, /"url":\s*"([^"]+)"/);
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
    const own = { XDG_CONFIG_HOME: 'config', XDG_STATE_HOME: 'state', XDG_DATA_HOME: 'data' };
    const env = { ...process.env, ...Object.fromEntries(Object.entries(own).map(([name, folder]) => [name, path.join(home, folder)])) };
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

/** The first group of a pattern, once a program says it on its standard output. */
function said(program, pattern) {
  return new Promise((found, failed) => {
    let out = '';
    program.stdout.on('data', (data) => {
      out += data;
      const match = pattern.exec(out);
      if (match) found(match[1]);
    });
    program.once('close', (code) => failed(new Error(`${path.basename(program.spawnfile)} ended with ${code}: ${program.said}`)));
  });
}
