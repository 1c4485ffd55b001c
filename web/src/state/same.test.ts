import { expect, test } from 'vitest';
import { same } from './same';

test('takes names as equal as the server does', () => {
  for (const [one, other] of [
    ['İzmir, TR', 'izmir, tr'],
    ['Diyarbakır', 'DIYARBAKIR'],
    ['Gießen', 'GIESSEN'],
    ['ΘΕΣΣΑΛΟΝΊΚΗ', 'Θεσσαλονίκη'],
    ['ΌΣΟΣ', 'όσος'],
    ['葛\u{e0100}城', '葛城'],
    ['Saint\u2010Denis', 'saint-denis'],
    ['N’Djamena', "n'djamena"],
    ['Ａｇｒａ', 'agra'],
    ['Cafe\u0301', 'café'],
  ] as const) {
    expect(same(one, other), `${one} ${other}`).toBe(true);
  }
  expect(same('Zurich', 'Zürich')).toBe(false);
});
