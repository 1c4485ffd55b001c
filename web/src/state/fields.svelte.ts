// The fields of photos, as the server lists them: what they are called, what values they have, where they are shown.

import type { DatasetInfo } from '../api/types';

export type Field = DatasetInfo['fields'][number];
export type FieldLists = Pick<DatasetInfo, 'fields' | 'sorts' | 'captions' | 'charts'>;

/** Begins the names of all fields of scores. */
export const SCORE = 'score.';
/** Stands for the scores of all concepts in the server's lists. */
export const SCORES = 'score.NAME';

class Fields {
  #lists = $state.raw<FieldLists>({ fields: [], sorts: [], captions: [], charts: [] });
  #byName = $derived(new Map(this.#lists.fields.map((field) => [field.name, field])));

  /** Takes over the server's lists. */
  take(lists: FieldLists): void {
    this.#lists = lists;
  }

  /** In the order of the panel; the scores of all concepts are one. */
  get list(): readonly Field[] {
    return this.#lists.fields;
  }

  /** Orders of photos, but for those by scores. */
  get sorts(): readonly { name: string; label: string }[] {
    return this.#lists.sorts;
  }

  /** Lines that can stand under a photo, in the order shown. */
  get captions(): readonly { name: string; label: string }[] {
    return this.#lists.captions;
  }

  /** Names of the fields with a chart, in the order shown. */
  get charts(): readonly string[] {
    return this.#lists.charts;
  }

  of(name: string): Field | undefined {
    return this.#byName.get(name.startsWith(SCORE) ? SCORES : name);
  }
}

export const fields = new Fields();
