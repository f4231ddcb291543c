//! `draft-maker health`: the health check of a container.

use std::process::ExitCode;
use std::time::Duration;

use super::attach;
use crate::cli::{HealthArgs, OutputFormat};
use crate::commands::output::print_stdout;
use crate::config::{BatchSettings, Config};
use api::service::{HealthResponse, HealthStatus};
use store::journal::Journal;

/// Time limit of the request, below the five seconds of the image's HEALTHCHECK.
const HEALTH_TIMEOUT: Duration = Duration::from_secs(4);

/// Requests `/health` of the running service, or `/health/live` if it is only asked whether the process answers. A process
/// without an API, which is a batch (`MODE=batch`) or a worker, is healthy while it runs.
///
/// # Errors
/// Returns an error if nothing is running or the service does not answer in time.
pub(super) async fn check_health(config: &Config, args: &HealthArgs, format: OutputFormat) -> anyhow::Result<ExitCode> {
    let data_dir = config.section::<BatchSettings>("batch")?.data_dir;
    if !Journal::is_locked(&data_dir) {
        anyhow::bail!("no service or batch is using {}", data_dir.display());
    }
    let Some(service) = attach::running_service(config)? else {
        return print_stdout(match format {
            OutputFormat::Text => "healthy: a batch or a worker is running, which has no API\n",
            OutputFormat::Json => "{\"status\":\"healthy\",\"checks\":[]}\n",
        });
    };
    if args.live {
        service.fetch_liveness(HEALTH_TIMEOUT).await?;
        return print_stdout(match format {
            OutputFormat::Text => "the service answers\n",
            OutputFormat::Json => "{\"status\":\"healthy\"}\n",
        });
    }
    let health = service.fetch_health(HEALTH_TIMEOUT).await?;
    print_stdout(&match format {
        OutputFormat::Text => format_health(&health),
        OutputFormat::Json => format!("{}\n", serde_json::to_string(&health)?),
    })?;
    Ok(ExitCode::from(u8::from(health.status == HealthStatus::Unhealthy)))
}

/// Formats the status and one line per check that is not healthy.
fn format_health(health: &HealthResponse) -> String {
    let problems = health.checks.iter().filter(|check| check.status != HealthStatus::Healthy).map(|check| {
        let fix = check.fix.as_ref().map_or_else(String::new, |fix| format!("; {fix}"));
        format!("  {} {}: {}{fix}\n", check.name, check.status, check.detail)
    });
    format!("{}\n{}", health.status, problems.collect::<String>())
}
