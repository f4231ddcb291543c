//! Section about the cover: its URL, size and source, and why the other candidates were rejected.

use super::page::DetailRow;
use crate::screen::DrawContext;
use domain::artwork::{Artwork, Cover};

pub(super) fn render_rows(artwork: Option<&Artwork>, draw: DrawContext<'_>) -> Vec<DetailRow> {
    let Some(artwork) = artwork else { return Vec::new() };
    let mut rows = match &artwork.chosen {
        Some(cover) => vec![
            DetailRow::for_field("address", &cover.url, "", draw).with_link(&cover.url),
            DetailRow::for_field("size", &format_dimensions(cover), cover.provider.as_str(), draw),
        ],
        None => vec![DetailRow::from_text("no usable cover", draw.theme.warning_style())],
    };
    let others = artwork.candidates.iter().filter(|candidate| artwork.chosen.as_ref() != Some(&candidate.cover));
    rows.extend(others.flat_map(|candidate| {
        let reason = candidate.rejection.as_deref().unwrap_or("alternative");
        let other = DetailRow::for_field("not used", &candidate.cover.url, candidate.cover.provider.as_str(), draw);
        [
            other.with_link(&candidate.cover.url),
            DetailRow::for_field("", &format!("{}: {reason}", format_dimensions(&candidate.cover)), "", draw),
        ]
    }));
    rows
}

fn format_dimensions(cover: &Cover) -> String {
    cover.size.map_or_else(|| "size unknown".to_owned(), |(width, height)| format!("{width} by {height} pixels"))
}
