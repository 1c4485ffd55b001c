// Whether single-character shortcuts are on. Users of speech input, or who press keys by accident, can turn them off (WCAG 2.1.4).

const stored = 'gleaner-letters';

function chosen(): boolean {
  try {
    return localStorage.getItem(stored) !== 'off';
  } catch {
    return true;
  }
}

class Letters {
  #on = $state(chosen());

  get on(): boolean {
    return this.#on;
  }

  set on(on: boolean) {
    this.#on = on;
    try {
      localStorage.setItem(stored, on ? 'on' : 'off');
    } catch {
      // Without storage the choice is not kept.
    }
  }
}

export const letters = new Letters();
