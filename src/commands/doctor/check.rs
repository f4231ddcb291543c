//! A check of the doctor, and the context that all checks share.

use std::time::Duration;

use serde::Serialize;

use crate::bootstrap;
use crate::config::{BatchSettings, Config};
use sinks::ebay::ReadinessCheck;

/// Time limit of each check. A slower check is reported as timed out, because output starts when all checks are done.
pub(super) const CHECK_TIMEOUT: Duration = Duration::from_secs(10);

/// Result of a check.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum DoctorCheckStatus {
    Ok,
    /// Nothing is wrong, but something optional is not set up.
    Note,
    Fail,
}

/// One check and its result.
#[derive(Clone, Debug, Serialize)]
pub(super) struct DoctorCheck {
    pub(super) part: &'static str,
    pub(super) name: String,
    pub(super) state: DoctorCheckStatus,
    pub(super) found: String,
    /// Advice for the operator; `None` if the check passed.
    pub(super) fix: Option<String>,
}

impl DoctorCheck {
    pub(super) fn ok(part: &'static str, name: impl Into<String>, found: impl Into<String>) -> Self {
        let found = files::remove_error_numbers(&found.into());
        Self { part, name: name.into(), state: DoctorCheckStatus::Ok, found, fix: None }
    }

    pub(super) fn note(part: &'static str, name: &str, found: impl Into<String>, fix: impl Into<String>) -> Self {
        Self { state: DoctorCheckStatus::Note, fix: Some(fix.into()), ..Self::ok(part, name, found) }
    }

    pub(super) fn fail(part: &'static str, name: &str, found: impl Into<String>, fix: impl Into<String>) -> Self {
        Self { state: DoctorCheckStatus::Fail, fix: Some(fix.into()), ..Self::ok(part, name, found) }
    }

    /// Downgrades a failure to a note, for a service that the current setup does not need.
    pub(super) fn downgrade_failure(self) -> Self {
        let state = if self.state == DoctorCheckStatus::Fail { DoctorCheckStatus::Note } else { self.state };
        Self { state, ..self }
    }

    pub(super) fn from_check(part: &'static str, check: ReadinessCheck) -> Self {
        let state = if check.fix.is_some() { DoctorCheckStatus::Fail } else { DoctorCheckStatus::Ok };
        Self { part, name: check.name, state, found: check.found, fix: check.fix }
    }
}

/// Settings and clients that the checks share.
pub(super) struct DoctorContext<'a> {
    pub(super) config: &'a Config,
    pub(super) batch: BatchSettings,
    /// Clients with short time limits, or the reason why there are none.
    pub(super) clients: Result<bootstrap::OutboundClients, String>,
    /// Reason why eBay cannot be reached although a keyset is set.
    pub(super) ebay_error: Option<String>,
}
