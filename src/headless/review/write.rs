//! Writes what waits, by what must be looked at on the disc, so that the box is gone through once.

use std::fmt::Write;

use domain::batch::JobId;
use domain::decision::Choice;
use domain::matching::Match;
use domain::review::{Answer, Case, Look};
use domain::screen::clean;

/// The file for the cases of a job. `name` is what it will be called, for the command that feeds it back.
pub fn write(job: &JobId, cases: &[Case], name: &str) -> String {
    let mut text = head(job, cases.len(), name);
    let mut sorted = cases.iter().collect::<Vec<_>>();
    sorted.sort_by_key(|case| case.look);
    let mut under: Option<Look> = None;
    for case in sorted {
        if under.replace(case.look) != Some(case.look) {
            let count = cases.iter().filter(|other| other.look == case.look).count();
            let _ = write!(text, "\n# ==== Look at {} ({count}) ====\n", case.look.words());
        }
        text += &block(case);
    }
    text
}

fn head(job: &JobId, count: usize, name: &str) -> String {
    format!(
        "# What waits for a person in {job}: {count}. Edit, save, and feed it back:
#   draft-maker review --apply {name}
#
# choose  the number of a candidate; \"go\" to go on with what was found; \"none\" to leave the item alone (say why)
# Any other field puts right what is wrong; take away the # before it. What is left empty waits on.
# year 1991 or 1991-09-24; format CD, 2xLP, CD + DVD; condition new, like_new, very_good, good, acceptable; price 12.50

job = \"{job}\"
"
    )
}

fn block(case: &Case) -> String {
    let mut lines = vec![String::new(), "[[item]]".to_owned(), format!("upc = \"{}\"", case.upc())];
    lines.push(comment(&named(case)));
    lines.push(comment(case.why()));
    lines.push(comment(&format!("look at   {}", case.fact())));
    let candidates = case.candidates();
    lines.extend(candidates.iter().enumerate().flat_map(|(place, candidate)| told(case, place, candidate)));
    if let Some(words) = before(case) {
        lines.push(comment(&words));
    }
    let answer = offered(case);
    lines.push(format!("choose = {}", quoted(&answer.choose)));
    for field in Answer::FIELDS.into_iter().skip(1) {
        let given = answer.clone().field(field).cloned().unwrap_or_default();
        let off = if given.is_empty() && !is_wanted(case, field) { "# " } else { "" };
        lines.push(format!("{off}{field} = {}", quoted(&given)));
    }
    lines.into_iter().map(|line| line + "\n").collect()
}

/// What the listing lacks stands open, ready to be filled in.
fn is_wanted(case: &Case, field: &str) -> bool {
    let named = |missing: &str| missing.to_lowercase().replace(' ', "_") == field;
    let unknown = case.look == Look::Unknown && ["artist", "title", "format"].contains(&field);
    unknown || case.dossier.missing.iter().any(|missing| named(&missing.field))
}

fn named(case: &Case) -> String {
    let best = case.candidates().first().map(|candidate| &candidate.release);
    let artist = best.and_then(|release| release.artist.as_ref()).map(|artist| artist.value.to_string());
    let title = best.and_then(|release| release.title.as_ref()).map(|title| title.value.clone());
    let names = artist.into_iter().chain(title).collect::<Vec<_>>();
    if names.is_empty() { "not known".to_owned() } else { names.join(" – ") }
}

/// A candidate: what tells it apart first, marked with `*`, then the rest, and the pages to look at.
fn told(case: &Case, place: usize, candidate: &Match) -> Vec<String> {
    let value = |differs: bool| {
        let rows = case.rows.iter().filter(move |row| row.differs == differs);
        rows.filter_map(move |row| {
            let value = row.values.get(place)?.as_deref();
            match (value, differs) {
                (Some(value), true) => Some(format!("*{} {value}*", row.field)),
                (None, true) => Some(format!("*{} not known*", row.field)),
                (Some(value), false) => Some(format!("{} {value}", row.field)),
                (None, false) => None,
            }
        })
    };
    let facts = value(true).chain(value(false)).collect::<Vec<_>>().join(", ");
    let mut lines = vec![comment(&format!("{:>3}  {:.2}  {facts}", place + 1, candidate.score))];
    let pages = candidate.entries.iter().filter_map(|entry| entry.url.as_deref());
    lines.extend(pages.take(2).map(|page| comment(&format!("           {page}"))));
    lines
}

/// What was decided about the same barcode, and when and where.
fn before(case: &Case) -> Option<String> {
    let earlier = case.earlier.as_ref()?;
    let words = match &earlier.decision.choice {
        Choice::Nothing { why } => format!("left alone: {why}"),
        Choice::GoOn => "gone on with".to_owned(),
        Choice::Pressing(chosen) => match case.offered() {
            Some(number) => format!("number {number}, filled in below"),
            None => format!(
                "{} – {}, which is not among these",
                told_or(chosen.artist.as_deref()),
                told_or(chosen.title.as_deref())
            ),
        },
    };
    Some(format!("decided on {} in {}: {words}", earlier.at.strftime("%Y-%m-%d %H:%M"), earlier.job))
}

fn told_or(text: Option<&str>) -> &str {
    text.unwrap_or("?")
}

/// The answer of before, where the same barcode was decided about; else an empty one.
fn offered(case: &Case) -> Answer {
    let choose = case.offered().map(|number| number.to_string()).unwrap_or_default();
    Answer { choose, ..Answer::default() }
}

fn comment(text: &str) -> String {
    format!("# {}", clean(text)).trim_end().to_owned()
}

/// As a TOML basic string.
fn quoted(text: &str) -> String {
    toml::Value::String(text.to_owned()).to_string()
}
