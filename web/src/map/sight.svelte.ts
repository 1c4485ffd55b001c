// What part of the world the open map shows; null while no map is open.

import type { Bbox } from './view';

class Sight {
  bounds = $state.raw<Bbox | null>(null);
}

export const sight = new Sight();
