//! The version of the program, with the commit that it was built from.

use serde::Serialize;

/// Version, commit and date of this build.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct BuildVersion {
    pub version: &'static str,
    /// Short commit hash; `None` in a development build and in a build outside a repository.
    pub commit: Option<&'static str>,
    /// Date of the commit, `2026-11-29`.
    pub date: Option<&'static str>,
}

/// The version as `--version` prints it: `0.1.0 (5843b70, 2026-11-29)`.
pub(super) const VERSION_TEXT: &str = match (env!("DRAFT_MAKER_BUILD_COMMIT"), env!("DRAFT_MAKER_BUILD_DATE")) {
    (commit, date) if !commit.is_empty() && !date.is_empty() => concat!(
        env!("CARGO_PKG_VERSION"),
        " (",
        env!("DRAFT_MAKER_BUILD_COMMIT"),
        ", ",
        env!("DRAFT_MAKER_BUILD_DATE"),
        ")"
    ),
    (commit, _) if !commit.is_empty() => {
        concat!(env!("CARGO_PKG_VERSION"), " (", env!("DRAFT_MAKER_BUILD_COMMIT"), ")")
    }
    _ if cfg!(debug_assertions) => concat!(env!("CARGO_PKG_VERSION"), " (development build)"),
    _ => env!("CARGO_PKG_VERSION"),
};

impl BuildVersion {
    /// Returns the version of this build.
    pub fn current() -> Self {
        let known = |text: &'static str| Some(text).filter(|text| !text.is_empty());
        Self {
            version: env!("CARGO_PKG_VERSION"),
            commit: known(env!("DRAFT_MAKER_BUILD_COMMIT")),
            date: known(env!("DRAFT_MAKER_BUILD_DATE")),
        }
    }
}
