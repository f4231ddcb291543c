//! The cover: where it is, how large, from whom; and why the other pictures are not it.

use super::page::Row;
use crate::pane::Look;
use domain::artwork::{Artwork, Cover};

pub(super) fn rows(artwork: Option<&Artwork>, look: Look<'_>) -> Vec<Row> {
    let Some(artwork) = artwork else { return Vec::new() };
    let mut rows = match &artwork.chosen {
        Some(cover) => vec![
            Row::field("address", &cover.url, "", look).linked(&cover.url),
            Row::field("size", &size(cover), cover.provider.as_str(), look),
        ],
        None => vec![Row::text("no picture that may be shown", look.theme.doubtful())],
    };
    let others = artwork.candidates.iter().filter(|judged| artwork.chosen.as_ref() != Some(&judged.cover));
    rows.extend(others.flat_map(|judged| {
        let why = judged.refused.as_deref().unwrap_or("would do as well");
        let other = Row::field("not taken", &judged.cover.url, judged.cover.provider.as_str(), look);
        [other.linked(&judged.cover.url), Row::field("", &format!("{}: {why}", size(&judged.cover)), "", look)]
    }));
    rows
}

fn size(cover: &Cover) -> String {
    cover.size.map_or_else(|| "size not known".to_owned(), |(width, height)| format!("{width} by {height} pixels"))
}
