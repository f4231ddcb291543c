//! What may follow, while the facts before it are written but not yet committed.
//!
//! A group of facts goes to the disk in one transaction and reaches the boards only after the commit. Until then
//! the later facts of the group are checked against this thin layer over the boards.

use std::collections::HashMap;

use domain::event::JobEvent;
use domain::item::{InvalidTransition, Item, ItemState, Stage};
use domain::job_projection::JobProjection;
use domain::job_spec::{InputItem, JobId};
use domain::upc::Upc;

/// Where the items touched by a group stand.
#[derive(Default)]
pub(super) struct PendingChanges {
    jobs: HashMap<JobId, JobOverlay>,
}

/// The items of one job that are further than its board says.
#[derive(Clone, Default)]
struct JobOverlay {
    progress: HashMap<Upc, ItemState>,
    /// Items that the board does not have yet.
    added_count: u64,
}

/// Items that a fact adds to the list, from which place on.
pub(super) struct NewItems {
    pub(super) first_position: u64,
    pub(super) items: Vec<InputItem>,
}

impl PendingChanges {
    /// Steps over `facts`, all of them or none.
    ///
    /// # Errors
    /// The first step that cannot follow.
    pub(super) fn stage_events(
        &mut self,
        projection: &JobProjection,
        events: &[JobEvent],
    ) -> Result<Vec<NewItems>, InvalidTransition> {
        let below = self.jobs.entry(projection.job.clone()).or_default();
        let mut trial = JobOverlay { progress: HashMap::new(), added_count: below.added_count };
        let mut all_added = Vec::new();
        for event in events {
            match event {
                JobEvent::Item { upc, item_event: step } => {
                    let known = trial.progress.get(upc).or_else(|| below.progress.get(upc)).copied();
                    let progress = known.or_else(|| projection.item(*upc).map(Item::state));
                    let progress = progress.ok_or_else(|| unknown_item(*upc))?;
                    trial.progress.insert(*upc, progress.transition(*upc, step)?);
                }
                JobEvent::ScanRetracted { upc, .. } => {
                    let known = trial.progress.get(upc).or_else(|| below.progress.get(upc)).copied();
                    let progress = known.or_else(|| projection.item(*upc).map(Item::state));
                    let stage = progress.ok_or_else(|| unknown_item(*upc))?.stage;
                    if stage == Stage::Drafting {
                        return Err(InvalidTransition { upc: *upc, stage, step: "taking it back" });
                    }
                }
                JobEvent::ItemsAdded { items } => all_added.push(trial.add_items(projection, below, items)),
                _ => {}
            }
        }
        below.progress.extend(trial.progress);
        below.added_count = trial.added_count;
        Ok(all_added)
    }
}

impl JobOverlay {
    /// Adds the items that the list did not have.
    fn add_items(&mut self, projection: &JobProjection, below: &JobOverlay, items: &[InputItem]) -> NewItems {
        let from = projection.counts.total + self.added_count;
        let mut fresh = Vec::with_capacity(items.len());
        for listed in items {
            let upc = listed.upc;
            if projection.item(upc).is_none() && !below.progress.contains_key(&upc) && !self.progress.contains_key(&upc)
            {
                self.progress.insert(upc, ItemState::default());
                fresh.push(listed.clone());
            }
        }
        self.added_count += fresh.len() as u64;
        NewItems { first_position: from, items: fresh }
    }
}

fn unknown_item(upc: Upc) -> InvalidTransition {
    InvalidTransition { upc, stage: Stage::Waiting, step: "a step of an item that is not listed" }
}
