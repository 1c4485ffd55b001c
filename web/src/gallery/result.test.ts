import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { GridLayout, justify, JustifiedLayout } from './layout';
import type { Ask } from './layout.worker';
import { Result, type Arrangement } from './result.svelte';

const rows: Arrangement = { width: 1_000, rowHeight: 200, gap: 6, caption: 28, columns: 0 };
const MANY = 60_000;

/** A worker that responds when the test says so, in the order of requests. */
class SlowWorker {
  static asked: (() => void)[] = [];
  onmessage: ((event: { data: unknown }) => void) | null = null;
  private kept = new Uint8Array();

  postMessage({ ticket, measure, aspects }: Ask): void {
    SlowWorker.asked.push(() => {
      this.kept = aspects ?? this.kept;
      this.onmessage?.({ data: { ticket, rows: justify(this.kept, measure) } });
    });
  }

  terminate(): void {}
}

const settled = (): Promise<void> => new Promise((done) => setTimeout(done));

async function answerNext(): Promise<void> {
  SlowWorker.asked.shift()?.();
  await settled();
}

/** The number of photos of a filter is its text. */
function serve(address: string): Response {
  const { pathname, searchParams } = new URL(address);
  const count = Number(searchParams.get('q'));
  if (pathname.endsWith('/aspects')) return new Response(new Uint8Array(count).fill(128));
  if (pathname.endsWith('/ticks')) return new Response('no', { status: 500 });
  return Response.json({ photos: [], total: count });
}

let result: Result;
const show = (count: number, signal = new AbortController().signal): Promise<void> =>
  result.show({ q: String(count) }, 0, () => undefined, signal);
const arrange = (arrangement: Arrangement): Promise<void> => result.arrange(arrangement, () => undefined);

beforeEach(() => {
  SlowWorker.asked = [];
  vi.stubGlobal('Worker', SlowWorker);
  vi.stubGlobal('fetch', ({ url }: Request) => Promise.resolve(serve(url)));
  result = new Result();
});
afterEach(() => vi.unstubAllGlobals());

it('a new filter is shown though the window changed while the worker cut its rows', async () => {
  await arrange(rows);
  void show(MANY);
  await settled();
  await answerNext();
  expect(result.count).toBe(MANY);
  void show(MANY + 1);
  await settled();
  void arrange({ ...rows, width: 900 });
  for (let answers = 0; answers < 4; answers++) await answerNext();
  expect(result.count).toBe(MANY + 1);
  expect(result.layout.boxesOf(0).at(-1)!.x).toBeLessThan(900);
  expect(result.busy).toBe(false);
  expect(result.problem).toBeNull();
});

it('rows that the worker cut late do not replace the grid chosen meanwhile', async () => {
  await arrange(rows);
  void show(MANY);
  await settled();
  void arrange({ ...rows, columns: 4 });
  for (let answers = 0; answers < 3; answers++) await answerNext();
  expect(result.count).toBe(MANY);
  expect(result.layout).toBeInstanceOf(GridLayout);
  void arrange(rows);
  await settled();
  void arrange({ ...rows, columns: 3 });
  await answerNext();
  expect(result.layout).toBeInstanceOf(GridLayout);
  expect(result.layout.boxesOf(0)).toHaveLength(3);
});

it('what was given up is not shown', async () => {
  await arrange(rows);
  const request = new AbortController();
  void show(MANY, request.signal);
  await settled();
  request.abort();
  await answerNext();
  expect(result.count).toBe(0);
  expect(result.problem).toBeNull();
});

it('photos shown with marks that do not come are no problem, and old marks go', async () => {
  await arrange(rows);
  await show(100);
  result.ticks = [{ from: 0, label: '2019', level: 0 }];
  await result.mark({ q: '100' });
  expect(result.ticks).toEqual([]);
  expect(result.problem).toBeNull();
  expect(result.layout).toBeInstanceOf(JustifiedLayout);
});
