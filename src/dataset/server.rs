//! Where a team's records live: the address of a MongoDB database, whose password is never shown.

use std::fmt;
use std::time::Duration;

use thiserror::Error;
use zeroize::Zeroizing;

/// The address of one database: `mongodb://[user:password@]host[:port],.../database[?options]`, or `mongodb+srv://...`.
#[derive(Clone, PartialEq, Eq)]
pub struct Server {
    scheme: &'static str,
    /// `user:password`, as it stands in the address (percent-encoded).
    user: Option<Zeroizing<String>>,
    hosts: String,
    database: String,
    options: String,
    lease: Duration,
}

/// How long a worker holds what it took without a sign of life: as long as a killed worker's photos wait.
pub const LEASE: Duration = Duration::from_secs(60);

/// What is wrong with an address. Holds nothing of it but hosts and names: the rest may be a password.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum ServerError {
    /// It begins with neither scheme.
    #[error("an address of MongoDB begins with mongodb:// or mongodb+srv://")]
    Scheme,
    /// There is no host.
    #[error("the address names no host")]
    NoHost,
    /// There is no database.
    #[error("the address names no database; it ends with one: mongodb://{0}/monkeys")]
    NoDatabase(String),
    /// The database's name cannot be one.
    #[error("{0:?} cannot be the name of a database: letters, digits, - and _, at most 60")]
    Database(String),
}

const SCHEMES: [&str; 2] = ["mongodb://", "mongodb+srv://"];

impl Server {
    /// Whether a text means an address and no folder.
    pub fn is_meant(text: &str) -> bool {
        SCHEMES.iter().any(|scheme| text.get(..scheme.len()).is_some_and(|start| start.eq_ignore_ascii_case(scheme)))
    }

    /// Reads an address.
    pub fn parse(text: &str) -> Result<Self, ServerError> {
        let text = text.trim();
        let begins = |scheme: &&&str| text.get(..scheme.len()).is_some_and(|start| start.eq_ignore_ascii_case(scheme));
        let scheme = *SCHEMES.iter().find(begins).ok_or(ServerError::Scheme)?;
        let rest = &text[scheme.len()..];
        let (before, options) = rest.split_once('?').unwrap_or((rest, ""));
        // A password may hold anything, an encoded one no `/` and no `@`; the last `@` ends it either way.
        let (user, place) = match before.rsplit_once('@') {
            Some((user, place)) => (Some(Zeroizing::new(user.to_owned())), place),
            None => (None, before),
        };
        let (hosts, database) = place.split_once('/').unwrap_or((place, ""));
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

    /// The same with leases that hold so long.
    #[must_use]
    pub fn with_lease(self, lease: Duration) -> Self {
        Self { lease, ..self }
    }

    /// How long leases hold.
    pub fn lease(&self) -> Duration {
        self.lease
    }

    /// The database's name.
    pub fn database(&self) -> &str {
        &self.database
    }

    /// Whether it holds a user, and so perhaps a password.
    pub fn has_user(&self) -> bool {
        self.user.is_some()
    }

    /// Whether it holds a password.
    pub fn has_password(&self) -> bool {
        self.user.as_ref().is_some_and(|user| user.contains(':'))
    }

    /// Whether it leads to the same hosts; the database may be another.
    pub fn is_at(&self, other: &Self) -> bool {
        self.scheme == other.scheme && self.hosts == other.hosts
    }

    /// The same database with another address's user, password, and options where this one has none.
    #[must_use]
    pub fn with_access_of(mut self, other: &Self) -> Self {
        self.user.clone_from(&other.user);
        if self.options.is_empty() {
            self.options.clone_from(&other.options);
        }
        self
    }

    /// The whole address, for the driver only.
    pub fn expose(&self) -> Zeroizing<String> {
        let user = self.user.as_ref().map_or("", |user| user.as_str());
        let at = if self.user.is_some() { "@" } else { "" };
        let question = if self.options.is_empty() { "" } else { "?" };
        let Self { scheme, hosts, database, options, .. } = self;
        Zeroizing::new(format!("{scheme}{user}{at}{hosts}/{database}{question}{options}"))
    }
}

/// Without user, password and options, which may hold secrets.
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
