//! Faults of the disk on demand, so that tests can show what a full or broken disk does to jobs.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

/// Lets writes of a journal fail as on a full disk. Clones share the state.
#[derive(Clone, Debug, Default)]
pub struct WriteFaults {
    /// Share of the writes that fail, in parts of 1,000.
    permille: Arc<AtomicU32>,
    /// State of a linear congruential generator.
    random: Arc<AtomicU32>,
}

impl WriteFaults {
    /// Creates faults whose order follows from `seed`. No write fails yet.
    pub fn from_seed(seed: u32) -> Self {
        Self { permille: Arc::default(), random: Arc::new(AtomicU32::new(seed)) }
    }

    /// Lets this share of the further writes fail, in parts of 1,000.
    pub fn set_permille(&self, permille: u32) {
        self.permille.store(permille, Ordering::Relaxed);
    }

    /// Returns true if the next write fails.
    pub(super) fn draw(&self) -> bool {
        let step = |state: u32| Some(state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223));
        let state = self.random.fetch_update(Ordering::Relaxed, Ordering::Relaxed, step).unwrap_or_default();
        (state >> 8) % 1_000 < self.permille.load(Ordering::Relaxed)
    }
}
