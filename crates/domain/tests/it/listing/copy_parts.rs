//! What a listing states about the parts of a copy: obi, longbox, booklet, case.

use domain::artwork::Artwork;
use domain::condition::Condition;
use domain::inventory_facts::CopyParts;
use domain::listing::Listing;
use domain::money::Money;
use domain::release::Release;
use domain::seller_data::{ItemField, SellerData};
use domain::site::Site;

use super::{compose_with, nevermind_release, price_estimate_of, seller_terms, sourced};

/// Returns a release with these edition words, packaging and pressing details.
fn boxed(words: &[&str]) -> Release {
    Release {
        edition: sourced(words.iter().map(|word| (*word).to_owned()).collect()),
        packaging: words.last().map(|word| (*word).to_owned()).and_then(sourced),
        format_notes: sourced(vec!["SHM-CD, With Obi".to_owned()]),
        ..nevermind_release()
    }
}

fn listing_of(release: &Release, condition: Option<Condition>, parts: CopyParts) -> Listing {
    let mut terms = seller_terms(condition);
    terms.copy.parts = parts;
    compose_with(release, &price_estimate_of(999), &Artwork::default(), &terms).expect("a listing")
}

fn with_obi(obi: Option<bool>) -> CopyParts {
    CopyParts { obi, ..CopyParts::default() }
}

fn claims(listing: &Listing, word: &str) -> [bool; 3] {
    let in_aspects = listing.aspects().iter().flat_map(|aspect| &aspect.values).any(|value| value.contains(word));
    [listing.title().contains(word), in_aspects, listing.description().contains(word)]
}

#[test]
fn the_obi_of_a_used_copy_is_listed_only_if_the_seller_states_it() {
    let release = boxed(&["Remastered", "Obi"]);
    for condition in [None, Some(Condition::LikeNew), Some(Condition::Good)] {
        let silent = listing_of(&release, condition, CopyParts::default());
        assert_eq!(claims(&silent, "Obi"), [false; 3], "{}", silent.title());
        assert_eq!(claims(&silent, "Remastered"), [true; 3], "the other words stay: {}", silent.title());
        assert!(silent.description().contains("SHM-CD"), "{}", silent.description());
        assert_eq!(claims(&listing_of(&release, condition, with_obi(Some(true))), "Obi"), [true; 3]);
    }
    assert_eq!(claims(&listing_of(&release, Some(Condition::New), CopyParts::default()), "Obi"), [true; 3]);
    let lost = listing_of(&release, Some(Condition::New), with_obi(Some(false)));
    assert_eq!(claims(&lost, "Obi"), [false; 3], "the seller overrides the databases");
}

#[test]
fn the_title_of_an_unopened_copy_names_the_shirt() {
    let bundle = Release { format_notes: sourced(vec!["T-Shirt XL, Flag".to_owned()]), ..nevermind_release() };
    let title = |condition| listing_of(&bundle, Some(condition), CopyParts::default()).title().to_owned();
    assert!(title(Condition::New).contains(" CD + T-Shirt "), "{}", title(Condition::New));
    assert!(!title(Condition::LikeNew).contains("Shirt"), "{}", title(Condition::LikeNew));
}

#[test]
fn loose_parts_of_a_used_copy_are_not_promised() {
    let with_notes = |notes: &str| Release { format_notes: sourced(vec![notes.to_owned()]), ..nevermind_release() };
    for (notes, remaining) in [
        ("Story Ver. + Photocards + Poster", "Story Ver."),
        ("180g, Download Code", "180g"),
        ("Gatefold, with insert; Red", "Gatefold, Red"),
        ("Card Sleeve, Sticker Case", "Card Sleeve, Sticker Case"),
    ] {
        let of = |condition| listing_of(&with_notes(notes), Some(condition), CopyParts::default());
        let used = of(Condition::VeryGood);
        let shown = format!("<b>Pressing:</b> {remaining}</li>");
        assert!(used.description().contains(&shown), "{notes}: {}", used.description());
        let sealed = of(Condition::New);
        assert!(sealed.description().contains(&notes.replace(';', ",")), "{notes}: {}", sealed.description());
    }
    let only_loose = listing_of(&with_notes("Poster"), Some(Condition::Good), CopyParts::default());
    assert!(!only_loose.description().contains("Pressing"), "{}", only_loose.description());
}

#[test]
fn an_obi_unknown_to_the_databases_is_listed_if_the_seller_states_it() {
    let release = boxed(&["Remastered"]);
    let listing = listing_of(&release, Some(Condition::VeryGood), with_obi(Some(true)));
    assert!(claims(&listing, "Obi")[0], "{}", listing.title());
}

#[test]
fn a_longbox_is_listed_only_for_an_unopened_copy() {
    let release = boxed(&["Longbox"]);
    assert_eq!(claims(&listing_of(&release, Some(Condition::New), CopyParts::default()), "Longbox"), [true; 3]);
    for condition in [None, Some(Condition::LikeNew)] {
        let used = listing_of(&release, condition, CopyParts::default());
        assert_eq!(claims(&used, "Longbox"), [false; 3], "{}", used.title());
    }
}

#[test]
fn parts_are_named_in_the_language_of_the_site() {
    let parts = CopyParts { obi: Some(true), booklet: Some(false), case: Some(true) };
    let text_at = |site: Site| {
        let mut terms = seller_terms(Some(Condition::VeryGood));
        (terms.site, terms.copy.parts) = (site, parts);
        let mut price = price_estimate_of(999);
        price.price = Some(Money::from_minor(999, site.currency()));
        let listing = compose_with(&nevermind_release(), &price, &Artwork::default(), &terms).expect("a listing");
        listing.condition_description().unwrap_or_default().to_owned()
    };
    assert_eq!(text_at(Site::EbayUs), "With obi and case. Without booklet.");
    assert_eq!(text_at(Site::EbayDe), "Mit Obi und Originalhülle. Ohne Booklet.");
    assert_eq!(text_at(Site::EbayFr), "Avec obi et boîtier. Sans livret.");
}

#[test]
fn answers_are_read_in_several_languages() {
    let obi = |text: &str| {
        let mut data = SellerData::default();
        data.set_field(ItemField::Obi, text).map(|()| data.parts.obi)
    };
    for yes in ["yes", "X", "1", "ja", "有", "あり", "oui"] {
        assert_eq!(obi(yes), Ok(Some(true)), "{yes}");
    }
    for no in ["no", "0", "-", "nein", "なし", "non", "missing"] {
        assert_eq!(obi(no), Ok(Some(false)), "{no}");
    }
    assert_eq!(obi(""), Ok(None));
    assert_eq!(obi("torn"), Err(ItemField::Obi));
}
