//! Measures the import of a dump compared with the tool that only unpacks it, the size of the catalog, and barcode
//! lookups.
//!
//! ```text
//! cargo bench -p draft-maker-catalog                             a generated dump of each database
//! cargo bench -p draft-maker-catalog -- musicbrainz [RELEASES]   a generated dump of one database and size
//! cargo bench -p draft-maker-catalog -- discogs FILE             a real dump
//! ```
//!
//! MusicBrainz requires `xz`. The tool and the import run one after the other, so on a busy machine the ratio of
//! processor times is more meaningful than that of elapsed times.
#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a benchmark prints, and stops at the first surprise")]

use std::fmt::Write as _;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use catalog::{CatalogRecord, DiscogsRecord, DumpFile, MusicBrainzRecord, OfflineCatalog, import_dump};
use domain::upc::Upc;
use draft_maker_catalog as catalog;
use flate2::Compression;
use flate2::write::GzEncoder;

/// Releases in the generated Discogs dump.
const DISCOGS_RELEASES: u64 = 100_000;

/// Releases in the generated MusicBrainz dump; a MusicBrainz release is fifteen times as long as a Discogs release.
const MUSICBRAINZ_RELEASES: u64 = 4_000;

/// Maximum tracks of a generated MusicBrainz release. Singles, albums and double albums are equally frequent.
const MAX_TRACKS: u64 = 24;

/// One release in four has a barcode, as in the real dumps of Discogs.
const RELEASES_PER_BARCODE: u64 = 4;

/// Bytes of notes, credits and videos in addition to the fields that are read; a real release has 4.5 KB.
const UNUSED_BYTES: usize = 3_000;

/// Bytes of a block of a tar archive.
const TAR_BLOCK_BYTES: u64 = 512;

/// Lookups per round.
const LOOKUPS: u64 = 20_000;

/// Unit of processor times in `/proc/self/stat` (proc_pid_stat(5): USER_HZ is 100 on Linux).
const TICKS_PER_SECOND: f64 = 100.0;

fn main() {
    let arguments = std::env::args().skip(1).filter(|argument| !argument.starts_with("--")).collect::<Vec<_>>();
    let [database, dump] = [arguments.first(), arguments.get(1)].map(|argument| argument.map(String::as_str));
    let folder = tempfile::tempdir().unwrap();
    let count = |default: u64| dump.and_then(|count| count.parse().ok()).unwrap_or(default);
    let file = dump.filter(|dump| dump.parse::<u64>().is_err()).map(PathBuf::from);
    if database.is_none_or(|database| database == "discogs") {
        let releases = count(DISCOGS_RELEASES);
        let dump = file.clone().unwrap_or_else(|| generate_dump(folder.path(), releases));
        measure::<DiscogsRecord>(&dump, "gzip", releases, folder.path());
    }
    if database.is_none_or(|database| database == "musicbrainz") {
        let releases = count(MUSICBRAINZ_RELEASES);
        let dump = file.unwrap_or_else(|| generate_archive(folder.path(), releases));
        measure::<MusicBrainzRecord>(&dump, "xz", releases, folder.path());
    }
}

/// Imports the dump and looks up barcodes of its generated `releases`.
fn measure<R: CatalogRecord>(dump: &Path, tool: &str, releases: u64, folder: &Path) {
    let (begun, before) = (Instant::now(), processor_seconds(true));
    unpack(tool, dump);
    let (unpacked, unpack_seconds) = (begun.elapsed(), processor_seconds(true) - before);
    // Excludes the memory used to generate the dump (proc(5), clear_refs).
    std::fs::write("/proc/self/clear_refs", "5").unwrap();
    let (begun, before) = (Instant::now(), processor_seconds(false));
    let info = import_dump(DumpFile::open(dump).unwrap(), folder, &mut |_| {}).unwrap();
    let (imported, import_seconds) = (begun.elapsed(), processor_seconds(false) - before);
    let catalog = OfflineCatalog::<R>::open(folder).unwrap().unwrap();
    println!("{}", info.database);
    println!("releases          {} of {}, skipped {:?}", info.releases, info.releases_in_dump, info.skipped);
    println!("dump              {} bytes", std::fs::metadata(dump).unwrap().len());
    println!("{tool:<4} -dc          {unpacked:.2?}, {unpack_seconds:.2} s of a processor");
    println!("import            {imported:.2?}, {import_seconds:.2} s of a processor");
    println!(
        "ratio             {:.2} by the clock, {:.2} of processor time",
        imported.as_secs_f64() / unpacked.as_secs_f64(),
        import_seconds / unpack_seconds
    );
    println!("bytes per release {}", catalog.file_bytes() / info.releases.max(1));
    println!("largest memory    {}", peak_memory());
    let times = time_lookups(&catalog, releases);
    let at = |percent: usize| times[(times.len() - 1) * percent / 100];
    println!("look-up           p50 {:.1?}, p99 {:.1?}", at(50), at(99));
}

fn unpack(tool: &str, dump: &Path) {
    let mut tool = Command::new(tool).arg("-dc").arg(dump).stdout(Stdio::piped()).spawn().unwrap();
    std::io::copy(tool.stdout.as_mut().unwrap(), &mut std::io::sink()).unwrap();
    assert!(tool.wait().unwrap().success());
}

/// Returns the processor time of this process or of its ended children, in seconds.
fn processor_seconds(of_children: bool) -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap();
    // The program name, which may contain blanks, ends with the last parenthesis; utime is the 12th field after it.
    let fields = stat.rsplit_once(") ").unwrap().1.split(' ').skip(if of_children { 13 } else { 11 });
    fields.take(2).map(|ticks| ticks.parse::<f64>().unwrap()).sum::<f64>() / TICKS_PER_SECOND
}

/// Looks up barcodes of the generated dump, after a warm-up round. Returns sorted times.
fn time_lookups<R: CatalogRecord>(catalog: &OfflineCatalog<R>, releases: u64) -> Vec<Duration> {
    let mut times = Vec::new();
    for round in 0..2 {
        times.clear();
        for number in 0..LOOKUPS {
            let id = number.wrapping_mul(7_919) % releases / RELEASES_PER_BARCODE * RELEASES_PER_BARCODE;
            let begun = Instant::now();
            let found = catalog.releases_with_barcode(barcode(id)).unwrap();
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

/// Writes an archive in the form of MusicBrainz. The lines are made twice, first for their size, so that they are never all
/// in memory: that memory would count as that of the import.
fn generate_archive(folder: &Path, releases: u64) -> PathBuf {
    let path = folder.join("release-20261003.tar.xz");
    let line = |id| release_line(id) + "\n";
    let size = (0..releases).map(|id| line(id).len() as u64).sum::<u64>();
    println!("generated         {} bytes of text a release", size / releases.max(1));
    let mut header = tar::Header::new_gnu();
    header.set_path("mbdump/release").unwrap();
    header.set_size(size);
    header.set_mode(0o644);
    header.set_cksum();
    let out = std::fs::File::create(&path).unwrap();
    let mut xz = Command::new("xz").arg("-c").stdin(Stdio::piped()).stdout(out).spawn().unwrap();
    let mut tar = xz.stdin.take().unwrap();
    tar.write_all(header.as_bytes()).unwrap();
    (0..releases).for_each(|id| tar.write_all(line(id).as_bytes()).unwrap());
    // The last block is filled up, and two empty ones end the archive (POSIX.1-2024, pax, "ustar Interchange Format").
    let padding = size.next_multiple_of(TAR_BLOCK_BYTES) - size + 2 * TAR_BLOCK_BYTES;
    tar.write_all(&vec![0; usize::try_from(padding).unwrap()]).unwrap();
    drop(tar);
    assert!(xz.wait().unwrap().success());
    path
}

/// Returns a pseudo-random identifier, which cannot be compressed, like real ones.
fn mbid(kind: u64, id: u64) -> String {
    let (high, low) = (scramble(kind << 48 | id), scramble(!(kind << 48 | id)));
    let node = low & 0xffff_ffff_ffff;
    format!("{:08x}-{:04x}-4{:03x}-8{:03x}-{node:012x}", high >> 32, high >> 16 & 0xffff, high & 0xfff, low >> 52)
}

/// Mixes the bits of a number (the finalizer of SplitMix64).
fn scramble(number: u64) -> u64 {
    let mixed = number.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let mixed = (mixed ^ mixed >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ mixed >> 31
}

/// Returns a relationship of a recording or a work to an artist.
fn artist_relation(kind: &str, artist: u64) -> String {
    let (name, id, kind_id) = (words(artist, 2), mbid(3, artist), mbid(2, kind.len() as u64));
    format!(
        r#"{{"type":"{kind}","type-id":"{kind_id}","direction":"backward","ended":false,"begin":null,"end":null,"attributes":[],"attribute-ids":{{}},"attribute-values":{{}},"target-type":"artist","target-credit":"","source-credit":"","artist":{{"id":"{id}","name":"{name}","sort-name":"{name}","disambiguation":"","type":"Person","type-id":"b6e035f4-3ce9-331c-97df-83397230b0df","country":null}}}}"#
    )
}

fn artist_credit(artist: u64) -> String {
    let (name, id) = (words(artist, 2), mbid(3, artist));
    let aliases = (1..=3).map(|alias| {
        let alias = words(artist + alias * 1_000_003, 2);
        format!(r#"{{"name":"{alias}","sort-name":"{alias}","locale":null,"type":null,"type-id":null,"primary":null,"begin":null,"end":null,"ended":false}}"#)
    });
    let aliases = aliases.collect::<Vec<_>>().join(",");
    format!(
        r#"[{{"name":"{name}","joinphrase":"","artist":{{"id":"{id}","name":"{name}","sort-name":"{name}","disambiguation":"","type":"Group","type-id":"e431f5f6-b5d2-343d-8b36-72607fffb74b","country":"US","aliases":[{aliases}],"tags":[{{"count":1,"name":"rock"}}],"genres":[{{"count":1,"name":"rock","id":"0e3fc579-2d24-4f20-9dae-736e1ec78798","disambiguation":""}}]}}}}]"#
    )
}

/// Returns a track with its recording. The relationships of recordings make up most of a release: musicians, and the
/// work with its writers.
fn track(release: u64, number: u64) -> String {
    let key = release * 31 + number;
    let (title, credit, length) = (words(key, 3), artist_credit(release / 3), 120_000 + scramble(key) % 240_000);
    // Each track has other musicians, so a release has about 5 KB when compressed, as in the real dump.
    let players = (0..3 + scramble(key) % 5).map(|player| artist_relation("instrument", key * 7 + player));
    let players = players.collect::<Vec<_>>().join(",");
    let writers = [artist_relation("composer", key * 11), artist_relation("lyricist", key * 11 + 1)];
    format!(
        r#"{{"id":"{}","number":"{number}","position":{number},"title":"{title}","length":{length},"artist-credit":{credit},"recording":{{"id":"{}","title":"{title}","length":{length},"disambiguation":"","video":false,"first-release-date":"1991-09-24","isrcs":["US{:010}"],"aliases":[],"tags":[],"genres":[],"artist-credit":{credit},"relations":[{players},{{"type":"performance","type-id":"a3005666-a872-32c3-ad06-98af558e99b0","direction":"forward","ended":false,"attributes":[],"target-type":"work","work":{{"id":"{}","title":"{title}","language":"eng","languages":["eng"],"iswcs":[],"attributes":[],"disambiguation":"","relations":[{}]}}}}]}}}}"#,
        mbid(4, key),
        mbid(5, key),
        scramble(key) % 10_000_000_000,
        mbid(10, key),
        writers.join(",")
    )
}

/// Returns a release with the fields of real ones. Most of the text is about recordings and their relationships.
fn release_line(id: u64) -> String {
    let count = MAX_TRACKS * (1 + scramble(id) % 3) / 3 - scramble(id) % 7;
    let tracks = (1..=count).map(|number| track(id, number)).collect::<Vec<_>>().join(",");
    let code =
        if id.is_multiple_of(RELEASES_PER_BARCODE) { format!(r#""{}""#, barcode(id)) } else { "null".to_owned() };
    let (title, credit) = (words(id * 3, 3), artist_credit(id / 3));
    format!(
        r#"{{"id":"{}","title":"{title}","barcode":{code},"date":"1991-09-24","country":"US","status":"Official","quality":"normal","packaging":"Jewel Case","disambiguation":"","asin":null,"annotation":"","tags":[],"genres":[],"artist-credit":{credit},"label-info":[{{"catalog-number":"C {id}","label":{{"id":"{}","name":"{}"}}}}],"cover-art-archive":{{"artwork":true,"front":true,"back":false,"count":1,"darkened":false}},"release-group":{{"id":"{}","primary-type":"Album","secondary-types":[]}},"media":[{{"format":"CD","position":1,"track-count":{count},"tracks":[{tracks}]}}],"relations":[{{"type":"discogs","ended":false,"url":{{"id":"{}","resource":"https://www.discogs.com/release/{}"}}}}]}}"#,
        mbid(1, id),
        mbid(7, id % 1_000),
        words(id % 1_000, 1),
        mbid(8, id),
        mbid(9, id),
        id + 1,
    )
}

/// Returns a release with the fields and quirks of real ones.
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

/// Returns words of letters that are derived from `seed`.
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

/// Returns the peak memory of the process since it was reset, as reported by Linux.
fn peak_memory() -> String {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.map_or_else(|| "unknown".to_owned(), |line| line.trim().to_owned())
}
