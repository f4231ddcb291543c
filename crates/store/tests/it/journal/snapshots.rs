//! A saved snapshot of a large projection equals the replay of the events.

use std::path::{Path, PathBuf};

use domain::event::JobEvent;
use domain::job_projection::JobProjection;
use domain::job_spec::JobId;
use domain::outcome::Status;
use store::journal::Journal;

use testing::events::{
    cover_chosen, create_job, described_item, done, draft_started, line_rejected, matched, open_journal, price_event,
    projection_of,
};

/// Minimum items of a job that gets a snapshot.
const MANY: u32 = 10_000;

async fn write_ended_job(dir: &Path) -> JobId {
    let journal = open_journal(dir).await;
    let job = create_job(&journal, MANY - 3).await;
    let described = (MANY - 2..=MANY).map(|number| described_item(number, "Box 1", "VG")).collect();
    journal.append_events(&job, vec![JobEvent::ItemsAdded { items: described }]).await.unwrap();
    let mut events = vec![line_rejected(9)];
    for number in 1..=MANY / 20 {
        events.extend([matched(number), price_event(number), cover_chosen(number), draft_started(number)]);
        events.push(done(number, Status::ALL[number as usize % Status::ALL.len()]));
    }
    events.extend([matched(MANY), JobEvent::manual_stop("asked to".into())]);
    for events in events.chunks(5_000) {
        journal.append_events(&job, events.to_vec()).await.unwrap();
    }
    journal.close().await;
    job
}

fn snapshot_path(dir: &Path, job: &JobId) -> PathBuf {
    dir.join(format!("boards/{job}.board"))
}

async fn read(dir: &Path, job: &JobId) -> JobProjection {
    projection_of(&Journal::open_read_only(dir).await.unwrap(), job).await
}

/// Replaces text in the head of a snapshot and updates the checksum.
fn with_other_head(file: &[u8], from: &str, to: &str) -> Vec<u8> {
    let (rest, footer) = file.split_at(file.len() - 8);
    let length = u32::from_le_bytes(footer[..4].try_into().unwrap()) as usize;
    let (parts, head) = rest.split_at(rest.len() - length);
    let head = std::str::from_utf8(head).unwrap();
    assert_eq!(head.matches(from).count(), 1, "{head}");
    let head = head.replace(from, to);
    let sum = crc32fast::hash(head.as_bytes()).to_le_bytes();
    [parts, head.as_bytes(), &u32::try_from(head.len()).unwrap().to_le_bytes(), &sum].concat()
}

#[tokio::test]
async fn a_snapshot_equals_the_replay_of_the_events() {
    let dir = tempfile::tempdir().unwrap();
    let job = write_ended_job(dir.path()).await;
    let from_file = read(dir.path(), &job).await;
    let file = snapshot_path(dir.path(), &job);
    let stored = std::fs::read(&file).unwrap();
    std::fs::remove_file(&file).unwrap();
    let from_events = read(dir.path(), &job).await;
    assert!(from_file == from_events && from_events.items().len() == MANY as usize);
    assert!(from_file.items().iter().all(|item| from_file.item(item.upc) == Some(item)));
    assert!(from_file.items().last().is_some_and(|item| item.terms.is_some()), "its location and grade");

    // The snapshot is used: a change with a valid checksum is visible.
    std::fs::write(&file, with_other_head(&stored, "asked to", "asked ot")).unwrap();
    assert_eq!(read(dir.path(), &job).await.why.as_deref(), Some("asked ot"));
    // The total does not match the chunks, so the events are read instead.
    let total = format!("\"total\":{MANY}");
    std::fs::write(&file, with_other_head(&stored, &total, &format!("\"total\":{}", MANY + 1))).unwrap();
    assert!(read(dir.path(), &job).await == from_events);

    // Truncated, with a changed byte, or in another format: the events are read instead.
    let damaged = |at: usize| {
        let mut bytes = stored.clone();
        bytes[at] ^= 0x20;
        bytes
    };
    let (cut, empty) = (stored[..stored.len() / 2].to_vec(), Vec::new());
    let head = stored.len() - 8 - u32::from_le_bytes(stored[stored.len() - 8..][..4].try_into().unwrap()) as usize;
    let one_byte_changed = [0, 200, stored.len() / 2, head + 9, stored.len() - 8, stored.len() - 1].map(damaged);
    for bytes in one_byte_changed.into_iter().chain([cut, empty]) {
        std::fs::write(&file, bytes).unwrap();
        assert!(read(dir.path(), &job).await == from_events);
    }
}

/// The snapshot file does not change; later events are applied to the projection that was read from it.
#[tokio::test]
async fn later_events_are_applied_to_a_snapshot() {
    let dir = tempfile::tempdir().unwrap();
    let job = write_ended_job(dir.path()).await;
    let before = std::fs::read(snapshot_path(dir.path(), &job)).unwrap();
    let journal = open_journal(dir.path()).await;
    let later = vec![JobEvent::Resumed, price_event(MANY), done(MANY, Status::Failed)];
    journal.append_events(&job, later).await.unwrap();
    let live = projection_of(&journal, &job).await;
    journal.close().await;
    assert_eq!(std::fs::read(snapshot_path(dir.path(), &job)).unwrap(), before, "no job has ended since");
    assert!(read(dir.path(), &job).await == live);
    assert_eq!(live.items().last().and_then(|item| item.status), Some(Status::Failed));
}

/// A data directory with a new journal, in which the snapshots of an old journal remain.
#[tokio::test]
async fn a_snapshot_of_another_journal_is_not_used() {
    let (one, other) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let job = write_ended_job(one.path()).await;
    let journal = open_journal(other.path()).await;
    let same_name = testing::events::create_job(&journal, 3).await;
    assert_eq!(job, same_name, "the job ID is derived from the second");
    journal.close().await;
    std::fs::create_dir(other.path().join("boards")).unwrap();
    std::fs::copy(snapshot_path(one.path(), &job), snapshot_path(other.path(), &job)).unwrap();
    assert_eq!(read(other.path(), &job).await.items().len(), 3);
}

/// A chunk with a valid checksum but with items in another version's format: its items are replayed from the events.
#[tokio::test]
async fn a_chunk_of_another_version_is_read_from_the_events() {
    const ITEMS: u32 = 20_000;
    let dir = tempfile::tempdir().unwrap();
    let journal = open_journal(dir.path()).await;
    let job = create_job(&journal, ITEMS).await;
    let events = [matched(9_000), price_event(9_000), JobEvent::manual_stop("asked to".into())];
    journal.append_events(&job, events.to_vec()).await.unwrap();
    journal.close().await;
    let file = snapshot_path(dir.path(), &job);
    let mut bytes = std::fs::read(&file).unwrap();
    let head_length = u32::from_le_bytes(bytes[bytes.len() - 8..][..4].try_into().unwrap()) as usize;
    let head_start = bytes.len() - 8 - head_length;
    let mut head: serde_json::Value = serde_json::from_slice(&bytes[head_start..][..head_length]).unwrap();
    let length = |part: usize| usize::try_from(head["parts"][part]["length"].as_u64().unwrap()).unwrap();
    let (start, length) = (8 + length(0), length(1));
    // The first item of the second chunk cannot be decoded.
    bytes[start..start + 20].fill(0xff);
    head["parts"][1]["crc"] = crc32fast::hash(&bytes[start..start + length]).into();
    let head = serde_json::to_vec(&head).unwrap();
    bytes.truncate(head_start);
    bytes.extend(&head);
    bytes.extend(u32::try_from(head.len()).unwrap().to_le_bytes());
    bytes.extend(crc32fast::hash(&head).to_le_bytes());
    std::fs::write(&file, &bytes).unwrap();

    let journal = open_journal(dir.path()).await;
    let later = vec![JobEvent::Resumed, done(9_001, Status::Failed)];
    journal.append_events(&job, later).await.unwrap();
    let projection = projection_of(&journal, &job).await;
    assert_eq!(projection.items().iter().count(), ITEMS as usize, "no item is missing");
    assert!(!file.exists(), "the snapshot is not read again");
    journal.close().await;
    assert!(read(dir.path(), &job).await == projection, "equal to the replay of the events");
}
