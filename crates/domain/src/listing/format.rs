//! The format in buyers' words, derived from the media and the provider's wording.

use super::super::edition;
use super::super::named_media::named_medium;
use super::super::release::{Carrier, Format, Medium};
use super::super::release_type::ReleaseType;
use super::super::text::display::plain_text;
use super::language::Translator;
use super::wording::contains_words;

/// Data that distinguish the kinds of a carrier.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct FormatDetails<'a> {
    /// The provider's format descriptions, such as `LP` and `Album`.
    pub descriptions: &'a [String],
    pub types: &'a [ReleaseType],
    pub color: Option<&'a str>,
    /// True if each medium has its own color; `color` is then ignored.
    pub has_own_colors: bool,
    /// Edition words in the spelling of a listing.
    pub edition: &'a [String],
    pub translator: Translator,
}

/// The format in a title: `CD`, `2 CD`, `Vinyl LP`, `2 LP Vinyl`, `7" Vinyl Single`, `CD + DVD`, `4 CD Box Set`.
///
/// Numbers are separate words, because eBay's search finds whole words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct FormatLabel {
    media: String,
    /// Media without words that the rest implies: `2LP`, `12"`.
    short_media: String,
    /// Media without the color; only the kinds if there are many: `CD/DVD/Blu-ray`.
    bare_media: String,
    /// Words after the media, such as `Single` and `Box Set`.
    suffixes: Vec<&'static str>,
    /// True for 7" records: nearly all of them are singles.
    implies_single: bool,
    translator: Translator,
}

impl FormatLabel {
    /// Creates the label of a format; `None` if no medium can be named.
    pub(super) fn new(format: &Format, details: FormatDetails<'_>) -> Option<Self> {
        let details = FormatDetails { has_own_colors: has_own_colors(format), ..details };
        let media = join_media(format, |medium| media_words(medium, details));
        let is_on_shellac = format.main_carrier() == Some(Carrier::Shellac);
        let length = length_word(format, details).filter(|_| !is_on_shellac);
        let box_set = format.box_set.then_some("Box Set");
        (!media.is_empty()).then(|| Self {
            media,
            short_media: join_media(format, |medium| Some(media_words(medium, details)?.shortened())),
            bare_media: bare_media(format, details),
            suffixes: length.into_iter().chain(box_set).collect(),
            implies_single: format.media.iter().all(|medium| medium.inches == Some(7)),
            translator: details.translator,
        })
    }

    /// Returns the label and its shorter forms, the longest first. Omits words that are already in `title`, the release
    /// title.
    pub(super) fn forms(&self, title: &str) -> Vec<String> {
        let suffixes = self.suffixes.iter().filter(|word| !contains_words(title, word)).copied().collect::<Vec<_>>();
        let form = |media: &str, suffixes: &[&str]| {
            let words = std::iter::once(media).chain(suffixes.iter().copied()).collect::<Vec<_>>();
            self.translator.text(&words.join(" "))
        };
        let media = [&self.media, &self.short_media, &self.bare_media];
        let mut forms = media.map(|media| form(media, &suffixes)).to_vec();
        if self.implies_single && suffixes == ["Single"] {
            forms.push(form(&self.bare_media, &[]));
        }
        forms.dedup();
        forms
    }
}

/// Returns the format as the description states it.
pub(super) fn format_label(format: &Format, details: FormatDetails<'_>) -> Option<String> {
    FormatLabel::new(format, details)?.forms("").into_iter().next()
}

/// Words for one medium. The word order depends on the number of media: `Red Vinyl LP`, `2 LP Red Vinyl`.
#[derive(Clone, Debug, PartialEq, Eq)]
struct MediaWords {
    one: String,
    /// Words after the number of several media.
    many: String,
    short: String,
    /// True if the number is written without a space: `2LP`.
    is_tight: bool,
}

impl MediaWords {
    fn new(text: impl Into<String>) -> Self {
        let text = text.into();
        Self { many: text.clone(), short: text.clone(), is_tight: false, one: text }
    }

    fn shortened(self) -> Self {
        let is_tight = matches!(self.short.as_str(), "LP" | "CD");
        Self { is_tight, ..Self::new(self.short) }
    }

    fn counted(&self, count: u16) -> String {
        match count {
            0 | 1 => self.one.clone(),
            n if self.is_tight => format!("{n}{}", self.many),
            n if self.many.starts_with(|c: char| c.is_ascii_digit()) => format!("{n} x {}", self.many),
            n => format!("{n} {}", self.many),
        }
    }
}

fn join_media(format: &Format, words: impl Fn(&Medium) -> Option<MediaWords>) -> String {
    let mut kinds: Vec<(MediaWords, u16)> = Vec::new();
    for medium in &format.media {
        let Some(word) = words(medium) else { continue };
        match kinds.iter_mut().find(|(known, _)| *known == word) {
            Some((_, count)) => *count = count.saturating_add(medium.count),
            None => kinds.push((word, medium.count)),
        }
    }
    kinds.iter().map(|(word, count)| word.counted(*count)).collect::<Vec<_>>().join(" + ")
}

/// Minimum number of kinds of media for which a short label omits the numbers.
const MIN_MANY_KINDS: usize = 3;

fn bare_media(format: &Format, details: FormatDetails<'_>) -> String {
    let colorless = FormatDetails { color: None, has_own_colors: false, ..details };
    let words = |medium: &Medium| Some(media_words(medium, colorless)?.shortened());
    let mut kinds = format.media.iter().filter_map(words).map(|words| words.one).collect::<Vec<_>>();
    kinds.dedup();
    if kinds.len() < MIN_MANY_KINDS { join_media(format, words) } else { kinds.join("/") }
}

/// Kinds of discs that buyers search by name, with their label. They are found in the wording of the medium and in
/// edition words. A kind without the word `CD` is an edition word and follows `CD`.
const DISC_KINDS: &[(Carrier, &str, &str)] = &[
    (Carrier::Cd, "SHM-CD", "SHM-CD"),
    (Carrier::Cd, "Blu-spec CD", "Blu-spec CD"),
    (Carrier::Cd, "Gold CD", "Gold CD"),
    (Carrier::Cd, "MQA-CD", "MQA-CD"),
    (Carrier::Cd, "DualDisc", "CD DualDisc"),
    (Carrier::Cd, "DVDplus", "CD DVDplus"),
    (Carrier::Cd, "VinylDisc", "CD VinylDisc"),
    (Carrier::Cd, "8cm CD", "3\" CD"),
    (Carrier::Cd, "MP3", "MP3 CD"),
    (Carrier::Cd, "CD-ROM", "CD-ROM"),
    (Carrier::Sacd, "SHM-SACD", "SHM-SACD"),
    (Carrier::Sacd, "Hybrid", "Hybrid SACD"),
    (Carrier::Cd, "CD+G", "CD+G"),
    (Carrier::Cd, "DTS", "DTS CD"),
    (Carrier::Cd, "DTS CD", "DTS CD"),
    (Carrier::Cd, "Data CD", "Data CD"),
    (Carrier::Cd, "VCD", "VCD"),
    (Carrier::Cd, "SVCD", "SVCD"),
    (Carrier::BluRay, "Ultra HD Blu-ray", "4K Ultra HD Blu-ray"),
    (Carrier::Dvd, "DVD-Audio", "DVD-Audio"),
    (Carrier::BluRay, "Blu-ray Audio", "Blu-ray Audio"),
    (Carrier::Vinyl, "Flexi-disc", "Flexi Disc"),
    (Carrier::Vinyl, "Acetate", "Acetate"),
    (Carrier::Vinyl, "Lathe Cut", "Lathe Cut"),
];

/// Kinds that apply only to the disc that states them, and not to the other discs of a release.
const OWN_KINDS: [&str; 8] = ["CD+G", "CD-ROM", "DTS", "DTS CD", "Data CD", "SVCD", "Ultra HD Blu-ray", "VCD"];

fn disc_kind(medium: &Medium, details: FormatDetails<'_>) -> Option<&'static str> {
    if medium.carrier == Carrier::Cd && has_description(medium, &["Mini"]) {
        return Some("3\" CD");
    }
    let texts = || std::iter::once(&medium.wording).chain(details.edition);
    let is_named = |kind: &str| texts().any(|text| contains_words(text, kind));
    let is_own = |kind: &str| has_description(medium, &[kind]);
    DISC_KINDS
        .iter()
        .find(|(carrier, kind, _)| {
            *carrier == medium.carrier && if OWN_KINDS.contains(kind) { is_own(kind) } else { is_named(kind) }
        })
        .map(|(.., label)| *label)
}

fn media_words(medium: &Medium, details: FormatDetails<'_>) -> Option<MediaWords> {
    let color = if details.has_own_colors { medium.color.as_deref() } else { details.color };
    let color = color.map(plain_text);
    let colored = |noun: &str| details.translator.colored(color.as_deref(), noun);
    let kind = disc_kind(medium, details);
    Some(match (medium.carrier, medium.inches) {
        (Carrier::Digital, _) => return None,
        (Carrier::Other, _) => return other_media_words(medium),
        // An LP without a stated size is assumed to have 12 inches.
        (Carrier::Vinyl, Some(10)) if kind.is_none() && is_lp(medium, details) => {
            MediaWords { short: "10\" LP".to_owned(), ..MediaWords::new(format!("10\" {} LP", colored("Vinyl"))) }
        }
        (Carrier::Vinyl, _) if kind.is_none() && is_lp(medium, details) => MediaWords {
            one: format!("{} LP", colored("Vinyl")),
            many: format!("LP {}", colored("Vinyl")),
            short: colored("LP"),
            is_tight: false,
        },
        (Carrier::Vinyl, Some(inches)) => {
            // Such a record needs a needle and a player for shellac records.
            let speed = if has_description(medium, &["78 RPM"]) { "78 RPM " } else { "" };
            let whole = format!("{inches}\" {speed}{}", colored(kind.unwrap_or("Vinyl")));
            MediaWords { short: format!("{inches}\""), ..MediaWords::new(whole) }
        }
        (Carrier::Shellac, Some(inches)) => {
            // Buyers search for the speed; all such records are of shellac.
            let speed = shellac_speed(details);
            let short = format!("{inches}\" {speed}");
            MediaWords { short, ..MediaWords::new(format!("{inches}\" Shellac {speed}")) }
        }
        (Carrier::Shellac, None) => MediaWords::new(format!("Shellac {}", shellac_speed(details))),
        (Carrier::EightTrack, _) => MediaWords { short: "8-Track".to_owned(), ..MediaWords::new("8-Track Tape") },
        (Carrier::ReelToReel, _) => {
            MediaWords { short: "Reel-to-Reel".to_owned(), ..MediaWords::new("Reel-to-Reel Tape") }
        }
        (Carrier::Cassette, _) => MediaWords { many: colored("Cassettes"), ..MediaWords::new(colored("Cassette")) },
        (carrier @ Carrier::Vinyl, _) => MediaWords::new(colored(kind.unwrap_or(&carrier.to_string()))),
        (carrier, _) => MediaWords::new(kind.map_or_else(|| carrier.to_string(), str::to_owned)),
    })
}

/// Returns the speed of a shellac record. Nearly all have 78 RPM; a description states the exceptions.
fn shellac_speed(details: FormatDetails<'_>) -> &'static str {
    details.descriptions.iter().find_map(|text| edition::speed(text)).unwrap_or("78 RPM")
}

/// Returns true if the records and tapes are of several kinds and at least one states a color, which then does not
/// apply to the others.
fn has_own_colors(format: &Format) -> bool {
    let colorable =
        || format.media.iter().filter(|medium| matches!(medium.carrier, Carrier::Vinyl | Carrier::Cassette));
    let kind = |medium: &Medium| (medium.carrier, medium.inches);
    let first = colorable().next().map(kind);
    colorable().any(|medium| medium.color.is_some()) && colorable().any(|medium| Some(kind(medium)) != first)
}

/// Returns true for an LP: a record that is described as such, or an album on 12-inch records.
fn is_lp(medium: &Medium, details: FormatDetails<'_>) -> bool {
    // The descriptions of the release cover all media. They apply to a medium without its own descriptions.
    let is_of_release = !medium.wording.contains(',') && details.descriptions.iter().any(|text| text == "LP");
    let is_described = has_description(medium, &["LP"]) || is_of_release;
    let is_album = details.types.contains(&ReleaseType::Album) && !is_short(details);
    let is_full_size = medium.inches.is_none_or(|inches| inches == 12);
    (is_described && medium.inches != Some(7)) || (is_album && is_full_size)
}

fn is_short(details: FormatDetails<'_>) -> bool {
    let short = [ReleaseType::Ep, ReleaseType::Single, ReleaseType::MaxiSingle];
    details.types.iter().any(|kind| short.contains(kind))
}

/// Returns the word for the length of the release, which keeps a buyer from expecting an album.
fn length_word(format: &Format, details: FormatDetails<'_>) -> Option<&'static str> {
    let release_type = details.types.iter().find_map(|kind| match kind {
        ReleaseType::Ep => Some("EP"),
        ReleaseType::Single => Some("Single"),
        ReleaseType::MaxiSingle => Some("Maxi-Single"),
        ReleaseType::MiniAlbum => Some("Mini-Album"),
        ReleaseType::Album => Some(""),
        _ => None,
    });
    let word = release_type.or_else(|| match described_type(format)? {
        "Album" => None,
        word => Some(word),
    });
    word.filter(|word| !word.is_empty())
}

/// Returns the kinds of discs that the item specific "Format" does not tell apart from a plain CD: `Hybrid SACD`.
pub(super) fn kinds_of_cds(format: &Format, details: FormatDetails<'_>) -> Vec<String> {
    let kind = |medium: &Medium| match (medium.carrier, disc_kind(medium, details)) {
        (Carrier::Sacd, kind) => Some(kind.unwrap_or("SACD").to_owned()),
        (Carrier::Cd, Some(kind)) => {
            kind.strip_prefix("CD ").or(Some(kind).filter(|kind| *kind == "3\" CD")).map(str::to_owned)
        }
        _ => None,
    };
    format.media.iter().filter_map(kind).collect()
}

/// Returns true for a DVD-Audio or Blu-ray Audio without video.
pub(super) fn is_audio_disc(medium: &Medium, details: FormatDetails<'_>) -> bool {
    let is_video = has_description(medium, &["DVD-Video"]);
    !is_video && matches!(disc_kind(medium, details), Some("DVD-Audio" | "Blu-ray Audio"))
}

/// Returns the release types in eBay's words, for the item specific "Type".
///
/// A sampler has the type of its length, if it states one: a single with songs of an album is no compilation.
pub(super) fn release_types(format: Option<&Format>, types: &[ReleaseType], is_sampler: bool) -> Vec<String> {
    let word = |kind: &ReleaseType| match kind {
        ReleaseType::MaxiSingle => Some("Maxi-Single".to_owned()),
        ReleaseType::Broadcast | ReleaseType::Interview => None,
        kind => Some(kind.to_string()),
    };
    // Compilation, soundtrack and audiobook are more informative than "Album". Most soundtracks are also compilations.
    let rank = |kind: &&ReleaseType| match kind {
        ReleaseType::Soundtrack | ReleaseType::Audiobook => 0,
        ReleaseType::Compilation if !is_sampler => 1,
        ReleaseType::Compilation => 3,
        _ => 2,
    };
    let mut ranked = types.iter().collect::<Vec<_>>();
    ranked.sort_by_key(rank);
    let words = ranked.into_iter().filter_map(word).collect::<Vec<_>>();
    if words.is_empty() {
        return format.and_then(described_type).map(str::to_owned).into_iter().collect();
    }
    words
}

/// Returns the release type, if the provider's wording of a medium states it.
fn described_type(format: &Format) -> Option<&'static str> {
    const TYPES: [(&str, &[&str]); 4] =
        [("Album", &["Album"]), ("EP", &["EP"]), ("Maxi-Single", &["Maxi-Single", "Maxi"]), ("Single", &["Single"])];
    let is_described = |words: &[&str]| format.media.iter().any(|medium| has_description(medium, words));
    TYPES.iter().find(|(_, words)| is_described(words)).map(|(name, _)| *name)
}

/// Returns the material of the records in eBay's words; `None` for lathe-cut records, which can be of any material.
pub(super) fn record_material(format: &Format) -> Option<&'static str> {
    let is_on = |carrier: Carrier| format.media.iter().any(|medium| medium.carrier == carrier);
    let is_named = |medium: &Medium, kind: &str| contains_words(&medium.wording, kind);
    let mut records = format.media.iter().filter(|medium| medium.carrier == Carrier::Vinyl);
    let is_vinyl = |medium: &Medium| !is_named(medium, "Acetate") && !is_named(medium, "Lathe Cut");
    match () {
        () if is_on(Carrier::Shellac) => Some("Shellac"),
        () if records.clone().any(is_vinyl) => Some("Vinyl"),
        () if records.any(|medium| is_named(medium, "Acetate")) => Some("Acetate"),
        () => None,
    }
}

/// Returns the name of a medium. For a medium without an own carrier, returns the data source's word, such as `UMD`.
pub(super) fn medium_name(medium: &Medium) -> String {
    medium.other_name().map_or_else(|| medium.carrier.to_string(), plain_text)
}

/// Returns the words for a medium without an own carrier, such as `DCC Digital Compact Cassette`.
fn other_media_words(medium: &Medium) -> Option<MediaWords> {
    let name = plain_text(medium.other_name()?);
    Some(match named_medium(&name) {
        Some(known) => MediaWords { short: known.short.to_owned(), ..MediaWords::new(known.label) },
        None => MediaWords::new(name),
    })
}

/// Returns a record's diameter in eBay's words: `12"`.
pub(super) fn record_size(format: &Format) -> Option<String> {
    let is_record = |medium: &&Medium| matches!(medium.carrier, Carrier::Vinyl | Carrier::Shellac);
    let inches = format.media.iter().find(is_record)?.inches?;
    Some(format!("{inches}\""))
}

/// Returns true if the wording has one of these descriptions. Compares whole descriptions, because `Single Sided` is
/// not `Single`.
fn has_description(medium: &Medium, words: &[&str]) -> bool {
    let mut descriptions = medium.wording.split([',', ';']).map(str::trim);
    descriptions.any(|text| words.iter().any(|word| text.eq_ignore_ascii_case(word)))
}
