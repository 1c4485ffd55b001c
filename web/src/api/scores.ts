// Types of concepts, reviews, training and similar photos in /api/v1.

import type { components } from './schema';
import type { Closer } from './types';

type Schemas = components['schemas'];

export type Verdict = 'yes' | 'no' | 'unsure';

export type Sense = Schemas['SenseResponse'];
export type Head = Schemas['HeadResponse'];
export type ConceptResponse = Closer<Schemas['ConceptResponse'], { from: 'settings' | 'dataset' }>;
export type ConceptsResponse = Closer<Schemas['ConceptsResponse'], { concepts: ConceptResponse[] }>;
export type ConceptChange = Schemas['ConceptRequest'];

export type SampledPhoto = Schemas['SampledPhoto'];
export type Reviewed = Closer<Schemas['ReviewResponse'], { verdict: Verdict }>;

export type ThresholdPoint = Schemas['ThresholdPoint'];
export type ThresholdResponse = Schemas['ThresholdResponse'];

export type Confusion = Closer<Schemas['Misclassified'], { verdict: 'yes' | 'no' }>;
export type Work = Closer<Schemas['JobResponse'], { confusions: Confusion[] }>;

export type Comparison = Schemas['ComparisonResponse'];

export type SimilarResponse = Schemas['SimilarResponse'];
