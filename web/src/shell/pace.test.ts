import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { pace } from './pace';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

test('each job has a task of its own, in the order asked', () => {
  const done: string[] = [];
  for (const name of ['a', 'b', 'c']) pace(() => done.push(name));
  expect(done).toEqual([]);
  vi.advanceTimersToNextTimer();
  expect(done).toEqual(['a']);
  vi.runAllTimers();
  expect(done).toEqual(['a', 'b', 'c']);
});

test('a job that was taken back does not run, and those after it do', () => {
  const done: string[] = [];
  const back = pace(() => done.push('old'));
  pace(() => done.push('new'));
  back();
  vi.runAllTimers();
  expect(done).toEqual(['new']);
  pace(() => done.push('later'));
  vi.runAllTimers();
  expect(done).toEqual(['new', 'later']);
});
