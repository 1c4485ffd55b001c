/// <reference types="node" />
// Before each test: the fields as the server lists them. A test of the server writes the file.

import { readFileSync } from 'node:fs';
import { fields, type FieldLists } from './fields.svelte';

fields.take(JSON.parse(readFileSync(new URL('../../../tests/fixtures/fields.json', import.meta.url), 'utf8')) as FieldLists);
