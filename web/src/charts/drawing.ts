// A chart as marks in pixels.

export type Role = 'now' | 'off' | 'all' | 'cell' | 'empty';

export interface Mark {
  role: Role;
  x: number;
  y: number;
  width: number;
  height: number;
  /** 0..=1: how deep a `cell` is. */
  depth?: number;
}

/** The bars of each role as one path, in the order drawn: a path is redrawn at once, hundreds of rectangles are not. */
export function barPaths(marks: readonly Mark[]): { role: Role; path: string }[] {
  const number = (value: number): string => String(Math.round(value * 100) / 100);
  return (['all', 'now', 'off'] as const).flatMap((role) => {
    const own = marks.filter((mark) => mark.role === role);
    const path = own.map(({ x, y, width, height }) => `M${number(x)} ${number(y)}h${number(width)}v${number(height)}h${number(-width)}z`).join('');
    return own.length > 0 ? [{ role, path }] : [];
  });
}

/** Letters that are as wide as high: Chinese, Japanese, Korean. */
const WIDE = /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\uff00-\uff60]/;
const [WIDE_PX, NARROW_PX] = [12, 7.2];

/** How wide a label may be at the most, whatever font the system has; pixels. */
export const widthOf = (text: string): number => [...text].reduce((sum, letter) => sum + (WIDE.test(letter) ? WIDE_PX : NARROW_PX), 0);

/** The text, cut to so many pixels. */
export function cut(text: string, room: number): string {
  if (widthOf(text) <= room) return text;
  const letters = [...text];
  while (letters.length > 1 && widthOf(letters.join('')) + NARROW_PX > room) letters.pop();
  return `${letters.join('').trimEnd()}…`;
}

export interface Label {
  text: string;
  x: number;
  y: number;
  anchor: 'start' | 'middle' | 'end';
  strong?: boolean;
}

export interface Rule {
  x1: number;
  y1: number;
  x2: number;
  y2: number;
}

/** An area of a map. */
export interface AreaMark {
  path: string;
  /** 0..=1. */
  depth: number;
}

/** What a pointer or key picks: one bar, row or cell. */
export interface Target {
  x: number;
  y: number;
  width: number;
  height: number;
  /** For a screen reader and the tooltip. */
  label: string;
}

export interface Drawing {
  width: number;
  height: number;
  rules: Rule[];
  marks: Mark[];
  /** The whole dataset's distribution as a stepped line, where there is one. */
  outline: string;
  /** Lines through values, as paths. */
  curves?: string[];
  /** Areas of a map, one for each target. */
  areas?: AreaMark[];
  /** Coastlines of a map, as a path. */
  coast?: string;
  labels: Label[];
  targets: Target[];
}
