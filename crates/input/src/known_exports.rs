//! Recognizes well-known exports that have no barcodes.

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
    (&["track uri"], "a playlist export, which has no barcodes"),
];

/// Maximum number of lines before the header of an export, including it.
const MAX_HEADER_LINES: usize = 5;

/// Returns the description of the export that begins with these lines; `None` if it is not a known one.
pub(super) fn recognize_export(sample: &[(u32, String)]) -> Option<&'static str> {
    sample.iter().take(MAX_HEADER_LINES).find_map(|(_, line)| {
        let header = line.to_lowercase();
        let has_words = |words: &[&str]| words.iter().all(|word| header.contains(word));
        EXPORTS.iter().find(|(words, _)| has_words(words)).map(|(_, description)| *description)
    })
}
