// MapLibre's style of the world: sources are empty at first and filled as files arrive; no glyphs, no sprite.
import type { GeoJSONSourceSpecification, LayerSpecification, StyleSpecification, SymbolLayerSpecification } from 'maplibre-gl';
import type { FeatureCollection } from 'geojson';
import type { Paper } from './paper';

export const EMPTY: FeatureCollection = { type: 'FeatureCollection', features: [] };

/** Drawn from the system's fonts, so the map needs no font files. */
const FONT = ['system-ui, sans-serif'];

/** Sources of the world, in the order of `Detail`, and those of the photos. */
export const WORLD_SOURCES = ['countries', 'borders', 'lakes', 'rivers', 'admin1', 'labels', 'cities'] as const;
export const PHOTO_SOURCES = ['dots', 'hexagons', 'clusters', 'areas'] as const;

const source = (id: string): GeoJSONSourceSpecification => ({
  type: 'geojson',
  data: EMPTY,
  ...(id === 'countries' || id === 'labels' ? { promoteId: 'c' } : {}),
  ...(id === 'hexagons' || id === 'clusters' ? { promoteId: 'id' } : {}),
  ...(id === 'dots' ? { maxzoom: 14 } : {}),
});

function graticule(): FeatureCollection {
  const lines: [number, number][][] = [];
  const range = (from: number, to: number, step: number): number[] =>
    Array.from({ length: Math.floor((to - from) / step) + 1 }, (_, i) => from + i * step);
  for (const lon of range(-180, 150, 30)) lines.push(range(-85, 85, 5).map((lat) => [lon, lat]));
  for (const lat of range(-60, 60, 30)) lines.push(range(-180, 180, 5).map((lon) => [lon, lat]));
  const geometry = { type: 'MultiLineString' as const, coordinates: lines };
  return { type: 'FeatureCollection', features: [{ type: 'Feature', properties: {}, geometry }] };
}

const line = (id: string, colour: string, widths: [number, number], minzoom = 0): LayerSpecification => ({
  id,
  source: id,
  type: 'line',
  minzoom,
  layout: { 'line-join': 'round' },
  paint: { 'line-color': colour, 'line-width': ['interpolate', ['linear'], ['zoom'], 1, widths[0], 8, widths[1]] },
});

function ground(paper: Paper): LayerSpecification[] {
  return [
    { id: 'sea', type: 'background', paint: { 'background-color': paper.sea } },
    { id: 'grid', type: 'line', source: 'grid', paint: { 'line-color': paper.grid, 'line-width': 0.6 } },
    { id: 'countries', type: 'fill', source: 'countries', paint: { 'fill-color': paper.land } },
    choropleth(),
    { id: 'lakes', type: 'fill', source: 'lakes', paint: { 'fill-color': paper.sea } },
    line('rivers', paper.water, [0.3, 1.6], 2),
    line('admin1', paper.admin1, [0.4, 1.2], 2.5),
    line('borders', paper.border, [0.5, 1.6]),
    countryRim(paper),
  ];
}

/** Coloured by feature state `colour`, where a country has one. */
const choropleth = (): LayerSpecification => ({
  id: 'choropleth',
  type: 'fill',
  source: 'countries',
  layout: { visibility: 'none' },
  paint: { 'fill-color': ['to-color', ['feature-state', 'colour'], 'transparent'], 'fill-opacity': 0.9 },
});

const countryRim = (paper: Paper): LayerSpecification => ({
  id: 'country-rim',
  type: 'line',
  source: 'countries',
  paint: {
    'line-color': paper.accent,
    'line-width': ['case', ['boolean', ['feature-state', 'chosen'], false], 2, ['boolean', ['feature-state', 'hover'], false], 1.2, 0],
  },
});

function photos(paper: Paper): LayerSpecification[] {
  return [
    { id: 'areas-fill', type: 'fill', source: 'areas', paint: { 'fill-color': paper.accent, 'fill-opacity': 0.08 } },
    { id: 'areas', type: 'line', source: 'areas', paint: { 'line-color': paper.accent, 'line-width': 1.75 } },
    columns(),
    dotLayer(paper),
    ...clusterLayers(paper),
  ];
}

const flatHexagons = (paper: Paper): LayerSpecification => ({
  id: 'flat',
  type: 'fill',
  source: 'hexagons',
  layout: { visibility: 'none' },
  paint: {
    'fill-color': ['get', 'colour'],
    'fill-opacity': ['case', ['boolean', ['feature-state', 'hover'], false], 1, 0.82],
    'fill-outline-color': paper.rim,
  },
});

const HIGHEST_M = 110 * 78_271;

const columns = (): LayerSpecification => ({
  id: 'columns',
  type: 'fill-extrusion',
  source: 'hexagons',
  layout: { visibility: 'none' },
  paint: {
    'fill-extrusion-color': ['get', 'colour'],
    // About 110 pixels for the highest, at every zoom: metres a pixel halve with each level.
    'fill-extrusion-height': ['interpolate', ['exponential', 0.5], ['zoom'], 0, ['*', ['get', 'height'], HIGHEST_M], 20, ['*', ['get', 'height'], HIGHEST_M / 2 ** 20]],
    'fill-extrusion-opacity': 0.9,
    'fill-extrusion-vertical-gradient': true,
  },
});

const dotLayer = (paper: Paper): LayerSpecification => ({
  id: 'dots',
  type: 'circle',
  source: 'dots',
  layout: { visibility: 'none' },
  paint: {
    'circle-color': ['get', 'colour'],
    'circle-radius': ['interpolate', ['linear'], ['zoom'], 0, 3.5, 4, 5, 10, 8],
    'circle-stroke-color': paper.rim,
    'circle-stroke-width': ['interpolate', ['linear'], ['zoom'], 0, 0.3, 5, 1],
    'circle-opacity': 0.9,
  },
});

function clusterLayers(paper: Paper): LayerSpecification[] {
  return [
    {
      id: 'clusters',
      type: 'circle',
      source: 'clusters',
      layout: { visibility: 'none' },
      paint: {
        'circle-color': ['get', 'colour'],
        'circle-radius': ['get', 'radius'],
        'circle-stroke-color': ['case', ['boolean', ['feature-state', 'hover'], false], paper.accent, paper.rim],
        'circle-stroke-width': 1.5,
      },
    },
    {
      id: 'numbers',
      type: 'symbol',
      source: 'clusters',
      layout: {
        visibility: 'none',
        'text-field': ['get', 'label'],
        'text-font': FONT,
        'text-size': 12,
        'text-allow-overlap': true,
        'text-ignore-placement': true,
      },
      paint: { 'text-color': ['get', 'ink'] },
    },
  ];
}

const NAMES: SymbolLayerSpecification['layout'] = { 'text-font': FONT, 'text-field': ['get', 'n'], 'text-max-width': 7 };

function names(paper: Paper): LayerSpecification[] {
  return [
    {
      id: 'cities',
      type: 'symbol',
      source: 'cities',
      minzoom: 3.5,
      // A city shows from the zoom at which its size matters: 6 million from 3.5, 100,000 from 8 on.
      filter: ['>=', ['get', 'p'], ['step', ['zoom'], 6e6, 4, 3e6, 5, 1e6, 6, 4e5, 7, 2e5, 8, 0]],
      layout: {
        ...NAMES,
        'text-size': ['interpolate', ['linear'], ['zoom'], 3, 11, 8, 13],
        'symbol-sort-key': ['-', 0, ['get', 'p']],
      },
      paint: { 'text-color': paper.city, 'text-halo-color': paper.halo, 'text-halo-width': 1.2 },
    },
    {
      id: 'labels',
      type: 'symbol',
      source: 'labels',
      maxzoom: 8,
      // log2 of steradians: Brazil is at about -2, Switzerland at -10, Malta at -17.
      filter: ['>=', ['get', 'r'], ['step', ['zoom'], -5, 2, -7, 3, -9, 4, -12, 5, -99]],
      layout: {
        ...NAMES,
        'text-size': ['interpolate', ['linear'], ['zoom'], 1, 11, 5, 14],
        'text-letter-spacing': 0.04,
        'symbol-sort-key': ['-', 0, ['get', 'r']],
      },
      // On a coloured country what reads on its colour.
      paint: {
        'text-color': ['to-color', ['feature-state', 'ink'], paper.country],
        'text-halo-color': ['to-color', ['feature-state', 'colour'], paper.halo],
        'text-halo-width': 1.4,
      },
    },
  ];
}

export function worldStyle(paper: Paper, globe: boolean): StyleSpecification {
  const ids = [...WORLD_SOURCES, ...PHOTO_SOURCES];
  return {
    version: 8,
    projection: { type: globe ? 'globe' : 'mercator' },
    sky: { 'atmosphere-blend': 0 },
    sources: { grid: { type: 'geojson', data: graticule() }, ...Object.fromEntries(ids.map((id) => [id, source(id)])) },
    layers: [...ground(paper), flatHexagons(paper), ...names(paper), ...photos(paper)],
  };
}
