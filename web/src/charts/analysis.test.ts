import { describe, expect, it } from 'vitest';
import type { Answer, AnswerMark, Shape } from '../api/types';
import { draw, fieldsOf, marksOf, noteOf, questionsOf, tableOf } from './analysis';

const mark = (label: string, value: number, all?: number): AnswerMark => ({ label, key: label, value, filter: `f:${label}`, ...(all === undefined ? {} : { all }) });
const answer = (shape: Shape, unit = 'photos'): Answer => ({ title: 'Title', unit, filter: '', notes: ['Counted: 9 photos.', '2 photos are left out.'], shape });

const shapes = {
  bars: { kind: 'bars', axis: { field: 'views', scale: 'log', edges: [0, 1, 10] }, marks: [mark('0', 2, 4), mark('1–9', 4, 8)], unknown: mark('unknown', 1, 2) },
  lines: { kind: 'lines', step: 'month', series: [{ label: '', marks: [mark('May 2019', 2), mark('June 2019', 0), mark('July 2019', 3)] }] },
  heatmap: { kind: 'heatmap', down: 'Latitude', rows: ['15–30° N', '0–15° N'], columns: ['Jan', 'Feb'], marks: [[mark('a', 0), mark('b', 4)], [mark('c', 1), mark('d', 2)]], fields: ['month', 'latitude'] },
  ranking: { kind: 'ranking', field: 'country', marks: Array.from({ length: 12 }, (_, i) => mark(`C${i}`, 20 - i, 40)), unknown: mark('unknown', 1, 2), more: 30 },
  table: { kind: 'table', header: ['Name', 'Photos'], rows: [['one', 1]] as unknown as Record<string, never>[][] },
} as const satisfies Record<string, Shape>;

const drawn = (shape: Shape, width = 400) => draw(answer(shape), width)!;

describe('an answer', () => {
  it('of each shape has a filter behind each target of its drawing, within the width', () => {
    for (const shape of [shapes.bars, shapes.lines, shapes.heatmap, shapes.ranking]) {
      const drawing = drawn(shape, 300);
      expect(drawing.targets, shape.kind).toHaveLength(marksOf(shape).length);
      for (const [i, { label, x, width }] of drawing.targets.entries()) {
        expect(label, shape.kind).toContain(`${marksOf(shape)[i]!.label}: `);
        expect(x + width, shape.kind).toBeLessThanOrEqual(300);
      }
      expect(JSON.stringify(drawing), shape.kind).not.toMatch(/NaN|null/);
    }
  });

  it('says how many of what, and of how many where that is known', () => {
    expect(drawn(shapes.bars).targets[1]!.label).toBe('1–9: 4 of 8 photos');
    expect(draw(answer(shapes.lines, 'photo-user-days'), 400)!.targets[0]!.label).toBe('May 2019: 2 photo-user-days');
  });

  it('of lines is one path a series with a panel each', () => {
    const two = { ...shapes.lines, series: [{ ...shapes.lines.series[0]!, label: 'A' }, { ...shapes.lines.series[0]!, label: 'B' }] };
    const [one, both] = [drawn(shapes.lines), drawn(two)];
    expect(one.curves).toHaveLength(1);
    expect(one.curves![0]).toMatch(/^M[\d. ]+L[\d. ]+L[\d. ]+$/);
    expect(both.curves).toHaveLength(2);
    expect(both.targets[3]!.y).toBeGreaterThan(both.targets[2]!.y + both.targets[2]!.height);
    expect(both.targets[3]!.label).toBe('B, May 2019: 2 photos');
  });

  it('of a single month is a point', () => {
    const drawing = drawn({ ...shapes.lines, series: [{ label: '', marks: [mark('May 2019', 2)] }] });
    expect([drawing.curves, drawing.marks.length]).toEqual([[], 1]);
  });

  it('of a heat map has a cell a mark, the deepest where there is most', () => {
    const { marks, labels } = drawn(shapes.heatmap);
    expect(marks.map(({ role, depth }) => [role, depth])).toEqual([['empty', 0], ['cell', 1], ['cell', 0.5], ['cell', Math.sqrt(0.5)]]);
    expect(labels.map(({ text }) => text)).toEqual(['15–30° N', '0–15° N', 'Jan', 'Feb']);
  });

  it('with nothing in it, or of a table, is no drawing', () => {
    expect(draw(answer({ ...shapes.lines, series: [] }), 400)).toBeNull();
    expect(draw(answer({ ...shapes.heatmap, rows: [], marks: [] }), 400)).toBeNull();
    expect(draw(answer(shapes.table), 400)).toBeNull();
  });

  it('is a table with all of its values', () => {
    expect(tableOf(answer(shapes.bars))).toEqual({ header: ['Title', 'Photos', 'All photos'], rows: [['0', 2, 4], ['1–9', 4, 8], ['unknown', 1, 2]] });
    expect(tableOf(answer(shapes.lines, 'photo-user-days'))).toEqual({ header: ['Month', 'Photo-user-days'], rows: [['May 2019', 2], ['June 2019', 0], ['July 2019', 3]] });
    expect(tableOf(answer(shapes.heatmap))).toEqual({ header: ['Latitude', 'Jan', 'Feb'], rows: [['15–30° N', 0, 4], ['0–15° N', 1, 2]] });
    expect(tableOf(answer(shapes.ranking)).rows).toHaveLength(13);
    expect(tableOf(answer(shapes.table))).toEqual({ header: ['Name', 'Photos'], rows: [['one', 1]], filters: [] });
  });

  it('says what was left out, and how many values are not drawn', () => {
    expect(noteOf(answer(shapes.lines))).toBe('Counted: 9 photos. 2 photos are left out.');
    expect(noteOf(answer(shapes.ranking))).toMatch(/ 32 more values\.$/);
    expect(Object.values(shapes).map(fieldsOf)).toEqual([['views'], [], ['month', 'latitude'], ['country'], []]);
  });
});

describe('the questions of an analysis', () => {
  it('are one, or one for each value of a parameter that must be given', () => {
    const about = { name: 'x', title: 'X', question: '' };
    const limit = { name: 'limit', help: '', default: '50', kind: 'number', values: [] };
    expect(questionsOf({ ...about, parameters: [limit] })).toEqual([{ name: 'x', title: 'X', parameters: {}, options: [limit] }]);
    const asked = questionsOf({ ...about, parameters: [limit, { name: 'concept', help: '', kind: 'concept', values: ['cat', 'dog'] }] });
    expect(asked.map(({ title, parameters }) => [title, parameters])).toEqual([['X: cat', { concept: 'cat' }], ['X: dog', { concept: 'dog' }]]);
  });
});
