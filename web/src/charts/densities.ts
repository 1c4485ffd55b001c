// Densities over the hours of a day, over the photos of each hour.
import type { Shape } from '../api/types';
import { count } from '../filters/labels';
import type { Drawing, Label, Mark, Target } from './drawing';
import { countTicks, plain } from './ticks';

type Densities = Extract<Shape, { kind: 'densities' }>;

const LEFT = 40;
const RIGHT = 8;
const TOP = 12;
/** The height of a curve's name above its panel. */
const NAME = 18;
const BOTTOM = 22;
const HOURS = 24;

/** One panel for each curve, all to the same scale; the photos of each hour are behind the first. */
export function densities({ marks, curves }: Densities, unit: string, width: number, height: number): Drawing {
  const photos = Math.max(1, marks.reduce((sum, mark) => sum + mark.value, 0));
  const shares = marks.map(({ value }) => (100 * value) / photos);
  const ticks = countTicks(Math.max(1, ...shares, ...curves.flatMap((curve) => curve.percent)));
  const room = width - LEFT - RIGHT;
  const deep = height - TOP - BOTTOM;
  const x = (hour: number): number => LEFT + (room * hour) / HOURS;
  const top = (panel: number): number => panel * (height + NAME) + TOP + NAME;
  const y = (panel: number, percent: number): number => top(panel) + deep * (1 - percent / ticks.at(-1)!);
  const path = (percent: readonly number[], panel: number): string =>
    // The day ends as it began.
    [...percent, ...percent.slice(0, 1)].map((value, i) => `${i === 0 ? 'M' : 'L'}${x((HOURS * i) / percent.length).toFixed(1)} ${y(panel, value).toFixed(1)}`).join('');
  const bar = (share: number, hour: number): Mark => ({ role: 'all', x: x(hour) + 1, y: y(0, share), width: Math.max(1, room / HOURS - 2), height: y(0, 0) - y(0, share) });
  const target = (hour: number): Target => ({
    x: x(hour),
    y: top(0),
    width: room / HOURS,
    height: deep,
    label: `${marks[hour]!.label}: ${count(marks[hour]!.value)} ${unit} (${plain(shares[hour]!, 1)} %)`,
  });
  const below = (panel: number): Label[] => [0, 6, 12, 18, 24].map((hour) => ({ text: `${hour}:00`, x: x(hour), y: top(panel) + deep + 16, anchor: hour === 24 ? 'end' : hour === 0 ? 'start' : 'middle' }));
  const beside = (panel: number): Label[] => ticks.map((percent) => ({ text: `${percent} %`, x: LEFT - 6, y: y(panel, percent) + 3.5, anchor: 'end' }));
  const name = (panel: number): Label => ({ text: `${curves[panel]!.label} (${count(curves[panel]!.n)})`, x: LEFT, y: top(panel) - 8, anchor: 'start' });
  const panels = curves.map((_, panel) => panel);
  return {
    width,
    height: panels.length * (height + NAME),
    outline: '',
    rules: panels.flatMap((panel) => ticks.map((percent) => ({ x1: LEFT, x2: width - RIGHT, y1: y(panel, percent), y2: y(panel, percent) }))),
    marks: shares.map(bar),
    curves: curves.map((curve, panel) => path(curve.percent, panel)),
    labels: panels.flatMap((panel) => [name(panel), ...below(panel), ...beside(panel)]),
    targets: marks.map((_, hour) => target(hour)),
  };
}
