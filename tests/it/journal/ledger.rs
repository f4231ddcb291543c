//! One item, one draft: the first claim of a SKU wins, for ever.

use draft_maker::domain::batch::JobId;
use draft_maker::domain::sku::Sku;
use draft_maker::journal::{Claim, Claimed};
use serde_json::json;
use tokio::task::JoinSet;

use super::facts::{at, job, open, upc};

fn claim(job: &JobId, number: u32, by: u32) -> Claim {
    Claim {
        sink: "csv".into(),
        sku: Sku::of(upc(number)),
        job: job.clone(),
        upc: upc(number),
        row: json!({ "title": "Ænima \"x\"", "by": by }),
        at: at("2024-03-18T14:31:00Z"),
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn fifty_claims_of_a_sku_are_one_draft() {
    let dir = tempfile::tempdir().unwrap();
    let journal = open(dir.path()).await;
    let (one, two) = (job(&journal, 1).await, job(&journal, 1).await);
    let mut tasks = JoinSet::new();
    for by in 0..50 {
        let (journal, claim) = (journal.clone(), claim(if by % 2 == 0 { &one } else { &two }, 1, by));
        tasks.spawn(async move { (claim.clone(), journal.ledger_claim(&claim).await.unwrap()) });
    }
    let answers = tasks.join_all().await;
    let winners: Vec<&Claim> = answers.iter().filter(|(_, got)| *got == Claimed::New).map(|(claim, _)| claim).collect();
    let [winner] = winners[..] else { panic!("{} claims won", winners.len()) };
    for (claim, got) in &answers {
        match got {
            Claimed::New => {}
            Claimed::Ours(row) => assert_eq!((&claim.job, row), (&winner.job, &winner.row)),
            Claimed::Theirs { job, at, row } => {
                assert_ne!(claim.job, winner.job);
                assert_eq!((job, at, row), (&winner.job, &winner.at, &winner.row));
            }
            Claimed::Elsewhere(other) => panic!("{other}"),
        }
    }
    let theirs = if winner.job == one { &two } else { &one };
    assert_eq!(journal.ledger_rows("csv", &winner.job).await.unwrap(), [(winner.sku.clone(), winner.row.clone())]);
    assert_eq!(journal.ledger_rows("csv", theirs).await.unwrap(), []);
    assert_eq!(journal.ledger_rows("inventory", &winner.job).await.unwrap(), []);
}

#[tokio::test]
async fn the_ledger_outlives_the_process_and_comes_in_pages() {
    let dir = tempfile::tempdir().unwrap();
    let journal = open(dir.path()).await;
    let one = job(&journal, 5).await;
    for number in [5, 3, 1, 4, 2] {
        assert_eq!(journal.ledger_claim(&claim(&one, number, 0)).await.unwrap(), Claimed::New);
    }
    journal.close().await;
    let journal = open(dir.path()).await;
    assert!(matches!(journal.ledger_claim(&claim(&one, 3, 1)).await.unwrap(), Claimed::Ours(row) if row["by"] == 0));
    let first = journal.ledger_page("csv", &one, 0, 3).await.unwrap();
    let second = journal.ledger_page("csv", &one, first[2].number, 3).await.unwrap();
    let skus: Vec<Sku> = first.into_iter().chain(second).map(|row| row.sku).collect();
    assert_eq!(skus, [5, 3, 1, 4, 2].map(|number| Sku::of(upc(number))), "in the order of the claims");
}

/// Copies lie in one box, so they go one way together, whichever of them was first.
#[tokio::test]
async fn copies_of_an_item_go_one_way() {
    let dir = tempfile::tempdir().unwrap();
    let journal = open(dir.path()).await;
    let one = job(&journal, 2).await;
    let copy =
        |sink: &str, copy: u32| Claim { sink: sink.into(), sku: Sku::of_copy(upc(1), copy), ..claim(&one, 1, copy) };
    assert_eq!(journal.ledger_claim(&copy("csv", 2)).await.unwrap(), Claimed::New);
    for number in [1, 2, 3] {
        let Claimed::Elsewhere(other) = journal.ledger_claim(&copy("inventory", number)).await.unwrap() else {
            panic!("copy {number} went another way");
        };
        assert_eq!((other.sku, other.sink.as_str()), (Sku::of_copy(upc(1), 2), "csv"));
    }
    assert_eq!(journal.ledger_claim(&copy("csv", 1)).await.unwrap(), Claimed::New);
    assert_eq!(
        journal.ledger_claim(&Claim { sink: "inventory".into(), ..claim(&one, 2, 0) }).await.unwrap(),
        Claimed::New
    );
    let lines = journal.ledger_of("csv", upc(1)).await.unwrap();
    let skus = lines.iter().map(|line| (line.sku.clone(), line.sku.copy())).collect::<Vec<_>>();
    assert_eq!(skus, [(Sku::of_copy(upc(1), 2), 2), (Sku::of(upc(1)), 1)]);
    assert!(journal.ledger_strike(&Sku::of_copy(upc(1), 2)).await.unwrap());
    assert!(journal.ledger_strike(&Sku::of(upc(1))).await.unwrap());
    assert_eq!(journal.ledger_claim(&copy("inventory", 3)).await.unwrap(), Claimed::New);
}
