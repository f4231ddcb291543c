//! What may follow, while the facts before it are written but not yet committed.
//!
//! A group of facts goes to the disk in one transaction and reaches the boards only after the commit. Until then
//! the later facts of the group are checked against this thin layer over the boards.

use std::collections::HashMap;

use domain::batch::{JobId, Listed};
use domain::board::Board;
use domain::event::Fact;
use domain::item::{IllegalStep, Item, Progress, Stage};
use domain::upc::Upc;

/// Where the items touched by a group stand.
#[derive(Default)]
pub(super) struct Staged {
    jobs: HashMap<JobId, Layer>,
}

/// The items of one job that are further than its board says.
#[derive(Clone, Default)]
struct Layer {
    progress: HashMap<Upc, Progress>,
    /// Items that the board does not have yet.
    added: u64,
}

/// Items that a fact adds to the list, from which place on.
pub(super) struct Added {
    pub(super) from: u64,
    pub(super) items: Vec<Listed>,
}

impl Staged {
    /// Steps over `facts`, all of them or none.
    ///
    /// # Errors
    /// The first step that cannot follow.
    pub(super) fn stage(&mut self, board: &Board, facts: &[Fact]) -> Result<Vec<Added>, IllegalStep> {
        let below = self.jobs.entry(board.job.clone()).or_default();
        let mut trial = Layer { progress: HashMap::new(), added: below.added };
        let mut all_added = Vec::new();
        for fact in facts {
            match fact {
                Fact::Item { upc, step } => {
                    let known = trial.progress.get(upc).or_else(|| below.progress.get(upc)).copied();
                    let progress = known.or_else(|| board.item(*upc).map(Item::progress));
                    let progress = progress.ok_or_else(|| stranger(*upc))?;
                    trial.progress.insert(*upc, progress.after(*upc, step)?);
                }
                Fact::TakenBack { upc, .. } => {
                    let known = trial.progress.get(upc).or_else(|| below.progress.get(upc)).copied();
                    let progress = known.or_else(|| board.item(*upc).map(Item::progress));
                    let stage = progress.ok_or_else(|| stranger(*upc))?.stage;
                    if stage == Stage::Drafting {
                        return Err(IllegalStep { upc: *upc, stage, step: "taking it back" });
                    }
                }
                Fact::Taken { items } => all_added.push(trial.take(board, below, items)),
                _ => {}
            }
        }
        below.progress.extend(trial.progress);
        below.added = trial.added;
        Ok(all_added)
    }
}

impl Layer {
    /// Adds the items that the list did not have.
    fn take(&mut self, board: &Board, below: &Layer, items: &[Listed]) -> Added {
        let from = board.counts.total + self.added;
        let mut fresh = Vec::with_capacity(items.len());
        for listed in items {
            let upc = listed.upc;
            if board.item(upc).is_none() && !below.progress.contains_key(&upc) && !self.progress.contains_key(&upc) {
                self.progress.insert(upc, Progress::default());
                fresh.push(listed.clone());
            }
        }
        self.added += fresh.len() as u64;
        Added { from, items: fresh }
    }
}

fn stranger(upc: Upc) -> IllegalStep {
    IllegalStep { upc, stage: Stage::Waiting, step: "a step of an item that is not listed" }
}
