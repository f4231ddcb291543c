//! Takes the photos of a folder in: finds the item of each, and uploads it once.

use std::collections::{BTreeMap, BTreeSet};

use futures::{StreamExt as _, stream};

use super::file_name::{FileKind, PhotoName, PhotoSubject};
use super::item_upload::{ItemPhotoUploader, PhotoTarget, PhotoUploadError, TakenPhoto};
use super::picture::{PictureContent, PictureError};
use super::series::{BarcodePhoto, ScannedPicture, SeriesPhoto, assign_series};
use super::source::{PhotoFile, PhotoFolder, PhotoFolderError};
use domain::upc::Upc;

/// Maximum number of photos of a listing (Inventory API, `product.imageUrls`).
pub const MAX_PHOTOS: usize = 24;

/// Photos that are prepared at the same time; a decoded one takes some hundred megabytes at most.
const MAX_CONCURRENT_PHOTOS: usize = 3;

/// What is needed to take photos in.
pub struct PhotoIntake {
    pub folder: PhotoFolder,
    pub uploader: ItemPhotoUploader,
    /// The items of the seller's own SKUs, in lower case.
    pub own_skus: BTreeMap<String, Upc>,
    pub barcode_photo: BarcodePhoto,
}

/// What became of the files of a folder.
#[derive(Debug, Default)]
pub struct IntakeReport {
    /// Photos that were uploaded now.
    pub uploaded: u64,
    /// Photos that eBay had already.
    pub known: u64,
    /// Items whose photos are new or have another place.
    pub changed: BTreeSet<Upc>,
    /// All items with photos in the folder.
    pub items: BTreeSet<Upc>,
    /// Photos that were matched by a barcode in a photo, not by their names.
    pub matched_by_barcode: u64,
    /// Files that were not used, with the reason and what to do.
    pub problems: Vec<(String, String)>,
}

/// Why a photo was not taken in.
#[derive(Debug, thiserror::Error)]
enum PhotoError {
    #[error("{0}")]
    Folder(#[from] PhotoFolderError),
    #[error("{0}")]
    Picture(#[from] PictureError),
    #[error("{0}")]
    Upload(#[from] PhotoUploadError),
    #[error("an error in Draft Maker; the log has the details")]
    Panicked,
}

/// Photos by the copy of an item, from 1.
type PhotosByCopy = BTreeMap<(Upc, u32), Vec<MatchedPhoto>>;

/// A photo and its item.
struct MatchedPhoto {
    file: PhotoFile,
    upc: Upc,
    copy: u32,
    position: u32,
}

impl PhotoIntake {
    /// Takes all photos in. `watch` is told the number of files that are done and of all.
    ///
    /// # Errors
    /// Returns [`PhotoFolderError`] if the folder cannot be listed. What is wrong with single files is in the report.
    pub async fn take_all(&self, watch: impl Fn(usize, usize)) -> Result<IntakeReport, PhotoFolderError> {
        let mut report = IntakeReport::default();
        let mut by_copy = PhotosByCopy::new();
        let unnamed = self.match_names(self.folder.list_files().await?, &mut by_copy, &mut report);
        self.match_series(unnamed, &mut by_copy, &mut report).await;
        let matched = limit_photos(by_copy, &mut report);
        let total = matched.len();
        let each = stream::iter(matched).map(|photo| async move {
            let result = self.take_photo(&photo).await;
            (photo, result)
        });
        let mut taken = std::pin::pin!(each.buffered(MAX_CONCURRENT_PHOTOS));
        let mut done = 0;
        while let Some((photo, result)) = taken.next().await {
            done += 1;
            watch(done, total);
            report.items.insert(photo.upc);
            match result {
                Ok(TakenPhoto::Uploaded) => {
                    report.uploaded += 1;
                    report.changed.insert(photo.upc);
                }
                Ok(TakenPhoto::Known) => {
                    report.known += 1;
                    report.changed.insert(photo.upc);
                }
                Ok(TakenPhoto::Unchanged) => report.known += 1,
                Err(error) => report.problems.push((photo.file.name.clone(), error.to_string())),
            }
        }
        report.problems.sort();
        Ok(report)
    }

    /// Finds the item of each file by its name. Returns the photos whose names say none.
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

    /// Finds the item of each photo by the barcode that begins its series.
    async fn match_series(&self, files: Vec<PhotoFile>, by_copy: &mut PhotosByCopy, report: &mut IntakeReport) {
        let each = stream::iter(files).map(|file| async move {
            let content = self.read_content(&file).await;
            (file, content)
        });
        let mut read = std::pin::pin!(each.buffered(MAX_CONCURRENT_PHOTOS));
        let mut pictures = Vec::new();
        while let Some((file, content)) = read.next().await {
            match content {
                Ok(PictureContent { taken_at, barcodes }) => pictures.push(ScannedPicture { file, taken_at, barcodes }),
                Err(error) => report.problems.push((file.name, error.to_string())),
            }
        }
        let (assigned, problems) = assign_series(pictures, self.barcode_photo);
        report.matched_by_barcode = assigned.len() as u64;
        report.problems.extend(problems.into_iter().map(|(file, why)| (file.name, why)));
        for SeriesPhoto { file, upc, position } in assigned {
            by_copy.entry((upc, 1)).or_default().push(MatchedPhoto { file, upc, copy: 1, position });
        }
    }

    async fn read_content(&self, file: &PhotoFile) -> Result<PictureContent, PhotoError> {
        let content = self.folder.read_file(file).await?;
        let read = tokio::task::spawn_blocking(move || PictureContent::from_file(&content)).await;
        Ok(read.map_err(|_| PhotoError::Panicked)??)
    }

    fn find_item(&self, name: &PhotoName) -> Option<(Upc, u32, u32)> {
        name.subjects.iter().find_map(|(subject, position)| match subject {
            PhotoSubject::Copy(upc, copy) => Some((*upc, *copy, *position)),
            PhotoSubject::OwnSku(sku) => self.own_skus.get(sku).map(|upc| (*upc, 1, *position)),
        })
    }

    /// Takes one file in as a photo of an item, at this position from 1, whatever its name says.
    ///
    /// # Errors
    /// Returns what is wrong with the file, or why it was not uploaded, in a sentence.
    pub async fn take_file(&self, file: PhotoFile, upc: Upc, position: u32) -> Result<(), String> {
        let photo = MatchedPhoto { file, upc, copy: 1, position };
        self.take_photo(&photo).await.map(drop).map_err(|error| error.to_string())
    }

    async fn take_photo(&self, photo: &MatchedPhoto) -> Result<TakenPhoto, PhotoError> {
        let content = self.folder.read_file(&photo.file).await?;
        let MatchedPhoto { file, upc, copy, position } = photo;
        let target = PhotoTarget { upc: *upc, copy: *copy, position: *position, name: file.name.clone() };
        Ok(self.uploader.upload(&target, content).await?)
    }
}

/// Sorts the photos of each copy, and leaves out those beyond eBay's limit.
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
