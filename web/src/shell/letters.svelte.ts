// Whether single characters are keys. Who speaks to the machine, or hits keys by chance, can switch them off (WCAG 2.1.4).

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
      // A browser without storage forgets the choice.
    }
  }
}

export const letters = new Letters();
