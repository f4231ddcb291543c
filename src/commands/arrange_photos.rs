//! Reorders, removes and adds the photos of one item, for `draft-maker edit --photos`.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::process::ExitCode;

use super::auth;
use super::draft_update::resume_after_edit;
use super::error::UsageError;
use super::output::{print_json, print_stdout};
use super::photos::redraft_items;
use crate::cli::OutputFormat;
use crate::config::Config;
use crate::headless::strip_terminal_controls;
use domain::job_spec::JobId;
use domain::upc::Upc;
use ebay::TokenKind;
use jiff::Timestamp;
use photos::{
    BarcodePhoto, FileKind, ItemPhotoUploader, ListedCopies, MAX_PHOTOS, PhotoError, PhotoFile, PhotoFolder,
    PhotoFolderError, PhotoIntake, PhotoUploadError,
};
use store::journal::Journal;
use store::photo_edits::PhotoEdit;
use store::photo_store::{HostedPhoto, PhotoStore};

/// The word that removes all photos.
pub(super) const NO_PHOTOS: &str = "none";

/// The arranged photos of an item.
pub(super) struct ArrangedPhotos {
    store: PhotoStore,
    environment_id: String,
    upc: Upc,
    photos: Vec<HostedPhoto>,
    /// Time under which the earlier arrangement is recorded.
    edited_at: Timestamp,
}

/// An edit of the photos of an item that was undone together with a decision.
pub(super) struct UndonePhotos {
    undone: ArrangedPhotos,
    edit: PhotoEdit,
    /// All photos as they were before the edit was undone.
    before_undo: Vec<HostedPhoto>,
}

/// Arranges the photos of an item. Each entry of `wanted` is the name of one of its photos, or the path of a file to
/// upload for its first draft. Photos that are not in `wanted` are removed from the item's drafts. If the item has several
/// drafts, one of whose photos none is wanted keeps its photos, unless `wanted` removes all.
pub(super) async fn arrange_photos(config: &Config, upc: Upc, wanted: &[String]) -> anyhow::Result<ArrangedPhotos> {
    let is_none = wanted.iter().any(|photo| photo == NO_PHOTOS);
    let wanted = if is_none { Vec::new() } else { expand_folders(wanted).await? };
    let wanted = &wanted[..];
    let ebay = auth::connect_ebay(config).await?;
    let (store, environment_id) =
        (PhotoStore::open(&config.store_location()?).await?, ebay.settings().environment_id());
    let present = store.all_photos_for_upc(&environment_id, upc).await?;
    check_photos(upc, wanted, &present)?;
    let is_new = |photo: &&String| !present.iter().any(|one| one.name == **photo);
    if wanted.iter().any(|photo| is_new(&photo)) {
        ebay.tokens().valid_token(TokenKind::Seller).await?;
    }
    let edited_at = Timestamp::now();
    store.begin_edit(&environment_id, upc, edited_at).await?;
    let intake = PhotoIntake {
        folder: PhotoFolder::Local(".".into()),
        uploader: ItemPhotoUploader::new(store.clone(), &ebay),
        listed: ListedCopies::default(),
        barcode_photo: BarcodePhoto::Last,
        started_at: edited_at,
    };
    let mut uploaded = Vec::new();
    for (position, path) in (1..).zip(wanted).filter(|(_, photo)| is_new(photo)) {
        let added = intake.import_file(PhotoFile::new(path), upc, position).await;
        added.map_err(|error| describe_import_error(path, error, &uploaded))?;
        uploaded.push(file_name(path));
    }
    let names = wanted.iter().map(|path| file_name(path)).collect::<Vec<_>>();
    let mut arranged = store.all_photos_for_upc(&environment_id, upc).await?;
    if !is_none {
        let is_named = |photo: &&HostedPhoto| names.contains(&photo.name.as_str());
        let copies = arranged.iter().filter(is_named).map(|photo| photo.copy).collect::<BTreeSet<_>>();
        arranged.retain(|photo| copies.contains(&photo.copy));
    }
    store.arrange_photos(&environment_id, upc, arranged, &names).await?;
    let photos = store.photos_for_upc(&environment_id, upc).await?;
    Ok(ArrangedPhotos { store, environment_id, upc, photos, edited_at })
}

/// Returns the latest edit of photos, of one item or of any item, that was not undone.
pub(super) async fn find_newest_edit(config: &Config, upc: Option<Upc>) -> anyhow::Result<Option<PhotoEdit>> {
    let environment_id = config.section::<ebay::Settings>("ebay")?.environment_id();
    let store = PhotoStore::open_read_only(&config.store_location()?).await?;
    Ok(store.newest_edit(&environment_id, upc).await?)
}

/// Returns all edits of the same action.
pub(super) async fn find_edits_of_action(config: &Config, edit: &PhotoEdit) -> anyhow::Result<Vec<PhotoEdit>> {
    let environment_id = config.section::<ebay::Settings>("ebay")?.environment_id();
    let store = PhotoStore::open_read_only(&config.store_location()?).await?;
    Ok(store.edits_at(&environment_id, edit.at).await?)
}

/// Gives the photos of an item their arrangement before an edit.
pub(super) async fn undo_edit(config: &Config, edit: PhotoEdit) -> anyhow::Result<UndonePhotos> {
    let environment_id = config.section::<ebay::Settings>("ebay")?.environment_id();
    let store = PhotoStore::open(&config.store_location()?).await?;
    let before_undo = store.all_photos_for_upc(&environment_id, edit.upc).await?;
    store.undo_edit(&environment_id, &edit).await?;
    let photos = store.photos_for_upc(&environment_id, edit.upc).await?;
    let undone = ArrangedPhotos { store, environment_id, upc: edit.upc, photos, edited_at: edit.at };
    Ok(UndonePhotos { undone, edit, before_undo })
}

/// Replaces each folder with the photos in it, in the order of their names.
async fn expand_folders(wanted: &[String]) -> anyhow::Result<Vec<String>> {
    let mut files = Vec::new();
    for path in wanted {
        if !Path::new(path).is_dir() {
            files.push(path.clone());
            continue;
        }
        let in_folder = PhotoFolder::Local(path.into()).list_files().await?;
        let photos = in_folder.iter().filter(|file| matches!(FileKind::from_name(&file.name), FileKind::Photo(_)));
        let photos = photos.map(|file| format!("{}{}", file.folder(), file.name)).collect::<Vec<_>>();
        if photos.is_empty() {
            return Err(UsageError(format!("the folder {path} has no JPEG or PNG picture")).into());
        }
        files.extend(photos);
    }
    Ok(files)
}

/// Returns the error of a photo that was not added. Only a fault of the file is a mistake of the seller. Names the photos
/// that were added before it, because their files cannot be added again.
fn describe_import_error(path: &str, error: PhotoError, uploaded: &[&str]) -> anyhow::Error {
    let mut context = format!("cannot add the photo {path}");
    if !uploaded.is_empty() {
        context = format!("{context}; added before: {}, so name them without their folder", uploaded.join(", "));
    }
    match error {
        PhotoError::Picture(_)
        | PhotoError::SamePicture(_)
        | PhotoError::SameName(_)
        | PhotoError::Folder(PhotoFolderError::TooLarge)
        | PhotoError::Upload(PhotoUploadError::Picture(_) | PhotoUploadError::SamePicture(_)) => {
            UsageError(format!("{context}: {error}")).into()
        }
        error => anyhow::Error::new(error).context(context),
    }
}

/// Checks all wanted photos before the first upload.
fn check_photos(upc: Upc, wanted: &[String], present: &[HostedPhoto]) -> Result<(), UsageError> {
    let mut names = BTreeSet::new();
    for photo in wanted {
        let name = file_name(photo);
        if !names.insert(name) {
            return Err(UsageError(format!("{name} is named twice: name each photo once")));
        }
        if !present.iter().any(|one| one.name == *photo) && !Path::new(photo).is_file() {
            let known = present.iter().map(|one| one.name.as_str()).collect::<Vec<_>>().join(", ");
            let known = if known.is_empty() { "no photos yet".to_owned() } else { known };
            return Err(UsageError(format!(
                "there is no photo and no file {photo:?}: {upc} has {known}; name one of these, or a file to upload"
            )));
        }
        if present.iter().any(|one| one.name == name && name != photo) {
            return Err(UsageError(format!(
                "{upc} already has a photo {name}: rename the file {photo}, or name it {name}"
            )));
        }
        if !matches!(FileKind::from_name(name), FileKind::Photo(_)) {
            return Err(UsageError(format!("{photo} is not a JPEG or PNG picture: convert it first")));
        }
    }
    if wanted.len() > MAX_PHOTOS {
        return Err(UsageError(format!("{} photos: a listing has at most {MAX_PHOTOS}", wanted.len())));
    }
    Ok(())
}

fn file_name(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or_default()
}

impl UndonePhotos {
    pub(super) const fn upc(&self) -> Upc {
        self.undone.upc
    }

    /// Returns the photos as they are now.
    pub(super) fn into_arranged(self) -> ArrangedPhotos {
        self.undone
    }

    /// Does the edit again, because the decision that belongs to it could not be undone.
    pub(super) async fn redo_edit(self) -> anyhow::Result<()> {
        let Self { undone: ArrangedPhotos { store, environment_id, .. }, edit, before_undo } = self;
        Ok(store.redo_edit(&environment_id, &edit, &before_undo).await?)
    }
}

impl ArrangedPhotos {
    pub(super) const fn upc(&self) -> Upc {
        self.upc
    }

    /// Returns the names of the photos in order, for the operator.
    pub(super) fn describe_photos(&self) -> String {
        let names = self.photos.iter().map(|photo| photo.name.as_str()).collect::<Vec<_>>();
        let listed = if names.is_empty() { "none".to_owned() } else { names.join(", ") };
        strip_terminal_controls(&listed).into_owned()
    }

    /// Returns how many photos the item has.
    pub(super) fn photo_count(&self) -> usize {
        self.photos.len()
    }

    /// Records that the newest decision about the item belongs to the same edit, so that both are undone together.
    pub(super) async fn join_newest_decision(&self, config: &Config, upc: Upc) -> anyhow::Result<()> {
        let journal = Journal::open_read_only(&config.store_location()?).await?;
        let decided = journal.all_decisions(upc).await?.into_iter().next_back();
        if let Some(decided) = decided {
            self.store.move_edit(&self.environment_id, self.upc, (self.edited_at, decided.at)).await?;
        }
        Ok(())
    }

    /// Records that the item's drafts contain these photos.
    pub(super) async fn mark_attached(&self) -> anyhow::Result<()> {
        Ok(self.store.mark_attached(&self.environment_id, self.upc, &self.photos).await?)
    }

    /// Composes the item's draft in this batch again and updates it.
    pub(super) async fn update_draft(
        &self,
        config: &Config,
        job: JobId,
        format: OutputFormat,
        quiet: bool,
    ) -> anyhow::Result<ExitCode> {
        let redrafted = redraft_items(config, BTreeMap::from([(job.clone(), vec![self.upc])])).await?;
        let waiting = redrafted.rejected.first();
        if waiting.is_none() {
            self.mark_attached().await?;
        }
        let names = self.photos.iter().map(|photo| photo.name.as_str()).collect::<Vec<_>>();
        match format {
            OutputFormat::Text => {
                let waits = waiting.map(|rejected| format!("  They wait for a draft: {}\n", rejected.why));
                let waits = waits.unwrap_or_default();
                print_stdout(&format!("{} in {job}:\n  photos    {}\n{waits}", self.upc, self.describe_photos()))?
            }
            OutputFormat::Json => print_json(&serde_json::json!({
                "job_id": job, "upc": self.upc, "photos": names, "not_updated": redrafted.rejected_to_json()
            }))?,
        };
        if waiting.is_some() {
            return Ok(ExitCode::SUCCESS);
        }
        resume_after_edit(config, (job, vec![self.upc]), format, quiet).await
    }
}
