//! Missing fields of a listing, and the condition, which only the seller states.

use domain::artwork::Artwork;
use domain::condition::Condition;
use domain::listing::{Listing, MissingField, SellerTerms};
use domain::money::Money;
use domain::pricing::PriceEstimate;
use domain::release::{ArtistCredit, Carrier, Release};

use super::{compose, compose_with, format_with, medium, nevermind_release, price_estimate_of, seller_terms, sourced};

#[test]
fn all_missing_fields_are_reported_together() {
    let nothing = PriceEstimate { price: None, rule: "no market price found".to_owned(), ..price_estimate_of(1) };
    let strict = SellerTerms { condition_required: true, ..seller_terms(None) };
    let missing =
        compose_with(&Release::default(), &nothing, &Artwork::default(), &strict).expect_err("nothing is known");
    let fields = missing.iter().map(|lack| lack.field.to_string()).collect::<Vec<_>>();
    assert_eq!(fields, ["artist", "title", "format", "price", "condition"]);
    assert!(missing.iter().all(|lack| !lack.why.is_empty() && !lack.fix.is_empty()));
    assert_eq!(missing[3].why, "no market price found");
}

#[test]
fn one_missing_field_prevents_the_listing() {
    let other =
        |carrier| Release { format: sourced(format_with(vec![medium(carrier, 1, "", None)])), ..nevermind_release() };
    let field = |made: Result<Listing, Vec<MissingField>>| {
        made.expect_err("a missing field").into_iter().map(|lack| lack.field.to_string()).collect::<Vec<_>>()
    };
    assert_eq!(field(compose(&other(Carrier::Other))), ["category"]);
    let umd = Release {
        format: sourced(format_with(vec![medium(Carrier::Other, 1, "UMD, Album", None)])),
        ..nevermind_release()
    };
    let missing = compose(&umd).expect_err("no category").remove(0);
    assert_eq!(missing.why, "Draft Maker has no eBay category for UMD");
    let unnamed = compose(&Release { artist: None, ..nevermind_release() }).expect_err("no artist").remove(0);
    assert_eq!(unnamed.fix, "set the artist in review, or list it by hand");
    assert_eq!(field(compose(&other(Carrier::Digital))), ["format"]);
    assert_eq!(field(compose(&Release { artist: None, ..nevermind_release() })), ["artist"]);
    assert_eq!(
        field(compose(&Release { artist: sourced(ArtistCredit::from_name("[unknown]")), ..nevermind_release() })),
        ["artist"]
    );
    assert_eq!(
        field(compose(&Release { title: sourced("\u{200b}\u{1}".to_owned()), ..nevermind_release() })),
        ["title"]
    );
    let endless = Release {
        title: sourced("a".to_owned() + &"\u{300}".repeat(200)),
        artist: sourced(ArtistCredit::from_name("o".to_owned() + &"\u{301}".repeat(200))),
        ..nevermind_release()
    };
    assert_eq!(field(compose(&endless)), ["title"]);
    let with =
        |price_estimate| compose_with(&nevermind_release(), &price_estimate, &Artwork::default(), &seller_terms(None));
    assert_eq!(field(with(price_estimate_of(0))), ["price"]);
    let euros =
        PriceEstimate { price: Some(Money::from_minor(900, iso_currency::Currency::EUR)), ..price_estimate_of(1) };
    assert_eq!(field(with(euros)), ["price"]);
}

#[test]
fn the_condition_id_depends_on_condition_and_category() {
    let vinyl =
        Release { format: sourced(format_with(vec![medium(Carrier::Vinyl, 1, "LP", None)])), ..nevermind_release() };
    let id = |release: &Release, condition| {
        let listing = compose_with(release, &price_estimate_of(999), &Artwork::default(), &seller_terms(condition))
            .expect("a listing");
        (listing.condition_id(), listing.notes().to_vec())
    };
    assert_eq!(id(&nevermind_release(), Some(Condition::VeryGood)).0, Some(4000));
    assert_eq!(id(&vinyl, Some(Condition::VeryGood)).0, Some(3000), "records are new or used");
    assert_eq!(id(&vinyl, Some(Condition::New)).0, Some(1000));
    let (none, notes) = id(&nevermind_release(), None);
    assert_eq!(none, None);
    assert_eq!(notes, ["needs a photo: no usable cover was found", "no condition is set: choose one"]);
}
