// Simplifies a hand-drawn outline for a filter.

export type Vertex = [lon: number, lat: number];

/** More than a hand means; keeps an address short. */
export const MOST_VERTICES = 60;

const area = ([ax, ay]: Vertex, [bx, by]: Vertex, [cx, cy]: Vertex): number =>
  Math.abs((bx - ax) * (cy - ay) - (cx - ax) * (by - ay)) / 2;

function triangles(ring: Vertex[]): number[] {
  const at = (i: number): Vertex => ring[(i + ring.length) % ring.length]!;
  return ring.map((_, i) => area(at(i - 1), at(i), at(i + 1)));
}

/** Drops the vertex that changes the outline least, again and again (Visvalingam), until at most `most` are left. */
export function simplified(ring: readonly Vertex[], most = MOST_VERTICES): Vertex[] {
  const left = ring.filter((v, i) => i === 0 || v[0] !== ring[i - 1]![0] || v[1] !== ring[i - 1]![1]);
  while (left.length > Math.max(3, most)) {
    const areas = triangles(left);
    left.splice(areas.indexOf(Math.min(...areas)), 1);
  }
  return left;
}

/** Whether a drawn line encloses anything. */
export const encloses = (ring: readonly Vertex[]): boolean =>
  ring.some((v, i) => i >= 2 && area(ring[0]!, ring[i - 1]!, v) > 0);
