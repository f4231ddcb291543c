//! `draft-maker health`: the health check of a container.

use std::process::ExitCode;
use std::time::Duration;

use serde_json::Value;

use super::attach;
use crate::commands::output::print_stdout;
use crate::config::{BatchSettings, Config};
use store::journal::Journal;

/// Time limit, below the five seconds of the image's HEALTHCHECK.
const HEALTH_TIMEOUT: Duration = Duration::from_secs(4);

/// Requests `/health` of the running service. A batch without a service (`MODE=batch`) is healthy while it runs.
///
/// # Errors
/// Returns an error if nothing runs or the service does not answer in time.
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

/// Formats the status and one line per check that is not healthy.
fn format_health(health: &Value) -> String {
    let text = |value: &Value| value.as_str().unwrap_or("?").to_owned();
    let checks = health["checks"].as_array().into_iter().flatten();
    let worse = checks.filter(|check| check["status"] != "healthy").map(|check| {
        let fix = check["fix"].as_str().map_or_else(String::new, |fix| format!("; {fix}"));
        format!("  {} {}: {}{fix}\n", text(&check["name"]), text(&check["status"]), text(&check["detail"]))
    });
    format!("{}\n{}", text(&health["status"]), worse.collect::<String>())
}
