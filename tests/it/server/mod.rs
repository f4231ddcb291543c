//! The service as its clients see it: the real program, over a real socket, with the sandbox's bucket.

mod access_control;
mod api_compatibility;
mod bucket_refusals;
mod catalog;
mod conditions;
mod database_password;
mod documented_commands;
mod dry_run;
mod ebay_comparison;
mod events;
mod fleet;
mod fleet_faults;
mod fleet_limits;
mod fleet_tenants;
mod fleet_update;
mod health;
mod health_command;
mod idempotency_keys;
mod item_actions;
mod job_actions;
mod limits;
mod modes;
mod openapi;
mod photos;
mod plan;
mod rejected_requests;
mod request_log;
mod restart;
mod result_bucket;
mod review;
mod scans;
mod secrets;
mod slow_clients;
mod small_disk;
mod test_server;
mod uploads;
mod watched_buckets;
mod worker_health;

/// Starts the service with `command`, for tests of other areas. Returns the process and its address.
pub(crate) async fn start_service(command: std::process::Command) -> (std::process::Child, String) {
    test_server::start_process(command, &["serve", "--port", "0"]).await
}
