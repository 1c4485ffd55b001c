import { rgbaToThumbHash } from 'thumbhash';
import { expect, it, vi } from 'vitest';
import { placeholder } from './placeholder';

function hashOf(red: number, green: number): string {
  const pixels = Array.from({ length: 16 }, () => [red, green, 90, 255]).flat();
  return btoa(String.fromCharCode(...rgbaToThumbHash(4, 4, pixels)));
}

it('a hash becomes a picture that needs no request', () => {
  expect(placeholder(hashOf(200, 40))).toMatch(/^data:image\/png;base64,/);
});

it('the same hash is decoded once', () => {
  const [first, second] = [placeholder(hashOf(10, 20)), placeholder(hashOf(10, 20))];
  expect(second).toBe(first);
});

it('what is no hash gives no picture', () => {
  expect(placeholder('')).toBeNull();
  expect(placeholder('not base64 !')).toBeNull();
});

it('a thousand are kept, the least recently asked is forgotten', () => {
  for (let at = 0; at < 1_500; at++) placeholder(`unreadable ${at}`);
  const decoded = vi.spyOn(globalThis, 'atob');
  for (const at of [500, 1_499, 1_000]) placeholder(`unreadable ${at}`);
  expect(decoded).not.toHaveBeenCalled();
  placeholder('unreadable 499');
  expect(decoded).toHaveBeenCalledTimes(1);
  decoded.mockRestore();
});
