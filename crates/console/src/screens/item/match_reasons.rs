//! Section with the reasons for the match: the score, the reason that decided against the runner-up, and all reasons
//! for and against the release.

use ratatui::text::Span;

use super::page::DetailRow;
use crate::screen::DrawContext;
use crate::screens::widgets::format_score;
use domain::matching::{Match, MatchReason, Verdict};
use domain::terminal_text::strip_terminal_controls;

/// Minimum distance, from 0 to 1, at which a reason counts against the release.
const AGAINST_MIN_DISTANCE: f32 = 0.5;

pub(super) fn render_rows(verdict: Option<&Verdict>, draw: DrawContext<'_>) -> Vec<DetailRow> {
    let Some(Verdict::Matched { best_match, runner_up }) = verdict else { return Vec::new() };
    let mut rows =
        vec![DetailRow::from_text(&summarize_match(best_match, runner_up.as_deref()), draw.theme.heading_style())];
    rows.extend(best_match.reasons.iter().map(|reason| render_reason(reason, draw)));
    rows
}

/// Summarizes a match: `97%, next best 81%; decided by catalog number: both say DGCD 24425`.
fn summarize_match(best_match: &Match, runner_up: Option<&Match>) -> String {
    let score = format_score(best_match.score);
    let Some(runner_up) = runner_up else {
        let best = best_match.reasons.first().map(|reason| format!(": {}", reason.description)).unwrap_or_default();
        return format!("{score}, no similar pressing{best}");
    };
    let other = format_score(runner_up.score);
    match decisive_reason(best_match, runner_up) {
        Some(reason) => format!("{score}, next best {other}; decided by {}: {}", reason.aspect, reason.description),
        None => format!("{score}, next best {other}"),
    }
}

/// Returns the reason in which the match leads the runner-up most; `None` if it leads in no reason.
fn decisive_reason<'a>(best_match: &'a Match, runner_up: &Match) -> Option<&'a MatchReason> {
    let lead = |reason: &MatchReason| {
        let same = runner_up.reasons.iter().find(|other| other.aspect == reason.aspect);
        same.map_or(0.0, |other| other.distance * other.weight - reason.distance * reason.weight)
    };
    let best = best_match.reasons.iter().max_by(|one, other| lead(one).total_cmp(&lead(other)))?;
    (lead(best) > 0.0).then_some(best)
}

fn render_reason(reason: &MatchReason, draw: DrawContext<'_>) -> DetailRow {
    let (symbol, style) = if reason.distance < AGAINST_MIN_DISTANCE {
        ("+", draw.theme.success_style())
    } else {
        ("-", draw.theme.warning_style())
    };
    let spans = vec![
        Span::styled(format!("  {symbol} "), style),
        Span::raw(strip_terminal_controls(&reason.description).into_owned()),
        Span::styled(
            format!("  ({}, weight {})", strip_terminal_controls(&reason.aspect.to_string()), reason.weight),
            draw.theme.muted_style(),
        ),
    ];
    DetailRow::new(spans).with_indent(4).with_copy_value(&reason.description)
}
