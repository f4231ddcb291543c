//! What it fetches: the price and its rule, the range, and the samples drawn. Each column is a part of the range; what
//! was sold stands as a full block, what is suggested as a half-tone and what is asked as a light one, so that they are
//! told apart without colour; the chosen price is marked below.

use ratatui::text::Span;

use super::page::{NAMES, Row};
use crate::pane::Look;
use domain::appraisal::{Appraisal, Sample, SampleKind};
use domain::money::Money;
use domain::screen::clean;

/// Columns of the drawing, and its height in lines at most.
const COLUMNS: usize = 24;
const HEIGHT: usize = 5;

/// Samples that are listed one by one.
const LISTED: usize = 40;

pub(super) fn rows(appraisal: Option<&Appraisal>, look: Look<'_>) -> Vec<Row> {
    let Some(appraisal) = appraisal else { return Vec::new() };
    let price = appraisal.price.map_or_else(|| "none".to_owned(), |price| price.to_string());
    let confidence = format!("confidence {:?}", appraisal.confidence).to_lowercase();
    let amount = appraisal.price.map(Money::amount).unwrap_or_default();
    let mut rows = vec![
        Row::field("price", &price, &confidence, look).valued(&amount),
        Row::field("rule", &appraisal.rule, "", look),
    ];
    rows.extend(drawn(appraisal, look));
    rows.extend(appraisal.samples.iter().take(LISTED).map(|sample| listed(sample, None, look)));
    let rest = appraisal.samples.len().saturating_sub(LISTED);
    rows.extend((rest > 0).then(|| Row::text(&format!("and {rest} more samples"), look.theme.faint())));
    let left_out = appraisal.left_out.iter().take(LISTED);
    rows.extend(left_out.map(|left| listed(&left.sample, Some(&left.why), look)));
    rows
}

const fn sign(kind: SampleKind, look: Look<'_>) -> &'static str {
    match kind {
        SampleKind::Sold => look.theme.pick("█", "#"),
        SampleKind::Suggested => look.theme.pick("▓", "="),
        SampleKind::Asked => look.theme.pick("░", ":"),
    }
}

const fn word(kind: SampleKind) -> &'static str {
    match kind {
        SampleKind::Sold => "sold",
        SampleKind::Suggested => "suggested",
        SampleKind::Asked => "asked",
    }
}

fn listed(sample: &Sample, left_out: Option<&str>, look: Look<'_>) -> Row {
    let name = if left_out.is_some() { format!("not {}", word(sample.kind)) } else { word(sample.kind).to_owned() };
    let condition = sample.condition.map(|condition| condition.to_string()).unwrap_or_default();
    let words = [Some(condition.as_str()), Some(sample.wording.as_str()), left_out];
    let words = words.into_iter().flatten().filter(|words| !words.is_empty()).collect::<Vec<_>>().join("; ");
    let text = format!("{:>12}  {words}", sample.price.to_string());
    Row::field(&name, &text, sample.provider.as_str(), look).valued(&sample.price.amount())
}

/// The drawing: nothing for a single price, whose range is a point.
fn drawn(appraisal: &Appraisal, look: Look<'_>) -> Vec<Row> {
    let currency = appraisal.samples.first().map(|sample| sample.price.currency);
    let samples = appraisal.samples.iter().filter(|sample| Some(sample.price.currency) == currency);
    let samples = samples.collect::<Vec<_>>();
    let prices = samples.iter().map(|sample| sample.price);
    let (Some(low), Some(high)) = (prices.clone().min_by_key(|p| p.minor), prices.max_by_key(|p| p.minor)) else {
        return Vec::new();
    };
    if low.minor == high.minor {
        return Vec::new();
    }
    let columns = columns(&samples, low.minor, high.minor);
    let tallest = columns.iter().map(Vec::len).max().unwrap_or(1);
    let each = tallest.div_ceil(HEIGHT).max(1);
    let height = tallest.div_ceil(each);
    let mut rows = (0..height).rev().map(|level| level_row(&columns, level * each, look)).collect::<Vec<_>>();
    rows.push(axis(appraisal.price.filter(|price| Some(price.currency) == currency), low, high, look));
    rows.push(legend(&samples, each, look));
    rows
}

/// The kinds of the samples of each column, what was sold lowest.
fn columns(samples: &[&Sample], low: i64, high: i64) -> Vec<Vec<SampleKind>> {
    let mut columns = vec![Vec::new(); COLUMNS];
    for sample in samples {
        columns[column(sample.price.minor, low, high)].push(sample.kind);
    }
    for column in &mut columns {
        column.sort_by_key(|kind| std::cmp::Reverse(*kind));
    }
    columns
}

/// The column of an amount; amounts beyond the range stand at its ends.
fn column(minor: i64, low: i64, high: i64) -> usize {
    let last = i128::try_from(COLUMNS).unwrap_or(1) - 1;
    let span = i128::from(high) - i128::from(low);
    let at = (i128::from(minor) - i128::from(low)).clamp(0, span) * last / span.max(1);
    usize::try_from(at).unwrap_or_default()
}

fn level_row(columns: &[Vec<SampleKind>], from: usize, look: Look<'_>) -> Row {
    let cells = columns.iter().map(|column| column.get(from).map_or(" ", |kind| sign(*kind, look)));
    Row::new(vec![Span::raw(" ".repeat(NAMES + 1)), Span::raw(cells.collect::<String>())])
}

/// `6.00 └────────▲──────┘ 24.00`: the range, and the chosen price in it.
fn axis(price: Option<Money>, low: Money, high: Money, look: Look<'_>) -> Row {
    let mark = look.theme.pick("▲", "^");
    let at = price.map(|price| column(price.minor, low.minor, high.minor));
    let line = (0..COLUMNS).map(|x| if Some(x) == at { mark } else { look.theme.pick("─", "-") });
    let (low, high) = (low.amount(), high.amount());
    let spans = vec![
        Span::styled(format!("{low:>NAMES$} "), look.theme.faint()),
        Span::styled(line.collect::<String>(), look.theme.heading()),
        Span::styled(format!(" {high}"), look.theme.faint()),
    ];
    Row::new(spans).valued(&format!("{low} - {high}"))
}

fn legend(samples: &[&Sample], each: usize, look: Look<'_>) -> Row {
    let kinds = [SampleKind::Sold, SampleKind::Suggested, SampleKind::Asked];
    let counts = kinds.map(|kind| (kind, samples.iter().filter(|sample| sample.kind == kind).count()));
    let there = counts.into_iter().filter(|(_, count)| *count > 0);
    let mut words =
        there.map(|(kind, count)| format!("{} {count} {}", sign(kind, look), word(kind))).collect::<Vec<_>>();
    words.push(format!("{} chosen", look.theme.pick("▲", "^")));
    words.extend((each > 1).then(|| format!("a sign is {each} samples")));
    let words = clean(&words.join("  ")).into_owned();
    Row::new(vec![Span::raw(" ".repeat(NAMES + 1)), Span::styled(words, look.theme.faint())]).set_in(NAMES + 1)
}
