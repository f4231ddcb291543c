//! Draws one item in review: why it needs a decision, the field to check, and its candidates side by side. In a narrow
//! terminal, the candidates are listed one below the other.

use ratatui::text::{Line, Span};
use unicode_width::UnicodeWidthStr as _;

use crate::command::KeyCommand;
use crate::item_edit::describe_input;
use crate::keymap::KeyContext;
use crate::screen::DrawContext;
use crate::screens::widgets::{format_score, wrap_text};
use domain::copy_description::CopyDescription;
use domain::decision::ReviewChoice;
use domain::listing::ListingField;
use domain::matching::DifferenceRow;
use domain::review::{DistinguishingField, ReviewCase, ReviewInput};
use domain::terminal_text::{fit_to_width, strip_terminal_controls};
use domain::text::count::format_count;

/// Width of the column with the field names, in cells.
const FIELD_NAME_WIDTH: usize = 17;
/// Width of the mark for fields in which the candidates differ, in cells.
const MARK_WIDTH: usize = 2;
/// Minimum width of a candidate's column. If there is less room, the candidates are listed one below the other.
const MIN_CANDIDATE_WIDTH: usize = 16;
/// Maximum width of a candidate's column, unless a value that tells candidates apart is longer.
const USUAL_CANDIDATE_WIDTH: usize = 34;
/// Maximum lines of the reasons for the best candidate.
const MAX_REASON_LINES: usize = 2;
/// Cells kept free for the number of reasons that are not shown, and for the line break between two words.
const RESERVED_REASON_WIDTH: usize = 20;

/// Returns the lines of an item's card.
pub(super) fn render_card(
    case: &ReviewCase,
    input: &ReviewInput,
    width: u16,
    draw: DrawContext<'_>,
) -> Vec<Line<'static>> {
    let mut lines =
        vec![Line::styled(format!("{}  {}", case.upc(), best_candidate_name(case)), draw.theme.heading_style())];
    lines.push(Line::styled(strip_terminal_controls(&case.question()).into_owned(), draw.theme.warning_style()));
    lines.extend(describe_row(case).map(|message| Line::styled(message, draw.theme.warning_style())));
    lines.extend(describe_draft(case).map(Line::raw));
    lines.extend(describe_previous(case).map(|message| Line::styled(message, draw.theme.muted_style())));
    let count = case.candidates().len();
    let room = usize::from(width).saturating_sub(FIELD_NAME_WIDTH + MARK_WIDTH);
    let usual_width = USUAL_CANDIDATE_WIDTH.max(longest_difference(case) + 1);
    let column_width = room.checked_div(count).unwrap_or(0).min(usual_width);
    match column_width {
        _ if count == 0 => {}
        MIN_CANDIDATE_WIDTH.. => lines.extend(render_side_by_side(case, input, column_width, draw)),
        _ => lines.extend(render_stacked(case, input, draw)),
    }
    lines.extend(
        describe_reasons(case, usize::from(width)).map(|message| Line::styled(message, draw.theme.muted_style())),
    );
    lines
}

/// Returns the width of the longest value that differs between the candidates.
fn longest_difference(case: &ReviewCase) -> usize {
    let differing = case.rows.iter().filter(|row| row.differs);
    differing.flat_map(|row| row.values.iter().flatten()).map(|value| value.width()).max().unwrap_or_default()
}

fn best_candidate_name(case: &ReviewCase) -> String {
    let name = case.display_name().unwrap_or_else(|| "not known".to_owned());
    strip_terminal_controls(&name).into_owned()
}

/// Returns what the list says about an item without a barcode.
fn describe_row(case: &ReviewCase) -> Option<String> {
    let row = case.details.input.search_texts().join(", ");
    (!row.is_empty()).then(|| strip_terminal_controls(&format!("your list says \"{row}\"")).into_owned())
}

/// Returns what the draft to approve would state about the copy.
fn describe_draft(case: &ReviewCase) -> Option<String> {
    let details = Some(&case.details).filter(|_| case.distinguishing_field == DistinguishingField::Draft)?;
    let price = details.price_estimate.as_ref().and_then(|estimate| estimate.price);
    let price = price.map_or("no price".to_owned(), |price| format!("price {price}"));
    let copy = details.stated_copy(&CopyDescription::default());
    let stated = if copy.is_empty() { String::new() } else { format!(" · {}", copy.summary()) };
    let copies = format_count(details.input.copies, "copy", "copies");
    Some(strip_terminal_controls(&format!("draft: {price} · {copies}{stated}")).into_owned())
}

fn describe_previous(case: &ReviewCase) -> Option<String> {
    let previous = case.previous.as_ref()?;
    let choice = match (&previous.decision.choice, case.suggested_candidate()) {
        (ReviewChoice::Skip { why }, _) => format!("skipped ({why})"),
        (_, Some(number)) => format!("candidate {number}, selected below"),
        (ReviewChoice::Accept | ReviewChoice::Undo { .. }, None) => "accepted as found".to_owned(),
        (ReviewChoice::Candidate(_), None) => "a pressing that is no longer a candidate".to_owned(),
    };
    let message = format!("you decided on {} in {}: {choice}", previous.at.strftime("%Y-%m-%d"), previous.job);
    Some(strip_terminal_controls(&message).into_owned())
}

/// Returns the scores of the best and of the next candidate, and the most important reasons for the best one. Reasons that
/// do not fit on [`MAX_REASON_LINES`] are counted; the item's details list all of them.
fn describe_reasons(case: &ReviewCase, width: usize) -> Option<String> {
    let candidates = case.candidates();
    let best = candidates.first()?;
    let next = candidates.get(1).map(|next| format!(", next {}", format_score(next.score))).unwrap_or_default();
    let mut text = format!("why 1 ({}{next})", format_score(best.score));
    let room = (width * MAX_REASON_LINES).saturating_sub(RESERVED_REASON_WIDTH);
    for (shown, reason) in best.reasons.iter().enumerate() {
        let separator = if shown == 0 { ": " } else { " · " };
        let longer = format!("{text}{separator}{}", reason.description);
        if shown > 0 && longer.width() > room {
            text = format!("{text} · {} more", best.reasons.len() - shown);
            break;
        }
        text = longer;
    }
    Some(strip_terminal_controls(&text).into_owned())
}

fn is_chosen(input: &ReviewInput, index: usize) -> bool {
    input.choose == (index + 1).to_string()
}

/// Returns `>2<` for the chosen candidate and ` 2 ` for other candidates.
fn candidate_label(input: &ReviewInput, index: usize) -> String {
    if is_chosen(input, index) { format!(">{}<", index + 1) } else { format!(" {} ", index + 1) }
}

/// Returns a table with a column for each candidate. Rows in which the candidates differ are marked.
fn render_side_by_side(
    case: &ReviewCase,
    input: &ReviewInput,
    column_width: usize,
    draw: DrawContext<'_>,
) -> Vec<Line<'static>> {
    let mut head = vec![Span::raw(" ".repeat(FIELD_NAME_WIDTH + MARK_WIDTH))];
    for (index, candidate) in case.candidates().iter().enumerate() {
        let text = format!("{} {}", candidate_label(input, index), format_score(candidate.score));
        let style = if is_chosen(input, index) { draw.theme.cursor_style() } else { draw.theme.heading_style() };
        head.push(Span::styled(fit_to_width(&text, column_width - 1), style));
        head.push(Span::raw(" "));
    }
    let rows = case.rows.iter().flat_map(|row| render_field(row, column_width, draw));
    std::iter::once(Line::from(head)).chain(rows).collect()
}

/// Returns the values of a field in the columns of the candidates. Values that differ are wrapped instead of cut, because
/// the difference may be at their end.
fn render_field(row: &DifferenceRow, column_width: usize, draw: DrawContext<'_>) -> Vec<Line<'static>> {
    let (mark, style) = if row.differs {
        (draw.theme.glyph("≠ ", "* "), draw.theme.warning_style())
    } else {
        ("  ", draw.theme.muted_style())
    };
    let room = column_width - 1;
    let cells = row.values.iter().map(|value| {
        let value = value.as_deref().map_or_else(|| "?".into(), strip_terminal_controls);
        if row.differs { wrap_text(&value, room) } else { vec![value.into_owned()] }
    });
    let cells = cells.collect::<Vec<_>>();
    let line_count = cells.iter().map(Vec::len).max().unwrap_or(1);
    let lines = (0..line_count).map(|index| {
        let (mark, name) = if index == 0 { (mark, row.field) } else { ("  ", "") };
        let mut spans = vec![
            Span::styled(mark, style),
            Span::styled(fit_to_width(name, FIELD_NAME_WIDTH), draw.theme.muted_style()),
        ];
        for cell in &cells {
            let text = Span::raw(fit_to_width(cell.get(index).map_or("", String::as_str), room));
            spans.push(if row.differs { text.style(style) } else { text });
            spans.push(Span::raw(" "));
        }
        Line::from(spans)
    });
    lines.collect()
}

/// Returns a line for each candidate with the fields in which it differs, and a last line with the fields that all
/// candidates share.
fn render_stacked(case: &ReviewCase, input: &ReviewInput, draw: DrawContext<'_>) -> Vec<Line<'static>> {
    let mark = draw.theme.glyph("≠", "*");
    let mut lines = Vec::new();
    for (index, candidate) in case.candidates().iter().enumerate() {
        let differing = case.rows.iter().filter(|row| row.differs).map(|row| {
            let value = row.values.get(index).and_then(Option::as_deref).unwrap_or("?");
            format!("{mark} {} {value}", row.field)
        });
        let message = differing.collect::<Vec<_>>().join(", ");
        let text = format!("{} {} {message}", candidate_label(input, index), format_score(candidate.score));
        let style = if is_chosen(input, index) { draw.theme.cursor_style() } else { draw.theme.warning_style() };
        lines.push(Line::styled(strip_terminal_controls(&text).into_owned(), style));
    }
    let shared = case.rows.iter().filter(|row| !row.differs);
    let values = shared.filter_map(|row| Some(format!("{} {}", row.field, row.values.first()?.as_deref()?)));
    let message = values.collect::<Vec<_>>().join(", ");
    lines
        .push(Line::styled(strip_terminal_controls(&format!("all: {message}")).into_owned(), draw.theme.muted_style()));
    lines
}

/// Returns the current decision, or the keys that decide.
pub(super) fn render_input(case: &ReviewCase, input: &ReviewInput, draw: DrawContext<'_>) -> Line<'static> {
    let decision = describe_input(input);
    let text = if decision.is_empty() { deciding_keys(case, draw) } else { decision };
    Line::styled(format!("decision: {text}"), draw.theme.heading_style())
}

/// Describes the keys that decide an item, depending on what it needs: `1-2 chooses a candidate, x none of them`.
fn deciding_keys(case: &ReviewCase, draw: DrawContext<'_>) -> String {
    let key = |command| draw.keymap.effective_key(KeyContext::Review, command).map(|key| key.label(draw.theme));
    let hint = |command, text: &str| key(command).map(|key| format!("{key} {text}"));
    let (count, field) = (case.candidates().len(), case.distinguishing_field);
    let is_complete = matches!(field, DistinguishingField::Price | DistinguishingField::Draft);
    let choice = match count {
        0 if is_complete => hint(KeyCommand::SubmitReview, "accepts it"),
        0 => hint(KeyCommand::SearchForItem, "searches for it"),
        1 => hint(KeyCommand::SubmitReview, "or 1 accepts it"),
        _ => Some(format!("1-{count} chooses a candidate")),
    };
    let skip = hint(KeyCommand::ChooseNone, if count > 1 { "none of them" } else { "skips it" });
    let correct = hint(KeyCommand::EditFields, "corrects its fields");
    let price = hint(KeyCommand::SetPrice, "sets the price");
    let is_missing = |wanted: ListingField| case.details.missing.iter().any(|missing| missing.field == wanted);
    let parts = match field {
        DistinguishingField::MissingData if is_missing(ListingField::Price) => [price, correct, skip],
        DistinguishingField::MissingData => [correct, price, skip],
        DistinguishingField::Price => [choice, price, skip],
        _ if count == 0 => [choice, skip, correct],
        _ => [choice, skip, None],
    };
    parts.into_iter().flatten().collect::<Vec<_>>().join(", ")
}
