import { expect, test } from 'vitest';
import { ApiError } from '../api/client';
import { LabelQueue, type Label, type QueueState } from './queue';

const label = (photo: string, verdict: Label['verdict'] = 'yes'): Label => ({ concept: 'cage', by: 'Ann', photo, verdict });

/** A server that answers as told, then well; its pauses end when asked. */
function made(answers: (Error | null)[], kept: Label[] = []) {
  const sent: string[] = [];
  const states: QueueState[] = [];
  const pauses: number[] = [];
  let shelf = kept;
  let under = 0;
  const queue = new LabelQueue({
    send: async ({ photo, verdict }) => {
      under += 1;
      expect(under, 'one by one').toBe(1);
      await Promise.resolve();
      under -= 1;
      const error = answers.shift();
      if (error) throw error;
      sent.push(`${photo} ${verdict}`);
    },
    shelf: { read: () => shelf, write: (labels) => (shelf = labels) },
    pause: async (ms) => void pauses.push(ms),
    changed: (state) => states.push(state),
  });
  const rest = async (): Promise<void> => {
    for (let turn = 0; turn < 60; turn += 1) await Promise.resolve();
  };
  return { queue, sent, states, pauses, rest, shelf: () => shelf };
}

test('labels go one by one and in order', async () => {
  const { queue, sent, states, rest, shelf } = made([]);
  for (const photo of ['a', 'b', 'c']) queue.push(label(photo));
  expect(shelf()).toHaveLength(3);
  await rest();
  expect(sent).toEqual(['a yes', 'b yes', 'c yes']);
  expect(states.at(-1)).toEqual({ waiting: 0, trouble: '', refused: '' });
  expect(shelf()).toEqual([]);
});

test('nothing is lost and nothing changes places while the server is away', async () => {
  const away = () => new ApiError('The server is not responding.', 0);
  const { queue, sent, states, pauses, rest } = made([null, away(), away(), new ApiError('busy', 409)]);
  queue.push(label('a'));
  queue.push(label('b'));
  queue.push(label('b', 'cleared'));
  await rest();
  expect(sent).toEqual(['a yes', 'b yes', 'b cleared']);
  expect(pauses).toEqual([500, 1000, 2000]);
  expect(states.map(({ trouble }) => trouble)).toContain('The server is not responding.');
  expect(states.at(-1)?.trouble).toBe('');
});

test('a label that the server will never take is said and holds up no other', async () => {
  const { queue, sent, states, rest } = made([new ApiError('There is no such photo.', 404)]);
  queue.push(label('gone'));
  queue.push(label('there'));
  await rest();
  expect(sent).toEqual(['there yes']);
  expect(states.map(({ refused }) => refused)).toContain('There is no such photo.');
});

test('what waited when the page was left is sent by the next one', async () => {
  const { sent, rest, shelf } = made([], [label('kept', 'no')]);
  await rest();
  expect(sent).toEqual(['kept no']);
  expect(shelf()).toEqual([]);
});
