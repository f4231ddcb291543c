//! The items of a job: the list behaves the same no matter how it is stored.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use domain::condition::Condition;
use domain::decision::{Corrections, Decision};
use domain::event::{EventEnvelope, ItemEvent, JobEvent, Seq};
use domain::item::Item;
use domain::item_details::ItemDetails;
use domain::item_list::{ChunkLoader, ItemList};
use domain::job_projection::{DecisionCursor, JobProjection};
use domain::job_spec::JobId;
use domain::money::Money;
use domain::outcome::Status;
use domain::seller_data::MediaGrade;
use iso_currency::Currency;

use testing::events::{cover_chosen, done, input_item, items_added, matched, price_event, timestamp, upc};

fn item(number: usize) -> Item {
    Item::new(upc(u32::try_from(number).unwrap()), 1)
}

/// Returns a list of three chunks, the last one short, and a counter of loaded chunks.
fn stored() -> (ItemList, Arc<AtomicUsize>) {
    let read = Arc::new(AtomicUsize::new(0));
    let count = 2 * ItemList::CHUNK_LEN + 5;
    let reading = |part: usize| -> ChunkLoader {
        let read = read.clone();
        Box::new(move || {
            read.fetch_add(1, Ordering::Relaxed);
            (part * ItemList::CHUNK_LEN..count.min((part + 1) * ItemList::CHUNK_LEN)).map(item).collect()
        })
    };
    (ItemList::from_lazy_chunks(count, (0..3).map(reading)), read.clone())
}

#[test]
fn a_chunk_is_loaded_on_first_access() {
    let (items, read) = stored();
    assert_eq!((items.len(), items.is_empty()), (2 * ItemList::CHUNK_LEN + 5, false));
    assert_eq!(items.last(), Some(&item(2 * ItemList::CHUNK_LEN + 4)));
    assert_eq!(read.load(Ordering::Relaxed), 1, "only the last chunk");
    assert_eq!(items.iter_from(ItemList::CHUNK_LEN + 7).next(), Some(&item(ItemList::CHUNK_LEN + 7)));
    assert_eq!(items.get(ItemList::CHUNK_LEN - 1), Some(&item(ItemList::CHUNK_LEN - 1)));
    assert_eq!(read.load(Ordering::Relaxed), 3);
    assert_eq!(items.get(items.len()), None);
    assert_eq!(items.iter_from(items.len()).count(), 0);
    assert_eq!(items, (0..items.len()).map(item).collect::<ItemList>());
    assert_eq!(read.load(Ordering::Relaxed), 3, "once");
}

/// Clones share unchanged chunks, and changes to one clone are not visible in another.
#[test]
fn a_clone_is_unaffected_by_later_changes() {
    let job = JobId::new(timestamp("2026-01-02T03:04:05Z"), 0);
    let event =
        |payload| EventEnvelope { seq: Seq(1), at: timestamp("2026-01-02T03:04:05Z"), job: job.clone(), payload };
    let (items, _) = stored();
    let count = u32::try_from(items.len()).unwrap();
    let before = JobProjection::new(job.clone()).with_items(items);
    let mut after = before.clone();
    after.counts.total = u64::from(count);
    for payload in [done(3, Status::Failed), done(count - 1, Status::Failed), items_added(count..count + 9_000)] {
        after.apply_event(&event(payload)).unwrap();
    }
    let failed = |projection: &JobProjection| projection.items().iter().filter(|item| item.status.is_some()).count();
    assert_eq!((failed(&before), before.items().len()), (0, count as usize));
    assert_eq!((failed(&after), after.items().len()), (2, count as usize + 9_000));
    let all = after.items().iter().map(|item| item.upc);
    assert!(all.eq((0..count + 9_000).map(upc)), "in list order, across chunk boundaries");
    assert_eq!(after.index_of(upc(count + 8_999)), Some(count as usize + 8_999));
}

/// The table row and the details of an item follow from the same events, and the row determines which events may
/// follow.
#[test]
fn a_decision_takes_the_same_steps_back_in_the_row_and_in_the_details() {
    let step = |event| match event {
        JobEvent::Item { item_event, .. } => item_event,
        other => panic!("{other:?}"),
    };
    let steps = [matched(1), price_event(1), cover_chosen(1), done(1, Status::NeedsReview)].map(step);
    let plain = Decision::accept;
    let corrected = |corrections| Decision { corrections, ..plain() };
    let decisions = [
        plain(),
        Decision { new_price: true, ..plain() },
        Decision { price: Some(Money::from_minor(999, Currency::USD)), ..plain() },
        corrected(Corrections { condition: Some(Condition::Good), ..Corrections::default() }),
        corrected(Corrections { media_grade: Some(MediaGrade::VeryGood), ..Corrections::default() }),
        corrected(Corrections { note: Some("a note".into()), ..Corrections::default() }),
        corrected(Corrections { title: Some("Bleach".to_owned()), ..Corrections::default() }),
        corrected(Corrections { catalog_number: Some("SP34b".to_owned()), ..Corrections::default() }),
    ];
    for decision in decisions {
        let (mut row, mut details) = (item(1), ItemDetails::new(input_item(1)));
        let decided = ItemEvent::ReviewDecided { decision: decision.clone() };
        for step in steps.iter().cloned().chain([decided]) {
            row.apply_event(&step).unwrap();
            details.apply_event(timestamp("2026-01-02T03:04:05Z"), step);
        }
        let known = (details.price_estimate.is_some(), details.artwork.is_some());
        assert_eq!((row.has_price, row.has_cover), known, "{decision:?}");
    }
}

/// A run looks for new decisions before each of its batches and after each event. If each look returned all decisions
/// so far, its cost would be quadratic in their number.
#[test]
fn a_cursor_reads_each_decision_once() {
    const ITEMS: u32 = 1_000;
    let (at, job) = (timestamp("2026-01-02T03:04:05Z"), JobId::new(timestamp("2026-01-02T03:04:05Z"), 0));
    let event = |payload| EventEnvelope { seq: Seq(1), at, job: job.clone(), payload };
    let mut projection = JobProjection::new(job.clone());
    let mut cursor = DecisionCursor::default();
    projection.apply_event(&event(items_added(1..=ITEMS))).unwrap();
    let mut read = Vec::new();
    for number in 1..=ITEMS {
        let decided = ItemEvent::ReviewDecided { decision: Decision::accept() };
        projection.apply_event(&event(done(number, Status::NeedsReview))).unwrap();
        projection.apply_event(&event(JobEvent::Item { upc: upc(number), item_event: decided })).unwrap();
        read.extend_from_slice(cursor.take_new(&projection));
    }
    assert_eq!(read, (1..=ITEMS).map(upc).collect::<Vec<_>>());
    assert!(cursor.take_new(&projection).is_empty());
}
