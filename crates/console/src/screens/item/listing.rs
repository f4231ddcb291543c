//! The listing as its buyer will read it, and what it lacks.

use super::page::Row;
use super::plain;
use crate::operations::Composed;
use crate::pane::Look;
use domain::dossier::Dossier;
use domain::listing::{Listing, Missing};

/// EBay's limit for a title, in UTF-16 units.
const LONGEST_TITLE: usize = 80;

pub(super) fn rows(dossier: &Dossier, composed: Option<&Result<Composed, String>>, look: Look<'_>) -> Vec<Row> {
    let mut rows = dossier.missing.iter().map(|lack| missing(lack, look)).collect::<Vec<_>>();
    match composed {
        Some(Ok(Composed::Listing(listing))) => rows.extend(read(listing, look)),
        Some(Ok(Composed::Lacking(lacks))) => {
            let new = lacks.iter().filter(|lack| !dossier.missing.contains(lack));
            rows.extend(new.map(|lack| missing(lack, look)));
        }
        Some(Ok(Composed::NotYet)) | None => {}
        Some(Err(why)) => rows.push(Row::text(why, look.theme.bad())),
    }
    rows
}

fn missing(lack: &Missing, look: Look<'_>) -> Row {
    Row::field("missing", &lack.to_string(), "", look).styled(look.theme.doubtful())
}

fn read(listing: &Listing, look: Look<'_>) -> Vec<Row> {
    let length = listing.title().encode_utf16().count();
    let condition = listing.condition().map_or_else(|| "not stated".to_owned(), |condition| condition.to_string());
    let mut rows = vec![
        Row::field("title", listing.title(), &format!("{length} of {LONGEST_TITLE}"), look),
        Row::field("price", &listing.price().to_string(), &format!("quantity {}", listing.quantity()), look)
            .valued(&listing.price().amount()),
        Row::field("condition", &condition, "", look),
        Row::field("category", listing.category(), &listing.category_id().to_string(), look),
    ];
    rows.extend(listing.aspects().iter().map(|aspect| Row::field(&aspect.name, &aspect.values.join(", "), "", look)));
    rows.extend(listing.images().iter().map(|image| Row::field("picture", image, "", look).linked(image)));
    rows.extend(listing.notes().iter().map(|note| Row::field("to do", note, "", look).styled(look.theme.doubtful())));
    let text = plain::lines(listing.description());
    rows.extend(text.iter().enumerate().map(|(at, line)| {
        let name = if at == 0 { "description" } else { "" };
        Row::field(name, line, "", look)
    }));
    rows
}
