//! Whether what owns the data directory is well: a container's own look at itself.

use std::process::ExitCode;
use std::time::Duration;

use serde_json::Value;

use super::attach;
use crate::commands::output::print_stdout;
use crate::config::{BatchSettings, Config};
use store::journal::Journal;

/// The image's HEALTHCHECK gives five seconds.
const HEALTH_TIMEOUT: Duration = Duration::from_secs(4);

/// Asks the running service for its `/health`. A batch by itself (`MODE=batch`) is well as long as it runs.
///
/// # Errors
/// Where nothing runs, or the service does not answer in time.
pub(super) async fn check_health(config: &Config) -> anyhow::Result<ExitCode> {
    let data_dir = config.section::<BatchSettings>("batch")?.data_dir;
    if !Journal::is_locked(&data_dir) {
        anyhow::bail!("nothing runs over {}", data_dir.display());
    }
    let Some(service) = attach::running_service(config)? else {
        return print_stdout("healthy: a batch runs, and no service\n");
    };
    let (is_well, health) = service.fetch_health(HEALTH_TIMEOUT).await?;
    print_stdout(&format_health(&health))?;
    Ok(ExitCode::from(u8::from(!is_well)))
}

/// `degraded`, and a line for each check that is not healthy.
fn format_health(health: &Value) -> String {
    let text = |value: &Value| value.as_str().unwrap_or("?").to_owned();
    let checks = health["checks"].as_array().into_iter().flatten();
    let worse = checks.filter(|check| check["status"] != "healthy").map(|check| {
        let fix = check["fix"].as_str().map_or_else(String::new, |fix| format!("; {fix}"));
        format!("  {} {}: {}{fix}\n", text(&check["name"]), text(&check["status"]), text(&check["detail"]))
    });
    format!("{}\n{}", text(&health["status"]), worse.collect::<String>())
}
