//! Whether what owns the data directory is well: a container's own look at itself.

use std::process::ExitCode;
use std::time::Duration;

use serde_json::Value;

use super::{join, print};
use crate::config::{Batch, Config};
use store::journal::Journal;

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
    let Some(service) = join::service(config)? else { return print("healthy: a batch runs, and no service\n") };
    let (is_well, health) = service.health(PATIENCE).await?;
    print(&words(&health))?;
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
