// One frame of the map on a canvas: the world, the photos and the names, and where each photo can be picked.
import { geoGraticule10, geoPath, type GeoPath, type GeoProjection } from 'd3-geo';
import { outline } from './areas';
import type { Detail, World } from './basemap';
import { inkOn } from './colours';
import type { Paper } from './paper';
import { clusters, dotColour, hexagons, type Points } from './shapes';
import { shownAs, type Scene, type Thing } from './surface';

/** A drawn object that can be picked; the topmost comes first. */
export interface Spot {
  /** In pixels. */
  path: Path2D;
  thing: Thing;
}

const FONT = 'system-ui, sans-serif';

/** Draws one frame. */
export class Pen {
  readonly #paths: GeoPath;

  constructor(
    private readonly to: CanvasRenderingContext2D,
    private readonly projection: GeoProjection,
    private readonly paper: Paper,
  ) {
    this.#paths = geoPath(projection, to);
  }

  #fill(colour: string, shape: Parameters<GeoPath>[0]): void {
    this.to.beginPath();
    this.#paths(shape);
    this.to.fillStyle = colour;
    this.to.fill();
  }

  #line(colour: string, width: number, shape: Parameters<GeoPath>[0]): void {
    this.to.beginPath();
    this.#paths(shape);
    this.to.strokeStyle = colour;
    this.to.lineWidth = width;
    this.to.stroke();
  }

  world(world: World | Detail, scene: Scene): void {
    const { paper } = this;
    this.#fill(paper.sea, { type: 'Sphere' });
    this.#line(paper.grid, 0.6, geoGraticule10());
    this.#fill(paper.land, world.countries);
    for (const country of world.countries.features) {
      const colour = scene.kind === 'countries' && country.properties.c ? scene.countries.get(country.properties.c) : undefined;
      if (colour) this.#fill(colour, country);
    }
    if ('lakes' in world) {
      this.#fill(paper.sea, world.lakes);
      this.#line(paper.water, 0.7, world.rivers);
      this.#line(paper.admin1, 0.5, world.admin1);
    }
    this.#line(paper.border, 0.7, world.borders);
    for (const country of world.countries.features) {
      if (country.properties.c && scene.chosen.includes(country.properties.c)) this.#line(paper.accent, 2, country);
    }
  }

  photos(scene: Scene): Spot[] {
    // Not as polygons of the sphere: a box wider than half the world would be filled inside out.
    for (const area of scene.areas) {
      const edge = outline(area)?.geometry.coordinates[0];
      if (edge) this.#line(this.paper.accent, 1.75, { type: 'LineString', coordinates: edge });
    }
    const [as, { answer }] = [shownAs(scene), scene];
    if (as === 'choropleth' || !answer) return [];
    if (as === 'dots') return answer.points ? this.#dots(answer.points, scene) : [];
    return as === 'clusters' ? this.#clusters(scene) : this.#cells(answer.cells, scene);
  }

  /** Pixels of a place; undefined on the far side of the globe. */
  #pixel(place: readonly number[]): [number, number] | undefined {
    const there: [number, number] = [place[0] ?? 0, place[1] ?? 0];
    let seen: [number, number] | undefined;
    geoPath(this.projection).pointRadius(0)({ type: 'Point', coordinates: there }) !== null && (seen = this.projection(there) ?? undefined);
    return seen;
  }

  #disc([x, y]: [number, number], radius: number, colour: string): Path2D {
    const path = new Path2D();
    path.arc(x, y, radius, 0, 2 * Math.PI);
    this.to.fillStyle = colour;
    this.to.fill(path);
    this.to.strokeStyle = this.paper.rim;
    this.to.lineWidth = 0.8;
    this.to.stroke(path);
    return path;
  }

  #dots(points: Points, scene: Scene): Spot[] {
    const colourOf = dotColour(points, scene);
    const spots = points.position.flatMap((position, index): Spot[] => {
      const at = this.#pixel([points.lon[index] ?? 0, points.lat[index] ?? 0]);
      if (!at) return [];
      return [{ path: this.#disc(at, 5, colourOf(index)), thing: { what: 'photo', position, x: at[0], y: at[1] } }];
    });
    return spots.reverse();
  }

  #clusters(scene: Scene): Spot[] {
    const spots = clusters(scene.gathered, scene).features.flatMap(({ geometry, properties: p }): Spot[] => {
      const at = this.#pixel(geometry.coordinates);
      if (!at) return [];
      const path = this.#disc(at, p.radius, p.colour);
      this.#text(p.label, at, { size: 12, colour: inkOn(p.colour) });
      return [{ path, thing: { what: 'cell', id: p.id, count: p.count, value: p.value, x: at[0], y: at[1] } }];
    });
    return spots.reverse();
  }

  #cells(cells: NonNullable<Scene['answer']>['cells'], scene: Scene): Spot[] {
    return hexagons(cells, scene).features.flatMap(({ geometry, properties: p }): Spot[] => {
      const ring = (geometry.coordinates[0] ?? []).map((place) => this.#pixel(place));
      const corners = ring.filter((at) => at !== undefined);
      const xs = corners.map((at) => at[0]);
      // Half behind the globe, or torn apart at the edge of the flat map.
      if (corners.length < ring.length || Math.max(...xs) - Math.min(...xs) > this.to.canvas.width / 2) return [];
      const path = new Path2D(`M${corners.map((at) => at.join(',')).join('L')}Z`);
      this.to.fillStyle = p.colour;
      this.to.fill(path);
      this.to.strokeStyle = this.paper.rim;
      this.to.stroke(path);
      return [{ path, thing: { what: 'cell', id: p.id, count: p.count, value: p.value, x: 0, y: 0 } }];
    });
  }

  #text(text: string, [x, y]: [number, number], { size, colour, halo }: { size: number; colour: string; halo?: string }): void {
    this.to.font = `${size}px ${FONT}`;
    this.to.textAlign = 'center';
    this.to.textBaseline = 'middle';
    if (halo) {
      this.to.strokeStyle = halo;
      this.to.lineWidth = 3;
      this.to.strokeText(text, x, y);
    }
    this.to.fillStyle = colour;
    this.to.fillText(text, x, y);
  }

  /** Large countries and cities first; what would touch a name already there is left out. */
  labels({ labels, cities }: Detail, zoom: number, [width, height]: [number, number], fills: Scene['countries']): void {
    const taken: [number, number, number][] = [];
    const write = (name: string, place: readonly number[], how: { size: number; colour: string; halo?: string }): void => {
      const at = this.#pixel(place);
      if (!at || at[0] < 0 || at[1] < 0 || at[0] > width || at[1] > height) return;
      const half = name.length * how.size * 0.29 + 4;
      if (taken.some(([x, y, h]) => Math.abs(x - at[0]) < h + half && Math.abs(y - at[1]) < 16)) return;
      taken.push([...at, half]);
      this.#text(name, at, { halo: this.paper.halo, ...how });
    };
    const smallest = zoom < 2 ? -5 : zoom < 3 ? -7 : zoom < 4 ? -9 : -99;
    for (const { properties: p, geometry } of labels.features) {
      if (p.r < smallest) continue;
      const fill = fills.get(p.c ?? '');
      write(p.n, geometry.coordinates, { size: 12, ...(fill ? { colour: inkOn(fill), halo: fill } : { colour: this.paper.country }) });
    }
    const least = zoom < 3.5 ? Infinity : 6e6 / 2 ** ((zoom - 3.5) * 1.3);
    for (const { properties: p, geometry } of cities.features) if (p.p >= least) write(p.n, geometry.coordinates, { size: 11, colour: this.paper.city });
  }
}
