// Copies text, with a fallback for browsers without the clipboard API (over plain http) and those that refuse it.

import { ApiError } from '../api/client';
import { panels } from './panels.svelte';

/** Copies `text` and shows `note`. If the browser does not allow it, a dialog shows the text for manual copying. */
export async function copy(text: string | Promise<string>, note: string): Promise<void> {
  try {
    // Called before the text is ready, because browsers allow copying only right after a click.
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
    // If the text fails to load, the caller that awaits it reports the error.
    blob.catch(() => undefined);
    await clipboard.write([new ClipboardItem({ 'text/plain': blob })]);
    return true;
  } catch {
    return false;
  }
}

function byCommand(text: string): boolean {
  const focused = document.activeElement;
  // In the open dialog, since it keeps the focus.
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
