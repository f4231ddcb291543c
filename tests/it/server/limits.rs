//! Two jobs at once share the limits of the services.

use sandbox::SandboxOptions;

use super::served::Served;
use crate::batch::shop::{Shop, lines};

const SPEED: f64 = 20.0;

#[tokio::test(flavor = "multi_thread")]
async fn two_jobs_at_once_keep_the_limits_of_one() {
    let shop = Shop::with(SandboxOptions { speed: SPEED, synthetic_releases: 40, ..SandboxOptions::default() }).await;
    let mut command = shop.program(&[]);
    command.env("DRAFT_MAKER__SERVER__JOBS_AT_ONCE", "2");
    // A little below the documented paces, as many times faster as the sandbox is.
    for (service, pace) in [("MUSICBRAINZ", 59.0), ("DISCOGS", 58.0)] {
        let name = format!("DRAFT_MAKER__PROVIDERS__{service}__REQUESTS_PER_MINUTE");
        command.env(name, (pace * SPEED).to_string());
    }
    let served = Served::start(shop, command).await;
    let upcs = served.shop.sandbox.synthetic_upcs();
    // The second half of one list is the first of the other.
    let (left, right) = (lines(&upcs[..25]), lines(&upcs[15..]));
    let left = served.order(&served.put("boxes/left.txt", left.as_bytes())).await;
    let right = served.order(&served.put("boxes/right.txt", right.as_bytes())).await;
    let both = served.until_so(&right, |job| job["status"] != "pending").await;
    assert_eq!(
        (both["status"].as_str(), served.status(&left).await["status"].as_str()),
        (Some("running"), Some("running"))
    );
    for job in [&left, &right] {
        let done = served.until(job, "completed").await;
        assert_eq!(done["successful"], 25, "{done}");
    }
    for (service, count) in served.shop.sandbox.request_counts() {
        assert_eq!(count.refused, 0, "{service} had to refuse some of {} requests", count.requests);
    }
    assert_eq!(served.shop.repeated(), Vec::new(), "what one job asked, the other does not ask");
    assert_eq!(served.shop.draft_rows().len(), 40);
}
