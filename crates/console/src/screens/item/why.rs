//! Why this pressing and no other: the score, the one fact that decides it against the next best, and what spoke for it
//! and against it.

use ratatui::text::Span;

use super::page::Row;
use super::release::percent;
use crate::pane::Look;
use domain::matching::{Match, Reason, Verdict};
use domain::screen::clean;

/// From this distance on a reason speaks against a pressing.
const AGAINST: f32 = 0.5;

pub(super) fn rows(verdict: Option<&Verdict>, look: Look<'_>) -> Vec<Row> {
    let Some(Verdict::Matched { found, runner_up }) = verdict else { return Vec::new() };
    let mut rows = vec![Row::text(&in_one_line(found, runner_up.as_deref()), look.theme.heading())];
    rows.extend(found.reasons.iter().map(|reason| weighed(reason, look)));
    rows
}

/// `97%, next best 81%: decided by the catalog number (both say DGCD 24425)`
fn in_one_line(found: &Match, next: Option<&Match>) -> String {
    let score = percent(found.score);
    let Some(next) = next else {
        let best = found.reasons.first().map(|reason| format!(": {}", reason.words)).unwrap_or_default();
        return format!("{score}%, and no other pressing comes near{best}");
    };
    let other = percent(next.score);
    match decisive(found, next) {
        Some(reason) => format!("{score}%, next best {other}%; decided by {}: {}", reason.aspect, reason.words),
        None => format!("{score}%, next best {other}%"),
    }
}

/// The reason that counts most for this one and less for the other.
fn decisive<'a>(found: &'a Match, next: &Match) -> Option<&'a Reason> {
    let lead = |reason: &Reason| {
        let same = next.reasons.iter().find(|other| other.aspect == reason.aspect);
        same.map_or(0.0, |other| other.distance * other.weight - reason.distance * reason.weight)
    };
    let best = found.reasons.iter().max_by(|one, other| lead(one).total_cmp(&lead(other)))?;
    (lead(best) > 0.0).then_some(best)
}

fn weighed(reason: &Reason, look: Look<'_>) -> Row {
    let (sign, style) = if reason.distance < AGAINST { ("+", look.theme.good()) } else { ("-", look.theme.doubtful()) };
    let words = vec![
        Span::styled(format!("  {sign} "), style),
        Span::raw(clean(&reason.words).into_owned()),
        Span::styled(format!("  ({}, weight {})", clean(&reason.aspect), reason.weight), look.theme.faint()),
    ];
    Row::new(words).set_in(4).valued(&reason.words)
}
