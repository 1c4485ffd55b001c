//! `gleaner serve`: shows a dataset in the browser.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::Arc;

use anyhow::{Context, Result};
use clap::Args;
use tokio::net::TcpListener;
use tokio::task::spawn_blocking;
use zeroize::Zeroizing;

use super::output::{self, UsageError, counted, print_message};
use super::{Global, Outcome, browser, datasets, scoring, settings, source_access};
use crate::dataset::Dataset;
use crate::disk;
use crate::files::FilesError;
use crate::pipeline::scoring_context::ScoringContext;
use crate::serve::{AccessControl, ExplorerServer, SearchSetup, Token};
use crate::store::{Store, StoreError};

/// Arguments of `gleaner serve`.
#[derive(Debug, Args)]
pub struct ServeArgs {
    /// The dataset's folder
    #[arg(default_value = "dataset")]
    dataset: String,
    /// Create the dataset, and its key, if there is none
    #[arg(long)]
    create: bool,
    /// Port on 127.0.0.1; 0 for any free port
    #[arg(long, default_value_t = 8420)]
    port: u16,
    /// Listen on this address of this machine, also for other machines; requires --token
    #[arg(long, value_name = "ADDRESS", requires = "token")]
    listen: Option<IpAddr>,
    /// Also accept this name of this machine, as in http://NAME:PORT/; may be repeated
    #[arg(long, value_name = "NAME", requires = "token", value_parser = host)]
    host: Vec<String>,
    /// Admit only the browser that opens the link printed at start; the link works once
    #[arg(long)]
    token: bool,
    /// Do not open the explorer in the browser; it is only opened at a terminal with a display, and never with --token
    #[arg(long)]
    no_open: bool,
}

/// Where the explorer listens, and whether it needs a token.
pub struct ListenOptions {
    /// An address of this machine.
    pub address: SocketAddr,
    /// Whether only the browser that opens the printed link is admitted.
    pub token: bool,
    /// Further names of this machine.
    pub hosts: Vec<String>,
    /// Whether the user wants no browser to be opened.
    pub no_open: bool,
}

impl ListenOptions {
    /// This machine only, at this port.
    pub fn local(port: u16, no_open: bool) -> Self {
        Self { address: SocketAddr::from((Ipv4Addr::LOCALHOST, port)), token: false, hosts: Vec::new(), no_open }
    }
}

/// Runs `gleaner serve`.
pub async fn run(args: ServeArgs, global: &Global) -> Result<Outcome> {
    let (dataset, store) = match datasets::read(&args.dataset, global) {
        Err(err) if args.create && is_missing(&err) => {
            drop(datasets::write(&args.dataset, global)?);
            datasets::read(&args.dataset, global)?
        }
        read => read?,
    };
    match dataset.files().check() {
        // Everything else can be shown, and cached thumbnails.
        Err(err @ FilesError::Unanswered { .. }) => print_message(&format!("images are not available now: {err}")),
        checked => checked?,
    }
    if dataset.server().is_some() {
        // For views, reviews and recordings. Without the folder they cannot be saved, and the page says so.
        let _ = disk::create_private_folder(dataset.root());
    }
    let context = Arc::new(scoring::context(&settings::config(global)?, None)?);
    let address = SocketAddr::new(args.listen.unwrap_or(Ipv4Addr::LOCALHOST.into()), args.port);
    let options = ListenOptions { address, token: args.token, hosts: args.host, no_open: args.no_open };
    serve((dataset, Arc::from(store)), context, &options, global).await
}

fn is_missing(err: &anyhow::Error) -> bool {
    err.chain().any(|cause| matches!(cause.downcast_ref(), Some(StoreError::Missing(_))))
}

/// What the page needs to add photos: the settings, this user's keys of services, and the dataset's key, which is read when
/// it is needed.
fn searches(dataset: &Dataset, global: &Global) -> Result<SearchSetup> {
    let access = source_access::with(settings::config(global)?);
    let (dataset, global) = (dataset.clone(), global.clone());
    SearchSetup::new(access, move |store| datasets::key(&dataset, store, &global))
}

/// Serves until the user stops it.
pub async fn serve(
    (dataset, store): (Dataset, Arc<dyn Store>),
    context: Arc<ScoringContext>,
    options: &ListenOptions,
    global: &Global,
) -> Result<Outcome> {
    let searches = searches(&dataset, global)?;
    let listener = listen(options.address).await?;
    let photos: u64 = store.count_by_state()?.iter().map(|(_, count)| count).sum();
    print_message(&format!("reading {} ...", counted(photos, "photo")));
    let server = spawn_blocking(move || ExplorerServer::open_with(store, dataset, context))
        .await
        .context("could not read the dataset")??;
    let (server, damaged) = spawn_blocking(move || server.damaged().map(|damaged| (server, damaged)))
        .await
        .context("could not count the records")??;
    if damaged > 0 {
        let are = if damaged == 1 { "record is" } else { "records are" };
        print_message(&format!("{damaged} {are} damaged and not shown; `gleaner verify` lists them"));
    }
    let at = listener.local_addr().context("the listener has no address")?;
    let layers = source_access::layers()?;
    let server = server.with_searches(searches).with_citation(settings::config(global)?.citation).with_layers(layers);
    let (server, url) = access(server, options, at);
    if global.json {
        output::print_json(&serde_json::json!({"url": *url}))?;
    } else {
        let once = if options.token { "; this link works once" } else { "" };
        output::print_secret_message(&format!("explore at {} (stop with Ctrl-C{once})", *url));
        // Other users could read the link with the token in the list of processes.
        if !options.token && !options.no_open && browser::is_wanted() {
            print_message("opening it in the browser (--no-open prevents this)");
            browser::open(url.to_string());
        }
    }
    let stop = datasets::stop_on_signal("requests in progress are answered");
    crate::serve::run(server, listener, stop.raised()).await?;
    Ok(Outcome::Success)
}

/// A host name as a browser sends it, without its port.
fn host(text: &str) -> Result<String, String> {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
    if !text.is_empty() && text.chars().all(plain) {
        Ok(text.to_owned())
    } else {
        Err("expected a name like photos.example, without http:// and port".to_owned())
    }
}

/// The server with its access control, and the address to open.
fn access(server: ExplorerServer, options: &ListenOptions, at: SocketAddr) -> (ExplorerServer, Zeroizing<String>) {
    if !options.token {
        return (server, Zeroizing::new(format!("http://{at}/")));
    }
    let (token, text) = Token::generate(at.ip());
    let server = server.with_hosts(options.hosts.clone());
    // 0.0.0.0 cannot be opened; the user knows the machine's name or address.
    let shown = if let Some(host) = options.hosts.first() {
        format!("{host}:{}", at.port())
    } else if at.ip().is_unspecified() {
        format!("localhost:{}", at.port())
    } else {
        at.to_string()
    };
    (server.with_access(AccessControl::Token(token)), Zeroizing::new(format!("http://{shown}/enter?token={}", *text)))
}

async fn listen(address: SocketAddr) -> Result<TcpListener> {
    TcpListener::bind(address).await.map_err(|err| match err.kind() {
        std::io::ErrorKind::AddrInUse => {
            let port = address.port();
            UsageError::error(format!("port {port} is in use"), "choose another port; --port 0 uses any free port")
        }
        std::io::ErrorKind::AddrNotAvailable => {
            let message = format!("{} is not an address of this machine", address.ip());
            UsageError::error(message, "--listen 0.0.0.0 listens on all of its addresses")
        }
        _ => anyhow::Error::from(err).context(format!("could not listen on {address}")),
    })
}
