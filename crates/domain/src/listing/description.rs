//! Renders the description of a listing: a template filled with escaped values of a release. The built-in template is
//! `assets/listing.html`.

use std::sync::LazyLock;

use minijinja::value::Serde;
use minijinja::{AutoEscape, Environment, UndefinedBehavior};
use serde::Serialize;

use super::super::condition::Condition;
use super::super::copy_description::CopyDescription;
use super::super::release::{Carrier, Format, Medium, Track};
use super::super::text::display::{clean_text, cut_at_word, utf16_len};
use super::super::upc::Upc;
use super::super::video_region;
use super::country_name;
use super::display_fields::DisplayFields;
use super::format;
use super::html::{escape_value, join_lines};
use super::language::Translator;
use super::wording::{artist_name, contains_words};

/// eBay's limit for a product description, in UTF-16 units. A listing may have a longer one, but this length fits
/// everywhere.
const MAX_DESCRIPTION_UNITS: usize = 4000;

/// Maximum length of the summary that phones show, in characters. eBay does not show longer ones
/// (developer.ebay.com/devzone/guides/features-guide, "Mobile-friendly descriptions").
const MAX_SUMMARY_UNITS: usize = 800;

/// Maximum length of a name, so that a hostile name cannot fill the description. Real names are much shorter.
const MAX_NAME_UNITS: usize = 150;
const MAX_DETAIL_UNITS: usize = 80;
/// Maximum length of the performers, so that an opera names its cast.
const MAX_PERFORMERS_UNITS: usize = 400;

/// Maximum length of the seller's header and footer.
const MAX_SELLER_TEXT_UNITS: usize = 1000;

/// Template of the page that a buyer reads, and the seller's texts in it.
#[derive(Clone, Debug)]
pub struct DescriptionTemplate {
    environment: Environment<'static>,
    header: String,
    footer: String,
}

/// Why a template cannot be parsed or rendered.
#[derive(Debug, thiserror::Error)]
pub enum TemplateError {
    #[error("the listing's template: {0:#}")]
    Invalid(#[from] minijinja::Error),
    /// The page is too long even without tracks.
    #[error("the description has {0} characters without its tracks, and eBay allows {MAX_DESCRIPTION_UNITS}")]
    TooLong(usize),
}

/// Variables of a template.
#[derive(Serialize)]
struct TemplateValues<'a> {
    summary: &'a str,
    header: &'a str,
    footer: &'a str,
    note: String,
    artist: String,
    title: String,
    #[serde(rename = "facts")]
    details: Vec<DetailLine>,
    tracks: Vec<TrackLine>,
    tracks_left_out: usize,
    /// Heading of the track list, in the language of the listing.
    track_list: &'a str,
    /// Text in place of the omitted tracks.
    more_tracks: String,
}

#[derive(Serialize)]
struct DetailLine {
    name: &'static str,
    value: String,
}

#[derive(Serialize, Clone)]
struct TrackLine {
    position: String,
    title: String,
    length: Option<String>,
}

/// Text in place of omitted tracks, with their number.
const MORE_TRACKS: &str = "and {count} more tracks";

/// Text in place of omitted items of a lot, with their number.
const MORE_ITEMS: &str = "and {count} more items";

/// Maximum lengths of the text about an item of a lot. The longest with which all items fit is used.
const LOT_LINE_UNITS: [usize; 4] = [600, 300, 150, 90];

/// Content of the page of a lot.
#[derive(Clone, Copy, Debug)]
pub(super) struct LotPage<'a> {
    pub artists: &'a str,
    pub title: &'a str,
    /// A text about each item.
    pub lines: &'a [String],
}

/// Values of a description that do not come from the release.
#[derive(Clone, Copy, Debug)]
pub(super) struct ItemFacts<'a> {
    pub upc: Upc,
    pub copy: &'a CopyDescription,
}

impl DescriptionTemplate {
    /// Returns the built-in template.
    pub fn built_in() -> &'static Self {
        static TEMPLATE: LazyLock<DescriptionTemplate> = LazyLock::new(|| {
            DescriptionTemplate::parse(include_str!("../../../../assets/listing.html"))
                .expect("a test reads the template that is compiled in")
        });
        &TEMPLATE
    }

    /// Parses a template. Escapes every value. An undefined variable is an error and not an empty text.
    ///
    /// # Errors
    /// Returns [`TemplateError`] if the template is invalid.
    pub fn parse(text: &str) -> Result<Self, TemplateError> {
        let mut environment = Environment::new();
        environment.set_auto_escape_callback(|_| AutoEscape::Html);
        environment.set_formatter(escape_value);
        environment.set_undefined_behavior(UndefinedBehavior::Strict);
        environment.add_template_owned("listing.html", text.to_owned())?;
        Ok(Self { environment, header: String::new(), footer: String::new() })
    }

    /// Sets the seller's texts above and below the release. They are escaped like every value.
    pub fn with_seller_texts(self, header: &str, footer: &str) -> Self {
        let text = |text: &str| cut_at_word(&clean_text(text), MAX_SELLER_TEXT_UNITS).to_owned();
        Self { header: text(header), footer: text(footer), ..self }
    }

    /// Renders the template with sample values, so that a faulty template is found before a batch.
    ///
    /// # Errors
    /// Returns [`TemplateError`] if the template uses an undefined variable, or is too long with the seller's texts.
    pub fn check(&self) -> Result<(), TemplateError> {
        let track = TrackLine { position: "1".to_owned(), title: "Title".to_owned(), length: Some("3:39".to_owned()) };
        let detail = DetailLine { name: "Format", value: "CD".to_owned() };
        let values = TemplateValues {
            summary: "Artist - Title",
            header: &self.header,
            footer: &self.footer,
            note: "Note".to_owned(),
            artist: "Artist".to_owned(),
            title: "Title".to_owned(),
            details: vec![detail],
            tracks: vec![track],
            tracks_left_out: 1,
            track_list: "Track list",
            more_tracks: "and 1 more tracks".to_owned(),
        };
        check_length(self.render(&values)?).map(drop)
    }

    /// Renders the description of a release on one line. If it is too long, omits the playing times, then the last
    /// tracks, and states the number of omitted tracks.
    ///
    /// # Errors
    /// Returns [`TemplateError`] if the template is faulty, or the page is too long without tracks.
    pub(super) fn render_description(
        &self,
        words: &DisplayFields<'_>,
        item: ItemFacts<'_>,
    ) -> Result<String, TemplateError> {
        let mut lines = words
            .tracks
            .iter()
            .filter_map(|track| TrackLine::from_track(track, words.artist.as_deref()))
            .collect::<Vec<_>>();
        let summary = compose_summary(words, item, lines.len());
        let whole = self.render_page(words, item, &summary, (&lines, 0))?;
        if utf16_len(&whole) <= MAX_DESCRIPTION_UNITS {
            return Ok(whole);
        }
        for line in &mut lines {
            line.length = None;
        }
        let with = |count: usize| self.render_page(words, item, &summary, (&lines[..count], lines.len() - count));
        let whole = with(lines.len())?;
        if utf16_len(&whole) <= MAX_DESCRIPTION_UNITS {
            return Ok(whole);
        }
        let (mut fits, mut too_many) = (0, lines.len());
        while fits + 1 < too_many {
            let middle = fits.midpoint(too_many);
            if utf16_len(&with(middle)?) <= MAX_DESCRIPTION_UNITS { fits = middle } else { too_many = middle }
        }
        check_length(with(fits)?)
    }

    fn render_page(
        &self,
        words: &DisplayFields<'_>,
        item: ItemFacts<'_>,
        summary: &str,
        (lines, left_out): (&[TrackLine], usize),
    ) -> Result<String, TemplateError> {
        self.render(&TemplateValues {
            summary,
            header: &self.header,
            footer: &self.footer,
            note: item.copy.clean_note().unwrap_or_default(),
            artist: cut_value(words.artist_in_both_scripts().as_deref(), MAX_NAME_UNITS),
            title: cut_value(words.title_in_both_scripts().as_deref(), MAX_NAME_UNITS),
            details: detail_lines(words, item).into_iter().map(|line| line.translated(words.translator())).collect(),
            tracks: lines.to_vec(),
            tracks_left_out: left_out,
            track_list: words.translator().word("Track list"),
            more_tracks: words.translator().word(MORE_TRACKS).replace("{count}", &left_out.to_string()),
        })
    }

    /// Renders the description of a lot on one line, with its items in place of tracks. If it is too long, shortens the
    /// texts of the items, then omits the last items and states their number.
    pub(super) fn render_lot(&self, page: LotPage<'_>, translator: Translator) -> Result<String, TemplateError> {
        let all = page.lines.len();
        let whole = LOT_LINE_UNITS.iter().map(|units| (all, *units));
        let fewer = (0..all).rev().map(|count| (count, LOT_LINE_UNITS[LOT_LINE_UNITS.len() - 1]));
        let mut rendered = String::new();
        for (count, units) in whole.chain(fewer) {
            rendered = self.render_lot_page(page, count, units, translator)?;
            if utf16_len(&rendered) <= MAX_DESCRIPTION_UNITS {
                break;
            }
        }
        check_length(rendered)
    }

    fn render_lot_page(
        &self,
        page: LotPage<'_>,
        count: usize,
        line_units: usize,
        translator: Translator,
    ) -> Result<String, TemplateError> {
        let lines = page.lines.iter().zip(1..).take(count);
        let tracks = lines.map(|(line, number)| TrackLine {
            position: number.to_string(),
            title: cut_at_word(line, line_units).to_owned(),
            length: None,
        });
        let left_out = page.lines.len() - count;
        let summary = format!("{}: {}", page.title, page.lines.join(" "));
        self.render(&TemplateValues {
            summary: cut_at_word(&summary, MAX_SUMMARY_UNITS),
            header: &self.header,
            footer: &self.footer,
            note: String::new(),
            artist: cut_at_word(page.artists, MAX_NAME_UNITS).to_owned(),
            title: page.title.to_owned(),
            details: Vec::new(),
            tracks: tracks.collect(),
            tracks_left_out: left_out,
            track_list: translator.word("Items in this lot"),
            more_tracks: translator.word(MORE_ITEMS).replace("{count}", &left_out.to_string()),
        })
    }

    fn render(&self, values: &TemplateValues<'_>) -> Result<String, TemplateError> {
        let page = self.environment.get_template("listing.html")?.render(Serde(values))?;
        Ok(join_lines(&page))
    }
}

/// Returns the page if it is not too long.
fn check_length(page: String) -> Result<String, TemplateError> {
    let units = utf16_len(&page);
    if units > MAX_DESCRIPTION_UNITS { Err(TemplateError::TooLong(units)) } else { Ok(page) }
}

/// Composes the summary that phones show: the release, its edition, condition and number of tracks.
pub(super) fn compose_summary(words: &DisplayFields<'_>, item: ItemFacts<'_>, tracks: usize) -> String {
    let names = [words.artist_in_both_scripts(), words.title_in_both_scripts()];
    let name = names.into_iter().flatten().collect::<Vec<_>>().join(" - ");
    let name = cut_at_word(&name, 2 * MAX_NAME_UNITS).to_owned();
    let skipped = ["Barcode", "Condition", "Discs", "Media grade", "Pressing", "Sleeve grade"];
    let details = detail_lines(words, item);
    let facts = details.iter().filter(|line| !skipped.contains(&line.name));
    let facts = facts.map(|line| cut_list(&line.value, MAX_DETAIL_UNITS));
    let count = (tracks > 1).then(|| format!("{tracks} {}", words.translator().word("tracks")));
    let facts = facts.chain(count).collect::<Vec<_>>().join(", ");
    let condition = item.copy.effective_condition();
    let condition = condition.map(|condition| {
        let [label, text] = ["Condition", condition_text(condition)].map(|word| words.translator().word(word));
        format!("{label}: {text}.")
    });
    let copy = copy_text(item.copy, words.translator());
    let facts = (!facts.is_empty()).then(|| format!("{facts}."));
    let end = if name.ends_with(['.', '!', '?']) { "" } else { "." };
    let parts = [Some(format!("{name}{end}")), facts, condition, copy].into_iter().flatten().collect::<Vec<_>>();
    cut_at_word(&parts.join(" "), MAX_SUMMARY_UNITS).to_owned()
}

/// Returns eBay's name of a condition for media.
const fn condition_text(condition: Condition) -> &'static str {
    match condition {
        Condition::New => "Brand New",
        Condition::LikeNew => "Like New (used)",
        Condition::VeryGood => "Very Good (used)",
        Condition::Good => "Good (used)",
        Condition::Acceptable => "Acceptable (used)",
    }
}

/// Returns the known details, in the order in which buyers look for them.
fn detail_lines(words: &DisplayFields<'_>, item: ItemFacts<'_>) -> Vec<DetailLine> {
    let is_tape = |medium: &Medium| {
        matches!(
            medium.carrier,
            Carrier::Cassette | Carrier::EightTrack | Carrier::ReelToReel | Carrier::Vhs | Carrier::Other
        )
    };
    let discs = words.format.filter(|format| !format.media.iter().any(is_tape)).map(Format::media_count);
    let label = words.format.and_then(|format| format::format_label(format, words.format_details()));
    let is_new = |word: &&String| label.as_deref().is_none_or(|label| !contains_words(label, word));
    let list = |values: &[String]| (!values.is_empty()).then(|| values.join(", "));
    let own_word = |word: &str| words.translator().word(word).to_owned();
    let edition = words.edition.iter().filter(is_new).map(|word| own_word(word)).collect::<Vec<_>>();
    let country = words.country.as_deref().and_then(|code| {
        let name = country_name::ebay_country_name(code).or(country_name::title_country(code, words.site))?;
        words.translator().country(name)
    });
    let facts = [
        ("Format", label.clone()),
        ("Discs", discs.filter(|discs| *discs > 1).map(|discs| discs.to_string())),
        ("Type", list(&special_types(words))),
        ("Edition", list(&edition)),
        ("Pressing", list(&further_notes(words, label.as_deref().unwrap_or_default()))),
        ("Condition", item.copy.effective_condition().map(condition_text).map(own_word)),
        ("Media grade", item.copy.media_grade.map(|grade| grade.to_string())),
        ("Sleeve grade", item.copy.sleeve_grade.map(|grade| grade.to_string())),
        ("Performers", list(&words.performers).filter(|_| !words.composers.is_empty())),
        ("Label", words.label.clone()),
        ("Catalog number", words.catalog_number.clone()),
        ("Year", words.year.clone()),
        ("Country", country.map(str::to_owned)),
        ("Barcode", (!item.upc.is_substitute()).then(|| item.upc.to_string())),
    ];
    let known = facts.into_iter().filter_map(|(name, value)| Some((name, value?)));
    let longest = |name: &str| if name == "Performers" { MAX_PERFORMERS_UNITS } else { MAX_DETAIL_UNITS };
    known.map(|(name, value)| DetailLine { name, value: cut_list(&value, longest(name)) }).collect()
}

/// Returns the types of a release that is not an ordinary album, in the language of the listing. The format has the
/// length.
fn special_types(words: &DisplayFields<'_>) -> Vec<String> {
    let types = words.types.iter().copied().filter(|kind| !kind.is_length()).collect::<Vec<_>>();
    let named = format::release_types(None, &types, words.is_sampler());
    named.iter().map(|name| words.translator().word(name).to_owned()).collect()
}

/// Returns a provider's own words about the pressing, without the parts that the format and the edition already say.
fn further_notes(words: &DisplayFields<'_>, label: &str) -> Vec<String> {
    let has_region = words.edition.iter().any(|word| !video_region::codes_of_word(word).is_empty());
    let stated = format!("{label}, {}", words.edition.join(", "));
    let further = |note: &String| {
        let parts = note.split([',', ';']).map(str::trim).filter(|part| !part.is_empty());
        let is_region = |part: &str| has_region && video_region::states_regions(part);
        let parts = parts.filter(|part| !contains_words(&stated, part) && !is_region(part)).collect::<Vec<_>>();
        (!parts.is_empty()).then(|| parts.join(", "))
    };
    words.format_notes.iter().filter_map(further).collect()
}

/// Cuts a long text at a comma in its second half, or else at a word, so that no name is cut.
fn cut_list(text: &str, most: usize) -> String {
    let cut = cut_at_word(text, most);
    let comma = cut.rfind(", ").filter(|at| cut.len() < text.len() && at * 2 > cut.len());
    comma.map_or(cut, |at| &cut[..at]).to_owned()
}

/// Returns grades, parts and note of a copy in the language of the listing.
pub(super) fn copy_text(copy: &CopyDescription, translator: Translator) -> Option<String> {
    copy.condition_text_with(|word| translator.word(word))
}

/// Returns true if [`copy_text`] is cut to eBay's limit.
pub(super) fn is_copy_text_cut(copy: &CopyDescription, translator: Translator) -> bool {
    copy.is_text_cut_with(|word| translator.word(word))
}

impl DetailLine {
    fn translated(self, translator: Translator) -> Self {
        Self { name: translator.word(self.name), ..self }
    }
}

fn cut_value(text: Option<&str>, most: usize) -> String {
    cut_at_word(text.unwrap_or_default(), most).to_owned()
}

impl TrackLine {
    /// Creates the line of a track; includes its artist if it differs from the artist of the release.
    fn from_track(track: &Track, release_artist: Option<&str>) -> Option<Self> {
        let title = clean_text(&track.title);
        let artist = track.artist.as_deref().and_then(artist_name).map(|artist| clean_text(&artist));
        let artist = artist.filter(|artist| release_artist.is_none_or(|known| !known.eq_ignore_ascii_case(artist)));
        let title = match artist {
            Some(artist) if !title.is_empty() => format!("{artist} - {title}"),
            _ => title,
        };
        let position = clean_text(&track.position);
        (!title.is_empty()).then(|| Self {
            position: cut_at_word(position.trim_end_matches('.'), 10).to_owned(),
            title: cut_at_word(&title, MAX_NAME_UNITS).to_owned(),
            length: track.length_ms.filter(|ms| *ms > 0).map(format_playing_time),
        })
    }
}

/// Formats `3:39`, rounded to the second.
fn format_playing_time(milliseconds: u32) -> String {
    let seconds = milliseconds.saturating_add(500) / 1000;
    format!("{}:{:02}", seconds / 60, seconds % 60)
}
