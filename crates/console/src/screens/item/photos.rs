//! Section with the seller's own photos of the item.

use super::page::DetailRow;
use crate::item_photos::ItemPhoto;
use crate::screen::DrawContext;

pub(super) fn render_rows(photos: Option<&Result<Vec<ItemPhoto>, String>>, draw: DrawContext<'_>) -> Vec<DetailRow> {
    let photos = match photos {
        None => return Vec::new(),
        Some(Err(error)) => return vec![DetailRow::from_text(error, draw.theme.error_style())],
        Some(Ok(photos)) if photos.is_empty() => {
            let text = "none: edit the item to add them, or use `draft-maker photos`";
            return vec![DetailRow::from_text(text, draw.theme.muted_style())];
        }
        Some(Ok(photos)) => photos,
    };
    let row = |(index, photo): (usize, &ItemPhoto)| {
        let source = format!("{} of {}", index + 1, photos.len());
        DetailRow::for_field("photo", &photo.name, &source, draw).with_link(&photo.address)
    };
    photos.iter().enumerate().map(row).collect()
}
