// A chart as a file: SVG that stands by itself, and CSV.
import type { Drawing, Label, Mark } from './drawing';

export interface Table {
  header: string[];
  rows: (string | number)[][];
  /** For each row the filter that selects its photos, where there is one. */
  filters?: string[];
}

const quoted = (value: string | number): string => {
  // A spreadsheet runs text that begins like a formula; an apostrophe keeps it text.
  const text = typeof value === 'string' && /^[=+\-@\t\r]/.test(value) ? `'${value}` : String(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
};

/** RFC 4180. */
export const csv = ({ header, rows }: Table): string => [header, ...rows].map((row) => row.map(quoted).join(',')).join('\r\n') + '\r\n';

const ESCAPES: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };
/** Characters that XML 1.0 has no way to write are left out. */
// eslint-disable-next-line no-control-regex
const escaped = (text: string): string => text.replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f]/g, '').replace(/[&<>"']/g, (c) => ESCAPES[c] ?? c);

const PAINT = { now: '#2f8558', off: '#b9c4bb', all: '#dcdfd7', cell: '#1d6b42', empty: '#f2f3ef', text: '#4a5048', title: '#191c18', rule: '#e1e2dc', outline: '#898e84' };
const FONT = "system-ui, 'Segoe UI', Roboto, 'Noto Sans', Arial, sans-serif";
const number = (n: number): string => String(Number(n.toFixed(2)));

const mark = ({ role, x, y, width, height, depth }: Mark): string =>
  `<rect x="${number(x)}" y="${number(y)}" width="${number(width)}" height="${number(height)}" fill="${PAINT[role]}"${role === 'cell' ? ` fill-opacity="${number(0.1 + 0.9 * (depth ?? 1))}"` : ''}/>`;

const label = ({ text, x, y, anchor, strong }: Label): string =>
  `<text x="${number(x)}" y="${number(y)}" text-anchor="${anchor}"${strong ? ' font-weight="600"' : ''}>${escaped(text)}</text>`;

export interface Caption {
  title: string;
  /** What is shown: filter, dataset, day. */
  lines: string[];
}

const MARGIN = 20;

export function svg(drawing: Drawing, { title, lines }: Caption): string {
  const head = 30 + lines.length * 16 + 12;
  const [width, height] = [drawing.width + 2 * MARGIN, drawing.height + head + MARGIN];
  const captions = lines.map((line, i) => `<text x="${MARGIN}" y="${46 + i * 16}" font-size="11" fill="${PAINT.text}">${escaped(line)}</text>`);
  const rules = drawing.rules.map((r) => `<line x1="${number(r.x1)}" y1="${number(r.y1)}" x2="${number(r.x2)}" y2="${number(r.y2)}" stroke="${PAINT.rule}"/>`);
  const outline = drawing.outline ? [`<path d="${drawing.outline}" fill="none" stroke="${PAINT.outline}"/>`] : [];
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${number(width)}" height="${number(height)}" viewBox="0 0 ${number(width)} ${number(height)}" font-family="${FONT}" font-size="11" fill="${PAINT.text}">`,
    `<title>${escaped(title)}</title>`,
    `<rect width="100%" height="100%" fill="#ffffff"/>`,
    `<text x="${MARGIN}" y="28" font-size="15" font-weight="600" fill="${PAINT.title}">${escaped(title)}</text>`,
    ...captions,
    `<g transform="translate(${MARGIN} ${head})">`,
    ...rules,
    ...drawing.marks.map(mark),
    ...outline,
    ...drawing.labels.map(label),
    '</g>',
    '</svg>',
    '',
  ].join('\n');
}

/** A file's name from a title: `Photos a month` becomes `photos-a-month`. */
export const fileName = (title: string, extension: string): string =>
  `${title.toLowerCase().normalize('NFKD').replace(/[^\p{L}\p{N}]+/gu, '-').replace(/^-|-$/g, '') || 'chart'}.${extension}`;

/** Hands text to the browser as a download. */
export function download(name: string, type: string, text: string): void {
  const address = URL.createObjectURL(new Blob([text], { type }));
  const link = document.createElement('a');
  link.href = address;
  link.download = name;
  link.click();
  // A busy browser fetches it late.
  setTimeout(() => URL.revokeObjectURL(address), 60_000);
}
