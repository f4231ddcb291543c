//! One item that waits, drawn: why, what to look at, and its candidates, side by side where there is room.

use ratatui::text::{Line, Span};

use crate::pane::Look;
use domain::decision::Choice;
use domain::review::{Answer, Case};
use domain::screen::{clean, fit};

/// Cells of the column with the names of fields, of its mark, and of a candidate at least and at most.
const NAMES: usize = 17;
const MARK: usize = 2;
const NARROWEST: usize = 16;
const WIDEST: usize = 34;

/// The lines of an item; `place` is its place in the queue, from 1.
pub(super) fn card(case: &Case, answer: &Answer, place: usize, width: u16, look: Look<'_>) -> Vec<Line<'static>> {
    let mut lines = vec![Line::styled(format!("{place}. {}  {}", case.upc(), named(case)), look.theme.heading())];
    lines.push(Line::styled(clean(&case.fact()).into_owned(), look.theme.doubtful()));
    lines.extend(before(case).map(|words| Line::styled(words, look.theme.faint())));
    let count = case.candidates().len();
    let room = usize::from(width).saturating_sub(NAMES + MARK);
    let cells = (room.checked_div(count).unwrap_or(0)).min(WIDEST);
    match cells {
        _ if count == 0 => {}
        NARROWEST.. => lines.extend(beside(case, answer, cells, look)),
        _ => lines.extend(below(case, answer, look)),
    }
    lines.extend(because(case).map(|words| Line::styled(words, look.theme.faint())));
    lines.push(answered(answer, look));
    lines
}

fn named(case: &Case) -> String {
    let candidates = case.candidates();
    let Some(best) = candidates.first().map(|candidate| &candidate.release) else { return "not known".to_owned() };
    let artist = best.artist.as_ref().map(|artist| artist.value.to_string());
    let title = best.title.as_ref().map(|title| title.value.clone());
    clean(&artist.into_iter().chain(title).collect::<Vec<_>>().join(" – ")).into_owned()
}

fn before(case: &Case) -> Option<String> {
    let earlier = case.earlier.as_ref()?;
    let what = match (&earlier.decision.choice, case.offered()) {
        (Choice::Nothing { why }, _) => format!("left alone ({why})"),
        (_, Some(number)) => format!("number {number}, chosen below"),
        (Choice::GoOn, None) => "gone on with".to_owned(),
        (Choice::Pressing(_), None) => "a pressing that is not among these".to_owned(),
    };
    let words = format!("decided before, {} in {}: {what}", earlier.at.strftime("%Y-%m-%d"), earlier.job);
    Some(clean(&words).into_owned())
}

/// Why the best is the best, in one line.
fn because(case: &Case) -> Option<String> {
    let candidates = case.candidates();
    let best = candidates.first()?;
    let reasons = best.reasons.iter().map(|reason| reason.words.as_str()).collect::<Vec<_>>().join(" · ");
    let next = candidates.get(1).map(|next| format!("; next {:.2}", next.score)).unwrap_or_default();
    Some(clean(&format!("why 1: {reasons} = {:.2}{next}", best.score)).into_owned())
}

fn is_chosen(answer: &Answer, place: usize) -> bool {
    answer.choose == (place + 1).to_string()
}

/// `>2<` for the one that is chosen, ` 2 ` for the others.
fn number(answer: &Answer, place: usize) -> String {
    if is_chosen(answer, place) { format!(">{}<", place + 1) } else { format!(" {} ", place + 1) }
}

/// A column for each candidate; rows in which they differ are marked.
fn beside(case: &Case, answer: &Answer, cells: usize, look: Look<'_>) -> Vec<Line<'static>> {
    let mut head = vec![Span::raw(" ".repeat(NAMES + MARK))];
    for (place, candidate) in case.candidates().iter().enumerate() {
        let text = format!("{} {:.2}", number(answer, place), candidate.score);
        let style = if is_chosen(answer, place) { look.theme.cursor() } else { look.theme.heading() };
        head.push(Span::styled(fit(&text, cells - 1), style));
        head.push(Span::raw(" "));
    }
    let rows = case.rows.iter().map(|row| {
        let (mark, style) = if row.differs {
            (look.theme.pick("≠ ", "* "), look.theme.doubtful())
        } else {
            ("  ", look.theme.faint())
        };
        let mut spans = vec![Span::styled(mark, style), Span::styled(fit(row.field, NAMES), look.theme.faint())];
        for value in &row.values {
            let value = value.as_deref().map_or_else(|| "?".to_owned(), |value| clean(value).into_owned());
            let text = Span::raw(fit(&value, cells - 1));
            spans.push(if row.differs { text.style(style) } else { text });
            spans.push(Span::raw(" "));
        }
        Line::from(spans)
    });
    std::iter::once(Line::from(head)).chain(rows).collect()
}

/// One candidate under another: what tells it apart, then what it shares with the others once.
fn below(case: &Case, answer: &Answer, look: Look<'_>) -> Vec<Line<'static>> {
    let mark = look.theme.pick("≠", "*");
    let mut lines = Vec::new();
    for (place, candidate) in case.candidates().iter().enumerate() {
        let differing = case.rows.iter().filter(|row| row.differs).map(|row| {
            let value = row.values.get(place).and_then(Option::as_deref).unwrap_or("?");
            format!("{mark} {} {value}", row.field)
        });
        let words = differing.collect::<Vec<_>>().join(", ");
        let text = format!("{} {:.2} {words}", number(answer, place), candidate.score);
        let style = if is_chosen(answer, place) { look.theme.cursor() } else { look.theme.doubtful() };
        lines.push(Line::styled(clean(&text).into_owned(), style));
    }
    let shared = case.rows.iter().filter(|row| !row.differs);
    let values = shared.filter_map(|row| Some(format!("{} {}", row.field, row.values.first()?.as_deref()?)));
    let words = values.collect::<Vec<_>>().join(", ");
    lines.push(Line::styled(clean(&format!("all: {words}")).into_owned(), look.theme.faint()));
    lines
}

/// The answer so far.
fn answered(answer: &Answer, look: Look<'_>) -> Line<'static> {
    let mut copy = answer.clone();
    let given = Answer::FIELDS.into_iter().filter_map(|name| {
        let value = copy.field(name)?.trim().to_owned();
        (!value.is_empty()).then(|| format!("{} {value}", name.replace('_', " ")))
    });
    let words = given.collect::<Vec<_>>().join(", ");
    let words = if words.is_empty() { "no answer yet: 1-9 takes a candidate".to_owned() } else { words };
    Line::styled(format!("answer: {}", clean(&words)), look.theme.heading())
}
