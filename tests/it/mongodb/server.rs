//! A real mongod for tests, on loopback ports of its own, gone when it is dropped.

use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, OnceLock, PoisonError};
use std::time::{Duration, Instant};

use gleaner::dataset::{Dataset, Server};
use mongodb::bson::{Document, doc};
use tokio::runtime::Runtime;

/// Where `scripts/test` unpacks the server; `GLEANER_MONGOD` names another one.
pub fn mongod() -> Option<PathBuf> {
    let path = std::env::var_os("GLEANER_MONGOD")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join(".mongodb/mongod"), PathBuf::from);
    if path.is_file() {
        return Some(path);
    }
    assert!(std::env::var_os("GLEANER_CI").is_none(), "{} must be there in CI", path.display());
    println!("skipped: there is no {}; scripts/test fetches it", path.display());
    None
}

/// One process.
struct Member {
    port: u16,
    folder: PathBuf,
    child: Option<Child>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Standalone,
    Set,
    Guarded,
}

/// A server or a set of them.
pub struct Mongo {
    program: PathBuf,
    kind: Kind,
    members: Vec<Mutex<Member>>,
    _folder: tempfile::TempDir,
    runtime: Runtime,
}

impl Mongo {
    /// A single server without replication.
    pub fn standalone() -> Option<Self> {
        Self::start(1, Kind::Standalone)
    }

    /// A single server that demands a user and a password; there is none yet ([`Mongo::allow`]).
    pub fn guarded() -> Option<Self> {
        Self::start(1, Kind::Guarded)
    }

    /// A replica set of so many members.
    pub fn set(members: usize) -> Option<Self> {
        Self::start(members, Kind::Set)
    }

    fn start(count: usize, kind: Kind) -> Option<Self> {
        let program = mongod()?;
        let folder = tempfile::tempdir().unwrap();
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
        let member = |at: usize| {
            let folder = folder.path().join(at.to_string());
            std::fs::create_dir(&folder).unwrap();
            Mutex::new(Member { port: free_port(), folder, child: None })
        };
        let members = (0..count).map(member).collect();
        let mongo = Self { program, kind, members, _folder: folder, runtime };
        (0..count).for_each(|at| mongo.run(at));
        if kind == Kind::Set {
            mongo.initiate();
        }
        Some(mongo)
    }

    /// Starts a member, again if it was killed.
    pub fn run(&self, at: usize) {
        let mut member = self.member(at);
        // The shell kills it when this process lets go of its input, also by ending.
        let mut command = Command::new("sh");
        command.args(["-c", r#""$@" & child=$!; read -r _; kill -9 $child; wait $child"#, "sh"]).arg(&self.program);
        command.args(["--bind_ip", "127.0.0.1", "--wiredTigerCacheSizeGB", "0.25", "--quiet", "--nounixsocket"]);
        command.args(["--setParameter", "diagnosticDataCollectionEnabled=false"]);
        command.arg("--port").arg(member.port.to_string()).arg("--dbpath").arg(&member.folder);
        command.arg("--logpath").arg(member.folder.join("log")).arg("--logappend");
        match self.kind {
            Kind::Standalone => {}
            Kind::Set => drop(command.args(["--replSet", "rs", "--oplogSize", "256"])),
            Kind::Guarded => drop(command.arg("--auth")),
        }
        member.child = Some(command.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap());
        let port = member.port;
        drop(member);
        let until = Instant::now() + Duration::from_secs(30);
        while let Err(err) = self.ask(port, doc! {"ping": 1}) {
            assert!(Instant::now() < until, "mongod does not answer: {err}\n{}", self.log(at));
            std::thread::sleep(Duration::from_millis(100));
        }
    }

    fn member(&self, at: usize) -> std::sync::MutexGuard<'_, Member> {
        self.members[at].lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn log(&self, at: usize) -> String {
        let text = std::fs::read_to_string(self.member(at).folder.join("log")).unwrap_or_default();
        text.lines().rev().take(5).collect::<Vec<_>>().join("\n")
    }

    fn initiate(&self) {
        let hosts = (0..self.members.len()).map(|at| {
            doc! {"_id": at as i32, "host": format!("127.0.0.1:{}", self.member(at).port)}
        });
        let config = doc! {
            "_id": "rs", "members": hosts.collect::<Vec<_>>(),
            "settings": {"electionTimeoutMillis": 2000, "heartbeatIntervalMillis": 300},
        };
        let first = self.member(0).port;
        self.ask(first, doc! {"replSetInitiate": config}).unwrap();
        let until = Instant::now() + Duration::from_secs(60);
        while self.primary().is_none() {
            assert!(Instant::now() < until, "there is no primary");
            std::thread::sleep(Duration::from_millis(100));
        }
    }

    /// One command to one member.
    fn ask(&self, port: u16, command: Document) -> Result<Document, mongodb::error::Error> {
        let url = format!("mongodb://127.0.0.1:{port}/?directConnection=true&serverSelectionTimeoutMS=500&connectTimeoutMS=500");
        self.runtime.block_on(async move {
            let client = mongodb::Client::with_uri_str(url).await?;
            client.database("admin").run_command(command).await
        })
    }

    /// Which member is the primary.
    pub fn primary(&self) -> Option<usize> {
        (0..self.members.len()).find(|at| {
            let port = self.member(*at).port;
            self.ask(port, doc! {"hello": 1}).is_ok_and(|hello| hello.get_bool("isWritablePrimary").unwrap_or(false))
        })
    }

    /// Makes the primary step down for some seconds.
    pub fn step_down(&self) {
        let Some(primary) = self.primary() else { return };
        let port = self.member(primary).port;
        let _ = self.ask(port, doc! {"replSetStepDown": 5, "secondaryCatchUpPeriodSecs": 2, "force": true});
    }

    /// Kills a member as a power cut would.
    pub fn kill(&self, at: usize) {
        if let Some(mut child) = self.member(at).child.take() {
            drop(child.stdin.take());
            let _ = child.wait();
        }
    }

    /// Stops a member as a cut network would - it answers nothing, and connections stay - or lets it go on.
    pub fn freeze(&self, at: usize, frozen: bool) {
        // mongod itself writes its number there; our child is the shell around it.
        let process = std::fs::read_to_string(self.member(at).folder.join("mongod.lock")).unwrap();
        let signal = if frozen { "-STOP" } else { "-CONT" };
        let sent = Command::new("kill").args([signal, process.trim()]).status().unwrap();
        assert!(sent.success(), "no {signal} to {process}");
    }

    /// Lets a user in with these roles in all databases. The first one is let in because the server is on this machine.
    pub fn allow(&self, user: &str, password: &str, role: &str, by: Option<&str>) {
        let database = self.with_url(by.unwrap_or(&self.url("admin")), async |database| {
            database.run_command(doc! {"createUser": user, "pwd": password, "roles": [role]}).await
        });
        database.unwrap();
    }

    /// How many members there are.
    pub fn size(&self) -> usize {
        self.members.len()
    }

    /// The address of a database.
    pub fn url(&self, database: &str) -> String {
        let hosts: Vec<_> = (0..self.members.len()).map(|at| format!("127.0.0.1:{}", self.member(at).port)).collect();
        let options = if self.kind == Kind::Set { "?replicaSet=rs" } else { "" };
        format!("mongodb://{}/{database}{options}", hosts.join(","))
    }

    /// A dataset whose records are in a database of their own, and whose folder is `folder`.
    pub fn dataset(&self, folder: &Path) -> Dataset {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        let name = format!("test{}", NEXT.fetch_add(1, Ordering::Relaxed));
        Dataset::at(folder).with_server(Server::parse(&self.url(&name)).unwrap())
    }

    /// A database through the driver.
    pub fn with<T>(&self, server: &Server, work: impl AsyncFnOnce(mongodb::Database) -> T) -> T {
        self.with_url(server.expose().as_str(), work)
    }

    fn with_url<T>(&self, url: &str, work: impl AsyncFnOnce(mongodb::Database) -> T) -> T {
        self.runtime.block_on(async {
            let client = mongodb::Client::with_uri_str(url).await.unwrap();
            work(client.default_database().unwrap()).await
        })
    }
}

impl Drop for Mongo {
    fn drop(&mut self) {
        (0..self.members.len()).for_each(|at| self.kill(at));
    }
}

fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

/// The single-node replica set that tests share, each with databases of its own. It ends with the tests' process.
pub fn shared() -> Option<&'static Mongo> {
    static SHARED: OnceLock<Option<Mongo>> = OnceLock::new();
    SHARED.get_or_init(|| Mongo::set(1)).as_ref()
}
