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
  labels: Label[];
  targets: Target[];
}
