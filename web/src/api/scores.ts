// The shapes of concepts, reviews, training and likeness in /api/v1, by the names that this page uses.

import type { components } from './schema';
import type { Closer } from './types';

type Schemas = components['schemas'];

export type Verdict = 'yes' | 'no' | 'unsure';

export type Sense = Schemas['SenseTold'];
export type Head = Schemas['HeadTold'];
export type ConceptTold = Closer<Schemas['ConceptTold'], { from: 'settings' | 'dataset' }>;
export type ConceptsAnswer = Closer<Schemas['ConceptsAnswer'], { concepts: ConceptTold[] }>;
export type ConceptChange = Schemas['ConceptBody'];

export type SampledPhoto = Schemas['SampledPhoto'];
export type Reviewed = Closer<Schemas['ReviewTold'], { verdict: Verdict }>;

export type CutPoint = Schemas['CutPoint'];
export type CutAnswer = Schemas['CutAnswer'];

export type Confusion = Closer<Schemas['Confused'], { verdict: 'yes' | 'no' }>;
export type Work = Closer<Schemas['WorkAnswer'], { confusions: Confusion[] }>;

export type SimilarAnswer = Schemas['SimilarAnswer'];
