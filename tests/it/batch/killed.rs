//! `kill -9` at any moment loses nothing and repeats nothing.

use std::collections::BTreeSet;
use std::process::{Child, Stdio};
use std::time::Duration;

use domain::job_spec::JobId;
use domain::matching::Verdict;
use nix::sys::signal::Signal;
use rand::rngs::StdRng;
use rand::{Rng as _, SeedableRng as _};
use sandbox::SandboxOptions;
use store::journal::Journal;

use super::shop::{Shop, run_output, send_signal, wait_for_exit};

const ITEMS: usize = 120;

/// Returns the IDs of releases whose details are in the journal and must never be requested again.
async fn known_release_ids(shop: &Shop) -> BTreeSet<String> {
    let journal = Journal::open_read_only(&shop.home.path().join(".local/share/draft-maker")).await.unwrap();
    let jobs: Vec<JobId> = journal.job_ids().await.unwrap();
    let mut ids = BTreeSet::new();
    for job in jobs {
        let projection = journal.projection(&job).await.unwrap();
        let upcs: Vec<_> = projection.read().items().iter().map(|item| item.upc).collect();
        let all_details = journal.item_details(&job, &upcs).await.unwrap();
        let found = all_details.into_iter().filter_map(|details| match details.verdict {
            Some(Verdict::Matched { best_match: found, .. }) => Some(found.entries),
            _ => None,
        });
        ids.extend(found.flatten().map(|release| release.id.id));
    }
    ids
}

fn requests_about(shop: &Shop, ids: &BTreeSet<String>) -> u64 {
    let counts = shop.sandbox.request_counts();
    let details = ["musicbrainz", "discogs"].into_iter().filter_map(|service| counts.get(service));
    let questions = details.flat_map(|count| &count.request_uris).filter(|(question, _)| {
        let path = question.split('?').next().unwrap_or_default();
        path.contains("release") && path.rsplit('/').next().is_some_and(|last| ids.contains(last))
    });
    questions.map(|(_, times)| times).sum()
}

/// Returns the exit code if the program ends before the sandbox has received this many requests.
async fn exit_code_before(program: &mut Child, shop: &Shop, requests: u64) -> Option<Option<i32>> {
    loop {
        if let Some(status) = program.try_wait().unwrap() {
            return Some(status.code());
        }
        if shop.requests() >= requests {
            return None;
        }
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
}

fn assert_each_upc_is_finished_once(shop: &Shop) {
    let statuses = shop.statuses();
    let mut wanted: Vec<_> = shop.sandbox.synthetic_upcs().iter().map(ToString::to_string).collect();
    wanted.sort();
    assert_eq!(statuses.iter().map(|(upc, _)| upc.clone()).collect::<Vec<_>>(), wanted, "each UPC once");
    assert!(statuses.iter().all(|(_, status)| status == "exported"), "{statuses:?}");
    let rows = shop.draft_rows();
    let skus: BTreeSet<_> = rows.iter().map(|row| row[1].clone()).collect();
    assert_eq!((rows.len(), skus.len()), (ITEMS, ITEMS), "one row per SKU");
}

#[tokio::test(flavor = "multi_thread")]
async fn every_upc_is_finished_once_despite_kills_at_random_moments() {
    let latency = Duration::from_millis(20);
    let shop = Shop::with(SandboxOptions {
        enforce_limits: false,
        latency,
        synthetic_releases: ITEMS,
        ..SandboxOptions::default()
    })
    .await;
    let mut random = StdRng::seed_from_u64(20_240_318);
    let mut program = shop.start(&["run", shop.synthetic_list()]);
    let mut kills = 0;
    let code = loop {
        let more = random.random_range(1..160);
        let target = shop.requests() + more;
        if let Some(code) = exit_code_before(&mut program, &shop, target).await {
            break code;
        }
        send_signal(&program, Signal::SIGKILL);
        wait_for_exit(&mut program).await;
        kills += 1;
        let known = known_release_ids(&shop).await;
        let before = requests_about(&shop, &known);
        program = shop.start(&["resume"]);
        shop.wait_for_requests(shop.requests().max(1)).await;
        if kills < 12 {
            // Give the resumed run time to make mistakes before the check.
            tokio::time::sleep(Duration::from_millis(random.random_range(0..150))).await;
        }
        assert_eq!(requests_about(&shop, &known), before, "after kill {kills} a known release was requested again");
    };
    assert!(kills >= 5, "only {kills} kills");
    assert_eq!(code, Some(0));

    assert_each_upc_is_finished_once(&shop);
    let again = shop.repeated_requests().len();
    assert!(again <= kills * 30, "{again} repeated requests are more than {kills} kills can explain");
}

/// A killed process records no end, so the follower looks for the process itself.
#[tokio::test(flavor = "multi_thread")]
async fn following_a_batch_ends_when_its_process_is_killed() {
    let latency = Duration::from_millis(20);
    let options =
        SandboxOptions { enforce_limits: false, latency, synthetic_releases: ITEMS, ..SandboxOptions::default() };
    let shop = Shop::with(options).await;
    let mut program = shop.start(&["run", shop.synthetic_list()]);
    assert_eq!(exit_code_before(&mut program, &shop, 10).await, None, "the batch ended before the kill");
    let mut follower = shop.program(&["status", "--follow"]);
    let follower = follower.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    assert_eq!(exit_code_before(&mut program, &shop, 40).await, None, "the batch ended before the kill");
    send_signal(&program, Signal::SIGKILL);
    wait_for_exit(&mut program).await;

    // The second command starts after the kill.
    let ended = tokio::task::spawn_blocking(|| run_output(&follower.wait_with_output().unwrap()));
    let ended = tokio::time::timeout(Duration::from_mins(1), ended).await.expect("it does not end").unwrap();
    for shown in [ended, shop.run(&["status", "--follow"])] {
        assert_eq!(shown.code, Some(3), "{}{}", shown.out, shown.err);
        let text = shown.out + &shown.err;
        assert!(text.contains(" was interrupted") && text.contains("draft-maker resume batch_"), "{text}");
    }
}
