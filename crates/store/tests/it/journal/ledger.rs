//! An item has at most one draft: the first claim of a SKU wins permanently.

use domain::job_spec::JobId;
use domain::sku::Sku;
use futures::future::join3;
use serde_json::{Value, json};
use store::journal::{Claim, ClaimResult, Journal, JournalError, JournalRow, SellerAccount};
use tokio::task::JoinSet;

use super::execute_sql;
use testing::each_store;
use testing::events::{create_job, matched, open_journal, timestamp, upc};
use testing::postgres::TestStore;

fn unknown_seller() -> SellerAccount {
    SellerAccount::anonymous("production")
}

fn seller(ebay: &str, account: u64) -> SellerAccount {
    SellerAccount { environment_id: ebay.to_owned(), account_id: Some(account) }
}

fn claim(job: &JobId, number: u32, by: u32) -> Claim {
    Claim {
        seller: unknown_seller(),
        sink: "csv".into(),
        sku: Sku::for_upc(upc(number)),
        job: job.clone(),
        upc: upc(number),
        payload: json!({ "title": "Ænima \"x\"", "by": by }),
        at: timestamp("2024-03-18T14:31:00Z"),
    }
}

/// Returns all ledger entries of a job at a destination.
async fn payloads(journal: &Journal, sink: &str, job: &JobId) -> Vec<(Sku, Value)> {
    let entries = journal.ledger_entries_page(&unknown_seller(), sink, job, 0, usize::MAX).await.unwrap();
    entries.into_iter().map(|entry| (entry.sku, entry.payload)).collect()
}

async fn fifty_claims_of_a_sku_give_one_draft(store: TestStore) {
    let journal = open_journal(store.location()).await;
    let (one, two) = (create_job(&journal, 1).await, create_job(&journal, 1).await);
    let mut tasks = JoinSet::new();
    for by in 0..50 {
        let (journal, claim) = (journal.clone(), claim(if by % 2 == 0 { &one } else { &two }, 1, by));
        tasks.spawn(async move { (claim.clone(), journal.claim_ledger_entry(&claim).await.unwrap()) });
    }
    let answers = tasks.join_all().await;
    let winners: Vec<&Claim> =
        answers.iter().filter(|(_, got)| *got == ClaimResult::Acquired).map(|(claim, _)| claim).collect();
    let [winner] = winners[..] else { panic!("{} claims won", winners.len()) };
    for (claim, got) in &answers {
        match got {
            ClaimResult::Acquired => {}
            ClaimResult::OwnedByThisJob(row) => assert_eq!((&claim.job, row), (&winner.job, &winner.payload)),
            ClaimResult::OwnedByOtherJob { job, at, row } => {
                assert_ne!(claim.job, winner.job);
                assert_eq!((job, at, row), (&winner.job, &winner.at, &winner.payload));
            }
            ClaimResult::OtherSink(other) => panic!("{other}"),
        }
    }
    let theirs = if winner.job == one { &two } else { &one };
    assert_eq!(payloads(&journal, "csv", &winner.job).await, [(winner.sku.clone(), winner.payload.clone())]);
    assert_eq!(payloads(&journal, "csv", theirs).await, []);
    assert_eq!(payloads(&journal, "inventory", &winner.job).await, []);
}

async fn the_ledger_survives_a_restart_and_is_paged(store: TestStore) {
    let journal = open_journal(store.location()).await;
    let one = create_job(&journal, 5).await;
    for number in [5, 3, 1, 4, 2] {
        assert_eq!(journal.claim_ledger_entry(&claim(&one, number, 0)).await.unwrap(), ClaimResult::Acquired);
    }
    journal.close().await;
    let journal = open_journal(store.location()).await;
    assert!(
        matches!(journal.claim_ledger_entry(&claim(&one, 3, 1)).await.unwrap(), ClaimResult::OwnedByThisJob(row) if row["by"] == 0)
    );
    let first = journal.ledger_entries_page(&unknown_seller(), "csv", &one, 0, 3).await.unwrap();
    let second = journal.ledger_entries_page(&unknown_seller(), "csv", &one, first[2].number, 3).await.unwrap();
    let skus: Vec<Sku> = first.into_iter().chain(second).map(|row| row.sku).collect();
    assert_eq!(skus, [5, 3, 1, 4, 2].map(|number| Sku::for_upc(upc(number))), "in the order of the claims");
}

/// Several entries are replaced at once, each with its own payload; a SKU without a claim is skipped.
async fn entries_are_replaced_together(store: TestStore) {
    let journal = open_journal(store.location()).await;
    let job = create_job(&journal, 1).await;
    for number in 1..=3 {
        journal.claim_ledger_entry(&claim(&job, number, number)).await.unwrap();
    }
    let row = |number: u32| json!({ "file": format!("part \"{number}\" Ænima\\.csv"), "unchanged": [1.50, null] });
    let replaced = [1, 3, 4].map(|number| (Sku::for_upc(upc(number)), row(number)));
    journal.update_ledger_entries(&unknown_seller(), "csv", replaced.to_vec()).await.unwrap();
    let second = (Sku::for_upc(upc(2)), claim(&job, 2, 2).payload);
    let [first, third, _unclaimed] = replaced;
    assert_eq!(payloads(&journal, "csv", &job).await, [first, second, third]);
    journal.close().await;
}

/// All copies of an item go to one destination, whichever copy was claimed first.
async fn copies_of_an_item_go_to_one_sink(store: TestStore) {
    let journal = open_journal(store.location()).await;
    let one = create_job(&journal, 2).await;
    let copy =
        |sink: &str, copy: u32| Claim { sink: sink.into(), sku: Sku::for_copy(upc(1), copy), ..claim(&one, 1, copy) };
    assert_eq!(journal.claim_ledger_entry(&copy("csv", 2)).await.unwrap(), ClaimResult::Acquired);
    for number in [1, 2, 3] {
        let ClaimResult::OtherSink(other) = journal.claim_ledger_entry(&copy("inventory", number)).await.unwrap()
        else {
            panic!("copy {number} went to another sink");
        };
        assert_eq!((other.sku, other.sink.as_str()), (Sku::for_copy(upc(1), 2), "csv"));
    }
    assert_eq!(journal.claim_ledger_entry(&copy("csv", 1)).await.unwrap(), ClaimResult::Acquired);
    assert_eq!(
        journal.claim_ledger_entry(&Claim { sink: "inventory".into(), ..claim(&one, 2, 0) }).await.unwrap(),
        ClaimResult::Acquired
    );
    let lines = journal.ledger_entries_for_upc(&unknown_seller(), "csv", upc(1)).await.unwrap();
    let skus = lines.iter().map(|line| (line.sku.clone(), line.sku.copy_number())).collect::<Vec<_>>();
    assert_eq!(skus, [(Sku::for_copy(upc(1), 2), 2), (Sku::for_upc(upc(1)), 1)]);
    assert!(journal.delete_ledger_entry(&unknown_seller(), &Sku::for_copy(upc(1), 2)).await.unwrap());
    assert!(journal.delete_ledger_entry(&unknown_seller(), &Sku::for_upc(upc(1))).await.unwrap());
    assert_eq!(journal.claim_ledger_entry(&copy("inventory", 3)).await.unwrap(), ClaimResult::Acquired);
}

/// Drafts belong to one seller in one eBay environment; an unknown seller may be any of them.
async fn drafts_belong_to_one_seller_at_one_environment(store: TestStore) {
    let journal = open_journal(store.location()).await;
    let (one, two) = (create_job(&journal, 1).await, create_job(&journal, 1).await);
    let by = |seller: &SellerAccount, sink: &str, job: &JobId| {
        let claim = Claim { seller: seller.clone(), sink: sink.into(), ..claim(job, 1, 0) };
        let journal = journal.clone();
        async move { journal.claim_ledger_entry(&claim).await.unwrap() }
    };
    let (first, second) = (seller("production", 1), seller("production", 2));
    for seller in [&seller("sandbox", 1), &first, &second] {
        assert_eq!(by(seller, "inventory", &one).await, ClaimResult::Acquired, "{seller:?}");
    }
    for seller in [&first, &second, &unknown_seller()] {
        assert!(matches!(by(seller, "inventory", &two).await, ClaimResult::OwnedByOtherJob { .. }), "{seller:?}");
        assert!(matches!(by(seller, "csv", &two).await, ClaimResult::OtherSink(_)), "{seller:?}");
    }
    let sku = Sku::for_upc(upc(1));
    assert!(journal.delete_ledger_entry(&first, &sku).await.unwrap());
    assert_eq!(journal.find_ledger_sink(&first, &sku).await.unwrap(), None);
    for left in [&second, &seller("sandbox", 1)] {
        assert_eq!(journal.find_ledger_sink(left, &sku).await.unwrap().as_deref(), Some("inventory"), "{left:?}");
    }
}

/// An entry from before the sign-in counts for every seller until a seller claims it.
async fn an_entry_without_an_account_is_assigned_to_the_first_seller(store: TestStore) {
    let journal = open_journal(store.location()).await;
    let (one, two) = (create_job(&journal, 1).await, create_job(&journal, 1).await);
    assert_eq!(journal.claim_ledger_entry(&claim(&one, 1, 0)).await.unwrap(), ClaimResult::Acquired);
    let of = |account| Claim { seller: seller("production", account), ..claim(&two, 1, 1) };
    assert!(matches!(journal.claim_ledger_entry(&of(1)).await.unwrap(), ClaimResult::OwnedByOtherJob { .. }));
    assert_eq!(
        journal.claim_ledger_entry(&of(2)).await.unwrap(),
        ClaimResult::Acquired,
        "it now belongs to the first seller"
    );
    assert!(
        matches!(journal.claim_ledger_entry(&of(1)).await.unwrap(), ClaimResult::OwnedByOtherJob { row, .. } if row["by"] == 0)
    );
}

/// A new sign-in, or new policies in addition to an old one, are the same seller.
async fn a_seller_is_recognized_by_any_name(store: TestStore) {
    let journal = open_journal(store.location()).await;
    let resolve = |ebay: &'static str, names: &[&str]| {
        let (journal, names) = (journal.clone(), names.iter().map(ToString::to_string).collect());
        async move { journal.resolve_seller_account(ebay, names).await.unwrap() }
    };
    let first = resolve("production", &["consent a", "payment 1"]).await;
    assert_eq!(resolve("production", &["consent b", "payment 1", "payment 2"]).await, first);
    assert_eq!(resolve("production", &["consent c", "payment 2"]).await, first);
    assert_ne!(resolve("production", &["consent d", "payment 3"]).await, first);
    assert_ne!(resolve("sandbox", &["consent e", "payment 1"]).await, first);
    assert_eq!(journal.find_seller_account("production", "consent c").await.unwrap(), Some(first));
    assert_eq!(journal.find_seller_account("sandbox", "consent c").await.unwrap(), None);
}

/// Names that first occur separately and then together show that both accounts are one seller.
async fn accounts_that_turn_out_to_be_one_are_merged(store: TestStore) {
    let journal = open_journal(store.location()).await;
    let (one, two) = (create_job(&journal, 3).await, create_job(&journal, 3).await);
    let resolve = |ebay: &'static str, names: &[&str]| {
        let (journal, names) = (journal.clone(), names.iter().map(ToString::to_string).collect());
        async move { journal.resolve_seller_account(ebay, names).await.unwrap() }
    };
    let first = resolve("production", &["consent a", "payment 1"]).await;
    let second = resolve("production", &["consent b", "payment 2"]).await;
    let stranger = resolve("production", &["consent x"]).await;
    let elsewhere = resolve("sandbox", &["payment 2"]).await;
    assert_ne!(first, second);
    let by =
        |account, job: &JobId, number| Claim { seller: seller("production", account), ..claim(job, number, number) };
    for claim in [by(second, &one, 1), by(first, &two, 2), by(second, &one, 2), by(stranger, &one, 3)] {
        assert_eq!(journal.claim_ledger_entry(&claim).await.unwrap(), ClaimResult::Acquired);
    }

    assert_eq!(resolve("production", &["consent c", "payment 1", "payment 2"]).await, first);
    for name in ["consent a", "consent b", "consent c", "payment 1", "payment 2"] {
        assert_eq!(journal.find_seller_account("production", name).await.unwrap(), Some(first), "{name}");
    }
    assert_eq!(journal.find_seller_account("production", "consent x").await.unwrap(), Some(stranger));
    assert_eq!(journal.find_seller_account("sandbox", "payment 2").await.unwrap(), Some(elsewhere));
    // All drafts now belong to one seller; if both accounts had a draft of the SKU, the first one is kept.
    let seller = seller("production", first);
    let numbers = |entries: Vec<store::journal::LedgerEntry>| {
        entries.into_iter().map(|entry| entry.payload["by"].as_u64()).collect::<Vec<_>>()
    };
    let of = |job: &JobId| {
        let (journal, seller, job) = (journal.clone(), seller.clone(), job.clone());
        async move { numbers(journal.ledger_entries_page(&seller, "csv", &job, 0, 9).await.unwrap()) }
    };
    assert_eq!((of(&one).await, of(&two).await), (vec![Some(1)], vec![Some(2)]));
    assert_eq!(
        journal.find_ledger_sink(&seller, &Sku::for_upc(upc(3))).await.unwrap(),
        None,
        "the other seller's entry"
    );
}

#[tokio::test]
async fn an_unreadable_entry_fails_only_its_own_claim() {
    let dir = tempfile::tempdir().unwrap();
    let journal = open_journal(dir.path()).await;
    let one = create_job(&journal, 3).await;
    for number in [1, 2] {
        assert_eq!(journal.claim_ledger_entry(&claim(&one, number, 0)).await.unwrap(), ClaimResult::Acquired);
    }
    execute_sql(dir.path(), "UPDATE ledger SET row = 'no JSON' WHERE number = 2").await;
    let (unreadable, new) = (claim(&one, 2, 0), claim(&one, 3, 0));
    // `join3` polls in order, and the writer runs only when all of them wait, so the commands are one group.
    let (unreadable, event, new) = join3(
        journal.claim_ledger_entry(&unreadable),
        journal.append_event(&one, matched(1)),
        journal.claim_ledger_entry(&new),
    )
    .await;
    let error = unreadable.unwrap_err();
    assert!(matches!(error, JournalError::DecodeFailed { row: JournalRow::LedgerEntry(2), .. }), "{error:?}");
    assert!(error.to_string().starts_with("entry 2 of the ledger cannot be read"), "{error}");
    event.unwrap();
    assert_eq!(new.unwrap(), ClaimResult::Acquired);
}

/// The earlier schema had no sellers; no entry is lost by the migration.
#[tokio::test]
async fn an_older_ledger_keeps_its_entries() {
    let dir = tempfile::tempdir().unwrap();
    let journal = open_journal(dir.path()).await;
    let one = create_job(&journal, 1).await;
    journal.close().await;
    let file = format!("sqlite://{}", dir.path().join("journal.db").display());
    let older = sqlx::SqlitePool::connect(&file).await.unwrap();
    let downgrade = "DROP TABLE ledger; DROP TABLE sellers; DROP TABLE removals;
        CREATE TABLE ledger (number INTEGER PRIMARY KEY, sink TEXT NOT NULL, sku TEXT NOT NULL, job TEXT NOT NULL,
            upc TEXT NOT NULL, at TEXT NOT NULL, row TEXT NOT NULL, UNIQUE (sink, sku)) STRICT;
        CREATE INDEX ledger_of_job ON ledger (sink, job);
        CREATE INDEX ledger_of_sku ON ledger (sku);
        CREATE INDEX ledger_of_upc ON ledger (upc);
        PRAGMA user_version = 5";
    sqlx::raw_sql(downgrade).execute(&older).await.unwrap();
    for number in 1..=3 {
        sqlx::query("INSERT INTO ledger (sink, sku, job, upc, at, row) VALUES ('csv', ?1, ?2, ?3, ?4, ?5)")
            .bind(Sku::for_upc(upc(number)).to_string())
            .bind(one.as_str())
            .bind(upc(number).to_string())
            .bind("2024-03-18T14:31:00Z")
            .bind(json!({ "by": number }).to_string())
            .execute(&older)
            .await
            .unwrap();
    }
    older.close().await;
    let journal = open_journal(dir.path()).await;
    let rows = payloads(&journal, "csv", &one).await;
    assert_eq!(rows, [1, 2, 3].map(|number| (Sku::for_upc(upc(number)), json!({ "by": number }))));
    let again = Claim { seller: seller("production", 7), ..claim(&one, 2, 0) };
    assert!(
        matches!(journal.claim_ledger_entry(&again).await.unwrap(), ClaimResult::OwnedByThisJob(row) if row["by"] == 2)
    );
    let elsewhere = Claim { seller: SellerAccount::anonymous("sandbox"), ..claim(&one, 2, 0) };
    assert_eq!(
        journal.claim_ledger_entry(&elsewhere).await.unwrap(),
        ClaimResult::Acquired,
        "they belong to the production environment"
    );
}

each_store!(
    the_ledger_survives_a_restart_and_is_paged,
    entries_are_replaced_together,
    copies_of_an_item_go_to_one_sink,
    drafts_belong_to_one_seller_at_one_environment,
    an_entry_without_an_account_is_assigned_to_the_first_seller,
    a_seller_is_recognized_by_any_name,
    accounts_that_turn_out_to_be_one_are_merged
);

each_store!(threads: fifty_claims_of_a_sku_give_one_draft);
