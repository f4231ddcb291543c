//! The items of a job: to whoever looks they are one list, however they came.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use domain::event::{EventEnvelope, Seq};
use domain::item::Item;
use domain::item_list::{ChunkLoader, ItemList};
use domain::job_projection::JobProjection;
use domain::outcome::Status;

use testing::events::{at, done, taken, upc};

fn item(number: usize) -> Item {
    Item::new(upc(u32::try_from(number).unwrap()), 1)
}

/// Three parts, the last of them short, and how many of them were read.
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
fn a_part_is_read_when_it_is_looked_into() {
    let (items, read) = stored();
    assert_eq!((items.len(), items.is_empty()), (2 * ItemList::CHUNK_LEN + 5, false));
    assert_eq!(items.last(), Some(&item(2 * ItemList::CHUNK_LEN + 4)));
    assert_eq!(read.load(Ordering::Relaxed), 1, "the last part");
    assert_eq!(items.iter_from(ItemList::CHUNK_LEN + 7).next(), Some(&item(ItemList::CHUNK_LEN + 7)));
    assert_eq!(items.get(ItemList::CHUNK_LEN - 1), Some(&item(ItemList::CHUNK_LEN - 1)));
    assert_eq!(read.load(Ordering::Relaxed), 3);
    assert_eq!(items.get(items.len()), None);
    assert_eq!(items.iter_from(items.len()).count(), 0);
    assert_eq!(items, (0..items.len()).map(item).collect::<ItemList>());
    assert_eq!(read.load(Ordering::Relaxed), 3, "once");
}

/// Copies share what is alike, and nobody sees what was changed in another's.
#[test]
fn a_copy_keeps_what_it_had() {
    let job = domain::job_spec::JobId::new(at("2026-01-02T03:04:05Z"), 0);
    let event = |payload| EventEnvelope { seq: Seq(1), at: at("2026-01-02T03:04:05Z"), job: job.clone(), payload };
    let (items, _) = stored();
    let count = u32::try_from(items.len()).unwrap();
    let before = JobProjection::new(job.clone()).with_items(items);
    let mut after = before.clone();
    after.counts.total = u64::from(count);
    for payload in [done(3, Status::Failed), done(count - 1, Status::Failed), taken(count..count + 9_000)] {
        after.apply_event(&event(payload)).unwrap();
    }
    let failed = |projection: &JobProjection| projection.items().iter().filter(|item| item.status.is_some()).count();
    assert_eq!((failed(&before), before.items().len()), (0, count as usize));
    assert_eq!((failed(&after), after.items().len()), (2, count as usize + 9_000));
    let all = after.items().iter().map(|item| item.upc);
    assert!(all.eq((0..count + 9_000).map(upc)), "in the order of the list, over the ends of parts");
    assert_eq!(after.index_of(upc(count + 8_999)), Some(count as usize + 8_999));
}
