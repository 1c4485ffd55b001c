import { expect, test } from 'vitest';
import { hindrance, videoKind } from './ability';

const able = { secure: true, display: true, recorder: true, phone: false };

test('what hinders a recording is said', () => {
  expect(hindrance(able)).toBeNull();
  expect(hindrance({ ...able, secure: false, display: false })).toContain('https');
  expect(hindrance({ ...able, phone: true })).toContain('phones');
  expect(hindrance({ ...able, recorder: false })).toContain('video files');
});

test('WebM comes before MP4', () => {
  expect(videoKind(() => true)).toContain('vp9');
  expect(videoKind((mime) => mime === 'video/mp4')).toBe('video/mp4');
});
