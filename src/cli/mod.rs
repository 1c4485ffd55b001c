//! The command line. Only this module prints, exits and reads the environment.

mod address;
mod analyse;
mod browser;
mod completion;
mod concept;
mod copy;
mod credentials;
mod criteria;
mod damage;
mod datasets;
mod demo;
mod details;
mod download;
mod export;
mod export_options;
mod export_output;
mod files;
mod filter;
mod import;
mod key;
mod logging;
mod near;
mod output;
mod output_file;
mod plan;
mod progress;
mod reference;
mod reference_add;
mod reference_get;
mod refresh;
mod repair;
mod report;
mod retry;
mod review;
mod run;
mod score;
mod scoring;
mod scrape;
mod search_options;
mod serve;
mod settings;
mod source_access;
mod sources;
mod status;
mod stored_run;
mod table_options;
mod train;
mod translation;
mod unfinished;
mod url_list;
mod verify;
mod vision;
mod web_page;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Parser, Subcommand};

/// Collects photos for research: search, download, enrich, encrypt, store, export.
#[derive(Debug, Parser)]
#[command(
    name = "gleaner",
    version,
    about,
    long_about = None,
    arg_required_else_help = true,
    after_help = "Start with `gleaner demo`: no key, no network.\nExit codes: 0 success, 1 some photos have faults, 2 usage error, 11 dataset in use, 12 wrong key, 13 credentials refused, 130 interrupted."
)]
struct Cli {
    #[command(subcommand)]
    command: Command,
    #[command(flatten)]
    global: Global,
}

/// Options of every subcommand.
#[derive(Clone, Debug, Args)]
pub struct Global {
    /// Settings file [default: ./gleaner.toml, if it exists]
    #[arg(long, global = true, value_name = "FILE")]
    config: Option<PathBuf>,
    /// File with the dataset's key [default: GLEANER_KEY, else a file in the user's own folder]
    #[arg(long, global = true, value_name = "FILE")]
    key_file: Option<PathBuf>,
    /// Keep the records in MongoDB: mongodb://host/database (put a password into GLEANER_MONGODB_URL)
    #[arg(long, global = true, value_name = "URL")]
    store: Option<String>,
    /// Print JSON to stdout
    #[arg(long, global = true)]
    json: bool,
    #[command(flatten)]
    log: logging::LogArgs,
    /// The stores that were opened.
    #[arg(skip)]
    damage: damage::OpenedStores,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Search, download, enrich, encrypt and store photos
    Scrape(Box<scrape::ScrapeArgs>),
    /// Estimate requests, photos and time of a search; asks the sources only for numbers
    Plan(Box<plan::PlanArgs>),
    /// List the photo sources with their search options, keys and limits
    Sources(sources::SourcesArgs),
    /// Download the images of stored photos
    Download(download::DownloadArgs),
    /// Try photos again that failed, with the causes before and after
    Retry(retry::RetryArgs),
    /// Ask the sources again: merge what changed, remove what was withdrawn
    Refresh(refresh::RefreshArgs),
    /// Add missing places and thumbnails; more of each photo with --with
    Enrich(download::EnrichArgs),
    /// Score how likely each photo shows each concept
    Score(score::ScoreArgs),
    /// Say which taxon photos show, as a reviewer
    Review(review::ReviewArgs),
    /// Train concepts on labelled photos
    Train(train::TrainArgs),
    /// Show what a dataset holds: photos, searches, concepts, scores, labels, sizes
    Status(status::StatusArgs),
    /// Check a dataset's records, encrypted fields and files
    Verify(verify::VerifyArgs),
    /// Mend damaged records and files, as far as they can be known or had again
    Repair(repair::RepairArgs),
    /// Export a dataset as CSV, JSON Lines, GeoJSON or another format
    Export(export::ExportArgs),
    /// Analyse a dataset: photos by month, country, camera, ...
    #[command(visible_alias = "analyze")]
    Analyse(analyse::AnalyseArgs),
    /// Write a report: analyses, methods, references and credits in one HTML file
    Report(report::ReportArgs),
    /// Import the Python system's files
    #[command(subcommand)]
    Import(import::ImportCommand),
    /// Copy changed records from a folder to MongoDB
    Push(copy::PushArgs),
    /// Copy changed records from MongoDB to a folder
    Pull(copy::PullArgs),
    /// Define, change, remove and list concepts
    #[command(subcommand)]
    Concept(concept::ConceptCommand),
    /// Add, download, list and remove reference data, such as names in other languages
    #[command(subcommand)]
    Reference(reference::ReferenceCommand),
    /// Show, check or rotate the key of a dataset
    #[command(subcommand)]
    Key(key::KeyCommand),
    /// Explore a dataset in the browser
    Serve(serve::ServeArgs),
    /// Process the bundled photos and explore them (no key, no network)
    Demo(demo::DemoArgs),
    /// Print a script with which your shell completes commands and options
    Completion(completion::CompletionArgs),
}

/// Threads for blocking work: reading, writing, decoding, encryption.
const BLOCKING_THREADS: usize = 12;

/// How a command without an error ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Success.
    Success,
    /// Success, but some photos have faults.
    Faults,
    /// Stopped by the user.
    Interrupted,
}

/// Runs the program and returns its exit code.
pub fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(err) => return output::usage(&err),
    };
    if let Err(err) = logging::start(&cli.global.log) {
        return output::failure(&err, cli.global.json);
    }
    unfinished::remove_left();
    // Few threads: each has its own memory arena, and the disk or the cores limit the work.
    let mut builder = tokio::runtime::Builder::new_multi_thread();
    let runtime = match builder.enable_all().max_blocking_threads(BLOCKING_THREADS).build() {
        Ok(runtime) => runtime,
        Err(err) => return output::failure(&anyhow::Error::from(err).context("could not start"), cli.global.json),
    };
    let (json, damage) = (cli.global.json, cli.global.damage.clone());
    let ended = runtime.block_on(run(cli)).map(|ended| damage.report(ended));
    // Unfinished work, such as a blocked connection, must not delay the exit.
    runtime.shutdown_background();
    match ended {
        Ok(Outcome::Success) => ExitCode::SUCCESS,
        Ok(Outcome::Faults) => ExitCode::from(1),
        Ok(Outcome::Interrupted) => ExitCode::from(130),
        Err(err) => output::failure(&err, json),
    }
}

async fn run(cli: Cli) -> anyhow::Result<Outcome> {
    let global = &cli.global;
    match cli.command {
        Command::Scrape(args) => Box::pin(scrape::run(*args, global)).await,
        Command::Plan(args) => Box::pin(plan::run(*args, global)).await,
        Command::Sources(args) => sources::run(&args, global),
        Command::Download(args) => download::download(args, global).await,
        Command::Retry(args) => retry::run(args, global).await,
        Command::Refresh(args) => refresh::run(args, global).await,
        Command::Enrich(args) => download::enrich(args, global).await,
        Command::Score(args) => score::run(args, global).await,
        Command::Review(args) => review::run(&args, global),
        Command::Train(args) => train::run(&args, global),
        Command::Status(args) => status::run(&args, global),
        Command::Verify(args) => verify::run(&args, global),
        Command::Repair(args) => Box::pin(repair::run(args, global)).await,
        Command::Export(args) => export::run(&args, global),
        Command::Analyse(args) => analyse::run(&args, global),
        Command::Report(args) => report::run(&args, global),
        Command::Import(command) => import::run(command, global).await,
        Command::Push(args) => copy::push(args, global).await,
        Command::Pull(args) => copy::pull(args, global).await,
        Command::Concept(command) => concept::run(&command, global),
        Command::Reference(command) => reference::run(command, global).await,
        Command::Key(command) => key::run(&command, global),
        Command::Serve(args) => serve::run(args, global).await,
        Command::Demo(args) => demo::run(args, global).await,
        Command::Completion(args) => completion::run(&args),
    }
}
