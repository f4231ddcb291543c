//! A used-up daily quota: its detection, its reset time, and the number of requests to eBay.

use domain::release::Carrier;
use jiff::{SignedDuration, Timestamp, ToSpan};
use providers::{PriceGuide, ProviderError};
use serde_json::json;
use tempfile::TempDir;

use super::{LIMITS, SEARCH, asked, found, guide, item, pressing, shop};
use testing::http_server::{ScriptedResponse, Server, ok, response};

const LIMIT_REACHED: &str = r#"{"errors":[{"errorId":2001,"domain":"ACCESS","message":"Too many requests."}]}"#;

fn limits(left: u64, reset: Timestamp) -> ScriptedResponse {
    let rate = json!({"limit": 5000, "remaining": left, "reset": reset.to_string(), "timeWindow": 86400});
    ok(&json!({"rateLimits": [{"resources": [{"name": "buy.browse", "rates": [rate]}]}]}).to_string())
}

/// Starts an eBay that rejects every search today and reports the quota in its Analytics API.
async fn refusing(left: u64, reset: Timestamp) -> Server {
    shop(
        move |asked, _| {
            if asked.target.starts_with(LIMITS) { limits(left, reset) } else { response(429, &[], LIMIT_REACHED) }
        },
    )
    .await
}

fn count(server: &Server, path: &str) -> usize {
    asked(server).iter().filter(|asked| asked.target.starts_with(path)).count()
}

async fn paused_until(guide: &dyn PriceGuide) -> Timestamp {
    let error = guide.fetch_samples(&pressing(Carrier::Cd), None).await.unwrap_err();
    let ProviderError::QuotaExhausted { retry_at: Some(until), .. } = error else { panic!("{error:?}") };
    until
}

/// Changes the stored counts to simulate the passing of time.
async fn change_counts(folder: &TempDir, change: &'static str) {
    let file = folder.path().join("ebay.db");
    let pool = sqlx::SqlitePool::connect(&format!("sqlite://{}", file.display())).await.unwrap();
    assert!(sqlx::query(change).execute(&pool).await.unwrap().rows_affected() > 0, "{change}");
    pool.close().await;
}

#[tokio::test]
async fn the_reset_time_is_not_queried_again_while_the_quota_is_used_up() {
    let reset = Timestamp::now().checked_add(5.hours()).unwrap();
    let server = refusing(0, reset).await;
    let (guide, _folder) = guide("ebay_browse", &server).await;
    for _ in 0..20 {
        assert_eq!(paused_until(guide.as_ref()).await.as_second(), reset.as_second());
    }
    assert_eq!((count(&server, SEARCH), count(&server, LIMITS)), (1, 1));
}

/// Many requests are in flight when the quota is used up; only one of them queries eBay's limits.
#[tokio::test]
async fn concurrent_rejections_query_the_reset_time_once() {
    let server = refusing(0, Timestamp::now().checked_add(5.hours()).unwrap()).await;
    let (guide, _folder) = guide("ebay_browse", &server).await;
    let all = futures::future::join_all((0..20).map(|_| paused_until(guide.as_ref()))).await;
    assert_eq!((all.len(), count(&server, LIMITS)), (20, 1));
}

#[tokio::test]
async fn a_rejection_that_contradicts_ebays_count_is_retried_with_growing_delays() {
    let server = refusing(4_000, Timestamp::now().checked_add(5.hours()).unwrap()).await;
    let (guide, folder) = guide("ebay_browse", &server).await;
    for pause in [10, 20, 40] {
        let before = Timestamp::now();
        let until = paused_until(guide.as_ref()).await;
        let pause = SignedDuration::from_secs(pause);
        assert!(until.duration_since(before).as_secs() >= pause.as_secs() - 1, "{until} after {before}");
        assert!(until <= Timestamp::now() + pause, "{until}");
        let asked_so_far = asked(&server).len();
        for _ in 0..5 {
            assert_eq!(paused_until(guide.as_ref()).await, until, "no request until then");
        }
        assert_eq!(asked(&server).len(), asked_so_far);
        change_counts(&folder, "UPDATE counts SET pause_until = 1").await;
    }
}

#[tokio::test]
async fn a_success_resets_the_delays() {
    let refusals = std::sync::atomic::AtomicUsize::new(0);
    let reset = Timestamp::now().checked_add(5.hours()).unwrap();
    let server = shop(move |asked, _| {
        let number = if asked.target.starts_with(LIMITS) {
            7
        } else {
            refusals.fetch_add(1, std::sync::atomic::Ordering::Relaxed)
        };
        match number {
            7 => limits(4_000, reset),
            // Rejected twice, answered once, then rejected again.
            2 => ok(&found(&[item("10.00", "4000")])),
            _ => response(429, &[], LIMIT_REACHED),
        }
    });
    let server = server.await;
    let (guide, folder) = guide("ebay_browse", &server).await;
    for _ in 0..2 {
        paused_until(guide.as_ref()).await;
        change_counts(&folder, "UPDATE counts SET pause_until = 1 WHERE pause_until IS NOT NULL").await;
    }
    assert!(guide.fetch_samples(&pressing(Carrier::Cd), None).await.is_ok());
    let until = paused_until(guide.as_ref()).await;
    assert!(until <= Timestamp::now() + SignedDuration::from_secs(10), "the first pause again, not the third");
}

#[tokio::test]
async fn a_reset_time_in_the_past_is_ignored() {
    let server = refusing(0, "2018-08-06T07:00:00Z".parse().unwrap()).await;
    let (guide, _folder) = guide("ebay_browse", &server).await;
    let (before, until) = (Timestamp::now(), paused_until(guide.as_ref()).await);
    assert!(until > before, "{until}");
    for _ in 0..5 {
        paused_until(guide.as_ref()).await;
    }
    assert_eq!((count(&server, SEARCH), count(&server, LIMITS)), (1, 1));
}

/// The local count may be wrong, so eBay's count is queried once before calls stop for the day.
#[tokio::test]
async fn the_local_count_is_verified_with_ebays() {
    for (left, searches) in [(100, 3), (0, 1)] {
        let reset = Timestamp::now().checked_add(5.hours()).unwrap();
        let server = shop(move |asked, _| {
            let response = || ok(&found(&[item("10.00", "4000")]));
            if asked.target.starts_with(LIMITS) { limits(left, reset) } else { response() }
        });
        let server = server.await;
        let (guide, folder) = guide("ebay_browse", &server).await;
        assert!(guide.fetch_samples(&pressing(Carrier::Cd), None).await.is_ok());
        change_counts(&folder, "UPDATE counts SET daily = used WHERE api = 'browse'").await;
        for _ in 0..2 {
            assert_eq!(guide.fetch_samples(&pressing(Carrier::Cd), None).await.is_ok(), left > 0);
        }
        assert_eq!((count(&server, SEARCH), count(&server, LIMITS)), (searches, 1), "{left} left");
    }
}
