// The map on a canvas by d3-geo, for browsers without WebGL: the same data, filters and clicks, seen from above.
import { geoMercator, geoOrthographic, type GeoProjection } from 'd3-geo';
import { reasonOf } from '../api/client';
import { loadDetail, loadWorld, type Detail, type World } from './basemap';
import { countryAt } from './countries';
import type { Vertex } from './lasso';
import { paperFor } from './paper';
import { Pen, type Spot } from './pen';
import type { Hooks, OpenSurface, Scene, Surface, Thing } from './surface';
import { wrapped, type Bbox, type Spread, type View } from './view';

const clamp = (n: number, low: number, high: number): number => Math.min(high, Math.max(low, n));

/** The middle of one or two pointers, and how far two are apart, pixels. */
function pinch([one = [0, 0], two = one]: readonly Vertex[]): { middle: Vertex; apart: number } {
  return { middle: [(one[0] + two[0]) / 2, (one[1] + two[1]) / 2], apart: Math.hypot(two[0] - one[0], two[1] - one[1]) };
}

class CanvasSurface implements Surface {
  readonly #canvas = document.createElement('canvas');
  readonly #hooks: Hooks;
  readonly #resize: ResizeObserver;
  #view: View;
  #world: World | Detail | undefined;
  #scene: Scene | undefined;
  #spots: Spot[] = [];
  #frame = 0;
  #rest: ReturnType<typeof setTimeout> | undefined;
  /** Pointers that are down, by id. */
  readonly #down = new Map<number, Vertex>();
  /** Whether they moved too far, or were too many, for a click. */
  #far = false;
  #hover = 0;

  constructor(element: HTMLElement, view: View, hooks: Hooks) {
    this.#view = { ...view, pitch: 0, bearing: 0 };
    this.#hooks = hooks;
    this.#canvas.tabIndex = 0;
    this.#canvas.setAttribute('role', 'application');
    this.#canvas.setAttribute('aria-label', 'Map; arrow keys move it, plus and minus zoom');
    this.#canvas.style.touchAction = 'none';
    element.append(this.#canvas);
    this.#resize = new ResizeObserver(() => this.#moved());
    this.#resize.observe(element);
    this.#listen();
    void this.#fillWorld();
  }

  async #fillWorld(): Promise<void> {
    try {
      this.#world = await loadWorld();
      this.#redraw();
      this.#world = await loadDetail();
      this.#redraw();
    } catch (fault) {
      this.#hooks.failed(reasonOf(fault));
    }
  }

  #listen(): void {
    const canvas = this.#canvas;
    canvas.addEventListener('pointerdown', (event) => {
      this.#far = this.#down.size > 0;
      this.#down.set(event.pointerId, [event.offsetX, event.offsetY]);
      canvas.setPointerCapture(event.pointerId);
    });
    canvas.addEventListener('pointermove', (event) => (this.#down.size > 0 ? this.#dragged(event) : this.#hovered(event)));
    canvas.addEventListener('pointerup', (event) => {
      const clicked = this.#down.delete(event.pointerId) && this.#down.size === 0 && !this.#far;
      if (clicked) this.#hooks.picked(this.#hit(event.offsetX, event.offsetY), event.pointerType === 'touch');
    });
    canvas.addEventListener('pointercancel', (event) => this.#down.delete(event.pointerId));
    canvas.addEventListener('pointerleave', () => {
      cancelAnimationFrame(this.#hover);
      this.#hooks.hovered(null);
    });
    canvas.addEventListener('wheel', (event) => {
      event.preventDefault();
      this.#zoomAt(-event.deltaY / 300, event.offsetX, event.offsetY);
    }, { passive: false });
    canvas.addEventListener('keydown', (event) => this.#key(event));
  }

  #key(event: KeyboardEvent): void {
    const moves: Record<string, [number, number]> = { ArrowLeft: [80, 0], ArrowRight: [-80, 0], ArrowUp: [0, 80], ArrowDown: [0, -80] };
    const move = moves[event.key];
    if (move) this.#pan(...move);
    else if (event.key === '+' || event.key === '=') this.zoomBy(1);
    else if (event.key === '-') this.zoomBy(-1);
    else return;
    event.preventDefault();
  }

  /** A mouse reports more moves than there are frames. */
  #hovered({ offsetX, offsetY }: PointerEvent): void {
    cancelAnimationFrame(this.#hover);
    this.#hover = requestAnimationFrame(() => {
      const thing = this.#hit(offsetX, offsetY);
      this.#canvas.style.cursor = thing ? 'pointer' : 'grab';
      this.#hooks.hovered(thing);
    });
  }

  /** One pointer pans the map; two also zoom it. */
  #dragged({ pointerId, offsetX, offsetY }: PointerEvent): void {
    const from = this.#down.get(pointerId);
    if (!from || (!this.#far && Math.hypot(offsetX - from[0], offsetY - from[1]) < 4)) return;
    this.#far = true;
    const before = pinch([...this.#down.values()]);
    this.#down.set(pointerId, [offsetX, offsetY]);
    const after = pinch([...this.#down.values()]);
    if (before.apart > 0 && after.apart > 0) this.#zoomAt(Math.log2(after.apart / before.apart), ...before.middle);
    this.#pan(after.middle[0] - before.middle[0], after.middle[1] - before.middle[1]);
  }

  get #size(): [width: number, height: number] {
    const parent = this.#canvas.parentElement;
    return [parent?.clientWidth || 1, parent?.clientHeight || 1];
  }

  #projection(): GeoProjection {
    const { lon, lat, zoom } = this.#view;
    const [width, height] = this.#size;
    const scale = (512 * 2 ** zoom) / (2 * Math.PI);
    if (this.#scene?.globe) return geoOrthographic().scale(scale).rotate([-lon, -lat]).translate([width / 2, height / 2]).precision(0.5);
    const flat = geoMercator().scale(scale).rotate([-lon, 0]).translate([0, 0]);
    return flat.translate([width / 2, height / 2 - (flat([lon, lat])?.[1] ?? 0)]);
  }

  #pan(dx: number, dy: number): void {
    const [width, height] = this.#size;
    const centre = this.#projection().invert?.([width / 2 - dx, height / 2 - dy]);
    if (!centre || !centre.every(Number.isFinite)) return;
    this.#view = { ...this.#view, lon: wrapped(centre[0]), lat: clamp(centre[1], -80, 80) };
    this.#moved();
  }

  #zoomAt(levels: number, x: number, y: number): void {
    const before = this.at(x, y);
    this.#view = { ...this.#view, zoom: clamp(this.#view.zoom + levels, 0, 14) };
    const after = before && this.#projection()(before);
    if (after) this.#pan(x - after[0], y - after[1]);
    else this.#moved();
  }

  #moved(): void {
    this.#redraw();
    clearTimeout(this.#rest);
    this.#rest = setTimeout(() => {
      this.#rest = undefined;
      this.#hooks.moved(this.#view, this.#bounds());
      this.#tell();
    }, 60);
  }

  #tell(): void {
    this.#hooks.drawn(this.#rest === undefined && this.#world !== undefined && 'labels' in this.#world);
  }

  #bounds(): Bbox {
    const [width, height] = this.#size;
    const { lon, zoom } = this.#view;
    const half = Math.min(180, (width / (512 * 2 ** zoom)) * 180);
    const flat = geoMercator().scale((512 * 2 ** zoom) / (2 * Math.PI)).translate([0, 0]);
    const middle = flat([0, this.#view.lat])?.[1] ?? 0;
    const lat = (y: number): number => flat.invert?.([0, middle + y])?.[1] ?? 0;
    return [lon - half, lat(height / 2), lon + half, lat(-height / 2)];
  }

  #redraw(): void {
    cancelAnimationFrame(this.#frame);
    this.#hooks.drawn(false);
    this.#frame = requestAnimationFrame(() => this.#draw());
  }

  #draw(): void {
    const [width, height] = this.#size;
    const [canvas, ratio] = [this.#canvas, devicePixelRatio || 1];
    [canvas.width, canvas.height] = [width * ratio, height * ratio];
    [canvas.style.width, canvas.style.height] = [`${width}px`, `${height}px`];
    const context = canvas.getContext('2d');
    const scene = this.#scene;
    if (!context || !scene) return;
    context.scale(ratio, ratio);
    const projection = this.#projection();
    const pen = new Pen(context, projection, paperFor(scene.dark));
    if (this.#world) pen.world(this.#world, scene);
    this.#spots = pen.photos(scene);
    if (this.#world && 'labels' in this.#world) pen.labels(this.#world, this.#view.zoom, this.#size, this.#scene?.countries ?? new Map());
    this.#tell();
  }

  #hit(x: number, y: number): Thing | null {
    const context = this.#canvas.getContext('2d');
    const ratio = devicePixelRatio || 1;
    const spot = this.#spots.find(({ path }) => context?.isPointInPath(path, x * ratio, y * ratio));
    if (spot) return { ...spot.thing, x, y };
    const place = this.at(x, y);
    // Outside the flat map a pixel has coordinates too, but nothing is drawn there.
    const there = place && this.#projection()(place);
    if (!there || Math.hypot(there[0] - x, there[1] - y) > 1) return null;
    const country = this.#world && countryAt(this.#world.countries, place);
    return country?.c === undefined ? null : { what: 'country', code: country.c, name: country.n, x, y };
  }

  show(scene: Scene): void {
    this.#scene = scene;
    this.#redraw();
  }

  look(view: View): void {
    this.#view = { ...view, pitch: 0, bearing: 0 };
    this.#moved();
  }

  fit({ bounds: [west, south, east, north], middle }: Spread): void {
    const [width, height] = this.#size;
    const levels = [(width / 512) * (360 / Math.max(0.5, east - west)), (height / 512) * (180 / Math.max(0.3, north - south))];
    const zoom = clamp(Math.log2(Math.min(...levels)) - 0.4, 0, 10);
    const large = Math.log2((0.85 * Math.PI * Math.min(width, height)) / 512);
    if (this.#scene?.globe && middle && zoom < large) this.look({ lon: middle[0], lat: middle[1], zoom: large, pitch: 0, bearing: 0 });
    else this.look({ lon: wrapped((west + east) / 2), lat: (south + north) / 2, zoom, pitch: 0, bearing: 0 });
  }

  zoomBy(levels: number): void {
    const [width, height] = this.#size;
    this.#zoomAt(levels, width / 2, height / 2);
  }

  straighten(): void {
    this.#moved();
  }

  at(x: number, y: number): Vertex | undefined {
    const projection = this.#projection();
    const [width, height] = this.#size;
    if (this.#scene?.globe && Math.hypot(x - width / 2, y - height / 2) > projection.scale()) return undefined;
    const place = projection.invert?.([x, y]);
    return place?.every(Number.isFinite) ? place : undefined;
  }

  destroy(): void {
    cancelAnimationFrame(this.#frame);
    cancelAnimationFrame(this.#hover);
    clearTimeout(this.#rest);
    this.#resize.disconnect();
    this.#canvas.remove();
  }
}

export const open: OpenSurface = async (element, view, hooks) => new CanvasSurface(element, view, hooks);
