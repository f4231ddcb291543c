//! What happened to an item, when, and how long after the step before; failures in the upstream's own words.

use jiff::SignedDuration;
use ratatui::text::Span;

use super::page::{NAMES, Row};
use crate::pane::Look;
use domain::dossier::Dossier;
use domain::screen::{clean, fit};

pub(super) fn rows(dossier: &Dossier, look: Look<'_>) -> Vec<Row> {
    let mut rows = Vec::new();
    let lines = dossier.listed.lines.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
    let copies = match dossier.listed.copies {
        1 => "1 copy".to_owned(),
        many => format!("{many} copies"),
    };
    rows.push(Row::field("list", &format!("line {lines}; {copies}"), "", look));
    let mut before = None;
    for step in &dossier.steps {
        let after = before.map(|before| took(step.at.duration_since(before))).unwrap_or_default();
        let spans = vec![
            Span::styled(fit(step.step, NAMES), look.theme.faint()),
            Span::raw(format!(" {}", step.at.strftime("%Y-%m-%d %H:%M:%S"))),
            Span::styled(format!("{after:>10}  "), look.theme.faint()),
            Span::raw(clean(&step.words.join("; ")).into_owned()),
        ];
        let value = [step.at.to_string()].into_iter().chain(step.words.iter().cloned()).collect::<Vec<_>>().join("  ");
        rows.push(Row::new(spans).set_in(NAMES + 1).valued(&value));
        before = Some(step.at);
    }
    rows
}

/// `+0.42 s`, `+3 min 5 s`
fn took(time: SignedDuration) -> String {
    let millis = time.as_millis().max(0);
    match millis {
        0..60_000 => format!("+{}.{:02} s", millis / 1_000, millis % 1_000 / 10),
        _ => format!("+{} min {} s", millis / 60_000, millis / 1_000 % 60),
    }
}
