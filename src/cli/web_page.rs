//! `gleaner scrape --source page`: collects the images of a gallery through a browser.

use std::env;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result};
use clap::Args;
use url::{Host, Url};

use super::output::{UsageError, counted, print_message};
use super::run::PhotoRun;
use super::{Global, Outcome, settings};
use crate::browser::{BrowserError, Driver, Setup};
use crate::config::Config;
use crate::net::{Client, Guard, NetConfig, system_lookup};
use crate::photo::StageName;
use crate::pipeline::collect::Collected;
use crate::pipeline::gallery::{Gallery, Note, Walked, note_key};
use crate::pipeline::listed::Listed;
use crate::pipeline::worker_session::WorkerSession;
use crate::sources::page::walk::{Ended, Options, Walk, WalkError};
use crate::sources::{PAGE, page};

/// Names of Chromium's program.
const BROWSERS: [&str; 5] = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome"];
const DRIVER: &str = "chromedriver";

/// The bounds of a walk.
#[derive(Debug, Args)]
#[command(next_help_heading = "Pages of --source page")]
pub struct PageArgs {
    /// The most pages to open, following the links to the next one [default: 50]
    #[arg(long, value_name = "PAGES", value_parser = clap::value_parser!(u32).range(1..=10_000))]
    max_pages: Option<u32>,
    /// The most time for opening and scrolling pages; the same command continues later [default: 60]
    #[arg(long, value_name = "MINUTES", value_parser = clap::value_parser!(u32).range(1..=1_440))]
    max_minutes: Option<u32>,
}

impl PageArgs {
    /// Whether any option is given.
    pub fn any(&self) -> bool {
        self.max_pages.is_some() || self.max_minutes.is_some()
    }
}

/// What of a gallery is wanted.
pub struct Wanted {
    /// The address of its first page, as typed.
    pub address: PathBuf,
    /// Its bounds.
    pub page: PageArgs,
    /// The most images.
    pub number: u64,
    /// The long edge to download; `None` for the largest.
    pub long_edge_px: Option<u32>,
    /// Stages to leave out.
    pub skipped: Vec<StageName>,
}

/// Collects a gallery. Nothing is written to disk before its first images are found.
pub async fn collect(dataset: &str, wanted: Wanted, global: &Global) -> Result<Outcome> {
    let config = settings::config(global)?;
    let start = start(&wanted.address, &config)?;
    let setup = setup(&config, &start)?;
    let trusted_hosts = trusted_hosts(&config, &start);
    let client = Client::new(NetConfig { trusted_hosts, ..config.net.client() })?;
    let (stop, options) = (super::datasets::stop_on_signal(super::run::FINISHING), options(&wanted, &config));
    let begin = async {
        let mut walk = Walk::begin(&start, &setup, &system_lookup(), client.clone(), options).await?;
        match walk.next_batch().await {
            Ok(first) => Ok((walk, first)),
            Err(err) => {
                walk.close().await;
                Err(err)
            }
        }
    };
    let (walk, first) = tokio::select! {
        begun = begin => begun.map_err(|err| explained(&err, &setup))?,
        () = stop.clone().raised() => return Ok(Outcome::Interrupted),
    };
    if first.is_none() || walk.report().found == 0 {
        let report = walk.report().clone();
        walk.close().await;
        return Err(nothing_found(&start, report.left_out.into_iter().collect()));
    }
    let mut run = PhotoRun::open_stoppable(dataset, global, config, Some(stop))?;
    let key = note_key(start.as_str());
    let _lease = WorkerSession::exclusive(&run.run.store, "search", std::slice::from_ref(&key))?;
    let earlier = Note::read(run.run.store.as_ref(), &key)?;
    let pipeline = run.network_pipeline(client, &wanted.skipped)?;
    let downloads = !wanted.skipped.contains(&StageName::Download);
    let shared = if downloads { run.share("download", &pipeline, &Arc::default())? } else { None };
    let listed = Listed {
        writer: Arc::clone(&run.writer),
        early: pipeline.early(),
        pipeline: pipeline.clone(),
        session: shared.map(|shared| shared.session),
        observer: Arc::clone(&run.observer),
        stop: run.run.stop.clone(),
    };
    let (photos, walking) = Gallery { listed, source: PAGE, key }.start(walk, first, earlier);
    let summary = run.process(photos, pipeline).await?;
    let walked = walking.await.context("the walk failed")??;
    run.run.score_new().await?;
    report(&walked);
    let cut_short = match &walked.ended {
        Some(Ended::CutShort(why)) => Some(why.clone()),
        _ => None,
    };
    let unfinished = usize::from(walked.ended.is_none());
    let collected = Collected { found: walked.report.found, unfinished, cut_short, ..Collected::default() };
    run.finish(summary, Some(collected))
}

/// Prints what was left out, and why the walk ended.
fn report(walked: &Walked) {
    let report = &walked.report;
    print_message(&format!("  {} opened", counted(u64::from(report.pages), "page")));
    if report.pressed > 0 {
        print_message(&format!("  buttons that load more: pressed {}", counted(u64::from(report.pressed), "time")));
    }
    for (why, images) in &report.left_out {
        print_message(&format!("  {} left out: {why}", counted(*images, "image")));
    }
    for why in &report.robots {
        print_message(&format!("  left out because {why}"));
    }
    if report.repeated > 0 {
        print_message(&format!("  {} of earlier pages again", counted(report.repeated, "image")));
    }
    if report.endless > 0 {
        let pages = counted(u64::from(report.endless), "page");
        print_message(&format!("  {pages} left before the end, which did not come in 10 minutes"));
    }
    if let Some(Ended::Here(why)) = &walked.ended {
        print_message(&format!("  it ends there: {why}"));
    }
}

fn start(address: &Path, config: &Config) -> Result<Url> {
    let text = address.to_string_lossy();
    let example = "for example: gleaner scrape --source page https://example.org/gallery --dataset NAME";
    let url = Url::parse(&text).ok().filter(|url| matches!(url.scheme(), "http" | "https") && url.has_host());
    let Some(mut url) = url else {
        return Err(UsageError::error(format!("{text} is no web address (https://...)"), example));
    };
    url.set_fragment(None);
    let guard = Guard::new(&config.net.trusted_hosts);
    if url.scheme() == "http" && url.port().is_none() && !guard.is_trusted(url.host_str().unwrap_or_default()) {
        let _ = url.set_scheme("https");
    }
    Ok(url)
}

fn options(wanted: &Wanted, config: &Config) -> Options {
    let per_second = config.source(PAGE).requests_per_second.unwrap_or(page::ABOUT.limits.per_second);
    Options {
        pages: wanted.page.max_pages.unwrap_or(50),
        images: wanted.number,
        time: Duration::from_mins(u64::from(wanted.page.max_minutes.unwrap_or(60))),
        long_edge_px: wanted.long_edge_px,
        pause: Duration::from_secs_f64(1.0 / per_second),
        retry: config.net.patience(),
    }
}

/// The trusted hosts, if the first page is at one of them: a page of the internet has no business in the local network,
/// neither its scripts nor the images that it names.
fn trusted_hosts(config: &Config, start: &Url) -> Vec<String> {
    let hosts = &config.net.trusted_hosts;
    let is_trusted = Guard::new(hosts).is_trusted(start.host_str().unwrap_or_default());
    if is_trusted { hosts.clone() } else { Vec::new() }
}

/// How the browser is started. Fails if its programs are not there, or cannot run here.
fn setup(config: &Config, start: &Url) -> Result<Setup> {
    let settings = config.source(PAGE);
    let net = config.net.client();
    let guard = Guard::new(&trusted_hosts(config, start));
    let driver = driver(settings.driver.as_deref())?;
    let program = match settings.browser {
        Some(path) => Some(found(&path).ok_or_else(|| {
            let path = path.display();
            UsageError::error(format!("there is no program {path}"), "[sources.page] browser names Chromium's program")
        })?),
        None => BROWSERS.iter().find_map(|name| found(Path::new(name))),
    };
    if program.is_none() && matches!(driver, Driver::Program(_)) {
        return Err(UsageError::error(
            "Chromium was not found",
            "install it (Debian: apt-get install chromium), or name its program: [sources.page] browser = \"/path\"",
        ));
    }
    let sandbox = settings.sandbox.unwrap_or(true);
    if sandbox && is_root() {
        return Err(UsageError::error(
            "Chromium does not run as root with its sandbox, which keeps pages away from this machine",
            "run gleaner as another user. In a container that holds nothing else: [sources.page] sandbox = false",
        ));
    }
    let agent = net.user_agent;
    let user_agent = format!("Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko; compatible) Chrome Safari {agent}");
    Ok(Setup { driver, program, sandbox, user_agent, guard, connect_timeout: net.connect_timeout })
}

fn driver(setting: Option<&str>) -> Result<Driver> {
    let text = setting.unwrap_or(DRIVER);
    if let Ok(url) = Url::parse(text)
        && matches!(url.scheme(), "http" | "https")
    {
        let here = match url.host() {
            Some(Host::Ipv4(ip)) => ip.is_loopback(),
            Some(Host::Ipv6(ip)) => ip.is_loopback(),
            Some(Host::Domain(name)) => name == "localhost",
            None => false,
        };
        if !here {
            return Err(UsageError::error(
                format!("[sources.page] driver = \"{text}\" is on another machine"),
                "the browser must run on this machine, because gleaner decides what it may connect to",
            ));
        }
        return Ok(Driver::Address(url));
    }
    found(Path::new(text)).map(Driver::Program).ok_or_else(|| {
        let what = if setting.is_some() { format!("there is no program {text}") } else { "chromedriver was not found".to_owned() };
        UsageError::error(
            what,
            "install it (Debian: apt-get install chromium-driver), or name it: [sources.page] driver = \"/path\" or \"http://127.0.0.1:9515\"",
        )
    })
}

/// A program by its path, or by its name in PATH.
fn found(program: &Path) -> Option<PathBuf> {
    if program.components().count() > 1 {
        return program.is_file().then(|| program.to_owned());
    }
    env::split_paths(&env::var_os("PATH")?).map(|folder| folder.join(program)).find(|path| path.is_file())
}

#[cfg(unix)]
fn is_root() -> bool {
    use std::os::unix::fs::MetadataExt;
    std::fs::metadata("/proc/self").is_ok_and(|process| process.uid() == 0)
}

#[cfg(not(unix))]
fn is_root() -> bool {
    false
}

/// An error before anything was found, with what to do.
fn explained(err: &WalkError, setup: &Setup) -> anyhow::Error {
    let hint = match err {
        WalkError::Refused(why) if why.contains("robots.txt") => {
            "ask the site's owner, or look for a service with an API: gleaner sources"
        }
        WalkError::Refused(why)
            if why.contains("only https") || why.contains("not public") || why.contains("local") =>
        {
            "a host of your own network can be allowed with [net] trusted_hosts"
        }
        WalkError::Refused(_) => "nothing was collected",
        WalkError::NoPage(why) if why.contains("but image/") => {
            "gleaner scrape --source urls FILE collects addresses of images"
        }
        WalkError::NoPage(_) => "check the address in a browser",
        WalkError::Unreachable(_) => "check the address, and try again later",
        WalkError::Browser(BrowserError::Start(_)) if setup.sandbox => {
            "try `chromium --headless` yourself. Where its sandbox cannot work: [sources.page] sandbox = false"
        }
        WalkError::Browser(BrowserError::Start(_)) => "try `chromium --headless` yourself",
        WalkError::Browser(BrowserError::Driver { .. }) => "check [sources.page] driver",
        WalkError::Browser(_) => "try again",
    };
    UsageError::error(err.to_string(), hint)
}

fn nothing_found(start: &Url, left_out: Vec<(String, u64)>) -> anyhow::Error {
    let each: Vec<String> = left_out.iter().map(|(why, images)| format!("{images} {why}")).collect();
    let left = if each.is_empty() { String::new() } else { format!("; left out: {}", each.join(", ")) };
    UsageError::error(
        format!("no images were found at {start}{left}"),
        "images in frames, in backgrounds of CSS, or behind a click are not seen",
    )
}
