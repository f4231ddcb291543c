//! Decides which calls the active misbehaviors affect.

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};

use super::error_body;
use super::misbehavior::{EbayFailure, EbayMisbehavior, Misbehaviors};
use super::simulated_ebay::SandboxEbay;
use crate::faults;

impl SandboxEbay {
    /// Replaces the active misbehaviors.
    pub(crate) fn set_misbehaviors(&self, active: Vec<EbayMisbehavior>) {
        *self.misbehaviors.lock() = Misbehaviors { active, ..Misbehaviors::default() };
    }

    /// Returns the lifetime of a new token in seconds.
    pub(super) fn token_lifetime(&self) -> i64 {
        let lifetime = |behavior: &EbayMisbehavior| match behavior {
            EbayMisbehavior::TokenLifetime(seconds) => Some(*seconds),
            _ => None,
        };
        self.misbehaviors.lock().active.iter().find_map(lifetime).unwrap_or(7_200)
    }

    /// Returns whether the endless list of items states a total; `None` if the list ends.
    pub(super) fn endless_items_have_total(&self) -> Option<bool> {
        self.misbehaviors.lock().active.iter().find_map(|behavior| match behavior {
            EbayMisbehavior::EndlessItems => Some(true),
            EbayMisbehavior::EndlessItemsWithoutTotal => Some(false),
            _ => None,
        })
    }

    /// Returns the failure of a call that names one of these SKUs; `None` if the call succeeds.
    pub(super) fn failure_for_skus(&self, call: &str, skus: &[&str]) -> Option<Response> {
        let mut behaviors = self.misbehaviors.lock();
        let failure = behaviors.active.iter().find_map(|behavior| match behavior {
            EbayMisbehavior::FailingSku { sku, call: failing, failure }
                if call.contains(failing) && skus.contains(&sku.as_str()) =>
            {
                Some(failed_response(*failure))
            }
            EbayMisbehavior::BlockedSku { sku, status }
                if call.contains("bulk_create") && skus.contains(&sku.as_str()) =>
            {
                Some(odd_response(*status, "<html><head><title>Request blocked</title></head></html>"))
            }
            EbayMisbehavior::OddResponse { sku, call: odd, status, body }
                if call.contains(odd) && skus.contains(&sku.as_str()) =>
            {
                Some(odd_response(*status, body))
            }
            _ => None,
        })?;
        behaviors.failed_calls += 1;
        Some(failure)
    }

    /// Returns true if eBay does not find the item for a new offer yet.
    pub(super) fn hides_item_from_offer(&self, sku: &str) -> bool {
        self.is_lagging("offer", sku, |behavior| match behavior {
            EbayMisbehavior::OfferLag { attempts } => Some(*attempts),
            _ => None,
        })
    }

    /// Returns true if a read of this kind does not show yet what was written for a SKU.
    pub(super) fn hides_from_read(&self, kind: &str, sku: &str) -> bool {
        self.is_lagging(kind, sku, |behavior| match behavior {
            EbayMisbehavior::ReadLag { attempts } => Some(*attempts),
            _ => None,
        })
    }

    /// Returns the response that the first reads of a SKU's offers get instead of the offers.
    pub(super) fn odd_offers(&self, sku: &str) -> Option<Response> {
        let odd = |behavior: &EbayMisbehavior| match behavior {
            EbayMisbehavior::OddOffers { attempts, status, body } => Some((*attempts, Some((*status, *body)))),
            EbayMisbehavior::BrokenOffers { attempts } => Some((*attempts, None)),
            _ => None,
        };
        let (_, response) = self.misbehaviors.lock().active.iter().find_map(odd)?;
        self.is_lagging("odd offers", sku, |behavior| odd(behavior).map(|(attempts, _)| attempts))
            .then(|| response.map_or_else(faults::broken_response, |(status, body)| odd_response(status, body)))
    }

    fn is_lagging(&self, kind: &str, sku: &str, limit: impl Fn(&EbayMisbehavior) -> Option<u64>) -> bool {
        let mut behaviors = self.misbehaviors.lock();
        let Some(limit) = behaviors.active.iter().find_map(limit) else { return false };
        let attempts = behaviors.attempts.entry(format!("{kind} {sku}")).or_default();
        *attempts += 1;
        *attempts <= limit
    }

    /// Returns true if errors do not state the id of the existing offer.
    pub(super) fn hides_offer_id(&self) -> bool {
        self.misbehaviors.lock().active.contains(&EbayMisbehavior::BareExistsError)
    }

    /// Returns true if the seller may not call an API.
    pub(super) fn denies_permission(&self, api: &str) -> bool {
        let denies = |behavior: &EbayMisbehavior| matches!(behavior, EbayMisbehavior::NoPermission { api: denied } if api.contains(denied));
        self.misbehaviors.lock().active.iter().any(denies)
    }

    /// Returns true if an API accepts no token.
    pub(super) fn accepts_no_token(&self, api: &str) -> bool {
        let refuses = |behavior: &EbayMisbehavior| matches!(behavior, EbayMisbehavior::TokenNotAccepted { api: refusing } if api.contains(refusing));
        self.misbehaviors.lock().active.iter().any(refuses)
    }

    /// Returns true if a read of a SKU's offers returns the offers of every SKU.
    pub(super) fn mixes_up_offers(&self) -> bool {
        self.misbehaviors.lock().active.contains(&EbayMisbehavior::MixedUpOffers)
    }

    /// Returns true if an update of an offer finds that the seller has just deleted it.
    pub(super) fn loses_updated_offers(&self) -> bool {
        self.misbehaviors.lock().active.contains(&EbayMisbehavior::OfferGoneAtUpdate)
    }

    /// Returns true if every request must have `Accept-Language`.
    pub(super) fn requires_accept_language(&self) -> bool {
        self.misbehaviors.lock().active.contains(&EbayMisbehavior::AcceptLanguageRequired)
    }

    /// Returns the error code with which refresh tokens are refused.
    pub(super) fn refresh_refusal(&self) -> Option<&'static str> {
        self.misbehaviors.lock().active.iter().find_map(|behavior| match behavior {
            EbayMisbehavior::RefreshRefused(code) => Some(*code),
            _ => None,
        })
    }
}

fn odd_response(status: u16, body: &'static str) -> Response {
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::FORBIDDEN);
    let mut response = (status, body).into_response();
    if status == StatusCode::SERVICE_UNAVAILABLE {
        response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from_static("0"));
    }
    if status.is_redirection() {
        response
            .headers_mut()
            .insert(header::LOCATION, HeaderValue::from_static("https://www.ebay.com/splashui/block"));
    }
    response
}

fn failed_response(failure: EbayFailure) -> Response {
    let status = StatusCode::INTERNAL_SERVER_ERROR;
    match failure {
        EbayFailure::SystemError(id) => error_body::error_response(status, &error_body::system_error(id)),
        EbayFailure::GatewayError => {
            (status, "<html><head><title>500 Internal Server Error</title></head></html>").into_response()
        }
        EbayFailure::Unavailable => odd_response(503, ""),
        EbayFailure::Truncated => "{\"responses\":[{\"statusCode\":200,\"sku\":".into_response(),
        EbayFailure::Disconnected => faults::broken_response(),
        EbayFailure::Hang => faults::unfinished_response(),
    }
}
