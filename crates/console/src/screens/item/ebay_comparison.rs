//! Section that compares the draft at eBay with what Draft Maker sent, field by field. It is loaded only on request,
//! because it uses calls of the daily quota.

use ratatui::text::Span;

use super::page::DetailRow;
use crate::screen::DrawContext;
use domain::draft_diff::{DiffKind, DraftDiff, FieldDiff};
use domain::site::Site;
use domain::terminal_text::strip_terminal_controls;

/// State of the comparison.
#[derive(Clone, Debug, Default)]
pub(super) enum EbayComparison {
    #[default]
    NotRequested,
    Loading,
    Loaded(Result<Vec<DraftDiff>, String>),
}

impl EbayComparison {
    /// Returns the rows of the section. Links lead to the pages of `site`.
    pub(super) fn render_rows(&self, site: Site, draw: DrawContext<'_>) -> Vec<DetailRow> {
        match self {
            Self::NotRequested => Vec::new(),
            Self::Loading => vec![DetailRow::from_text("asking eBay …", draw.theme.muted_style())],
            Self::Loaded(Err(error)) => vec![DetailRow::from_text(error, draw.theme.error_style())],
            Self::Loaded(Ok(drafts)) => drafts.iter().flat_map(|draft| render_draft(draft, site, draw)).collect(),
        }
    }
}

fn render_draft(draft: &DraftDiff, site: Site, draw: DrawContext<'_>) -> Vec<DetailRow> {
    let compared_at = draft.compared_at.strftime("%H:%M:%S");
    let mut rows =
        vec![DetailRow::for_field("sku", &draft.sku, &format!("{}; compared at {compared_at}", draft.state), draw)];
    rows.extend(draft.offer_id.as_deref().map(|id| DetailRow::for_field("offer", id, "", draw)));
    let listing = draft.listing_id.as_deref().map(|id| format!("https://{}/itm/{id}", site.web_host()));
    rows.extend(listing.map(|page| DetailRow::for_field("live as", &page, "", draw).with_link(&page)));
    let count = |kind| draft.fields.iter().filter(|field| field.kind == kind).count();
    let (edited, differs) = (count(DiffKind::EditedRemotely), count(DiffKind::Differs));
    let message = match (edited, differs) {
        (0, 0) => "eBay has what Draft Maker sent".to_owned(),
        _ => format!("{edited} edited on eBay, {differs} differ, {} equal", count(DiffKind::Same)),
    };
    let style = if edited + differs == 0 { draw.theme.success_style() } else { draw.theme.warning_style() };
    rows.push(DetailRow::from_text(&message, style));
    // Fields that the operator should check come first.
    let (same, other): (Vec<_>, Vec<_>) = draft.fields.iter().partition(|field| field.kind == DiffKind::Same);
    rows.extend(other.into_iter().chain(same).flat_map(|field| render_field(field, draw)));
    rows
}

/// Returns one row for an equal field, such as `= title   …`, and a row for each of the two values of a different
/// field.
fn render_field(field: &FieldDiff, draw: DrawContext<'_>) -> Vec<DetailRow> {
    let text = |value: &Option<String>| {
        value.as_deref().map_or_else(|| "nothing".to_owned(), |v| strip_terminal_controls(v).into_owned())
    };
    let row = |symbol: &str, spans: Vec<Span<'static>>, value: &Option<String>| {
        let name = if symbol.is_empty() { String::new() } else { format!("{symbol} {}", field.name) };
        DetailRow::with_name(&name, spans, draw).with_copy_value(value.as_deref().unwrap_or_default())
    };
    if field.kind == DiffKind::Same {
        return vec![row("=", vec![Span::raw(text(&field.remote))], &field.remote)];
    }
    let (symbol, difference) = match field.kind {
        DiffKind::EditedRemotely => (draw.theme.glyph("✎", "*"), "edited on eBay"),
        DiffKind::Differs | DiffKind::Same => ("!", "differs"),
    };
    let muted = |text: &'static str| Span::styled(text, draw.theme.muted_style());
    let ours = vec![muted("ours  "), Span::raw(text(&field.sent))];
    let theirs = vec![
        muted("eBay  "),
        Span::styled(text(&field.remote), draw.theme.warning_style()),
        Span::styled(format!("  ({difference})"), draw.theme.muted_style()),
    ];
    vec![row(symbol, ours, &field.sent), row("", theirs, &field.remote)]
}
