//! Reads a dump on a separate thread, detects its type, and sends its content in blocks.

use std::io::{self, Cursor, Read};
use std::sync::mpsc::SyncSender;

use super::dump_content::{DumpContent, HashingReader, is_compressed};
use super::info::{Database, DumpDate};

/// Bytes of decompressed text per block.
const BLOCK_BYTES: usize = 1024 * 1024;

/// Bytes of a tar header.
const TAR_HEADER_BYTES: usize = 512;

/// Offset and value of the magic in a tar header (POSIX.1-2024, pax, "ustar Interchange Format").
const TAR_MAGIC: (usize, &[u8]) = (257, b"ustar");

/// The file with the releases in a MusicBrainz archive.
const RELEASE_FILE: &str = "mbdump/release";

/// The file with the time of the dump, which precedes the releases: `2026-10-03 00:10:01.123456+00`.
const TIMESTAMP_FILE: &str = "TIMESTAMP";

/// The file with the version of the JSON format, which changes when a field gets another meaning
/// (wiki.musicbrainz.org/Development/JSON_Data_Dumps).
const SCHEMA_FILE: &str = "JSON_DUMPS_SCHEMA_NUMBER";

/// The version of the JSON format that is understood.
const SCHEMA_NUMBER: &str = "1";

/// A message from the reading thread.
pub(crate) enum DumpMessage {
    /// The database of the dump; sent before the first block.
    Database(Database),
    /// The date stated in the dump.
    Date(DumpDate),
    Block(Vec<u8>),
    /// The content is not a dump of releases; describes what it is.
    NotReleases(String),
    /// The version of the JSON format is not known.
    UnknownSchema(String),
    /// The whole file was read; contains its SHA-256 digest.
    End(String),
}

pub(crate) type DumpResult = Result<DumpMessage, io::Error>;

/// Reads and decompresses the dump and sends it in blocks. Stops if the receiver is dropped.
pub(crate) fn send_dump(input: HashingReader, sender: &SyncSender<DumpResult>) {
    let end = read_dump(input, sender);
    let _ = sender.send(end);
}

fn read_dump(input: HashingReader, sender: &SyncSender<DumpResult>) -> DumpResult {
    let mut content = DumpContent::new(input)?;
    let mut beginning = Vec::new();
    content.by_ref().take(TAR_HEADER_BYTES as u64).read_to_end(&mut beginning)?;
    let (offset, magic) = TAR_MAGIC;
    let is_tar = beginning.get(offset..).is_some_and(|bytes| bytes.starts_with(magic));
    let first = beginning.trim_ascii_start().first().copied();
    if is_compressed(&beginning) {
        let found = if content.is_plain() { "it is compressed with bzip2" } else { "it is compressed twice" };
        return Ok(DumpMessage::NotReleases(found.to_owned()));
    }
    let content = Cursor::new(beginning).chain(content);
    let content = match (is_tar, first) {
        (true, _) => match send_archive(content, sender)? {
            Ok(content) => content,
            Err(refusal) => return Ok(refusal),
        },
        (false, Some(b'{')) => send_content(content, Database::MusicBrainz, sender)?,
        (false, _) => send_content(content, Database::Discogs, sender)?,
    };
    content.into_inner().1.into_sha256().map(DumpMessage::End)
}

/// The content, including the beginning that was read to detect its type.
type WholeContent = io::Chain<Cursor<Vec<u8>>, DumpContent>;

fn send_content(
    mut content: WholeContent,
    database: Database,
    sender: &SyncSender<DumpResult>,
) -> io::Result<WholeContent> {
    send_message(sender, DumpMessage::Database(database))?;
    send_blocks(&mut content, sender)?;
    Ok(content)
}

/// Sends the releases in an archive. The inner error is the message for an archive that cannot be imported.
fn send_archive(
    content: WholeContent,
    sender: &SyncSender<DumpResult>,
) -> io::Result<Result<WholeContent, DumpMessage>> {
    let mut archive = tar::Archive::new(content);
    let (mut has_releases, mut others) = (false, Vec::new());
    for entry in archive.entries()? {
        let mut entry = entry?;
        let name = String::from_utf8_lossy(&entry.path_bytes()).trim_start_matches("./").to_owned();
        if name == TIMESTAMP_FILE {
            let mut text = String::new();
            entry.take(64).read_to_string(&mut text)?;
            if let Some(Ok(date)) = text.split_whitespace().next().map(str::parse) {
                send_message(sender, DumpMessage::Date(date))?;
            }
        } else if name == SCHEMA_FILE {
            let mut number = Vec::new();
            entry.take(64).read_to_end(&mut number)?;
            let number = String::from_utf8_lossy(number.trim_ascii()).into_owned();
            if number != SCHEMA_NUMBER {
                return Ok(Err(DumpMessage::UnknownSchema(number)));
            }
        } else if name == RELEASE_FILE {
            has_releases = true;
            send_message(sender, DumpMessage::Database(Database::MusicBrainz))?;
            // The reader reports no error for an archive that was truncated within a file.
            if send_blocks(&mut entry, sender)? != entry.size() {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
        } else if name.starts_with("mbdump/") {
            others.push(name.chars().take(60).collect::<String>());
        }
    }
    Ok(match (has_releases, others.first()) {
        (true, _) => Ok(archive.into_inner()),
        (false, Some(other)) => Err(DumpMessage::NotReleases(format!("the archive has {other} and no {RELEASE_FILE}"))),
        (false, None) => Err(DumpMessage::NotReleases(format!("the archive has no {RELEASE_FILE}"))),
    })
}

/// Sends all bytes of a file and returns their number.
fn send_blocks(content: &mut impl Read, sender: &SyncSender<DumpResult>) -> io::Result<u64> {
    let mut sent = 0;
    loop {
        let mut block = Vec::with_capacity(BLOCK_BYTES);
        content.by_ref().take(BLOCK_BYTES as u64).read_to_end(&mut block)?;
        if block.is_empty() {
            return Ok(sent);
        }
        sent += block.len() as u64;
        send_message(sender, DumpMessage::Block(block))?;
    }
}

/// Sends a message. An error means that the receiver was dropped.
fn send_message(sender: &SyncSender<DumpResult>, message: DumpMessage) -> io::Result<()> {
    sender.send(Ok(message)).map_err(|_| io::ErrorKind::BrokenPipe.into())
}
