// Comments at the source, which the sealed fields of a photo have after `gleaner enrich --with comments`.

/** One comment. */
export interface Comment {
  readonly author: string;
  /** The day in UTC: `2018-05-13`; empty if unknown. */
  readonly day: string;
  readonly text: string;
}

/** The comments of a photo, oldest first; what is not a comment is left out. */
export function commentsOf(given: unknown): Comment[] {
  if (!Array.isArray(given)) return [];
  return given.flatMap((item: unknown) => {
    if (item === null || typeof item !== 'object') return [];
    const record = item as Record<string, unknown>;
    const text = word(record, '_content');
    if (!text) return [];
    const author = word(record, 'realname') || word(record, 'authorname') || 'someone';
    return [{ author, day: dayOf(Number(record['datecreate'])), text }];
  });
}

function word(record: Record<string, unknown>, name: string): string {
  const value = record[name];
  return typeof value === 'string' ? value.trim() : '';
}

function dayOf(seconds: number): string {
  const date = new Date(seconds * 1000);
  return seconds > 0 && !Number.isNaN(date.getTime()) ? date.toISOString().slice(0, 10) : '';
}
