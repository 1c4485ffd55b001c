import { geoArea } from 'd3-geo';
import { describe, expect, it } from 'vitest';
import { printClause, type Area } from '../state/filter';
import { boxArea, circle, distance, nearArea, outline, polygonArea } from './areas';
import { inkOn, ramp, termHue } from './colours';
import type { Countries } from './basemap';
import { countryAt } from './countries';
import { encloses, simplified, type Vertex } from './lasso';
import { extentOf, measures, parseMeasure, position } from './measure';
import { paperFor } from './paper';
import { around, clusters, dotColour, gathered, hexagons, middle, type Cell } from './shapes';
import { askedFor, formatBbox, formatView, holds, parseView } from './view';

const cell = (id: string, count: number, value: number | null = null): Cell => ({
  id,
  count,
  value,
  centre: [10, 20],
  ring: [[0, 0], [1, 0], [1, 1]],
});
const text = (area: Area): string => printClause({ negated: false, test: { kind: 'place', area } });
const byCount = { measure: { of: 'count' }, dark: false } as const;

describe('the view in the address', () => {
  it('comes back as it went', () => {
    const view = { lon: 117.12345, lat: 5.84, zoom: 6.5, pitch: 45, bearing: -30 };
    expect(parseView(formatView(view))).toEqual({ ...view, lon: 117.1235 });
    expect(formatView({ ...view, pitch: 0, bearing: 0.2 })).toBe('117.1235,5.84,6.5');
  });

  it('refuses what is no view', () => {
    for (const text of ['', '1,2', 'a,b,c', '1,2,3,4,5,6', '1,,3']) expect(parseView(text)).toBeUndefined();
    expect(parseView('190,99,30')).toEqual({ lon: -170, lat: 85, zoom: 22, pitch: 0, bearing: 0 });
  });

  it('asks around a view, and everything from afar', () => {
    expect(askedFor([-180, -80, 180, 80], 1)).toBeUndefined();
    expect(askedFor([100, 0, 110, 10], 5)).toEqual([95, -5, 115, 15]);
    expect(formatBbox(askedFor([170, 0, 190, 10], 4)!)).toBe('160,-5,-160,15');
  });

  it('asks nothing new for a small move, also across the antimeridian', () => {
    const asked = askedFor([170, 0, 190, 10], 4);
    expect(holds(asked, [175, 1, 195, 11])).toBe(true);
    expect(holds(asked, [-185, 1, -165, 11])).toBe(true);
    expect(holds(asked, [185, 1, 205, 11])).toBe(false);
    expect(holds(undefined, [-180, -80, 180, 80])).toBe(true);
  });
});

describe('a lasso', () => {
  const hand: Vertex[] = Array.from({ length: 900 }, (_, i) => [10 * Math.cos(i / 143) + 100, 10 * Math.sin(i / 143) + 5]);

  it('is simplified to at most 60 vertices without losing its area', () => {
    const short = simplified(hand);
    expect(short).toHaveLength(60);
    const size = (ring: Vertex[]): number => geoArea({ type: 'Polygon', coordinates: [[...ring, ring[0]!].toReversed()] });
    expect(size(short) / size(hand)).toBeGreaterThan(0.98);
    expect(text(polygonArea(hand)).split(',')).toHaveLength(120);
  });

  it('keeps the corners of a few vertices', () => {
    expect(text(polygonArea([[0, 0], [0, 0], [10, 0], [10, 10]]))).toBe('polygon:0,0,10,0,10,10');
    expect(text(polygonArea([[175, 0], [185, 0], [185, 10]]))).toBe('polygon:175,0,185,0,185,10');
    expect(text(polygonArea([[-185, 0], [-175, 0], [-175, 10]]))).toBe('polygon:175,0,185,0,185,10');
  });

  it('must enclose something', () => {
    expect(encloses([[0, 0], [1, 1]])).toBe(false);
    expect(encloses([[0, 0], [1, 1], [2, 2]])).toBe(false);
    expect(encloses([[0, 0], [1, 1], [2, 0]])).toBe(true);
    expect(encloses([[0, 0], [0, 0], [1, 1], [2, 0]])).toBe(true);
  });
});

describe('areas as text and as outlines', () => {
  it('writes boxes and circles as the filter reads them', () => {
    expect(text(boxArea([116, 4, 127, 22]))).toBe('box:116,4,127,22');
    expect(text(boxArea([170, -5, 190, 5]))).toBe('box:170,-5,-170,5');
    expect(text(boxArea([-200, -60, 200, 60]))).toBe('box:-180,-60,180,60');
    expect(text(nearArea([118.1, 5.84], 50_000))).toBe('near:5.84,118.1,50km');
    expect(text(nearArea([118.1, 5.84], 420.4))).toBe('near:5.84,118.1,420m');
  });

  it('draws a circle whose every vertex is as far from its centre', () => {
    for (const [lon, lat] of circle(118.1, 60, 250_000)) expect(distance([118.1, 60], [lon!, lat!])).toBeCloseTo(250_000, -1);
    expect(distance([0, 0], [0, 1])).toBeCloseTo(111_195, -1);
  });

  it('draws a box across the antimeridian the short way', () => {
    const ring = outline({ shape: 'box', west: 170, south: 0, east: -170, north: 10 })!.geometry.coordinates[0]!;
    expect(Math.max(...ring.map((p) => p[0]!))).toBe(190);
    expect(outline({ shape: 'cells', cells: ['85'] })).toBeUndefined();
  });
});

describe('photos on the map', () => {
  it('makes closed hexagons whose height follows the count', () => {
    const { features } = hexagons([cell('a', 100), cell('b', 25)], byCount);
    expect(features[0]!.geometry.coordinates[0]).toHaveLength(4);
    expect(features.map((f) => f.properties.height)).toEqual([1, 0.5]);
    expect(features[0]!.properties.colour).toBe(ramp(1, false));
  });

  it('greys cells without a score', () => {
    const measure = parseMeasure('score.monkey');
    const { features } = hexagons([cell('a', 1, null), cell('b', 1, 0.2), cell('c', 1, 0.9)], { measure, dark: false });
    expect(features[0]!.properties.colour).toBe(termHue(99));
    expect(features[2]!.properties.colour).toBe(ramp(1, false));
  });

  it('puts small clusters on top and makes room for their number', () => {
    const { features } = clusters([cell('few', 3), cell('many', 12_345)], byCount);
    expect(features.map((f) => f.properties.label)).toEqual(['12.3K', '3']);
    expect(features[0]!.properties.radius).toBeGreaterThan(features[1]!.properties.radius);
  });

  it('gathers cells whose circles would overlap and loses no photo', () => {
    const cells = [cell('a', 30), { ...cell('b', 10), centre: [11, 20] }, { ...cell('c', 5), centre: [90, 20] }];
    const far = gathered(cells, 1);
    expect(far.map((c) => [c.id, c.count])).toEqual([['a,b', 40], ['c', 5]]);
    expect(far[0]!.centre[0]).toBeCloseTo(10.25);
    expect(gathered(cells, 8).map((c) => c.id)).toEqual(['a', 'b', 'c']);
  });

  it('colours dots by term, or by score where one is asked', () => {
    const points = { lon: [1, 2], lat: [3, 4], term: [0, 255], value: [0.1, null], position: [7, 8] };
    expect([0, 1].map(dotColour(points, byCount))).toEqual([termHue(0), termHue(255)]);
    const unsought = { ...points, term: [255, 255] };
    expect([0, 1].map(dotColour(unsought, byCount))).toEqual([paperFor(false).accent, paperFor(false).accent]);
    const scored = [0, 1].map(dotColour(points, { measure: parseMeasure('score.monkey'), dark: true }));
    expect(scored[1]).toBe(termHue(255));
    expect(scored[0]).not.toBe(termHue(0));
  });

  it('finds the shorter way around photos on both sides of the antimeridian', () => {
    expect(around([[170, 0], [-170, 10]])).toEqual([170, 0, 190, 10]);
    expect(around([[10, 50], [20, 40], [15, 45]])).toEqual([10, 40, 20, 50]);
    expect(around([[7, 1]])).toEqual([7, 1, 7, 1]);
    expect(around([])).toBeUndefined();
  });

  it('turns a globe to where most photos are in sight', () => {
    const at = (lon: number, lat: number, count: number): Cell => ({ ...cell(`${lon}`, count), centre: [lon, lat] });
    expect(middle([at(-60, 0, 40), at(100, 0, 30), at(110, 5, 35), at(120, 0, 30)])).toEqual([110, 5]);
    expect(middle([at(170, 0, 9), at(-170, 0, 9), at(-90, 0, 10), at(180, 0, 1)])?.[0]).not.toBe(-90);
    expect(middle([])).toBeUndefined();
  });
});

describe('measures', () => {
  it('reads its text and falls back to counts', () => {
    expect(parseMeasure('term:monkey wild')).toEqual({ of: 'term', name: 'monkey wild' });
    expect(parseMeasure('score.')).toEqual({ of: 'count' });
  });

  it('runs counts by their logarithm and shares from 0 to 1', () => {
    const count = parseMeasure('');
    const extent = extentOf(count, [1, 100]);
    expect([1, 10, 100].map((n) => position(count, extent, n))).toEqual([0, 0.5, 1]);
    expect(extentOf(parseMeasure('term:x'), [0.4])).toEqual({ low: 0, high: 1 });
    expect(position(count, extentOf(count, [1]), 1)).toBe(0);
  });

  it('writes in ink that reads on its colour', () => {
    expect([inkOn(ramp(0, false)), inkOn(ramp(1, false))]).toEqual(['#16181d', '#ffffff']);
  });
});

it('points have no share of a term and countries no mean score; all else is shown', () => {
  const shown = (text: string): string[] => (['points', 'hexagons', 'clusters', 'countries'] as const).filter((kind) => measures(kind, parseMeasure(text)));
  expect(shown('')).toEqual(['points', 'hexagons', 'clusters', 'countries']);
  expect(shown('term:zoo')).toEqual(['hexagons', 'clusters', 'countries']);
  expect(shown('score.cage')).toEqual(['points', 'hexagons', 'clusters']);
});

describe('the country at a place', () => {
  /** Clockwise, as outlines are on a sphere. */
  const box = (n: string, west: number, east: number): Countries['features'][number] => ({
    type: 'Feature',
    properties: { n, c: n },
    geometry: { type: 'Polygon', coordinates: [[[west, 0], [west, 20], [east, 20], [east, 0], [west, 0]]] },
  });
  const countries: Countries = { type: 'FeatureCollection', features: [box('A', 0, 20), box('B', 20, 40), box('Z', 170, -170)] };

  it('is found on either side of a border, and across the antimeridian', () => {
    expect(countryAt(countries, [10, 10])?.n).toBe('A');
    expect(countryAt(countries, [30, 10])?.n).toBe('B');
    expect(countryAt(countries, [179, 10])?.n).toBe('Z');
    expect(countryAt(countries, [-175, 10])?.n).toBe('Z');
  });

  it('is undefined at sea', () => {
    for (const place of [[60, 10], [10, -10], [160, 10], [-160, 10]] as Vertex[]) expect(countryAt(countries, place)).toBeUndefined();
  });
});
