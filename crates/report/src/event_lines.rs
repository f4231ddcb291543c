//! Formats events as lines: text for events that matter to the operator, or JSON for every event.

use std::collections::HashSet;

use jiff::Timestamp;

use domain::event::{EventEnvelope, ItemEvent, JobEvent};
use domain::item::{Item, Stage};
use domain::job_projection::JobProjection;
use domain::job_spec::{JobSpec, RejectedLine};
use domain::outcome::{ItemOutcome, Status};
use domain::terminal_text::{escape_json_controls, fit_to_width, strip_terminal_controls};
use domain::text::count::format_count;
use domain::text::time::format_minute;
use domain::upc::Upc;
use domain::uploaded_list::display_source;

/// The format of event lines.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EventFormat {
    Text,
    Ndjson,
}

/// Maximum number of rejected lines printed per event. The journal has all of them, and the summary counts them.
const MAX_REJECTED_LINES_SHOWN: usize = 20;
/// Width of the `artist – title` column, in terminal cells.
const ITEM_NAME_WIDTH: usize = 44;

/// Formats events as lines without a trailing line break. The text leaves out events that the operator need not see, and
/// outcomes of items that are processed again. `projection` may be newer than the events.
pub fn format_events(events: &[EventEnvelope], projection: &JobProjection, format: EventFormat) -> Vec<String> {
    let mut restarted = HashSet::new();
    let mut lines = Vec::new();
    for event in events.iter().rev() {
        match &event.payload {
            JobEvent::Item {
                upc,
                item_event: ItemEvent::Requeued | ItemEvent::Redescribed | ItemEvent::ReviewDecided { .. },
            } => {
                restarted.insert(*upc);
            }
            JobEvent::Item { upc, item_event: ItemEvent::Finished { .. } }
                if format == EventFormat::Text && restarted.contains(upc) =>
            {
                continue;
            }
            _ => {}
        }
        lines.extend(format_event(event, projection, format));
    }
    lines.reverse();
    lines
}

/// Formats one event as a line; `None` for an event that the operator need not see.
pub fn format_event(event: &EventEnvelope, projection: &JobProjection, format: EventFormat) -> Option<String> {
    match format {
        EventFormat::Ndjson => serde_json::to_string(event).ok().map(escape_json_controls),
        EventFormat::Text => format_event_text(event, projection),
    }
}

fn format_event_text(event: &EventEnvelope, projection: &JobProjection) -> Option<String> {
    match &event.payload {
        JobEvent::Submitted { spec } => Some(format_job_created(event, spec)),
        JobEvent::LinesRejected { lines } => format_rejected_lines(lines),
        JobEvent::MoreLinesRejected { lines } => {
            Some(format!("{} skipped (not shown)", format_count(*lines, "more line", "more lines")))
        }
        JobEvent::InputDescribed { reading } => Some(strip_terminal_controls(&reading.to_string()).into_owned()),
        JobEvent::InputClosed => format_list_read(projection),
        JobEvent::Resumed => Some(format!(
            "{} continues, {} left",
            event.job,
            format_count(remaining_items(projection), "item", "items")
        )),
        JobEvent::Deferred { items, until, why } => Some(format_deferred(*items, *until, why)),
        JobEvent::Queued => Some(format!("{} waits for its turn", event.job)),
        JobEvent::Started => Some(format!("{} starts", event.job)),
        JobEvent::Paused { why } => Some(format!("{} paused: {}", event.job, strip_terminal_controls(why))),
        JobEvent::Cancelled { why } => Some(format!("{} canceled: {}", event.job, strip_terminal_controls(why))),
        JobEvent::Stopped { why, .. } => Some(format!("{} stopped: {}", event.job, strip_terminal_controls(why))),
        JobEvent::Failed { why } => Some(format!("{} failed: {}", event.job, strip_terminal_controls(why))),
        JobEvent::Item { upc, item_event: ItemEvent::Finished { outcome } } => {
            let item = projection.item(*upc);
            // If the operator has decided about the item since this event, only its final outcome is printed. That
            // outcome may already be in the projection.
            let is_in_review = item.is_none_or(|item| item.status == Some(Status::NeedsReview));
            let is_decided = outcome.status == Status::NeedsReview && !is_in_review;
            // An item that was scanned or corrected since this event is processed again.
            let is_outdated = item.is_some_and(|item| projection.needs_scan_update(item) || item.stage != Stage::Done);
            (!is_decided && !is_outdated).then(|| format_outcome(*upc, outcome, item, outcome.all_drafts().count()))
        }
        JobEvent::Scanned { upc: Some(upc), corrects: true, .. } => Some(format!("{upc:<13}  scan corrected")),
        JobEvent::Scanned { upc: Some(upc), copies: copies @ 2.., .. } => {
            Some(format!("{upc:<13}  repeated: {copies} copies"))
        }
        JobEvent::ScanRetracted { upc, copies, .. } => {
            Some(format!("{upc:<13}  scan undone: {} left", format_count(*copies, "copy", "copies")))
        }
        JobEvent::ItemsAdded { .. } | JobEvent::Scanned { .. } | JobEvent::Completed | JobEvent::Item { .. } => None,
    }
}

fn format_deferred(items: u64, until: Timestamp, why: &str) -> String {
    let until = format_minute(until);
    let wait = if items == 1 { "waits" } else { "wait" };
    let rest = if items == 1 { "continues" } else { "continue" };
    let items = format_count(items, "item", "items");
    format!("{items} {wait} until {until} and then {rest}: {}", strip_terminal_controls(why))
}

fn format_job_created(event: &EventEnvelope, spec: &JobSpec) -> String {
    let destination = match (spec.test_mode, spec.create_drafts) {
        (true, _) => "dry run; no drafts are created".to_owned(),
        (false, false) => "no drafts".to_owned(),
        (false, true) => format!("destination: {}", spec.sink),
    };
    if spec.is_scan_session() {
        return format!("{} accepts scans ({destination})", event.job);
    }
    format!("{} reads {} ({destination})", event.job, strip_terminal_controls(&display_source(&spec.source)))
}

fn format_rejected_lines(lines: &[RejectedLine]) -> Option<String> {
    let mut shown: Vec<_> = lines.iter().take(MAX_REJECTED_LINES_SHOWN).map(format_rejected_line).collect();
    if lines.len() > MAX_REJECTED_LINES_SHOWN {
        shown.push(format!(
            "and {} skipped",
            format_count(lines.len() - MAX_REJECTED_LINES_SHOWN, "more line", "more lines")
        ));
    }
    (!shown.is_empty()).then(|| shown.join("\n"))
}

/// Formats a rejected line, such as `line 14 skipped: "abc": no digits`.
pub fn format_rejected_line(rejected: &RejectedLine) -> String {
    format!(
        "line {} skipped: \"{}\": {}",
        rejected.line,
        strip_terminal_controls(&rejected.text),
        strip_terminal_controls(&rejected.reason)
    )
}

/// Formats the number of items, unless a description of the list was printed already. Only events of earlier versions
/// and retries have no description.
fn format_list_read(projection: &JobProjection) -> Option<String> {
    if projection.reading.is_some() {
        return None;
    }
    let rejected = match projection.counts.rejected_lines {
        0 => String::new(),
        1 => ", 1 line skipped".to_owned(),
        n => format!(", {n} lines skipped"),
    };
    Some(format!("the list has {}{rejected}", format_count(projection.counts.total, "item", "items")))
}

/// Returns the number of items without a final status.
pub fn remaining_items(projection: &JobProjection) -> u64 {
    projection.counts.total - projection.counts.done
}

/// Formats `720642442524   exported         Nirvana – Nevermind      12.99 USD  2 drafts; REASON`. The number is that of
/// several drafts of one item.
fn format_outcome(upc: Upc, outcome: &ItemOutcome, item: Option<&Item>, drafts: usize) -> String {
    let name = fit_to_width(&item.map(format_item_name).unwrap_or_default(), ITEM_NAME_WIDTH);
    // An existing draft keeps its price, which the item may not have yet when its event is printed.
    let price = outcome.draft.as_ref().and_then(|draft| draft.price).or_else(|| item.and_then(|item| item.price));
    let price = price.map(|price| price.to_string()).unwrap_or_default();
    let drafts = (drafts > 1).then(|| format!("{drafts} drafts").into());
    let reason = drafts.into_iter().chain(outcome.message().map(strip_terminal_controls));
    let reason = reason.collect::<Vec<_>>().join("; ");
    format!("{upc:<13}  {:<15}  {name}  {price:>12}  {reason}", outcome.status).trim_end().to_owned()
}

/// Formats the line of an item with a final status; `None` for other items.
pub fn format_item(item: &Item) -> Option<String> {
    let outcome =
        ItemOutcome { error: item.error.as_deref().map(str::to_owned), ..ItemOutcome::succeeded(item.status?, None) };
    Some(format_outcome(item.upc, &outcome, Some(item), item.drafts.into()))
}

/// Formats `artist – title`, as far as they are known.
pub fn format_item_name(item: &Item) -> String {
    strip_terminal_controls(&item.display_name().unwrap_or_default()).into_owned()
}
