//! Default folders of data, cache and logs: those of the XDG Base Directory Specification, or the single folder that
//! earlier versions used if it still contains files.

use std::path::{Path, PathBuf};

use super::sources::ConfigSources;

/// Name of the response cache file.
const CACHE_FILE: &str = "answers.db";

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct DefaultFolders {
    pub data: PathBuf,
    pub cache: PathBuf,
    pub logs: PathBuf,
    pub old: Vec<OldFolder>,
}

/// Folder of an earlier version that is used because it contains files. Nothing is moved.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OldFolder {
    /// Setting that names this folder: `batch.cache_dir`.
    pub setting: &'static str,
    pub path: PathBuf,
    /// Folder that a new installation would use.
    pub standard: PathBuf,
}

impl DefaultFolders {
    /// Returns the folders. If `data_dir` is set, cache and logs are inside that folder.
    pub(super) fn new(sources: &ConfigSources, data_dir: Option<&str>) -> Self {
        let data = sources.data_home.clone().unwrap_or_else(|| PathBuf::from("draft-maker-data"));
        if let Some(set) = data_dir.map(Path::new) {
            return Self { data, cache: set.to_owned(), logs: set.join("logs"), old: Vec::new() };
        }
        let (mut cache, mut logs) = (data.clone(), data.join("logs"));
        let mut old = Vec::new();
        let mut choose = |setting, folder: &mut PathBuf, standard: Option<PathBuf>, is_used: bool| match standard {
            Some(standard) if is_used && standard != *folder => {
                old.push(OldFolder { setting, path: folder.clone(), standard });
            }
            Some(standard) => *folder = standard,
            None => {}
        };
        choose("batch.cache_dir", &mut cache, sources.cache_home.clone(), data.join(CACHE_FILE).is_file());
        let state = sources.state_home.as_ref().map(|state| state.join("logs"));
        choose("log.directory", &mut logs, state, data.join("logs").is_dir());
        Self { data, cache, logs, old }
    }
}
