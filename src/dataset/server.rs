//! The address of a MongoDB database. The password is never shown.

use std::fmt;
use std::time::Duration;

use thiserror::Error;
use zeroize::Zeroizing;

use crate::redact::{Held, hold};

/// `user:password`. No message contains the password ([`crate::redact`]).
#[derive(Clone)]
struct Access(Zeroizing<String>, #[allow(dead_code, reason = "its life is what counts")] Option<Held>);

impl Access {
    fn of(text: &str) -> Self {
        let password = text.split_once(':').map(|(_, password)| hold(password));
        Self(Zeroizing::new(text.to_owned()), password)
    }
}

impl PartialEq for Access {
    fn eq(&self, other: &Self) -> bool {
        self.0 == other.0
    }
}

impl Eq for Access {}

/// The address of one database: `mongodb://[user:password@]host[:port],.../database[?options]`, or `mongodb+srv://...`.
#[derive(Clone, PartialEq, Eq)]
pub struct Server {
    scheme: &'static str,
    /// `user:password`, percent-encoded as in the address.
    user: Option<Access>,
    hosts: String,
    database: String,
    options: String,
    lease: Duration,
}

/// Default lease duration: how long other workers wait for the photos of a killed worker.
pub const LEASE: Duration = Duration::from_secs(60);

/// An invalid address. Contains only hosts and database names: other parts may be a password.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum ServerError {
    /// It has no known scheme.
    #[error("a MongoDB address begins with mongodb:// or mongodb+srv://")]
    Scheme,
    /// There is no host.
    #[error("the address has no host")]
    NoHost,
    /// There is no database.
    #[error("the address has no database; append its name: mongodb://{0}/monkeys")]
    NoDatabase(String),
    /// The database's name is not valid.
    #[error("{0:?} is not a valid database name: use at most 60 letters, digits, - and _")]
    Database(String),
}

const SCHEMES: [&str; 2] = ["mongodb://", "mongodb+srv://"];

impl Server {
    /// Whether a text is an address and not a folder.
    pub fn is_address(text: &str) -> bool {
        SCHEMES.iter().any(|scheme| text.get(..scheme.len()).is_some_and(|start| start.eq_ignore_ascii_case(scheme)))
    }

    /// Parses an address.
    pub fn parse(text: &str) -> Result<Self, ServerError> {
        let text = text.trim();
        let begins = |scheme: &&&str| text.get(..scheme.len()).is_some_and(|start| start.eq_ignore_ascii_case(scheme));
        let scheme = *SCHEMES.iter().find(begins).ok_or(ServerError::Scheme)?;
        let rest = &text[scheme.len()..];
        let (before, options) = rest.split_once('?').unwrap_or((rest, ""));
        // An encoded password has no `/` and no `@`. In any case it ends at the last `@`.
        let (user, location) = match before.rsplit_once('@') {
            Some((user, location)) => (Some(Access::of(user)), location),
            None => (None, before),
        };
        let (hosts, database) = location.split_once('/').unwrap_or((location, ""));
        if hosts.is_empty() || hosts.split(',').any(str::is_empty) {
            return Err(ServerError::NoHost);
        }
        if database.is_empty() {
            return Err(ServerError::NoDatabase(hosts.to_owned()));
        }
        let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
        if database.len() > 60 || !database.chars().all(plain) {
            return Err(ServerError::Database(database.to_owned()));
        }
        let (hosts, database, options) = (hosts.to_ascii_lowercase(), database.to_owned(), options.to_owned());
        Ok(Self { scheme, user, hosts, database, options, lease: LEASE })
    }

    /// The same with another lease duration.
    #[must_use]
    pub fn with_lease(self, lease: Duration) -> Self {
        Self { lease, ..self }
    }

    /// How long a lease is valid without a heartbeat.
    pub fn lease(&self) -> Duration {
        self.lease
    }

    /// The database's name.
    pub fn database(&self) -> &str {
        &self.database
    }

    /// Whether it has a password.
    pub fn has_password(&self) -> bool {
        self.user.as_ref().is_some_and(|user| user.0.contains(':'))
    }

    /// Whether it has the same hosts as `other`. The databases may differ.
    pub fn has_hosts_of(&self, other: &Self) -> bool {
        self.scheme == other.scheme && self.hosts == other.hosts
    }

    /// The same database with the user and password of `other`, and its options if this address has none.
    #[must_use]
    pub fn with_credentials_of(mut self, other: &Self) -> Self {
        self.user.clone_from(&other.user);
        if self.options.is_empty() {
            self.options.clone_from(&other.options);
        }
        self
    }

    /// The whole address with the password, for the driver only.
    pub fn expose(&self) -> Zeroizing<String> {
        let user = self.user.as_ref().map_or("", |user| user.0.as_str());
        let at = if self.user.is_some() { "@" } else { "" };
        let question = if self.options.is_empty() { "" } else { "?" };
        let Self { scheme, hosts, database, options, .. } = self;
        Zeroizing::new(format!("{scheme}{user}{at}{hosts}/{database}{question}{options}"))
    }
}

/// Without user, password and options, which may be secret.
impl fmt::Display for Server {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}/{}", self.scheme, self.hosts, self.database)
    }
}

impl fmt::Debug for Server {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Server({self})")
    }
}
