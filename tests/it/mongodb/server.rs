//! Real servers for tests, if mongod is installed.

use std::sync::OnceLock;

use tempfile::TempDir;
use testbed::mongo::{self, Kind};

/// A server or a replica set, and its data folder. Both are removed on drop.
pub struct Mongo {
    servers: mongo::Mongo,
    _folder: TempDir,
}

impl Mongo {
    /// A single server without replication.
    pub fn standalone() -> Option<Self> {
        Self::start(Kind::Standalone, 1)
    }

    /// A single server with access control; it has no user yet.
    pub fn guarded() -> Option<Self> {
        Self::start(Kind::Guarded, 1)
    }

    /// A replica set of this many members.
    pub fn set(members: usize) -> Option<Self> {
        Self::start(Kind::Set, members)
    }

    fn start(kind: Kind, members: usize) -> Option<Self> {
        let program = mongo::program();
        if !program.is_file() {
            assert!(std::env::var_os("GLEANER_CI").is_none(), "{} must be there in CI", program.display());
            println!("skipped: {} is missing; scripts/test downloads it", program.display());
            return None;
        }
        let folder = tempfile::tempdir().unwrap();
        Some(Self { servers: mongo::Mongo::start(kind, members, folder.path()), _folder: folder })
    }
}

impl std::ops::Deref for Mongo {
    type Target = mongo::Mongo;

    fn deref(&self) -> &mongo::Mongo {
        &self.servers
    }
}

/// The single-node replica set that tests share, each with databases of its own. It ends with the tests' process.
pub fn shared() -> Option<&'static Mongo> {
    static SHARED: OnceLock<Option<Mongo>> = OnceLock::new();
    SHARED.get_or_init(|| Mongo::set(1)).as_ref()
}
