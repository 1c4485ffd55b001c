// Messages of the server start in lower case and have no full stop, as after a colon in a terminal.

/** A message as a complete sentence; '' for no message. */
export function sentence(message: string | null | undefined): string {
  if (!message) return '';
  return `${message.charAt(0).toUpperCase()}${message.slice(1)}${/[.!?…]$/.test(message) ? '' : '.'}`;
}
