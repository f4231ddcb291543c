//! The description: `assets/listing.html` with the values of one release, every one of them escaped.

use std::sync::LazyLock;

use minijinja::value::Serde;
use minijinja::{AutoEscape, Environment, UndefinedBehavior};
use serde::Serialize;

use super::super::release::Track;
use super::super::text::display::{clean_text, cut_at_word, utf16_len};
use super::super::upc::Upc;
use super::display_fields::DisplayFields;
use super::format;

/// eBay's limit for the description of a product, in UTF-16 units; a listing may have more, but what fits here can be
/// used everywhere.
const MAX_DESCRIPTION_UNITS: usize = 4000;

/// So that a hostile name cannot fill the description; real ones are far shorter.
const MAX_NAME_UNITS: usize = 150;
const MAX_DETAIL_UNITS: usize = 80;

/// The page that a buyer reads, with gaps.
#[derive(Clone, Debug)]
pub struct DescriptionTemplate(Environment<'static>);

/// A template that cannot be read or filled.
#[derive(Debug, thiserror::Error)]
#[error("the listing's template: {0:#}")]
pub struct TemplateError(#[from] minijinja::Error);

/// What a template may use.
#[derive(Serialize)]
struct TemplateValues {
    artist: String,
    title: String,
    #[serde(rename = "facts")]
    details: Vec<DetailLine>,
    tracks: Vec<TrackLine>,
    tracks_left_out: usize,
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

impl DescriptionTemplate {
    /// The template that is compiled in.
    pub fn built_in() -> &'static Self {
        static TEMPLATE: LazyLock<DescriptionTemplate> = LazyLock::new(|| {
            DescriptionTemplate::parse(include_str!("../../../../assets/listing.html"))
                .expect("a test reads the template that is compiled in")
        });
        &TEMPLATE
    }

    /// Reads a template. Every value is escaped, and a gap that nothing fills is an error, not an empty place.
    ///
    /// # Errors
    /// Returns [`TemplateError`] if the template is invalid.
    pub fn parse(text: &str) -> Result<Self, TemplateError> {
        let mut environment = Environment::new();
        environment.set_auto_escape_callback(|_| AutoEscape::Html);
        environment.set_undefined_behavior(UndefinedBehavior::Strict);
        environment.add_template_owned("listing.html", text.to_owned())?;
        Ok(Self(environment))
    }

    /// The description of a release on one line. Where it gets too long, the last tracks go, each as a whole, and
    /// the number of them is said.
    pub(super) fn render_description(&self, words: &DisplayFields<'_>, upc: Upc) -> Result<String, TemplateError> {
        let lines = words.tracks.iter().filter_map(TrackLine::from_track).collect::<Vec<_>>();
        let with = |tracks: usize| self.render_page(words, upc, &lines[..tracks], lines.len() - tracks);
        let whole = with(lines.len())?;
        if utf16_len(&whole) <= MAX_DESCRIPTION_UNITS {
            return Ok(whole);
        }
        let (mut fits, mut too_many) = (0, lines.len());
        while fits + 1 < too_many {
            let middle = fits.midpoint(too_many);
            if utf16_len(&with(middle)?) <= MAX_DESCRIPTION_UNITS { fits = middle } else { too_many = middle }
        }
        with(fits)
    }

    fn render_page(
        &self,
        words: &DisplayFields<'_>,
        upc: Upc,
        lines: &[TrackLine],
        left_out: usize,
    ) -> Result<String, TemplateError> {
        let gaps = TemplateValues {
            artist: cut_value(words.artist.as_deref(), MAX_NAME_UNITS),
            title: cut_value(words.title.as_deref(), MAX_NAME_UNITS),
            details: detail_lines(words, upc),
            tracks: lines.to_vec(),
            tracks_left_out: left_out,
        };
        let page = self.0.get_template("listing.html")?.render(Serde(&gaps))?;
        Ok(page.lines().map(str::trim).collect())
    }
}

/// What is known, in the order in which a buyer looks for it.
fn detail_lines(words: &DisplayFields<'_>, upc: Upc) -> Vec<DetailLine> {
    let items = words.format.map(super::super::release::Format::media_count).filter(|items| *items > 1);
    let events = [
        ("Format", words.format.and_then(format::format_label)),
        ("Discs", items.map(|items| items.to_string())),
        ("Label", words.label.clone()),
        ("Catalog number", words.catalog_number.clone()),
        ("Year", words.year.clone()),
        ("Barcode", Some(upc.to_string())),
    ];
    let known = events.into_iter().filter_map(|(name, value)| Some((name, value?)));
    known.map(|(name, value)| DetailLine { name, value: cut_value(Some(&value), MAX_DETAIL_UNITS) }).collect()
}

fn cut_value(text: Option<&str>, most: usize) -> String {
    cut_at_word(text.unwrap_or_default(), most).to_owned()
}

impl TrackLine {
    fn from_track(track: &Track) -> Option<Self> {
        let title = clean_text(&track.title);
        let position = clean_text(&track.position);
        (!title.is_empty()).then(|| Self {
            position: cut_at_word(position.trim_end_matches('.'), 10).to_owned(),
            title: cut_at_word(&title, MAX_NAME_UNITS).to_owned(),
            length: track.length_ms.filter(|ms| *ms > 0).map(format_playing_time),
        })
    }
}

/// `3:39`, rounded to the second.
fn format_playing_time(milliseconds: u32) -> String {
    let seconds = milliseconds.saturating_add(500) / 1000;
    format!("{}:{:02}", seconds / 60, seconds % 60)
}
