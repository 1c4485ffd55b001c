import type { Choice } from '../api/types';

/** A row of a tree of values. */
export interface Branch {
  choice: Choice;
  /** 0 at the top. */
  depth: number;
  /** Whether it contains other rows. */
  contains: boolean;
  /** Whether they are shown. */
  open: boolean;
}

/** Levels that are open at first. */
const OPEN_LEVELS = 2;

/** Whether values contain each other. */
export const isTree = (values: readonly Choice[]): boolean => values.some(({ parent }) => parent !== undefined);

/**
 * The rows of a tree, each value before those that it contains. A value that contains one other with as many photos says
 * nothing of its own and is left out, unless the filter names it. `turned` says of some values whether the user opened or closed
 * them.
 */
export function branches(
  values: readonly Choice[],
  turned: ReadonlyMap<string, boolean>,
  named: (value: string) => boolean,
): Branch[] {
  const known = new Map(values.map((choice) => [choice.value, choice]));
  const children = new Map<string | undefined, Choice[]>();
  for (const choice of values) {
    const parent = choice.parent !== undefined && known.has(choice.parent) ? choice.parent : undefined;
    children.set(parent, [...(children.get(parent) ?? []), choice]);
  }
  const holdsNamed = (choice: Choice): boolean =>
    (children.get(choice.value) ?? []).some((child) => named(child.value) || holdsNamed(child));
  const rows: Branch[] = [];
  const add = (choice: Choice, depth: number): void => {
    const own = children.get(choice.value) ?? [];
    const [only] = own;
    if (own.length === 1 && only !== undefined && only.all === choice.all && !named(choice.value)) {
      add(only, depth);
      return;
    }
    // At first the upper levels are open, and what holds a value that the filter names.
    const open = turned.get(choice.value) ?? (depth < OPEN_LEVELS || holdsNamed(choice));
    rows.push({ choice, depth, contains: own.length > 0, open });
    if (open) for (const child of own) add(child, depth + 1);
  };
  for (const choice of children.get(undefined) ?? []) add(choice, 0);
  return rows;
}
