//! Section with the seller's own photos of the item.

use super::page::DetailRow;
use crate::screen::DrawContext;

pub(super) fn render_rows(photos: Option<&Result<Vec<String>, String>>, draw: DrawContext<'_>) -> Vec<DetailRow> {
    let addresses = match photos {
        None => return Vec::new(),
        Some(Err(error)) => return vec![DetailRow::from_text(error, draw.theme.error_style())],
        Some(Ok(addresses)) if addresses.is_empty() => {
            return vec![DetailRow::from_text("none: `draft-maker photos` adds them", draw.theme.muted_style())];
        }
        Some(Ok(addresses)) => addresses,
    };
    let row = |(index, address): (usize, &String)| {
        let source = format!("{} of {}", index + 1, addresses.len());
        DetailRow::for_field("photo", address, &source, draw).with_link(address)
    };
    addresses.iter().enumerate().map(row).collect()
}
