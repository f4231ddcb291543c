//! What a batch will do, in words and numbers.

use domain::batch::{Copies, Order};
use domain::forecast::{Asked, Forecast, Plan, Quota, SINKS, Time, Turn};
use domain::survey::{Amount, SoFar};
use domain::upstream::Upstream;

use testing::events::{at, order};

fn upstream(name: &str, per_item: f64) -> Upstream {
    Upstream { name: name.into(), per_minute: Some(60.0), per_item, ..Upstream::default() }
}

#[test]
fn the_slowest_service_says_how_long_and_others_share_its_limit() {
    let all = [upstream("musicbrainz", 1.04), upstream("discogs", 3.0)];
    let alone = Time::at(at("2024-03-18T14:00:00Z"), 680, 0, &all).unwrap();
    assert_eq!(alone.words(), "about 34 min: discogs, 60 a minute");
    assert_eq!(alone.with_others(), None);
    let shared = Time::at(at("2024-03-18T14:00:00Z"), 680, 1_720, &all).unwrap();
    assert_eq!(shared.seconds, alone.seconds);
    assert_eq!(shared.with_others().unwrap(), "about 2 h 00 min with what is under way at the same limits");
    assert_eq!(Time::at(at("2024-03-18T14:00:00Z"), 680, 0, &[]), None, "nothing limits");
}

fn forecast(order: &Order, amount: Amount) -> Forecast {
    let plan = Plan::of(order);
    let asked = |name: &str, identifies| Asked { name: name.into(), identifies, has_key: None, lacks: None };
    Forecast {
        items: amount.items,
        drafts: plan.drafts(amount),
        plan,
        about: String::new(),
        asked: vec![asked("musicbrainz", true), asked("discogs", true), asked("coverartarchive", false)],
        price_rule: String::new(),
        time: None,
        quotas: Vec::new(),
        turn: Turn::default(),
        under_way: None,
        to_do: Vec::new(),
        advice: Vec::new(),
    }
}

#[test]
fn one_sentence_says_what_it_will_do() {
    let amount = Amount { items: 83, copies: 86 };
    let csv = Order { sink: "csv".into(), test_mode: false, create_drafts: true, condition: None, ..order() };
    let said = |order: Order| forecast(&order, amount).sentence();
    let start = "83 items are looked up at musicbrainz and discogs";
    assert_eq!(said(csv.clone()), format!("{start} and become 83 drafts in csv, no condition stated."));
    let separate = Order { copies: Copies::Separate, review: true, ..csv.clone() };
    let words = "and wait for you, then become 86 drafts in csv, one for each copy, no condition stated.";
    assert_eq!(said(separate), format!("{start} {words}"));
    let rehearsed = said(Order { test_mode: true, ..csv.clone() });
    assert!(rehearsed.ends_with("rehearse 83 drafts, no condition stated: nothing outside is written."), "{rehearsed}");
    let facts = said(Order { create_drafts: false, ..csv.clone() });
    assert_eq!(facts, format!("{start} for facts, prices and covers; no drafts are made."));
    let one = forecast(&csv, Amount { items: 1, copies: 1 }).sentence();
    assert!(one.starts_with("1 item is looked up") && one.contains("become 1 draft in"), "{one}");
}

#[test]
fn a_day_that_does_not_suffice_is_told() {
    let until = at("2024-03-19T07:00:00Z");
    let quota = |need, left| Quota { api: "browse".into(), need, left, daily: 5_000, until };
    assert_eq!(quota(166, 4_100).words(), "browse: about 166 calls; 4100 of 5000 left today");
    let short = quota(5_200, 4_100);
    assert!(short.words().ends_with("it cannot finish today, the rest goes on by itself after 03-19 07:00 UTC"));
    let forecast = Forecast { quotas: vec![quota(1, 1), short.clone()], ..forecast(&order(), Amount::default()) };
    assert_eq!(forecast.too_small().collect::<Vec<_>>(), [&short]);
}

#[test]
fn how_far_a_list_is_read_never_says_more_than_all() {
    let read = |bytes, of| SoFar::Read { bytes, of, lines: 1 }.percent();
    assert_eq!(
        (read(5, Some(10)), read(30, Some(10)), read(0, Some(0)), read(5, None)),
        (Some(50), Some(100), None, None)
    );
    assert_eq!(SoFar::LookedUp { items: u64::MAX, of: u64::MAX }.percent().map(|percent| percent <= 100), Some(true));
}
