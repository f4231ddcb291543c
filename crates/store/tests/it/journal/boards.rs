//! What is, folded from what happened: live, replayed, in outline, and item by item.

use domain::board::Board;
use domain::event::{Event, Fact, Seq};
use domain::item::Item;
use domain::job::{Job, JobState};
use domain::outcome::Status;
use domain::upc::Upc;
use futures::future::join_all;
use proptest::prelude::*;
use store::journal::JournalError;

use testing::events::{
    ambiguous, appraised, board, done, drafting, illustrated, job, matched, open, refused, taken, unknown, upc,
};

/// Facts as they come, legal and illegal ones, on a few items so that they meet.
fn any_fact() -> impl Strategy<Value = Fact> {
    let number = 1_u32..8;
    let lone = Just(Fact::Resumed).boxed();
    prop_oneof![
        4 => number.clone().prop_map(matched),
        1 => number.clone().prop_map(ambiguous),
        1 => number.clone().prop_map(unknown),
        4 => number.clone().prop_map(appraised),
        4 => number.clone().prop_map(illustrated),
        3 => number.clone().prop_map(drafting),
        3 => (number.clone(), 0..7_usize).prop_map(|(number, status)| done(number, Status::ALL[status])),
        2 => proptest::collection::vec(1_u32..12, 0..4).prop_map(taken),
        1 => number.prop_map(refused),
        1 => prop_oneof![
            lone,
            Just(Fact::Queued),
            Just(Fact::Started),
            Just(Fact::Finished),
            Just(Fact::stopped("asked to".into())),
            Just(Fact::Stopped { why: "the service ended".into(), goes_on: true }),
            Just(Fact::Paused { why: "asked to".into() }),
            Just(Fact::Cancelled { why: "asked to".into() }),
        ],
    ]
}

/// What the board comes to when the groups of facts come one after another, and which of them it takes.
fn by_the_rules(mut board: Board, groups: &[Vec<Fact>], at: jiff::Timestamp) -> (Board, Vec<bool>) {
    let mut took = Vec::new();
    for facts in groups {
        let mut trial = board.clone();
        let event = |fact: &Fact| Event { seq: Seq::default(), at, job: board.job.clone(), fact: fact.clone() };
        let taken = facts.iter().all(|fact| trial.apply(&event(fact)).is_ok());
        took.push(taken);
        if taken {
            board = trial;
        }
    }
    (board, took)
}

fn timeless(board: &Board) -> Board {
    let items = board.items().iter().cloned().map(|item| Item { began: None, ended: None, ..item });
    board.clone().with_items(items.collect())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    /// Facts that wait together are judged as if they had come one by one; and the replay is the live board.
    #[test]
    fn replay_equals_the_live_board(groups in proptest::collection::vec(proptest::collection::vec(any_fact(), 1..4), 1..60)) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let dir = tempfile::tempdir().unwrap();
            let journal = open(dir.path()).await;
            let job = job(&journal, 5).await;
            let before = board(&journal, &job).await;
            let answers = join_all(groups.iter().map(|facts| journal.append_all(&job, facts.clone()))).await;
            let live = board(&journal, &job).await;
            journal.close().await;

            let (mut expected, took) = by_the_rules(before, &groups, "2024-03-18T14:30:22Z".parse().unwrap());
            (expected.started_at, expected.ended_at) = (live.started_at, live.ended_at);
            (expected.upto, expected.upto_at) = (live.upto, live.upto_at);
            assert_eq!(answers.iter().map(Result::is_ok).collect::<Vec<_>>(), took);
            // When an item was worked on is the clock's.
            assert_eq!(timeless(&live), timeless(&expected));

            let again = open(dir.path()).await;
            let replayed = board(&again, &job).await;
            assert_eq!(replayed, live);
            let outline = again.outline(&job).await.unwrap();
            assert_eq!(Job::from(&outline), Job::from(&live));
            assert_eq!(again.job(&job).await.unwrap(), Job::from(&live));
            let standings = again.standings().await.unwrap();
            assert_eq!((standings[0].state, standings[0].goes_on), (live.state, live.goes_on));
            let dossiers = again.dossiers_page(&job, 0, usize::MAX).await.unwrap();
            let listed: Vec<Upc> = dossiers.into_iter().map(|dossier| dossier.listed.upc).collect();
            assert_eq!(listed, live.items().iter().map(|item| item.upc).collect::<Vec<_>>());
        });
    }
}

#[tokio::test]
async fn dossiers_come_in_the_order_asked_and_hold_every_step() {
    let dir = tempfile::tempdir().unwrap();
    let journal = open(dir.path()).await;
    let job = job(&journal, 300).await;
    let all = vec![matched(2), appraised(2), illustrated(2), drafting(2), done(2, Status::Exported), unknown(299)];
    journal.append_all(&job, all).await.unwrap();

    // More than one chunk, backwards, and one twice.
    let asked: Vec<Upc> = (1..=300).rev().chain([2]).map(upc).collect();
    let dossiers = journal.dossiers(&job, &asked).await.unwrap();
    assert_eq!(dossiers.iter().map(|dossier| dossier.listed.upc).collect::<Vec<_>>(), asked);
    let two = &dossiers[298];
    assert_eq!(two, &dossiers[300]);
    assert!(two.verdict.is_some() && two.appraisal.is_some() && two.artwork.is_some() && two.announced.is_some());
    assert_eq!(two.outcome.as_ref().unwrap().status, Status::Exported);
    assert_eq!(dossiers[1].without, ["discogs: circuit open"]);
    assert!(dossiers[0].verdict.is_none());

    let strange = journal.dossiers(&job, &[upc(1), upc(777)]).await.unwrap_err();
    assert!(matches!(strange, JournalError::NotListed { upc: missing, .. } if missing == upc(777)));
}

#[tokio::test]
async fn pages_of_dossiers_are_the_list_without_gaps() {
    let dir = tempfile::tempdir().unwrap();
    let journal = open(dir.path()).await;
    let job = job(&journal, 10).await;
    // A list may come in parts that repeat themselves.
    journal.append(&job, taken([3, 12, 11, 12])).await.unwrap();
    journal.append(&job, taken([11, 13])).await.unwrap();
    let mut pages = Vec::new();
    loop {
        let page = journal.dossiers_page(&job, pages.len() as u64, 4).await.unwrap();
        if page.is_empty() {
            break;
        }
        assert!(page.len() <= 4);
        pages.extend(page.into_iter().map(|dossier| dossier.listed.upc));
    }
    assert_eq!(pages, (1..=10).chain([12, 11, 13]).map(upc).collect::<Vec<_>>());
}

/// Boards that nobody holds make room, and come back equal.
#[tokio::test]
async fn boards_of_ended_jobs_come_and_go() {
    let dir = tempfile::tempdir().unwrap();
    let journal = open(dir.path()).await;
    let first = job(&journal, 3).await;
    journal.append_all(&first, vec![done(1, Status::Failed), Fact::stopped("asked to".into())]).await.unwrap();
    let held = journal.board(&first).await.unwrap();
    let second = job(&journal, 2).await;
    journal.append(&first, done(2, Status::Skipped)).await.unwrap();
    assert_eq!(held.read().unwrap().counts.done, 2, "a board that somebody holds stays in step");
    let before = held.read().unwrap().clone();
    let seen = std::sync::Arc::downgrade(&held);
    drop(held);
    let _third = job(&journal, 1).await;
    assert!(seen.upgrade().is_none(), "an ended job that nobody holds is let go");
    assert_eq!(board(&journal, &first).await, before);
    assert_eq!(board(&journal, &second).await.state, JobState::Running);
}
