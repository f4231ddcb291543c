//! Fields of a release for display in a listing: sanitized, without placeholders, in keyboard characters.

use super::super::composer_name::{is_famous_composer, is_fuller_name};
use super::super::condition::Condition;
use super::super::copy_description::CopyDescription;
use super::super::edition;
use super::super::provenance::Sourced;
use super::super::release::{ArtistCredit, Carrier, Format, Release, Track};
use super::super::release_status::ReleaseStatus;
use super::super::release_type::ReleaseType;
use super::super::site::Site;
use super::super::text::display::plain_text;
use super::super::upc::Upc;
use super::categories::Categories;
use super::format::FormatDetails;
use super::language::Translator;
use super::wording;

/// Display texts of a release. An unknown field is `None` or empty.
#[derive(Debug)]
pub(super) struct DisplayFields<'a> {
    /// Site of the listing. The fields themselves are English.
    pub site: Site,
    /// Artist credit with its join phrases; for classical music, the composers.
    pub artist: Option<String>,
    /// The artist credit cut after each of its names, the shortest first and the complete credit last.
    pub artist_prefixes: Vec<String>,
    /// All credited artists, composers, conductors and performers.
    pub artists: Vec<String>,
    /// Artist in Latin script, if the credit is in another script.
    pub latin_artist: Option<String>,
    /// True for a credit of various artists.
    pub is_various: bool,
    pub title: Option<String>,
    /// Title in Latin script, if the title is in another script.
    pub latin_title: Option<String>,
    pub composers: Vec<String>,
    /// Composers that head the title of classical music.
    pub head_composers: Vec<String>,
    pub conductors: Vec<String>,
    /// Conductors, soloists and ensembles of classical music.
    pub performers: Vec<String>,
    pub label: Option<String>,
    pub catalog_number: Option<String>,
    pub year: Option<String>,
    /// ISO 3166-1 code, or MusicBrainz' code of a region.
    pub country: Option<String>,
    pub language: Option<String>,
    pub format: Option<&'a Format>,
    pub descriptions: &'a [String],
    /// A provider's own words about the pressing, such as `Red, 180g`.
    pub format_notes: Vec<String>,
    pub types: &'a [ReleaseType],
    pub edition: Vec<String>,
    pub color: Option<String>,
    pub grams: Option<u16>,
    pub speeds: Vec<String>,
    pub packaging: Option<String>,
    pub series: Vec<String>,
    pub genres: Vec<String>,
    pub styles: Vec<String>,
    pub tracks: &'a [Track],
}

/// Discogs' description of a compilation that advertises a label or an artist.
pub(super) const SAMPLER: &str = "Sampler";

/// Edition words for wrappings around the case. They are often lost, and a buyer returns the item if a promised one is
/// missing.
const OBI: &str = "Obi";
const LONGBOX: &str = "Longbox";

/// Words for loose parts of a release, which a used copy often lacks.
const LOOSE_PARTS: &[&str] = &[
    "card",
    "cards",
    "code",
    "coupon",
    "dl",
    "download",
    "flyer",
    "insert",
    "inserts",
    "photocard",
    "photocards",
    "postcard",
    "postcards",
    "poster",
    "posters",
    "shirt",
    "slipmat",
    "sticker",
    "stickers",
    "tshirt",
    "voucher",
];

/// Words that make one of [`LOOSE_PARTS`] a part of the package: `Card Sleeve`.
const FIXED_PARTS: [&str; 4] = ["case", "cover", "sleeve", "wallet"];

fn values<T>(field: Option<&Sourced<Vec<T>>>) -> &[T] {
    field.map_or(&[], |list| &list.value)
}

impl<'a> DisplayFields<'a> {
    pub(super) fn from_release(release: &'a Release, (upc, site): (Upc, Site), categories: &Categories) -> Self {
        let known = |text: &str| known_text(text, categories);
        let field = |field: &Option<Sourced<String>>| field.as_ref().and_then(|field| known(&field.value));
        let list = |field: &Option<Sourced<Vec<String>>>| {
            values(field.as_ref()).iter().filter_map(|text| known(text)).collect::<Vec<_>>()
        };
        let names = |field: &Option<Sourced<Vec<String>>>| known_names(values(field.as_ref()), categories);
        let credit = release.artist.as_ref().map(|artist| &artist.value);
        let (composers, conductors) = (names(&release.composers), names(&release.conductors));
        let performers = join_unique(&[conductors.clone(), names(&release.performers)]);
        let credited = credit.map(|credit| credited_names(credit, categories)).unwrap_or_default();
        let head_composers = head_composers(release, &credited, (&composers, &performers));
        let prefixes = head_prefixes(&head_composers, credit, categories);
        let artists = [full_names(credited, &composers, &performers), composers.clone(), performers.clone()];
        Self {
            site,
            artist: prefixes.last().cloned(),
            artist_prefixes: prefixes,
            artists: join_unique(&artists),
            latin_artist: field(&release.latin_artist),
            is_various: credit.is_some_and(ArtistCredit::is_various),
            // A title may look like a placeholder: there are albums named `None` and `<…>`.
            title: release.title.as_ref().and_then(|title| wording::release_title(&title.value)),
            latin_title: field(&release.latin_title),
            composers,
            head_composers,
            conductors,
            performers,
            label: field(&release.label),
            catalog_number: field(&release.catalog_number).filter(|number| !is_barcode(number, upc)),
            year: plausible_year(release).map(|year| year.to_string()),
            country: release.country.as_ref().map(|country| country.value.to_code().0),
            language: field(&release.language).filter(|_| is_spoken(values(release.types.as_ref()))),
            format: release.format.as_ref().map(|format| &format.value),
            descriptions: values(release.descriptions.as_ref()),
            format_notes: list(&release.format_notes),
            types: values(release.types.as_ref()),
            edition: edition_words(release, list(&release.edition)),
            color: field(&release.color),
            grams: release.grams.as_ref().map(|grams| grams.value),
            speeds: list(&release.speeds),
            packaging: field(&release.packaging),
            series: list(&release.series),
            genres: list(&release.genres),
            styles: list(&release.styles),
            tracks: values(release.tracks.as_ref()),
        }
    }

    /// Returns the fields that apply to this copy. Keeps the obi if the seller states that it is present. An unopened
    /// copy keeps the obi (unless the seller states otherwise) and the longbox of the release.
    pub(super) fn for_copy(mut self, copy: &CopyDescription) -> Self {
        let is_unopened = copy.effective_condition() == Some(Condition::New);
        let is_there = |word: &str| match word {
            OBI => copy.parts.obi.unwrap_or(is_unopened),
            LONGBOX => is_unopened,
            _ => true,
        };
        self.edition.retain(|word| is_there(word));
        self.packaging = self.packaging.filter(|packaging| is_there(packaging));
        self.format_notes = self.format_notes.iter().filter_map(|note| without_lost_parts(note, is_there)).collect();
        if !is_unopened {
            self.format_notes = self.format_notes.iter().filter_map(|note| without_loose_parts(note)).collect();
        }
        if copy.parts.obi == Some(true) && !self.edition.iter().any(|word| word == OBI) {
            self.edition.push(OBI.to_owned());
        }
        self
    }

    /// Returns the artist, with the Latin form first if there is one: `Yes (イエス)`.
    pub(super) fn artist_in_both_scripts(&self) -> Option<String> {
        both_scripts(self.latin_artist.as_deref(), self.artist.as_deref())
    }

    /// Returns the title, with the Latin form first if there is one.
    pub(super) fn title_in_both_scripts(&self) -> Option<String> {
        both_scripts(self.latin_title.as_deref(), self.title.as_deref())
    }

    /// Returns the fields that distinguish the kinds of a carrier.
    pub(super) fn format_details(&self) -> FormatDetails<'_> {
        FormatDetails {
            descriptions: self.descriptions,
            types: self.types,
            color: self.color.as_deref(),
            has_own_colors: false,
            edition: &self.edition,
            translator: self.translator(),
        }
    }

    /// Returns true for Discogs' "Sampler", which its database does not also call a compilation.
    pub(super) fn is_sampler(&self) -> bool {
        let has = |word: &str| self.descriptions.iter().any(|description| description == word);
        has(SAMPLER) && !has("Compilation")
    }

    /// Returns the translator for the language of the listing.
    pub(super) fn translator(&self) -> Translator {
        Translator::for_site(self.site)
    }
}

/// Returns the text in keyboard characters; `None` if it is empty or a placeholder.
fn known_text(text: &str, categories: &Categories) -> Option<String> {
    let text = wording::keyboard_text(text);
    (!plain_text(&text).is_empty() && !categories.is_placeholder(&text)).then_some(text)
}

fn both_scripts(latin: Option<&str>, native: Option<&str>) -> Option<String> {
    match (latin, native) {
        (Some(latin), Some(native)) if latin != native => Some(format!("{latin} ({native})")),
        (latin, native) => native.or(latin).map(str::to_owned),
    }
}

/// Returns the names without placeholders.
fn known_names(names: &[String], categories: &Categories) -> Vec<String> {
    let names = names.iter().filter_map(|name| wording::artist_name(name));
    names.filter(|name| !categories.is_placeholder(name)).collect()
}

/// Returns the possible forms of the artist in a title, the shortest first: the composers at the start of the credit,
/// or else the credit.
fn head_prefixes(composers: &[String], credit: Option<&ArtistCredit>, categories: &Categories) -> Vec<String> {
    match composers.len() {
        0 => credit.map(|credit| credit_prefixes(credit, categories)).unwrap_or_default(),
        names => (1..=names).map(|count| composers[..count].join(", ")).collect(),
    }
}

/// Removes missing parts from a provider's words about a pressing: `SHM-CD, With Obi` becomes `SHM-CD`.
fn without_lost_parts(note: &str, is_there: impl Fn(&str) -> bool) -> Option<String> {
    let says_lost = |text: &str| edition::edition_words([text]).iter().any(|word| !is_there(word));
    if !says_lost(note) {
        return Some(note.to_owned());
    }
    let others = note.split([',', ';']).map(str::trim).filter(|part| !says_lost(part)).collect::<Vec<_>>();
    (!others.is_empty()).then(|| others.join(", "))
}

/// Removes loose parts from a provider's words about a pressing: `Story Ver. + Photocards` becomes `Story Ver.`.
fn without_loose_parts(note: &str) -> Option<String> {
    let is_loose = |part: &str| {
        let words = part.split(|c: char| !c.is_alphanumeric()).map(str::to_lowercase).collect::<Vec<_>>();
        let has = |names: &[&str]| words.iter().any(|word| names.contains(&word.as_str()));
        has(LOOSE_PARTS) && !has(&FIXED_PARTS)
    };
    if !is_loose(note) {
        return Some(note.to_owned());
    }
    let parts = note.split([',', ';', '+']).map(str::trim).filter(|part| !part.is_empty() && !is_loose(part));
    let parts = parts.collect::<Vec<_>>();
    (!parts.is_empty()).then(|| parts.join(", "))
}

/// Returns the composers that head the title of the listing, if the performers are known and it is not a soundtrack: those
/// at the start of the artist credit, or else those after its performers, or else a famous one of the whole release.
fn head_composers(
    release: &Release,
    credited: &[String],
    (composers, performers): (&[String], &[String]),
) -> Vec<String> {
    if performers.is_empty() || values(release.types.as_ref()).contains(&ReleaseType::Soundtrack) {
        return Vec::new();
    }
    let is_composer =
        |name: &&String| composers.iter().any(|composer| composer == *name || is_fuller_name(composer, name));
    let leading = credited.iter().take_while(is_composer).cloned().collect::<Vec<_>>();
    if !leading.is_empty() {
        return leading;
    }
    let is_famous = |name: &&String| is_composer(name) && is_famous_composer(name);
    let named = credited.iter().filter(is_famous).cloned().collect::<Vec<_>>();
    // Buyers of a singer's arias search for the singer.
    let is_recital = performers.len() == 1 && values(release.styles.as_ref()).iter().any(|style| style == "Opera");
    let is_various = release.artist.as_ref().is_some_and(|artist| artist.value.is_various());
    match composers {
        [composer] if named.is_empty() && !is_various && !is_recital && is_famous_composer(composer) => {
            vec![composer.clone()]
        }
        _ => named,
    }
}

/// Returns the first year in which each kind of medium was sold, according to its makers (Philips and Sony for the CD,
/// Columbia for the LP, Philips for the cassette).
const fn first_year(carrier: Carrier) -> Option<u16> {
    match carrier {
        Carrier::Cd => Some(1982),
        Carrier::Sacd => Some(1999),
        Carrier::Dvd => Some(1996),
        Carrier::BluRay => Some(2006),
        Carrier::MiniDisc => Some(1992),
        Carrier::Cassette => Some(1963),
        Carrier::EightTrack => Some(1964),
        Carrier::LaserDisc => Some(1978),
        Carrier::Vhs => Some(1976),
        Carrier::ReelToReel | Carrier::Vinyl => Some(1948),
        Carrier::Shellac | Carrier::Digital | Carrier::Other => None,
    }
}

/// Returns the year of a release; `None` if its medium did not exist then, so that it must be the year of the
/// recording.
fn plausible_year(release: &Release) -> Option<u16> {
    let year = release.date.as_ref()?.value.year();
    let media = release.format.iter().flat_map(|format| &format.value.media);
    let first = media.filter_map(|medium| first_year(medium.carrier)).max();
    first.is_none_or(|first| year >= first).then_some(year)
}

/// Returns true for spoken-word releases. Only for these is the language, which MusicBrainz states for the track list,
/// also the language of the recording.
fn is_spoken(types: &[ReleaseType]) -> bool {
    let is_spoken = |kind: &ReleaseType| {
        use ReleaseType::{AudioDrama, Audiobook, Interview, SpokenWord};
        matches!(kind, AudioDrama | Audiobook | Interview | SpokenWord)
    };
    types.iter().any(is_spoken)
}

/// MusicBrainz' names of packagings that buyers look for, with the edition word.
const PACKAGING_WORDS: [(&str, &str); 3] =
    [("Digibook", "Digibook"), ("Digipak", "Digipak"), ("Gatefold Cover", "Gatefold")];

/// Returns the edition words. Adds `Promo` for a promotional copy, and the word for a special packaging.
fn edition_words(release: &Release, mut words: Vec<String>) -> Vec<String> {
    let is_promo = release.status.as_ref().is_some_and(|status| status.value == ReleaseStatus::Promotion);
    if is_promo && !words.iter().any(|word| word == "Promo") {
        words.insert(0, "Promo".to_owned());
    }
    let packaging = release.packaging.as_ref().map(|packaging| packaging.value.as_str());
    let word = PACKAGING_WORDS.iter().find(|(name, _)| packaging == Some(name)).map(|(_, word)| *word);
    if let Some(word) = word.filter(|word| !words.iter().any(|known| known == word)) {
        words.push(word.to_owned());
    }
    words
}

/// Returns the credit cut after each of its names, the complete credit last. Discogs writes "Various", but buyers
/// search for "Various Artists". If the credit contains placeholders, its other names are joined with commas.
fn credit_prefixes(credit: &ArtistCredit, categories: &Categories) -> Vec<String> {
    if credit.is_various() {
        return vec!["Various Artists".to_owned()];
    }
    let names = credited_names(credit, categories);
    if names.len() < credit.0.len() {
        return (1..=names.len()).map(|count| names[..count].join(", ")).collect();
    }
    let mut prefix = String::new();
    let mut prefixes = Vec::new();
    for artist in &credit.0 {
        prefix.push_str(&artist.name);
        prefixes.extend(wording::artist_name(&prefix));
        // A dash would look like the separator between artist and title.
        prefix.push_str(if matches!(artist.join.trim(), "-" | "\u{2013}" | "\u{2014}") { ", " } else { &artist.join });
    }
    if credit.0.last().is_some_and(|artist| artist.join.chars().any(char::is_alphabetic)) {
        prefixes.pop();
        prefixes.extend(wording::artist_name(&prefix));
    }
    prefixes.retain(|prefix| !categories.is_placeholder(prefix));
    prefixes
}

fn credited_names(credit: &ArtistCredit, categories: &Categories) -> Vec<String> {
    if credit.is_various() {
        return vec!["Various Artists".to_owned()];
    }
    let names = credit.0.iter().filter_map(|artist| wording::artist_name(&artist.name));
    names.filter(|name| !categories.is_placeholder(name)).collect()
}

/// Returns the credited names, with short names replaced by the full name if it is unambiguous: `Giacomo Puccini` for
/// `Puccini`.
fn full_names(credited: Vec<String>, composers: &[String], performers: &[String]) -> Vec<String> {
    let known = join_unique(&[composers.to_vec(), performers.to_vec()]);
    let full = |name: String| {
        let mut fuller = known.iter().filter(|known| is_fuller_name(known, &name));
        match (fuller.next(), fuller.next()) {
            (Some(full), None) => full.clone(),
            _ => name,
        }
    };
    credited.into_iter().map(full).collect()
}

/// Returns the distinct names of the lists. Names that differ only in case, punctuation and `&` for `and` are one.
fn join_unique(lists: &[Vec<String>]) -> Vec<String> {
    let letters = |name: &str| {
        let words = name.to_lowercase().replace(" & ", " and ");
        words.chars().filter(|c| c.is_alphanumeric()).collect::<String>()
    };
    let mut all: Vec<String> = Vec::new();
    for name in lists.iter().flatten() {
        if !all.iter().any(|known| known == name || (letters(known) == letters(name) && !letters(name).is_empty())) {
            all.push(name.clone());
        }
    }
    all
}

/// Returns true for a catalog number that is only a barcode: this one with or without its check digit, or that of
/// another package. The product identifier already has it.
fn is_barcode(number: &str, upc: Upc) -> bool {
    if number.chars().any(char::is_alphabetic) {
        return false;
    }
    let digits = number.chars().filter(char::is_ascii_digit).collect::<String>();
    let is_gtin = matches!(digits.len(), 12 | 13) && digits.parse::<Upc>().is_ok();
    let code = upc.ean13();
    let code = code.trim_start_matches('0');
    let digits = digits.trim_start_matches('0');
    is_gtin || (digits.len() >= 7 && (digits == code || Some(digits) == code.get(..code.len() - 1)))
}
