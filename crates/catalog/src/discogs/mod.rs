//! Discogs' data dump, `discogs_YYYYMMDD_releases.xml.gz`.

mod element;
mod interned_text;
mod parse;
mod record;
mod split;

pub use record::{ArtistRecord, BarcodeRecord, CreditRecord, DiscogsRecord, FormatRecord, LabelRecord, TrackRecord};
pub(crate) use split::DiscogsFormat;
