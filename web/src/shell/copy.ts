// Copying, also where the browser has no clipboard for pages: over plain http, and in browsers that ask for a hand.

import { ApiError } from '../api/client';
import { panels } from './panels.svelte';

/** Copies `text` and says `note`; where the browser lets no page copy, a dialog shows the text to be copied by hand. */
export async function copy(text: string | Promise<string>, note: string): Promise<void> {
  try {
    // Asked for before the text is there: a browser lets a page copy only right after a click.
    const done = (await byClipboard(text)) || byCommand(await text);
    if (done) panels.say(note);
    else panels.show(await text);
  } catch (error) {
    panels.say(error instanceof ApiError ? error.message : `Nothing was copied: ${String(error)}`);
  }
}

async function byClipboard(text: string | Promise<string>): Promise<boolean> {
  const clipboard = navigator.clipboard as Clipboard | undefined;
  try {
    if (typeof ClipboardItem !== 'function' || !clipboard) return false;
    const blob = Promise.resolve(text).then((plain) => new Blob([plain], { type: 'text/plain' }));
    // Where the text does not come, whoever awaits it says so.
    blob.catch(() => undefined);
    await clipboard.write([new ClipboardItem({ 'text/plain': blob })]);
    return true;
  } catch {
    return false;
  }
}

function byCommand(text: string): boolean {
  const focused = document.activeElement;
  // Within the dialog that is open, since it keeps the focus.
  const place = focused?.closest('dialog, [role="dialog"]') ?? document.body;
  const area = document.createElement('textarea');
  area.value = text;
  area.readOnly = true;
  area.className = 'visually-hidden';
  place.append(area);
  area.select();
  const copied = document.execCommand('copy');
  area.remove();
  if (focused instanceof HTMLElement) focused.focus();
  return copied;
}
