//! Chooses the cover of a listing: the requirements for a picture, and the choice among several.

use serde::Deserialize;
use url::Url;

use super::super::loopback::is_loopback;
use super::super::release::Release;
use super::cover::{Artwork, Cover, CoverCandidate, CoverLicense};

/// Requirements for a cover: the `[artwork]` settings.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct ArtworkRules {
    /// Minimum length of the longest side, in pixels. eBay rejects pictures below 500.
    #[serde(rename = "least_pixels")]
    pub min_pixels: u32,
    /// Whether plain http addresses on this machine are allowed, which the sandbox has. Not a setting, because eBay
    /// cannot load such a picture; the address of the cover source determines it.
    #[serde(skip)]
    pub allow_loopback: bool,
}

impl Default for ArtworkRules {
    fn default() -> Self {
        Self { min_pixels: 500, allow_loopback: false }
    }
}

/// Length of the longest side up to which a larger picture is better, in pixels. eBay's zoom does not use more, so
/// among larger pictures the order of trust decides.
const MAX_USEFUL_PIXELS: u32 = 1600;

/// A check of a candidate. Returns the reason if the candidate fails.
type CoverCheck = fn(&Cover, &Release, &ArtworkRules) -> Option<String>;

/// All checks of a candidate. The reason of every failed check is kept.
const COVER_CHECKS: [CoverCheck; 6] = [check_release, check_front, check_flaw, check_license, check_url, check_size];

impl Artwork {
    /// Chooses the largest cover that passes every check, and the most trusted of equally large ones. `covers` are in
    /// the order in which their sources are trusted.
    pub fn choose_cover(release: &Release, covers: Vec<Cover>, rules: &ArtworkRules) -> Self {
        let mut candidates = covers.into_iter().map(|cover| check_cover(cover, release, rules)).collect::<Vec<_>>();
        candidates.sort_by_key(|judged| (judged.rejection.is_some(), std::cmp::Reverse(useful_pixels(&judged.cover))));
        let chosen = candidates.first().filter(|judged| judged.rejection.is_none()).map(|judged| judged.cover.clone());
        Self { chosen, candidates }
    }

    /// Chooses again from the candidates of this choice.
    pub fn choose_again(&self, release: &Release, rules: &ArtworkRules) -> Self {
        Self::choose_cover(release, self.candidates.iter().map(|judged| judged.cover.clone()).collect(), rules)
    }

    /// Rejects every cover for `reason`.
    #[must_use]
    pub fn reject_all(mut self, reason: &str) -> Self {
        for judged in &mut self.candidates {
            // This reason also replaces the one about the unknown size, which is only a consequence.
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
    // The URL parser silently drops line breaks and escapes other characters, but the listing would contain them.
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
