//! The items of a job: to whoever looks they are one list, however they came.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use domain::board::Board;
use domain::event::{Event, Seq};
use domain::item::Item;
use domain::items::{Items, Reading};
use domain::outcome::Status;

use testing::events::{at, done, taken, upc};

fn item(number: usize) -> Item {
    Item::new(upc(u32::try_from(number).unwrap()), 1)
}

/// Three parts, the last of them short, and how many of them were read.
fn kept() -> (Items, Arc<AtomicUsize>) {
    let read = Arc::new(AtomicUsize::new(0));
    let count = 2 * Items::PART + 5;
    let reading = |part: usize| -> Reading {
        let read = read.clone();
        Box::new(move || {
            read.fetch_add(1, Ordering::Relaxed);
            (part * Items::PART..count.min((part + 1) * Items::PART)).map(item).collect()
        })
    };
    (Items::read_later(count, (0..3).map(reading)), read.clone())
}

#[test]
fn a_part_is_read_when_it_is_looked_into() {
    let (items, read) = kept();
    assert_eq!((items.len(), items.is_empty()), (2 * Items::PART + 5, false));
    assert_eq!(items.last(), Some(&item(2 * Items::PART + 4)));
    assert_eq!(read.load(Ordering::Relaxed), 1, "the last part");
    assert_eq!(items.from(Items::PART + 7).next(), Some(&item(Items::PART + 7)));
    assert_eq!(items.get(Items::PART - 1), Some(&item(Items::PART - 1)));
    assert_eq!(read.load(Ordering::Relaxed), 3);
    assert_eq!(items.get(items.len()), None);
    assert_eq!(items.from(items.len()).count(), 0);
    assert_eq!(items, (0..items.len()).map(item).collect::<Items>());
    assert_eq!(read.load(Ordering::Relaxed), 3, "once");
}

/// Copies share what is alike, and nobody sees what was changed in another's.
#[test]
fn a_copy_keeps_what_it_had() {
    let job = domain::batch::JobId::new(at("2026-01-02T03:04:05Z"), 0);
    let event = |fact| Event { seq: Seq(1), at: at("2026-01-02T03:04:05Z"), job: job.clone(), fact };
    let (items, _) = kept();
    let count = u32::try_from(items.len()).unwrap();
    let before = Board::new(job.clone()).with_items(items);
    let mut after = before.clone();
    after.counts.total = u64::from(count);
    for fact in [done(3, Status::Failed), done(count - 1, Status::Failed), taken(count..count + 9_000)] {
        after.apply(&event(fact)).unwrap();
    }
    let failed = |board: &Board| board.items().iter().filter(|item| item.status.is_some()).count();
    assert_eq!((failed(&before), before.items().len()), (0, count as usize));
    assert_eq!((failed(&after), after.items().len()), (2, count as usize + 9_000));
    let all = after.items().iter().map(|item| item.upc);
    assert!(all.eq((0..count + 9_000).map(upc)), "in the order of the list, over the ends of parts");
    assert_eq!(after.place_of(upc(count + 8_999)), Some(count as usize + 8_999));
}
