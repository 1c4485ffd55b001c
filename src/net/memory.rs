//! Limits the memory of all response bodies and files of images together, without deadlock.

use std::sync::{Arc, LazyLock};

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

const UNIT: u64 = 1024;

/// Memory for all bodies, image files and what is made of them, in bytes. One file may exceed it.
pub const SHARED_BYTES: u64 = 96 << 20;

/// The pool of the program.
static SHARED: LazyLock<Arc<MemoryPool>> = LazyLock::new(|| Arc::new(MemoryPool::new(SHARED_BYTES)));

/// A pool of bytes. Bodies reserve bytes while they grow and release them when they are dropped.
///
/// If the pool is empty, one body may take the overdraft and then grow without limit, so that at least one body can
/// finish. The memory in use is at most the pool and one largest response. Responses kept by a caller stay
/// counted; drop them (or take their bodies) before waiting for others.
#[derive(Debug)]
pub struct MemoryPool {
    pool: Arc<Semaphore>,
    overdraft: Arc<Semaphore>,
    units: u32,
}

/// The bytes that one body has reserved.
#[derive(Debug, Default)]
pub struct Reservation {
    pool: Option<OwnedSemaphorePermit>,
    overdraft: Option<OwnedSemaphorePermit>,
}

impl MemoryPool {
    /// A pool of `max_bytes` (at least 1 KiB).
    pub fn new(max_bytes: u64) -> Self {
        let units = units(max_bytes).clamp(1, Semaphore::MAX_PERMITS as u64 >> 1);
        let units = u32::try_from(units).unwrap_or(u32::MAX >> 1);
        let pool = Arc::new(Semaphore::new(units as usize));
        Self { pool, overdraft: Arc::new(Semaphore::new(1)), units }
    }

    /// The one pool that bodies from the network and files from a folder share.
    pub fn shared() -> Arc<Self> {
        Arc::clone(&SHARED)
    }

    /// Waits for more bytes on behalf of one who holds `held`, such as a decoder of its file. Who has taken all of the pool, or
    /// the overdraft, does not wait. Wait for nothing else while holding these bytes that another holder of memory has.
    pub async fn more(&self, held: &Reservation, bytes: u64) -> Reservation {
        let mut more = Reservation::default();
        if held.overdraft.is_none() && held.units() < self.units {
            self.grow(&mut more, bytes).await;
        }
        more
    }

    /// Free bytes.
    #[cfg(test)]
    pub(super) fn free_bytes(&self) -> u64 {
        self.pool.available_permits() as u64 * UNIT
    }

    /// Waits for the given bytes (or for the whole pool, if it is smaller).
    pub async fn reserve(&self, bytes: u64) -> Reservation {
        let mut reservation = Reservation::default();
        let permits = self.cap(bytes);
        // Nothing is reserved yet, so this wait blocks no other body.
        reservation.pool = Arc::clone(&self.pool).acquire_many_owned(permits).await.ok();
        reservation
    }

    /// Grows `reservation` to the given bytes.
    pub async fn grow(&self, reservation: &mut Reservation, bytes: u64) {
        let missing = self.cap(bytes).saturating_sub(reservation.units());
        if missing == 0 || reservation.overdraft.is_some() {
            return;
        }
        tokio::select! {
            biased;
            more = Arc::clone(&self.pool).acquire_many_owned(missing) => reservation.add(more.ok()),
            free = Arc::clone(&self.overdraft).acquire_owned() => reservation.overdraft = free.ok(),
        }
    }

    fn cap(&self, bytes: u64) -> u32 {
        u32::try_from(units(bytes)).unwrap_or(u32::MAX).min(self.units)
    }
}

impl Reservation {
    fn units(&self) -> u32 {
        self.pool.as_ref().map_or(0, |permit| permit.num_permits() as u32)
    }

    fn add(&mut self, more: Option<OwnedSemaphorePermit>) {
        match (&mut self.pool, more) {
            (Some(pool), Some(more)) => pool.merge(more),
            (pool @ None, more) => *pool = more,
            (Some(_), None) => {}
        }
    }

    /// Releases everything beyond the given bytes.
    pub fn shrink(&mut self, bytes: u64) {
        let surplus = u64::from(self.units()).saturating_sub(units(bytes));
        if let Some(pool) = &mut self.pool {
            drop(pool.split(surplus as usize));
        }
    }
}

fn units(bytes: u64) -> u64 {
    bytes.div_ceil(UNIT)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn bodies_that_fill_the_pool_together_still_finish() {
        let memory = Arc::new(MemoryPool::new(64 << 10));
        let tasks: Vec<_> = (0..20)
            .map(|_| {
                let memory = Arc::clone(&memory);
                tokio::spawn(async move {
                    let mut reservation = memory.reserve(8 << 10).await;
                    for step in 1..=10 {
                        memory.grow(&mut reservation, step * (10 << 10)).await;
                        tokio::task::yield_now().await;
                    }
                })
            })
            .collect();
        for task in tasks {
            task.await.unwrap();
        }
        assert_eq!(memory.free_bytes(), 64 << 10);
        assert_eq!(memory.overdraft.available_permits(), 1);
    }

    #[tokio::test]
    async fn files_that_fill_the_pool_are_all_decoded_one_beyond_it_at_a_time() {
        let memory = Arc::new(MemoryPool::new(64 << 10));
        let tasks: Vec<_> = [64, 20, 30, 900, 1, 63, 40, 8]
            .map(|file| {
                let memory = Arc::clone(&memory);
                tokio::spawn(async move {
                    let held = memory.reserve(file << 10).await;
                    tokio::task::yield_now().await;
                    for more in [file << 11, file << 10] {
                        let more = memory.more(&held, more).await;
                        tokio::task::yield_now().await;
                        drop(more);
                    }
                })
            })
            .into();
        for task in tasks {
            task.await.unwrap();
        }
        assert_eq!((memory.free_bytes(), memory.overdraft.available_permits()), (64 << 10, 1));
    }

    #[tokio::test]
    async fn unused_budget_is_returned() {
        let memory = MemoryPool::new(1 << 20);
        let mut reservation = memory.reserve(1 << 30).await;
        assert_eq!(memory.free_bytes(), 0);
        reservation.shrink(1);
        assert_eq!(memory.free_bytes(), (1 << 20) - 1024);
        drop(reservation);
        assert_eq!(memory.free_bytes(), 1 << 20);
    }
}
