// From an analysis' answer to what its card shows: a drawing, the filter behind each target, a table.
import type { Analysis, AnalysisParameter, Answer, AnswerMark, Choice, Histogram, Shape } from '../api/types';
import { bars } from './bars';
import { cells } from './cells';
import { densities } from './densities';
import type { Drawing } from './drawing';
import type { Table } from './file';
import { estimates } from './estimates';
import { heat } from './heat';
import { lines } from './lines';
import { ranks } from './ranks';
import { count } from '../filters/labels';

/** Rows of a ranking that are drawn; the table has all. */
const MOST = 10;
const HEIGHT = 170;

/** One question: an analysis with the parameters that it needs. */
export interface Question {
  name: string;
  title: string;
  parameters: Record<string, string>;
  /** The parameters that may be changed. */
  options: AnalysisParameter[];
}

/** The questions of an analysis: one for each value of the parameters that must be given. */
export function questionsOf({ name, title, parameters }: Analysis): Question[] {
  const needed = parameters.filter((parameter) => parameter.default === undefined || parameter.default === null);
  return needed.reduce<Question[]>(
    (questions, { name: key, values }) =>
      questions.flatMap((one) => values.map((value) => ({ name, title: `${one.title}: ${value}`, parameters: { ...one.parameters, [key]: value }, options: one.options }))),
    [{ name, title, parameters: {}, options: parameters.filter((parameter) => !needed.includes(parameter)) }],
  );
}

/** The values that are drawn, in the order of the drawing's targets. */
export function marksOf(shape: Shape): AnswerMark[] {
  switch (shape.kind) {
    case 'bars':
      return shape.marks;
    case 'ranking':
      return [...shape.marks.slice(0, MOST), ...(shape.unknown ? [shape.unknown] : [])];
    case 'heatmap':
      return shape.marks.flat();
    case 'lines':
      return shape.series.flatMap((line) => line.marks);
    case 'cells':
      return shape.cells;
    case 'densities':
      return shape.marks;
    case 'estimates':
    case 'table':
      return [];
  }
}

/** The drawing of an answer, `width` pixels wide; null where there is nothing to draw. */
export function draw({ shape, unit }: Answer, width: number): Drawing | null {
  const marks = marksOf(shape);
  if (shape.kind === 'estimates') return shape.estimates.length > 0 ? estimates(shape, unit, width) : null;
  if (marks.length === 0) return null;
  const say = (drawing: Drawing): Drawing => ({ ...drawing, targets: drawing.targets.map((target, i) => ({ ...target, label: words(marks[i]!, unit) })) });
  switch (shape.kind) {
    case 'bars':
      return say(bars(histogram(shape), { width, height: HEIGHT }));
    case 'ranking':
      return say(ranks(marks.map(choice), width));
    case 'heatmap':
      return heat(shape, unit, width);
    case 'lines':
      return lines(shape, { width, height: HEIGHT, unit });
    case 'cells':
      return cells(shape, unit, width);
    case 'densities':
      return densities(shape, unit, width, HEIGHT);
    case 'table':
      return null;
  }
}

const words = ({ label, value, all }: AnswerMark, unit: string): string =>
  `${label}: ${count(value)} ${typeof all === 'number' ? `of ${count(all)} ` : ''}${unit}`;

const choice = ({ key, label, value, all }: AnswerMark): Choice => ({ value: key, label, count: value, all: all ?? 0 });

const histogram = ({ axis, marks, unknown }: Extract<Shape, { kind: 'bars' }>): Histogram => ({
  name: axis.field,
  scale: axis.scale,
  edges: axis.edges,
  counts: marks.map((mark) => mark.value),
  all: marks.map((mark) => mark.all ?? 0),
  none: { count: unknown?.value ?? 0, all: unknown?.all ?? 0 },
});

/** The fields that the filters behind the values have clauses on, where the answer names them. */
export function fieldsOf(shape: Shape): string[] {
  switch (shape.kind) {
    case 'bars':
      return [shape.axis.field];
    case 'ranking':
      return [shape.field];
    case 'heatmap':
      return shape.fields;
    case 'densities':
      return [shape.field];
    default:
      return [];
  }
}

/** All values of an answer. */
export function tableOf({ title, unit, shape }: Answer): Table {
  switch (shape.kind) {
    case 'bars':
    case 'ranking':
      return marksTable(title, unit, [...shape.marks, ...(shape.unknown ? [shape.unknown] : [])]);
    case 'heatmap':
      return { header: [shape.down, ...shape.columns], rows: shape.rows.map((name, i) => [name, ...(shape.marks[i] ?? []).map((mark) => mark.value)]) };
    case 'lines': {
      const first = shape.series[0]?.marks ?? [];
      return {
        header: [capital(shape.step), ...shape.series.map(({ label }) => label || capital(unit))],
        rows: first.map((mark, i) => [mark.label, ...shape.series.map((line) => line.marks[i]?.value ?? '')]),
      };
    }
    case 'estimates': {
      const digits = (value: number | null | undefined): number | string => (typeof value === 'number' ? Number(value.toFixed(4)) : '');
      return {
        header: [shape.of, capital(unit), 'Share', 'Expected share', shape.what, 'from', 'to'],
        rows: shape.estimates.map((one) => [one.label, Number(one.n.toFixed(1)), digits(one.share), digits(one.expected), digits(one.value), digits(one.low), digits(one.high)]),
      };
    }
    case 'cells': {
      const panels = shape.panels ?? [];
      const rated = shape.cells.some((cell) => typeof cell.rate === 'number');
      return {
        header: [...(panels.length > 0 ? ['Species'] : []), 'Hexagon (row, column)', capital(unit), ...(rated ? ['Rate'] : [])],
        rows: shape.cells.map((cell) => [...(panels.length > 0 ? [panels[cell.panel ?? 0] ?? ''] : []), cell.label, cell.value, ...(rated ? [Number((cell.rate ?? 0).toPrecision(4))] : [])]),
        filters: shape.cells.map((cell) => cell.filter),
      };
    }
    case 'densities': {
      const names = shape.curves.map(({ label }) => `${label}, %`);
      const mean = (percent: readonly number[], hour: number): number => {
        const steps = percent.slice((hour * percent.length) / 24, ((hour + 1) * percent.length) / 24);
        return Number((steps.reduce((sum, value) => sum + value, 0) / Math.max(1, steps.length)).toFixed(3));
      };
      return {
        header: ['Solar time', capital(unit), ...names],
        rows: shape.marks.map((mark, hour) => [mark.label, mark.value, ...shape.curves.map(({ percent }) => mean(percent, hour))]),
        filters: shape.marks.map((mark) => mark.filter),
      };
    }
    case 'table':
      // OpenAPI has no name for a cell, a text or a number.
      return { header: shape.header, rows: (shape.rows as unknown as (string | number | null)[][]).map((row) => row.map((cell) => cell ?? '')), filters: shape.filters ?? [] };
  }
}

function marksTable(title: string, unit: string, marks: AnswerMark[]): Table {
  const compared = marks.some((mark) => typeof mark.all === 'number');
  return {
    header: [title, capital(unit), ...(compared ? [`All ${unit}`] : [])],
    rows: marks.map((mark) => [mark.label, mark.value, ...(compared ? [mark.all ?? ''] : [])]),
  };
}

export const capital = (text: string): string => text.slice(0, 1).toUpperCase() + text.slice(1);

/** What was counted and left out, and how many values are not drawn. */
export function noteOf({ notes, shape }: Answer): string {
  const more = shape.kind === 'ranking' ? shape.more + Math.max(0, shape.marks.length - MOST) : 0;
  return [...notes, ...(more > 0 ? [`${count(more)} more values.`] : [])].join(' ');
}
