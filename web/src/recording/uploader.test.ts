import { expect, test } from 'vitest';
import { Uploader } from './uploader';

const chunk = (text: string): Blob => new Blob([text]);
const hurry = { pause: () => 0 };

test('chunks arrive in order, also where the road fails now and then', async () => {
  const got: [number, string][] = [];
  let turn = 0;
  const uploader = new Uploader(async (seq, part) => {
    turn += 1;
    if (turn % 2) throw new Error('gone for a moment');
    got.push([seq, await part.text()]);
  }, hurry);
  for (const text of ['a', 'b', 'c']) expect(uploader.push(chunk(text))).toBe(true);
  await uploader.drain();
  expect(got).toEqual([
    [0, 'a'],
    [1, 'b'],
    [2, 'c'],
  ]);
});

test('a server that does not come back is reported', async () => {
  const uploader = new Uploader(() => Promise.reject(new Error('gone')), { ...hurry, tries: 3 });
  uploader.push(chunk('a'));
  await expect(uploader.drain()).rejects.toThrow('gone');
  expect(uploader.push(chunk('b'))).toBe(false);
});

test('what is final is not tried again', async () => {
  let tries = 0;
  const send = (): Promise<never> => {
    tries += 1;
    return Promise.reject(new Error('too large'));
  };
  const uploader = new Uploader(send, { ...hurry, final: (error) => error instanceof Error && error.message === 'too large' });
  uploader.push(chunk('a'));
  await expect(uploader.drain()).rejects.toThrow('too large');
  expect(tries).toBe(1);
});

test('no more waits than the queue may hold', () => {
  const uploader = new Uploader(() => new Promise(() => {}), { mostBytes: 3 });
  expect(uploader.push(chunk('abc'))).toBe(true);
  expect(uploader.push(chunk('d'))).toBe(false);
  expect(uploader.failure?.message).toContain('too long');
});
