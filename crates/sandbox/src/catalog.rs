//! The catalog of releases that all services answer from.

use std::collections::HashMap;

use serde::Deserialize;

use domain::upc::Upc;

/// A release of `assets/demo/releases.toml`.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SandboxRelease {
    /// The difficult case that the release represents.
    #[serde(default)]
    pub why: String,
    /// MusicBrainz id; empty if MusicBrainz does not have the release.
    #[serde(default)]
    pub mbid: String,
    /// Barcode as MusicBrainz stores it, with 12 or 13 digits.
    #[serde(default)]
    pub barcode: String,
    /// Artist names, each with the phrase that joins it to the next.
    pub artist: Vec<(String, String)>,
    pub title: String,
    /// Labels, each as name and catalog number; either may be empty.
    #[serde(default)]
    pub labels: Vec<(String, String)>,
    #[serde(default)]
    pub country: String,
    #[serde(default)]
    pub date: String,
    /// Cover: `front`, `none`, `small` or `foreign`.
    #[serde(default)]
    pub cover: String,
    /// Prices: `both`, `params`, `none`, or `blocked` if Discogs forbids the sale and therefore has no price.
    #[serde(default)]
    pub price: String,
    #[serde(default)]
    pub media: Vec<SandboxMedium>,
    /// The release at Discogs; `None` if Discogs does not have it.
    pub discogs: Option<SandboxDiscogsData>,
    /// True if MusicBrainz does not link to the release at Discogs.
    #[serde(default)]
    pub unlinked: bool,
}

/// One medium, as MusicBrainz lists it.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SandboxMedium {
    #[serde(default)]
    pub format: String,
    /// Titles and lengths in milliseconds; 0 means unknown.
    #[serde(default)]
    pub tracks: Vec<(String, u64)>,
    /// Number of tracks if they are not listed.
    #[serde(default)]
    pub count: usize,
}

/// The fields of a release that differ at Discogs.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SandboxDiscogsData {
    pub id: u64,
    /// Barcodes as users entered them.
    #[serde(default)]
    pub barcodes: Vec<String>,
    #[serde(default)]
    pub country: String,
    /// Formats, each as name, quantity and descriptions.
    #[serde(default)]
    pub formats: Vec<(String, String, Vec<String>)>,
    #[serde(default)]
    pub genres: Vec<String>,
    #[serde(default)]
    pub styles: Vec<String>,
    /// Tracks, each as title, milliseconds and position; used if MusicBrainz has no track list.
    #[serde(default)]
    pub tracks: Vec<(String, u64, String)>,
}

#[derive(Deserialize)]
struct SandboxCatalogFile {
    release: Vec<SandboxRelease>,
}

impl SandboxRelease {
    /// Returns the barcode that MusicBrainz or else Discogs has.
    pub fn upc(&self) -> Option<Upc> {
        let of_discogs = self.discogs.iter().flat_map(|discogs| &discogs.barcodes).map(String::as_str);
        std::iter::once(self.barcode.as_str()).chain(of_discogs).find_map(|code| code.parse().ok())
    }

    /// Returns the barcodes as Discogs lists them.
    pub fn discogs_codes(&self) -> Vec<String> {
        match &self.discogs {
            Some(discogs) if !discogs.barcodes.is_empty() => discogs.barcodes.clone(),
            _ if self.barcode.is_empty() => Vec::new(),
            _ => vec![self.barcode.clone()],
        }
    }

    /// Returns the release at Discogs that MusicBrainz links to.
    pub fn linked_discogs(&self) -> Option<&SandboxDiscogsData> {
        self.discogs.as_ref().filter(|_| !self.unlinked)
    }

    /// Returns all artists in one line, with their joining phrases.
    pub fn artist_credit(&self) -> String {
        self.artist.iter().flat_map(|(name, join)| [name.as_str(), join.as_str()]).collect()
    }

    /// Returns the number of tracks on all media, whether or not they are listed.
    pub fn track_count(&self) -> usize {
        self.media.iter().map(|medium| medium.tracks.len().max(medium.count)).sum()
    }
}

/// All releases, with indexes for each service.
#[derive(Clone, Debug, Default)]
pub struct SandboxCatalog {
    releases: Vec<SandboxRelease>,
    by_upc: HashMap<Upc, Vec<usize>>,
    by_mbid: HashMap<String, usize>,
    by_discogs: HashMap<u64, usize>,
}

impl SandboxCatalog {
    /// Returns the built-in catalog.
    ///
    /// # Panics
    /// Never: a test parses the built-in file.
    #[expect(clippy::expect_used, reason = "a table that is compiled in and read by a test")]
    pub fn demo() -> Self {
        let text = include_str!("../../../assets/demo/releases.toml");
        Self::from_releases(toml::from_str::<SandboxCatalogFile>(text).expect("assets/demo/releases.toml").release)
    }

    /// Creates a catalog of these releases.
    pub(crate) fn from_releases(releases: Vec<SandboxRelease>) -> Self {
        let mut catalog = Self::default();
        for release in releases {
            catalog.add_release(release);
        }
        catalog
    }

    /// Adds a release.
    pub(crate) fn add_release(&mut self, release: SandboxRelease) {
        let index = self.releases.len();
        if let Some(upc) = release.upc() {
            self.by_upc.entry(upc).or_default().push(index);
        }
        if !release.mbid.is_empty() {
            self.by_mbid.insert(release.mbid.clone(), index);
        }
        if let Some(discogs) = &release.discogs {
            self.by_discogs.insert(discogs.id, index);
        }
        self.releases.push(release);
    }

    /// Returns all releases, in the order of the file.
    pub fn releases(&self) -> &[SandboxRelease] {
        &self.releases
    }

    pub(super) fn find_by_upc(&self, upc: Upc) -> impl Iterator<Item = &SandboxRelease> {
        self.by_upc.get(&upc).into_iter().flatten().map(|index| &self.releases[*index])
    }

    /// Returns the releases whose artist and title together contain every one of `words`, which are in lower case.
    /// Returns none if `words` is empty.
    pub(super) fn find_by_words(&self, words: Vec<String>) -> impl Iterator<Item = &SandboxRelease> {
        let has_all = move |release: &&SandboxRelease| {
            let text = format!("{} {}", release.artist_credit(), release.title).to_lowercase();
            let known = text.split(|c: char| !c.is_alphanumeric()).collect::<Vec<_>>();
            !words.is_empty() && words.iter().all(|word| known.contains(&word.as_str()))
        };
        self.releases.iter().filter(has_all)
    }

    /// Returns the releases with this catalog number. Spaces and punctuation are ignored.
    pub(super) fn find_by_catalog_number(&self, number: &str) -> impl Iterator<Item = &SandboxRelease> {
        let plain = |text: &str| text.chars().filter(|c| c.is_alphanumeric()).collect::<String>().to_lowercase();
        let wanted = plain(number);
        let has_it = move |release: &&SandboxRelease| {
            !wanted.is_empty() && release.labels.iter().any(|(_, number)| plain(number) == wanted)
        };
        self.releases.iter().filter(has_it)
    }

    pub(super) fn find_by_mbid(&self, mbid: &str) -> Option<&SandboxRelease> {
        self.by_mbid.get(mbid).map(|index| &self.releases[*index])
    }

    pub(super) fn find_by_discogs_id(&self, id: u64) -> Option<&SandboxRelease> {
        self.by_discogs.get(&id).map(|index| &self.releases[*index])
    }
}
