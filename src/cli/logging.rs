//! Configures the log on stderr: `-v`, `--log-format` and `GLEANER_LOG` (docs/logs.md).

use std::env;
use std::io::{self, Write};

use anyhow::Result;
use clap::{ArgAction, Args, ValueEnum};
use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::registry;
use tracing_subscriber::util::SubscriberInitExt;
use tracing_subscriber::{Layer, fmt};

use super::output::UsageError;
use crate::redact;

/// The environment variable with filter directives. It overrides `-v`.
const VARIABLE: &str = "GLEANER_LOG";

/// This program's log targets. Libraries log whole requests and responses, so their messages are not written.
const OWN: &str = "gleaner";

/// The options of the log, which every subcommand has.
#[derive(Clone, Debug, Args)]
pub struct LogArgs {
    /// Write a log to stderr: -v for requests and steps, -vv for all details [env: GLEANER_LOG]
    #[arg(short, long, global = true, action = ArgAction::Count)]
    verbose: u8,
    /// Format of log lines
    #[arg(long, global = true, value_name = "FORMAT", value_enum, default_value = "text")]
    log_format: LogFormat,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum LogFormat {
    Text,
    Json,
}

/// Starts the log. Fails if `GLEANER_LOG` is invalid.
pub fn start(args: &LogArgs) -> Result<()> {
    let directives = env::var(VARIABLE).unwrap_or_default();
    let filter = if directives.trim().is_empty() { by_verbosity(args.verbose) } else { parse(&directives)? };
    let lines = fmt::layer().with_writer(Redacted::default).with_ansi(false).log_internal_errors(false);
    let layer = match args.log_format {
        LogFormat::Text => lines.boxed(),
        LogFormat::Json => lines.json().flatten_event(true).boxed(),
    };
    // Fails if a log is already configured; that one is used.
    let _ = registry().with(layer.with_filter(filter)).try_init();
    Ok(())
}

/// Writes lines to stderr as they may be shown.
#[derive(Default)]
struct Redacted(Vec<u8>);

impl Write for Redacted {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Drop for Redacted {
    fn drop(&mut self) {
        let text = String::from_utf8_lossy(&self.0);
        let shown = if text.starts_with('{') { redact::shown_json(&text) } else { redact::shown(&text) };
        // A closed stderr is not an error.
        let _ = io::stderr().write_all(shown.as_bytes());
    }
}

fn by_verbosity(verbose: u8) -> Targets {
    Targets::new().with_target(
        OWN,
        match verbose {
            0 => LevelFilter::WARN,
            1 => LevelFilter::INFO,
            _ => LevelFilter::DEBUG,
        },
    )
}

/// Keeps the directives for this program. A level without a target applies to the whole program.
fn parse(directives: &str) -> Result<Targets> {
    let parsed: Targets = directives.parse().map_err(|err| {
        let hint = "use a level (error, warn, info, debug, trace), or for example info,gleaner::net=debug";
        UsageError::error(format!("{VARIABLE} is invalid: {err}"), hint)
    })?;
    let all = Targets::new().with_target(OWN, parsed.default_level().unwrap_or(LevelFilter::OFF));
    let is_own = |target: &str| target == OWN || target.starts_with("gleaner::");
    Ok(all.with_targets(parsed.into_iter().filter(|(target, _)| is_own(target))))
}

#[cfg(test)]
mod tests {
    use super::*;
    use tracing_subscriber::filter::LevelFilter as Level;

    fn enables(directives: &str, target: &'static str, level: tracing::Level) -> bool {
        parse(directives).unwrap().would_enable(target, &level)
    }

    #[test]
    fn directives_choose_levels_and_never_switch_libraries_on() {
        assert!(enables("trace", "gleaner::net::client", tracing::Level::TRACE));
        assert!(enables("warn,gleaner::net=debug", "gleaner::net::client", tracing::Level::DEBUG));
        assert!(!enables("warn,gleaner::net=debug", "gleaner::serve", tracing::Level::INFO));
        for directives in ["trace", "hyper=trace", "reqwest=trace,mongodb=trace,rustls=trace,trace"] {
            for target in ["hyper::client", "reqwest", "mongodb::command", "rustls"] {
                assert!(!enables(directives, target, tracing::Level::ERROR), "{directives}: {target}");
            }
        }
        assert!(parse("gleaner=loud").is_err());
        assert_eq!(by_verbosity(0).default_level(), None::<Level>);
    }
}
