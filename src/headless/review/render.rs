//! Renders the review file, grouped by the field to check on the item, so that the seller goes through the box once.

use std::fmt::Write;

use domain::copy_description::CopyDescription;
use domain::decision::{DecisionOrigin, ReviewChoice};
use domain::draft_group::DraftGroup;
use domain::job_spec::JobId;
use domain::matching::Match;
use domain::review::{DistinguishingField, ReviewCase, ReviewInput};
use domain::terminal_text::strip_terminal_controls;
use domain::text::count::format_count;

/// Renders the review file of a job. `name` is the file name, quoted for a shell, with the flags of the command that
/// applies the file.
pub fn render_review_file(job: &JobId, cases: &[ReviewCase], name: &str) -> String {
    let mut text = render_header(job, cases.len(), name);
    let mut sorted = cases.iter().collect::<Vec<_>>();
    sorted.sort_by_key(|case| case.distinguishing_field);
    let mut under: Option<DistinguishingField> = None;
    for case in sorted {
        if under.replace(case.distinguishing_field) != Some(case.distinguishing_field) {
            let count = cases.iter().filter(|other| other.distinguishing_field == case.distinguishing_field).count();
            let _ = write!(text, "\n# ==== Check {} ({count}) ====\n", case.distinguishing_field.description());
        }
        text += &render_entry(case);
    }
    text
}

fn render_header(job: &JobId, count: usize, name: &str) -> String {
    let (items, need) = (format_count(count, "item", "items"), if count == 1 { "needs" } else { "need" });
    format!(
        "# {items} of {job} {need} your decision. Edit this file, save it, then run:
#   draft-maker review --apply {name}
#
# choose         the number of a candidate; \"go\" to accept what was found; \"none\" to skip the item (and say why)
# other fields   remove the # before a field to correct it
# Leave an item empty to decide later.
#
# Each candidate has its number and its match score from 0 to 1. The fields in *stars* differ between the candidates.
#
# year 1991 or 1991-09-24; format CD, 2xLP, CD + DVD; condition new, like_new, very_good, good, acceptable; price 12.50

job = \"{job}\"
"
    )
}

fn render_entry(case: &ReviewCase) -> String {
    let mut lines = vec![String::new(), "[[item]]".to_owned(), format!("upc = \"{}\"", case.upc())];
    lines.push(comment_line(case.display_name().as_deref().unwrap_or("not found")));
    lines.push(comment_line(case.review_reason()));
    let question = case.question();
    // The reason above or the heading of the group often says the same.
    let is_repeated = case.review_reason().contains(question.trim_end_matches('?'))
        || question == case.distinguishing_field.description();
    if !is_repeated {
        lines.push(comment_line(&format!("check     {question}")));
    }
    lines.extend(describe_copies(case).into_iter().map(|copies| comment_line(&format!("yours     {copies}"))));
    let candidates = case.candidates();
    lines.extend(candidates.iter().enumerate().flat_map(|(index, candidate)| candidate_lines(case, index, candidate)));
    if let Some(message) = describe_previous_decision(case) {
        lines.push(comment_line(&message));
    }
    let answer = case.suggested_input();
    lines.push(format!("choose = {}", toml_string(&answer.choose)));
    for field in ReviewInput::FIELD_NAMES.into_iter().skip(1) {
        let given = answer.clone().field_mut(field).cloned().unwrap_or_default();
        let off = if given.is_empty() && !is_missing_field(case, field) { "# " } else { "" };
        lines.push(format!("{off}{field} = {}", toml_string(&given)));
    }
    lines.into_iter().map(|line| line + "\n").collect()
}

/// Describes the copies of the item as the list states them: `lines 3, 5: 2 copies, media Very Good (VG), price 12.50`.
fn describe_copies(case: &ReviewCase) -> Vec<String> {
    let describe = |group: DraftGroup| {
        let copies = format_count(group.copies, "copy", "copies");
        let copy = (!group.copy.is_empty()).then(|| group.copy.summary());
        let price = group.listed_price.as_ref().map(|price| format!("price {price}"));
        let label = Some(group.label()).filter(|_| !group.lines.is_empty());
        let stated = [Some(copies), copy, price].into_iter().flatten().collect::<Vec<_>>().join(", ");
        label.map_or(stated.clone(), |label| format!("{label}: {stated}"))
    };
    case.details.draft_groups(&CopyDescription::default()).into_iter().map(describe).collect()
}

/// Returns whether a field is missing, so that the file shows it as an empty value to fill in.
fn is_missing_field(case: &ReviewCase, field: &str) -> bool {
    let named = |missing: &str| missing.to_lowercase().replace(' ', "_") == field;
    let unknown =
        case.distinguishing_field == DistinguishingField::Unknown && ["artist", "title", "format"].contains(&field);
    unknown || case.details.missing.iter().any(|missing| named(&missing.field.to_string()))
}

/// Renders a candidate: first the distinguishing fields, marked with `*`, then the other fields, then its links.
fn candidate_lines(case: &ReviewCase, index: usize, candidate: &Match) -> Vec<String> {
    let value = |differs: bool| {
        let rows = case.rows.iter().filter(move |row| row.differs == differs);
        rows.filter_map(move |row| {
            let value = row.values.get(index)?.as_deref();
            match (value, differs) {
                (Some(value), true) => Some(format!("*{} {value}*", row.field)),
                (None, true) => Some(format!("*{} unknown*", row.field)),
                (Some(value), false) => Some(format!("{} {value}", row.field)),
                (None, false) => None,
            }
        })
    };
    let events = value(true).chain(value(false)).collect::<Vec<_>>().join(", ");
    let mut lines = vec![comment_line(&format!("{:>3}  {:.2}  {events}", index + 1, candidate.score))];
    let pages = candidate.entries.iter().filter_map(|release| release.url.as_deref());
    lines.extend(pages.take(2).map(|page| comment_line(&format!("           {page}"))));
    lines
}

/// Renders the previous decision about the same barcode, with its time and job.
fn describe_previous_decision(case: &ReviewCase) -> Option<String> {
    let earlier = case.previous.as_ref()?;
    let message = match &earlier.decision.choice {
        ReviewChoice::Skip { why } => format!("skipped: {why}"),
        ReviewChoice::Accept | ReviewChoice::Undo { .. } => "accepted".to_owned(),
        ReviewChoice::Candidate(chosen) => match case.suggested_candidate() {
            Some(number) => format!("candidate {number}, filled in below"),
            None => format!(
                "{} – {}, which is not a candidate now",
                or_unknown(chosen.artist.as_deref()),
                or_unknown(chosen.title.as_deref())
            ),
        },
    };
    let own = DecisionOrigin { job: earlier.job.clone(), at: earlier.at };
    let origin = earlier.decision.repeats.as_ref().unwrap_or(&own);
    Some(format!("You decided on {origin}: {message}"))
}

fn or_unknown(text: Option<&str>) -> &str {
    text.unwrap_or("?")
}

fn comment_line(text: &str) -> String {
    format!("# {}", strip_terminal_controls(text)).trim_end().to_owned()
}

/// Formats a TOML basic string.
fn toml_string(text: &str) -> String {
    toml::Value::String(text.to_owned()).to_string()
}
