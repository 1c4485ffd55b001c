// Values along time as lines: a panel a series, all to the same scale.
import type { AnswerMark, Lines } from '../api/types';
import { count } from '../filters/labels';
import type { Drawing, Label, Mark, Target } from './drawing';
import { countTicks, short } from './ticks';

const LEFT = 40;
const RIGHT = 8;
const TOP = 12;
/** The height of a line's name above its panel. */
const NAME = 18;
const BOTTOM = 22;
/** The least room between two labels below, pixels. */
const APART = 72;
/** A point is marked where it has this many pixels. */
const POINT_ROOM = 8;
const POINT = 4;

export interface LinesFrame {
  width: number;
  /** Of one panel. */
  height: number;
  unit: string;
}

export function lines({ series }: Lines, { width, height, unit }: LinesFrame): Drawing {
  const ticks = countTicks(Math.max(1, ...series.flatMap((line) => line.marks.map((mark) => mark.value))));
  const panels = series.map((line, i) => panel(line, { width, height, unit, ticks, above: i * (height + NAME) }));
  const all = <Part extends keyof Drawing>(part: Part): NonNullable<Drawing[Part]>[] => panels.map((one) => one[part]!);
  return {
    width,
    height: Math.max(0, series.length * (height + NAME) - NAME) + (series.some(({ label }) => label) ? NAME : 0),
    outline: '',
    rules: all('rules').flat(),
    marks: all('marks').flat(),
    curves: all('curves').flat(),
    labels: all('labels').flat(),
    targets: all('targets').flat(),
  };
}

interface PanelFrame extends LinesFrame {
  ticks: number[];
  above: number;
}

function panel({ label, marks }: Lines['series'][number], { width, height, unit, ticks, above }: PanelFrame): Drawing {
  const top = above + TOP + (label ? NAME : 0);
  const [room, deep] = [width - LEFT - RIGHT, height - TOP - BOTTOM];
  const step = room / Math.max(1, marks.length);
  const x = (i: number): number => LEFT + step * (i + 0.5);
  const y = (n: number): number => top + deep * (1 - n / ticks.at(-1)!);
  const point = ({ value }: AnswerMark, i: number): Mark => ({ role: 'now', x: x(i) - POINT / 2, y: y(value) - POINT / 2, width: POINT, height: POINT });
  const target = (mark: AnswerMark, i: number): Target => ({
    x: LEFT + step * i,
    y: top,
    width: step,
    height: deep,
    label: `${label ? `${label}, ` : ''}${mark.label}: ${count(mark.value)} ${unit}`,
  });
  const stride = Math.max(1, Math.ceil(APART / step));
  const below = marks.flatMap((mark, i): Label[] => (i % stride === 0 ? [{ text: mark.label, x: x(i), y: top + deep + 16, anchor: 'middle' }] : []));
  const name: Label[] = label ? [{ text: label, x: LEFT, y: top - 8, anchor: 'start' }] : [];
  return {
    width,
    height,
    outline: '',
    rules: ticks.map((n) => ({ x1: LEFT, x2: width - RIGHT, y1: y(n), y2: y(n) })),
    marks: step >= POINT_ROOM ? marks.map(point) : [],
    curves: marks.length > 1 ? [marks.map(({ value }, i) => `${i === 0 ? 'M' : 'L'}${x(i).toFixed(1)} ${y(value).toFixed(1)}`).join('')] : [],
    labels: [...name, ...below, ...ticks.map((n): Label => ({ text: short(n), x: LEFT - 6, y: y(n) + 3.5, anchor: 'end' }))],
    targets: marks.map(target),
  };
}
