//! Foreign text: no control or direction character survives sanitizing.

use domain::text::sanitize::{is_unsafe, sanitize, sanitize_line};
use domain::text::terminal::escape_json_controls;
use proptest::prelude::*;

/// Characters that the four earlier sanitizing rules removed.
const DANGEROUS: &str = "\u{0}\u{7}\u{1b}\u{7f}\u{80}\u{9b}\u{ad}\u{61c}\u{180e}\u{200b}\u{200e}\u{200f}\u{2028}\u{2029}\u{202a}\
    \u{202b}\u{202c}\u{202d}\u{202e}\u{2060}\u{2061}\u{2066}\u{2067}\u{2068}\u{2069}\u{206f}\u{feff}\u{fff9}\u{fffc}\u{ffff}\u{e0001}\
    \u{e007f}";

fn foreign_text() -> impl Strategy<Value = String> {
    let dangerous = proptest::sample::select(DANGEROUS.chars().collect::<Vec<_>>());
    proptest::collection::vec(
        prop_oneof![any::<char>(), dangerous, "[a-z \t\r\n]".prop_map(|c| c.chars().next().unwrap())],
        0..80,
    )
    .prop_map(|characters| characters.into_iter().collect())
}

/// Independent definition: all controls (Cc), and the bidirectional marks, embeddings, overrides and isolates.
fn is_control_or_bidi(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

#[test]
fn every_dangerous_character_is_unsafe() {
    for c in DANGEROUS.chars() {
        assert!(is_unsafe(c), "{c:?}");
        assert!(sanitize(&format!("a{c}b")).chars().all(|c| !is_unsafe(c)), "{c:?}");
    }
}

#[test]
fn ordinary_text_is_preserved() {
    for text in ["Björk", "می\u{200c}خواهم", "👩\u{200d}🚀", "日本", "a\u{a0}b"] {
        assert_eq!(sanitize(text), text);
    }
    assert_eq!(sanitize("a\tb\nc\u{1b}[2J"), "a b c[2J");
    assert_eq!(sanitize_line("  a\t\r\n b\u{202e} \u{2028}c "), "a b c");
}

proptest! {
    #[test]
    fn no_control_or_bidi_character_survives(text in foreign_text()) {
        for output in [sanitize(&text).into_owned(), sanitize_line(&text)] {
            prop_assert!(!output.chars().any(|c| is_control_or_bidi(c) || is_unsafe(c)), "{output:?}");
            prop_assert_eq!(sanitize(&output), &*output);
        }
        let line = sanitize_line(&text);
        prop_assert!(line.trim() == line && !line.contains("  "), "{line:?}");
    }

    #[test]
    fn escaped_json_is_equivalent_without_unsafe_characters(text in foreign_text()) {
        let json = serde_json::to_string(&text).unwrap();
        let escaped = escape_json_controls(json);
        prop_assert!(!escaped.chars().any(is_unsafe), "{escaped:?}");
        prop_assert_eq!(serde_json::from_str::<String>(&escaped).unwrap(), text);
    }
}

/// Characters that no output may contain are not part of a barcode either.
#[test]
fn invisible_characters_are_not_part_of_a_barcode() {
    for c in DANGEROUS.chars().filter(|c| !c.is_whitespace() && !('\u{1c}'..='\u{1f}').contains(c)) {
        let text = format!("7206{c}42442524");
        assert_eq!(domain::barcode::normalize_text(&text), "720642442524", "{c:?}");
    }
}
