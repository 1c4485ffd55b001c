// Messages of the server begin small and end without a stop, as they do behind a colon in a terminal.

/** A message as a sentence of its own; '' for none. */
export function sentence(message: string | null | undefined): string {
  if (!message) return '';
  return `${message.charAt(0).toUpperCase()}${message.slice(1)}${/[.!?…]$/.test(message) ? '' : '.'}`;
}
