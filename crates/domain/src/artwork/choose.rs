//! The choice of the cover: what a picture must be, and which of several is shown.

use serde::Deserialize;
use url::Url;

use super::super::loopback::is_loopback;
use super::super::release::Release;
use super::cover::{Artwork, Cover, CoverCandidate, CoverLicense};

/// What a picture must be to stand in a listing: the settings table `[artwork]`.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct ArtworkRules {
    /// Minimum length of the longest side, in pixels. eBay rejects pictures below 500.
    #[serde(rename = "least_pixels")]
    pub min_pixels: u32,
    /// Whether pictures may have plain http addresses on this machine, as those of the sandbox do. It is not a setting,
    /// because eBay cannot load such a picture; the gallery's address determines it.
    #[serde(skip)]
    pub allow_loopback: bool,
}

impl Default for ArtworkRules {
    fn default() -> Self {
        Self { min_pixels: 500, allow_loopback: false }
    }
}

/// eBay's zoom gains nothing from a picture larger than this, so beyond it trust decides.
const MAX_USEFUL_PIXELS: u32 = 1600;

/// One question to a candidate; words where the answer speaks against it.
type CoverCheck = fn(&Cover, &Release, &ArtworkRules) -> Option<String>;

/// Everything that is asked of a candidate. A reason is kept for each that fails.
const COVER_CHECKS: [CoverCheck; 6] = [check_release, check_front, check_flaw, check_license, check_url, check_size];

impl Artwork {
    /// Chooses among `covers`, which come in the order in which their galleries are trusted: the largest of those
    /// that pass every check, and of equally large ones the most trusted.
    pub fn choose_cover(release: &Release, covers: Vec<Cover>, rules: &ArtworkRules) -> Self {
        let mut candidates = covers.into_iter().map(|cover| check_cover(cover, release, rules)).collect::<Vec<_>>();
        candidates.sort_by_key(|judged| (judged.rejection.is_some(), std::cmp::Reverse(useful_pixels(&judged.cover))));
        let chosen = candidates.first().filter(|judged| judged.rejection.is_none()).map(|judged| judged.cover.clone());
        Self { chosen, candidates }
    }

    /// Chooses again among the candidates of an earlier choice.
    pub fn choose_again(&self, release: &Release, rules: &ArtworkRules) -> Self {
        Self::choose_cover(release, self.candidates.iter().map(|judged| judged.cover.clone()).collect(), rules)
    }

    /// Rejects every cover for `reason`.
    #[must_use]
    pub fn reject_all(mut self, reason: &str) -> Self {
        for judged in &mut self.candidates {
            // That nobody measured the cover follows from the reason.
            if judged.rejection.is_none() || (judged.cover.is_front && judged.cover.size.is_none()) {
                judged.rejection = Some(reason.to_owned());
            }
        }
        Self { chosen: None, ..self }
    }
}

fn check_cover(cover: Cover, release: &Release, rules: &ArtworkRules) -> CoverCandidate {
    let reasons = COVER_CHECKS.iter().filter_map(|check| check(&cover, release, rules)).collect::<Vec<_>>();
    CoverCandidate { cover, rejection: (!reasons.is_empty()).then(|| reasons.join("; ")) }
}

fn useful_pixels(cover: &Cover) -> u32 {
    longest_side(cover).unwrap_or(0).min(MAX_USEFUL_PIXELS)
}

fn longest_side(cover: &Cover) -> Option<u32> {
    cover.size.map(|(width, height)| width.max(height))
}

fn check_release(cover: &Cover, release: &Release, _: &ArtworkRules) -> Option<String> {
    match &cover.belongs_to {
        Some(id) if release.ids.contains(id) => None,
        Some(id) => Some(format!("it belongs to another release, {id}")),
        None => Some(format!("{} does not say which release it belongs to", cover.provider.display_name())),
    }
}

fn check_front(cover: &Cover, _: &Release, _: &ArtworkRules) -> Option<String> {
    (!cover.is_front).then(|| "not a front cover".to_owned())
}

fn check_flaw(cover: &Cover, _: &Release, _: &ArtworkRules) -> Option<String> {
    cover.flaw.map(|flaw| flaw.to_string())
}

fn check_license(cover: &Cover, _: &Release, _: &ArtworkRules) -> Option<String> {
    (cover.license != CoverLicense::SellersRisk)
        .then(|| format!("the terms of {} do not allow it in listings", cover.provider.display_name()))
}

fn check_url(cover: &Cover, _: &Release, rules: &ArtworkRules) -> Option<String> {
    // The parser drops line ends and escapes the rest in silence; the listing would carry them.
    let odd = |c: char| c.is_control() || c.is_whitespace() || matches!(c, '<' | '>' | '"' | '|');
    let url = Url::parse(&cover.url).ok().filter(|_| !cover.url.contains(odd));
    let Some(url) = url else { return Some("its address cannot be read".to_owned()) };
    match url.scheme() {
        "https" if url.username().is_empty() && url.password().is_none() => None,
        "https" => Some("its address contains a password".to_owned()),
        "http" if rules.allow_loopback && is_loopback(&url) => None,
        _ => Some("its address is not https".to_owned()),
    }
}

fn check_size(cover: &Cover, _: &Release, rules: &ArtworkRules) -> Option<String> {
    match (longest_side(cover), cover.size) {
        (Some(longest), _) if longest >= rules.min_pixels => None,
        (_, Some((width, height))) => {
            Some(format!("{width} × {height} px; its longest side needs at least {} px", rules.min_pixels))
        }
        _ => Some("its size is unknown".to_owned()),
    }
}
