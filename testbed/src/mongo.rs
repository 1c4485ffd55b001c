//! Runs a real mongod, or a replica set, on free loopback ports, and ends it on drop. This is not a simulation: the
//! server is started, stepped down, killed and frozen by tests.

use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use gleaner::dataset::{Dataset, Server};
use mongodb::bson::{Document, doc};
use parking_lot::{Mutex, MutexGuard};
use tokio::runtime::Runtime;

/// The path of the server: `GLEANER_MONGOD`, or where `scripts/test` unpacks it.
pub fn program() -> PathBuf {
    std::env::var_os("GLEANER_MONGOD")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../.mongodb/mongod"), PathBuf::from)
}

/// One process.
struct Member {
    port: u16,
    folder: PathBuf,
    child: Option<Child>,
}

/// How servers are started.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Without replication.
    Standalone,
    /// As members of a replica set.
    Set,
    /// Alone, with access control. It has no user yet ([`Mongo::allow`]).
    Guarded,
}

/// A server or a replica set.
pub struct Mongo {
    kind: Kind,
    members: Vec<Mutex<Member>>,
    runtime: Runtime,
}

impl Mongo {
    /// Starts this many members with their data below `folder`, and waits until they accept writes.
    pub fn start(kind: Kind, members: usize, folder: &Path) -> Self {
        let mut runtime = tokio::runtime::Builder::new_multi_thread();
        let runtime = runtime.worker_threads(1).enable_all().build().expect("a thread can be had");
        let member = |at: usize| {
            let folder = folder.join(at.to_string());
            std::fs::create_dir_all(&folder).expect("the folder can be written to");
            Mutex::new(Member { port: free_port(), folder, child: None })
        };
        let mongo = Self { kind, members: (0..members).map(member).collect(), runtime };
        (0..members).for_each(|at| mongo.run(at));
        if kind == Kind::Set {
            mongo.initiate();
        }
        mongo
    }

    /// Starts a member, also after it was killed.
    pub fn run(&self, at: usize) {
        let mut member = self.member(at);
        // The shell kills it when this process closes its input, also by ending.
        let mut command = Command::new("sh");
        command.args(["-c", r#""$@" & child=$!; read -r _; kill -9 $child; wait $child"#, "sh"]).arg(program());
        command.args(["--bind_ip", "127.0.0.1", "--wiredTigerCacheSizeGB", "0.25", "--quiet", "--nounixsocket"]);
        command.args(["--setParameter", "diagnosticDataCollectionEnabled=false"]);
        command.arg("--port").arg(member.port.to_string()).arg("--dbpath").arg(&member.folder);
        command.arg("--logpath").arg(member.folder.join("log")).arg("--logappend");
        match self.kind {
            Kind::Standalone => {}
            Kind::Set => drop(command.args(["--replSet", "rs", "--oplogSize", "256"])),
            Kind::Guarded => drop(command.arg("--auth")),
        }
        member.child = Some(
            command
                .stdin(Stdio::piped())
                .stdout(Stdio::null())
                .stderr(Stdio::null())
                .spawn()
                .expect("there is a shell"),
        );
        let port = member.port;
        drop(member);
        let until = Instant::now() + Duration::from_secs(30);
        while let Err(err) = self.ask(port, doc! {"ping": 1}) {
            assert!(Instant::now() < until, "mongod does not answer: {err}\n{}", self.log(at));
            std::thread::sleep(Duration::from_millis(100));
        }
    }

    fn member(&self, at: usize) -> MutexGuard<'_, Member> {
        self.members[at].lock()
    }

    fn log(&self, at: usize) -> String {
        let text = std::fs::read_to_string(self.member(at).folder.join("log")).unwrap_or_default();
        text.lines().rev().take(5).collect::<Vec<_>>().join("\n")
    }

    fn initiate(&self) {
        let hosts = (0..self.members.len()).map(|at| {
            doc! {"_id": i32::try_from(at).unwrap_or(0), "host": format!("127.0.0.1:{}", self.member(at).port)}
        });
        let config = doc! {
            "_id": "rs", "members": hosts.collect::<Vec<_>>(),
            "settings": {"electionTimeoutMillis": 2000, "heartbeatIntervalMillis": 300},
        };
        let first = self.member(0).port;
        self.ask(first, doc! {"replSetInitiate": config}).expect("the set can be made");
        let until = Instant::now() + Duration::from_secs(60);
        while self.primary().is_none() {
            assert!(Instant::now() < until, "there is no primary");
            std::thread::sleep(Duration::from_millis(100));
        }
    }

    /// One command to one member.
    fn ask(&self, port: u16, command: Document) -> Result<Document, mongodb::error::Error> {
        let url = format!(
            "mongodb://127.0.0.1:{port}/?directConnection=true&serverSelectionTimeoutMS=500&connectTimeoutMS=500"
        );
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

    /// Freezes a member as a network failure would (no responses, open connections), or lets it continue.
    pub fn freeze(&self, at: usize, frozen: bool) {
        // mongod writes its process id there; the child process is the shell around it.
        let process = std::fs::read_to_string(self.member(at).folder.join("mongod.lock")).expect("mongod runs");
        let signal = if frozen { "-STOP" } else { "-CONT" };
        let sent = Command::new("kill").args([signal, process.trim()]).status().expect("there is kill");
        assert!(sent.success(), "no {signal} to {process}");
    }

    /// Adds a user with these roles in all databases. The first one can be added because the server is on this machine.
    pub fn allow(&self, user: &str, password: &str, role: &str, by: Option<&str>) {
        let done = self.with_url(by.unwrap_or(&self.url("admin")), async |database| {
            database.run_command(doc! {"createUser": user, "pwd": password, "roles": [role]}).await
        });
        done.expect("the user can be made");
    }

    /// The address of a database.
    pub fn url(&self, database: &str) -> String {
        let hosts: Vec<_> = (0..self.members.len()).map(|at| format!("127.0.0.1:{}", self.member(at).port)).collect();
        let options = if self.kind == Kind::Set { "?replicaSet=rs" } else { "" };
        format!("mongodb://{}/{database}{options}", hosts.join(","))
    }

    /// A dataset whose records are in a new database, and whose folder is `folder`.
    pub fn dataset(&self, folder: &Path) -> Dataset {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        let name = format!("test{}", NEXT.fetch_add(1, Ordering::Relaxed));
        Dataset::at(folder).with_server(Server::parse(&self.url(&name)).expect("the address is right"))
    }

    /// A database through the driver.
    pub fn with<T>(&self, server: &Server, work: impl AsyncFnOnce(mongodb::Database) -> T) -> T {
        self.with_url(server.expose().as_str(), work)
    }

    fn with_url<T>(&self, url: &str, work: impl AsyncFnOnce(mongodb::Database) -> T) -> T {
        self.runtime.block_on(async {
            let client = mongodb::Client::with_uri_str(url).await.expect("the address is right");
            work(client.default_database().expect("the address names a database")).await
        })
    }
}

impl Drop for Mongo {
    fn drop(&mut self) {
        (0..self.members.len()).for_each(|at| self.kill(at));
    }
}

fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").and_then(|socket| socket.local_addr()).expect("there are free ports").port()
}
