//! Tracks photos that are being saved, so that what is lost when the console exits is named.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use parking_lot::Mutex;

use super::undo_window::UnrecordedChange;
use domain::job_spec::JobId;
use domain::upc::Upc;

/// The changes of photos whose tasks have not ended. Clones share them.
#[derive(Clone, Default)]
pub(super) struct PhotoSaves {
    running: Arc<Mutex<BTreeMap<u64, UnrecordedChange>>>,
    count: Arc<AtomicU64>,
}

/// Guard for a change of photos. Keep it until its result is sent as a message.
pub(super) struct PhotoSave {
    saves: PhotoSaves,
    number: u64,
}

impl PhotoSaves {
    /// Tracks a change of the photos of items. `has_edit` is true if an edit of other fields follows it.
    pub(super) fn track(&self, job: &JobId, upcs: &[Upc], has_edit: bool) -> PhotoSave {
        let what = if has_edit { "its photos and the other fields" } else { "its photos" };
        let error = format!("{what} were being saved when the console ended");
        let number = self.count.fetch_add(1, Ordering::Relaxed);
        self.running.lock().insert(number, UnrecordedChange { job: job.clone(), upcs: upcs.to_vec(), error });
        PhotoSave { saves: self.clone(), number }
    }

    /// Returns the changes whose tasks have not ended.
    pub(super) fn unfinished(&self) -> Vec<UnrecordedChange> {
        self.running.lock().values().cloned().collect()
    }
}

impl Drop for PhotoSave {
    fn drop(&mut self) {
        self.saves.running.lock().remove(&self.number);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use testing::events::upc;

    #[test]
    fn a_change_of_photos_is_unfinished_until_its_result_is_sent() {
        let (saves, job) = (PhotoSaves::default(), "batch_20240318_143022_0".parse().expect("a batch ID"));
        let first = saves.track(&job, &[upc(1)], true);
        let second = saves.clone().track(&job, &[upc(2), upc(3)], false);
        let upcs = |saves: &PhotoSaves| saves.unfinished().into_iter().map(|change| change.upcs).collect::<Vec<_>>();
        assert_eq!(upcs(&saves), [vec![upc(1)], vec![upc(2), upc(3)]]);
        assert!(saves.unfinished()[0].error.contains("the other fields"));
        drop(first);
        assert_eq!(upcs(&saves), [vec![upc(2), upc(3)]]);
        drop(second);
        assert!(saves.unfinished().is_empty());
    }
}
