//! Removes the last events from the projection of a job, so that it shows an earlier state. The state of an item depends on
//! its own events only. So only the events of the items that changed are applied again, however many others the job has.

use super::event::{EventEnvelope, Seq};
use super::item::Item;
use super::job_projection::JobProjection;
use super::upc::Upc;

/// Events do not lead to the projection from which they are to be taken back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the events do not lead to this state")]
pub struct RewindMismatch;

impl JobProjection {
    /// True if [`Self::rewind_items`] can take item events of this job back: copies of a scanned item follow from the events of
    /// the job.
    pub fn can_rewind_items(&self) -> bool {
        self.scans.records().is_empty()
    }

    /// Takes back what happened to some items after the event `last`. `events` are all events of these items up to this
    /// projection's position, the oldest first.
    ///
    /// # Errors
    /// Returns [`RewindMismatch`] if the events do not lead to the state of these items; then the projection is unchanged.
    pub fn rewind_items(&mut self, upcs: &[Upc], events: &[EventEnvelope], last: Seq) -> Result<(), RewindMismatch> {
        let places: Option<Vec<usize>> = upcs.iter().map(|upc| self.index_of(*upc)).collect();
        let places = places.ok_or(RewindMismatch)?;
        let listed = places.iter().filter_map(|place| self.items().get(*place));
        let listed = listed.map(Item::without_events).collect();
        let mut part = Self::new(self.job.clone()).with_items(listed);
        let (earlier, later) = events.split_at(events.partition_point(|event| event.seq <= last));
        part.apply_all(earlier)?;
        let before = part.clone();
        part.apply_all(later)?;
        let is_same = |(place, item): (&usize, &Item)| self.items().get(*place) == Some(item);
        if !places.iter().zip(part.items().iter()).all(is_same) {
            return Err(RewindMismatch);
        }
        for (place, item) in places.into_iter().zip(before.items().iter()) {
            self.replace_item(place, item.clone());
        }
        self.counts.replace_part(&part.counts, &before.counts);
        self.lot_edits.changes = (self.lot_edits.changes + before.lot_edits.changes) - part.lot_edits.changes;
        for upc in upcs {
            self.decided_upcs.remove(upc);
            self.lot_edits.upcs.remove(upc);
        }
        self.decided_upcs.extend(before.decided_upcs);
        self.lot_edits.upcs.extend(before.lot_edits.upcs);
        Ok(())
    }

    /// Takes back events of the job as a whole. `remaining` are all such events that remain, the oldest first, except those that
    /// add items; events that add items or scans cannot be taken back.
    ///
    /// # Errors
    /// Returns [`RewindMismatch`] if the events cannot follow one another.
    pub fn rewind_job(&mut self, remaining: &[EventEnvelope]) -> Result<(), RewindMismatch> {
        let mut job = Self::new(self.job.clone());
        job.apply_all(remaining)?;
        *self = job.with_items_of(std::mem::replace(self, Self::new(self.job.clone())));
        Ok(())
    }

    fn apply_all(&mut self, events: &[EventEnvelope]) -> Result<(), RewindMismatch> {
        events.iter().try_for_each(|event| self.apply_event(event)).map_err(|_| RewindMismatch)
    }
}
