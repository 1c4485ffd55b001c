//! A background job and its status.

use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

use crate::training::HeldOut;
use crate::training::compare::Comparison;

/// What a background job does. One job runs at a time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum JobKind {
    /// No job was started yet.
    #[default]
    None,
    /// Trains a head, then scores the photos again.
    Train,
    /// Computes missing embeddings, then scores the photos again.
    Score,
    /// Puts another version of a head in use, then scores the photos again.
    Adopt,
    /// Searches photo services, then scores the new photos.
    Search,
}

/// A job to do.
#[derive(Clone, Debug)]
pub enum Task {
    /// Trains the head of a concept.
    Train {
        /// The concept.
        concept: String,
        /// Whether words are features too.
        with_text: bool,
    },
    /// Scores the photos.
    Score,
    /// Puts a version of a concept's head in use.
    Adopt {
        /// The concept.
        concept: String,
        /// The head's version.
        version: String,
    },
}

impl Task {
    /// What it does.
    pub fn kind(&self) -> JobKind {
        match self {
            Self::Train { .. } => JobKind::Train,
            Self::Score => JobKind::Score,
            Self::Adopt { .. } => JobKind::Adopt,
        }
    }

    /// The concept that it is about.
    pub fn concept(&self) -> Option<&str> {
        match self {
            Self::Train { concept, .. } | Self::Adopt { concept, .. } => Some(concept),
            Self::Score => None,
        }
    }
}

/// The status of a job.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum JobStatus {
    /// No job was started yet.
    #[default]
    Idle,
    /// The job is running.
    Running,
    /// The job has ended.
    Done,
    /// The job ended with an error.
    Failed,
}

/// A background job.
#[derive(Clone, Debug, Default)]
pub struct Job {
    pub kind: JobKind,
    pub concept: Option<String>,
    pub status: JobStatus,
    /// Photos processed.
    pub done: u64,
    /// Photos to process.
    pub total: u64,
    /// Progress or result, to display.
    pub message: String,
    pub started_at: Option<Timestamp>,
    /// After training: labelled photos that the head gets wrong, the worst first.
    pub mistakes: Vec<HeldOut>,
    /// After training beside a head in use: both on the same labels.
    pub comparison: Option<Comparison>,
    /// After training: the version of a new head that is not in use.
    pub candidate: Option<String>,
}
