//! `testbed flickr` serves a simulated Flickr until interrupted. It prints its address, and the counts at the end.
//! `testbed replay DIR` serves recorded pages of any photo service.
//! `testbed gallery` serves a site without an API.
//! `testbed vision` does the same for a simulated Google Vision.
//! `testbed mongodb DIR` starts a real MongoDB until interrupted.
//! `testbed s3` serves an S3-compatible bucket in memory.
//! `testbed dataset DIR` generates a dataset and prints its folder and its key.
#![allow(clippy::print_stdout, reason = "the line with the address is what the program is for")]

use std::path::PathBuf;

use anyhow::{Context, Result};
use clap::Parser;
use gleaner::seal::KeyFile;
use testbed::dataset::DatasetConfig;
use testbed::faults::{API_MIX, Fault, IMAGE_MIX};
use testbed::flickr::Flickr;
use testbed::gallery::Gallery;
use testbed::mongo::{self, Kind, Mongo};
use testbed::replay::Replay;
use testbed::s3::{self, S3};
use testbed::vision::Vision;
use testbed::vision::fault::ServiceFault;

/// Simulated services for tests, on loopback only.
#[derive(Parser)]
enum Command {
    /// A Flickr-like API and its image host.
    Flickr(Options),
    /// Recorded pages of any photo service, and images for them.
    Replay(ReplayOptions),
    /// A site without an API: a gallery for a browser.
    Gallery(GalleryOptions),
    /// Google Vision's `images:annotate`.
    Vision(VisionOptions),
    /// An S3-compatible bucket, in memory.
    S3(S3Options),
    /// A dataset of generated photos.
    Dataset(DatasetOptions),
    /// A real MongoDB as a replica set on loopback, with its data in DIR. GLEANER_MONGOD names the server's program.
    Mongodb(MongodbOptions),
}

#[derive(clap::Args)]
struct ReplayOptions {
    /// The folder with pages.json, as in tests/fixtures/sources/NAME.
    dir: PathBuf,
    /// Port of the API; 0 picks a free one.
    #[arg(long, default_value_t = 0)]
    port: u16,
    /// Share of calls that fail for a while, 0 to 1.
    #[arg(long, default_value_t = 0.0)]
    faults: f64,
    /// The random seed.
    #[arg(long, default_value_t = 1)]
    seed: u64,
}

#[derive(clap::Args)]
struct GalleryOptions {
    /// Port; 0 picks a free one.
    #[arg(long, default_value_t = 0)]
    port: u16,
    /// Wait before each answer, ms.
    #[arg(long, default_value_t = 0)]
    latency_ms: u64,
}

#[derive(clap::Args)]
struct MongodbOptions {
    /// The folder for its data.
    dir: PathBuf,
    /// The number of servers.
    #[arg(long, default_value_t = 1)]
    members: usize,
}

#[derive(clap::Args)]
struct DatasetOptions {
    /// The folder to write; it must not contain a dataset.
    dir: PathBuf,
    /// How many photos.
    #[arg(long, default_value_t = 50_000)]
    photos: u64,
    /// The random seed.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// How many different pictures the photos share.
    #[arg(long, default_value_t = 240)]
    pictures: usize,
    /// Share of photos with sealed fields, 0 to 1.
    #[arg(long, default_value_t = 0.01)]
    sealed: f64,
    /// Where to write the dataset's key, instead of printing it.
    #[arg(long)]
    key_file: Option<PathBuf>,
}

#[derive(clap::Args)]
struct VisionOptions {
    /// Port; 0 picks a free one.
    #[arg(long, default_value_t = 0)]
    port: u16,
    /// The only accepted key; by default any key is accepted.
    #[arg(long)]
    key: Option<String>,
    /// Folder of photos whose labels the table gives.
    #[arg(long, requires = "labels")]
    photos: Option<PathBuf>,
    /// JSON: {"file.jpg": [["Monkey", 0.93], ...], ...}
    #[arg(long, requires = "photos")]
    labels: Option<PathBuf>,
    /// Images per day.
    #[arg(long)]
    per_day: Option<u64>,
    /// Share of calls that fail, 0 to 1.
    #[arg(long, default_value_t = 0.0)]
    faults: f64,
    /// Kinds of failures to pick from.
    #[arg(long, value_delimiter = ',', default_value = "429,429-retry-after,503")]
    fault_kinds: Vec<String>,
    /// Share of images that fail, 0 to 1.
    #[arg(long, default_value_t = 0.0)]
    image_errors: f64,
    /// Codes of their errors.
    #[arg(long, value_delimiter = ',', default_value = "3,8,13,14")]
    image_codes: Vec<i64>,
    /// Wait before each answer, ms.
    #[arg(long, default_value_t = 0)]
    latency_ms: u64,
    /// The random seed.
    #[arg(long, default_value_t = 1)]
    seed: u64,
}

#[derive(clap::Args)]
struct S3Options {
    /// Port; 0 picks a free one.
    #[arg(long, default_value_t = 0)]
    port: u16,
    /// The bucket's name.
    #[arg(long, default_value = "photos")]
    bucket: String,
    /// The id of the only accepted access key.
    #[arg(long, default_value = "testbed")]
    key_id: String,
    /// Its secret.
    #[arg(long, default_value = "testbed-secret")]
    secret: String,
    /// Share of requests that fail, 0 to 1.
    #[arg(long, default_value_t = 0.0)]
    faults: f64,
    /// Kinds of failures to pick from.
    #[arg(long, value_delimiter = ',', default_value = "503,500,500-done,cut,reset")]
    fault_kinds: Vec<String>,
    /// The random seed.
    #[arg(long, default_value_t = 1)]
    seed: u64,
}

#[derive(clap::Args)]
struct Options {
    /// Folder of photos with a DataFrame dump, an ATTRIBUTION.csv/metadata.csv, or images alone.
    #[arg(long)]
    photos: Option<PathBuf>,
    /// How many copies of each photo of the folder to serve.
    #[arg(long, default_value_t = 1)]
    repeat: u32,
    /// Port of the API; 0 picks a free one.
    #[arg(long, default_value_t = 0)]
    port: u16,
    /// How many photos to generate.
    #[arg(long, default_value_t = 0)]
    generate: u64,
    /// Share of calls that fail for a while, 0 to 1.
    #[arg(long, default_value_t = 0.0)]
    faults: f64,
    /// Kinds of faults to pick from, instead of the usual mix.
    #[arg(long, value_delimiter = ',')]
    fault_kinds: Vec<String>,
    /// The random seed.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Share of generated photos whose files are gone.
    #[arg(long, default_value_t = 0.0)]
    gone: f64,
    /// Share of generated items that are videos.
    #[arg(long, default_value_t = 0.02)]
    videos: f64,
    /// Share of entries in a page that are no photos, on top of the photos.
    #[arg(long, default_value_t = 0.0)]
    bad_records: f64,
    /// Wait before each answer, ms.
    #[arg(long, default_value_t = 0)]
    latency_ms: u64,
    /// Originals per second before 429, with a burst of 25.
    #[arg(long)]
    originals_per_second: Option<f64>,
    /// Exact totals, no overlapping pages, uniform types.
    #[arg(long)]
    plain: bool,
    /// Error 20 past the 4,000 cap instead of repeated results.
    #[arg(long)]
    error_past_cap: bool,
    /// Image answers with Content-Length instead of chunked.
    #[arg(long)]
    content_length: bool,
    /// An API key to refuse.
    #[arg(long)]
    bad_key: Vec<String>,
}

#[tokio::main]
async fn main() -> Result<()> {
    match Command::parse() {
        Command::Flickr(options) => serve(options).await,
        Command::Replay(options) => serve_replay(options).await,
        Command::Gallery(options) => serve_gallery(options).await,
        Command::Vision(options) => serve_vision(options).await,
        Command::S3(options) => serve_s3(options).await,
        Command::Dataset(options) => dataset(options),
        Command::Mongodb(options) => serve_mongodb(options).await,
    }
}

async fn serve_gallery(options: GalleryOptions) -> Result<()> {
    let running = Gallery::default().port(options.port).latency_ms(options.latency_ms).start().await?;
    println!("{}/gallery", running.url);
    tokio::signal::ctrl_c().await.context("the interrupt signal cannot be listened for")?;
    println!("requests={} trapped={}", running.asked().len(), running.trapped());
    Ok(())
}

async fn serve_replay(options: ReplayOptions) -> Result<()> {
    let replay = Replay::of(&options.dir).port(options.port).faults(options.faults).seed(options.seed);
    let running = replay.start().await?;
    println!("{}", running.api_url);
    tokio::signal::ctrl_c().await.context("the interrupt signal cannot be listened for")?;
    let stats = running.stats();
    println!("api_calls={} image_calls={}", stats.api_calls, stats.image_calls);
    Ok(())
}

async fn serve_mongodb(MongodbOptions { dir, members }: MongodbOptions) -> Result<()> {
    let program = mongo::program();
    anyhow::ensure!(program.is_file(), "{} is missing; scripts/test downloads it", program.display());
    // It uses its own runtime to wait for the servers, so it must not be created or dropped in this one.
    let start = move || Mongo::start(Kind::Set, members, &dir);
    let mongo = tokio::task::spawn_blocking(start).await.context("the servers did not start")?;
    println!("{}", mongo.url(""));
    tokio::signal::ctrl_c().await.context("the interrupt signal cannot be listened for")?;
    tokio::task::spawn_blocking(|| drop(mongo)).await.context("the servers did not end")
}

async fn serve_vision(options: VisionOptions) -> Result<()> {
    let named = |name: &String| ServiceFault::named(name).with_context(|| format!("{name} is not a fault"));
    let kinds = options.fault_kinds.iter().map(named).collect::<Result<Vec<_>>>()?;
    let mut vision = Vision::builder()
        .port(options.port)
        .seed(options.seed)
        .latency_ms(options.latency_ms)
        .faults(options.faults, &kinds)
        .image_errors(options.image_errors, &options.image_codes);
    vision = options.key.iter().fold(vision, |vision, key| vision.key(key));
    vision = options.per_day.iter().fold(vision, |vision, images| vision.per_day(*images));
    if let (Some(photos), Some(labels)) = (&options.photos, &options.labels) {
        vision = vision.album(photos, labels)?;
    }
    let running = vision.start().await?;
    println!("{}", running.api_url);
    tokio::signal::ctrl_c().await.context("the interrupt signal cannot be listened for")?;
    let stats = running.stats();
    println!("calls={} images_charged={} charged_twice={}", stats.calls, stats.bill(), stats.charged_twice());
    Ok(())
}

async fn serve_s3(options: S3Options) -> Result<()> {
    let named = |name: &String| s3::fault::ServiceFault::named(name).with_context(|| format!("{name} is not a fault"));
    let kinds = options.fault_kinds.iter().map(named).collect::<Result<Vec<_>>>()?;
    let s3 = S3::builder(&options.bucket, &options.key_id, &options.secret);
    let running = s3.port(options.port).seed(options.seed).faults(options.faults, &kinds).start().await?;
    println!("{}", running.endpoint);
    tokio::signal::ctrl_c().await.context("the interrupt signal cannot be listened for")?;
    let stats = running.stats();
    println!("objects={} requests={:?} refused={}", running.objects().len(), stats.requests, stats.refused);
    Ok(())
}

fn dataset(options: DatasetOptions) -> Result<()> {
    let DatasetOptions { dir, photos, seed, pictures, sealed, key_file } = options;
    let config = DatasetConfig { photos, seed, pictures, sealed };
    config.write(&dir)?;
    let key = config.key();
    let key = match key_file {
        Some(path) => {
            KeyFile::create(&path, &key)?;
            path.display().to_string()
        }
        None => key.expose().to_string(),
    };
    println!("{}", serde_json::json!({"dataset": dir, "photos": photos, "key": key}));
    Ok(())
}

async fn serve(options: Options) -> Result<()> {
    let running = flickr(options)?.start().await?;
    println!("{}", running.api_url);
    tokio::signal::ctrl_c().await.context("the interrupt signal cannot be listened for")?;
    let stats = running.stats();
    println!("api_calls={} image_calls={}", stats.api_calls, stats.image_calls);
    Ok(())
}

fn flickr(options: Options) -> Result<Flickr> {
    let named = |name: &String| {
        Fault::named(name).with_context(|| format!("{name} is not a fault; the faults are: {}", known()))
    };
    let kinds = options.fault_kinds.iter().map(named).collect::<Result<Vec<_>>>()?;
    let (api, images) = if kinds.is_empty() { (API_MIX, IMAGE_MIX) } else { (&kinds[..], &kinds[..]) };
    let mut flickr = Flickr::builder()
        .generate(options.generate)
        .seed(options.seed)
        .port(options.port)
        .faults(options.faults)
        .fault_kinds(api, images)
        .latency_ms(options.latency_ms)
        .content_length(options.content_length)
        .config(|r| (r.gone, r.videos) = (options.gone, options.videos))
        .repeat(options.repeat)
        .quirks(|q| (q.bad_records, q.error_past_cap) = (options.bad_records, options.error_past_cap));
    flickr = if options.plain { flickr.plain() } else { flickr };
    flickr = options.photos.iter().fold(flickr, Flickr::photos);
    flickr = options.originals_per_second.iter().fold(flickr, |f, rate| f.originals_limit(25.0, *rate));
    Ok(options.bad_key.iter().fold(flickr, |f, key| f.bad_key(key)))
}

fn known() -> String {
    Fault::ALL.iter().map(|f| f.name()).collect::<Vec<_>>().join(", ")
}
