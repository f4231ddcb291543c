//! Takes in the photos of a folder: finds the item of each photo, and uploads each photo once.

use std::collections::{BTreeMap, BTreeSet};

use futures::{StreamExt as _, stream};
use jiff::Timestamp;

use super::file_name::{FileKind, PhotoName, PhotoSubject, mistyped_barcode};
use super::item_upload::{ItemPhotoUploader, PhotoImport, PhotoTarget, PhotoUploadError, content_digest};
use super::picture::{PictureContent, PictureError, read_taken_at};
use super::series::{AssignedSeries, BarcodePhoto, ScannedPicture, SeriesPhoto, assign_series};
use super::source::{PhotoFile, PhotoFolder, PhotoFolderError};
use domain::upc::Upc;
use store::StoreDatabaseError;
use store::photo_store::ReadPicture;

/// Maximum number of photos of a listing.
pub const MAX_PHOTOS: usize = domain::listing::MAX_IMAGES;

/// Maximum number of photos prepared at the same time. A decoded photo takes up to several hundred megabytes.
const MAX_CONCURRENT_PHOTOS: usize = 3;

/// Takes in the photos of a folder.
pub struct PhotoIntake {
    pub folder: PhotoFolder,
    pub uploader: ItemPhotoUploader,
    pub listed: ListedCopies,
    pub barcode_photo: BarcodePhoto,
    /// Time of the action, under which it can be undone.
    pub started_at: Timestamp,
}

/// The copies in the seller's lists, for photos that are not named by a barcode.
#[derive(Debug, Default)]
pub struct ListedCopies {
    /// Barcode and number of the draft (from 1, as in the SKU) by the seller's own SKU, in lower case.
    pub by_own_sku: BTreeMap<String, (Upc, u32)>,
    /// Items whose copies differ, so that each gets its own draft.
    pub with_several_drafts: BTreeSet<Upc>,
}

/// Result of taking in the photos of a folder.
#[derive(Debug, Default)]
pub struct IntakeReport {
    /// Number of photos uploaded now.
    pub uploaded: u64,
    /// Number of photos that were already at eBay.
    pub known: u64,
    /// Items with a new photo or a photo in a new position.
    pub changed: BTreeSet<Upc>,
    /// Items with usable photos in the folder.
    pub items: BTreeSet<Upc>,
    /// Number of photos matched by a barcode in a photo, not by file name.
    pub matched_by_barcode: u64,
    /// Files with the same picture as another file of the item, which is used once, or as a photo of another item, each
    /// with a message.
    pub repeated: Vec<(String, String)>,
    /// Files that may show another item than the one to which they were matched, each with the reason.
    pub doubtful: Vec<(String, String)>,
    /// Files that were not used, each with the reason and what to do.
    pub problems: Vec<(String, String)>,
}

/// Progress of taking in a folder.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct IntakeProgress {
    pub step: IntakeStep,
    /// Number of processed files.
    pub done: usize,
    /// Number of files of this step.
    pub total: usize,
}

/// Step of taking in a folder.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IntakeStep {
    /// Barcodes are read from pictures whose names identify no item.
    ReadBarcodes,
    /// Pictures are prepared and uploaded.
    Upload,
}

/// Why a photo could not be taken in.
#[derive(Debug, thiserror::Error)]
pub enum PhotoError {
    #[error(transparent)]
    Folder(#[from] PhotoFolderError),
    #[error(transparent)]
    Picture(#[from] PictureError),
    #[error(transparent)]
    Upload(#[from] PhotoUploadError),
    #[error(transparent)]
    Store(#[from] StoreDatabaseError),
    #[error("it is the same picture as {0}, so it is used once")]
    SamePicture(String),
    #[error("another photo of the item has the same file name, in {0}: rename one of them")]
    SameName(String),
    #[error("an error in Draft Maker; the log has the details")]
    Panicked,
}

/// Photos by barcode and copy number (from 1).
type PhotosByCopy = BTreeMap<(Upc, u32), Vec<MatchedPhoto>>;

/// File names by barcode, copy number, and digest of the picture.
type PictureNames = BTreeMap<(Upc, u32, String), String>;

/// The files of each copy that were read so far.
#[derive(Default)]
struct ReadFiles {
    /// Name of the first file with each picture.
    first_names: PictureNames,
    /// Folders by barcode, copy number, and file name, by which photos are saved.
    folders: BTreeMap<(Upc, u32, String), String>,
}

/// A photo with its item.
struct MatchedPhoto {
    file: PhotoFile,
    upc: Upc,
    copy: u32,
    position: u32,
}

impl IntakeReport {
    /// Adds the result of uploading a photo.
    fn add_result(&mut self, photo: &MatchedPhoto, result: Result<PhotoImport, PhotoError>) {
        if matches!(result, Ok(_) | Err(PhotoError::SamePicture(_))) {
            self.items.insert(photo.upc);
        }
        match result {
            Ok(PhotoImport::Uploaded) => {
                self.uploaded += 1;
                self.changed.insert(photo.upc);
            }
            Ok(PhotoImport::Known) => {
                self.known += 1;
                self.changed.insert(photo.upc);
            }
            Ok(PhotoImport::Unchanged) => self.known += 1,
            Err(error @ PhotoError::SamePicture(_)) => {
                self.repeated.push((photo.file.name.clone(), error.to_string()));
            }
            Err(error) => self.problems.push((photo.file.name.clone(), error.to_string())),
        }
    }
}

impl PhotoIntake {
    /// Takes in all photos. Calls `watch` after each file of a step.
    ///
    /// # Errors
    /// Returns [`PhotoFolderError`] if the folder cannot be listed. Errors of single files are in the report.
    pub async fn import_all(&self, watch: impl Fn(IntakeProgress)) -> Result<IntakeReport, PhotoFolderError> {
        let mut report = IntakeReport::default();
        let mut by_copy = PhotosByCopy::new();
        let unnamed = self.match_names(self.folder.list_files().await?, &mut by_copy, &mut report);
        let left_out = self.match_series(unnamed, &mut by_copy, &mut report, &watch).await;
        let matched = limit_photos(by_copy, &mut report);
        let upcs = matched.iter().map(|photo| photo.upc).chain(left_out.iter().map(|photo| photo.upc));
        let upcs = upcs.collect::<BTreeSet<_>>();
        let recorded = self.record_changes(&upcs, (matched, left_out), &mut report, &watch).await;
        if let Err(error) = recorded {
            report.problems.push(("photos".to_owned(), error.to_string()));
        }
        report.problems.sort();
        Ok(report)
    }

    /// Uploads the matched photos and leaves out the others. Records the photos before, so that this can be undone.
    async fn record_changes(
        &self,
        upcs: &BTreeSet<Upc>,
        (matched, left_out): (Vec<MatchedPhoto>, Vec<SeriesPhoto>),
        report: &mut IntakeReport,
        watch: &impl Fn(IntakeProgress),
    ) -> Result<(), StoreDatabaseError> {
        self.uploader.begin_import(&self.folder.to_string(), upcs, self.started_at).await?;
        let pictures = self.upload_all(matched, report, watch).await;
        for SeriesPhoto { file, upc, .. } in left_out {
            report.items.insert(upc);
            if self.uploader.leave_out(upc, &file.name).await? {
                report.changed.insert(upc);
            }
        }
        self.uploader.finish_import(&report.changed, self.started_at).await?;
        for ((upc, _, digest), name) in pictures {
            let others = self.uploader.items_with_picture(&digest).await?;
            let others = others.iter().filter(|other| **other != upc).map(ToString::to_string).collect::<Vec<_>>();
            if !others.is_empty() {
                let others = others.join(" and ");
                let why = format!("it is also a photo of {others}: check which of the items it shows");
                report.repeated.push((name, why));
            }
        }
        Ok(())
    }

    /// Uploads photos. Returns the name of the first file with each picture of a copy.
    async fn upload_all(
        &self,
        matched: Vec<MatchedPhoto>,
        report: &mut IntakeReport,
        watch: &impl Fn(IntakeProgress),
    ) -> PictureNames {
        let total = matched.len();
        let names = &names_by_copy(&matched);
        let mut read_files = ReadFiles::default();
        let read = stream::iter(matched).map(|photo| async move {
            let content = self.read_photo(&photo.file).await;
            (photo, content)
        });
        // In order, so that the first of equal pictures is used.
        let unique = read.buffered(MAX_CONCURRENT_PHOTOS).map(|(photo, content)| {
            let content = content.and_then(|content| read_files.check_unique(&photo, content));
            async move {
                let names = names.get(&(photo.upc, photo.copy)).map(Vec::as_slice).unwrap_or_default();
                let result = match content {
                    Ok(content) => self.upload_photo(&photo, content, names).await,
                    Err(error) => Err(error),
                };
                (photo, result)
            }
        });
        let mut taken = Box::pin(unique.buffered(MAX_CONCURRENT_PHOTOS));
        let mut done = 0;
        while let Some((photo, result)) = taken.next().await {
            done += 1;
            watch(IntakeProgress { step: IntakeStep::Upload, done, total });
            report.add_result(&photo, result);
        }
        drop(taken);
        read_files.first_names
    }

    /// Matches files to items by file name. Returns the photos whose names identify no item.
    fn match_names(
        &self,
        files: Vec<PhotoFile>,
        by_copy: &mut PhotosByCopy,
        report: &mut IntakeReport,
    ) -> Vec<PhotoFile> {
        let mut unnamed = Vec::new();
        for file in files {
            let problem = match FileKind::from_name(&file.name) {
                FileKind::Other => continue,
                FileKind::OtherPicture(ending) if ending == "heic" || ending == "heif" => {
                    PictureError::Heic.to_string()
                }
                FileKind::OtherPicture(_) => PictureError::OtherFormat.to_string(),
                FileKind::Photo(name) => {
                    if let Some((upc, copy, position)) = self.find_item(&name) {
                        by_copy.entry((upc, copy)).or_default().push(MatchedPhoto { file, upc, copy, position });
                    } else if let Some(digits) = mistyped_barcode(&file.name) {
                        let why = format!("{digits} is not a barcode: a digit is wrong; correct the name of the file");
                        report.problems.push((file.name, why));
                    } else {
                        unnamed.push(file);
                    }
                    continue;
                }
            };
            report.problems.push((file.name, problem));
        }
        unnamed
    }

    /// Matches photos to items by the barcode at the start of each series. Returns the photos of barcodes to leave out.
    async fn match_series(
        &self,
        files: Vec<PhotoFile>,
        by_copy: &mut PhotosByCopy,
        report: &mut IntakeReport,
        watch: impl Fn(IntakeProgress),
    ) -> Vec<SeriesPhoto> {
        let total = files.len();
        let each = stream::iter(files).map(|file| async move {
            let content = self.read_content(&file).await;
            (file, content)
        });
        let mut read = std::pin::pin!(each.buffered(MAX_CONCURRENT_PHOTOS));
        let (mut pictures, mut done) = (Vec::new(), 0);
        while let Some((file, content)) = read.next().await {
            done += 1;
            watch(IntakeProgress { step: IntakeStep::ReadBarcodes, done, total });
            match content {
                Ok(ReadPicture { taken_at, barcodes }) => {
                    pictures.push(ScannedPicture { file, taken_at, barcodes, is_named: false });
                }
                Err(error) => report.problems.push((file.name, error.to_string())),
            }
        }
        pictures.extend(self.read_named(&pictures, by_copy).await);
        let AssignedSeries { photos: assigned, left_out, problems, doubtful } =
            assign_series(pictures, self.barcode_photo);
        report.doubtful.extend(doubtful.into_iter().map(|(file, why)| (file.name, why)));
        report.problems.extend(problems.into_iter().map(|(file, why)| (file.name, why)));
        for SeriesPhoto { file, upc, position } in assigned {
            if self.listed.with_several_drafts.contains(&upc) {
                let why = format!(
                    "the copies of {upc} have several drafts; name the photo by the SKU of its draft, such as DM{upc}C2.jpg"
                );
                report.problems.push((file.name, why));
                continue;
            }
            report.matched_by_barcode += 1;
            by_copy.entry((upc, 1)).or_default().push(MatchedPhoto { file, upc, copy: 1, position });
        }
        left_out
    }

    /// Returns the pictures named by an item that are in the folders of the other pictures. They can end a series: a
    /// seller names the photos of an item whose barcode cannot be read.
    async fn read_named(&self, others: &[ScannedPicture], by_copy: &PhotosByCopy) -> Vec<ScannedPicture> {
        let folders = others.iter().map(|picture| picture.file.folder()).collect::<BTreeSet<_>>();
        let mut named = Vec::new();
        for MatchedPhoto { file, upc, .. } in by_copy.values().flatten() {
            // The upload reports files that cannot be read.
            if folders.contains(file.folder())
                && let Ok(content) = self.folder.read_file(file).await
            {
                let (file, taken_at) = (file.clone(), read_taken_at(&content));
                named.push(ScannedPicture { file, taken_at, barcodes: vec![*upc], is_named: true });
            }
        }
        named
    }

    /// Returns what a file shows. The result for a content is stored, because the search for barcodes takes seconds.
    async fn read_content(&self, file: &PhotoFile) -> Result<ReadPicture, PhotoError> {
        let content = self.folder.read_file(file).await?;
        let digest = content_digest(&content);
        if let Some(known) = self.uploader.store().find_read_picture(&digest).await? {
            return Ok(known);
        }
        let read = tokio::task::spawn_blocking(move || PictureContent::from_file(&content)).await;
        let PictureContent { taken_at, barcodes } = read.map_err(|_| PhotoError::Panicked)??;
        let picture = ReadPicture { taken_at, barcodes };
        self.uploader.store().save_read_picture(&digest, &picture).await?;
        Ok(picture)
    }

    fn find_item(&self, name: &PhotoName) -> Option<(Upc, u32, u32)> {
        name.subjects.iter().find_map(|(subject, position)| match subject {
            PhotoSubject::Copy(upc, copy) => Some((*upc, *copy, *position)),
            PhotoSubject::OwnSku(sku) => self.listed.by_own_sku.get(sku).map(|(upc, copy)| (*upc, *copy, *position)),
        })
    }

    /// Takes in one file as a photo of an item. Ignores its file name. `position` counts from 1.
    ///
    /// # Errors
    /// Returns [`PhotoError`] if the file is invalid or could not be uploaded.
    pub async fn import_file(&self, file: PhotoFile, upc: Upc, position: u32) -> Result<(), PhotoError> {
        let photo = MatchedPhoto { file, upc, copy: 1, position };
        let content = self.read_photo(&photo.file).await?;
        self.upload_photo(&photo, content, &[]).await.map(drop)
    }

    async fn read_photo(&self, file: &PhotoFile) -> Result<Vec<u8>, PhotoError> {
        Ok(self.folder.read_file(file).await?)
    }

    /// Uploads a photo. `names` are those of all photos of the copy in the folder.
    async fn upload_photo(
        &self,
        photo: &MatchedPhoto,
        content: Vec<u8>,
        names: &[String],
    ) -> Result<PhotoImport, PhotoError> {
        let MatchedPhoto { file, upc, copy, position } = photo;
        let target = PhotoTarget { upc: *upc, copy: *copy, position: *position, name: file.name.clone() };
        Ok(self.uploader.upload(&target, content, names).await?)
    }
}

/// Returns the file names of the photos of each copy.
fn names_by_copy(photos: &[MatchedPhoto]) -> BTreeMap<(Upc, u32), Vec<String>> {
    let mut names = BTreeMap::<_, Vec<String>>::new();
    for MatchedPhoto { file, upc, copy, .. } in photos {
        names.entry((*upc, *copy)).or_default().push(file.name.clone());
    }
    names
}

impl ReadFiles {
    /// Returns the content of a photo, or an error if an earlier file of the copy has the same content or the same name.
    fn check_unique(&mut self, photo: &MatchedPhoto, content: Vec<u8>) -> Result<Vec<u8>, PhotoError> {
        let MatchedPhoto { file, upc, copy, .. } = photo;
        let (picture, name) = ((*upc, *copy, content_digest(&content)), (*upc, *copy, file.name.clone()));
        if let Some(first) = self.first_names.get(&picture) {
            return Err(PhotoError::SamePicture(first.clone()));
        }
        if let Some(folder) = self.folders.get(&name) {
            return Err(PhotoError::SameName(folder.clone()));
        }
        self.first_names.insert(picture, file.name.clone());
        self.folders.insert(name, file.folder().to_owned());
        Ok(content)
    }
}

/// Sorts the photos of each copy, and drops photos beyond eBay's limit.
fn limit_photos(by_copy: PhotosByCopy, report: &mut IntakeReport) -> Vec<MatchedPhoto> {
    let mut matched = Vec::new();
    for mut photos in by_copy.into_values() {
        photos.sort_by(|one, other| (one.position, &one.file).cmp(&(other.position, &other.file)));
        for surplus in photos.split_off(photos.len().min(MAX_PHOTOS)) {
            let why = format!("a listing has at most {MAX_PHOTOS} photos; this one is left out");
            report.problems.push((surplus.file.name, why));
        }
        matched.extend(photos);
    }
    matched
}
