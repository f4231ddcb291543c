//! State that the console saves between sessions: named views of the table, and the place where the console was left.
//! It is a small JSON file in the state folder. Damaged entries are skipped; the others are kept.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

use files::FileLock;
use serde::{Deserialize, Serialize};

use super::backend::UserMessage;

/// Maximum time that a change waits for another change.
const LOCK_PATIENCE: Duration = Duration::from_secs(5);

/// A view of a batch's table. Each field is text as on the command line; an empty field means the default.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct SavedView {
    pub filter: String,
    /// Status of the shown items, such as `needs_review`.
    pub state: String,
    /// Column by which the rows are sorted; a `-` before it means descending.
    pub sort: String,
    /// The visible columns, separated by commas.
    pub columns: String,
}

/// The place where the console was left.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct LastPlace {
    /// Working directory of that session. A console that is started in another directory does not return to this place.
    pub started_in: PathBuf,
    /// The folder or bucket that was open last, as a typed address.
    pub location: String,
    /// The batch that was open; empty if there was none.
    pub batch: String,
    /// The view of that batch.
    pub view: SavedView,
    /// True if the list of batches was open above them.
    pub shows_batches: bool,
}

/// The content of the file.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct SavedState {
    pub last_place: Option<LastPlace>,
    pub views: BTreeMap<String, SavedView>,
}

/// A change to the file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StateChange {
    SaveView { name: String, view: SavedView },
    RemoveView(String),
    Leave(LastPlace),
}

impl SavedState {
    /// Reads the file. Damaged entries are skipped. Returns an empty state if the file is missing or is not JSON.
    pub fn load(file: &Path) -> Self {
        std::fs::read_to_string(file).ok().and_then(|text| Self::parse(&text)).unwrap_or_default()
    }

    /// Parses the file; `None` if it is not JSON.
    fn parse(text: &str) -> Option<Self> {
        let value = serde_json::from_str::<serde_json::Value>(text).ok()?;
        let last_place = serde_json::from_value(value["last_place"].clone()).ok();
        let views = value["views"].as_object().into_iter().flatten();
        let views = views.filter_map(|(name, view)| Some((name.clone(), serde_json::from_value(view.clone()).ok()?)));
        Some(Self { last_place, views: views.collect() })
    }

    pub(super) fn apply_change(&mut self, change: StateChange) {
        match change {
            StateChange::SaveView { name, view } => drop(self.views.insert(name, view)),
            StateChange::RemoveView(name) => drop(self.views.remove(&name)),
            StateChange::Leave(place) => self.last_place = Some(place),
        }
    }
}

impl StateChange {
    /// Applies the change to the file, which another console may have changed in the meantime. A file that is not JSON
    /// is renamed first.
    ///
    /// # Errors
    /// Returns a message that names the file if it cannot be read or written.
    pub(super) async fn write_to(self, file: PathBuf) -> Result<(), UserMessage> {
        let name = file.display().to_string();
        let describe = |error: std::io::Error| format!("{name}: {}", files::describe_io_error(&error));
        // Without the lock, two concurrent changes would start from the same old content, and one would be lost.
        let lock = FileLock::acquire(&file.with_extension("json.lock"), LOCK_PATIENCE).await;
        let lock = lock.map_err(|error| describe(std::io::Error::other(error)))?;
        let written = files::run_blocking(move || {
            let written = update_file(&file, self);
            drop(lock);
            written
        });
        written.await.map_err(describe)
    }
}

fn update_file(file: &Path, change: StateChange) -> std::io::Result<()> {
    let mut state = match std::fs::read_to_string(file) {
        Ok(text) => SavedState::parse(&text),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Some(SavedState::default()),
        Err(error) if error.kind() == std::io::ErrorKind::InvalidData => None,
        Err(error) => return Err(error),
    };
    if state.is_none() {
        std::fs::rename(file, file.with_extension("json.damaged"))?;
    }
    let state = state.get_or_insert_default();
    state.apply_change(change);
    files::write_atomic(file, serde_json::to_string_pretty(state)?.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn view(filter: &str) -> SavedView {
        SavedView { filter: filter.to_owned(), ..SavedView::default() }
    }

    #[test]
    fn what_is_damaged_is_left_out() {
        let text = r#"{"last_place": 3, "views": {"cheap": {"filter": "price<5"}, "bad": 7, "odd": {"filter": 1}}}"#;
        let state = SavedState::parse(text).expect("it is JSON");
        assert_eq!(state.last_place, None);
        assert_eq!(state.views, BTreeMap::from([("cheap".to_owned(), view("price<5"))]));
        assert_eq!(SavedState::parse("{\"views\": {"), None);
        assert_eq!(SavedState::parse("[]"), Some(SavedState::default()));
    }

    #[test]
    fn changes_of_two_consoles_add_up_and_a_damaged_file_is_renamed() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("state").join("console.json");
        assert_eq!(SavedState::load(&file), SavedState::default());
        let save = |name: &str| StateChange::SaveView { name: name.to_owned(), view: view(name) };
        for name in ["one", "two", "three"] {
            update_file(&file, save(name)).expect("it is written");
        }
        update_file(&file, StateChange::RemoveView("two".to_owned())).expect("it is written");
        let place = LastPlace { location: "gs://bucket/".to_owned(), ..LastPlace::default() };
        update_file(&file, StateChange::Leave(place.clone())).expect("it is written");
        let state = SavedState::load(&file);
        assert_eq!(state.views.keys().collect::<Vec<_>>(), ["one", "three"]);
        assert_eq!(state.last_place, Some(place));
        std::fs::write(&file, b"\xff{").expect("it is damaged");
        assert_eq!(SavedState::load(&file), SavedState::default());
        update_file(&file, save("four")).expect("it is written");
        assert_eq!(SavedState::load(&file).views.len(), 1);
        assert!(file.with_extension("json.damaged").exists(), "the damaged file is kept");
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn no_change_is_lost_if_several_are_made_at_a_time() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("console.json");
        let names = (0..16).map(|number| format!("view {number:02}")).collect::<Vec<_>>();
        let changes = names.iter().map(|name| StateChange::SaveView { name: name.clone(), view: view(name) });
        let written = changes.map(|change| change.write_to(file.clone())).collect::<Vec<_>>();
        for written in futures::future::join_all(written).await {
            written.expect("it is written");
        }
        assert_eq!(SavedState::load(&file).views.into_keys().collect::<Vec<_>>(), names);
    }
}
