//! The places of connections. When all are taken, a new connection gets the place of the one that waits longest for its client:
//! of browsers that were not admitted before those that were, and of the address with most connections first.
//! Event streams have places of their own.

use std::cmp::Reverse;
use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, OnceLock, Weak};
use std::time::{Duration, Instant};

use parking_lot::Mutex;
use tokio::sync::Notify;
use tokio::task::AbortHandle;
use tokio::time::timeout;

use super::ConnectionLimits;

/// Bytes that a client sends or reads in a second if it does not wait. A slower one counts as waiting for the rest.
const FAIR_BYTES_PER_SECOND: u64 = 64 << 10;

/// A connection that waits for a shorter time, in milliseconds, is not ended for another.
const SHORTEST_WAIT_MS: u64 = 100;

/// How often places are looked for again while every request is being worked on.
const RETRY_PAUSE: Duration = Duration::from_millis(50);

tokio::task_local! {
    /// The place of the connection whose request is handled.
    pub static PLACE: Arc<Place>;
}

/// The place of the request that is being handled now was admitted with the token.
pub fn admitted() {
    let _ = PLACE.try_with(|place| place.is_admitted.store(true, Relaxed));
}

/// The connection of the request that is being handled now becomes an event stream.
pub fn live() {
    let _ = PLACE.try_with(|place| {
        if let Some(places) = place.places.upgrade() {
            places.make_live(place);
        }
    });
}

/// All places.
pub struct Places {
    limits: ConnectionLimits,
    start: Instant,
    taken: Mutex<Taken>,
    freed: Notify,
}

#[derive(Default)]
struct Taken {
    next: u64,
    pool: HashMap<u64, Arc<Place>>,
    live: HashMap<u64, Arc<Place>>,
}

/// One connection.
pub struct Place {
    number: u64,
    address: IpAddr,
    is_admitted: AtomicBool,
    /// Whether the program works on a request.
    is_worked_on: AtomicBool,
    /// When it began to wait for its client, in milliseconds from the start of the server.
    waits_since: AtomicU64,
    /// Bytes read or written since then.
    moved: AtomicU64,
    ending: OnceLock<AbortHandle>,
    start: Instant,
    places: Weak<Places>,
}

/// Gives the place back when the connection ends.
pub struct Held(pub Arc<Place>);

impl Drop for Held {
    fn drop(&mut self) {
        if let Some(places) = self.0.places.upgrade() {
            let mut taken = places.taken.lock();
            taken.pool.remove(&self.0.number);
            taken.live.remove(&self.0.number);
            places.freed.notify_one();
        }
    }
}

impl Places {
    /// None is taken.
    pub fn new(limits: ConnectionLimits) -> Self {
        Self { limits, start: Instant::now(), taken: Mutex::default(), freed: Notify::new() }
    }

    /// A place for a new connection. Waits only while every place has a request that the program works on.
    pub async fn take(self: &Arc<Self>, address: IpAddr) -> Arc<Place> {
        loop {
            if let Some(place) = self.try_take(address) {
                return place;
            }
            let _ = timeout(RETRY_PAUSE, self.freed.notified()).await;
        }
    }

    fn try_take(self: &Arc<Self>, address: IpAddr) -> Option<Arc<Place>> {
        let mut taken = self.taken.lock();
        if taken.pool.len() >= self.limits.connections {
            let ended = longest_waiting(&taken.pool, SHORTEST_WAIT_MS)?;
            end(&mut taken.pool, ended);
        }
        taken.next += 1;
        let number = taken.next;
        let place = Arc::new(Place {
            number,
            address,
            is_admitted: AtomicBool::new(false),
            is_worked_on: AtomicBool::new(false),
            waits_since: AtomicU64::new(0),
            moved: AtomicU64::new(0),
            ending: OnceLock::new(),
            start: self.start,
            places: Arc::downgrade(self),
        });
        place.waits();
        taken.pool.insert(number, Arc::clone(&place));
        Some(place)
    }

    fn make_live(&self, place: &Arc<Place>) {
        let mut taken = self.taken.lock();
        if taken.live.len() >= self.limits.live
            && let Some(ended) = longest_waiting(&taken.live, 0)
        {
            // The page opens it again by itself.
            end(&mut taken.live, ended);
        }
        place.is_worked_on.store(false, Relaxed);
        place.waits();
        taken.pool.remove(&place.number);
        taken.live.insert(place.number, Arc::clone(place));
        self.freed.notify_one();
    }
}

/// The connection that is ended for a new one.
fn longest_waiting(places: &HashMap<u64, Arc<Place>>, at_least_ms: u64) -> Option<u64> {
    let mut by_address: HashMap<IpAddr, usize> = HashMap::new();
    for place in places.values() {
        *by_address.entry(place.address).or_default() += 1;
    }
    let waiting = places.values().filter_map(|place| Some((place.waited_ms()?, place)));
    let longest = waiting.filter(|(waited, _)| *waited >= at_least_ms).min_by_key(|(waited, place)| {
        (place.is_admitted.load(Relaxed), Reverse((by_address[&place.address], *waited)))
    });
    longest.map(|(_, place)| place.number)
}

fn end(places: &mut HashMap<u64, Arc<Place>>, number: u64) {
    if let Some(ending) = places.remove(&number).and_then(|place| place.ending.get().cloned()) {
        ending.abort();
    }
}

impl Place {
    /// Sets how the connection is ended.
    pub fn can_end_by(&self, ending: AbortHandle) {
        let _ = self.ending.set(ending);
    }

    /// The program works on a request; the client waits.
    pub fn is_worked_on(&self) {
        self.is_worked_on.store(true, Relaxed);
    }

    /// The program waits for the client from now on.
    pub fn waits(&self) {
        self.waits_since.store(self.start.elapsed().as_millis() as u64, Relaxed);
        self.moved.store(0, Relaxed);
        self.is_worked_on.store(false, Relaxed);
    }

    /// The program waits for the rest of what it waited for before.
    pub fn waits_again(&self) {
        self.is_worked_on.store(false, Relaxed);
    }

    /// The client sent or read this much.
    pub fn moved(&self, bytes: usize) {
        self.moved.fetch_add(bytes as u64, Relaxed);
    }

    /// How long the program has waited for the client beyond the time for what it moved, in milliseconds. `None` while the program
    /// works.
    fn waited_ms(&self) -> Option<u64> {
        let now = self.start.elapsed().as_millis() as u64;
        let waited = now.saturating_sub(self.waits_since.load(Relaxed));
        let fair = self.moved.load(Relaxed) * 1_000 / FAIR_BYTES_PER_SECOND;
        (!self.is_worked_on.load(Relaxed)).then(|| waited.saturating_sub(fair))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn full(limit: usize) -> Arc<Places> {
        Arc::new(Places::new(ConnectionLimits { connections: limit, live: 2, ..ConnectionLimits::default() }))
    }

    fn waited(place: &Place, ms: u64) {
        place.waits_since.store((place.start.elapsed().as_millis() as u64).saturating_sub(ms), Relaxed);
    }

    /// A start far enough back for waiting times.
    fn aged(limit: usize) -> Arc<Places> {
        let mut places = Places::new(ConnectionLimits { connections: limit, live: 2, ..ConnectionLimits::default() });
        places.start = Instant::now().checked_sub(Duration::from_secs(60)).expect("the machine runs for a minute");
        Arc::new(places)
    }

    fn is_in(places: &Places, place: &Place) -> bool {
        places.taken.lock().pool.contains_key(&place.number)
    }

    const ONE: IpAddr = IpAddr::V4(std::net::Ipv4Addr::new(192, 0, 2, 1));
    const TWO: IpAddr = IpAddr::V4(std::net::Ipv4Addr::new(192, 0, 2, 2));

    #[test]
    fn the_stranger_that_waits_longest_gives_its_place_and_never_one_that_is_worked_on() {
        let places = aged(4);
        let all: Vec<_> = (0..4).map(|_| places.try_take(ONE).unwrap()).collect();
        for (place, ms) in all.iter().zip([9_000, 7_000, 8_000, 20_000]) {
            waited(place, ms);
        }
        all[0].is_admitted.store(true, Relaxed);
        all[3].is_worked_on();
        let newest = places.try_take(ONE).unwrap();
        assert_eq!(all.iter().map(|place| is_in(&places, place)).collect::<Vec<_>>(), [true, true, false, true]);
        let _ = places.try_take(ONE).unwrap();
        assert!(!is_in(&places, &all[1]) && is_in(&places, &newest), "it has only just come");
        waited(&newest, 10);
        newest.is_admitted.store(true, Relaxed);
        assert!(places.try_take(ONE).is_some() && !is_in(&places, &all[0]), "at last an admitted one");
    }

    #[test]
    fn the_address_with_most_connections_gives_first() {
        let places = aged(3);
        let few = places.try_take(TWO).unwrap();
        let many: Vec<_> = (0..2).map(|_| places.try_take(ONE).unwrap()).collect();
        waited(&few, 9_000);
        many.iter().for_each(|place| waited(place, 500));
        places.try_take(ONE).unwrap();
        assert!(is_in(&places, &few), "it waits longest, but has one place");
    }

    #[test]
    fn one_that_reads_at_a_fair_speed_does_not_wait() {
        let places = aged(2);
        let (reads, sleeps) = (places.try_take(ONE).unwrap(), places.try_take(ONE).unwrap());
        waited(&reads, 9_000);
        reads.moved(9 * FAIR_BYTES_PER_SECOND as usize);
        waited(&sleeps, 300);
        places.try_take(ONE).unwrap();
        assert!(is_in(&places, &reads) && !is_in(&places, &sleeps));
    }

    #[tokio::test]
    async fn event_streams_take_no_place_and_have_a_limit_of_their_own() {
        let places = full(1);
        for number in 0..5 {
            let place = places.try_take(ONE).unwrap_or_else(|| panic!("no place for stream {number}"));
            places.make_live(&place);
        }
        let taken = places.taken.lock();
        assert_eq!((taken.pool.len(), taken.live.len()), (0, 2));
    }
}
