import { expect, it } from 'vitest';
import { daysOf } from './taken';

it('a day is itself, a month and a year run from their first day to their last', () => {
  expect(daysOf('2019-05-04T13:22:11', 'second')).toEqual({ from: '2019-05-04', to: '2019-05-04' });
  expect(daysOf('2019-05-04T13:22:11', null)).toEqual({ from: '2019-05-04', to: '2019-05-04' });
  expect(daysOf('2020-02-01T00:00:00', 'month')).toEqual({ from: '2020-02-01', to: '2020-02-29' });
  expect(daysOf('2019-01-01T00:00:00', 'year')).toEqual({ from: '2019-01-01', to: '2019-12-31' });
  expect(daysOf('1998-01-01T00:00:00', 'circa')).toEqual({ from: '1998-01-01', to: '1998-12-31' });
});
