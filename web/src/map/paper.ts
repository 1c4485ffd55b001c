// Colours of the base map in the light and the dark theme.

export interface Paper {
  sea: string;
  land: string;
  border: string;
  admin1: string;
  water: string;
  grid: string;
  country: string;
  city: string;
  halo: string;
  /** Outline of a country under the pointer, of areas of the filter. */
  accent: string;
  /** Around dots. */
  rim: string;
}

const LIGHT: Paper = {
  sea: '#dfe6e4',
  land: '#f7f7f3',
  border: '#b9bbb1',
  admin1: '#dfe0d8',
  water: '#d2dcda',
  grid: '#d4dddb',
  country: '#5a5f57',
  city: '#70756c',
  halo: '#f7f7f3',
  accent: '#1d6b42',
  rim: '#ffffff',
};

const DARK: Paper = {
  sea: '#0d1110',
  land: '#1f2520',
  border: '#465047',
  admin1: '#2e362f',
  water: '#121917',
  grid: '#151b19',
  country: '#a5aea2',
  city: '#8a9387',
  halo: '#191e1a',
  accent: '#6fcb97',
  rim: '#0d1110',
};

export const paperFor = (dark: boolean): Paper => (dark ? DARK : LIGHT);
