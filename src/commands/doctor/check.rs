//! One check of the doctor, and what the checks share.

use std::time::Duration;

use serde::Serialize;

use crate::bootstrap;
use crate::config::{BatchSettings, Config};
use sinks::ebay::ReadinessCheck;

/// What is not there by then is told as such: the operator waits for the whole screen.
pub(super) const CHECK_TIMEOUT: Duration = Duration::from_secs(10);

/// How well one thing is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum DoctorCheckStatus {
    Ok,
    /// Nothing is wrong, and more would be possible.
    Note,
    Fail,
}

/// One thing that was looked at.
#[derive(Clone, Debug, Serialize)]
pub(super) struct DoctorCheck {
    pub(super) part: &'static str,
    pub(super) name: String,
    pub(super) state: DoctorCheckStatus,
    pub(super) found: String,
    /// What to do; `null` where all is well.
    pub(super) fix: Option<String>,
}

impl DoctorCheck {
    pub(super) fn ok(part: &'static str, name: impl Into<String>, found: impl Into<String>) -> Self {
        Self { part, name: name.into(), state: DoctorCheckStatus::Ok, found: found.into(), fix: None }
    }

    pub(super) fn note(part: &'static str, name: &str, found: impl Into<String>, fix: impl Into<String>) -> Self {
        Self { state: DoctorCheckStatus::Note, fix: Some(fix.into()), ..Self::ok(part, name, found) }
    }

    pub(super) fn fail(part: &'static str, name: &str, found: impl Into<String>, fix: impl Into<String>) -> Self {
        Self { state: DoctorCheckStatus::Fail, fix: Some(fix.into()), ..Self::ok(part, name, found) }
    }

    /// The same where nothing depends on it: no failure of the whole.
    pub(super) fn downgrade_failure(self) -> Self {
        let state = if self.state == DoctorCheckStatus::Fail { DoctorCheckStatus::Note } else { self.state };
        Self { state, ..self }
    }

    pub(super) fn from_check(part: &'static str, check: ReadinessCheck) -> Self {
        let state = if check.fix.is_some() { DoctorCheckStatus::Fail } else { DoctorCheckStatus::Ok };
        Self { part, name: check.name, state, found: check.found, fix: check.fix }
    }
}

/// What the parts look at.
pub(super) struct DoctorContext<'a> {
    pub(super) config: &'a Config,
    pub(super) batch: BatchSettings,
    /// The ways out with short patience, or why there are none.
    pub(super) clients: Result<bootstrap::OutboundClients, String>,
    /// Why eBay cannot be asked, where a keyset is set.
    pub(super) ebay_error: Option<String>,
}
