//! The simulated Flickr: a REST API and an image host on two loopback ports, and a trap on a third.

use std::collections::HashMap;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

use anyhow::{Context, Result};
use axum::Router;
use axum::body::Body;
use axum::extract::{ConnectInfo, Query as Arguments, State};
use axum::http::{Response, StatusCode, Uri};
use parking_lot::Mutex;
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

use crate::changes::Changes;
use crate::faults::{API_MIX, Fault, Plan, plan_methods};
use crate::generate::{Generator, GeneratorConfig};
use crate::query::Refusal;
use crate::search::{Memory, Quirks};
use crate::stats::{Stats, Tally};
use crate::wire::{self, Reset, ResettableListener};
use crate::world::World;
use crate::{copies, images, methods, search, seed};

/// Settings of the service, apart from photos and faults.
#[derive(Debug, Clone, Default)]
pub struct Settings {
    /// Image answers carry `Content-Length`; off, they are chunked like the real ones.
    pub content_length: bool,
    /// Keys refused with code 100.
    pub bad_keys: Vec<String>,
}

/// A token bucket; without a limit it is never empty.
#[derive(Debug, Default)]
pub struct Bucket(Option<(f64, f64)>, Mutex<Option<(f64, Instant)>>);

impl Bucket {
    /// Takes one token, if there is one.
    pub fn take(&self) -> bool {
        let Some((burst, per_second)) = self.0 else { return true };
        let mut state = self.1.lock();
        let (left, since) = state.unwrap_or((burst, Instant::now()));
        let now = (left + since.elapsed().as_secs_f64() * per_second).min(burst);
        let taken = if now >= 1.0 { now - 1.0 } else { now };
        *state = Some((taken, Instant::now()));
        now >= 1.0
    }
}

/// The running service, shared by its listeners.
#[derive(Debug)]
pub struct Service {
    pub(crate) world: World,
    pub(crate) plan: Plan,
    pub(crate) settings: Settings,
    pub(crate) tally: Tally,
    pub(crate) image_calls: AtomicU64,
    pub(crate) originals: Bucket,
    pub(crate) trap_url: String,
    api: Bucket,
    quirks: Quirks,
    memory: Memory,
    api_calls: AtomicU64,
    image_url: String,
    /// The faults of every API call and of every image call.
    broken: [Mutex<Option<Fault>>; 2],
}

impl Service {
    /// The fault of every image call, if there is one.
    pub(crate) fn broken_images(&self) -> Option<Fault> {
        *self.broken[1].lock()
    }
}

/// What to simulate; see [`Flickr::builder`].
#[derive(Debug)]
pub struct Flickr {
    config: GeneratorConfig,
    folder: Option<PathBuf>,
    times: u32,
    quirks: Quirks,
    settings: Settings,
    plan: Plan,
    limits: [Option<(f64, f64)>; 2],
    port: u16,
}

plan_methods!(Flickr);

impl Flickr {
    /// An empty world with all quirks of the answers on, no faults, no limits.
    pub fn builder() -> Self {
        Self {
            config: GeneratorConfig::default(),
            folder: None,
            times: 1,
            quirks: Quirks::default(),
            settings: Settings::default(),
            plan: Plan::new(API_MIX),
            limits: [None; 2],
            port: 0,
        }
    }

    /// Adds the photos of a folder.
    pub fn photos(mut self, folder: impl AsRef<Path>) -> Self {
        self.folder = Some(folder.as_ref().to_owned());
        self
    }

    /// Serves each photo of the folder under `times` ids, with bytes of its own for each.
    pub fn repeat(mut self, times: u32) -> Self {
        self.times = times;
        self
    }

    /// Adds `n` generated photos.
    pub fn generate(mut self, n: u64) -> Self {
        self.config.photos = n;
        self
    }

    /// Changes how photos are generated: upload span, shares of located, gone, videos, opted out; sizes.
    pub fn config(mut self, change: impl FnOnce(&mut GeneratorConfig)) -> Self {
        change(&mut self.config);
        self
    }

    /// The random seed.
    pub fn seed(mut self, seed: u64) -> Self {
        (self.config.seed, self.plan.seed) = (seed, seed);
        self
    }

    /// Changes the quirks of answers.
    pub fn quirks(mut self, change: impl FnOnce(&mut Quirks)) -> Self {
        change(&mut self.quirks);
        self
    }

    /// Turns every quirk off: exact totals, no overlap, the types of 2026.
    pub fn plain(self) -> Self {
        self.quirks(|q| (q.fuzzy_totals, q.overlap, q.type_chaos) = (false, false, false))
    }

    /// A key that is refused with code 100.
    pub fn bad_key(mut self, key: &str) -> Self {
        self.settings.bad_keys.push(key.to_owned());
        self
    }

    /// Image answers with `Content-Length` instead of chunked.
    pub fn content_length(mut self, on: bool) -> Self {
        self.settings.content_length = on;
        self
    }

    /// Responds with 429 for originals beyond a burst and a rate per second.
    pub fn originals_limit(mut self, burst: f64, per_second: f64) -> Self {
        self.limits[0] = Some((burst, per_second));
        self
    }

    /// The API responds with 429 beyond a burst and a rate per second.
    pub fn api_limit(mut self, burst: f64, per_second: f64) -> Self {
        self.limits[1] = Some((burst, per_second));
        self
    }

    /// Port of the API; 0, the default, picks a free one. The image host always picks one.
    pub fn port(mut self, port: u16) -> Self {
        self.port = port;
        self
    }

    /// Starts serving; ends when the result is dropped.
    pub async fn start(self) -> Result<Running> {
        let listed = self.folder.as_deref().map(|f| seed::load(f, self.config.seed)).transpose()?.unwrap_or_default();
        let listed = copies::repeat(listed, self.times);
        let world = World::new(self.config.seed, Generator::new(self.config), listed);
        let api = bind(Ipv4Addr::LOCALHOST, self.port).await?;
        let images = bind(Ipv4Addr::LOCALHOST, 0).await?;
        // Another loopback address if the system has one, so that the trap is also another host.
        let trap = match bind(Ipv4Addr::new(127, 0, 0, 2), 0).await {
            Ok(listener) => listener,
            Err(_) => bind(Ipv4Addr::LOCALHOST, 0).await?,
        };
        let api_url = format!("http://{}/services/rest/", api.local_addr()?);
        let image_url = format!("http://{}", images.local_addr()?);
        let service = Arc::new(Service {
            world,
            plan: self.plan,
            settings: self.settings,
            tally: Tally::default(),
            image_calls: AtomicU64::new(0),
            originals: Bucket(self.limits[0], Mutex::default()),
            api: Bucket(self.limits[1], Mutex::default()),
            trap_url: format!("http://{}/trap", trap.local_addr()?),
            quirks: self.quirks,
            memory: Memory::default(),
            api_calls: AtomicU64::new(0),
            image_url: image_url.clone(),
            broken: Default::default(),
        });
        let tasks = vec![
            spawn(
                api,
                Router::new()
                    .route("/services/rest/", axum::routing::get(rest))
                    .route("/control", axum::routing::get(control))
                    .with_state(service.clone()),
            ),
            spawn(images, Router::new().fallback(images::serve).with_state(service.clone())),
            spawn(trap, Router::new().fallback(trapped).with_state(service.clone())),
        ];
        Ok(Running { api_url, image_url, service, tasks })
    }
}

pub(crate) async fn bind(host: Ipv4Addr, port: u16) -> Result<TcpListener> {
    let address = SocketAddr::from((host, port));
    TcpListener::bind(address)
        .await
        .with_context(|| format!("{address} is not free to listen on; choose another --port"))
}

pub(crate) fn spawn(listener: TcpListener, router: Router) -> JoinHandle<()> {
    let service = router.into_make_service_with_connect_info::<Reset>();
    tokio::spawn(async move {
        // The task ends only when it is aborted.
        let _ = axum::serve(ResettableListener(listener), service).await;
    })
}

/// A running simulation.
#[derive(Debug)]
pub struct Running {
    /// Address of the REST endpoint, with a slash at the end.
    pub api_url: String,
    /// Address of the image host, without a slash at the end.
    pub image_url: String,
    service: Arc<Service>,
    tasks: Vec<JoinHandle<()>>,
}

impl Running {
    /// Counts of requests and responses so far.
    pub fn stats(&self) -> Stats {
        self.service.tally.stats()
    }

    /// The ground truth.
    pub fn world(&self) -> &World {
        &self.service.world
    }

    /// Every photo, in full; for worlds that fit in memory.
    pub fn truth(&self) -> Vec<crate::record::Record> {
        self.world().records().collect()
    }

    /// What the owners change from now on.
    pub fn changes(&self) -> &Changes {
        self.world().changes()
    }

    /// Makes every further API call fail, or ends that.
    pub fn break_api(&self, fault: Option<Fault>) {
        *self.service.broken[0].lock() = fault;
    }

    /// Makes every further image call fail, or ends that.
    pub fn break_images(&self, fault: Option<Fault>) {
        *self.service.broken[1].lock() = fault;
    }

    /// The ids that a search with these arguments should find, without any cap.
    pub fn truth_of(&self, args: &[(&str, &str)]) -> Result<Vec<u64>, Refusal> {
        let args = args.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect();
        Ok(self.world().search(&crate::query::Query::read(&args)?, usize::MAX, |_| false).0)
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.tasks.iter().for_each(JoinHandle::abort);
    }
}

async fn trapped(State(service): State<Arc<Service>>) -> &'static str {
    service.tally.note(|s| s.trap_calls += 1);
    "a client must not follow a redirect to this address"
}

/// Changes photos: `/control?withdraw=1,2&publish=3&replace=4&license=5:4&move=6:47.5:8.2`.
async fn control(
    State(service): State<Arc<Service>>,
    Arguments(args): Arguments<HashMap<String, String>>,
) -> Result<&'static str, (StatusCode, String)> {
    let wrong = |item: &str| (StatusCode::BAD_REQUEST, format!("{item} is not understood\n"));
    for (name, items) in &args {
        for item in items.split(',') {
            changed(service.world.changes(), name, item).ok_or_else(|| wrong(&format!("{name}={item}")))?;
        }
    }
    Ok("changed\n")
}

fn changed(changes: &Changes, name: &str, item: &str) -> Option<()> {
    let parts: Vec<&str> = item.split(':').collect();
    let id = parts.first()?.parse().ok()?;
    match (name, &parts[1..]) {
        ("withdraw", []) => changes.withdraw(id),
        ("publish", []) => changes.publish(id),
        ("replace", []) => changes.replace_picture(id),
        ("license", [license]) => changes.relicense(id, license.parse().ok()?),
        ("move", [latitude, longitude]) => changes.move_to(id, (latitude.parse().ok()?, longitude.parse().ok()?)),
        _ => return None,
    }
    Some(())
}

async fn rest(
    State(service): State<Arc<Service>>,
    ConnectInfo(reset): ConnectInfo<Reset>,
    Arguments(args): Arguments<HashMap<String, String>>,
    uri: Uri,
) -> Response<Body> {
    let call = service.api_calls.fetch_add(1, Ordering::SeqCst);
    tokio::time::sleep(service.plan.latency).await;
    let limited = (!service.api.take()).then_some(Fault::TooMany);
    let broken = *service.broken[0].lock();
    let fault = limited.or(broken).or_else(|| service.plan.api(call, uri.query().unwrap_or("")));
    let response = match (fault, answer(&service, &args)) {
        (Some(fault), outcome) => failed(fault, written(&outcome.unwrap_or_default(), &args)),
        (None, Ok(value)) => wire::whole(200, "application/json", written(&value, &args), true),
        (None, Err(Refusal::BadRequest)) => {
            let html = "<html><body><h1>Bad request</h1>Your browser sent an invalid request.</body></html>";
            wire::whole(400, "text/html", html.into(), true)
        }
        (None, Err(Refusal::Fail(code, message))) => refused(code, message, &args),
    };
    service.tally.answered(&response, fault, &reset);
    service.tally.note(|stats| stats.api_calls += 1);
    response
}

fn answer(service: &Service, args: &HashMap<String, String>) -> Result<Value, Refusal> {
    let given = |name: &str| args.get(name).map_or("", String::as_str);
    let key = given("api_key");
    let sound = key.len() == 32 && key.bytes().all(|b| b.is_ascii_hexdigit());
    if !sound || service.settings.bad_keys.iter().any(|bad| bad == key) {
        return Err(Refusal::Fail(100, "Invalid API Key (Key has invalid format)"));
    }
    let photo = || {
        given("photo_id")
            .parse()
            .ok()
            .filter(|id| !service.world.changes().is_missed(*id))
            .and_then(|id| service.world.record(id))
            .ok_or(Refusal::Fail(1, "Photo not found"))
    };
    match given("method") {
        "flickr.photos.search" => {
            search::search(&service.world, (&service.quirks, &service.memory), args, &service.image_url)
        }
        "flickr.photos.getSizes" => Ok(methods::sizes(&photo()?, &service.image_url)),
        "flickr.photos.getInfo" => Ok(methods::info(&photo()?)),
        "flickr.photos.getExif" => methods::exif(&photo()?),
        "flickr.photos.comments.getList" => Ok(methods::comments(&photo()?)),
        "flickr.photos.licenses.getInfo" => Ok(methods::licenses()),
        _ => Err(Refusal::Fail(112, "Method not found")),
    }
}

fn refused(code: i64, message: &str, args: &HashMap<String, String>) -> Response<Body> {
    let body = written(&json!({ "stat": "fail", "code": code, "message": message }), args);
    wire::whole(200, "text/plain; charset=utf-8", body, true)
}

/// JSON, inside `jsonFlickrApi(...)` unless `nojsoncallback` is given.
fn written(value: &Value, args: &HashMap<String, String>) -> Vec<u8> {
    if args.get("nojsoncallback").is_some_and(|v| v == "1") {
        value.to_string()
    } else {
        format!("jsonFlickrApi({value})")
    }
    .into()
}

fn failed(fault: Fault, good: Vec<u8>) -> Response<Body> {
    const DOWN: &str = "Sorry, the Flickr API service is not currently available.";
    let none = HashMap::from([("nojsoncallback".to_owned(), "1".to_owned())]);
    match fault {
        Fault::Code201 => {
            let body = format!(r#"{{"stat":"fail","message":"{DOWN}","code":201}},"#);
            wire::whole(200, "text/xml", body.into(), true)
        }
        Fault::Code0 => refused(0, DOWN, &none),
        Fault::Code105 => refused(105, "Service currently unavailable", &none),
        Fault::Code10 => refused(10, "The Flickr search API is currently unavailable.", &none),
        Fault::DeepJson => {
            let body = format!("{}{}", "{\"photos\":".repeat(100_000), "}".repeat(100_000));
            wire::whole(200, "application/json", body.into(), true)
        }
        _ => wire::spoiled(fault, "application/json", good),
    }
}
