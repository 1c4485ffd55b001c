// The words of a concept as typed by the user.

/** Words between commas or on lines of their own, without blanks around them, each once. */
export function wordsOf(text: string): string[] {
  const words = text
    .split(/[,;\n、،]/u)
    .map((word) => word.trim().replace(/\s+/gu, ' '))
    .filter((word) => word !== '');
  return words.filter((word, at) => words.findIndex((other) => other.toLowerCase() === word.toLowerCase()) === at);
}

/** Why this cannot be the name of a concept; null where it can. */
export function wrongName(name: string, taken: readonly string[]): string | null {
  if (name.includes('@')) return 'A name cannot contain @, which separates a concept from its scorer.';
  if (taken.some((other) => other.toLowerCase() === name.toLowerCase())) return 'A concept with this name already exists.';
  return null;
}
