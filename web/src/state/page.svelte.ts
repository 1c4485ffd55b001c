// The page's one state, which is its address: reload, share and back work by themselves.

import { printAddress, readAddress, type PageState, type View } from './address';

export interface SetOptions {
  /** No new step for the back button. */
  replace?: boolean;
  /** While something is dragged: the state changes now, the address when it has come to rest. One step for all. */
  soon?: boolean;
}

const rest = 300;
const stored = 'gleaner-sort';

/** The order of the last visit, for a page that is opened without any state in its address. */
function remembered(): Partial<PageState> {
  try {
    const sort = location.search === '' ? localStorage.getItem(stored) : null;
    return sort ? { sort } : {};
  } catch {
    return {};
  }
}

class Page {
  #state = $state.raw<PageState>({ ...readAddress(location.search), ...remembered() });
  #timer: ReturnType<typeof setTimeout> | undefined;
  #replace = true;
  #held = false;

  constructor() {
    if (location.search === '' && this.search !== '') this.#write();
    addEventListener('pointerdown', () => (this.#held = true), true);
    for (const end of ['pointerup', 'pointercancel']) addEventListener(end, () => (this.#held = false), true);
    addEventListener('popstate', () => {
      clearTimeout(this.#timer);
      this.#timer = undefined;
      this.#state = readAddress(location.search);
    });
  }

  get q(): string {
    return this.#state.q;
  }
  get sort(): string {
    return this.#state.sort;
  }
  get view(): View {
    return this.#state.view;
  }
  get grid(): number {
    return this.#state.grid;
  }
  get photo(): string | null {
    return this.#state.photo;
  }
  get captions(): string[] {
    return this.#state.captions;
  }
  get at(): number {
    return this.#state.at;
  }
  get map(): string {
    return this.#state.map;
  }
  get mapkind(): string {
    return this.#state.mapkind;
  }
  get measure(): string {
    return this.#state.measure;
  }
  get review(): string {
    return this.#state.review;
  }

  /** The address as it will stand: `?q=...`. */
  get search(): string {
    return printAddress(this.#state);
  }

  /** Changes some of the state. A new filter or order begins at the first photo. */
  set(change: Partial<PageState>, { replace = false, soon = false }: SetOptions = {}): void {
    const next = { ...this.#state, ...change };
    const other = next.q !== this.#state.q || next.sort !== this.#state.sort;
    if (other && change.at === undefined) next.at = 0;
    this.#state = next;
    this.#replace = this.#timer === undefined ? replace : this.#replace && replace;
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (soon) this.#wait();
    else this.#write();
  }

  /** Chooses the order, also for the next visit. */
  order(sort: string): void {
    this.set({ sort });
    // Another dataset at this address may have other concepts.
    if (/^-?score\./.test(sort)) return;
    try {
      localStorage.setItem(stored, sort);
    } catch {
      // A browser without storage starts with the newest photos.
    }
  }

  /** Takes over the state of a saved or shared address. */
  open(search: string): void {
    this.set(readAddress(search));
  }

  /** Writes at rest; a pointer that is held still is not at rest yet. */
  #wait(): void {
    this.#timer = setTimeout(() => (this.#held ? this.#wait() : this.#write()), rest);
  }

  #write(): void {
    this.#timer = undefined;
    const search = printAddress(this.#state);
    if (search === location.search) return;
    const address = location.pathname + search;
    if (this.#replace) history.replaceState(null, '', address);
    else history.pushState(null, '', address);
  }
}

export const page = new Page();
