import { expect, it } from 'vitest';
import { commentsOf } from './comments';

it('comments have an author, a day and a text, and nothing else becomes one', () => {
  const given = [
    { authorname: 'ann', realname: '', datecreate: '1526221240', _content: ' A fine monkey ' },
    { authorname: 'bob', realname: 'Bob B.', datecreate: 'unknown', _content: '猿' },
    { authorname: 'eve', _content: '' },
    null,
    'text',
    { _content: 'by nobody' },
  ];
  expect(commentsOf(given)).toEqual([
    { author: 'ann', day: '2018-05-13', text: 'A fine monkey' },
    { author: 'Bob B.', day: '', text: '猿' },
    { author: 'someone', day: '', text: 'by nobody' },
  ]);
  expect(commentsOf(null)).toEqual([]);
  expect(commentsOf({ refused: 'permission denied' })).toEqual([]);
});
