//! What is known before a batch begins, in lines.

use ratatui::style::Style;
use ratatui::text::{Line, Span};

use super::{Reading, Start, parts};
use crate::console::pane::Look;
use crate::domain::forecast::Forecast;
use crate::domain::screen::clean;
use crate::domain::survey::{SoFar, Survey};

/// Lines of the list that were not taken, as far as they are shown.
const REFUSED_SHOWN: usize = 3;

/// Drafts that there are already, as far as they are shown.
const DRAFTED_SHOWN: usize = 3;

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
        of_list(&mut page, survey);
        if let Some(known) = self.known() {
            of_batch(&mut page, known);
        }
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

fn of_list(page: &mut Page<'_>, survey: &Survey) {
    let (plain, doubtful, faint) = (Style::new(), page.look.theme.doubtful(), page.look.theme.faint());
    page.fact("list", &counts(survey), plain);
    for bad in survey.first_refused.iter().take(REFUSED_SHOWN) {
        page.fact("", &format!("line {}: \"{}\": {}", bad.line, bad.text, bad.reason), doubtful);
    }
    for draft in survey.last_drafted.iter().take(DRAFTED_SHOWN) {
        let age = parts::age(Some(draft.at), page.look.now);
        page.fact("", &format!("{} drafted {age} ago in {}", draft.upc, draft.job_id), faint);
    }
}

fn of_batch(page: &mut Page<'_>, known: &Forecast) {
    let (plain, faint) = (Style::new(), page.look.theme.faint());
    let asked = known.asked.iter().map(crate::domain::forecast::Asked::words).collect::<Vec<_>>().join(", ");
    page.fact("asked", &asked, plain);
    page.fact("drafts", &known.about, plain);
    page.fact("price", &known.price_rule, plain);
    match &known.time {
        Some(time) => {
            let others = time.with_others().map_or(String::new(), |words| format!("; {words}"));
            page.fact("time", &format!("{}{others}", time.words()), plain);
        }
        None => page.fact("time", "no service has a limit that holds it up", plain),
    }
    for quota in known.quotas.iter().filter(|quota| quota.suffices()) {
        page.fact("eBay", &quota.words(), plain);
    }
    page.fact("turn", &known.turn.words(), plain);
    for words in &known.advice {
        page.fact("", words, faint);
    }
}

/// `83 UPCs, 4 repeated, 2 lines refused, 12 drafted before`
fn counts(survey: &Survey) -> String {
    let lines = if survey.refused == 1 { "line refused" } else { "lines refused" };
    let parts = [(survey.repeats, "repeated"), (survey.refused, lines), (survey.drafted_before, "drafted before")];
    let known = parts.into_iter().filter(|(count, _)| *count > 0).map(|(count, what)| format!(", {count} {what}"));
    format!("{} UPCs{}", survey.items, known.collect::<String>())
}
