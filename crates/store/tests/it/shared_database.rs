//! Several sellers share a database, each in a schema, and take turns for requests to upstream services.

use std::time::{Duration, Instant};

use futures::future::join_all;
use jiff::Timestamp;
use sqlx::{Connection as _, PgConnection};
use store::journal::{Journal, JournalError};
use store::location::{DatabaseUrl, StoreLocation};
use store::quota::QuotaStore;
use store::sealed_values::{EncryptionKey, SealedValues};
use store::upstream_turns::UpstreamTurns;
use testing::events::{create_job, matched, open_journal};
use testing::postgres::TestStore;

fn in_schema(store: &TestStore, schema: &str) -> StoreLocation {
    let database = store.location().database().unwrap().clone().in_schema(schema).unwrap();
    StoreLocation::in_database(database, store.dir().join(schema))
}

async fn connect(store: &TestStore) -> PgConnection {
    let url = store.location().database().unwrap().clone();
    PgConnection::connect(secrecy::ExposeSecret::expose_secret(url.secret())).await.unwrap()
}

#[tokio::test]
async fn sellers_of_a_database_work_at_the_same_time_and_see_nothing_of_each_other() {
    let Some(store) = TestStore::in_postgres() else { return };
    let (first, second) = (in_schema(&store, "seller_a"), in_schema(&store, "seller_b"));
    let (anna, ben) = (open_journal(first.clone()).await, open_journal(second.clone()).await);
    let of_anna = create_job(&anna, 2).await;
    assert_eq!(ben.job_ids().await.unwrap(), []);
    assert!(ben.append_event(&of_anna, matched(1)).await.is_err(), "the job of another seller");
    anna.append_event(&of_anna, matched(1)).await.unwrap();
    let of_ben = create_job(&ben, 1).await;
    assert_eq!(Journal::open_read_only(&first).await.unwrap().job_ids().await.unwrap(), std::slice::from_ref(&of_anna));
    assert_eq!(Journal::open_read_only(&second).await.unwrap().job_ids().await.unwrap(), std::slice::from_ref(&of_ben));

    let quota = async |location| QuotaStore::open(location, "app").await.unwrap();
    quota(first.clone()).await.add_calls("browse", 3).await.unwrap();
    assert_eq!(quota(second.clone()).await.counts("browse", Timestamp::now()).await.unwrap().used, 0);

    // Both sellers use the same key, so only the schema separates their sign-ins.
    let key = || EncryptionKey::parse(&"A".repeat(43).into()).unwrap();
    let sign_ins =
        async |location: &StoreLocation| SealedValues::open(location.database().unwrap(), key()).await.unwrap();
    sign_ins(&first).await.store("sign-in", b"of Anna").await.unwrap();
    assert!(sign_ins(&second).await.find("sign-in").await.unwrap().is_none());
    assert!(sign_ins(&first).await.find("sign-in").await.unwrap().is_some());

    // One process works for each seller, and each can end without affecting the other.
    let elsewhere = first.with_folder(store.dir().join("elsewhere"));
    let refused = Journal::open(&elsewhere).await.err();
    assert!(matches!(refused, Some(JournalError::DatabaseInUse { .. })), "{refused:?}");
    anna.close().await;
    assert!(!Journal::is_owned(&first).await.unwrap());
    assert!(Journal::is_owned(&second).await.unwrap());
    ben.append_event(&of_ben, matched(1)).await.unwrap();

    // The shared schema contains no tables of a seller.
    let mut connection = connect(&store).await;
    let tables = "SELECT count(*) FROM pg_tables WHERE schemaname = 'public'";
    assert_eq!(sqlx::query_scalar::<_, i64>(tables).fetch_one(&mut connection).await.unwrap(), 0);
}

/// Creates the role `ben` with the schema `seller_b`, and returns the database's address for this role.
async fn create_role_with_schema(store: &TestStore) -> DatabaseUrl {
    let url = store.location().database().unwrap().secret().clone();
    let text = secrecy::ExposeSecret::expose_secret(&url);
    let mut connection = PgConnection::connect(text).await.unwrap();
    let prepare = "CREATE ROLE ben LOGIN; CREATE SCHEMA seller_b AUTHORIZATION ben";
    sqlx::raw_sql(prepare).execute(&mut connection).await.unwrap();
    DatabaseUrl::parse(&text.replace("user=shop", "user=ben").into()).unwrap()
}

/// A database role that may not create schemas can use an existing schema.
#[tokio::test]
async fn a_schema_that_exists_needs_no_right_to_create_one() {
    let Some(store) = TestStore::in_postgres() else { return };
    let of_ben = create_role_with_schema(&store).await;
    let of_ben =
        |schema| StoreLocation::in_database(of_ben.clone().in_schema(schema).unwrap(), store.dir().join(schema));
    let ben = open_journal(of_ben("seller_b")).await;
    create_job(&ben, 1).await;
    let anna = open_journal(in_schema(&store, "seller_a")).await;
    create_job(&anna, 1).await;
    let refused = Journal::open_read_only(&of_ben("seller_a")).await.err().map(|error| error.to_string());
    assert!(refused.as_ref().is_some_and(|message| message.contains("permission denied")), "{refused:?}");
    let refused = Journal::open(of_ben("seller_c")).await.err().map(|error| error.to_string());
    assert!(refused.as_ref().is_some_and(|message| message.contains("permission denied")), "{refused:?}");
}

async fn next_turn_micros(connection: &mut PgConnection, name: &str) -> i64 {
    let next_at = "SELECT (extract(epoch FROM next_at) * 1000000)::bigint FROM public.upstream_turns WHERE name = $1";
    sqlx::query_scalar(next_at).bind(name).fetch_one(connection).await.unwrap()
}

async fn server_micros(connection: &mut PgConnection) -> i64 {
    let now = "SELECT (extract(epoch FROM clock_timestamp()) * 1000000)::bigint";
    sqlx::query_scalar(now).fetch_one(connection).await.unwrap()
}

/// The bounds hold on any machine, however slow: a turn is never early.
#[tokio::test]
async fn all_sellers_wait_for_the_turns_of_one_address() {
    const INTERVAL: Duration = Duration::from_millis(15);
    let Some(store) = TestStore::in_postgres() else { return };
    let sellers = ["seller_a", "seller_b", "seller_a", "seller_b"].map(|schema| in_schema(&store, schema));
    let turns = join_all(sellers.iter().map(|seller| UpstreamTurns::open(seller.database().unwrap()))).await;
    let turns: Vec<UpstreamTurns> = turns.into_iter().map(Result::unwrap).collect();
    let mut connection = connect(&store).await;
    let start = server_micros(&mut connection).await;
    join_all(turns.iter().map(async |turns| {
        for _ in 0..5 {
            turns.wait_for_turn("musicbrainz-musicbrainz.org-443", INTERVAL).await;
        }
    }))
    .await;
    let next = next_turn_micros(&mut connection, "musicbrainz-musicbrainz.org-443").await;
    let taken = Duration::from_micros((next - start).cast_unsigned());
    assert!(taken >= 20 * INTERVAL, "20 turns were taken within {taken:?}");

    let (start, pause) = (Instant::now(), Duration::from_millis(300));
    turns[0].pause_for("musicbrainz-musicbrainz.org-443", pause).await;
    turns[1].wait_for_turn("discogs-api.discogs.com-443", INTERVAL).await;
    turns[1].wait_for_turn("musicbrainz-musicbrainz.org-443", INTERVAL).await;
    // The clocks of the server and of this process may drift slightly.
    assert!(start.elapsed() > pause * 9 / 10, "a pause that another process asked for holds");
}

/// Turns are claimed ahead of time, so each comes exactly one interval after the previous one, however slowly the
/// database responds. On a slow machine a process may miss some of its turns, but not all.
#[tokio::test]
async fn turns_follow_each_other_without_a_gap() {
    const INTERVAL: Duration = Duration::from_millis(60);
    const NAME: &str = "musicbrainz-musicbrainz.org-443";
    let Some(store) = TestStore::in_postgres() else { return };
    let turns = UpstreamTurns::open(in_schema(&store, "seller_a").database().unwrap()).await.unwrap();
    let mut connection = connect(&store).await;
    let mut intervals = Vec::new();
    turns.wait_for_turn(NAME, INTERVAL).await;
    let mut last = next_turn_micros(&mut connection, NAME).await;
    while intervals.len() < 100 && !intervals.contains(&INTERVAL) {
        turns.wait_for_turn(NAME, INTERVAL).await;
        let next = next_turn_micros(&mut connection, NAME).await;
        intervals.push(Duration::from_micros((next - last).cast_unsigned()));
        last = next;
    }
    assert!(intervals.iter().all(|interval| *interval >= INTERVAL), "{intervals:?}");
    assert!(intervals.contains(&INTERVAL), "{intervals:?}");
}

/// Another seller's role created the table.
#[tokio::test]
async fn every_role_uses_the_turns() {
    let Some(store) = TestStore::in_postgres() else { return };
    let of_ben = create_role_with_schema(&store).await;
    UpstreamTurns::open(in_schema(&store, "seller_a").database().unwrap()).await.unwrap();
    let turns = UpstreamTurns::open(&of_ben.in_schema("seller_b").unwrap()).await.unwrap();
    turns.wait_for_turn("deezer-api.deezer.com-443", Duration::from_millis(1)).await;
}
