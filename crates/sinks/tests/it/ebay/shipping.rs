//! Shipping policies: package weights for calculated costs, and no policy for motor vehicles.

use domain::listing::ListingField;
use sandbox::EbayAccount;
use serde_json::json;
use sinks::ebay::check_readiness;

use super::{SellerFixture, listing, unwrap_created};
use domain::listing::Categories;

async fn to_do(fixture: &SellerFixture) -> Vec<String> {
    check_readiness(&fixture.ebay, &fixture.answers, Categories::built_in()).await.to_do()
}

fn calculated() -> EbayAccount {
    EbayAccount { is_shipping_calculated: true, ..EbayAccount::default() }
}

#[tokio::test(flavor = "multi_thread")]
async fn calculated_shipping_without_a_weight_is_reported_before_the_first_draft() {
    let fixture = SellerFixture::with(calculated()).await;
    let to_do = to_do(&fixture).await;
    assert!(to_do.len() == 1 && to_do[0].contains("ebay.packages.cd_ounces"), "{to_do:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_weight_of_the_format_is_sent_and_a_format_without_one_is_missing() {
    let packages = json!({"cd_ounces": 4.5, "cd_inches": "6x5.5x1"});
    let fixture = SellerFixture::with_packages(calculated(), &packages).await;
    assert_eq!(to_do(&fixture).await, Vec::<String>::new());
    unwrap_created(fixture.draft(0, &listing(1200)).await);
    let expected = json!({"weight": {"value": 4.5, "unit": "OUNCE"},
                          "dimensions": {"length": 6.0, "width": 5.5, "height": 1.0, "unit": "INCH"}});
    assert_eq!(fixture.item()["packageWeightAndSize"], expected);
    fixture.assert_clean();

    let vinyl_only = SellerFixture::with_packages(calculated(), &json!({"vinyl_ounces": 16})).await;
    let missing = vinyl_only.open_sink("inventory", 0).await.validate(&listing(1200));
    assert_eq!(missing.iter().map(|one| &one.field).collect::<Vec<_>>(), [&ListingField::Package]);
}

#[tokio::test(flavor = "multi_thread")]
async fn policies_for_motor_vehicles_are_never_used() {
    let both = EbayAccount { motors_policy_count: 1, ..EbayAccount::default() };
    let fixture = SellerFixture::with(both).await;
    assert_eq!(to_do(&fixture).await, Vec::<String>::new());
    unwrap_created(fixture.draft(0, &listing(1200)).await);
    assert!(fixture.offer()["listingPolicies"]["fulfillmentPolicyId"].as_str().unwrap().starts_with("61"));

    let only = EbayAccount { motors_policy_count: 1, policy_count: 0, ..EbayAccount::default() };
    let to_do = to_do(&SellerFixture::with(only).await).await;
    assert!(to_do.len() == 3 && to_do.iter().all(|line| line.contains("for motor vehicles only")), "{to_do:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn locations_of_all_pages_are_found() {
    let account = EbayAccount { location_count: 250, ..EbayAccount::default() };
    let text = to_do(&SellerFixture::with(account).await).await.concat();
    assert!(text.contains("\"Warehouse 1\"") && text.contains("\"Warehouse 250\""), "{text}");
}
