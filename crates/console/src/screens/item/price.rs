//! Section with the price: the chosen price, its rule, and the comps as a histogram and as a list. In the histogram,
//! each kind of comp has its own shade, so that they can be distinguished without color.

use domain::text::count::format_count;
use ratatui::text::Span;

use super::page::{DetailRow, NAME_COLUMN_WIDTH};
use crate::screen::DrawContext;
use domain::money::Money;
use domain::pricing::{PriceEstimate, Sample, SampleKind};
use domain::terminal_text::strip_terminal_controls;

/// Number of price ranges in the histogram.
const CHART_COLUMNS: usize = 24;
/// Maximum height of the histogram.
const MAX_CHART_LINES: usize = 5;

/// Maximum number of listed comps, and of listed excluded comps.
const MAX_LISTED_SAMPLES: usize = 40;

pub(super) fn render_rows(price_estimate: Option<&PriceEstimate>, draw: DrawContext<'_>) -> Vec<DetailRow> {
    let Some(price_estimate) = price_estimate else { return Vec::new() };
    let price = price_estimate.price.map_or_else(|| "none".to_owned(), |price| price.to_string());
    let confidence = format!("confidence {:?}", price_estimate.confidence).to_lowercase();
    let amount = price_estimate.price.map(Money::amount).unwrap_or_default();
    let mut rows = vec![
        DetailRow::for_field("price", &price, &confidence, draw).with_copy_value(&amount),
        DetailRow::for_field("rule", &price_estimate.rule, "", draw),
    ];
    rows.extend(render_chart(price_estimate, draw));
    rows.extend(price_estimate.samples.iter().take(MAX_LISTED_SAMPLES).map(|sample| render_sample(sample, None, draw)));
    let rest = price_estimate.samples.len().saturating_sub(MAX_LISTED_SAMPLES);
    let more = format!("and {}", format_count(rest, "more comp", "more comps"));
    rows.extend((rest > 0).then(|| DetailRow::from_text(&more, draw.theme.muted_style())));
    let excluded = price_estimate.excluded.iter().take(MAX_LISTED_SAMPLES);
    rows.extend(excluded.map(|excluded| render_sample(&excluded.sample, Some(&excluded.why), draw)));
    rows
}

const fn kind_symbol(kind: SampleKind, draw: DrawContext<'_>) -> &'static str {
    match kind {
        SampleKind::Sold => draw.theme.glyph("█", "#"),
        SampleKind::Suggested => draw.theme.glyph("▓", "="),
        SampleKind::Asked => draw.theme.glyph("░", ":"),
    }
}

const fn kind_label(kind: SampleKind) -> &'static str {
    match kind {
        SampleKind::Sold => "sold",
        SampleKind::Suggested => "suggested",
        SampleKind::Asked => "asked",
    }
}

/// Returns the row of a comp. `exclusion` is the reason why it does not count.
fn render_sample(sample: &Sample, exclusion: Option<&str>, draw: DrawContext<'_>) -> DetailRow {
    let name = if exclusion.is_some() {
        format!("not {}", kind_label(sample.kind))
    } else {
        kind_label(sample.kind).to_owned()
    };
    let condition = sample.condition.map(|condition| condition.to_string()).unwrap_or_default();
    let notes = [Some(condition.as_str()), Some(sample.wording.as_str()), exclusion];
    let notes = notes.into_iter().flatten().filter(|note| !note.is_empty()).collect::<Vec<_>>().join("; ");
    let text = format!("{:>12}  {notes}", sample.price.to_string());
    DetailRow::for_field(&name, &text, sample.provider.as_str(), draw).with_copy_value(&sample.price.amount())
}

/// Returns the histogram; no rows if all comps have the same price.
fn render_chart(price_estimate: &PriceEstimate, draw: DrawContext<'_>) -> Vec<DetailRow> {
    let currency = price_estimate.samples.first().map(|sample| sample.price.currency);
    let samples = price_estimate.samples.iter().filter(|sample| Some(sample.price.currency) == currency);
    let samples = samples.collect::<Vec<_>>();
    let prices = samples.iter().map(|sample| sample.price);
    let (Some(low), Some(high)) = (prices.clone().min_by_key(|p| p.minor), prices.max_by_key(|p| p.minor)) else {
        return Vec::new();
    };
    if low.minor == high.minor {
        return Vec::new();
    }
    let columns = chart_columns(&samples, low.minor, high.minor);
    let tallest = columns.iter().map(Vec::len).max().unwrap_or(1);
    let samples_per_symbol = tallest.div_ceil(MAX_CHART_LINES).max(1);
    let height = tallest.div_ceil(samples_per_symbol);
    let level = |level: usize| render_level(&columns, level * samples_per_symbol, draw);
    let mut rows = (0..height).rev().map(level).collect::<Vec<_>>();
    rows.push(render_axis(price_estimate.price.filter(|price| Some(price.currency) == currency), low, high, draw));
    rows.push(render_legend(&samples, samples_per_symbol, draw));
    rows
}

/// Returns the kinds of comps in each column, from bottom to top: sold, suggested, asked.
fn chart_columns(samples: &[&Sample], low: i64, high: i64) -> Vec<Vec<SampleKind>> {
    let mut columns = vec![Vec::new(); CHART_COLUMNS];
    for sample in samples {
        columns[column_index(sample.price.minor, low, high)].push(sample.kind);
    }
    for column in &mut columns {
        column.sort_by_key(|kind| std::cmp::Reverse(*kind));
    }
    columns
}

/// Returns the column of an amount in minor units. Amounts outside the range belong to the first or last column.
fn column_index(minor: i64, low: i64, high: i64) -> usize {
    let last = i128::try_from(CHART_COLUMNS).unwrap_or(1) - 1;
    let span = i128::from(high) - i128::from(low);
    let index = (i128::from(minor) - i128::from(low)).clamp(0, span) * last / span.max(1);
    usize::try_from(index).unwrap_or_default()
}

fn render_level(columns: &[Vec<SampleKind>], from: usize, draw: DrawContext<'_>) -> DetailRow {
    let cells = columns.iter().map(|column| column.get(from).map_or(" ", |kind| kind_symbol(*kind, draw)));
    DetailRow::new(vec![Span::raw(" ".repeat(NAME_COLUMN_WIDTH + 1)), Span::raw(cells.collect::<String>())])
}

/// Returns the axis with the range and a mark at the chosen price: `6.00 ────────▲────── 24.00`.
fn render_axis(price: Option<Money>, low: Money, high: Money, draw: DrawContext<'_>) -> DetailRow {
    let mark = draw.theme.glyph("▲", "^");
    let marked = price.map(|price| column_index(price.minor, low.minor, high.minor));
    let line = (0..CHART_COLUMNS).map(|column| if Some(column) == marked { mark } else { draw.theme.glyph("─", "-") });
    let (low, high) = (low.amount(), high.amount());
    let spans = vec![
        Span::styled(format!("{low:>NAME_COLUMN_WIDTH$} "), draw.theme.muted_style()),
        Span::styled(line.collect::<String>(), draw.theme.heading_style()),
        Span::styled(format!(" {high}"), draw.theme.muted_style()),
    ];
    DetailRow::new(spans).with_copy_value(&format!("{low} - {high}"))
}

fn render_legend(samples: &[&Sample], samples_per_symbol: usize, draw: DrawContext<'_>) -> DetailRow {
    let kinds = [SampleKind::Sold, SampleKind::Suggested, SampleKind::Asked];
    let counts = kinds.map(|kind| (kind, samples.iter().filter(|sample| sample.kind == kind).count()));
    let shown = counts.into_iter().filter(|(_, count)| *count > 0);
    let mut parts = shown
        .map(|(kind, count)| format!("{} {count} {}", kind_symbol(kind, draw), kind_label(kind)))
        .collect::<Vec<_>>();
    parts.push(format!("{} chosen", draw.theme.glyph("▲", "^")));
    parts.extend((samples_per_symbol > 1).then(|| format!("one symbol is {samples_per_symbol} comps")));
    let legend = strip_terminal_controls(&parts.join("  ")).into_owned();
    DetailRow::new(vec![Span::raw(" ".repeat(NAME_COLUMN_WIDTH + 1)), Span::styled(legend, draw.theme.muted_style())])
        .with_indent(NAME_COLUMN_WIDTH + 1)
}
