//! Splits a job's input list into several writes, and finds the rest of a list that was recorded only in part.

use domain::event::JobEvent;
use domain::job_projection::JobProjection;
use domain::job_spec::InputItem;

/// Maximum items per write; they take about 0.1 s on disk.
const ITEMS_PER_WRITE: usize = 10_000;

/// Splits the events of a list into writes. The first write contains the rejected lines; the last contains the event
/// that closes the list.
pub(super) fn split_into_writes(events: Vec<JobEvent>) -> Vec<Vec<JobEvent>> {
    let (mut writes, mut write, mut items_in_write) = (Vec::new(), Vec::new(), 0);
    for event in events {
        let items = added_items(&event).len();
        if items_in_write > 0 && items_in_write + items > ITEMS_PER_WRITE {
            writes.push(std::mem::take(&mut write));
            items_in_write = 0;
        }
        items_in_write += items;
        write.push(event);
    }
    writes.push(write);
    writes
}

/// Returns the events of a list that the projection lacks; `None` if the recorded items are not the beginning of the
/// list.
pub(super) fn remaining_events(projection: &JobProjection, events: Vec<JobEvent>) -> Option<Vec<JobEvent>> {
    if projection.items().is_empty() && projection.counts.rejected_lines == 0 {
        return Some(events);
    }
    let rejected: u64 = events.iter().map(rejected_line_count).sum();
    let listed = events.iter().flat_map(added_items);
    let recorded = projection.items().iter();
    let is_beginning = rejected == projection.counts.rejected_lines
        && events.iter().map(|event| added_items(event).len()).sum::<usize>() >= projection.items().len()
        && recorded.zip(listed).all(|(item, listed)| item.upc == listed.upc && item.copies == listed.copies);
    is_beginning.then(|| {
        let mut skipped = projection.items().len();
        events.into_iter().filter_map(|event| without_recorded(event, &mut skipped)).collect()
    })
}

/// Removes the recorded items from an event; `None` if no items remain.
fn without_recorded(event: JobEvent, skipped: &mut usize) -> Option<JobEvent> {
    match event {
        JobEvent::ItemsAdded { mut items } => {
            let recorded = items.len().min(*skipped);
            *skipped -= recorded;
            items.drain(..recorded);
            (!items.is_empty()).then_some(JobEvent::ItemsAdded { items })
        }
        JobEvent::LinesRejected { .. } | JobEvent::MoreLinesRejected { .. } => None,
        event => Some(event),
    }
}

fn added_items(event: &JobEvent) -> &[InputItem] {
    if let JobEvent::ItemsAdded { items } = event { items } else { &[] }
}

fn rejected_line_count(event: &JobEvent) -> u64 {
    match event {
        JobEvent::LinesRejected { lines } => lines.len() as u64,
        JobEvent::MoreLinesRejected { lines } => *lines,
        _ => 0,
    }
}
