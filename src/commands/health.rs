//! `draft-maker health`: the health check of a container.

use std::process::ExitCode;
use std::time::Duration;

use super::attach;
use crate::cli::{HealthArgs, OutputFormat};
use crate::commands::output::print_stdout;
use crate::config::{BatchSettings, Config};
use api::service::{HealthCheck, HealthStatus};
use store::journal::Journal;

/// Time limit of the request, below the five seconds of the image's HEALTHCHECK.
const HEALTH_TIMEOUT: Duration = Duration::from_secs(4);

/// Requests `/health` of the running service, or `/health/live` if it is only asked whether the process answers. A process
/// without an API, which is a batch (`MODE=batch`) or a worker, is healthy while it runs and can write its folders.
///
/// # Errors
/// Returns an error if nothing is running or the service does not answer in time.
pub(super) async fn check_health(config: &Config, args: &HealthArgs, format: OutputFormat) -> anyhow::Result<ExitCode> {
    let batch = config.section::<BatchSettings>("batch")?;
    if !Journal::is_locked(&batch.data_dir) {
        anyhow::bail!("no service or batch is using {}", batch.data_dir.display());
    }
    let Some(service) = attach::running_service(config)? else {
        return print_health_without_api(&batch, args.live, format);
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
        OutputFormat::Text => format!("{}\n{}", health.status, format_problems(&health.checks)),
        OutputFormat::Json => format!("{}\n", serde_json::to_string(&health)?),
    })?;
    Ok(exit_code(health.status))
}

/// Checks the folders of a process without an API, unless it is only asked whether the process runs.
fn print_health_without_api(batch: &BatchSettings, is_live: bool, format: OutputFormat) -> anyhow::Result<ExitCode> {
    let checks =
        if is_live { Vec::new() } else { server::check_folders(&batch.data_dir, &batch.local_output_folder()) };
    let status = checks.iter().map(|check| check.status).max().unwrap_or(HealthStatus::Healthy);
    print_stdout(&match format {
        OutputFormat::Text => {
            let problems = format_problems(&checks);
            format!("{status}: a batch or a worker is running, which has no API\n{problems}")
        }
        OutputFormat::Json => format!("{}\n", serde_json::json!({ "status": status, "checks": checks })),
    })?;
    Ok(exit_code(status))
}

fn exit_code(status: HealthStatus) -> ExitCode {
    ExitCode::from(u8::from(status == HealthStatus::Unhealthy))
}

/// Formats one line per check that is not healthy.
fn format_problems(checks: &[HealthCheck]) -> String {
    let problems = checks.iter().filter(|check| check.status != HealthStatus::Healthy).map(|check| {
        let fix = check.fix.as_ref().map_or_else(String::new, |fix| format!("; {fix}"));
        format!("  {} {}: {}{fix}\n", check.name, check.status, check.detail)
    });
    problems.collect()
}
