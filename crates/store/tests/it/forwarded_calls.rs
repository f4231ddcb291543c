//! Requests that are forwarded through the database.

use std::time::Duration;

use sqlx::{Connection as _, PgConnection};
use store::forwarded_calls::{CallResult, CallStore};
use testing::postgres::TestStore;
use tokio::time::timeout;

#[tokio::test]
async fn a_request_for_which_nobody_waits_is_not_executed() {
    let Some(mut store) = TestStore::in_postgres() else { return };
    testing::events::open_journal(store.location()).await.close().await;
    let calls = CallStore::new(store.location().database().unwrap());
    // The client goes away before an owner takes its request.
    assert!(timeout(Duration::from_millis(300), calls.send("pause", b"")).await.is_err());
    let mut connection = PgConnection::connect(&store.server().unwrap().url()).await.unwrap();
    let aged = sqlx::query("UPDATE calls SET at = at - interval '41 seconds'").execute(&mut connection).await.unwrap();
    assert_eq!(aged.rows_affected(), 1);
    let owner = async {
        let taken = calls.take_next().await.unwrap();
        calls.answer(taken.number, &taken.head, b"done").await.unwrap();
    };
    let (result, ()) = tokio::join!(calls.send("resume", b""), owner);
    assert_eq!(result.unwrap(), CallResult::Answered { head: "resume".to_owned(), body: b"done".to_vec() });
}

#[tokio::test]
async fn a_request_whose_owner_is_replaced_is_not_waited_for() {
    let Some(store) = TestStore::in_postgres() else { return };
    testing::events::open_journal(store.location()).await.close().await;
    let calls = CallStore::new(store.location().database().unwrap());
    let next_owner = async {
        calls.take_next().await.unwrap();
        testing::events::open_journal(store.location()).await.close().await;
    };
    let (result, ()) = tokio::join!(timeout(Duration::from_secs(20), calls.send("pause", b"")), next_owner);
    assert_eq!(result.expect("no wait until the time limit").unwrap(), CallResult::Unknown);
}
