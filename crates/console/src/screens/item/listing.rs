//! Section with the listing as buyers will see it, and the missing fields.

use super::html_to_text;
use super::page::DetailRow;
use crate::backend::ListingPreview;
use crate::screen::DrawContext;
use domain::item_details::ItemDetails;
use domain::listing::{Listing, MissingField};

pub(super) fn render_rows(
    details: &ItemDetails,
    composed: Option<&Result<ListingPreview, String>>,
    draw: DrawContext<'_>,
) -> Vec<DetailRow> {
    let mut rows = details.missing.iter().map(|field| render_missing(field, draw)).collect::<Vec<_>>();
    match composed {
        Some(Ok(ListingPreview::Ready(listing))) => rows.extend(render_listing(listing, draw)),
        Some(Ok(ListingPreview::Missing(fields))) => {
            let new = fields.iter().filter(|field| !details.missing.contains(field));
            rows.extend(new.map(|field| render_missing(field, draw)));
        }
        Some(Ok(ListingPreview::Incomplete)) | None => {}
        Some(Err(error)) => rows.push(DetailRow::from_text(error, draw.theme.error_style())),
    }
    rows
}

fn render_missing(field: &MissingField, draw: DrawContext<'_>) -> DetailRow {
    DetailRow::for_field("missing", &field.to_string(), "", draw).with_style(draw.theme.warning_style())
}

fn render_listing(listing: &Listing, draw: DrawContext<'_>) -> Vec<DetailRow> {
    let length = listing.title().encode_utf16().count();
    let condition = listing.condition().map_or_else(|| "not stated".to_owned(), |condition| condition.to_string());
    let mut rows = vec![
        DetailRow::for_field("title", listing.title(), &format!("{length} of {}", Listing::MAX_TITLE_UNITS), draw),
        DetailRow::for_field("sku", listing.sku().as_str(), "", draw),
        DetailRow::for_field("price", &listing.price().to_string(), &format!("quantity {}", listing.quantity()), draw)
            .with_copy_value(&listing.price().amount()),
        DetailRow::for_field("condition", &condition, "", draw),
        DetailRow::for_field("category", listing.category(), &listing.category_id().to_string(), draw),
    ];
    rows.extend(
        listing.aspects().iter().map(|aspect| DetailRow::for_field(&aspect.name, &aspect.values.join(", "), "", draw)),
    );
    rows.extend(listing.images().iter().map(|image| DetailRow::for_field("picture", image, "", draw).with_link(image)));
    rows.extend(
        listing
            .notes()
            .iter()
            .map(|note| DetailRow::for_field("to do", note, "", draw).with_style(draw.theme.warning_style())),
    );
    let text = html_to_text::html_to_lines(listing.description());
    rows.extend(text.iter().enumerate().map(|(index, line)| {
        let name = if index == 0 { "description" } else { "" };
        DetailRow::for_field(name, line, "", draw)
    }));
    rows
}
