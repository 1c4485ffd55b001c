// Colours that carry meaning; distinguishable with any common colour vision.

/** Okabe and Ito's set, from which yellow is left out on white paper; one hue a search term. */
export const TERM_HUES = ['#0072b2', '#e69f00', '#009e73', '#cc79a7', '#d55e00', '#56b4e9', '#7f5fc4', '#8c6d31'] as const;

/** Found by no search, or by one past the set. */
export const OTHER_HUE = '#8a8f98';

export const termHue = (index: number): string => TERM_HUES[index] ?? OTHER_HUE;

type Rgb = [number, number, number];

/** From few to many on light paper: pale to deep. */
const ON_LIGHT: Rgb[] = [[253, 226, 163], [247, 176, 102], [229, 116, 88], [180, 65, 101], [108, 36, 104], [45, 17, 77]];
/** From few to many on dark paper: deep to pale. */
const ON_DARK: Rgb[] = [[78, 42, 104], [134, 48, 110], [191, 72, 101], [233, 118, 84], [250, 176, 96], [253, 231, 160]];

/** `along` 0..=1. */
export function ramp(along: number, dark: boolean): string {
  const stops = dark ? ON_DARK : ON_LIGHT;
  const at = Math.min(1, Math.max(0, along)) * (stops.length - 1);
  const low = stops[Math.floor(at)]!;
  const high = stops[Math.ceil(at)]!;
  const mixed = low.map((channel, i) => Math.round(channel + (high[i]! - channel) * (at % 1)));
  return `rgb(${mixed.join(',')})`;
}

/** Stops for a legend's gradient. */
export const rampStops = (dark: boolean, count = 6): string[] => Array.from({ length: count }, (_, i) => ramp(i / (count - 1), dark));

/** Black or white, whichever reads better on `rgb(r,g,b)`. */
export function inkOn(colour: string): string {
  const [r = 0, g = 0, b = 0] = colour.match(/\d+/g)?.map(Number) ?? [];
  return 0.2126 * r + 0.7152 * g + 0.0722 * b > 140 ? '#16181d' : '#ffffff';
}
