import { expect, it, vi } from 'vitest';
import { PAGE, TilePages } from './pages';

interface Asked {
  from: number;
  signal: AbortSignal;
  answer: () => Promise<void>;
}

function paged(): { pages: TilePages<number>; asked: Asked[]; arrivals: () => number; failures: unknown[] } {
  const asked: Asked[] = [];
  const failures: unknown[] = [];
  let arrivals = 0;
  const pages = new TilePages<number>(
    (from, limit, signal) =>
      new Promise((resolve, reject) => {
        signal.addEventListener('abort', () => reject(new DOMException('given up', 'AbortError')));
        const answer = async () => {
          resolve(Array.from({ length: limit }, (_, at) => from + at));
          await new Promise((later) => setTimeout(later));
        };
        asked.push({ from, signal, answer });
      }),
    () => arrivals++,
    (error) => failures.push(error),
  );
  return { pages, asked, arrivals: () => arrivals, failures };
}

it('asks for the pages in sight once, and holds what came', async () => {
  const { pages, asked, arrivals } = paged();
  pages.want(95, 130);
  pages.want(96, 131);
  expect(asked.map(({ from }) => from)).toEqual([0, 100]);
  for (const { answer } of asked) await answer();
  expect(arrivals()).toBe(2);
  expect(pages.at(99)).toBe(99);
  expect(pages.at(130)).toBe(130);
  expect(pages.at(200)).toBeUndefined();
  expect(Array.from({ length: 201 }, (_, at) => pages.at(at))).toEqual([...Array.from({ length: 200 }, (_, at) => at), undefined]);
  pages.want(0, 150);
  expect(asked).toHaveLength(2);
});

it('gives up what was scrolled past, silently', async () => {
  const { pages, asked, failures } = paged();
  pages.want(0, 99);
  pages.want(500_000, 500_050);
  await new Promise((later) => setTimeout(later));
  expect(asked[0]!.signal.aborted).toBe(true);
  expect(asked[1]!.signal.aborted).toBe(false);
  expect(failures).toEqual([]);
  pages.want(0, 50);
  expect(asked[2]!.from).toBe(0);
});

it('forgets the pages used longest ago, never those in sight', async () => {
  const { pages, asked } = paged();
  for (let page = 0; page < 80; page++) {
    pages.want(page * PAGE, page * PAGE + 1);
    await asked.at(-1)!.answer();
  }
  expect(pages.at(0)).toBeUndefined();
  expect(pages.at(79 * PAGE)).toBe(79 * PAGE);
});

it('closing gives up what is under way', () => {
  const { pages, asked } = paged();
  pages.want(0, 250);
  pages.close();
  expect(asked.every(({ signal }) => signal.aborted)).toBe(true);
});

it('a page that failed is asked for again while it is in sight', async () => {
  vi.useFakeTimers();
  try {
    let asked = 0;
    const fetch = () => (++asked === 1 ? Promise.reject(new Error('no answer')) : Promise.resolve([7]));
    const failures: unknown[] = [];
    const pages = new TilePages<number>(fetch, () => undefined, (error) => failures.push(error));
    pages.want(0, 0);
    await vi.runAllTimersAsync();
    expect(failures).toHaveLength(1);
    expect(pages.at(0)).toBe(7);
  } finally {
    vi.useRealTimers();
  }
});

it('a page that failed is forgotten when it is out of sight', async () => {
  vi.useFakeTimers();
  try {
    const asked: number[] = [];
    const fetch = (from: number) => {
      asked.push(from);
      return from === 0 ? Promise.reject(new Error('no answer')) : Promise.resolve([1]);
    };
    const pages = new TilePages<number>(fetch, () => undefined, () => undefined);
    pages.want(0, 0);
    await Promise.resolve();
    pages.want(PAGE, PAGE);
    await vi.runAllTimersAsync();
    expect(asked).toEqual([0, PAGE]);
  } finally {
    vi.useRealTimers();
  }
});
