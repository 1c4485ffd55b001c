// A photo's description as a tree of texts, links and emphasis. The page draws the tree itself: no foreign HTML gets into it.

/** A part of a description. */
export type Part =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'break' }
  | { readonly kind: 'paragraph' | 'bold' | 'italic'; readonly parts: readonly Part[] }
  | { readonly kind: 'link'; readonly href: string; readonly parts: readonly Part[] };

type Holder = 'paragraph' | 'bold' | 'italic' | 'link';

const HOLDERS: Readonly<Record<string, Holder>> = { a: 'link', b: 'bold', strong: 'bold', i: 'italic', em: 'italic', p: 'paragraph' };
const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'", nbsp: '\u00a0' };

/** A tag, or the text up to the next one. A `<` that begins no tag is text. */
const TOKEN = /<(\/?)([a-z][a-z0-9]*)((?:\s[^<>]*)?)>|<|[^<]+/gi;

interface Open {
  holder: Holder | null;
  href: string;
  parts: Part[];
}

/** Parses what the server has left of a description: a, b, i, em, strong, br and p. Other tags are dropped, their text stays. */
export function partsOf(html: string): Part[] {
  const root: Open = { holder: null, href: '', parts: [] };
  const open: Open[] = [root];
  for (const [token, slash, tag, attributes] of html.matchAll(TOKEN)) {
    const top = open.at(-1) ?? root;
    const name = tag?.toLowerCase();
    if (name === undefined) addText(top.parts, plain(token));
    else if (name === 'br') top.parts.push({ kind: 'break' });
    else if (slash) close(open, HOLDERS[name]);
    else if (HOLDERS[name]) open.push({ holder: HOLDERS[name], href: addressOf(attributes ?? ''), parts: [] });
  }
  while (open.length > 1) close(open, open.at(-1)?.holder ?? undefined);
  return root.parts;
}

function addText(parts: Part[], text: string): void {
  const last = parts.at(-1);
  if (last?.kind === 'text') parts[parts.length - 1] = { kind: 'text', text: last.text + text };
  else parts.push({ kind: 'text', text });
}

/** Ends the innermost of these, and with it all that is open within; nothing where none is open. */
function close(open: Open[], holder: Holder | undefined): void {
  if (!holder || !open.some((one) => one.holder === holder)) return;
  for (;;) {
    const one = open.pop();
    const below = open.at(-1);
    if (!one?.holder || !below) return;
    below.parts.push(...partOf(one.holder, one));
    if (one.holder === holder) return;
  }
}

/** A link without an address is only its text. */
function partOf(kind: Holder, { href, parts }: Open): Part[] {
  if (kind !== 'link') return [{ kind, parts }];
  return href ? [{ kind, href, parts }] : parts;
}

/** The address of a link if it leads to the web, else ''. */
function addressOf(attributes: string): string {
  const [, quoted, single] = /\shref\s*=\s*(?:"([^"]*)"|'([^']*)')/i.exec(attributes) ?? [];
  const href = plain(quoted ?? single ?? '').trim();
  return /^https?:\/\/[^\s/]/i.test(href) ? href : '';
}

function plain(text: string): string {
  return text.replace(/&(?:#(\d{1,7})|#x([0-9a-f]{1,6})|([a-z]+));/gi, (whole, decimal?: string, hex?: string, name?: string) => {
    if (name !== undefined) return ENTITIES[name.toLowerCase()] ?? whole;
    const code = decimal === undefined ? parseInt(hex ?? '', 16) : Number(decimal);
    return code > 0 && code <= 0x10ffff && !(code >= 0xd800 && code <= 0xdfff) ? String.fromCodePoint(code) : '\ufffd';
  });
}
