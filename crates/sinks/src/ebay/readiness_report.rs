//! Results of the readiness checks, and whether a failed check may pass when it is repeated.

use std::collections::BTreeMap;

use serde::Serialize;

use super::account::Account;
use super::category_policies::CategoryPolicies;
use super::format_terms::CategoryTerms;
use ebay::{EbayApiError, EbayError, KEYSET_FIX};

/// Result of one check.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ReadinessCheck {
    /// Subject of the check: `return policy`.
    pub name: String,
    /// Finding of the check.
    pub found: String,
    /// Advice for the operator; `None` if the check passed.
    pub fix: Option<String>,
}

/// Cause of a failed check.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum FailureCause {
    /// The account or the settings lack something.
    Setup,
    /// The eBay authorization has expired; only the seller can renew it.
    ConsentExpired,
    /// eBay did not answer, or failed through its own fault.
    NoAnswer,
    /// The daily quota is used up.
    QuotaExhausted,
}

/// A failed check.
#[derive(Clone, Debug)]
pub(super) struct CheckFailure {
    pub(super) found: String,
    /// Advice for the operator.
    pub(super) fix: String,
    pub(super) cause: FailureCause,
}

impl CheckFailure {
    /// Creates a failure that stays until the operator changes something.
    pub(super) fn setup(found: impl Into<String>, fix: impl Into<String>) -> Self {
        Self { found: found.into(), fix: fix.into(), cause: FailureCause::Setup }
    }

    /// Creates the failure for an error, with advice.
    pub(super) fn from_error(error: &EbayError) -> Self {
        let (found, fix) = describe_error(error);
        Self { found, fix, cause: failure_cause(error) }
    }
}

/// The value and the finding, or the failure.
pub(super) type CheckOutcome<T> = Result<(T, String), CheckFailure>;

/// Results of all checks.
#[derive(Clone, Debug)]
pub struct ReadinessReport {
    pub checks: Vec<ReadinessCheck>,
    pub result: ReadinessResult,
}

/// Whether a batch can create drafts.
#[derive(Clone, Debug)]
pub enum ReadinessResult {
    /// All checks passed.
    Ready {
        account: Box<Account>,
        rules: CategoryPolicies,
        /// Labels of all business policies of the account, which identify the seller in the ledger.
        policy_labels: Vec<String>,
    },
    /// The eBay authorization has expired, but the data that is available without it could be read.
    ConsentExpired(Box<ExpiredConsent>),
    /// A check fails until the operator changes something.
    NeedsSetup,
    /// eBay did not answer, so the checks may pass when they are repeated.
    NoAnswer,
    /// The daily quota is used up.
    QuotaExhausted,
}

/// An expired consent, and the data that is available without it.
#[derive(Clone, Debug)]
pub struct ExpiredConsent {
    /// Complete message, as a sentence.
    pub(super) message: String,
    /// Short cause, for each deferred item.
    pub(super) cause: &'static str,
    /// What the operator has to do.
    pub(super) remedy: &'static str,
    /// Category rules, which the application reads without consent.
    pub(super) rules: CategoryPolicies,
}

impl ReadinessReport {
    /// Returns one line for each failed check, with its advice.
    pub fn to_do(&self) -> Vec<String> {
        let failed = self.checks.iter().filter_map(|check| Some((check, check.fix.as_ref()?)));
        failed.map(|(check, fix)| format!("{}: {}; {fix}", check.name, check.found)).collect()
    }

    /// Returns whether the checks are worth repeating.
    pub(super) const fn is_worth_repeating(&self) -> bool {
        matches!(self.result, ReadinessResult::NoAnswer)
    }

    /// Returns the category rules if they could be read.
    pub(super) fn category_policies(&self) -> Option<&CategoryPolicies> {
        match &self.result {
            ReadinessResult::Ready { rules, .. } => Some(rules),
            ReadinessResult::ConsentExpired(expired) => Some(&expired.rules),
            ReadinessResult::NeedsSetup | ReadinessResult::NoAnswer | ReadinessResult::QuotaExhausted => None,
        }
    }
}

/// The checks recorded so far.
#[derive(Default)]
pub(super) struct CheckRecorder {
    checks: Vec<ReadinessCheck>,
    causes: Vec<FailureCause>,
}

impl CheckRecorder {
    /// Returns the report with this result; `None` if a check failed.
    pub(super) fn into_report(self, result: Option<ReadinessResult>) -> ReadinessReport {
        let failed = || match &self.causes {
            causes if causes.contains(&FailureCause::Setup) => ReadinessResult::NeedsSetup,
            causes if causes.contains(&FailureCause::NoAnswer) => ReadinessResult::NoAnswer,
            _ => ReadinessResult::QuotaExhausted,
        };
        ReadinessReport { result: result.unwrap_or_else(failed), checks: self.checks }
    }

    /// Records a check. Returns its value if the check passed.
    pub(super) fn record_check<T>(&mut self, name: &str, outcome: CheckOutcome<T>) -> Option<T> {
        let (value, found, fix) = match outcome {
            Ok((value, found)) => (Some(value), found, None),
            Err(CheckFailure { found, fix, cause }) => {
                self.causes.push(cause);
                (None, found, Some(fix))
            }
        };
        self.checks.push(ReadinessCheck { name: name.to_owned(), found, fix });
        value
    }

    /// Records the terms that the settings choose for single formats, if any.
    pub(super) fn record_formats(
        &mut self,
        chosen: Result<BTreeMap<u32, CategoryTerms>, (String, String)>,
    ) -> Option<BTreeMap<u32, CategoryTerms>> {
        match chosen {
            Ok(terms) if terms.is_empty() => Some(terms),
            Ok(terms) => {
                let found = format!("separate policies or store categories in {} categories", terms.len());
                self.record_check("formats", Ok((terms, found)))
            }
            Err((found, fix)) => self.record_check("formats", Err(CheckFailure::setup(found, fix))),
        }
    }
}

fn failure_cause(error: &EbayError) -> FailureCause {
    match error {
        EbayError::QuotaExhausted { .. } => FailureCause::QuotaExhausted,
        EbayError::Http(error) if error.is_transient() || error.may_have_executed() => FailureCause::NoAnswer,
        EbayError::InvalidResponse { .. } => FailureCause::NoAnswer,
        // A rejection without an eBay error comes from a gateway and says nothing about the account.
        EbayError::Api { errors, oauth_error: None, .. } if errors.is_empty() => FailureCause::NoAnswer,
        error if error.is_server_fault() => FailureCause::NoAnswer,
        _ => FailureCause::Setup,
    }
}

fn describe_error(error: &EbayError) -> (String, String) {
    let fix = match error {
        EbayError::NotSignedIn { missing, fix } => return ((*missing).to_owned(), (*fix).to_owned()),
        EbayError::ConsentEnded { message, remedy } => {
            return (format!("the eBay authorization has expired ({message})"), (*remedy).to_owned());
        }
        EbayError::PermissionDenied { message, remedy } => {
            return (format!("eBay refuses the signed-in account ({message})"), (*remedy).to_owned());
        }
        EbayError::KeysetRejected { message } => {
            return (format!("eBay rejects the keyset ({message})"), KEYSET_FIX.to_owned());
        }
        EbayError::Api { status, message, oauth_error: Some(code), .. } => {
            return (format!("status {status}: {message}"), code.fix().to_owned());
        }
        EbayError::Api { errors, .. } if errors.iter().any(|error| error.fix().is_some()) => {
            let found = errors.iter().map(EbayApiError::text).collect::<Vec<_>>().join("; ");
            return (found, errors.iter().find_map(EbayApiError::fix).unwrap_or_default().to_owned());
        }
        EbayError::QuotaExhausted { .. } => "wait until then",
        _ => "try again; `draft-maker doctor` shows all checks",
    };
    (error.to_string(), fix.to_owned())
}
