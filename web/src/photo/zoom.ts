// Zoom and pan of the image: a scale and an offset from the centre of the frame, CSS pixels.

/** How the image is drawn: scaled by `scale` around the centre of the frame, then moved by `x`, `y`. */
export interface View {
  readonly scale: number;
  readonly x: number;
  readonly y: number;
}

/** Width and height, CSS pixels. */
export interface Size {
  readonly width: number;
  readonly height: number;
}

/** A point relative to the centre of the frame. */
export interface Point {
  readonly x: number;
  readonly y: number;
}

/** No zoom: the whole image fits into the frame. */
export const FITTED: View = { scale: 1, x: 0, y: 0 };

/** The largest scale. */
export const LARGEST = 12;

/** The size at which an image fits into a frame, at most twice its own size. */
export function fitted(natural: Size, frame: Size): Size {
  const scale = Math.min(frame.width / natural.width, frame.height / natural.height);
  const kept = Number.isFinite(scale) ? Math.min(scale, 2) : 1;
  return { width: natural.width * kept, height: natural.height * kept };
}

/** Scales by `factor` around `point`, within the bounds of the frame. */
export function zoomed(view: View, factor: number, point: Point, bounds: { image: Size; frame: Size }): View {
  const scale = Math.min(LARGEST, Math.max(1, view.scale * factor));
  const grown = scale / view.scale;
  const moved = { scale, x: point.x - (point.x - view.x) * grown, y: point.y - (point.y - view.y) * grown };
  return held(moved, bounds);
}

/** Moves by `dx`, `dy` within the bounds of the frame. */
export function panned(view: View, delta: Point, bounds: { image: Size; frame: Size }): View {
  return held({ scale: view.scale, x: view.x + delta.x, y: view.y + delta.y }, bounds);
}

// The image always covers the frame if it is large enough.
function held(view: View, { image, frame }: { image: Size; frame: Size }): View {
  const room = (length: number, window: number) => Math.max(0, (length * view.scale - window) / 2);
  const [across, down] = [room(image.width, frame.width), room(image.height, frame.height)];
  const clamp = (value: number, most: number) => Math.min(most, Math.max(-most, value));
  return { scale: view.scale, x: clamp(view.x, across) + 0, y: clamp(view.y, down) + 0 };
}
