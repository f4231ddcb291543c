//! Validation of events against the events of the same transaction, which are written but not yet committed.
//!
//! The events of a transaction reach the projections only after the commit. Until then, this thin layer over the
//! projections holds the states that they lead to.

use std::collections::HashMap;

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
    /// Items that the projection does not have yet.
    added_count: u64,
}

/// Items that an event adds to the list, and the position of the first of them.
pub(super) struct NewItems {
    pub(super) first_position: u64,
    pub(super) items: Vec<InputItem>,
}

impl PendingChanges {
    /// Validates `events` and records the states that they lead to: for all of them or for none. Returns the items that
    /// they add.
    ///
    /// # Errors
    /// Returns [`InvalidTransition`] for the first event that cannot follow.
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
        staged.states.extend(trial.states);
        staged.added_count = trial.added_count;
        Ok(all_added)
    }
}

impl JobOverlay {
    /// Returns the newest state of an item: from this overlay, from the one below it, or from the projection.
    fn state_of(&self, projection: &JobProjection, below: &Self, upc: Upc) -> Option<ItemState> {
        let staged = self.states.get(&upc).or_else(|| below.states.get(&upc)).copied();
        staged.or_else(|| projection.item(upc).map(Item::state))
    }

    /// Adds the items that the list does not have yet.
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
