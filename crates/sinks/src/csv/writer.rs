//! Writes drafts files completely or not at all, and never overwrites the file of another run. All functions block.

use std::collections::HashSet;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use super::row::CsvDraftRow;
use super::template::{SKU_COLUMN, SiteTemplate, TemplateColumns};
use domain::result_file::ResultFileKind;
use files::{AtomicFile, CompleteFile, CreateError};

/// Maximum number of names tried for one file.
const MAX_NAME_ATTEMPTS: u32 = 1_000;

/// Suffix of an incomplete file.
const TEMPORARY_SUFFIX: &str = ".unfinished";

/// Folder of the drafts files of one job, and the job's part of their names.
#[derive(Clone, Debug)]
pub(super) struct DraftsFolder {
    pub(super) path: PathBuf,
    pub(super) stamp: String,
    pub(super) template: SiteTemplate,
}

/// A complete drafts file.
#[derive(Debug)]
pub(super) struct FinishedPart {
    pub(super) path: PathBuf,
    pub(super) skus: HashSet<String>,
}

/// Writer of a job's new drafts files: one file, or several if it grows too large. If it is dropped before
/// [`Self::finish`], complete parts stay and the temporary file is removed.
pub(super) struct DraftsFileWriter {
    folder: DraftsFolder,
    columns: TemplateColumns,
    max_part_bytes: usize,
    /// Number of files that the job had before.
    earlier_parts: usize,
    open_part: Option<PartFile>,
    finished: Vec<FinishedPart>,
}

/// A part that is being written under a temporary name.
pub(super) struct PartFile {
    file: AtomicFile,
    columns: TemplateColumns,
    byte_count: usize,
    skus: HashSet<String>,
}

impl DraftsFolder {
    /// Creates the folder if it is missing, and removes temporary files left by a killed process of this job.
    ///
    /// # Errors
    /// Returns the I/O error if the folder cannot be created or read.
    pub(super) fn prepare(&self) -> io::Result<()> {
        std::fs::create_dir_all(&self.path)?;
        for entry in std::fs::read_dir(&self.path)? {
            let entry = entry?;
            let name = entry.file_name().to_string_lossy().into_owned();
            if name.starts_with(&self.temporary_prefix()) && name.ends_with(TEMPORARY_SUFFIX) {
                std::fs::remove_file(entry.path())?;
            }
        }
        Ok(())
    }

    /// Returns files of this job that the ledger does not know, because the process ended before it recorded them. They
    /// contain only drafts in `unwritten`. `earlier_parts` is the number of files that the ledger knows.
    pub(super) fn find_unrecorded_parts(&self, earlier_parts: usize, unwritten: &HashSet<String>) -> Vec<FinishedPart> {
        let find_part = |part: usize| {
            let paths = (1..=MAX_NAME_ATTEMPTS).map(|number| self.path.join(self.file_name(part, number)));
            let existing = paths.take_while(|path| path.exists());
            existing.into_iter().find_map(|path| {
                let skus =
                    read_skus(&path, self.template).filter(|skus| !skus.is_empty() && skus.is_subset(unwritten))?;
                Some(FinishedPart { path, skus })
            })
        };
        (earlier_parts + 1..).map_while(find_part).collect()
    }

    /// Returns the drafts files of this job, sorted by name; none if the folder cannot be read.
    pub(super) fn find_files(&self) -> Vec<PathBuf> {
        let prefix = format!("{}{}", ResultFileKind::Drafts.prefix(), self.stamp);
        let is_own = |name: &str| {
            // `…_0` must not match the stamp `…_01`.
            let rest =
                name.strip_prefix(&prefix).and_then(|rest| rest.strip_suffix(ResultFileKind::Drafts.extension()));
            rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '_']))
        };
        let entries = std::fs::read_dir(&self.path).into_iter().flatten().filter_map(Result::ok);
        let own = entries.filter(|entry| is_own(&entry.file_name().to_string_lossy()));
        let mut files = own.map(|entry| entry.path()).collect::<Vec<_>>();
        files.sort_unstable();
        files
    }

    /// Creates a file under a temporary name.
    ///
    /// # Errors
    /// Returns the I/O error if the file cannot be created.
    pub(super) fn create_part(&self, columns: &TemplateColumns) -> io::Result<PartFile> {
        let mut file = AtomicFile::create_in(&self.path, &self.temporary_prefix(), TEMPORARY_SUFFIX)?;
        let header = columns.header_bytes()?;
        file.write_all(&header)?;
        Ok(PartFile { file, columns: columns.clone(), byte_count: header.len(), skus: HashSet::new() })
    }

    /// Returns `ebay_drafts_STAMP.csv`, or `ebay_drafts_STAMP_part2.csv` for a further part, followed by `_2`, `_3` if
    /// files of other runs already have these names.
    fn file_name(&self, part: usize, number: u32) -> String {
        let part = if part == 1 { String::new() } else { format!("_part{part}") };
        let number = if number == 1 { String::new() } else { format!("_{number}") };
        ResultFileKind::Drafts.file_name(&format!("{}{part}{number}", self.stamp))
    }

    fn temporary_prefix(&self) -> String {
        format!(".{}{}_", ResultFileKind::Drafts.prefix(), self.stamp)
    }

    /// Renames a complete file to the first unused name of its part.
    fn persist(&self, mut file: CompleteFile, part: usize) -> io::Result<PathBuf> {
        for number in 1..=MAX_NAME_ATTEMPTS {
            let path = self.path.join(self.file_name(part, number));
            match file.create(&path) {
                Ok(()) => return Ok(path),
                Err(CreateError::AlreadyExists(complete)) => file = complete,
                Err(CreateError::Io(error)) => return Err(error),
            }
        }
        let name = self.file_name(part, 1);
        Err(io::Error::new(io::ErrorKind::AlreadyExists, format!("{name} exists {MAX_NAME_ATTEMPTS} times")))
    }
}

impl PartFile {
    /// Adds one draft whose line is already encoded.
    fn write_line(&mut self, row: &CsvDraftRow, line: &[u8]) -> io::Result<()> {
        self.file.write_all(line)?;
        self.byte_count += line.len();
        self.skus.insert(row.sku.clone());
        Ok(())
    }

    /// Adds one draft.
    ///
    /// # Errors
    /// Returns the I/O error if the row cannot be written.
    pub(super) fn write_row(&mut self, row: &CsvDraftRow) -> io::Result<()> {
        let line = self.columns.row_bytes(row)?;
        self.write_line(row, &line)
    }

    /// Renames the file to `path`. Replaces an existing file only if all its drafts are in `own`. Returns whether the
    /// file was renamed.
    ///
    /// # Errors
    /// Returns the I/O error if the file cannot be written.
    pub(super) fn replace(self, path: &Path, own: &HashSet<String>) -> io::Result<bool> {
        let template = self.columns.template;
        let file = self.file.finish()?;
        let is_replaceable = !path.exists() || read_skus(path, template).is_some_and(|skus| skus.is_subset(own));
        if is_replaceable {
            file.replace(path)?;
        }
        Ok(is_replaceable)
    }
}

impl DraftsFileWriter {
    /// Creates a writer for a job that already has `earlier_parts` files.
    pub(super) fn new(
        folder: DraftsFolder,
        columns: TemplateColumns,
        max_part_bytes: usize,
        earlier_parts: usize,
    ) -> Self {
        Self { folder, columns, max_part_bytes, earlier_parts, open_part: None, finished: Vec::new() }
    }

    /// Adds one draft. Starts a new part if the row does not fit into the current one.
    ///
    /// # Errors
    /// Returns the I/O error if the row, or the full part, cannot be written.
    pub(super) fn write_row(&mut self, row: &CsvDraftRow) -> io::Result<()> {
        let line = self.columns.row_bytes(row)?;
        let mut part = match self.open_part.take() {
            Some(part) if part.byte_count + line.len() <= self.max_part_bytes => part,
            full => {
                full.map(|part| self.persist_part(part)).transpose()?;
                self.folder.create_part(&self.columns)?
            }
        };
        part.write_line(row, &line)?;
        self.open_part = Some(part);
        Ok(())
    }

    /// Gives the last part its final name. Returns all parts.
    ///
    /// # Errors
    /// Returns the I/O error if the last part cannot be written.
    pub(super) fn finish(mut self) -> io::Result<Vec<FinishedPart>> {
        self.open_part.take().map(|part| self.persist_part(part)).transpose()?;
        Ok(self.finished)
    }

    fn persist_part(&mut self, part: PartFile) -> io::Result<()> {
        let number = self.earlier_parts + self.finished.len() + 1;
        let path = self.folder.persist(part.file.finish()?, number)?;
        self.finished.push(FinishedPart { path, skus: part.skus });
        Ok(())
    }
}

/// Returns the SKUs of a drafts file; `None` if it is not a complete drafts file.
fn read_skus(path: &Path, template: SiteTemplate) -> Option<HashSet<String>> {
    let mut builder = csv::ReaderBuilder::new();
    let reader = builder.has_headers(false).flexible(true).delimiter(template.delimiter).from_path(path).ok()?;
    let is_header = |cells: &csv::StringRecord| cells.get(0) == Some(template.action_header);
    let mut rows = reader.into_records().skip_while(|line| !matches!(line, Ok(cells) if is_header(cells)));
    rows.next()?.ok()?;
    rows.map(|line| line.ok()?.get(SKU_COLUMN).map(str::to_owned)).collect()
}
