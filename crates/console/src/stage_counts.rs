//! Counts the items of a batch that have passed each stage. Counting a million items takes as long as many frames, so
//! it runs in a task.

use std::time::Duration;

use super::backend::ProjectionHandle;
use domain::item::{Item, Stage};
use domain::item_list::ItemList;

/// Delay before the items are counted again because of new events.
const REFRESH_DELAY: Duration = Duration::from_secs(2);

/// The number of items that have passed each stage.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct StageCounts {
    pub identified: u64,
    pub priced: u64,
    pub with_cover: u64,
    pub drafted: u64,
}

/// A request to count the stages of a batch.
#[derive(Clone, Debug)]
pub struct StageCountRequest {
    pub(super) projection: ProjectionHandle,
    /// True if counts are already shown, so that new ones can wait.
    pub(super) is_refresh: bool,
}

/// Requests are equal if they use the same projection.
impl PartialEq for StageCountRequest {
    fn eq(&self, other: &Self) -> bool {
        std::sync::Arc::ptr_eq(&self.projection, &other.projection)
    }
}

impl Eq for StageCountRequest {}

impl StageCountRequest {
    /// Counts on the blocking pool, after a delay if it is a refresh. Returns `None` if the program is exiting.
    pub(super) async fn run(self) -> Option<StageCounts> {
        if self.is_refresh {
            tokio::time::sleep(REFRESH_DELAY).await;
        }
        tokio::task::spawn_blocking(move || count_stages(&self.projection)).await.ok()
    }
}

fn count_stages(projection: &ProjectionHandle) -> StageCounts {
    let (mut counts, mut from) = (StageCounts::default(), 0);
    loop {
        // The lock is released after each chunk, so that writers of the projection do not wait.
        let projection = projection.read();
        let upto = projection.items().len().min(from + ItemList::CHUNK_LEN);
        if from == upto {
            return counts;
        }
        projection.items().iter_from(from).take(upto - from).for_each(|item| counts.add(item));
        from = upto;
    }
}

impl StageCounts {
    fn add(&mut self, item: &Item) {
        let is_identified = !matches!(item.stage, Stage::Waiting | Stage::Unidentified) && item.title.is_some();
        self.identified += u64::from(is_identified);
        self.priced += u64::from(item.has_price);
        self.with_cover += u64::from(item.has_cover);
        self.drafted += u64::from(item.status.is_some_and(domain::outcome::Status::is_success));
    }
}
