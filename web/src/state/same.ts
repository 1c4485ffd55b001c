// When two names are equal. The server decides what a filter finds (src/photo/text/folding.rs); here the rule only marks the
// values of a list that a filter names, and leaves out what the server does for Arabic and Hebrew letters.

const quotes = /[\u2018-\u201b\u2032\u02bb-\u02bd]/g;
const dashes = /[\u2010-\u2015\u2212]/g;

function folded(name: string): string {
  const bare = name.replace(/\p{Default_Ignorable_Code_Point}/gu, '').replace(/[\u0130\u0131]/g, 'i');
  // Capitals have one form where small letters have several (ß, ς).
  const small = bare.normalize('NFKD').toUpperCase().toLowerCase().normalize('NFKC');
  return small.replaceAll('ς', 'σ').replace(quotes, "'").replace(dashes, '-').replace(/\s+/g, ' ').trim();
}

/** Whether two names are equal. */
export function same(one: string, other: string): boolean {
  return one === other || folded(one) === folded(other);
}
