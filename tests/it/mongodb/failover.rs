//! A server that fails during a push, and a push that is killed: acknowledged photos are stored, finally both
//! sides are equal and have no duplicates. `GLEANER_TRIAL_PHOTOS`, `GLEANER_TRIAL_STEPDOWNS`, `GLEANER_TRIAL_KILLS` make
//! it longer; `--nocapture` shows the figures.

use std::collections::HashSet;
use std::path::Path;
use std::process::{Child, Stdio};
use std::sync::OnceLock;
use std::thread;
use std::time::{Duration, Instant};

use gleaner::dataset::Dataset;
use gleaner::photo::PhotoId;
use gleaner::pipeline::Stop;
use gleaner::pipeline::copy::{Copied, CopyOptions, copy};
use gleaner::seal::{SealedPhoto, Vault};
use gleaner::store::{self, Access, Store, StoreCheck, digest};
use mongodb::bson::{DateTime, Document, doc};
use parking_lot::{Condvar, Mutex, MutexGuard};
use tempfile::TempDir;
use testbed::dataset::DatasetConfig;

use super::server::{Mongo, shared};
use crate::pipeline::{command, talk};

fn number(of: &str, otherwise: u64) -> u64 {
    std::env::var(format!("GLEANER_TRIAL_{of}")).map_or(otherwise, |text| text.parse().unwrap())
}

/// The set of three that these tests break, one after the other.
fn three() -> Option<MutexGuard<'static, Mongo>> {
    static THREE: OnceLock<Option<Mutex<Mongo>>> = OnceLock::new();
    let three = THREE.get_or_init(|| Mongo::set(3).map(Mutex::new)).as_ref()?;
    Some(three.lock())
}

/// A folder with generated photos, only read by the tests.
struct SourceDataset {
    _folder: TempDir,
    dataset: Dataset,
    vault: Vault,
    photos: u64,
    digest: String,
}

impl SourceDataset {
    fn made(photos: u64) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let config = DatasetConfig { photos, pictures: 3, ..DatasetConfig::default() };
        let dataset = config.write(&folder.path().join("local")).unwrap();
        let vault = Vault::new(config.key());
        let digest = digest(&*store::open(&dataset, Access::Read).unwrap(), Some(&vault)).unwrap();
        Self { _folder: folder, dataset, vault, photos, digest }
    }

    fn small() -> &'static Self {
        static SMALL: OnceLock<SourceDataset> = OnceLock::new();
        SMALL.get_or_init(|| Self::made(6_000))
    }

    fn open(&self) -> Box<dyn Store> {
        store::open(&self.dataset, Access::Read).unwrap()
    }

    /// Both sides are equal, and every collection has each photo once.
    fn must_equal(&self, mongo: &Mongo, there: &Dataset) {
        let store = store::open(there, Access::Read).unwrap();
        assert_eq!(digest(&*store, Some(&self.vault)).unwrap(), self.digest);
        let found = store.check(&mut |_| Ok(())).unwrap();
        assert_eq!(found, StoreCheck { photos: self.photos, ..StoreCheck::default() });
        let counts = mongo.with(there.server().unwrap(), async |database| {
            let mut counts = Vec::new();
            for name in ["photos", "sealed", "tombstones"] {
                counts.push(database.collection::<Document>(name).count_documents(doc! {}).await.unwrap());
            }
            counts
        });
        assert_eq!(counts, [self.photos, self.photos, 0]);
    }
}

/// The faults of the replica set.
#[derive(Clone, Copy, Debug)]
enum Fault {
    StepDown,
    Kill,
    Freeze,
}

impl Fault {
    /// Step-downs and kills in turns, and in the middle one server that does not respond for some seconds.
    fn planned(step_downs: u64, kills: u64) -> Vec<Self> {
        let mut plan = Vec::new();
        for turn in 0..step_downs.max(kills) {
            plan.extend((turn < step_downs).then_some(Self::StepDown));
            plan.extend((turn < kills).then_some(Self::Kill));
        }
        plan.insert(plan.len() / 2, Self::Freeze);
        plan
    }

    /// Applies the fault to the primary; afterwards all members run.
    fn inject(self, mongo: &Mongo, pause: Duration) {
        let primary = primary(mongo);
        match self {
            Self::StepDown => mongo.step_down(),
            Self::Kill => {
                mongo.kill(primary);
                thread::sleep(pause);
                mongo.run(primary);
            }
            Self::Freeze => {
                mongo.freeze(primary, true);
                thread::sleep(Duration::from_secs(5));
                mongo.freeze(primary, false);
            }
        }
    }
}

fn primary(mongo: &Mongo) -> usize {
    let until = Instant::now() + Duration::from_secs(60);
    loop {
        if let Some(primary) = mongo.primary() {
            return primary;
        }
        assert!(Instant::now() < until, "no primary was elected");
        thread::sleep(Duration::from_millis(100));
    }
}

/// A pseudo-random number below `below`.
fn random(turn: usize, below: u64) -> u64 {
    let mixed = (turn as u64 + 1).wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
    (mixed >> 33) % below.max(1)
}

/// The progress of a push, and when the next fault is due: a push waits for it, so that every fault hits a running push.
#[derive(Default)]
struct Progress {
    state: Mutex<State>,
    moved: Condvar,
}

#[derive(Default)]
struct State {
    done: u64,
    /// The push waits at this number of photos.
    until: u64,
    ended: bool,
    last: Option<Instant>,
    longest: Duration,
    acknowledged: Vec<PhotoId>,
}

impl Progress {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock()
    }

    fn record(&self, changes: u64) {
        let mut state = self.lock();
        state.done += changes;
        let now = Instant::now();
        if let Some(last) = state.last.replace(now) {
            state.longest = state.longest.max(now - last);
        }
        self.moved.notify_all();
        self.moved.wait_while(&mut state, |state| state.done >= state.until && !state.ended);
    }

    /// Waits until this many photos are copied, then lets the push continue to `until`.
    fn reach(&self, so_many: u64, until: u64) {
        let mut state = self.lock();
        self.moved.wait_while(&mut state, |state| state.done < so_many && !state.ended);
        state.until = until;
        state.last = Some(Instant::now());
        self.moved.notify_all();
    }

    fn end(&self) {
        self.lock().ended = true;
        self.moved.notify_all();
    }
}

/// Ends the push's waiting also when its thread panics.
struct EndOnDrop<'a>(&'a Progress);

impl Drop for EndOnDrop<'_> {
    fn drop(&mut self) {
        self.0.end();
    }
}

struct Trial<'a> {
    mongo: &'a Mongo,
    local: &'a SourceDataset,
    there: Dataset,
    progress: Progress,
}

impl Trial<'_> {
    fn push(&self, all: bool) -> Copied {
        let _ending = EndOnDrop(&self.progress);
        let (from, to) = (self.local.open(), store::open(&self.there, Access::Write).unwrap());
        let along = |sealed: &SealedPhoto| {
            self.progress.lock().acknowledged.push(sealed.photo().id.clone());
            Ok(())
        };
        let record = |changes: u64| self.progress.record(changes);
        copy(
            &*from,
            &*to,
            &CopyOptions {
                all,
                on_begin: &|_| {},
                on_batch: &record,
                copy_files: &along,
                withdrawals: None,
                stop: &Stop::default(),
            },
        )
        .unwrap()
    }

    /// Injects a fault after each part of the push, and checks each time that acknowledged photos are stored.
    fn inject(&self, plan: &[Fault]) {
        let _ending = EndOnDrop(&self.progress);
        let (local, parts) = (self.local.open(), plan.len() as u64 + 1);
        let store = store::open(&self.there, Access::Write).unwrap();
        let mut looked = 0;
        for (turn, fault) in plan.iter().enumerate() {
            let part = |turn: u64| self.local.photos * turn / parts;
            self.progress.reach(part(turn as u64), part(turn as u64 + 1).max(1));
            thread::sleep(Duration::from_millis(random(turn, 300)));
            fault.inject(self.mongo, Duration::from_millis(random(turn, 1_500)));
            let acknowledged = self.progress.lock().acknowledged.clone();
            for ids in acknowledged[looked..].chunks(1_000) {
                let (here, there) = (local.load_sealed(ids).unwrap(), store.load_sealed(ids).unwrap());
                assert_eq!(there.len(), ids.len(), "acknowledged, and missing after {fault:?}");
                assert!(here.iter().zip(&there).all(|(here, there)| here.is_same(there)), "changed by {fault:?}");
            }
            looked = acknowledged.len();
            primary(self.mongo);
        }
        self.progress.reach(0, u64::MAX);
    }

    /// Reads change after change, as the explorer does, until it saw this many photos; gives up some time after the
    /// push has ended. A save that failed half-way can hold back what comes after it for a minute.
    fn follow(&self, photos: u64) -> HashSet<PhotoId> {
        let store = store::open(&self.there, Access::Write).unwrap();
        let (mut seen, mut after) = (HashSet::new(), 0);
        let mut ended_at: Option<Instant> = None;
        loop {
            let ended = self.progress.lock().ended;
            let changes = store.changes(after, 2_000).unwrap();
            assert!(changes.is_sorted_by_key(|change| change.seq) && changes.iter().all(|change| change.seq > after));
            let Some(last) = changes.last() else {
                if ended {
                    let waited = ended_at.get_or_insert_with(Instant::now).elapsed();
                    if seen.len() as u64 == photos || waited > Duration::from_secs(150) {
                        return seen;
                    }
                }
                thread::sleep(Duration::from_millis(100));
                continue;
            };
            after = last.seq;
            seen.extend(changes.into_iter().map(|change| change.id));
        }
    }
}

#[test]
fn step_downs_kills_and_network_loss_during_a_push_lose_no_acknowledged_photo() {
    let Some(mongo) = three() else { return };
    let (photos, plan) = (number("PHOTOS", 6_000), Fault::planned(number("STEPDOWNS", 3), number("KILLS", 3)));
    let large = (photos != SourceDataset::small().photos).then(|| SourceDataset::made(photos));
    let local = large.as_ref().unwrap_or(SourceDataset::small());
    let folder = tempfile::tempdir().unwrap();
    let there = mongo.dataset(folder.path());
    drop(store::open(&there, Access::Write).unwrap());
    let trial = Trial { mongo: &mongo, local, there, progress: Progress::default() };
    trial.progress.lock().until = 1;
    let started = Instant::now();
    let (copied, seen) = thread::scope(|scope| {
        let follower = scope.spawn(|| trial.follow(photos));
        let striker = scope.spawn(|| trial.inject(&plan));
        let copied = trial.push(false);
        striker.join().unwrap();
        (copied, follower.join().unwrap())
    });
    println!(
        "{photos} photos, {} faults: {:.1} s, longest wait {:.1} s; {copied:?}; digest {}",
        plan.len(),
        started.elapsed().as_secs_f64(),
        trial.progress.lock().longest.as_secs_f64(),
        local.digest,
    );
    assert_eq!(copied.new + copied.changed + copied.same, photos);
    assert_eq!(seen.len() as u64, photos, "a follower saw all of them");
    local.must_equal(&mongo, &trial.there);
    let again = trial.push(true);
    assert_eq!(again, Copied { same: photos, ..Copied::default() });
}

fn pushing(local: &SourceDataset, there: &Dataset) -> Child {
    let (from, to) = (local.dataset.root().display().to_string(), there.server().unwrap().expose().to_string());
    let folder: &Path = local.dataset.root().parent().unwrap();
    command(folder, &["push", &from, &to]).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
}

fn documents(mongo: &Mongo, there: &Dataset) -> u64 {
    let counting = async |database: mongodb::Database| {
        database.collection::<Document>("photos").estimated_document_count().await.unwrap_or(0)
    };
    mongo.with(there.server().unwrap(), counting)
}

#[test]
fn a_push_continues_across_changes_of_the_primary() {
    let Some(mongo) = three() else { return };
    let local = SourceDataset::small();
    let folder = tempfile::tempdir().unwrap();
    let there = mongo.dataset(folder.path());
    let mut child = pushing(local, &there);
    let mut faults = 0;
    for (turn, fault) in [Fault::StepDown, Fault::Kill].into_iter().enumerate() {
        while documents(&mongo, &there) < 1_000 && child.try_wait().unwrap().is_none() {
            thread::sleep(Duration::from_millis(10));
        }
        faults += usize::from(child.try_wait().unwrap().is_none());
        fault.inject(&mongo, Duration::from_millis(random(turn, 1_000)));
    }
    let output = child.wait_with_output().unwrap();
    println!("{faults} faults during a push of the program");
    assert_eq!(output.status.code(), Some(0), "{}", talk(&output));
    local.must_equal(&mongo, &there);
}

#[test]
fn a_push_killed_repeatedly_ends_with_equal_stores() {
    let Some(mongo) = shared() else { return };
    let local = SourceDataset::small();
    let folder = tempfile::tempdir().unwrap();
    let there = mongo.dataset(folder.path());
    let mut kills = 0;
    for turn in 0..6 {
        let mut child = pushing(local, &there);
        let (so_many, until) =
            (documents(mongo, &there) + random(turn, 1_500), Instant::now() + Duration::from_secs(30));
        while documents(mongo, &there) <= so_many && child.try_wait().unwrap().is_none() && Instant::now() < until {
            thread::sleep(Duration::from_millis(5));
        }
        kills += usize::from(child.try_wait().unwrap().is_none());
        let _ = child.kill();
        child.wait().unwrap();
    }
    println!("{kills} kills hit a running push, which had copied {} photos", documents(mongo, &there));
    assert!(kills > 0, "the program ended before it could be killed");
    let output = pushing(local, &there).wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", talk(&output));
    local.must_equal(mongo, &there);
}

#[test]
fn a_reader_misses_no_change_of_a_writer_that_timed_out() {
    let Some(mongo) = shared() else { return };
    let local = SourceDataset::small();
    let folder = tempfile::tempdir().unwrap();
    let there = mongo.dataset(folder.path());
    drop(store::open(&there, Access::Write).unwrap());
    let trial = Trial { mongo, local, there, progress: Progress::default() };
    trial.progress.lock().until = u64::MAX;
    // As if a minute had passed: readers no longer wait for numbers of pending changes.
    let expire = || {
        let long_ago = doc! {"$set": {"under_way.$[].until": DateTime::from_millis(0)}};
        let expiring = async |database: mongodb::Database| {
            let counters = database.collection::<Document>("counters");
            counters.update_one(doc! {"_id": "seq"}, long_ago).await.unwrap().modified_count
        };
        mongo.with(trial.there.server().unwrap(), expiring)
    };
    let (expired, seen) = thread::scope(|scope| {
        let follower = scope.spawn(|| trial.follow(local.photos));
        let writer = scope.spawn(|| trial.push(false));
        let mut expired = 0;
        while !writer.is_finished() && expired < 40 {
            expired += expire();
            thread::sleep(Duration::from_millis(30));
        }
        writer.join().unwrap();
        (expired, follower.join().unwrap())
    });
    println!("{expired} times numbers expired");
    assert!(expired > 0 && seen.len() as u64 == local.photos, "{} seen, {expired} times numbers expired", seen.len());
    local.must_equal(mongo, &trial.there);
}
