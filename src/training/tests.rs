//! Training on labelled photos: the result, the measures, and the messages.

mod heads;
mod logistic;
mod train;

use gleaner::photo::PhotoId;
use gleaner::training::Sample;
use gleaner::training::draw::Rng;
use gleaner::training::features::Words;
use gleaner::training::groups::GroupKeys;

/// Values per generated embedding.
pub const DIMS: usize = 24;

/// A photo whose embedding leans to one side by `lean` standard deviations where it shows the concept.
pub fn sample(n: usize, shows: bool, lean: f64, draw: &mut Rng) -> Sample {
    let mut embedding: Vec<f32> = (0..DIMS).map(|_| draw.normal() as f32).collect();
    embedding[0] += if shows { lean } else { -lean } as f32;
    Sample {
        id: PhotoId::new("made", &format!("{n:04}")),
        embedding,
        words: Words::default(),
        group_keys: GroupKeys::default(),
    }
}

/// Generated photos with labels, every other one positive.
pub fn generate(number: usize, lean: f64, seed: u64) -> (Vec<Sample>, Vec<(PhotoId, bool)>) {
    let mut draw = Rng::new(seed);
    let samples: Vec<Sample> = (0..number).map(|n| sample(n, n % 2 == 0, lean, &mut draw)).collect();
    let labels = samples.iter().enumerate().map(|(n, sample)| (sample.id.clone(), n % 2 == 0)).collect();
    (samples, labels)
}
