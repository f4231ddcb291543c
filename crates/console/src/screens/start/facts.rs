//! What is known before a batch begins, in lines.

use ratatui::style::Style;
use ratatui::text::{Line, Span};

use super::{Reading, Start, parts};
use crate::pane::Look;
use domain::forecast::{Asked, Forecast};
use domain::screen::clean;
use domain::survey::{SoFar, Survey};

/// Lines of the list that were not taken, as far as they are shown.
const REFUSED_SHOWN: usize = 3;

/// Drafts that there are already, as far as they are shown.
const DRAFTED_SHOWN: usize = 3;

/// UPCs of the list: enough to see that it is the right one.
const FIRST_SHOWN: usize = 4;

/// Cells of the word before a fact.
const WORD: usize = 8;

/// From this width on the words stand in a column of their own.
const ROOMY: usize = 60;

/// The lines, as they are put down one after the other.
struct Page<'a> {
    lines: Vec<Line<'static>>,
    width: usize,
    look: Look<'a>,
}

impl Page<'_> {
    fn put(&mut self, text: &str, style: Style) {
        self.lines.extend(parts::wrapped(&clean(text), self.width).into_iter().map(|line| Line::styled(line, style)));
    }

    /// A fact with its word before it.
    fn fact(&mut self, word: &str, text: &str, style: Style) {
        if self.width < ROOMY {
            let text = if word.is_empty() { text.to_owned() } else { format!("{word}: {text}") };
            return self.put(&text, style);
        }
        for (number, line) in parts::wrapped(&clean(text), self.width - WORD).into_iter().enumerate() {
            let before = format!("{:WORD$}", if number == 0 { word } else { "" });
            self.lines.push(Line::from(vec![Span::styled(before, self.look.theme.faint()), Span::styled(line, style)]));
        }
    }
}

impl Start {
    pub(super) fn facts(&self, width: usize, look: Look<'_>) -> Vec<Line<'static>> {
        let mut page = Page { lines: Vec::new(), width: width.max(1), look };
        let survey = match &self.reading {
            Reading::UnderWay(so_far) => {
                page.put(&so_far.map_or("reading the list …".to_owned(), words), look.theme.heading());
                page.put("Esc stops it.", look.theme.faint());
                return page.lines;
            }
            Reading::Stopped => {
                page.put("The list was not read to its end; r reads it again.", look.theme.doubtful());
                return page.lines;
            }
            Reading::Done(Err(why)) => {
                page.put(why, look.theme.bad());
                return page.lines;
            }
            Reading::Done(Ok(survey)) => survey,
        };
        match &self.forecast {
            None => page.put("looking what a batch would do …", look.theme.heading()),
            Some(Err(why)) => page.put(why, look.theme.bad()),
            Some(Ok(known)) => {
                page.put(&known.sentence(), look.theme.heading());
                objections(&mut page, known);
            }
        }
        essentials(&mut page, survey, self.known());
        details(&mut page, survey, self.known());
        page.lines
    }
}

/// `reading the list: 43%, 430000 lines so far`
fn words(so_far: SoFar) -> String {
    let percent = so_far.percent().map_or(String::new(), |percent| format!(" {percent}%,"));
    match so_far {
        SoFar::Read { lines, .. } => format!("reading the list:{percent} {lines} lines so far"),
        SoFar::LookedUp { items, of } => {
            format!("looking which were drafted before:{percent} {items} of {of} items")
        }
    }
}

/// What keeps the batch from beginning, or from ending today.
fn objections(page: &mut Page<'_>, known: &Forecast) {
    let (bad, doubtful) = (page.look.theme.bad(), page.look.theme.doubtful());
    for words in &known.to_do {
        page.put(&format!("Drafts cannot go there yet: {words}."), bad);
    }
    if let Some(under_way) = &known.under_way {
        page.put(&format!("{}.", under_way.words()), doubtful);
    }
    for quota in known.too_small() {
        page.put(&format!("eBay {}.", quota.words()), doubtful);
    }
}

/// What one looks for first: how much, how long, when.
fn essentials(page: &mut Page<'_>, survey: &Survey, known: Option<&Forecast>) {
    let plain = Style::new();
    page.fact("list", &counts(survey), plain);
    let Some(known) = known else { return };
    match &known.time {
        Some(time) => {
            let others = time.with_others().map_or(String::new(), |words| format!("; {words}"));
            page.fact("time", &format!("{}{others}", time.words()), plain);
        }
        None => page.fact("time", "no service has a limit that holds it up", plain),
    }
    page.fact("turn", &known.turn.words(), plain);
    for quota in known.quotas.iter().filter(|quota| quota.suffices()) {
        page.fact("eBay", &quota.words(), plain);
    }
    let asked = known.asked.iter().map(Asked::words).collect::<Vec<_>>().join(", ");
    page.fact("asked", &asked, plain);
    page.fact("price", &known.price_rule, plain);
    page.fact("drafts", &known.about, plain);
}

/// And what stands behind it.
fn details(page: &mut Page<'_>, survey: &Survey, known: Option<&Forecast>) {
    let (doubtful, faint) = (page.look.theme.doubtful(), page.look.theme.faint());
    for (number, bad) in survey.first_refused.iter().take(REFUSED_SHOWN).enumerate() {
        let word = if number == 0 { "refused" } else { "" };
        page.fact(word, &format!("line {}: \"{}\": {}", bad.line, bad.text, bad.reason), doubtful);
    }
    for (number, draft) in survey.last_drafted.iter().take(DRAFTED_SHOWN).enumerate() {
        let (word, age) = (if number == 0 { "before" } else { "" }, parts::age(Some(draft.at), page.look.now));
        page.fact(word, &format!("{} drafted {age} ago in {}", draft.upc, draft.job_id), faint);
    }
    let first = survey.first.iter().take(FIRST_SHOWN).map(ToString::to_string).collect::<Vec<_>>().join(", ");
    page.fact("first", &first, faint);
    for words in known.map(|known| &known.advice).into_iter().flatten() {
        page.fact("advice", words, faint);
    }
}

/// `83 UPCs, 4 repeated, 2 lines refused, 12 drafted before`
fn counts(survey: &Survey) -> String {
    let lines = if survey.refused == 1 { "line refused" } else { "lines refused" };
    let parts = [(survey.repeats, "repeated"), (survey.refused, lines), (survey.drafted_before, "drafted before")];
    let known = parts.into_iter().filter(|(count, _)| *count > 0).map(|(count, what)| format!(", {count} {what}"));
    format!("{} UPCs{}", survey.items, known.collect::<String>())
}
