//! The choice of the cover: what a picture must be, and which of several is shown.

use serde::Deserialize;
use url::{Host, Url};

use super::super::release::Release;
use super::cover::{Artwork, Cover, Judged, Licence};

/// What a picture must be to stand in a listing: the settings table `[artwork]`.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct ArtworkRules {
    /// The least length of the longest side, in pixels. EBay refuses pictures below 500.
    pub least_pixels: u32,
    /// Lets plain http through where the host is this machine: the sandbox. Such a picture can be on no real listing,
    /// so it is no setting: it follows from the gallery's address.
    #[serde(skip)]
    pub allow_loopback: bool,
}

impl Default for ArtworkRules {
    fn default() -> Self {
        Self { least_pixels: 500, allow_loopback: false }
    }
}

/// EBay's zoom gains nothing from a picture larger than this, so beyond it trust decides.
const LARGE_ENOUGH: u32 = 1600;

/// One question to a candidate; words where the answer speaks against it.
type Check = fn(&Cover, &Release, &ArtworkRules) -> Option<String>;

/// Everything that is asked of a candidate. A reason is kept for each that fails.
const CHECKS: [Check; 5] = [belongs, is_front, may_be_shown, is_secure, is_large];

impl Artwork {
    /// Chooses among `covers`, which come in the order in which their galleries are trusted: the largest of those
    /// that pass every check, and of equally large ones the most trusted.
    pub fn choose(release: &Release, covers: Vec<Cover>, rules: &ArtworkRules) -> Self {
        let mut candidates = covers.into_iter().map(|cover| judge(cover, release, rules)).collect::<Vec<_>>();
        candidates.sort_by_key(|judged| (judged.refused.is_some(), std::cmp::Reverse(worth(&judged.cover))));
        let chosen = candidates.first().filter(|judged| judged.refused.is_none()).map(|judged| judged.cover.clone());
        Self { chosen, candidates }
    }
}

fn judge(cover: Cover, release: &Release, rules: &ArtworkRules) -> Judged {
    let reasons = CHECKS.iter().filter_map(|check| check(&cover, release, rules)).collect::<Vec<_>>();
    Judged { cover, refused: (!reasons.is_empty()).then(|| reasons.join("; ")) }
}

fn worth(cover: &Cover) -> u32 {
    longest_side(cover).unwrap_or(0).min(LARGE_ENOUGH)
}

fn longest_side(cover: &Cover) -> Option<u32> {
    cover.size.map(|(width, height)| width.max(height))
}

fn belongs(cover: &Cover, release: &Release, _: &ArtworkRules) -> Option<String> {
    match &cover.belongs_to {
        Some(id) if release.ids.contains(id) => None,
        Some(id) => Some(format!("it belongs to another release, {id}")),
        None => Some(format!("{} does not say which release it belongs to", cover.provider)),
    }
}

fn is_front(cover: &Cover, _: &Release, _: &ArtworkRules) -> Option<String> {
    (!cover.front).then(|| "not a front cover".to_owned())
}

fn may_be_shown(cover: &Cover, _: &Release, _: &ArtworkRules) -> Option<String> {
    (cover.licence != Licence::SellersRisk).then(|| format!("the terms of {} keep it out of listings", cover.provider))
}

fn is_secure(cover: &Cover, _: &Release, rules: &ArtworkRules) -> Option<String> {
    // The parser drops line ends and escapes the rest in silence; the listing would carry them.
    let odd = |c: char| c.is_control() || c.is_whitespace() || matches!(c, '<' | '>' | '"' | '|');
    let url = Url::parse(&cover.url).ok().filter(|_| !cover.url.contains(odd));
    let Some(url) = url else { return Some("its address cannot be read".to_owned()) };
    match url.scheme() {
        "https" if url.username().is_empty() && url.password().is_none() => None,
        "https" => Some("its address holds a password".to_owned()),
        "http" if rules.allow_loopback && is_loopback(&url) => None,
        _ => Some("its address is not https".to_owned()),
    }
}

fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

fn is_large(cover: &Cover, _: &Release, rules: &ArtworkRules) -> Option<String> {
    match (longest_side(cover), cover.size) {
        (Some(longest), _) if longest >= rules.least_pixels => None,
        (_, Some((width, height))) => {
            Some(format!("{width} × {height} px, and {} px is the least for its longest side", rules.least_pixels))
        }
        _ => Some("its size is not known".to_owned()),
    }
}
