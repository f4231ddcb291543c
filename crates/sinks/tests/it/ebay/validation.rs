//! Problems that would prevent publishing are reported before a draft exists, with the field and the fix.

use domain::condition::Condition;
use domain::listing::Listing;
use domain::release::{ArtistCredit, Carrier, Release};
use serde_json::json;

use super::{SKU, SellerFixture, compose_listing, cover, listing, unwrap_created};
use testing::listings::{format_with, medium, nevermind_release, price_estimate_of, seller_terms, sourced};

const FRONT: &str = "https://archive.org/front.jpg";

async fn missing_fields(listing: &Listing) -> Vec<String> {
    missing_fields_at("inventory", listing).await
}

async fn missing_fields_at(sink: &str, listing: &Listing) -> Vec<String> {
    let market = SellerFixture::open().await.open_sink(sink, 0).await;
    market.validate(listing).iter().map(ToString::to_string).collect()
}

fn listing_of(release: &Release, condition: Condition) -> Listing {
    compose_listing(release, &price_estimate_of(1200), &seller_terms(Some(condition)), &cover(FRONT))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_complete_listing_passes() {
    assert_eq!(missing_fields(&listing(1200)).await, Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn each_category_has_its_own_conditions() {
    let on_tape = Release {
        format: sourced(format_with(vec![medium(Carrier::Cassette, 1, "Cassette, Album", None)])),
        ..nevermind_release()
    };
    assert_eq!(missing_fields(&listing_of(&on_tape, Condition::Good)).await, Vec::<String>::new());
    let fixture = SellerFixture::open().await;
    for (carrier, wording, word) in
        [(Carrier::Cassette, "Cassette", "USED_GOOD"), (Carrier::Vinyl, "LP", "USED_EXCELLENT")]
    {
        let release =
            Release { format: sourced(format_with(vec![medium(carrier, 1, wording, None)])), ..nevermind_release() };
        fixture.sandbox.seller_deletes(SKU);
        unwrap_created(fixture.draft(0, &listing_of(&release, Condition::Good)).await);
        assert_eq!(fixture.item()["condition"], word, "{wording}");
    }
    fixture.assert_clean();
}

/// A closed list accepts no other values. A required value that does not match is missing; an optional one is omitted.
#[tokio::test(flavor = "multi_thread")]
async fn values_are_checked_against_the_category() {
    let fixture = SellerFixture::open().await;
    unwrap_created(fixture.draft(0, &listing(1200)).await);
    let aspects = &fixture.item()["product"]["aspects"];
    assert_eq!(
        (&aspects["Format"], &aspects["Artist"]),
        (&json!(["CD"]), &json!(["Nirvana"])),
        "one value where one is allowed"
    );
    for (_, values) in aspects.as_object().unwrap() {
        assert!(!values.as_array().unwrap().is_empty());
    }
    let nobody = Release { artist: sourced(ArtistCredit::from_name("N".repeat(300))), ..nevermind_release() };
    let cut = listing_of(&nobody, Condition::Good);
    assert!(cut.aspects().iter().all(|aspect| aspect.values.iter().all(|value| value.len() <= 50)));
    assert_eq!(missing_fields(&cut).await, Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_missing_condition_is_reported_and_a_missing_picture_noted() {
    let bare = compose_listing(
        &nevermind_release(),
        &price_estimate_of(1200),
        &seller_terms(None),
        &domain::artwork::Artwork::default(),
    );
    assert!(bare.photo_note().is_some_and(|note| note.starts_with("needs a photo")), "{:?}", bare.photo_note());
    for sink in ["inventory", "csv"] {
        let missing_fields = missing_fields_at(sink, &bare).await;
        let fields = missing_fields.iter().map(|missing| missing.split(' ').next().unwrap()).collect::<Vec<_>>();
        assert_eq!(fields, ["condition"], "{sink}: {missing_fields:?}");
    }
}

/// eBay reads a drafts file too, so values that a category does not accept are omitted from its rows.
#[tokio::test(flavor = "multi_thread")]
async fn a_row_of_the_drafts_file_fits_its_category() {
    let fixture = SellerFixture::open().await;
    let sink = fixture.open_sink("csv", 0).await;
    let listing = listing(1200);
    let given = |name: &str| listing.aspects().iter().find(|aspect| aspect.name == name).map(|one| one.values.len());
    assert!(given("Genre") >= Some(1), "{:?}", listing.aspects());
    unwrap_created(sink.create_draft(&listing).await);
    let seller = sinks::ebay::identify_seller(&fixture.ebay, &fixture.journal).await;
    let rows = fixture.journal.ledger_entries_for_upc(&seller, "csv", testing::listings::upc()).await.unwrap();
    let row = &rows[0].payload;
    unwrap_created(fixture.another().await.draft(0, &listing).await);
    let of_item = fixture.item()["product"]["aspects"].clone();
    for pair in row["aspects"].as_array().unwrap() {
        assert_eq!(of_item[pair[0].as_str().unwrap()], pair[1], "as in the other draft: {pair}");
    }
    assert_eq!(row["condition_id"], 5000);
    assert_eq!(fixture.sandbox.ebay_state().calls["metadata"], 14, "seven categories, read once for each folder");
}
