//! Items with several drafts, and lots, whose items share one: every draft is in the result files and in the counts.

use domain::copy_description::CopyDescription;
use domain::event::{ItemEvent, JobEvent};
use domain::job_spec::InputItem;
use domain::lot::LotOutcome;
use domain::money::Money;
use domain::outcome::{Draft, DraftedGroup, ItemOutcome, Status};
use domain::sink::SinkKind;
use domain::sku::Sku;
use report::event_lines::format_item;
use serde_json::Value;
use testing::events::{described_item, input_item, matched, price_event, upc};

use crate::{batch, report, text};

fn dollars(minor: i64) -> Money {
    Money::parse(&format!("{}.{:02}", minor / 100, minor % 100), "USD").unwrap()
}

fn draft(sku: Sku, price: Option<Money>) -> Draft {
    Draft { sku, title: "Nirvana Album 1 CD 1991".into(), sink: SinkKind::Csv, offer_id: None, url: None, price }
}

/// Returns the copies of item 1 that `row` of the list describes.
fn group(row: &InputItem, sku: &Sku, copies: u32, minor: i64) -> DraftedGroup {
    let seller = row.seller.as_deref().unwrap();
    DraftedGroup {
        sku: sku.clone(),
        copies,
        price: dollars(minor),
        copy: CopyDescription::from(seller),
        location: seller.location().map(Into::into),
        own_sku: None,
        cost: None,
    }
}

/// Returns the events of a batch: item 1 has two drafts, and items 2 and 3 are a lot.
fn events() -> Vec<JobEvent> {
    let rows = [described_item(1, "Box 1", "VG+"), described_item(1, "Box 2", "G")];
    let first = Sku::for_upc(upc(1));
    let second = Sku::for_copy(upc(1), 2);
    let mut listed = rows[0].clone();
    for group in rows[1].copy_groups() {
        listed.add_copies(group);
    }
    let mut two = ItemOutcome::succeeded(Status::Exported, Some(draft(first.clone(), None)));
    two.additional_drafts = vec![draft(second.clone(), None)];
    two.groups = vec![group(&rows[0], &first, 2, 1200), group(&rows[1], &second, 1, 350)];
    let lot = |status, price| ItemOutcome {
        lot: Some(LotOutcome { name: "Nineties".into(), is_waiting: false }),
        ..ItemOutcome::succeeded(status, Some(draft(Sku::parse("DM2998542246001").unwrap(), price)))
    };
    let finished = |number, outcome| testing::events::item_event(number, ItemEvent::Finished { outcome });
    vec![
        JobEvent::ItemsAdded { items: vec![listed, input_item(2), input_item(3)] },
        JobEvent::InputClosed,
        matched(1),
        price_event(1),
        finished(1, two),
        matched(3),
        price_event(3),
        finished(2, lot(Status::Exported, Some(dollars(3000)))),
        finished(3, lot(Status::AlreadyDrafted, None)),
    ]
}

#[tokio::test]
async fn every_draft_has_a_row_in_the_summary_table() {
    let folder = tempfile::tempdir().unwrap();
    let written = report(folder.path(), &batch(events())).await.unwrap();
    insta::assert_snapshot!(text(&written.csv), @"
    UPC,Success,Artist,Album,Year,Price,SKU,Offer_ID,Listing_ID,Status,Error,Condition,Media_Grade,Sleeve_Grade,Condition_Note,Location,Own_SKU,Cost,Parts,Store_Category,Best_Offer,Copies
    720640000016,true,Nirvana,Album 1,1991,12.00,DM0720640000016,,,exported,,very_good,VG+,,,Box 1,,,,,,2
    720640000016,true,Nirvana,Album 1,1991,3.50,DM0720640000016C2,,,exported,,acceptable,G,,,Box 2,,,,,,1
    720640000023,true,,,,30.00,DM2998542246001,,,exported,,,,,,,,,,,,1
    720640000030,true,Nirvana,Album 3,1991,,DM2998542246001,,,already_drafted,,,,,,,,,,,,1
    ");
}

#[tokio::test]
async fn every_draft_is_in_the_results_with_its_copies() {
    let folder = tempfile::tempdir().unwrap();
    let written = report(folder.path(), &batch(events())).await.unwrap();
    let json: Value = serde_json::from_str(&text(&written.json)).unwrap();
    let entry = &json["results"][0];
    let shape = |draft: &Value| {
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        (text(&draft["sku"]), draft["copies"].as_u64(), text(&draft["price"]), text(&draft["seller"]["media_grade"]))
    };
    let shapes = entry["drafts"].as_array().unwrap().iter().map(shape).collect::<Vec<_>>();
    let expected = |suffix: &str, copies, price: &str, grade: &str| {
        (format!("DM0720640000016{suffix}"), Some(copies), price.to_owned(), grade.to_owned())
    };
    assert_eq!(shapes, [expected("", 2, "12.00", "VG+"), expected("C2", 1, "3.50", "G")]);
    // The keys of earlier versions.
    assert_eq!(
        (&entry["draft"]["sku"], &entry["further_drafts"][0]["sku"]),
        (&shapes[0].0.clone().into(), &shapes[1].0.clone().into())
    );
}

#[tokio::test]
async fn the_drafts_of_a_batch_are_counted() {
    let folder = tempfile::tempdir().unwrap();
    let batch = batch(events());
    let written = report(folder.path(), &batch).await.unwrap();
    let json: Value = serde_json::from_str(&text(&written.json)).unwrap();
    assert_eq!((json["successful"].as_u64(), json["summary"]["drafts"].as_u64()), (Some(3), Some(3)));
    let lines = batch.0.items().iter().filter_map(format_item).collect::<Vec<_>>();
    assert!(lines[0].ends_with("USD  2 drafts") && !lines[1].contains("drafts"), "{lines:?}");
}
