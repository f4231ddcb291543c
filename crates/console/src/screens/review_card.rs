//! One item that waits, drawn: why, what to look at, and its candidates, side by side where there is room.

use ratatui::text::{Line, Span};

use crate::screen::DrawContext;
use domain::decision::ReviewChoice;
use domain::review::{ReviewCase, ReviewInput};
use domain::terminal_text::{fit_to_width, strip_terminal_controls};

/// Cells of the column with the names of fields, of its mark, and of a candidate at least and at most.
const FIELD_NAME_WIDTH: usize = 17;
const MARK_WIDTH: usize = 2;
const MIN_CANDIDATE_WIDTH: usize = 16;
const MAX_CANDIDATE_WIDTH: usize = 34;

/// The lines of an item; `place` is its place in the queue, from 1.
pub(super) fn render_card(
    case: &ReviewCase,
    answer: &ReviewInput,
    place: usize,
    width: u16,
    draw: DrawContext<'_>,
) -> Vec<Line<'static>> {
    let mut lines = vec![Line::styled(
        format!("{place}. {}  {}", case.upc(), best_candidate_name(case)),
        draw.theme.heading_style(),
    )];
    lines.push(Line::styled(strip_terminal_controls(&case.question()).into_owned(), draw.theme.warning_style()));
    lines.extend(describe_previous(case).map(|message| Line::styled(message, draw.theme.muted_style())));
    let count = case.candidates().len();
    let room = usize::from(width).saturating_sub(FIELD_NAME_WIDTH + MARK_WIDTH);
    let cells = (room.checked_div(count).unwrap_or(0)).min(MAX_CANDIDATE_WIDTH);
    match cells {
        _ if count == 0 => {}
        MIN_CANDIDATE_WIDTH.. => lines.extend(render_side_by_side(case, answer, cells, draw)),
        _ => lines.extend(render_stacked(case, answer, draw)),
    }
    lines.extend(describe_reasons(case).map(|message| Line::styled(message, draw.theme.muted_style())));
    lines.push(render_input(answer, draw));
    lines
}

fn best_candidate_name(case: &ReviewCase) -> String {
    let candidates = case.candidates();
    let Some(best) = candidates.first().map(|candidate| &candidate.release) else { return "not known".to_owned() };
    let artist = best.artist.as_ref().map(|artist| artist.value.to_string());
    let title = best.title.as_ref().map(|title| title.value.clone());
    strip_terminal_controls(&artist.into_iter().chain(title).collect::<Vec<_>>().join(" – ")).into_owned()
}

fn describe_previous(case: &ReviewCase) -> Option<String> {
    let earlier = case.previous.as_ref()?;
    let what = match (&earlier.decision.choice, case.suggested_candidate()) {
        (ReviewChoice::Skip { why }, _) => format!("left alone ({why})"),
        (_, Some(number)) => format!("number {number}, chosen below"),
        (ReviewChoice::Accept, None) => "gone on with".to_owned(),
        (ReviewChoice::Candidate(_), None) => "a pressing that is not among these".to_owned(),
    };
    let message = format!("decided before, {} in {}: {what}", earlier.at.strftime("%Y-%m-%d"), earlier.job);
    Some(strip_terminal_controls(&message).into_owned())
}

/// Why the best is the best, in one line.
fn describe_reasons(case: &ReviewCase) -> Option<String> {
    let candidates = case.candidates();
    let best = candidates.first()?;
    let reasons = best.reasons.iter().map(|reason| reason.description.as_str()).collect::<Vec<_>>().join(" · ");
    let next = candidates.get(1).map(|next| format!("; next {:.2}", next.score)).unwrap_or_default();
    Some(strip_terminal_controls(&format!("why 1: {reasons} = {:.2}{next}", best.score)).into_owned())
}

fn is_chosen(answer: &ReviewInput, place: usize) -> bool {
    answer.choose == (place + 1).to_string()
}

/// `>2<` for the one that is chosen, ` 2 ` for the others.
fn candidate_label(answer: &ReviewInput, place: usize) -> String {
    if is_chosen(answer, place) { format!(">{}<", place + 1) } else { format!(" {} ", place + 1) }
}

/// A column for each candidate; rows in which they differ are marked.
fn render_side_by_side(
    case: &ReviewCase,
    answer: &ReviewInput,
    cells: usize,
    draw: DrawContext<'_>,
) -> Vec<Line<'static>> {
    let mut head = vec![Span::raw(" ".repeat(FIELD_NAME_WIDTH + MARK_WIDTH))];
    for (place, candidate) in case.candidates().iter().enumerate() {
        let text = format!("{} {:.2}", candidate_label(answer, place), candidate.score);
        let style = if is_chosen(answer, place) { draw.theme.cursor_style() } else { draw.theme.heading_style() };
        head.push(Span::styled(fit_to_width(&text, cells - 1), style));
        head.push(Span::raw(" "));
    }
    let rows = case.rows.iter().map(|row| {
        let (mark, style) = if row.differs {
            (draw.theme.glyph("≠ ", "* "), draw.theme.warning_style())
        } else {
            ("  ", draw.theme.muted_style())
        };
        let mut spans = vec![
            Span::styled(mark, style),
            Span::styled(fit_to_width(row.field, FIELD_NAME_WIDTH), draw.theme.muted_style()),
        ];
        for value in &row.values {
            let value =
                value.as_deref().map_or_else(|| "?".to_owned(), |value| strip_terminal_controls(value).into_owned());
            let text = Span::raw(fit_to_width(&value, cells - 1));
            spans.push(if row.differs { text.style(style) } else { text });
            spans.push(Span::raw(" "));
        }
        Line::from(spans)
    });
    std::iter::once(Line::from(head)).chain(rows).collect()
}

/// One candidate under another: what tells it apart, then what it shares with the others once.
fn render_stacked(case: &ReviewCase, answer: &ReviewInput, draw: DrawContext<'_>) -> Vec<Line<'static>> {
    let mark = draw.theme.glyph("≠", "*");
    let mut lines = Vec::new();
    for (place, candidate) in case.candidates().iter().enumerate() {
        let differing = case.rows.iter().filter(|row| row.differs).map(|row| {
            let value = row.values.get(place).and_then(Option::as_deref).unwrap_or("?");
            format!("{mark} {} {value}", row.field)
        });
        let message = differing.collect::<Vec<_>>().join(", ");
        let text = format!("{} {:.2} {message}", candidate_label(answer, place), candidate.score);
        let style = if is_chosen(answer, place) { draw.theme.cursor_style() } else { draw.theme.warning_style() };
        lines.push(Line::styled(strip_terminal_controls(&text).into_owned(), style));
    }
    let shared = case.rows.iter().filter(|row| !row.differs);
    let values = shared.filter_map(|row| Some(format!("{} {}", row.field, row.values.first()?.as_deref()?)));
    let message = values.collect::<Vec<_>>().join(", ");
    lines
        .push(Line::styled(strip_terminal_controls(&format!("all: {message}")).into_owned(), draw.theme.muted_style()));
    lines
}

/// The answer so far.
fn render_input(answer: &ReviewInput, draw: DrawContext<'_>) -> Line<'static> {
    let mut copy = answer.clone();
    let given = ReviewInput::FIELD_NAMES.into_iter().filter_map(|name| {
        let value = copy.field_mut(name)?.trim().to_owned();
        (!value.is_empty()).then(|| format!("{} {value}", name.replace('_', " ")))
    });
    let message = given.collect::<Vec<_>>().join(", ");
    let message = if message.is_empty() { "no answer yet: 1-9 takes a candidate".to_owned() } else { message };
    Line::styled(format!("answer: {}", strip_terminal_controls(&message)), draw.theme.heading_style())
}
