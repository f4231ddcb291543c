//! Writes the drafts file whole or not at all, and never over the file of another run. Everything here blocks.

use std::collections::HashSet;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use super::row::CsvDraftRow;
use super::template::{SKU_COLUMN, SiteTemplate, TemplateColumns};
use files::{AtomicFile, CreateError};

/// Maximum names that are tried for one file.
const MAX_NAME_ATTEMPTS: u32 = 1_000;

/// Ending of a file that is not whole yet.
const TEMPORARY_SUFFIX: &str = ".unfinished";

/// The drafts file of one job, and its further parts if one grows too large. Dropped before [`Self::finish`], it leaves
/// the parts that are complete and no temporary file.
pub(super) struct DraftsFileWriter {
    folder: PathBuf,
    stamp: String,
    columns: TemplateColumns,
    max_part_bytes: usize,
    /// The drafts of this job. A file that holds only these is this job's own from before a crash and is replaced, so
    /// that a resumed job leaves one file.
    skus: HashSet<String>,
    open_part: Option<PartFile>,
    finished_paths: Vec<PathBuf>,
}

/// A part under its temporary name.
struct PartFile {
    file: AtomicFile,
    byte_count: usize,
}

impl DraftsFileWriter {
    /// Creates `folder` if it is missing, and removes the temporary files that a killed process of this job has left.
    ///
    /// # Errors
    /// Returns the error of the system if the folder cannot be created or read.
    pub(super) fn create_in(
        folder: PathBuf,
        stamp: &str,
        columns: TemplateColumns,
        max_part_bytes: usize,
        skus: HashSet<String>,
    ) -> io::Result<Self> {
        std::fs::create_dir_all(&folder)?;
        let writer = Self {
            folder,
            stamp: stamp.to_owned(),
            columns,
            max_part_bytes,
            skus,
            open_part: None,
            finished_paths: Vec::new(),
        };
        writer.remove_leftovers()?;
        Ok(writer)
    }

    /// Adds one draft. Begins a new part if the row does not fit into the last one.
    ///
    /// # Errors
    /// Returns the error of the system if the row, or the part that is full, cannot be written.
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

    /// Gives the last part its name. Returns the paths of all parts.
    ///
    /// # Errors
    /// Returns the error of the system if the last part cannot be written.
    pub(super) fn finish(mut self) -> io::Result<Vec<PathBuf>> {
        self.open_part.take().map(|part| self.persist_part(part)).transpose()?;
        Ok(self.finished_paths)
    }

    fn create_part(&self) -> io::Result<PartFile> {
        let mut file = AtomicFile::create_in(&self.folder, &self.temporary_prefix(), TEMPORARY_SUFFIX)?;
        let header = self.columns.header_bytes()?;
        file.write_all(&header)?;
        Ok(PartFile { file, byte_count: header.len() })
    }

    fn persist_part(&mut self, part: PartFile) -> io::Result<()> {
        let mut file = part.file.finish()?;
        for number in 1..=MAX_NAME_ATTEMPTS {
            let path = self.folder.join(self.file_name(number));
            if contains_only_own_drafts(&path, self.columns.template, &self.skus) {
                file.replace(&path)?;
                self.finished_paths.push(path);
                return Ok(());
            }
            match file.create(&path) {
                Ok(()) => {
                    self.finished_paths.push(path);
                    return Ok(());
                }
                Err(CreateError::AlreadyExists(complete)) => file = complete,
                Err(CreateError::Io(error)) => return Err(error),
            }
        }
        Err(io::Error::new(
            io::ErrorKind::AlreadyExists,
            format!("{} exists {MAX_NAME_ATTEMPTS} times", self.file_name(1)),
        ))
    }

    /// Returns `ebay_drafts_STAMP.csv`, `ebay_drafts_STAMP_part2.csv` for a further part, and `_2`, `_3` at the end if
    /// files of other runs have these names.
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

/// Returns true if the file holds drafts of this job and no others.
fn contains_only_own_drafts(path: &Path, template: SiteTemplate, skus: &HashSet<String>) -> bool {
    let mut builder = csv::ReaderBuilder::new();
    let builder = builder.has_headers(false).flexible(true).delimiter(template.delimiter);
    let Ok(reader) = builder.from_path(path) else { return false };
    let mut rows = reader
        .into_records()
        .skip_while(|line| !matches!(line, Ok(cells) if cells.get(0) == Some(template.action_header)));
    let mut has_rows = false;
    let has_only_own = rows.by_ref().skip(1).all(|line| {
        has_rows = true;
        line.is_ok_and(|cells| cells.get(SKU_COLUMN).is_some_and(|sku| skus.contains(sku)))
    });
    has_only_own && has_rows
}
