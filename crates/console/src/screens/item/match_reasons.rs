//! Why this pressing and no other: the score, the one fact that decides it against the next best, and what spoke for it
//! and against it.

use ratatui::text::Span;

use super::page::DetailRow;
use super::release::to_percent;
use crate::screen::DrawContext;
use domain::matching::{Match, MatchReason, Verdict};
use domain::terminal_text::strip_terminal_controls;

/// From this distance on a reason speaks against a pressing.
const AGAINST_MIN_DISTANCE: f32 = 0.5;

pub(super) fn render_rows(verdict: Option<&Verdict>, draw: DrawContext<'_>) -> Vec<DetailRow> {
    let Some(Verdict::Matched { best_match: found, runner_up }) = verdict else { return Vec::new() };
    let mut rows =
        vec![DetailRow::from_text(&summarize_match(found, runner_up.as_deref()), draw.theme.heading_style())];
    rows.extend(found.reasons.iter().map(|reason| render_reason(reason, draw)));
    rows
}

/// `97%, next best 81%: decided by the catalog number (both say DGCD 24425)`
fn summarize_match(found: &Match, next: Option<&Match>) -> String {
    let score = to_percent(found.score);
    let Some(next) = next else {
        let best = found.reasons.first().map(|reason| format!(": {}", reason.description)).unwrap_or_default();
        return format!("{score}%, and no other pressing comes near{best}");
    };
    let other = to_percent(next.score);
    match decisive_reason(found, next) {
        Some(reason) => format!("{score}%, next best {other}%; decided by {}: {}", reason.aspect, reason.description),
        None => format!("{score}%, next best {other}%"),
    }
}

/// The reason that counts most for this one and less for the other.
fn decisive_reason<'a>(found: &'a Match, next: &Match) -> Option<&'a MatchReason> {
    let lead = |reason: &MatchReason| {
        let same = next.reasons.iter().find(|other| other.aspect == reason.aspect);
        same.map_or(0.0, |other| other.distance * other.weight - reason.distance * reason.weight)
    };
    let best = found.reasons.iter().max_by(|one, other| lead(one).total_cmp(&lead(other)))?;
    (lead(best) > 0.0).then_some(best)
}

fn render_reason(reason: &MatchReason, draw: DrawContext<'_>) -> DetailRow {
    let (sign, style) = if reason.distance < AGAINST_MIN_DISTANCE {
        ("+", draw.theme.success_style())
    } else {
        ("-", draw.theme.warning_style())
    };
    let terms = vec![
        Span::styled(format!("  {sign} "), style),
        Span::raw(strip_terminal_controls(&reason.description).into_owned()),
        Span::styled(
            format!("  ({}, weight {})", strip_terminal_controls(&reason.aspect), reason.weight),
            draw.theme.muted_style(),
        ),
    ];
    DetailRow::new(terms).with_indent(4).with_copy_value(&reason.description)
}
