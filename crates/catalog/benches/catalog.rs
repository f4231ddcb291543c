//! Measures the import of a dump beside `gzip -dc`, the size of the catalog, and the look-up of a barcode.
//!
//! ```text
//! cargo bench -p draft-maker-catalog [-- RELEASES | FILE]
//! ```
#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a benchmark prints, and stops at the first surprise")]

use std::fmt::Write as _;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use catalog::{DiscogsCatalog, DumpFile, import_dump};
use domain::upc::Upc;
use draft_maker_catalog as catalog;
use flate2::Compression;
use flate2::write::GzEncoder;

/// Releases of the generated dump.
const DEFAULT_RELEASES: u64 = 100_000;

/// One release in four has a barcode, as in the real dumps.
const RELEASES_PER_BARCODE: u64 = 4;

/// Bytes of notes, credits and videos beside the fields that are read: a real release has 4.5 KB.
const UNUSED_BYTES: usize = 3_000;

fn main() {
    let argument = std::env::args().nth(1).filter(|argument| !argument.starts_with("--"));
    let folder = tempfile::tempdir().unwrap();
    let dump = match argument.as_deref().map(str::parse) {
        Some(Err(_)) => PathBuf::from(argument.unwrap()),
        count => generate_dump(folder.path(), count.and_then(Result::ok).unwrap_or(DEFAULT_RELEASES)),
    };
    let unpacked = time_gzip(&dump);
    let begun = Instant::now();
    let info = import_dump(DumpFile::open(&dump, None).unwrap(), folder.path(), &mut |_| {}).unwrap();
    let imported = begun.elapsed();
    let catalog = DiscogsCatalog::open(folder.path()).unwrap().unwrap();
    println!("releases          {} of {}", info.releases, info.releases_in_dump);
    println!("gzip -dc          {unpacked:.2?}");
    println!("import            {imported:.2?} = {:.2} of it", imported.as_secs_f64() / unpacked.as_secs_f64());
    println!("bytes per release {}", catalog.file_bytes() / info.releases.max(1));
    println!("largest memory    {}", peak_memory());
    let times = time_lookups(&catalog);
    let at = |percent: usize| times[(times.len() - 1) * percent / 100];
    println!("look-up           p50 {:.1?}, p99 {:.1?}", at(50), at(99));
}

fn time_gzip(dump: &Path) -> Duration {
    let begun = Instant::now();
    let mut gzip = Command::new("gzip").arg("-dc").arg(dump).stdout(Stdio::piped()).spawn().unwrap();
    std::io::copy(gzip.stdout.as_mut().unwrap(), &mut std::io::sink()).unwrap();
    assert!(gzip.wait().unwrap().success());
    begun.elapsed()
}

/// Looks up barcodes of the generated dump, the warm-up first; sorted times.
fn time_lookups(catalog: &DiscogsCatalog) -> Vec<Duration> {
    let mut times = Vec::new();
    for round in 0..2 {
        times.clear();
        for id in (0..20_000 * RELEASES_PER_BARCODE).step_by(usize::try_from(RELEASES_PER_BARCODE).unwrap()) {
            let upc = barcode(id.wrapping_mul(7_919) % DEFAULT_RELEASES / RELEASES_PER_BARCODE * RELEASES_PER_BARCODE);
            let begun = Instant::now();
            let found = catalog.releases_with_barcode(upc).unwrap();
            times.push(begun.elapsed());
            std::hint::black_box((found, round));
        }
    }
    times.sort();
    times
}

fn generate_dump(folder: &Path, releases: u64) -> PathBuf {
    let path = folder.join("discogs_20261001_releases.xml.gz");
    let mut out = GzEncoder::new(std::fs::File::create(&path).unwrap(), Compression::default());
    out.write_all(b"<releases>\n").unwrap();
    for id in 0..releases {
        out.write_all(release(id).as_bytes()).unwrap();
    }
    out.write_all(b"</releases>\n").unwrap();
    out.finish().unwrap();
    path
}

/// A release with the fields and quirks of the real ones.
fn release(id: u64) -> String {
    let mut tracks = String::new();
    for track in 1..=10 {
        let title = words(id * 31 + track, 3);
        let _ = write!(
            tracks,
            "<track><position>{track}</position><title>{title}</title><duration>3:{:02}</duration></track>",
            track * 5
        );
    }
    let identifiers = if id.is_multiple_of(RELEASES_PER_BARCODE) {
        format!(r#"<identifier type="Barcode" value="{}"/>"#, barcode(id))
    } else {
        String::new()
    };
    let notes = words(id * 17, UNUSED_BYTES / 7);
    format!(
        r#"<release id="{}" status="Accepted"><artists><artist><id>{id}</id><name>{} ({id})</name><anv/><join/></artist></artists><title>{}</title><labels><label name="{}" catno="C {id}" id="1"/></labels><formats><format name="CD" qty="1" text=""><descriptions><description>Album</description></descriptions></format></formats><genres><genre>Rock</genre></genres><styles><style>Alternative Rock</style></styles><country>US</country><released>1991-09-24</released><notes>{notes}&#13;
 &amp; &#x07;</notes><tracklist>{tracks}</tracklist><identifiers>{identifiers}<identifier type="Matrix / Runout" value="X"/></identifiers></release>
"#,
        id + 1,
        words(id, 2),
        words(id * 3, 3),
        words(id % 1_000, 1),
    )
}

/// Words of letters that follow from `seed`.
fn words(seed: u64, count: usize) -> String {
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    let mut text = String::new();
    for _ in 0..count {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        for shift in [20, 26, 32, 38, 44, 50] {
            text.push(char::from(b'a' + u8::try_from((state >> shift) % 26).unwrap_or_default()));
        }
        text.push(' ');
    }
    text.trim_end().to_owned()
}

fn barcode(id: u64) -> Upc {
    (0..10).find_map(|check| Upc::from_number((40_000_000_000 + id) * 10 + check).ok()).unwrap()
}

/// The largest memory that the process had, as Linux reports it.
fn peak_memory() -> String {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.map_or_else(|| "unknown".to_owned(), |line| line.trim().to_owned())
}
