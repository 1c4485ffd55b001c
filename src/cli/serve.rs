//! `gleaner serve`: a dataset in the browser.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;

use anyhow::{Context, Result};
use clap::Args;
use tokio::net::TcpListener;

use super::report::{self, Misuse, say};
use super::{Global, Outcome, workplace};
use crate::dataset::Dataset;
use crate::store::Store;

/// Arguments of `gleaner serve`.
#[derive(Debug, Args)]
pub struct ServeArgs {
    /// The dataset's folder
    #[arg(default_value = "dataset")]
    dataset: String,
    /// Port on 127.0.0.1; 0 for any free one
    #[arg(long, default_value_t = 8420)]
    port: u16,
}

/// Runs `gleaner serve`.
pub async fn run(args: ServeArgs, global: &Global) -> Result<Outcome> {
    let (dataset, store) = workplace::read(&args.dataset)?;
    serve(dataset, Arc::from(store), args.port, global.json).await
}

/// Serves until the user stops it.
pub async fn serve(dataset: Dataset, store: Arc<dyn Store>, port: u16, json: bool) -> Result<Outcome> {
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
    let listener = TcpListener::bind(address).await.map_err(|err| match err.kind() {
        std::io::ErrorKind::AddrInUse => {
            Misuse::error(format!("port {port} is in use"), "choose another one: --port 0 takes any free one")
        }
        _ => anyhow::Error::from(err).context(format!("could not listen on {address}")),
    })?;
    let url = format!("http://{}/", listener.local_addr().context("the listener has no address")?);
    if json {
        report::json_data(&serde_json::json!({"url": url}))?;
    } else {
        say(&format!("explore at {url} (Ctrl-C ends it)"));
    }
    let stop = workplace::stop_on_signal();
    crate::serve::run(store, dataset, listener, stop.raised()).await?;
    Ok(Outcome::Well)
}
