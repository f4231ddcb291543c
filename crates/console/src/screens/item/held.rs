//! What we sent and what eBay says it holds, field by field. Asked for by a key, since it costs calls of the day's.

use ratatui::text::Span;

use super::page::Row;
use crate::pane::Look;
use domain::comparison::{Compared, Field, Likeness};
use domain::screen::{clean, fit};

/// Cells of the names of fields, which are eBay's.
const WIDE: usize = 18;

/// The comparison, from nobody having asked to its answer.
#[derive(Clone, Debug, Default)]
pub(super) enum Held {
    #[default]
    NotAsked,
    Asked,
    Answered(Result<Vec<Compared>, String>),
}

impl Held {
    pub(super) fn rows(&self, look: Look<'_>) -> Vec<Row> {
        match self {
            Self::NotAsked => Vec::new(),
            Self::Asked => vec![Row::text("asking eBay …", look.theme.faint())],
            Self::Answered(Err(why)) => vec![Row::text(why, look.theme.bad())],
            Self::Answered(Ok(all)) => all.iter().flat_map(|one| draft(one, look)).collect(),
        }
    }
}

fn draft(one: &Compared, look: Look<'_>) -> Vec<Row> {
    let asked = one.at.strftime("%H:%M:%S");
    let mut rows = vec![Row::field("sku", &one.sku, &format!("{}; asked at {asked}", one.state), look)];
    rows.extend(one.offer_id.as_deref().map(|id| Row::field("offer", id, "", look)));
    let listing = one.listing_id.as_deref().map(|id| format!("https://www.ebay.com/itm/{id}"));
    rows.extend(listing.map(|page| Row::field("live as", &page, "", look).linked(&page)));
    let count = |likeness| one.fields.iter().filter(|field| field.is == likeness).count();
    let (edited, differs) = (count(Likeness::Edited), count(Likeness::Differs));
    let words = match (edited, differs) {
        (0, 0) => "eBay holds what we sent".to_owned(),
        _ => format!("{edited} edited by a person since, {differs} differ, {} are the same", count(Likeness::Same)),
    };
    let style = if edited + differs == 0 { look.theme.good() } else { look.theme.doubtful() };
    rows.push(Row::text(&words, style));
    // What is to be looked at comes first.
    let (same, other): (Vec<_>, Vec<_>) = one.fields.iter().partition(|field| field.is == Likeness::Same);
    rows.extend(other.into_iter().chain(same).flat_map(|field| compared(field, look)));
    rows
}

/// `= title   …`, or both values below each other.
fn compared(field: &Field, look: Look<'_>) -> Vec<Row> {
    let name = |sign: &str| Span::styled(format!("{sign} {} ", fit(&clean(&field.name), WIDE)), look.theme.faint());
    let said =
        |value: &Option<String>| value.as_deref().map_or_else(|| "nothing".to_owned(), |v| clean(v).into_owned());
    let valued = |row: Row, value: &Option<String>| row.set_in(WIDE + 3).valued(value.as_deref().unwrap_or_default());
    if field.is == Likeness::Same {
        return vec![valued(Row::new(vec![name("="), Span::raw(said(&field.theirs))]), &field.theirs)];
    }
    let (sign, words) = match field.is {
        Likeness::Edited => (look.theme.pick("✎", "*"), "edited since"),
        Likeness::Differs | Likeness::Same => ("!", "differs"),
    };
    let below = Span::raw(" ".repeat(WIDE + 3));
    let faint = |words: &'static str| Span::styled(words, look.theme.faint());
    let ours = vec![name(sign), faint("ours  "), Span::raw(said(&field.ours))];
    let theirs = vec![
        below,
        faint("eBay  "),
        Span::styled(said(&field.theirs), look.theme.doubtful()),
        Span::styled(format!("  ({words})"), look.theme.faint()),
    ];
    vec![valued(Row::new(ours), &field.ours), valued(Row::new(theirs), &field.theirs)]
}
