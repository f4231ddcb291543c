//! MusicBrainz' JSON dump, `release.tar.xz`, with a file `mbdump/release` that has one release per line.
//!
//! MusicBrainz publishes its data twice a week in two formats. This one is larger (23 GB instead of 8 GB) and takes
//! longer to decompress, but has three advantages:
//!
//! - Each line is a whole release in the format of the web service, so one parser handles both.
//! - Lines are read one by one in bounded memory.
//! - A line states whether there is a front cover.
//!
//! In the other format, `mbdump.tar.bz2`, a release must be joined on disk from a dozen tables with 50 million tracks,
//! and the covers are in a second file.
//!
//! The data is in the public domain (CC0), except for annotations, tags, genres and ratings (CC BY-NC-SA). Those are
//! in the same lines and are skipped (musicbrainz.org/doc/MusicBrainz_Database/Download,
//! .../Development/JSON_Data_Dumps).

mod compact_text;
mod lines;
mod record;

pub(crate) use lines::MusicBrainzFormat;
pub use record::{MusicBrainzRecord, parse_discogs_url};
