//! The options of a job that can be changed before it starts, one per row.

use crate::backend::StartOptions;
use domain::batch_estimate::{BatchEstimate, BatchPlan};
use domain::condition::Condition;
use domain::job_spec::Copies;
use domain::list_options::ListOptions;
use domain::list_reading::ListReading;
use domain::sink::SinkKind;
use domain::terminal_text::strip_terminal_controls;

/// Number of rows.
pub(super) const OPTION_COUNT: usize = 8;

/// Rows for the columns with barcodes and quantities.
const BARCODE_ROW: usize = 6;
const QUANTITY_ROW: usize = 7;

/// Selects the next column of the list in a row for columns. Returns true if the row is one and the list has columns.
pub(super) fn cycle_column(list: &mut ListOptions, row: usize, columns: &[String]) -> bool {
    let none = ListOptions::NO_QUANTITIES.to_owned();
    let (chosen, choices) = match row {
        BARCODE_ROW => (&mut list.barcode_column, columns.to_vec()),
        QUANTITY_ROW => (&mut list.quantity_column, [&[none], columns].concat()),
        _ => return false,
    };
    if columns.is_empty() {
        return false;
    }
    let next = match chosen {
        None => 0,
        Some(current) => choices.iter().position(|choice| choice == current).map_or(choices.len(), |at| at + 1),
    };
    *chosen = choices.get(next).cloned();
    true
}

/// Changes the option of a row to its next value. `estimate` tells the current value of an option that is not set.
pub(super) fn cycle_option(options: &mut StartOptions, row: usize, estimate: Option<&BatchEstimate>) {
    let plan = estimate.map(|estimate| &estimate.plan);
    match row {
        0 => {
            let current = options.sink.or(plan.map(|plan| plan.sink));
            let index = current.and_then(|current| SinkKind::SELECTABLE.iter().position(|sink| *sink == current));
            let next = index.map_or(0, |index| (index + 1) % SinkKind::SELECTABLE.len());
            options.sink = Some(SinkKind::SELECTABLE[next]);
        }
        1 => {
            let current = options.copies.or(plan.map(|plan| plan.copies)).unwrap_or_default();
            options.copies = Some(if current == Copies::Together { Copies::Separate } else { Copies::Together });
        }
        2 => options.condition = next_condition(options.condition),
        3 => options.test_mode = !options.test_mode,
        4 => options.create_drafts = !options.create_drafts,
        5 => options.review_all = !options.review_all,
        _ => {}
    }
}

/// Returns the condition after `current`. The last one is followed by `None`, the condition from the settings.
fn next_condition(current: Option<Condition>) -> Option<Condition> {
    let all = Condition::ALL;
    let next = current
        .map_or(0, |current| all.iter().position(|condition| *condition == current).map_or(0, |index| index + 1));
    all.get(next).copied()
}

/// Returns the text of each row. An option that is not set shows the value of the plan, marked `(from settings)`.
pub(super) fn option_rows(
    options: &StartOptions,
    plan: Option<&BatchPlan>,
    reading: Option<&ListReading>,
) -> Vec<String> {
    let configured =
        |text: Option<String>| text.map_or("from settings".to_owned(), |text| format!("{text} (from settings)"));
    let planned_sink = plan.map(|plan| plan.sink.to_string());
    let sink = options.sink.map_or_else(|| configured(planned_sink), |sink| sink.to_string());
    let copies = options.copies.map_or_else(|| configured(plan.map(|plan| copies_label(plan.copies))), copies_label);
    let planned_condition =
        plan.map(|plan| plan.condition.map_or("none".to_owned(), |condition| condition.to_string()));
    let condition = options.condition.map_or_else(|| configured(planned_condition), |condition| condition.to_string());
    vec![
        format!("    destination: {sink}"),
        format!("    copies: {copies}"),
        format!("    condition: {condition}"),
        format!("{} dry run: create no drafts", format_checkbox(options.test_mode, plan.map(|plan| plan.test_mode))),
        format!("{} create drafts", format_checkbox(options.create_drafts, plan.map(|plan| plan.create_drafts))),
        format!(
            "{} review: you approve each item before its draft",
            format_checkbox(options.review_all, plan.map(|plan| plan.review))
        ),
        format!("    barcode column: {}", barcode_label(options, reading)),
        format!("    quantity column: {}", quantity_label(options, reading)),
    ]
}

fn barcode_label(options: &StartOptions, reading: Option<&ListReading>) -> String {
    if let Some(column) = &options.list.barcode_column {
        return strip_terminal_controls(column).into_owned();
    }
    match reading.map(|reading| reading.barcode_columns.as_slice()) {
        None => "detected".to_owned(),
        Some([]) => "none: each line is searched (detected)".to_owned(),
        Some(columns) => format!("{} (detected)", strip_terminal_controls(&columns.join(" or "))),
    }
}

fn quantity_label(options: &StartOptions, reading: Option<&ListReading>) -> String {
    if let Some(column) = &options.list.quantity_column {
        return strip_terminal_controls(column).into_owned();
    }
    match reading.map(|reading| reading.quantity_column.as_deref().unwrap_or("none")) {
        None => "detected".to_owned(),
        Some(column) => format!("{} (detected)", strip_terminal_controls(column)),
    }
}

fn copies_label(copies: Copies) -> String {
    match copies {
        Copies::Together => "one draft for all copies".to_owned(),
        Copies::Separate => "one draft for each copy".to_owned(),
    }
}

/// Returns a check box. If the settings override the option, it shows the value of the plan.
fn format_checkbox(requested: bool, planned: Option<bool>) -> String {
    match planned {
        Some(planned) if planned != requested => format!("[{}] (from settings)", if planned { "x" } else { " " }),
        _ => format!("[{}]", if requested { "x" } else { " " }),
    }
}
