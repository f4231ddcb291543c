//! Sections with the outcome and the drafts of an item.

use super::page::DetailRow;
use crate::item_activity::status_label;
use crate::screen::DrawContext;
use domain::item_details::ItemDetails;
use domain::outcome::{Draft, ItemOutcome};
use domain::sink::SinkKind;
use domain::site::Site;

/// Text in place of a link: eBay has no page for an offer that is not live (docs/EBAY.md).
const NO_OFFER_PAGE_NOTE: &str = "none: unpublished offers have no page; `draft-maker drafts` lists them";

/// Returns the first rows of the page: the UPC, the status and its reason, and the lot.
pub(super) fn render_rows(details: &ItemDetails, draw: DrawContext<'_>) -> Vec<DetailRow> {
    let upc = details.input.upc.to_string();
    let lot = details.lot_name().map(|name| DetailRow::for_field("lot", &name, "", draw));
    let Some(outcome) = &details.outcome else {
        let state = match (&details.verdict, details.paused) {
            (_, true) => "paused",
            (None, false) => "waiting",
            (Some(_), false) => "in progress",
        };
        let first = DetailRow::from_text(&format!("{upc}  {state}"), draw.theme.heading_style()).with_copy_value(&upc);
        return std::iter::once(first).chain(lot).collect();
    };
    let symbol = draw.theme.status_symbol(Some(outcome.status));
    let first = format!("{upc}  {symbol} {}", status_label(outcome.status));
    let mut rows = vec![DetailRow::from_text(&first, draw.theme.status_style(outcome.status)).with_copy_value(&upc)];
    rows.extend(outcome.message().map(|message| DetailRow::for_field("why", message, "", draw)));
    rows.extend(lot);
    rows
}

/// Returns the draft of the item, or one for each copy, with its URL. If there is none, returns a draft that was
/// announced to eBay without a known response. Links lead to the pages of `site`.
pub(super) fn render_drafts(details: &ItemDetails, site: Site, draw: DrawContext<'_>) -> Vec<DetailRow> {
    let drafts = details.outcome.iter().flat_map(ItemOutcome::all_drafts);
    let rows = drafts.flat_map(|draft| render_draft(draft, site, draw)).collect::<Vec<_>>();
    match &details.announced_sku {
        Some(sku) if rows.is_empty() => {
            vec![DetailRow::for_field("announced", sku.as_str(), "unknown", draw)]
        }
        _ => rows,
    }
}

fn render_draft(draft: &Draft, site: Site, draw: DrawContext<'_>) -> Vec<DetailRow> {
    let mut rows = vec![DetailRow::for_field("sku", draft.sku.as_str(), draft.sink.as_str(), draw)];
    rows.extend(draft.offer_id.as_deref().map(|id| DetailRow::for_field("offer", id, "not live", draw)));
    match (draft.url.as_deref(), draft.sink) {
        (Some(url), _) => rows.push(DetailRow::for_field("page", url, "", draw).with_link(url)),
        (None, SinkKind::Csv) => {
            // eBay's page for the drafts of an uploaded file.
            let page = format!("https://{}/sh/lst/drafts", site.web_host());
            rows.push(DetailRow::for_field("page", &page, "once uploaded", draw).with_link(&page));
        }
        (None, SinkKind::Inventory) => rows.push(DetailRow::for_field("page", NO_OFFER_PAGE_NOTE, "", draw)),
        (None, _) => {}
    }
    rows
}
