//! The results of the readiness checks, and whether a check that failed may pass when it is repeated.

use std::collections::BTreeMap;

use serde::Serialize;

use super::account::Account;
use super::category_policies::CategoryPolicies;
use super::format_terms::CategoryTerms;
use ebay::{EbayApiError, EbayError, KEYSET_FIX};

/// The result of one check.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ReadinessCheck {
    /// What was checked: `return policy`.
    pub name: String,
    /// What was found.
    pub found: String,
    /// What to do; `None` if the check passed.
    pub fix: Option<String>,
}

/// Why a check failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum FailureCause {
    /// The account or the settings lack something.
    Setup,
    /// eBay did not answer, or failed by its own fault.
    NoAnswer,
    /// The day's calls are used up.
    QuotaExhausted,
}

/// A check that failed.
#[derive(Clone, Debug)]
pub(super) struct CheckFailure {
    pub(super) found: String,
    /// What to do.
    pub(super) fix: String,
    pub(super) cause: FailureCause,
}

impl CheckFailure {
    /// Returns a failure that stays until the operator changes something.
    pub(super) fn setup(found: impl Into<String>, fix: impl Into<String>) -> Self {
        Self { found: found.into(), fix: fix.into(), cause: FailureCause::Setup }
    }

    /// Returns what an error means for a check, and what to do.
    pub(super) fn from_error(error: &EbayError) -> Self {
        let (found, fix) = describe_error(error);
        Self { found, fix, cause: failure_cause(error) }
    }
}

/// The value and what was found, or the failure.
pub(super) type CheckOutcome<T> = Result<(T, String), CheckFailure>;

/// The results of all checks, and what a batch needs if they passed.
#[derive(Clone, Debug, Default)]
pub struct ReadinessReport {
    pub checks: Vec<ReadinessCheck>,
    /// `None` if a check failed.
    pub ready: Option<(Account, CategoryPolicies)>,
    /// Set if the eBay authorization has expired; only the seller can renew it.
    pub(super) expired_consent: Option<ExpiredConsent>,
    /// The names of all business policies of the account. They tell sellers apart in the ledger.
    pub(super) policy_labels: Vec<String>,
    /// True if a check got no answer and may pass when it is repeated.
    pub is_transient: bool,
    /// True if a check failed that only the operator can make pass.
    pub needs_setup: bool,
}

/// A consent that has ended, and what is known without it.
#[derive(Clone, Debug)]
pub(super) struct ExpiredConsent {
    /// The whole message, in a sentence.
    pub(super) message: String,
    /// What is wrong, in a few words, for each item that waits.
    pub(super) cause: &'static str,
    /// What to do.
    pub(super) remedy: &'static str,
    /// The rules of the categories, which the application reads without the seller; `None` if a rule cannot be read.
    pub(super) rules: Option<CategoryPolicies>,
}

impl ReadinessReport {
    /// Returns a line for each check that failed, with what to do.
    pub fn to_do(&self) -> Vec<String> {
        let failed = self.checks.iter().filter_map(|check| Some((check, check.fix.as_ref()?)));
        failed.map(|(check, fix)| format!("{}: {}; {fix}", check.name, check.found)).collect()
    }

    /// Returns true if the checks are worth repeating: eBay did not answer, and the operator has nothing to do first.
    pub(super) fn is_worth_repeating(&self) -> bool {
        self.is_transient && !self.needs_setup
    }

    /// Returns the rules of the categories if they could be read.
    pub(super) fn category_policies(&self) -> Option<&CategoryPolicies> {
        let of_ready = self.ready.as_ref().map(|(_, rules)| rules);
        of_ready.or(self.expired_consent.as_ref().and_then(|expired| expired.rules.as_ref()))
    }

    /// Records a check. Returns its value if it passed.
    pub(super) fn record_check<T>(&mut self, name: &str, outcome: CheckOutcome<T>) -> Option<T> {
        let (value, found, fix) = match outcome {
            Ok((value, found)) => (Some(value), found, None),
            Err(CheckFailure { found, fix, cause }) => {
                self.is_transient |= cause == FailureCause::NoAnswer;
                self.needs_setup |= cause == FailureCause::Setup;
                (None, found, Some(fix))
            }
        };
        self.checks.push(ReadinessCheck { name: name.to_owned(), found, fix });
        value
    }

    /// Records what the settings choose for single formats, if they choose anything.
    pub(super) fn record_formats(
        &mut self,
        chosen: Result<BTreeMap<u32, CategoryTerms>, (String, String)>,
    ) -> Option<BTreeMap<u32, CategoryTerms>> {
        match chosen {
            Ok(terms) if terms.is_empty() => Some(terms),
            Ok(terms) => {
                let found = format!("policies or store categories of their own in {} categories", terms.len());
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
        // A refusal without an error of eBay's own is that of a gateway, which says nothing of the account.
        EbayError::Api { errors, oauth_error: None, .. } if errors.is_empty() => FailureCause::NoAnswer,
        error if error.is_server_fault() => FailureCause::NoAnswer,
        _ => FailureCause::Setup,
    }
}

fn describe_error(error: &EbayError) -> (String, String) {
    let fix = match error {
        EbayError::NotSignedIn { .. } => "run `draft-maker auth ebay`",
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
