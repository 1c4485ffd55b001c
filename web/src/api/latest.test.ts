import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { Latest } from './latest';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** A server that answers when told, and what it was asked. */
function server() {
  const asked: string[] = [];
  const givenUp: string[] = [];
  let answer = (): void => undefined;
  const latest = new Latest<string>((question, signal) => {
    asked.push(question);
    return new Promise((done, failed) => {
      answer = done;
      signal.addEventListener('abort', () => {
        givenUp.push(question);
        failed(signal.reason as Error);
      });
    });
  });
  const answered = async (): Promise<void> => {
    answer();
    await vi.advanceTimersByTimeAsync(0);
  };
  return { latest, asked, givenUp, answered };
}

it('of many questions while one is under way only the latest is asked', async () => {
  const { latest, asked, givenUp, answered } = server();
  for (const question of ['a', 'b', 'c', 'd']) latest.ask(question);
  expect(asked).toEqual(['a']);
  expect(latest.waiting).toBe(true);
  await answered();
  expect(asked).toEqual(['a', 'd']);
  expect(latest.waiting).toBe(false);
  await answered();
  expect(asked).toEqual(['a', 'd']);
  expect(givenUp).toEqual([]);
});

it('a slow answer is waited for as long as nothing else is asked, then given up', async () => {
  const { latest, asked, givenUp } = server();
  latest.ask('slow');
  await vi.advanceTimersByTimeAsync(10_000);
  expect(givenUp).toEqual([]);
  latest.ask('next');
  await vi.advanceTimersByTimeAsync(0);
  expect(givenUp).toEqual(['slow']);
  expect(asked).toEqual(['slow', 'next']);
  await vi.advanceTimersByTimeAsync(100);
  latest.ask('last');
  await vi.advanceTimersByTimeAsync(100);
  expect(asked).toEqual(['slow', 'next']);
  await vi.advanceTimersByTimeAsync(100);
  expect(asked).toEqual(['slow', 'next', 'last']);
});

it('a failure does not stop the next question', async () => {
  const asked: string[] = [];
  const latest = new Latest<string>(async (question) => {
    asked.push(question);
    throw new Error('refused');
  });
  latest.ask('a');
  await vi.advanceTimersByTimeAsync(0);
  latest.ask('b');
  await vi.advanceTimersByTimeAsync(0);
  expect(asked).toEqual(['a', 'b']);
});

it('stopped, it asks nothing more', async () => {
  const { latest, asked, givenUp } = server();
  latest.ask('a');
  latest.ask('b');
  latest.stop();
  await vi.advanceTimersByTimeAsync(1_000);
  expect(asked).toEqual(['a']);
  expect(givenUp).toEqual(['a']);
});
