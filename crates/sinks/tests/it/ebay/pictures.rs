//! Covers at eBay's picture service, and what happens where that is out of order.

use std::time::{Duration, Instant};

use domain::condition::Condition;
use sandbox::{EbayAccount, FaultKind, FaultRule};

use super::{Desk, cover, drafted, listing, made_for, made_of};
use testing::listings::{nevermind, priced, terms};

/// Nobody waits out the picture service: the address itself does for a draft.
#[tokio::test(flavor = "multi_thread")]
async fn a_sick_picture_service_holds_up_nobody() {
    let mut desk = Desk::open().await;
    // Longer than the test may last: were it waited out, the run would be ended.
    desk.patience = Duration::from_hours(1);
    let market = desk.market("inventory", 0).await;
    desk.sandbox.break_path("/image/create_image_from_url");
    let began = Instant::now();
    let note = drafted(market.create_draft(&listing(1200)).await).unwrap();
    assert!(note.contains("the cover stays where it is"), "{note}");
    assert_eq!(desk.item()["product"]["imageUrls"][0], "https://archive.org/front.jpg");
    let asked = desk.sandbox.ebay_state().calls.get("media").copied();
    drafted(market.create_draft(&listing(1500)).await);
    assert_eq!(desk.sandbox.ebay_state().calls.get("media").copied(), asked, "it is left alone for a while");
    assert!(began.elapsed() < Duration::from_mins(30));

    // It is well again, and another job takes the picture in.
    desk.sandbox.break_path("");
    drafted(desk.draft(1, &listing(1500)).await);
    assert!(desk.item()["product"]["imageUrls"][0].as_str().unwrap().starts_with("https://i.ebayimg.example/"));
}

/// A picture that it refuses is that picture's affair.
#[tokio::test(flavor = "multi_thread")]
async fn a_picture_without_https_has_no_other_way() {
    let desk = Desk::open().await;
    let plain =
        made_of(&nevermind(), &priced(1200), &terms(Some(Condition::Good)), &cover("http://archive.org/front.jpg"));
    let words = super::refused(desk.draft(0, &plain).await);
    assert!(words.contains("190202"), "{words}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lost_answer_of_the_picture_service_costs_no_draft() {
    let desk = Desk::open().await;
    let market = desk.market("inventory", 0).await;
    desk.sandbox.set_faults(vec![FaultRule {
        service: Some("ebay".to_owned()),
        kind: FaultKind::LostAnswer,
        share: 0.3,
    }]);
    drafted(market.create_draft(&listing(1200)).await);
    desk.sandbox.set_faults(Vec::new());
    desk.is_clean();
}

/// EBay deletes what no listing uses: a picture that goes soon is taken in anew, another one never twice.
#[tokio::test(flavor = "multi_thread")]
async fn a_picture_is_renewed_before_it_goes() {
    for (picture_hours, times) in [(30 * 24, 1), (40, 2)] {
        let desk = Desk::with(EbayAccount { picture_lifetime_hours: picture_hours, ..EbayAccount::default() }).await;
        drafted(desk.draft(0, &listing(1200)).await);
        drafted(desk.draft(1, &listing(1500)).await);
        assert_eq!(desk.sandbox.ebay_state().pictures["https://archive.org/front.jpg"], times, "{picture_hours} h");
    }
}

/// 50 in 5 seconds are allowed; more of them wait for their turn and none is refused.
#[tokio::test(flavor = "multi_thread")]
async fn pictures_keep_their_rate() {
    let desk = Desk::at_the_limits().await;
    let market = desk.market("inventory", 0).await;
    let listings = (0..60).map(|number| {
        let upc = crate::all_sinks::code(number).parse().unwrap();
        let cover = cover(&format!("https://archive.org/{number}.jpg"));
        made_for(upc, &nevermind(), &priced(1200), &terms(Some(Condition::Good)), &cover)
    });
    let listings = listings.collect::<Vec<_>>();
    for handed in futures::future::join_all(listings.iter().map(|listing| market.create_draft(listing))).await {
        assert!(handed.is_ok(), "{handed:?}");
    }
    let counts = desk.sandbox.request_counts();
    assert_eq!((desk.sandbox.ebay_state().pictures.len(), counts["ebay"].refused), (60, 0));
}
