//! Hostile database content must not damage a listing.

use domain::display_text::{cut_at_word, utf16_len};
use domain::release::{ArtistCredit, Carrier, Release};
use proptest::prelude::*;

use super::{compose, format_with, medium, nevermind_release, sourced, track};

/// Generates texts with all kinds of characters, including unwanted ones.
fn hostile() -> impl Strategy<Value = String> {
    let item = prop_oneof![
        4 => "\\PC{0,12}",
        2 => any::<String>(),
        1 => Just("<script>alert('x')</script>".to_owned()),
        1 => Just("\u{1b}]0;x\u{7}".to_owned()),
        1 => Just("\u{202e}\u{2066}\u{200b}\r\n\t".to_owned()),
        1 => Just("{{ title|safe }}{% raw %}".to_owned()),
        1 => Just("word ".repeat(40)),
        1 => Just("👨‍👩‍👧‍👦".repeat(30)),
    ];
    proptest::collection::vec(item, 1..4).prop_map(|items| items.join(" "))
}

fn hostile_release() -> impl Strategy<Value = Release> {
    let texts = proptest::collection::vec(hostile(), 8);
    let format = prop_oneof![Just(Carrier::Cd), Just(Carrier::Vinyl), Just(Carrier::Cassette)];
    (texts, format, 0_usize..40).prop_map(|(texts, carrier, tracks)| Release {
        artist: sourced(ArtistCredit::from_name(texts[0].clone())),
        title: sourced(texts[1].clone()),
        label: sourced(texts[2].clone()),
        catalog_number: sourced(texts[3].clone()),
        format: sourced(format_with(vec![medium(carrier, 2, &texts[4], Some(12))])),
        genres: sourced(vec![texts[5].clone()]),
        styles: sourced(vec![texts[6].clone(), texts[7].clone()]),
        tracks: sourced(vec![track(&texts[6], &texts[7], Some(1000)); tracks]),
        ..nevermind_release()
    })
}

/// Returns the description without the template's own markup, so that only values remain.
fn without_template_markup(description: &str) -> String {
    let own = [
        "<div vocab=\"https://schema.org/\" typeof=\"Product\">",
        "</div>",
        "<span property=\"description\">",
        "</span>",
        "<h2>",
        "</h2>",
        "<h3>",
        "</h3>",
        "<ul>",
        "</ul>",
        "<li>",
        "</li>",
        "<b>",
        "</b>",
    ];
    own.iter().fold(description.to_owned(), |text, mark| text.replace(mark, ""))
}

proptest! {
    /// Whatever a database contains, a listing has no control characters, no foreign markup and no direction overrides,
    /// and stays within eBay's limits.
    #[test]
    fn no_hostile_text_reaches_a_listing(release in hostile_release()) {
        let Ok(listing) = compose(&release) else { return Ok(()) };
        let values = listing.aspects().iter().flat_map(|aspect| aspect.values.iter().map(String::as_str));
        let texts = values.clone().chain([listing.title(), listing.description()]).collect::<Vec<_>>();
        for text in texts {
            prop_assert!(!text.contains(|c: char| c.is_control() || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{200b}')), "{text:?}");
            prop_assert_eq!(text.trim(), text);
        }
        prop_assert!(!listing.title().contains(['<', '>']) && !listing.title().contains("  "));
        prop_assert!(utf16_len(listing.title()) <= 80 && !listing.title().is_empty());
        prop_assert!(values.clone().all(|value| !value.is_empty() && utf16_len(value) <= 50 && !value.contains(['<', '>'])));
        prop_assert!(utf16_len(listing.description()) <= 4000, "{}", utf16_len(listing.description()));
        prop_assert!(!without_template_markup(listing.description()).contains(['<', '>']));
    }

    /// A cut never leaves a partial grapheme and never makes a text longer.
    #[test]
    fn a_cut_ends_between_graphemes(text in "\\PC{0,60}|(👩🏽‍🚀| |e\u{301}|日本|क्षि){0,30}", most in 0_usize..60) {
        use unicode_segmentation::UnicodeSegmentation;
        let stored = cut_at_word(&text, most);
        prop_assert!(utf16_len(stored) <= most && text.starts_with(stored));
        let ends = text.grapheme_indices(true).map(|(at, _)| at).chain([text.len()]).collect::<Vec<_>>();
        prop_assert!(ends.contains(&stored.len()), "{text:?} -> {stored:?}");
    }
}
