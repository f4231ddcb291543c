//! What we sent and what eBay says it holds, field by field. Asked for by a key, since it costs calls of the day's.

use ratatui::text::Span;

use super::page::DetailRow;
use crate::screen::DrawContext;
use domain::draft_diff::{DiffKind, DraftDiff, FieldDiff};
use domain::terminal_text::{fit_to_width, strip_terminal_controls};

/// Cells of the names of fields, which are eBay's.
const EBAY_NAME_WIDTH: usize = 18;

/// The comparison, from nobody having asked to its answer.
#[derive(Clone, Debug, Default)]
pub(super) enum EbayComparison {
    #[default]
    NotRequested,
    Loading,
    Loaded(Result<Vec<DraftDiff>, String>),
}

impl EbayComparison {
    pub(super) fn render_rows(&self, draw: DrawContext<'_>) -> Vec<DetailRow> {
        match self {
            Self::NotRequested => Vec::new(),
            Self::Loading => vec![DetailRow::from_text("asking eBay …", draw.theme.muted_style())],
            Self::Loaded(Err(why)) => vec![DetailRow::from_text(why, draw.theme.error_style())],
            Self::Loaded(Ok(all)) => all.iter().flat_map(|one| render_draft(one, draw)).collect(),
        }
    }
}

fn render_draft(one: &DraftDiff, draw: DrawContext<'_>) -> Vec<DetailRow> {
    let asked = one.compared_at.strftime("%H:%M:%S");
    let mut rows = vec![DetailRow::for_field("sku", &one.sku, &format!("{}; asked at {asked}", one.state), draw)];
    rows.extend(one.offer_id.as_deref().map(|id| DetailRow::for_field("offer", id, "", draw)));
    let listing = one.listing_id.as_deref().map(|id| format!("https://www.ebay.com/itm/{id}"));
    rows.extend(listing.map(|page| DetailRow::for_field("live as", &page, "", draw).with_link(&page)));
    let count = |likeness| one.fields.iter().filter(|field| field.kind == likeness).count();
    let (edited, differs) = (count(DiffKind::EditedRemotely), count(DiffKind::Differs));
    let message = match (edited, differs) {
        (0, 0) => "eBay holds what we sent".to_owned(),
        _ => format!("{edited} edited by a person since, {differs} differ, {} are the same", count(DiffKind::Same)),
    };
    let style = if edited + differs == 0 { draw.theme.success_style() } else { draw.theme.warning_style() };
    rows.push(DetailRow::from_text(&message, style));
    // What is to be looked at comes first.
    let (same, other): (Vec<_>, Vec<_>) = one.fields.iter().partition(|field| field.kind == DiffKind::Same);
    rows.extend(other.into_iter().chain(same).flat_map(|field| render_field(field, draw)));
    rows
}

/// `= title   …`, or both values below each other.
fn render_field(field: &FieldDiff, draw: DrawContext<'_>) -> Vec<DetailRow> {
    let name = |sign: &str| {
        Span::styled(
            format!("{sign} {} ", fit_to_width(&strip_terminal_controls(&field.name), EBAY_NAME_WIDTH)),
            draw.theme.muted_style(),
        )
    };
    let text = |value: &Option<String>| {
        value.as_deref().map_or_else(|| "nothing".to_owned(), |v| strip_terminal_controls(v).into_owned())
    };
    let valued = |row: DetailRow, value: &Option<String>| {
        row.with_indent(EBAY_NAME_WIDTH + 3).with_copy_value(value.as_deref().unwrap_or_default())
    };
    if field.kind == DiffKind::Same {
        return vec![valued(DetailRow::new(vec![name("="), Span::raw(text(&field.remote))]), &field.remote)];
    }
    let (sign, message) = match field.kind {
        DiffKind::EditedRemotely => (draw.theme.glyph("✎", "*"), "edited since"),
        DiffKind::Differs | DiffKind::Same => ("!", "differs"),
    };
    let below = Span::raw(" ".repeat(EBAY_NAME_WIDTH + 3));
    let faint = |message: &'static str| Span::styled(message, draw.theme.muted_style());
    let ours = vec![name(sign), faint("ours  "), Span::raw(text(&field.sent))];
    let theirs = vec![
        below,
        faint("eBay  "),
        Span::styled(text(&field.remote), draw.theme.warning_style()),
        Span::styled(format!("  ({message})"), draw.theme.muted_style()),
    ];
    vec![valued(DetailRow::new(ours), &field.sent), valued(DetailRow::new(theirs), &field.remote)]
}
