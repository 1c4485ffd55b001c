// The current filter as clauses. The panel, the charts and the map change it here; the text in the address follows.

import { aborted, api, ApiError, asApiError } from '../api/client';
import {
  isRange,
  noneStandingOf,
  spanStandingOf,
  standingOf,
  withArea,
  withDays,
  withoutField,
  withSpan,
  withSpanTo,
  withUnknown,
  withValue,
  type Standing,
} from './clauses';
import { fieldOf, print, type Area, type ChoiceField, type Clause, type DaySpan, type FieldName, type Span } from './filter';
import { dataset } from './dataset.svelte';
import { page } from './page.svelte';

class Filters {
  /** Of the text last read; while a new text is being read these are still the old ones. */
  clauses = $state.raw<Clause[]>([]);
  /** Why the text in the address cannot be read. */
  error = $state.raw<ApiError | null>(null);
  #read = new Map<string, Clause[]>([['', []]]);
  #request: AbortController | null = null;
  #taking: AbortController | null = null;
  /** A text that the server has called wrong: it will not read better a second time. */
  #refused: string | null = null;

  /** Keeps the clauses up with the address; called once, within an effect. */
  follow(q: string): void {
    this.#request?.abort();
    const known = this.#read.get(q);
    if (known) {
      this.#refused = null;
      this.clauses = known;
      this.error = null;
      return;
    }
    // A server that was away when it was asked counts this up when it is back: the effect asks again.
    void dataset.revision;
    if (q !== this.#refused) void this.#ask(q);
  }

  async #ask(q: string): Promise<void> {
    const request = new AbortController();
    this.#request = request;
    this.#refused = null;
    try {
      const { filter } = await api.filter(q, request.signal);
      this.#remember(q, filter.clauses);
      if (page.q !== q) return;
      this.clauses = filter.clauses;
      this.error = null;
    } catch (error) {
      if (aborted(error) || page.q !== q) return;
      this.error = asApiError(error);
      if (this.error.gone) return;
      this.#refused = q;
      this.clauses = [];
    }
  }

  #remember(q: string, clauses: Clause[]): void {
    if (this.#read.size > 500) this.#read = new Map([['', []]]);
    this.#read.set(q, clauses);
  }

  /** Puts these clauses in place of the current ones. `soon`: while something is dragged. */
  replace(clauses: Clause[], soon = false): void {
    this.#show(print({ clauses }), clauses, soon);
  }

  #show(q: string, clauses: Clause[], soon: boolean): void {
    this.#remember(q, clauses);
    this.clauses = clauses;
    this.error = null;
    page.set({ q }, { soon });
  }

  /**
   * Takes a text typed by a person: its canonical form goes into the address. False where the next text, or a click
   * elsewhere, was faster. Throws ApiError with `at`.
   */
  async take(text: string): Promise<boolean> {
    this.#taking?.abort();
    const { signal } = (this.#taking = new AbortController());
    const before = page.q;
    const overtaken = (): boolean => signal.aborted || page.q !== before;
    try {
      const { canonical, filter } = await api.filter(text.trim(), signal);
      if (overtaken()) return false;
      this.#show(canonical, filter.clauses, false);
      return true;
    } catch (error) {
      if (overtaken()) return false;
      throw error;
    }
  }

  clear(): void {
    this.replace([]);
  }

  removeAt(index: number): void {
    this.replace(this.clauses.toSpliced(index, 1));
  }

  negateAt(index: number): void {
    const clause = this.clauses[index];
    if (clause) this.replace(this.clauses.with(index, { ...clause, negated: !clause.negated }));
  }

  clearField(field: FieldName): void {
    this.replace(withoutField(this.clauses, field));
  }

  has(field: FieldName): boolean {
    return this.clauses.some(({ test }) => fieldOf(test) === field);
  }

  standing(field: FieldName, value: string): Standing {
    return standingOf(this.clauses, field, value);
  }

  noneStanding(field: FieldName): Standing {
    return noneStandingOf(this.clauses, field);
  }

  /** Asks for a value, excludes it, or neither. */
  setChoice(field: ChoiceField, value: string, to: Standing): void {
    this.replace(withValue(this.clauses, { field, value }, to));
  }

  /** Turns a value to `to`, or off where it already stands so. */
  toggle(field: ChoiceField, value: string, to: Exclude<Standing, null> = 'in'): void {
    this.setChoice(field, value, this.standing(field, value) === to ? null : to);
  }

  /** The same for photos without a value. */
  toggleNone(field: FieldName, to: Exclude<Standing, null> = 'in'): void {
    this.replace(withUnknown(this.clauses, field, this.noneStanding(field) === to ? null : to));
  }

  /** The first range of a field of numbers. */
  span(field: FieldName): Span | null {
    for (const { negated, test } of this.clauses) {
      if (negated || test.kind !== 'number' || fieldOf(test) !== field) continue;
      const range = test.spans.find((span) => isRange(field, span));
      if (range) return range;
    }
    return null;
  }

  spanStanding(field: FieldName, span: Span): Standing {
    return spanStandingOf(this.clauses, field, span);
  }

  /** Turns one span among others to `to`, or off where it already stands so. */
  toggleSpan(field: FieldName, span: Span, to: Exclude<Standing, null> = 'in'): void {
    this.replace(withSpanTo(this.clauses, { field, span }, this.spanStanding(field, span) === to ? null : to));
  }

  /** The first range of days. */
  days(): DaySpan | null {
    for (const { negated, test } of this.clauses) {
      if (!negated && test.kind === 'taken') return test.spans[0] ?? null;
    }
    return null;
  }

  setNumber(field: FieldName, span: Span | null, soon = false): void {
    this.replace(withSpan(this.clauses, field, span), soon);
  }

  setTaken(span: DaySpan | null, soon = false): void {
    this.replace(withDays(this.clauses, span), soon);
  }

  /** One area in place of all there are; null: anywhere or nowhere. `negated` with `{shape:'any'}`: `place:none`. */
  setArea(area: Area | null, negated = false): void {
    this.replace(withArea(this.clauses, area, negated));
  }
}

export const filters = new Filters();
