//! PostgreSQL over the network: a TCP connection that fails, and TLS.

use std::collections::BTreeSet;
use std::time::Duration;

use testing::postgres::PostgresServer;

use super::shop::{Shop, run_output, wait_for_exit};
use super::tcp_proxy::{ProxyMode, TcpProxy};

#[tokio::test(flavor = "multi_thread")]
async fn a_batch_goes_on_over_a_connection_that_is_cut_and_stalls() {
    const ITEMS: usize = 40;
    let Some(server) = PostgresServer::start() else { return };
    let proxy = TcpProxy::before(&server).await;
    let options = sandbox::SandboxOptions {
        enforce_limits: false,
        latency: Duration::from_millis(20),
        synthetic_releases: ITEMS,
        ..sandbox::SandboxOptions::default()
    };
    let shop = Shop::with(options).await;
    let mut command = shop.seller(&["run", shop.synthetic_list()]);
    command.env("DATABASE_URL", proxy.url());
    command.stdout(std::process::Stdio::piped());
    let mut child = command.spawn().unwrap();
    let mut faults = 0;
    for (mode, lasts) in
        [(ProxyMode::Cut, 10), (ProxyMode::Stall, 500), (ProxyMode::Cut, 700), (ProxyMode::Stall, 1_500)]
    {
        let target = shop.requests() + 50;
        while shop.requests() < target && child.try_wait().unwrap().is_none() {
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
        if child.try_wait().unwrap().is_some() {
            break;
        }
        proxy.mode.send_replace(mode);
        tokio::time::sleep(Duration::from_millis(lasts)).await;
        proxy.mode.send_replace(ProxyMode::Pass);
        faults += 1;
    }
    assert!(faults > 0, "the connection failed during the batch");
    let code = wait_for_exit(&mut child).await;
    let mut text = String::new();
    std::io::Read::read_to_string(child.stdout.as_mut().unwrap(), &mut text).unwrap();
    assert_eq!(code, Some(0), "{text}");
    let state = shop.sandbox.ebay_state();
    let skus: BTreeSet<&str> = state.offers.iter().filter_map(|offer| offer["sku"].as_str()).collect();
    assert_eq!((state.offers.len(), skus.len()), (ITEMS, ITEMS), "one draft for each SKU");
    assert_eq!(state.violations, Vec::<String>::new());
    let mut check = shop.seller(&["store", "check"]);
    let check = run_output(&check.env("DATABASE_URL", server.url()).output().unwrap());
    assert!(check.out.contains("is sound: 1 batch,"), "{}{}", check.out, check.err);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_certificate_of_the_database_is_verified() {
    let Some(server) = PostgresServer::start_with_tls() else { return };
    let shop = Shop::with_synthetic(1).await;
    let verified = server.tls_url().unwrap();
    let list_jobs = |url: &str| run_output(&shop.program(&["jobs"]).env("DATABASE_URL", url).output().unwrap());

    let run = shop.program(&["run", "--no-drafts", shop.synthetic_list()]).env("DATABASE_URL", &verified).output();
    let run = run_output(&run.unwrap());
    assert_eq!(run.code, Some(0), "{}{}", run.out, run.err);
    // These modes check less, but also encrypt.
    let any_name = verified.replace("localhost", "127.0.0.1").replace("verify-full", "verify-ca");
    let any_certificate = verified.replace("verify-full", "require").replace("authority.crt", "other_authority.crt");
    for accepted in [any_name, any_certificate] {
        let jobs = list_jobs(&accepted);
        assert!(jobs.code == Some(0) && jobs.out.contains("completed"), "{accepted}: {}{}", jobs.out, jobs.err);
    }
    for (refused, reason) in [
        (verified.replace("authority.crt", "other_authority.crt"), "invalid peer certificate: UnknownIssuer"),
        (verified.replace("localhost", "127.0.0.1"), "certificate not valid for name \"127.0.0.1\""),
        (
            verified.replace("authority.crt", "none.crt"),
            "the file that sslrootcert names in DATABASE_URL does not exist",
        ),
        (verified.replace("verify-full", "disable"), "no encryption"),
    ] {
        let jobs = list_jobs(&refused);
        assert!(jobs.code == Some(1) && jobs.err.contains(reason), "{refused}: {}{}", jobs.out, jobs.err);
    }
}
