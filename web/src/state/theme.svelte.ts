// Light or dark: as the system says until the person chooses.

export type Theme = 'light' | 'dark';

const stored = 'gleaner-theme';
const system = matchMedia('(prefers-color-scheme: dark)');

function chosen(): Theme | null {
  try {
    const name = localStorage.getItem(stored);
    return name === 'light' || name === 'dark' ? name : null;
  } catch {
    return null;
  }
}

class ThemeState {
  #now = $state<Theme>(chosen() ?? (system.matches ? 'dark' : 'light'));

  constructor() {
    this.#show();
    system.addEventListener('change', () => {
      if (chosen()) return;
      this.#now = system.matches ? 'dark' : 'light';
      this.#show();
    });
  }

  /** What is shown now. */
  get now(): Theme {
    return this.#now;
  }

  toggle(): void {
    this.#now = this.#now === 'dark' ? 'light' : 'dark';
    this.#show();
    try {
      localStorage.setItem(stored, this.#now);
    } catch {
      // A browser without storage forgets the choice.
    }
  }

  #show(): void {
    document.documentElement.dataset['theme'] = this.#now;
  }
}

export const theme = new ThemeState();
