// The map by MapLibre GL: globe or flat, pitched columns, labels from the system's fonts; makes no network requests.
import 'maplibre-gl/dist/maplibre-gl.css';
import workerUrl from 'maplibre-gl/dist/maplibre-gl-worker.mjs?url';
import { Map as MapLibreMap, setWorkerUrl, type GeoJSONSource, type MapGeoJSONFeature, type MapMouseEvent } from 'maplibre-gl';
import type { FeatureCollection, GeoJSON } from 'geojson';
import { reasonOf } from '../api/client';
import { outline } from './areas';
import { loadDetail, loadWorld } from './basemap';
import { inkOn } from './colours';
import { Dots, nearest, type DotSource } from './dots';
import type { Vertex } from './lasso';
import { paperFor } from './paper';
import { clusters, hexagons } from './shapes';
import { EMPTY, WORLD_SOURCES, worldStyle } from './style';
import { shownAs, type Hooks, type OpenSurface, type Scene, type Surface, type Thing } from './surface';
import { globeZoom, type Spread, type View } from './view';

const HITS = ['numbers', 'clusters', 'dots', 'columns', 'flat', 'countries'];
const calmly = (): boolean => !matchMedia('(prefers-reduced-motion: reduce)').matches;

class GlSurface implements Surface {
  readonly #map: MapLibreMap;
  readonly #hooks: Hooks;
  readonly #data = new Map<string, GeoJSON>();
  readonly #dots = new Dots();
  #scene: Scene | undefined;
  #ready = false;
  /** Whether the detailed base map is loaded. */
  #whole = false;
  #hover: { source: string; id: string } | undefined;
  #chosen: string[] = [];
  #coloured: string[] = [];

  constructor(element: HTMLElement, view: View, hooks: Hooks) {
    setWorkerUrl(workerUrl);
    this.#hooks = hooks;
    this.#map = new MapLibreMap({
      container: element,
      style: worldStyle(paperFor(false), false),
      center: [view.lon, view.lat],
      zoom: view.zoom,
      pitch: view.pitch,
      bearing: view.bearing,
      attributionControl: false,
      maxPitch: 70,
      minZoom: 0,
      maxZoom: 16,
      fadeDuration: calmly() ? 150 : 0,
    });
    this.#listen();
    void this.#fillWorld();
  }

  #listen(): void {
    const map = this.#map;
    map.on('style.load', () => this.#styled());
    map.on('moveend', () => this.#moved());
    map.on('load', () => this.#moved());
    map.on('idle', () => this.#hooks.drawn(this.#whole && !this.#dots.busy));
    map.on('movestart', () => this.#hooks.drawn(false));
    map.on('mousemove', (event) => this.#hovered(event));
    map.on('mouseout', () => this.#leave());
    map.on('movestart', () => this.#leave());
    map.on('click', (event) => this.#clicked(event));
    map.on('webglcontextlost', () => this.#hooks.failed('The graphics context was lost.'));
    map.getCanvas().setAttribute('aria-label', 'Map; arrow keys move it, plus and minus zoom');
  }

  async #fillWorld(): Promise<void> {
    try {
      const world = await loadWorld();
      this.#set('countries', world.countries);
      this.#set('borders', world.borders);
      const detail = await loadDetail();
      for (const id of WORLD_SOURCES) this.#set(id, detail[id]);
      this.#whole = true;
    } catch (fault) {
      this.#hooks.failed(reasonOf(fault));
    }
  }

  /** Kept as well, for the next style. */
  #set(id: string, data: GeoJSON): void {
    if (this.#data.get(id) === data) return;
    this.#data.set(id, data);
    if (this.#ready) this.#map.getSource<GeoJSONSource>(id)?.setData(data);
  }

  #styled(): void {
    this.#ready = true;
    for (const [id, data] of this.#data) this.#map.getSource<GeoJSONSource>(id)?.setData(data);
    this.#chosen = this.#coloured = [];
    this.#dots.forget();
    if (!this.#scene) return;
    this.#showDots(this.#scene);
    this.#states(this.#scene);
  }

  show(scene: Scene): void {
    const before = this.#scene;
    this.#scene = scene;
    this.#hooks.drawn(false);
    this.#map.triggerRepaint();
    if (before?.dark !== scene.dark || before.globe !== scene.globe) {
      this.#ready = false;
      this.#map.setStyle(worldStyle(paperFor(scene.dark), scene.globe), { diff: false });
    }
    this.#photos(scene);
    this.#set('areas', collection(scene.areas.map(outline)));
    if (this.#ready) this.#states(scene);
  }

  #photos(scene: Scene): void {
    const { answer } = scene;
    const as = shownAs(scene);
    if (this.#ready) this.#showDots(scene);
    this.#set('hexagons', (as === 'columns' || as === 'flat') && answer ? hexagons(answer.cells, scene) : EMPTY);
    this.#set('clusters', as === 'clusters' ? clusters(scene.gathered, scene) : EMPTY);
  }

  #showDots(scene: Scene): void {
    const source = this.#map.getSource<GeoJSONSource>('dots');
    if (source) void this.#dots.show(source as DotSource, shownAs(scene) === 'dots' ? (scene.answer?.points ?? null) : null, scene);
  }

  /** Which layers show, and what countries look like. */
  #states(scene: Scene): void {
    const as = shownAs(scene);
    const shown = new Set<string>([as, ...(as === 'clusters' ? ['numbers'] : [])]);
    for (const id of ['dots', 'flat', 'columns', 'clusters', 'numbers', 'choropleth']) {
      this.#map.setLayoutProperty(id, 'visibility', shown.has(id) ? 'visible' : 'none');
    }
    for (const code of this.#coloured) this.#fill(code, null);
    for (const [code, colour] of scene.countries) this.#fill(code, colour);
    for (const code of this.#chosen) this.#country(code, { chosen: false });
    for (const code of scene.chosen) this.#country(code, { chosen: true });
    this.#coloured = [...scene.countries.keys()];
    this.#chosen = [...scene.chosen];
  }

  #fill(id: string, colour: string | null): void {
    this.#country(id, { colour });
    this.#map.setFeatureState({ source: 'labels', id }, { colour, ink: colour && inkOn(colour) });
  }

  #country(id: string, state: Record<string, string | boolean | null>): void {
    this.#map.setFeatureState({ source: 'countries', id }, state);
  }

  #moved(): void {
    const { lng, lat } = this.#map.getCenter();
    const bounds = this.#map.getBounds();
    const view: View = { lon: lng, lat, zoom: this.#map.getZoom(), pitch: this.#map.getPitch(), bearing: this.#map.getBearing() };
    this.#hooks.moved(view, [bounds.getWest(), bounds.getSouth(), bounds.getEast(), bounds.getNorth()]);
  }

  #hit({ point }: MapMouseEvent): MapGeoJSONFeature | undefined {
    if (!this.#ready) return undefined;
    const reach = 3;
    const around: [[number, number], [number, number]] = [[point.x - reach, point.y - reach], [point.x + reach, point.y + reach]];
    const [onTop] = this.#map.queryRenderedFeatures(around, { layers: HITS.slice(0, 3) });
    return onTop ?? this.#map.queryRenderedFeatures(point, { layers: HITS.slice(3) })[0];
  }

  #hovered(event: MapMouseEvent): void {
    const hit = this.#hit(event);
    const thing = hit && this.#thing(hit, event);
    this.#map.getCanvas().style.cursor = thing ? 'pointer' : '';
    const id = hit?.id === undefined || hit.source === 'dots' ? undefined : String(hit.id);
    this.#light(id === undefined || !hit ? undefined : { source: hit.source, id });
    this.#hooks.hovered(thing ?? null);
  }

  #thing(hit: MapGeoJSONFeature, { point, lngLat }: MapMouseEvent): Thing | undefined {
    const points = this.#scene?.answer?.points;
    if (hit.source !== 'dots' || !points) return thingOf(hit, point);
    const position = points.position[nearest(points, [lngLat.lng, lngLat.lat])];
    return position === undefined ? undefined : { what: 'photo', position, x: point.x, y: point.y };
  }

  #light(what: { source: string; id: string } | undefined): void {
    if (what?.source === this.#hover?.source && what?.id === this.#hover?.id) return;
    if (this.#hover) this.#map.setFeatureState(this.#hover, { hover: false });
    if (what) this.#map.setFeatureState(what, { hover: true });
    this.#hover = what;
  }

  #leave(): void {
    if (this.#ready) this.#light(undefined);
    this.#hooks.hovered(null);
  }

  #clicked(event: MapMouseEvent): void {
    const hit = this.#hit(event);
    const { originalEvent } = event;
    const touch = originalEvent instanceof PointerEvent && originalEvent.pointerType === 'touch';
    this.#hooks.picked((hit && this.#thing(hit, event)) ?? null, touch);
  }

  look(view: View, calm: boolean): void {
    const to = { center: [view.lon, view.lat] as [number, number], zoom: view.zoom, pitch: view.pitch, bearing: view.bearing };
    if (calm && calmly()) this.#map.easeTo({ ...to, duration: 700 });
    else this.#map.jumpTo(to);
  }

  fit({ bounds, middle }: Spread, calm: boolean): void {
    const how = { maxZoom: 10, animate: calm && calmly(), duration: 900 };
    const zoom = this.#map.cameraForBounds(bounds, { padding: this.#padding(), maxZoom: 10 })?.zoom ?? 0;
    const { clientWidth, clientHeight } = this.#map.getContainer();
    const large = globeZoom(clientWidth, clientHeight, middle?.[1]);
    if (this.#scene?.globe && middle && zoom < large) this.#map.flyTo({ ...how, center: middle, zoom: large });
    else this.#map.fitBounds(bounds, { ...how, padding: this.#padding() });
  }

  /** Room for the tools around the map, pixels; less where there is little. */
  #padding(): number {
    const { clientWidth, clientHeight } = this.#map.getContainer();
    return Math.min(70, clientWidth / 6, clientHeight / 6);
  }

  zoomBy(levels: number): void {
    this.#map.easeTo({ zoom: this.#map.getZoom() + levels, animate: calmly() });
  }

  straighten(): void {
    this.#map.easeTo({ pitch: 0, bearing: 0, animate: calmly() });
  }

  at(x: number, y: number): Vertex | undefined {
    const { lng, lat } = this.#map.unproject([x, y]);
    return Number.isFinite(lng) && Number.isFinite(lat) ? [lng, lat] : undefined;
  }

  destroy(): void {
    this.#map.remove();
  }
}

const collection = (features: (FeatureCollection['features'][number] | undefined)[]): FeatureCollection => ({
  type: 'FeatureCollection',
  features: features.filter((f) => f !== undefined),
});

function thingOf({ source, properties }: MapGeoJSONFeature, { x, y }: { x: number; y: number }): Thing | undefined {
  const text = (name: string): string | undefined => (typeof properties[name] === 'string' ? (properties[name] as string) : undefined);
  if (source === 'countries') {
    const code = text('c');
    return code === undefined ? undefined : { what: 'country', code, name: text('n') ?? code, x, y };
  }
  const value = typeof properties['value'] === 'number' ? properties['value'] : null;
  return { what: 'cell', id: text('id') ?? '', count: Number(properties['count']), value, x, y };
}

export const open: OpenSurface = async (element, view, hooks) => new GlSurface(element, view, hooks);
