// Shortcuts that work everywhere except in text fields.

import { concepts } from '../scores/concepts.svelte';
import { page } from '../state/page.svelte';
import { letters } from './letters.svelte';
import { panels } from './panels.svelte';

const isWriting = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName));

/** Handles a key; `toggleFilters` shows or hides the panel. */
export function press(event: KeyboardEvent, toggleFilters: () => void): void {
  if (!letters.on || event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || isWriting(event.target)) return;
  if (document.querySelector('dialog[open], [role="dialog"]') && event.key !== '?') return;
  const acts: Record<string, () => void> = {
    '/': () => document.getElementById('query')?.focus(),
    f: toggleFilters,
    g: () => page.set({ view: 'gallery', review: '' }),
    m: () => page.set({ view: 'map', review: '' }),
    c: () => page.set({ view: 'charts', review: '' }),
    t: () => page.set({ review: page.review ? '' : (concepts.names[0] ?? '') }),
    '?': () => (panels.open = 'help'),
  };
  const act = acts[event.key];
  if (!act) return;
  event.preventDefault();
  act();
}
