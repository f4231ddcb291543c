//! Recognizes well-known exports that have no barcodes.

use super::amazon::is_asin;

/// Words that all occur in the header, and the description of such a file.
const EXPORTS: &[(&[&str], &str)] = &[
    (&["release_id", "collectionfolder"], "a Discogs collection export, which has no barcodes"),
    (&["release_id", "collection media condition"], "a Discogs collection export, which has no barcodes"),
    (&["release_id", "listing_id"], "a Discogs inventory export, which has no barcodes"),
    (&["release_id", "order_num"], "a Discogs orders export, which has no barcodes"),
    (&["release_id", "order date"], "a Discogs orders export, which has no barcodes"),
    (&["release_id", "media_condition"], "a Discogs inventory file, which has no barcodes"),
    (&["release_id", "date_added"], "a Discogs wantlist export, which has no barcodes"),
    (&["catalog#", "released", "release_id"], "a Discogs wantlist export, which has no barcodes"),
    (&["item number", "available quantity"], "an eBay listings report without product identifiers"),
    (&["item number", "sold for"], "an eBay orders report, which has no barcodes"),
    (&["artikelnummer", "verfügbare stückzahl"], "an eBay listings report without product identifiers"),
    (&["order number", "sale date"], "an orders report, which has no barcodes"),
    (&["fnsku", "asin"], "an Amazon inventory report, which has ASINs and no barcodes"),
    (&["requested-quantity", "fnsku"], "an Amazon removal order report, which has ASINs or FNSKUs and no barcodes"),
    (&["track title", "bpm"], "a playlist of DJ software, which has no barcodes"),
    (&["isrc"], "a list of recordings with ISRCs, which has no barcodes"),
    (&["track uri"], "a playlist export, which has no barcodes"),
];

/// Maximum number of lines before the header of an export, including it.
const MAX_HEADER_LINES: usize = 5;

/// Returns the description of the export that begins with these lines; `None` if it is not a known one.
pub(super) fn recognize_export(sample: &[(u32, String)]) -> Option<&'static str> {
    sample
        .iter()
        .take(MAX_HEADER_LINES)
        .find_map(|(_, line)| {
            let header = line.to_lowercase();
            let has_words = |words: &[&str]| words.iter().all(|word| header.contains(word));
            EXPORTS.iter().find(|(words, _)| has_words(words)).map(|(_, description)| *description)
        })
        .or_else(|| describe_lines(sample))
}

/// Returns the description of a list in which most lines have the same kind of text.
fn describe_lines(sample: &[(u32, String)]) -> Option<&'static str> {
    let is_address = |line: &str| {
        ["discogs.com/release", "discogs.com/master", "discogs.com/sell"].iter().any(|part| line.contains(part))
    };
    let is_listing = |line: &str| line.contains("ebay.") && line.contains("/itm/");
    let lines: Vec<&str> = sample.iter().map(|(_, line)| line.trim()).filter(|line| !line.is_empty()).collect();
    let are = |is_kind: &dyn Fn(&str) -> bool| lines.iter().filter(|line| is_kind(line)).count() * 2 > lines.len();
    match () {
        () if are(&is_asin) => Some("a list of ASINs, the item numbers of Amazon, which are not barcodes"),
        () if are(&is_address) => Some("a list of Discogs addresses, which have no barcodes"),
        () if are(&is_listing) => Some("a list of eBay listings, whose numbers are not barcodes"),
        () => None,
    }
}
