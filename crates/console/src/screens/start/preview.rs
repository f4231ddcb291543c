//! The preview of a job as text: its list, what prevents its start, its duration, its data sources and its drafts.

use ratatui::style::Style;
use ratatui::text::{Line, Span};

use super::{PreviewState, StartScreen, widgets};
use crate::screen::DrawContext;
use domain::batch_estimate::{BatchEstimate, ProviderInfo};
use domain::list_preview::{ListPreview, ReadProgress};
use domain::terminal_text::strip_terminal_controls;
use domain::text::count::format_count;

/// Maximum number of rejected lines that are shown as examples.
const MAX_SHOWN_REJECTED_LINES: usize = 3;

/// Maximum number of earlier drafts that are shown as examples.
const MAX_SHOWN_PREVIOUS_DRAFTS: usize = 3;

/// Maximum number of UPCs that are shown, which is enough to recognize the list.
const MAX_SHOWN_FIRST_UPCS: usize = 4;

/// Heading while there is no estimate for the options.
const PREPARING: &str = "preparing the preview …";

/// Width of a field's label in cells.
const LABEL_WIDTH: usize = 8;

/// Minimum width at which the labels have their own column.
const LABEL_COLUMN_MIN_WIDTH: usize = 60;

/// The lines of the preview while they are composed.
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

    /// Adds a field with a label.
    fn push_field(&mut self, label: &str, text: &str, style: Style) {
        if self.width < LABEL_COLUMN_MIN_WIDTH {
            let text = if label.is_empty() { text.to_owned() } else { format!("{label}: {text}") };
            return self.push_text(&text, style);
        }
        for (number, line) in
            widgets::wrap_text(&strip_terminal_controls(text), self.width - LABEL_WIDTH).into_iter().enumerate()
        {
            let label_cells = format!("{:LABEL_WIDTH$}", if number == 0 { label } else { "" });
            self.lines.push(Line::from(vec![
                Span::styled(label_cells, self.context.theme.muted_style()),
                Span::styled(line, style),
            ]));
        }
    }
}

impl StartScreen {
    /// Returns the preview as lines of `width` cells.
    pub(super) fn render_preview(&self, width: usize, draw: DrawContext<'_>) -> Vec<Line<'static>> {
        let mut page = PreviewText { lines: Vec::new(), width: width.max(1), context: draw };
        let preview = match &self.preview {
            PreviewState::InProgress(progress) => {
                page.push_text(
                    &progress.map_or("reading the list …".to_owned(), describe_progress),
                    draw.theme.heading_style(),
                );
                page.push_text("Esc stops it.", draw.theme.muted_style());
                return page.lines;
            }
            PreviewState::Stopped => {
                page.push_text("Reading was stopped; press r to read the list again.", draw.theme.warning_style());
                return page.lines;
            }
            PreviewState::Done(Err(error)) => {
                page.push_text(error, draw.theme.error_style());
                return page.lines;
            }
            PreviewState::Done(Ok(preview)) => preview,
        };
        if preview.has_excess_copies {
            page.push_text(&self.excess_question(preview), draw.theme.warning_style());
        }
        match &self.estimate {
            _ if self.is_estimate_outdated => page.push_text(PREPARING, draw.theme.heading_style()),
            None => page.push_text(PREPARING, draw.theme.heading_style()),
            Some(Err(error)) => page.push_text(error, draw.theme.error_style()),
            Some(Ok(estimate)) => {
                page.push_text(&estimate.summary(), draw.theme.heading_style());
                push_problems(&mut page, estimate, self.was_refused);
            }
        }
        push_essentials(&mut page, preview, self.loaded_estimate());
        push_details(&mut page, preview, self.loaded_estimate());
        page.lines
    }

    /// Asks whether such a large number of copies is right, and says how to answer.
    fn excess_question(&self, preview: &ListPreview) -> String {
        let (copies, rows) = (preview.reading.copies, preview.reading.rows);
        let column = preview.reading.quantity_column.as_deref().unwrap_or("repeated lines");
        if self.options.list.accept_quantities {
            format!("{copies} copies in {rows} rows (from {column}): press again to confirm.")
        } else {
            format!(
                "{copies} copies in {rows} rows (from {column}). Are these the quantities? You are asked again before the start."
            )
        }
    }
}

/// Describes the progress: `reading the list: 43%, 430000 lines so far`.
fn describe_progress(progress: ReadProgress) -> String {
    let percent = progress.percent_done().map_or(String::new(), |percent| format!(" {percent}%,"));
    match progress {
        ReadProgress::ReadingList { lines, .. } => format!("reading the list:{percent} {lines} lines so far"),
        ReadProgress::CheckingDrafts { items, total } => {
            format!("checking for earlier drafts:{percent} {items} of {total} items")
        }
    }
}

/// Adds what prevents the job from starting, and the quotas that are too small for it.
fn push_problems(page: &mut PreviewText<'_>, estimate: &BatchEstimate, was_refused: bool) {
    let (error, warning) = (page.context.theme.error_style(), page.context.theme.warning_style());
    if was_refused && !estimate.blockers.is_empty() {
        page.push_text("The batch was not started. Fix this first, then press the key again:", error);
    }
    for blocker in &estimate.blockers {
        page.push_text(&format!("Drafts cannot be created there yet: {blocker}."), error);
    }
    if let Some(conflicting) = &estimate.conflicting_job {
        page.push_text(&format!("{}.", conflicting.summary()), warning);
    }
    for quota in estimate.insufficient_quotas() {
        page.push_text(&format!("eBay {}.", quota.summary()), warning);
    }
}

/// Adds the size of the list, duration, queue position, quotas, data sources, price rule and destination.
fn push_essentials(page: &mut PreviewText<'_>, preview: &ListPreview, estimate: Option<&BatchEstimate>) {
    let plain = Style::new();
    page.push_field("list", &summarize_counts(preview), plain);
    if !preview.reading.format.is_empty() {
        page.push_field("read", &preview.reading.to_string(), plain);
    }
    if let Some(catalog) = preview.catalog.and_then(|catalog| catalog.summary()) {
        page.push_field("catalog", &catalog, plain);
    }
    let Some(estimate) = estimate else { return };
    match &estimate.time_estimate {
        Some(time) => {
            let others = time.summary_with_others().map_or(String::new(), |text| format!("; {text}"));
            page.push_field("time", &format!("{}{others}", time.summary()), plain);
        }
        None => page.push_field("time", "not limited by any service", plain),
    }
    page.push_field("queue", &estimate.queue_position.summary(), plain);
    for quota in estimate.quotas.iter().filter(|quota| quota.is_sufficient()) {
        page.push_field("eBay", &quota.summary(), plain);
    }
    let sources = estimate.providers.iter().map(ProviderInfo::summary).collect::<Vec<_>>().join(", ");
    page.push_field("sources", &sources, plain);
    page.push_field("price", &estimate.price_rule, plain);
    page.push_field("drafts", &estimate.sink_description, plain);
}

/// Adds examples of rejected lines, earlier drafts and UPCs, and the advice of the estimate.
fn push_details(page: &mut PreviewText<'_>, preview: &ListPreview, estimate: Option<&BatchEstimate>) {
    let (warning, muted) = (page.context.theme.warning_style(), page.context.theme.muted_style());
    for (number, rejected) in preview.first_rejected.iter().take(MAX_SHOWN_REJECTED_LINES).enumerate() {
        let label = if number == 0 { "skipped" } else { "" };
        let text = format!("line {}: \"{}\": {}", rejected.line, rejected.text, rejected.reason);
        page.push_field(label, &text, warning);
    }
    for (number, draft) in preview.latest_drafts.iter().take(MAX_SHOWN_PREVIOUS_DRAFTS).enumerate() {
        let label = if number == 0 { "earlier" } else { "" };
        let age = widgets::format_age(Some(draft.at), page.context.now);
        page.push_field(label, &format!("{} drafted {age} ago in {}", draft.upc, draft.job_id), muted);
    }
    let first =
        preview.first_upcs.iter().take(MAX_SHOWN_FIRST_UPCS).map(ToString::to_string).collect::<Vec<_>>().join(", ");
    page.push_field("first", &first, muted);
    for advice in estimate.map(|estimate| &estimate.advice).into_iter().flatten() {
        page.push_field("advice", advice, muted);
    }
}

/// Summarizes the list: `83 UPCs, 87 copies, 2 lines skipped, 12 drafted before`.
fn summarize_counts(preview: &ListPreview) -> String {
    let lines = if preview.rejected == 1 { "line skipped" } else { "lines skipped" };
    let copies = if preview.repeats > 0 { preview.items + preview.repeats } else { 0 };
    let parts = [(copies, "copies"), (preview.rejected, lines), (preview.previously_drafted, "drafted before")];
    let counts = parts.into_iter().filter(|(count, _)| *count > 0).map(|(count, label)| format!(", {count} {label}"));
    format!("{}{}", format_count(preview.items, "UPC", "UPCs"), counts.collect::<String>())
}
