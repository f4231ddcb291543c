//! Section with the history of an item: each event with its time, the time since the previous event, and its notes.
//! Errors are in the words of the upstream service.

use jiff::SignedDuration;
use ratatui::text::Span;

use super::page::{DetailRow, NAME_COLUMN_WIDTH};
use crate::item_activity::status_label;
use crate::screen::DrawContext;
use domain::copy_description::CopyDescription;
use domain::item_details::ItemDetails;
use domain::seller_data::SellerData;
use domain::terminal_text::{fit_to_width, strip_terminal_controls};
use domain::text::count::format_count;

pub(super) fn render_rows(details: &ItemDetails, draw: DrawContext<'_>) -> Vec<DetailRow> {
    let mut rows = Vec::new();
    let lines = details.input.lines.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
    let copies = format_count(details.input.copies, "copy", "copies");
    let list = match lines.as_str() {
        "" => format!("{copies}: its scans are undone"),
        _ => format!("line {lines}; {copies}"),
    };
    rows.push(DetailRow::for_field("list", &list, "", draw));
    let groups = details.input.copy_groups();
    for group in &groups {
        let label = format!("{}: ", format_count(group.copies, "copy", "copies"));
        if let Some(terms) = group.seller.as_deref().and_then(describe_terms) {
            let label = if groups.len() > 1 { label.as_str() } else { "" };
            rows.push(DetailRow::for_field("stated", &format!("{label}{terms}"), "", draw));
        }
    }
    let mut previous = None;
    for step in &details.history {
        let elapsed = previous.map(|previous| format_elapsed(step.at.duration_since(previous))).unwrap_or_default();
        let notes = step.notes.iter().map(|note| note_text(note)).collect::<Vec<_>>().join("; ");
        let spans = vec![
            Span::styled(fit_to_width(event_label(step.event), NAME_COLUMN_WIDTH), draw.theme.muted_style()),
            Span::raw(format!(" {}", step.at.strftime("%Y-%m-%d %H:%M:%S"))),
            Span::styled(format!("{elapsed:>10}  "), draw.theme.muted_style()),
            Span::raw(strip_terminal_controls(&notes).into_owned()),
        ];
        let value = [step.at.to_string()].into_iter().chain(step.notes.iter().cloned()).collect::<Vec<_>>().join("  ");
        rows.push(DetailRow::new(spans).with_indent(NAME_COLUMN_WIDTH + 1).with_copy_value(&value));
        previous = Some(step.at);
    }
    rows
}

/// Describes what the list or a scan states about copies: `media Very Good Plus (VG+); location Box 14`.
fn describe_terms(seller: &SellerData) -> Option<String> {
    let copy = CopyDescription::from(seller);
    let location = seller.location().map(|location| format!("location {location}"));
    let parts = [(!copy.is_empty()).then(|| copy.summary()), location].into_iter().flatten().collect::<Vec<_>>();
    (!parts.is_empty()).then(|| parts.join("; "))
}

/// Returns a note of an event. A final status is worded as on the other screens.
fn note_text(note: &str) -> &str {
    match note.parse() {
        Ok(status) => status_label(status),
        Err(_) => note,
    }
}

/// Returns the displayed word for an event's word in the journal.
fn event_label(word: &str) -> &str {
    match word {
        "appraised" => "priced",
        "illustrated" => "cover",
        "lacking" => "incomplete",
        "held" => "paused",
        "released" => "resumed",
        "done" => "finished",
        "again" => "requeued",
        _ => word,
    }
}

/// Formats a duration: `+0.42 s`, `+3 min 5 s`.
fn format_elapsed(time: SignedDuration) -> String {
    let millis = time.as_millis().max(0);
    match millis {
        0..60_000 => format!("+{}.{:02} s", millis / 1_000, millis % 1_000 / 10),
        _ => format!("+{} min {} s", millis / 60_000, millis / 1_000 % 60),
    }
}
