//! Injects disk faults, so that tests can show how a full or broken disk affects jobs.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

/// Makes writes of a journal fail as on a full disk. Clones share the state.
#[derive(Clone, Debug, Default)]
pub struct WriteFaults {
    /// Share of writes that fail, per thousand.
    permille: Arc<AtomicU32>,
    /// State of a linear congruential generator.
    random: Arc<AtomicU32>,
}

impl WriteFaults {
    /// Creates faults with a reproducible sequence. No write fails until [`Self::set_permille`] is called.
    #[cfg(feature = "test-support")]
    pub fn from_seed(seed: u32) -> Self {
        Self { permille: Arc::default(), random: Arc::new(AtomicU32::new(seed)) }
    }

    /// Sets the share of future writes that fail, per thousand.
    #[cfg(feature = "test-support")]
    pub fn set_permille(&self, permille: u32) {
        self.permille.store(permille, Ordering::Relaxed);
    }

    /// Returns whether the next write fails.
    pub(super) fn draw(&self) -> bool {
        let step = |state: u32| Some(state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223));
        let state = self.random.fetch_update(Ordering::Relaxed, Ordering::Relaxed, step).unwrap_or_default();
        (state >> 8) % 1_000 < self.permille.load(Ordering::Relaxed)
    }
}
