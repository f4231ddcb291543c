//! The JSON dump of MusicBrainz: `release.tar.xz`, with a file `mbdump/release` of one release a line.
//!
//! MusicBrainz publishes its data twice a week in two forms. This is the larger one, 23 GB instead of 8 GB, and it takes longer
//! to unpack. It is read all the same: each line is a whole release in the form of the web service, so that one parser reads
//! both; lines are read one by one in bounded memory; and a line says whether there is a front cover. In the other form,
//! `mbdump.tar.bz2`, a release has to be joined on the disk from a dozen tables, 50 million tracks among them, and
//! the covers are in a second file.
//!
//! The data is in the public domain (CC0), except annotations, tags, genres and ratings (CC BY-NC-SA), which stand in the
//! same lines and are left out here (musicbrainz.org/doc/MusicBrainz_Database/Download, .../Development/JSON_Data_Dumps).

mod compact_text;
mod lines;
mod record;

pub(crate) use lines::MusicBrainzFormat;
pub use record::{MusicBrainzRecord, parse_discogs_url};
