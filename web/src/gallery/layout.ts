// Positions of all photos of a result: justified rows from one aspect byte per photo, or an exact grid of n columns.
// All lengths are CSS pixels. Rows are numbered from 0; `y` is a Float64Array since Float32 is wrong past 16.7 million pixels.

/** The dimensions that rows are made for. */
export interface Measure {
  /** Width of the gallery. */
  readonly width: number;
  /** The target height of a justified row, and the height of a grid cell, without captions. */
  readonly rowHeight: number;
  /** Space between photos, both ways. */
  readonly gap: number;
  /** Height of the captions under each row; 0 without. */
  readonly caption: number;
}

/** The position of a photo: `x` and `y` of its upper left corner, `height` without its caption. */
export interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** The layout of a result of `count` photos. */
export interface Layout {
  /** Photos. */
  readonly count: number;
  /** Rows. */
  readonly rows: number;
  /** Height of everything. */
  readonly height: number;
  /** The row of photo `index`. */
  rowOf(index: number): number;
  /** The first photo of `row`; `firstOf(rows)` is `count`. */
  firstOf(row: number): number;
  /** The upper edge of `row`. */
  topOf(row: number): number;
  /** The height of the photos of `row`, captions not counted. */
  heightOf(row: number): number;
  /** The row at `y`, or the nearest one. */
  rowAt(y: number): number;
  /** The boxes of a row's photos, from left to right. */
  boxesOf(row: number): Box[];
}

/** The arrays that a worker returns: `start` and `y` have one entry more than there are rows. */
export interface Rows {
  readonly start: Uint32Array<ArrayBuffer>;
  readonly y: Float64Array<ArrayBuffer>;
  readonly height: Float32Array<ArrayBuffer>;
}

// A photo narrower or wider than this is cropped in the gallery. Otherwise it would be only a few pixels wide or high.
const NARROWEST = 0.5;
const WIDEST = 3.5;

/** Aspect ratio (width / height) of byte `b`: 2^((b-128)/32). */
export const ASPECTS = Float64Array.from({ length: 256 }, (_, byte) => 2 ** ((byte - 128) / 32));

/** Aspect ratios after cropping, as used by rows. */
export const SHOWN_ASPECTS = ASPECTS.map((aspect) => Math.min(WIDEST, Math.max(NARROWEST, aspect)));

/** Splits `aspects` into rows. Each is as wide as the gallery and as close to the target height as one photo more or less allows. */
export function justify(aspects: Uint8Array, measure: Measure): Rows {
  const count = aspects.length;
  const start = new Uint32Array(count + 1);
  const y = new Float64Array(count + 1);
  const height = new Float32Array(count);
  let rows = 0;
  let top = 0;
  for (let first = 0; first < count; rows++) {
    const { end, height: tall } = nextRow(aspects, first, measure);
    start[rows] = first;
    y[rows] = top;
    height[rows] = tall;
    top += tall + measure.caption + measure.gap;
    first = end;
  }
  start[rows] = count;
  y[rows] = top;
  return { start: start.slice(0, rows + 1), y: y.slice(0, rows + 1), height: height.slice(0, rows) };
}

function nextRow(aspects: Uint8Array, first: number, measure: Measure): { end: number; height: number } {
  const { width, rowHeight, gap } = measure;
  let sum = 0;
  let before = Infinity;
  for (let at = first; at < aspects.length; at++) {
    sum += SHOWN_ASPECTS[aspects[at]!]!;
    const tall = Math.max(1, (width - gap * (at - first)) / sum);
    if (tall > rowHeight) {
      before = tall;
      continue;
    }
    const keep = at === first || rowHeight / tall <= before / rowHeight;
    return keep ? { end: at + 1, height: tall } : { end: at, height: before };
  }
  return { end: aspects.length, height: Math.min(rowHeight, before) };
}

/** The justified layout of `aspects`, from rows that `justify` made of them. */
export class JustifiedLayout implements Layout {
  readonly count: number;
  readonly rows: number;
  readonly height: number;

  constructor(
    private readonly aspects: Uint8Array,
    private readonly cut: Rows,
    private readonly measure: Measure,
  ) {
    this.count = aspects.length;
    this.rows = cut.height.length;
    this.height = this.rows === 0 ? 0 : cut.y[this.rows]! - measure.gap;
  }

  rowOf(index: number): number {
    return lastNotAbove(this.cut.start, this.rows, index);
  }

  firstOf(row: number): number {
    return this.cut.start[row]!;
  }

  topOf(row: number): number {
    return this.cut.y[row]!;
  }

  heightOf(row: number): number {
    return this.cut.height[row]!;
  }

  rowAt(y: number): number {
    return lastNotAbove(this.cut.y, this.rows, y);
  }

  boxesOf(row: number): Box[] {
    const [y, height] = [this.topOf(row), this.heightOf(row)];
    const boxes: Box[] = [];
    let x = 0;
    for (let at = this.firstOf(row); at < this.firstOf(row + 1); at++) {
      const width = Math.min(this.measure.width, SHOWN_ASPECTS[this.aspects[at]!]! * height);
      boxes.push({ x, y, width, height });
      x += width + this.measure.gap;
    }
    return boxes;
  }
}

function lastNotAbove(sorted: Uint32Array | Float64Array, length: number, value: number): number {
  let low = 0;
  let high = length - 1;
  while (low < high) {
    const middle = (low + high + 1) >>> 1;
    if (sorted[middle]! <= value) low = middle;
    else high = middle - 1;
  }
  return Math.max(0, low);
}

/** Width / height of a grid's cell, which is what most photos have. */
const CELL_ASPECT = 4 / 3;
const LEAST = 24;

/** The width of a cell of a grid of `columns` columns. */
export function cellWidth(width: number, columns: number, gap: number): number {
  return Math.max(1, (width - gap * (columns - 1)) / columns);
}

/** The height of a cell of this width, without captions; at most `most`, so that a whole row fits in the window. */
export function cellHeight(width: number, most: number): number {
  return Math.max(LEAST, Math.min(width / CELL_ASPECT, most));
}

/** The exact grid: `columns` cells per row, each `rowHeight` high. It stores no rows. */
export class GridLayout implements Layout {
  readonly rows: number;
  readonly height: number;
  private readonly side: number;
  private readonly pitch: number;

  constructor(
    readonly count: number,
    private readonly columns: number,
    private readonly measure: Measure,
  ) {
    this.side = cellWidth(measure.width, columns, measure.gap);
    this.pitch = measure.rowHeight + measure.caption + measure.gap;
    this.rows = Math.ceil(count / columns);
    this.height = Math.max(0, this.rows * this.pitch - measure.gap);
  }

  rowOf(index: number): number {
    return Math.floor(index / this.columns);
  }

  firstOf(row: number): number {
    return Math.min(this.count, row * this.columns);
  }

  topOf(row: number): number {
    return row * this.pitch;
  }

  heightOf(): number {
    return this.measure.rowHeight;
  }

  rowAt(y: number): number {
    return Math.max(0, Math.min(this.rows - 1, Math.floor(y / this.pitch)));
  }

  boxesOf(row: number): Box[] {
    const boxes = this.firstOf(row + 1) - this.firstOf(row);
    const [y, height] = [this.topOf(row), this.measure.rowHeight];
    return Array.from({ length: Math.max(0, boxes) }, (_, column) => {
      return { x: column * (this.side + this.measure.gap), y, width: this.side, height };
    });
  }
}
