//! Text about an item in the listing of a lot.

use super::super::release::Carrier;
use super::super::text::display::plain_text;
use super::description::{ItemFacts, compose_summary};
use super::display_fields::DisplayFields;
use super::format;
use super::inputs::OfferRules;
use super::wording::contains_words;

/// The parts of an item's listing from which the listing of a lot is composed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct ItemSummary {
    /// Artist; `None` for various artists.
    pub artist: Option<String>,
    pub title: String,
    /// Kind of the item, in the plural: `CDs`.
    pub kind: &'static str,
    /// Name, format, pressing, condition and grades: `Nirvana - Nevermind. CD, DGC, 1991. Condition: …`.
    pub text: String,
    /// How offers from buyers are answered; `None` if offers are not accepted.
    pub offer_rules: Option<OfferRules>,
}

impl ItemSummary {
    pub(super) fn from_fields(
        words: &DisplayFields<'_>,
        (carrier, item): (Carrier, ItemFacts<'_>),
        offer_rules: Option<OfferRules>,
    ) -> Self {
        let artist = words.latin_artist.as_deref().or(words.artist.as_deref()).filter(|_| !words.is_various);
        let title = words.latin_title.as_deref().or(words.title.as_deref()).unwrap_or_default();
        let label = words.format.and_then(|format| format::format_label(format, words.format_details()));
        Self {
            artist: artist.map(plain_text).filter(|artist| !artist.is_empty()),
            title: plain_text(title),
            kind: plural_kind(carrier, label.as_deref().unwrap_or_default()),
            text: compose_summary(words, item, 0),
            offer_rules,
        }
    }
}

fn plural_kind(carrier: Carrier, label: &str) -> &'static str {
    match carrier {
        Carrier::Cd | Carrier::Sacd => "CDs",
        Carrier::Vinyl if label_is_lp(label) => "LPs",
        Carrier::Vinyl | Carrier::Shellac => "Records",
        Carrier::Cassette => "Cassettes",
        Carrier::Dvd => "DVDs",
        Carrier::BluRay => "Blu-rays",
        Carrier::Vhs => "VHS Tapes",
        _ => "Albums",
    }
}

fn label_is_lp(label: &str) -> bool {
    contains_words(label, "LP")
}
