//! Writing the file: whole or not at all, and never over a file of somebody else.

use std::collections::HashSet;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;

use super::form::{ACTION, Columns, SKU_COLUMN};
use super::row::Row;

/// Names that are tried before giving up.
const MOST_NAMES: u32 = 1_000;

/// The file of one job, and its further parts where it grows too large.
pub(super) struct Files {
    folder: PathBuf,
    stamp: String,
    columns: Columns,
    /// No part has more bytes.
    largest: usize,
    /// The drafts of this job: a file that holds only these is our own from before a crash, and is replaced, so
    /// that a resumed job leaves one file.
    skus: HashSet<String>,
    open: Option<Part>,
    done: Vec<PathBuf>,
}

/// A part under its temporary name.
struct Part {
    file: NamedTempFile,
    size: usize,
}

impl Files {
    pub(super) fn begin(
        folder: PathBuf,
        stamp: &str,
        columns: Columns,
        largest: usize,
        skus: HashSet<String>,
    ) -> io::Result<Self> {
        std::fs::create_dir_all(&folder)?;
        let files = Self { folder, stamp: stamp.to_owned(), columns, largest, skus, open: None, done: Vec::new() };
        files.sweep()?;
        Ok(files)
    }

    /// Adds one draft; begins a new part where the row has no room in the last.
    pub(super) fn add(&mut self, row: &Row) -> io::Result<()> {
        let line = self.columns.row(row)?;
        let mut part = match self.open.take() {
            Some(part) if part.size + line.len() <= self.largest => part,
            full => {
                full.map(|part| self.put_in_place(part)).transpose()?;
                self.new_part()?
            }
        };
        part.file.write_all(&line)?;
        part.size += line.len();
        self.open = Some(part);
        Ok(())
    }

    /// Puts the last part in its place; the paths of all.
    pub(super) fn finish(mut self) -> io::Result<Vec<PathBuf>> {
        self.open.take().map(|part| self.put_in_place(part)).transpose()?;
        Ok(self.done)
    }

    fn new_part(&self) -> io::Result<Part> {
        let mut file = temporary(&self.folder, &self.temporary_prefix())?;
        let header = self.columns.header()?;
        file.write_all(&header)?;
        Ok(Part { file, size: header.len() })
    }

    fn put_in_place(&mut self, part: Part) -> io::Result<()> {
        let mut file = part.file;
        file.as_file().sync_all()?;
        for number in 1..=MOST_NAMES {
            let path = self.folder.join(self.name(number));
            if is_ours(&path, &self.skus) {
                file.persist(&path)?;
                self.done.push(path);
                return Ok(());
            }
            match file.persist_noclobber(&path) {
                Ok(_) => {
                    self.done.push(path);
                    return Ok(());
                }
                Err(taken) if taken.error.kind() == io::ErrorKind::AlreadyExists => file = taken.file,
                Err(other) => return Err(other.error),
            }
        }
        Err(io::Error::new(io::ErrorKind::AlreadyExists, format!("{} exists {MOST_NAMES} times", self.name(1))))
    }

    /// `ebay_drafts_STAMP.csv`, `ebay_drafts_STAMP_part2.csv`; with a number where others' files have these names.
    fn name(&self, number: u32) -> String {
        let part = match self.done.len() {
            0 => String::new(),
            before => format!("_part{}", before + 1),
        };
        let number = if number == 1 { String::new() } else { format!("_{number}") };
        format!("ebay_drafts_{}{part}{number}.csv", self.stamp)
    }

    fn temporary_prefix(&self) -> String {
        format!(".ebay_drafts_{}_", self.stamp)
    }

    /// Removes what a killed process of this job has left.
    fn sweep(&self) -> io::Result<()> {
        for entry in std::fs::read_dir(&self.folder)? {
            let entry = entry?;
            let name = entry.file_name().to_string_lossy().into_owned();
            if name.starts_with(&self.temporary_prefix()) && name.ends_with(TEMPORARY) {
                std::fs::remove_file(entry.path())?;
            }
        }
        Ok(())
    }
}

const TEMPORARY: &str = ".unfinished";

/// Readable by whom the process's mask allows: the file is for a person, who often is not the container's user.
fn temporary(folder: &Path, prefix: &str) -> io::Result<NamedTempFile> {
    let mut builder = tempfile::Builder::new();
    builder.prefix(prefix).suffix(TEMPORARY);
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    builder.tempfile_in(folder)
}

/// True where the file holds drafts of ours and no others.
fn is_ours(path: &Path, skus: &HashSet<String>) -> bool {
    let Ok(reader) = csv::ReaderBuilder::new().has_headers(false).flexible(true).from_path(path) else { return false };
    let mut rows = reader.into_records().skip_while(|line| !matches!(line, Ok(cells) if cells.get(0) == Some(ACTION)));
    let mut holds_some = false;
    let only_ours = rows.by_ref().skip(1).all(|line| {
        holds_some = true;
        line.is_ok_and(|cells| cells.get(SKU_COLUMN).is_some_and(|sku| skus.contains(sku)))
    });
    only_ours && holds_some
}
