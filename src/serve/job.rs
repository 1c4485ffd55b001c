//! A background job and its status.

use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

use crate::training::HeldOut;

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
}
