//! What became of an item, and its draft.

use super::page::Row;
use crate::pane::Look;
use domain::dossier::Dossier;
use domain::outcome::Draft;

/// Where a seller finds the drafts of a file that he has uploaded.
const SELLER_HUB: &str = "https://www.ebay.com/sh/lst/drafts";

/// EBay shows an offer that is not live on no page of its own (docs/EBAY.md).
const NO_PAGE: &str = "eBay has none for an offer that is not live; `draft-maker drafts` lists them";

/// The first lines: which item, how it ended, and why.
pub(super) fn rows(dossier: &Dossier, look: Look<'_>) -> Vec<Row> {
    let upc = dossier.listed.upc.to_string();
    let Some(outcome) = &dossier.outcome else {
        return vec![Row::text(&format!("{upc}  under way"), look.theme.heading()).valued(&upc)];
    };
    let sign = look.theme.sign(Some(outcome.status));
    let first = format!("{upc}  {sign} {}", outcome.status);
    let mut rows = vec![Row::text(&first, look.theme.of(outcome.status)).valued(&upc)];
    rows.extend(outcome.words().map(|words| Row::field("why", words, "", look)));
    rows
}

/// The draft, or those of each copy, and where the seller finds them.
pub(super) fn drafts(dossier: &Dossier, look: Look<'_>) -> Vec<Row> {
    let drafts = dossier.outcome.iter().flat_map(|outcome| outcome.draft.iter().chain(&outcome.further));
    let rows = drafts.flat_map(|draft| one(draft, look)).collect::<Vec<_>>();
    match &dossier.announced {
        Some(sku) if rows.is_empty() => vec![Row::field("announced", sku.as_str(), "no answer is known", look)],
        _ => rows,
    }
}

fn one(draft: &Draft, look: Look<'_>) -> Vec<Row> {
    let mut rows = vec![Row::field("sku", draft.sku.as_str(), &draft.sink, look)];
    rows.extend(draft.offer_id.as_deref().map(|id| Row::field("offer", id, "not live", look)));
    match (draft.url.as_deref(), draft.sink.as_str()) {
        (Some(url), _) => rows.push(Row::field("page", url, "", look).linked(url)),
        (None, "csv") => rows.push(Row::field("page", SELLER_HUB, "once uploaded", look).linked(SELLER_HUB)),
        (None, "inventory") => rows.push(Row::field("page", NO_PAGE, "", look)),
        (None, _) => {}
    }
    rows
}
