//! Recognizes well-known exports that have no barcodes.

/// Words that all occur in the header, and the description of such a file.
const ORIGINS: &[(&[&str], &str)] = &[
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
    (&["track uri"], "a playlist export, which has no barcodes"),
];

/// Returns the description of the export with this header.
pub(super) fn guess_origin(header: &str) -> Option<&'static str> {
    let header = header.to_lowercase();
    let is_origin = |words: &&[&str]| words.iter().all(|word| header.contains(word));
    ORIGINS.iter().find(|(words, _)| is_origin(words)).map(|(_, origin)| *origin)
}
