//! The description: `assets/listing.html` with the values of one release, every one of them escaped.

use std::sync::LazyLock;

use minijinja::value::Serde;
use minijinja::{AutoEscape, Environment, UndefinedBehavior};
use serde::Serialize;

use super::super::release::Track;
use super::super::upc::Upc;
use super::super::wording::{clean, cut, units};
use super::format;
use super::words::Words;

/// EBay's limit for the description of a product, in [`units`]; a listing may have more, but what fits here can be
/// used everywhere.
const LONGEST: usize = 4000;

/// So that a hostile name cannot fill the description; real ones are far shorter.
const LONGEST_NAME: usize = 150;
const LONGEST_DETAIL: usize = 80;

/// The page that a buyer reads, with gaps.
#[derive(Clone, Debug)]
pub struct Template(Environment<'static>);

/// A template that cannot be read or filled.
#[derive(Debug, thiserror::Error)]
#[error("the listing's template: {0:#}")]
pub struct BadTemplate(#[from] minijinja::Error);

/// What a template may use.
#[derive(Serialize)]
struct Gaps {
    artist: String,
    title: String,
    facts: Vec<Fact>,
    tracks: Vec<Line>,
    tracks_left_out: usize,
}

#[derive(Serialize)]
struct Fact {
    name: &'static str,
    value: String,
}

#[derive(Serialize, Clone)]
struct Line {
    position: String,
    title: String,
    length: Option<String>,
}

impl Template {
    /// The template that is compiled in.
    pub fn built_in() -> &'static Self {
        static TEMPLATE: LazyLock<Template> = LazyLock::new(|| {
            Template::parse(include_str!("../../../../assets/listing.html"))
                .expect("a test reads the template that is compiled in")
        });
        &TEMPLATE
    }

    /// Reads a template. Every value is escaped, and a gap that nothing fills is an error, not an empty place.
    ///
    /// # Errors
    /// [`BadTemplate`] with the line that is wrong.
    pub fn parse(text: &str) -> Result<Self, BadTemplate> {
        let mut environment = Environment::new();
        environment.set_auto_escape_callback(|_| AutoEscape::Html);
        environment.set_undefined_behavior(UndefinedBehavior::Strict);
        environment.add_template_owned("listing.html", text.to_owned())?;
        Ok(Self(environment))
    }

    /// The description of a release on one line. Where it gets too long, the last tracks go, each as a whole, and
    /// the number of them is said.
    pub(super) fn fill(&self, words: &Words<'_>, upc: Upc) -> Result<String, BadTemplate> {
        let lines = words.tracks.iter().filter_map(Line::of).collect::<Vec<_>>();
        let with = |tracks: usize| self.render(words, upc, &lines[..tracks], lines.len() - tracks);
        let whole = with(lines.len())?;
        if units(&whole) <= LONGEST {
            return Ok(whole);
        }
        let (mut fits, mut too_many) = (0, lines.len());
        while fits + 1 < too_many {
            let middle = fits.midpoint(too_many);
            if units(&with(middle)?) <= LONGEST { fits = middle } else { too_many = middle }
        }
        with(fits)
    }

    fn render(&self, words: &Words<'_>, upc: Upc, lines: &[Line], left_out: usize) -> Result<String, BadTemplate> {
        let gaps = Gaps {
            artist: short(words.artist.as_deref(), LONGEST_NAME),
            title: short(words.title.as_deref(), LONGEST_NAME),
            facts: facts(words, upc),
            tracks: lines.to_vec(),
            tracks_left_out: left_out,
        };
        let page = self.0.get_template("listing.html")?.render(Serde(&gaps))?;
        Ok(page.lines().map(str::trim).collect())
    }
}

/// What is known, in the order in which a buyer looks for it.
fn facts(words: &Words<'_>, upc: Upc) -> Vec<Fact> {
    let pieces = words.format.map(super::super::release::Format::pieces).filter(|pieces| *pieces > 1);
    let facts = [
        ("Format", words.format.and_then(format::in_title)),
        ("Discs", pieces.map(|pieces| pieces.to_string())),
        ("Label", words.label.clone()),
        ("Catalog number", words.catalog_number.clone()),
        ("Year", words.year.clone()),
        ("Barcode", Some(upc.to_string())),
    ];
    let known = facts.into_iter().filter_map(|(name, value)| Some((name, value?)));
    known.map(|(name, value)| Fact { name, value: short(Some(&value), LONGEST_DETAIL) }).collect()
}

fn short(text: Option<&str>, most: usize) -> String {
    cut(text.unwrap_or_default(), most).to_owned()
}

impl Line {
    fn of(track: &Track) -> Option<Self> {
        let title = clean(&track.title);
        let position = clean(&track.position);
        (!title.is_empty()).then(|| Self {
            position: cut(position.trim_end_matches('.'), 10).to_owned(),
            title: cut(&title, LONGEST_NAME).to_owned(),
            length: track.length_ms.filter(|ms| *ms > 0).map(playing_time),
        })
    }
}

/// `3:39`, rounded to the second.
fn playing_time(milliseconds: u32) -> String {
    let seconds = milliseconds.saturating_add(500) / 1000;
    format!("{}:{:02}", seconds / 60, seconds % 60)
}
