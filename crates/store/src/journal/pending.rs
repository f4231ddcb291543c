//! Validates events against earlier events of the same transaction.
//!
//! Events reach the projections only after the commit. Until then, an overlay on the projections holds the uncommitted
//! item states.

use std::collections::HashMap;

use super::codec::{apply_scan, scanned_upc};
use domain::event::JobEvent;
use domain::item::{InvalidTransition, Item, ItemState, RejectedStep, Stage};
use domain::job_projection::JobProjection;
use domain::job_spec::{InputItem, JobId};
use domain::upc::Upc;

/// The uncommitted item states of one transaction.
#[derive(Default)]
pub(super) struct PendingChanges {
    jobs: HashMap<JobId, JobOverlay>,
}

/// The uncommitted item states of one job.
#[derive(Clone, Default)]
struct JobOverlay {
    states: HashMap<Upc, ItemState>,
    /// Number of items that the projection does not have yet.
    added_count: u64,
}

/// Items that an event adds to the input list, with the position of the first.
pub(super) struct NewItems {
    pub(super) first_position: u64,
    pub(super) items: Vec<InputItem>,
}

impl PendingChanges {
    /// Validates `events` and records the resulting states, for all events or for none. Returns the items that the
    /// events add, as they are after the scans among the events.
    ///
    /// # Errors
    /// Returns [`InvalidTransition`] for the first event that is not valid.
    pub(super) fn stage_events(
        &mut self,
        projection: &JobProjection,
        events: &[JobEvent],
    ) -> Result<Vec<NewItems>, InvalidTransition> {
        let staged = self.jobs.entry(projection.job.clone()).or_default();
        let mut trial = JobOverlay { states: HashMap::new(), added_count: staged.added_count };
        let mut all_added = Vec::new();
        for event in events {
            match event {
                JobEvent::Item { upc, item_event } => {
                    let state = trial.state_of(projection, staged, *upc).ok_or_else(|| unknown_item(*upc))?;
                    trial.states.insert(*upc, state.transition(*upc, item_event)?);
                }
                JobEvent::ScanRetracted { upc, .. } => {
                    let state = trial.state_of(projection, staged, *upc).ok_or_else(|| unknown_item(*upc))?;
                    if state.stage == Stage::Drafting {
                        return Err(InvalidTransition {
                            upc: *upc,
                            stage: state.stage,
                            step: RejectedStep::RetractScan,
                        });
                    }
                }
                JobEvent::ItemsAdded { items } => all_added.push(trial.add_items(projection, staged, items)),
                _ => {}
            }
        }
        for item in all_added.iter_mut().flat_map(|added| &mut added.items) {
            let upc = item.upc;
            for event in events.iter().filter(|event| scanned_upc(event) == Some(upc)) {
                apply_scan(item, event);
            }
        }
        staged.states.extend(trial.states);
        staged.added_count = trial.added_count;
        Ok(all_added)
    }
}

impl JobOverlay {
    /// Returns the newest state of an item: from this overlay, from the overlay below, or from the projection.
    fn state_of(&self, projection: &JobProjection, below: &Self, upc: Upc) -> Option<ItemState> {
        let staged = self.states.get(&upc).or_else(|| below.states.get(&upc)).copied();
        staged.or_else(|| projection.item(upc).map(Item::state))
    }

    /// Adds the items that are not in the list yet.
    fn add_items(&mut self, projection: &JobProjection, below: &Self, items: &[InputItem]) -> NewItems {
        let first_position = projection.counts.total + self.added_count;
        let mut new = Vec::with_capacity(items.len());
        for item in items {
            if self.state_of(projection, below, item.upc).is_none() {
                self.states.insert(item.upc, ItemState::default());
                new.push(item.clone());
            }
        }
        self.added_count += new.len() as u64;
        NewItems { first_position, items: new }
    }
}

fn unknown_item(upc: Upc) -> InvalidTransition {
    InvalidTransition { upc, stage: Stage::Waiting, step: RejectedStep::OfUnlistedItem }
}
