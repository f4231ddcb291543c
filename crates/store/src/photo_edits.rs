//! Records the photos of items before each edit, so that the edit can be undone.
//!
//! An import of a folder is one edit of many items. While it runs, a row without a barcode names its folder, so that a
//! run after an interruption continues the same edit.

use std::collections::BTreeSet;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::photo_store::{HostedPhoto, PhotoPlace, PhotoStore, save_statement};
use crate::statement::{Argument, Statement, arguments};
use crate::store_database::StoreDatabaseError;
use domain::upc::Upc;

/// A photo as it was before an edit. Earlier versions recorded arrays without the picture.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct EarlierPhoto {
    copy: u32,
    name: String,
    /// Database value of the place.
    place: i64,
    /// The picture, which the edit may replace with another one under the same name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    picture: Option<EarlierPicture>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct EarlierPicture {
    digest: String,
    address: String,
    /// In milliseconds since 1970.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    expires: Option<i64>,
}

const FORGET_EDIT_SQL: &str = "DELETE FROM photo_edits WHERE seller = $1 AND upc = $2 AND at = $3";

/// The barcode in the row of a running import.
const RUNNING_IMPORT: &str = "";

/// The photos of an item before an edit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PhotoEdit {
    pub upc: Upc,
    pub at: Timestamp,
    /// Includes photos that the drafts do not have.
    before: Vec<EarlierPhoto>,
}

impl EarlierPhoto {
    fn new(photo: &HostedPhoto) -> Self {
        let HostedPhoto { copy, name, place, digest, address, expires_at } = photo.clone();
        let expires = expires_at.map(Timestamp::as_millisecond);
        Self { copy, name, place: place.to_number(), picture: Some(EarlierPicture { digest, address, expires }) }
    }

    /// Gives a photo its earlier place and, if it is known, its earlier picture.
    fn restore(&self, photo: &mut HostedPhoto) {
        photo.place = PhotoPlace::from_number(self.place);
        if let Some(EarlierPicture { digest, address, expires }) = self.picture.clone() {
            let expires_at = expires.and_then(|at| Timestamp::from_millisecond(at).ok());
            *photo = HostedPhoto { digest, address, expires_at, ..photo.clone() };
        }
    }
}

impl PhotoStore {
    /// Records the photos of an item before an edit that begins at this time, so that it can be undone. Durable when
    /// this returns.
    ///
    /// # Errors
    /// Returns [`StoreDatabaseError`] if the database cannot be used.
    pub async fn begin_edit(&self, environment_id: &str, upc: Upc, at: Timestamp) -> Result<(), StoreDatabaseError> {
        let before = earlier_photos(&self.all_photos_for_upc(environment_id, upc).await?);
        // This cannot fail: the values are numbers and texts.
        let before = serde_json::to_string(&before).unwrap_or_default();
        self.insert_edit(environment_id, &upc.ean13(), at, &before).await
    }

    /// Records the photos of items before the import of a folder. If an earlier import of the folder was interrupted, the
    /// new one continues it: both are one edit.
    ///
    /// # Errors
    /// Returns [`StoreDatabaseError`] if the database cannot be used.
    pub async fn begin_import(
        &self,
        environment_id: &str,
        folder: &str,
        upcs: &BTreeSet<Upc>,
        at: Timestamp,
    ) -> Result<(), StoreDatabaseError> {
        let select = "SELECT at FROM photo_edits WHERE seller = $1 AND upc = $2 AND photos = $3 ORDER BY at LIMIT 1";
        let row = arguments![environment_id, RUNNING_IMPORT, folder];
        let interrupted: Option<(i64,)> = self.database.fetch_optional(select, &row).await?;
        match interrupted {
            Some((from,)) => {
                let update = "UPDATE photo_edits SET at = $3 WHERE seller = $1 AND at = $2";
                let row = arguments![environment_id, from, at.as_millisecond()];
                self.database.execute(update, &row).await?;
            }
            None => self.insert_edit(environment_id, RUNNING_IMPORT, at, folder).await?,
        }
        for upc in upcs {
            self.begin_edit(environment_id, *upc, at).await?;
        }
        Ok(())
    }

    /// Ends an import that began at this time. Deletes the records of items with the same photos as before it, unless
    /// they are in `changed`.
    ///
    /// # Errors
    /// Returns [`StoreDatabaseError`] if the database cannot be used.
    pub async fn finish_import(
        &self,
        environment_id: &str,
        changed: &BTreeSet<Upc>,
        at: Timestamp,
    ) -> Result<(), StoreDatabaseError> {
        for edit in self.edits_at(environment_id, at).await? {
            let is_changed = changed.contains(&edit.upc)
                || edit.before != earlier_photos(&self.all_photos_for_upc(environment_id, edit.upc).await?);
            if !is_changed {
                self.database.execute(FORGET_EDIT_SQL, &edit_key(environment_id, &edit.upc.ean13(), at)).await?;
            }
        }
        self.database.execute(FORGET_EDIT_SQL, &edit_key(environment_id, RUNNING_IMPORT, at)).await.map(drop)
    }

    /// Returns the latest edit of photos that was not undone, of one item or of any item.
    ///
    /// # Errors
    /// Returns [`StoreDatabaseError`] if the database cannot be read.
    pub async fn newest_edit(
        &self,
        environment_id: &str,
        upc: Option<Upc>,
    ) -> Result<Option<PhotoEdit>, StoreDatabaseError> {
        let select = "SELECT upc, at, photos FROM photo_edits
            WHERE seller = $1 AND ($2 = '' OR upc = $2) AND upc <> '' ORDER BY at DESC LIMIT 1";
        let code = upc.map(Upc::ean13).unwrap_or_default();
        let found: Option<(String, i64, String)> =
            self.database.fetch_optional(select, &arguments![environment_id, code]).await?;
        Ok(found.and_then(|(upc, at, before)| {
            let before = serde_json::from_str(&before).ok()?;
            Some(PhotoEdit { upc: upc.parse().ok()?, at: Timestamp::from_millisecond(at).ok()?, before })
        }))
    }

    /// Returns the edits that began at this time: one action can edit the photos of several items.
    ///
    /// # Errors
    /// Returns [`StoreDatabaseError`] if the database cannot be read.
    pub async fn edits_at(&self, environment_id: &str, at: Timestamp) -> Result<Vec<PhotoEdit>, StoreDatabaseError> {
        let select = "SELECT upc, photos FROM photo_edits WHERE seller = $1 AND at = $2 AND upc <> '' ORDER BY upc";
        let row = arguments![environment_id, at.as_millisecond()];
        let found: Vec<(String, String)> = self.database.fetch_all(select, &row).await?;
        let edits = found.into_iter().filter_map(|(upc, before)| {
            Some(PhotoEdit { upc: upc.parse().ok()?, at, before: serde_json::from_str(&before).ok()? })
        });
        Ok(edits.collect())
    }

    /// Gives the photos of an item the places and pictures that they had before an edit, and leaves out those that the
    /// edit added. All of them are written at once.
    ///
    /// # Errors
    /// Returns [`StoreDatabaseError`] if the database cannot be written.
    pub async fn undo_edit(&self, environment_id: &str, edit: &PhotoEdit) -> Result<(), StoreDatabaseError> {
        let mut photos = self.all_photos_for_upc(environment_id, edit.upc).await?;
        for photo in &mut photos {
            match edit.before.iter().find(|before| before.copy == photo.copy && before.name == photo.name) {
                Some(before) => before.restore(photo),
                None => photo.place = PhotoPlace::LeftOut,
            }
        }
        let saved = photos.iter().map(|photo| save_statement(environment_id, edit.upc, photo));
        // An undone import is not continued.
        let forgotten = [edit.upc.ean13(), RUNNING_IMPORT.to_owned()];
        let forgotten = forgotten
            .iter()
            .map(|upc| (Statement::from(FORGET_EDIT_SQL), edit_key(environment_id, upc, edit.at).into()));
        let statements = saved.chain(forgotten).collect::<Vec<_>>();
        self.database.execute_transaction(&statements).await
    }

    /// Reverts [`Self::undo_edit`]: gives the photos of an item the places that they had before it, and records the edit
    /// again.
    ///
    /// # Errors
    /// Returns [`StoreDatabaseError`] if the database cannot be used.
    pub async fn redo_edit(
        &self,
        environment_id: &str,
        edit: &PhotoEdit,
        photos: &[HostedPhoto],
    ) -> Result<(), StoreDatabaseError> {
        self.begin_edit(environment_id, edit.upc, edit.at).await?;
        let saved = photos.iter().map(|photo| save_statement(environment_id, edit.upc, photo)).collect::<Vec<_>>();
        self.database.execute_transaction(&saved).await
    }

    /// Moves an edit to the time of a decision that belongs to the same action.
    ///
    /// # Errors
    /// Returns [`StoreDatabaseError`] if the database cannot be written.
    pub async fn move_edit(
        &self,
        environment_id: &str,
        upc: Upc,
        (from, to): (Timestamp, Timestamp),
    ) -> Result<(), StoreDatabaseError> {
        let update = "UPDATE photo_edits SET at = $4 WHERE seller = $1 AND upc = $2 AND at = $3";
        let row = arguments![environment_id, upc.ean13(), from.as_millisecond(), to.as_millisecond()];
        self.database.execute(update, &row).await.map(drop)
    }

    async fn insert_edit(
        &self,
        environment_id: &str,
        upc: &str,
        at: Timestamp,
        photos: &str,
    ) -> Result<(), StoreDatabaseError> {
        let insert = "INSERT INTO photo_edits (seller, upc, at, photos) VALUES ($1, $2, $3, $4)
            ON CONFLICT (seller, upc, at) DO NOTHING";
        self.database.execute(insert, &arguments![environment_id, upc, at.as_millisecond(), photos]).await.map(drop)
    }
}

/// Returns the arguments of [`FORGET_EDIT_SQL`].
fn edit_key<'a>(environment_id: &'a str, upc: &'a str, at: Timestamp) -> [Argument<'a>; 3] {
    arguments![environment_id, upc, at.as_millisecond()]
}

fn earlier_photos(photos: &[HostedPhoto]) -> Vec<EarlierPhoto> {
    photos.iter().map(EarlierPhoto::new).collect()
}
