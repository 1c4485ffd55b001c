//! Labels from Google Vision: the cost is shown and confirmed before anything is sent.

use std::sync::Arc;

use anyhow::{Context, Result};

use super::credentials;
use super::output::{UsageError, confirms, counted, print_message, this_command};
use super::progress::Meter;
use crate::config::Config;
use crate::dataset::Dataset;
use crate::net::Client;
use crate::pipeline::Stop;
use crate::pipeline::annotate::{Annotated, Annotator, Todo, annotate};
use crate::pipeline::worker_session::WorkerSession;
use crate::scorers::vision::Service;
use crate::stages::Derived;
use crate::store::Store;

/// The user's consent to send photos.
pub struct Consent {
    /// `--yes`.
    pub yes: bool,
    /// `--most`.
    pub most: Option<u64>,
    /// Whether to answer with JSON.
    pub json: bool,
}

/// The service, with the user's key.
pub fn service(config: &Config) -> Result<Service> {
    let key = credentials::vision()?;
    let client = Client::new(config.net.client())?;
    Ok(Service::new(client, &config.vision, key, config.net.patience()))
}

/// Requests labels for the images that have none, up to the number that the user confirms.
pub async fn label(
    service: Service,
    (store, dataset, derived): (&Arc<dyn Store>, &Dataset, Arc<Derived>),
    config: &Config,
    consent: &Consent,
    stop: &Stop,
) -> Result<Annotated> {
    // Two processes at once would pay for the same images twice.
    let _lease = WorkerSession::exclusive(store, "vision", &["vision".to_owned()])?;
    let gathered = Arc::clone(store);
    let todo = tokio::task::spawn_blocking(move || Todo::gather(gathered.as_ref()));
    let todo = todo.await.context("reading the dataset failed")??;
    let confirmed = confirmed(&todo, config, consent)?;
    let meter = Arc::new(Meter::new("image", Some(confirmed), consent.json));
    let shown = Arc::clone(&meter);
    let on_progress = Arc::new(move |so_far: &Annotated| shown.work_to(so_far.images + so_far.refused));
    let annotator = Annotator { service, dataset: dataset.clone(), derived, on_progress, stop: stop.clone() };
    let annotated = annotate(&annotator, store, todo, confirmed).await?;
    meter.end();
    print_message(&summary(&annotated));
    if let Some(why) = &annotated.cut_short {
        print_message(&format!("labelling stopped early: {why}; the labels so far are saved"));
        print_message(&format!("to continue: {}", this_command()));
    }
    Ok(annotated)
}

/// How many images may be sent; an error unless the user confirms.
fn confirmed(todo: &Todo, config: &Config, consent: &Consent) -> Result<u64> {
    let all = todo.estimate(&config.vision);
    let paid = config.vision.max_usd.map_or(all.images, |usd| all.images_for(usd));
    let images = paid.min(consent.most.unwrap_or(u64::MAX));
    if images == 0 {
        if all.images > 0 {
            return Err(UsageError::error(
                format!("the limits allow no image: {all}"),
                "[vision] max_usd in gleaner.toml and --most are the limits",
            ));
        }
        return Ok(0);
    }
    print_message(&format!("This sends to Google Vision: {}.", todo.estimate_of(images, &config.vision)));
    print_message(&format!(
        "The photos are scaled down to {} pixels and have no metadata; Google's terms apply to them. See docs/vision.md.",
        config.vision.long_edge_px
    ));
    if consent.yes || confirms("Send them?")? {
        return Ok(images);
    }
    Err(UsageError::error("nothing was sent", "use --yes to confirm, or --most N to send fewer images"))
}

fn summary(annotated: &Annotated) -> String {
    let (images, calls) = (counted(annotated.images, "image"), counted(annotated.calls, "call"));
    let mut parts = vec![format!("{images} labelled in {calls}")];
    for (count, what) in [
        (annotated.empty, "without any label"),
        (annotated.refused, "refused permanently"),
        (annotated.unreadable, "unreadable"),
        (annotated.in_doubt, "in doubt: possibly charged, without a result"),
        (annotated.left, "left for the next run"),
    ] {
        if count > 0 {
            parts.push(format!("{count} {what}"));
        }
    }
    format!("Google Vision: {}", parts.join(", "))
}
