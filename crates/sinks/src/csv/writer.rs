//! Writing the file: whole or not at all, and never over a file of somebody else.

use std::collections::HashSet;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;

use super::row::CsvDraftRow;
use super::template::{ACTION_HEADER, SKU_COLUMN, TemplateColumns};

/// Names that are tried before giving up.
const MAX_NAME_ATTEMPTS: u32 = 1_000;

/// The file of one job, and its further parts where it grows too large.
pub(super) struct DraftsFileWriter {
    folder: PathBuf,
    stamp: String,
    columns: TemplateColumns,
    /// No part has more bytes.
    max_part_bytes: usize,
    /// The drafts of this job: a file that holds only these is our own from before a crash, and is replaced, so
    /// that a resumed job leaves one file.
    skus: HashSet<String>,
    open_part: Option<PartFile>,
    finished_paths: Vec<PathBuf>,
}

/// A part under its temporary name.
struct PartFile {
    file: NamedTempFile,
    byte_count: usize,
}

impl DraftsFileWriter {
    pub(super) fn create_in(
        folder: PathBuf,
        stamp: &str,
        columns: TemplateColumns,
        largest: usize,
        skus: HashSet<String>,
    ) -> io::Result<Self> {
        std::fs::create_dir_all(&folder)?;
        let files = Self {
            folder,
            stamp: stamp.to_owned(),
            columns,
            max_part_bytes: largest,
            skus,
            open_part: None,
            finished_paths: Vec::new(),
        };
        files.remove_leftovers()?;
        Ok(files)
    }

    /// Adds one draft; begins a new part where the row has no room in the last.
    pub(super) fn write_row(&mut self, row: &CsvDraftRow) -> io::Result<()> {
        let line = self.columns.row_bytes(row)?;
        let mut part = match self.open_part.take() {
            Some(part) if part.byte_count + line.len() <= self.max_part_bytes => part,
            full => {
                full.map(|part| self.persist_part(part)).transpose()?;
                self.create_part()?
            }
        };
        part.file.write_all(&line)?;
        part.byte_count += line.len();
        self.open_part = Some(part);
        Ok(())
    }

    /// Puts the last part in its place; the paths of all.
    pub(super) fn finish(mut self) -> io::Result<Vec<PathBuf>> {
        self.open_part.take().map(|part| self.persist_part(part)).transpose()?;
        Ok(self.finished_paths)
    }

    fn create_part(&self) -> io::Result<PartFile> {
        let mut file = create_temporary(&self.folder, &self.temporary_prefix())?;
        let header = self.columns.header_bytes()?;
        file.write_all(&header)?;
        Ok(PartFile { file, byte_count: header.len() })
    }

    fn persist_part(&mut self, part: PartFile) -> io::Result<()> {
        let mut file = part.file;
        file.as_file().sync_all()?;
        for number in 1..=MAX_NAME_ATTEMPTS {
            let path = self.folder.join(self.file_name(number));
            if contains_only_own_drafts(&path, &self.skus) {
                file.persist(&path)?;
                self.finished_paths.push(path);
                return Ok(());
            }
            match file.persist_noclobber(&path) {
                Ok(_) => {
                    self.finished_paths.push(path);
                    return Ok(());
                }
                Err(taken) if taken.error.kind() == io::ErrorKind::AlreadyExists => file = taken.file,
                Err(other) => return Err(other.error),
            }
        }
        Err(io::Error::new(
            io::ErrorKind::AlreadyExists,
            format!("{} exists {MAX_NAME_ATTEMPTS} times", self.file_name(1)),
        ))
    }

    /// `ebay_drafts_STAMP.csv`, `ebay_drafts_STAMP_part2.csv`; with a number where others' files have these names.
    fn file_name(&self, number: u32) -> String {
        let part = match self.finished_paths.len() {
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
    fn remove_leftovers(&self) -> io::Result<()> {
        for entry in std::fs::read_dir(&self.folder)? {
            let entry = entry?;
            let name = entry.file_name().to_string_lossy().into_owned();
            if name.starts_with(&self.temporary_prefix()) && name.ends_with(TEMPORARY_SUFFIX) {
                std::fs::remove_file(entry.path())?;
            }
        }
        Ok(())
    }
}

const TEMPORARY_SUFFIX: &str = ".unfinished";

/// Readable by whom the process's mask allows: the file is for a person, who often is not the container's user.
fn create_temporary(folder: &Path, prefix: &str) -> io::Result<NamedTempFile> {
    let mut builder = tempfile::Builder::new();
    builder.prefix(prefix).suffix(TEMPORARY_SUFFIX);
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    builder.tempfile_in(folder)
}

/// True where the file holds drafts of ours and no others.
fn contains_only_own_drafts(path: &Path, skus: &HashSet<String>) -> bool {
    let Ok(reader) = csv::ReaderBuilder::new().has_headers(false).flexible(true).from_path(path) else { return false };
    let mut rows =
        reader.into_records().skip_while(|line| !matches!(line, Ok(cells) if cells.get(0) == Some(ACTION_HEADER)));
    let mut holds_some = false;
    let only_ours = rows.by_ref().skip(1).all(|line| {
        holds_some = true;
        line.is_ok_and(|cells| cells.get(SKU_COLUMN).is_some_and(|sku| skus.contains(sku)))
    });
    only_ours && holds_some
}
