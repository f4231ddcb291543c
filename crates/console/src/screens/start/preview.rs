//! What is known before a batch begins, in lines.

use ratatui::style::Style;
use ratatui::text::{Line, Span};

use super::{PreviewState, StartScreen, widgets};
use crate::screen::DrawContext;
use domain::batch_estimate::{BatchEstimate, ProviderInfo};
use domain::list_preview::{ListPreview, ReadProgress};
use domain::terminal_text::strip_terminal_controls;

/// Lines of the list that were not taken, as far as they are shown.
const MAX_SHOWN_REJECTED_LINES: usize = 3;

/// Drafts that there are already, as far as they are shown.
const MAX_SHOWN_PREVIOUS_DRAFTS: usize = 3;

/// UPCs of the list: enough to see that it is the right one.
const MAX_SHOWN_FIRST_UPCS: usize = 4;

/// Cells of the word before a fact.
const LABEL_WIDTH: usize = 8;

/// From this width on the words stand in a column of their own.
const LABEL_COLUMN_MIN_WIDTH: usize = 60;

/// The lines, as they are put down one after the other.
struct PreviewText<'a> {
    lines: Vec<Line<'static>>,
    width: usize,
    context: DrawContext<'a>,
}

impl PreviewText<'_> {
    fn push_text(&mut self, text: &str, style: Style) {
        self.lines.extend(
            widgets::wrap_text(&strip_terminal_controls(text), self.width)
                .into_iter()
                .map(|line| Line::styled(line, style)),
        );
    }

    /// A fact with its word before it.
    fn push_field(&mut self, word: &str, text: &str, style: Style) {
        if self.width < LABEL_COLUMN_MIN_WIDTH {
            let text = if word.is_empty() { text.to_owned() } else { format!("{word}: {text}") };
            return self.push_text(&text, style);
        }
        for (number, line) in
            widgets::wrap_text(&strip_terminal_controls(text), self.width - LABEL_WIDTH).into_iter().enumerate()
        {
            let before = format!("{:LABEL_WIDTH$}", if number == 0 { word } else { "" });
            self.lines.push(Line::from(vec![
                Span::styled(before, self.context.theme.muted_style()),
                Span::styled(line, style),
            ]));
        }
    }
}

impl StartScreen {
    pub(super) fn render_preview(&self, width: usize, draw: DrawContext<'_>) -> Vec<Line<'static>> {
        let mut page = PreviewText { lines: Vec::new(), width: width.max(1), context: draw };
        let preview = match &self.preview {
            PreviewState::InProgress(so_far) => {
                page.push_text(
                    &so_far.map_or("reading the list …".to_owned(), describe_progress),
                    draw.theme.heading_style(),
                );
                page.push_text("Esc stops it.", draw.theme.muted_style());
                return page.lines;
            }
            PreviewState::Stopped => {
                page.push_text("The list was not read to its end; r reads it again.", draw.theme.warning_style());
                return page.lines;
            }
            PreviewState::Done(Err(why)) => {
                page.push_text(why, draw.theme.error_style());
                return page.lines;
            }
            PreviewState::Done(Ok(preview)) => preview,
        };
        match &self.estimate {
            None => page.push_text("looking what a batch would do …", draw.theme.heading_style()),
            Some(Err(why)) => page.push_text(why, draw.theme.error_style()),
            Some(Ok(known)) => {
                page.push_text(&known.summary(), draw.theme.heading_style());
                push_objections(&mut page, known);
            }
        }
        push_essentials(&mut page, preview, self.loaded_estimate());
        push_details(&mut page, preview, self.loaded_estimate());
        page.lines
    }
}

/// `reading the list: 43%, 430000 lines so far`
fn describe_progress(so_far: ReadProgress) -> String {
    let percent = so_far.percent_done().map_or(String::new(), |percent| format!(" {percent}%,"));
    match so_far {
        ReadProgress::ReadingList { lines, .. } => format!("reading the list:{percent} {lines} lines so far"),
        ReadProgress::CheckingDrafts { items, total: of } => {
            format!("looking which were drafted before:{percent} {items} of {of} items")
        }
    }
}

/// What keeps the batch from beginning, or from ending today.
fn push_objections(page: &mut PreviewText<'_>, known: &BatchEstimate) {
    let (bad, doubtful) = (page.context.theme.error_style(), page.context.theme.warning_style());
    for message in &known.blockers {
        page.push_text(&format!("Drafts cannot go there yet: {message}."), bad);
    }
    if let Some(under_way) = &known.conflicting_job {
        page.push_text(&format!("{}.", under_way.summary()), doubtful);
    }
    for quota in known.insufficient_quotas() {
        page.push_text(&format!("eBay {}.", quota.summary()), doubtful);
    }
}

/// What one looks for first: how much, how long, when.
fn push_essentials(page: &mut PreviewText<'_>, preview: &ListPreview, known: Option<&BatchEstimate>) {
    let plain = Style::new();
    page.push_field("list", &summarize_counts(preview), plain);
    let Some(known) = known else { return };
    match &known.time_estimate {
        Some(time) => {
            let others = time.summary_with_others().map_or(String::new(), |message| format!("; {message}"));
            page.push_field("time", &format!("{}{others}", time.summary()), plain);
        }
        None => page.push_field("time", "no service has a limit that holds it up", plain),
    }
    page.push_field("turn", &known.queue_position.summary(), plain);
    for quota in known.quotas.iter().filter(|quota| quota.is_sufficient()) {
        page.push_field("eBay", &quota.summary(), plain);
    }
    let asked = known.providers.iter().map(ProviderInfo::summary).collect::<Vec<_>>().join(", ");
    page.push_field("asked", &asked, plain);
    page.push_field("price", &known.price_rule, plain);
    page.push_field("drafts", &known.sink_description, plain);
}

/// And what stands behind it.
fn push_details(page: &mut PreviewText<'_>, preview: &ListPreview, known: Option<&BatchEstimate>) {
    let (doubtful, faint) = (page.context.theme.warning_style(), page.context.theme.muted_style());
    for (number, bad) in preview.first_rejected.iter().take(MAX_SHOWN_REJECTED_LINES).enumerate() {
        let word = if number == 0 { "refused" } else { "" };
        page.push_field(word, &format!("line {}: \"{}\": {}", bad.line, bad.text, bad.reason), doubtful);
    }
    for (number, draft) in preview.latest_drafts.iter().take(MAX_SHOWN_PREVIOUS_DRAFTS).enumerate() {
        let (word, age) =
            (if number == 0 { "before" } else { "" }, widgets::format_age(Some(draft.at), page.context.now));
        page.push_field(word, &format!("{} drafted {age} ago in {}", draft.upc, draft.job_id), faint);
    }
    let first =
        preview.first_upcs.iter().take(MAX_SHOWN_FIRST_UPCS).map(ToString::to_string).collect::<Vec<_>>().join(", ");
    page.push_field("first", &first, faint);
    for message in known.map(|known| &known.advice).into_iter().flatten() {
        page.push_field("advice", message, faint);
    }
}

/// `83 UPCs, 4 repeated, 2 lines refused, 12 drafted before`
fn summarize_counts(preview: &ListPreview) -> String {
    let lines = if preview.rejected == 1 { "line refused" } else { "lines refused" };
    let parts =
        [(preview.repeats, "repeated"), (preview.rejected, lines), (preview.previously_drafted, "drafted before")];
    let known = parts.into_iter().filter(|(count, _)| *count > 0).map(|(count, what)| format!(", {count} {what}"));
    format!("{} UPCs{}", preview.items, known.collect::<String>())
}
