//! Whether what owns the data directory is well: a container's own look at itself.

use std::path::Path;
use std::process::ExitCode;
use std::time::Duration;

use anyhow::Context as _;
use serde_json::Value;

use super::print;
use crate::beacon::Beacon;
use crate::config::{Batch, Config};
use crate::journal::Journal;

/// The image's HEALTHCHECK gives five seconds.
const PATIENCE: Duration = Duration::from_secs(4);

/// Asks the running service for its `/health`. A batch by itself (`MODE=batch`) is well as long as it runs.
///
/// # Errors
/// Where nothing runs, or the service does not answer in time.
pub(super) async fn health(config: &Config) -> anyhow::Result<ExitCode> {
    let data_dir = config.section::<Batch>("batch")?.data_dir;
    if !Journal::is_owned(&data_dir) {
        anyhow::bail!("nothing runs over {}", data_dir.display());
    }
    match service(&data_dir) {
        Some(beacon) => ask(&beacon.address).await,
        None => print("healthy: a batch runs, and no service\n"),
    }
}

/// The service that owns the data directory now.
pub(super) fn service(data_dir: &Path) -> Option<Beacon> {
    Journal::is_owned(data_dir).then(|| Beacon::read(data_dir)).flatten()
}

async fn ask(address: &str) -> anyhow::Result<ExitCode> {
    // Not by `http`, which keeps the limits of others' services: this one is ours, and on this machine.
    let client = reqwest::Client::builder().no_proxy().timeout(PATIENCE).build()?;
    let silent = || format!("the service at {address} does not answer");
    let answer = client.get(format!("{address}/health")).send().await.with_context(silent)?;
    let is_well = answer.status().is_success();
    let body = answer.text().await.with_context(silent)?;
    print(&words(&serde_json::from_str(&body).unwrap_or_default()))?;
    Ok(ExitCode::from(u8::from(!is_well)))
}

/// `degraded`, and a line for each check that is not healthy.
fn words(health: &Value) -> String {
    let text = |value: &Value| value.as_str().unwrap_or("?").to_owned();
    let checks = health["checks"].as_array().into_iter().flatten();
    let worse = checks.filter(|check| check["status"] != "healthy").map(|check| {
        let fix = check["fix"].as_str().map_or_else(String::new, |fix| format!("; {fix}"));
        format!("  {} {}: {}{fix}\n", text(&check["name"]), text(&check["status"]), text(&check["detail"]))
    });
    format!("{}\n{}", text(&health["status"]), worse.collect::<String>())
}
