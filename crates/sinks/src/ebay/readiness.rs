//! Is everything there that a draft needs to go live later? Asked before a batch, so that an account that is not set
//! up gets a list of what to do and not a thousand failures; and by `draft-maker doctor`.

use std::time::Duration;

use jiff::Timestamp;
use serde::Serialize;
use serde_json::Value;

use super::super::registry::SinkContext;
use super::account::{self, Account, AccountOption, FULFILLMENT, PAYMENT, PolicyKind, RETURN};
use super::category_policies::{self, CategoryPolicies, CategoryRules};
use domain::listing::Categories;
use ebay::{Api, EBAY, EbayClient, EbayError, Marketplace, TokenKind};
use store::response_cache::{CacheKey, ResponseCache};
use upstream::UpstreamRequest;

/// Rules of a category may change without a new version of the tree; a week is soon enough.
const RULES_MAX_AGE: Duration = Duration::from_hours(7 * 24);

/// One thing that was looked at.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ReadinessCheck {
    /// What was looked at: `return policy`.
    pub name: String,
    /// What was found.
    pub found: String,
    /// What to do; `None` where all is well.
    pub fix: Option<String>,
}

/// All that was looked at, and what it came to where all is well.
#[derive(Clone, Debug, Default)]
pub struct ReadinessReport {
    pub checks: Vec<ReadinessCheck>,
    /// `None` where something is lacking.
    pub ready: Option<(Account, CategoryPolicies)>,
    /// Where the seller's consent has ended, which needs him and nobody else.
    pub expired_consent: Option<ExpiredConsent>,
    /// The names of the business policies that the account has, whichever is chosen: they tell sellers apart.
    pub policy_labels: Vec<String>,
    /// True where something was not answered and may be a moment later.
    pub is_transient: bool,
}

/// A consent that has ended, and what can be known all the same.
#[derive(Clone, Debug)]
pub struct ExpiredConsent {
    /// All of it, in a sentence.
    pub message: String,
    /// What to do.
    pub remedy: &'static str,
    /// The rules of the categories, which the application may read without him.
    pub rules: Option<CategoryPolicies>,
    /// Where the listings would stand.
    pub site: &'static Marketplace,
}

const SIGN_IN_CHECK: &str = "sign-in";

impl ReadinessReport {
    /// The checks that failed, a line each with what to do.
    pub fn to_do(&self) -> Vec<String> {
        let open = self.checks.iter().filter_map(|check| Some((check, check.fix.as_ref()?)));
        open.map(|(check, fix)| format!("{}: {}; {fix}", check.name, check.found)).collect()
    }

    /// True where nothing is lacking but a consent that has ended.
    pub fn only_consent_missing(&self) -> bool {
        self.expired_consent.is_some()
            && self.checks.iter().all(|check| check.fix.is_none() || check.name == SIGN_IN_CHECK)
    }

    /// The rules of the categories, where they could be read.
    pub fn category_policies(&self) -> Option<&CategoryPolicies> {
        let of_ready = self.ready.as_ref().map(|(_, rules)| rules);
        of_ready.or(self.expired_consent.as_ref().and_then(|ended| ended.rules.as_ref()))
    }

    /// An answer, or in words what is wrong with it.
    fn note_transient<T>(&mut self, answer: Result<T, EbayError>) -> Result<T, EbayError> {
        self.is_transient |= matches!(&answer, Err(EbayError::Http(error)) if error.is_transient());
        self.is_transient |= matches!(&answer, Err(EbayError::InvalidResponse { .. }));
        answer
    }

    fn record_check<T>(&mut self, name: &str, outcome: Result<(T, String), (String, String)>) -> Option<T> {
        let (value, found, fix) = match outcome {
            Ok((value, found)) => (Some(value), found, None),
            Err((found, fix)) => (None, found, Some(fix)),
        };
        self.checks.push(ReadinessCheck { name: name.to_owned(), found, fix });
        value
    }
}

/// Looks at the account and at the categories. Everything is looked at, also where something lacks already, so that
/// the operator hears all of it at once; only a sign-in that fails ends it, and a consent that has ended leaves what the
/// application may read.
pub async fn check_readiness(ebay: &EbayClient, answers: &ResponseCache, categories: &Categories) -> ReadinessReport {
    let mut checkup = ReadinessReport::default();
    let located = match verify_sign_in(ebay).await {
        Ok(located) => located,
        Err(error) => {
            checkup.record_check::<()>(SIGN_IN_CHECK, Err(describe_failure(&error)));
            if let EbayError::ConsentEnded { remedy, .. } = error {
                let rules = load_category_rules(ebay, answers, categories, &mut checkup).await;
                checkup.expired_consent =
                    Some(ExpiredConsent { message: error.to_string(), remedy, rules, site: ebay.marketplace() });
            }
            checkup.note_transient::<()>(Err(error)).ok();
            return checkup;
        }
    };
    checkup.record_check(SIGN_IN_CHECK, Ok(((), "eBay knows the seller".to_owned())));
    let (mut chosen, settings) = (Vec::new(), ebay.settings());
    let policies = [
        (FULFILLMENT, settings.fulfillment_policy.as_deref()),
        (PAYMENT, settings.payment_policy.as_deref()),
        (RETURN, settings.return_policy.as_deref()),
    ];
    for (kind, wanted) in policies {
        let found = checkup.note_transient(account::fetch_policies(ebay, kind).await);
        checkup.policy_labels.extend(found.iter().flatten().map(|policy| kind.label_for(policy)));
        chosen.push(checkup.record_check(kind.name, choose_policy(kind, found, wanted)));
    }
    let location = choose_location(checkup.note_transient(located), settings.location.as_deref());
    chosen.push(checkup.record_check("inventory location", location));
    let rules = load_category_rules(ebay, answers, categories, &mut checkup).await;
    let account = match &chosen[..] {
        [Some(fulfillment), Some(payment), Some(returns), Some(location)] => Some(Account {
            fulfillment_policy: fulfillment.clone(),
            payment_policy: payment.clone(),
            return_policy: returns.clone(),
            location_key: location.clone(),
        }),
        _ => None,
    };
    checkup.ready = account.zip(rules);
    checkup
}

/// Looks at the categories alone, for drafts that name nothing of the account.
pub(super) async fn check_category_rules(
    ebay: &EbayClient,
    opening: &SinkContext,
) -> (Option<CategoryPolicies>, ReadinessReport) {
    let mut checkup = ReadinessReport::default();
    let rules = load_category_rules(ebay, &opening.response_cache, opening.categories, &mut checkup).await;
    (rules, checkup)
}

/// A call as the seller, since a token that is kept says nothing about whether eBay still takes it.
///
/// # Errors
/// Where nobody is signed in.
async fn verify_sign_in(ebay: &EbayClient) -> Result<Result<Vec<AccountOption>, EbayError>, EbayError> {
    ebay.tokens().valid_token(TokenKind::Seller).await?;
    match account::fetch_locations(ebay).await {
        Err(error) if error.is_terminal() && error.retry_at().is_none() => Err(error),
        located => Ok(located),
    }
}

type CheckOutcome = Result<(String, String), (String, String)>;

fn choose_policy(kind: PolicyKind, found: Result<Vec<AccountOption>, EbayError>, wanted: Option<&str>) -> CheckOutcome {
    let found = found.map_err(|error| match error {
        EbayError::Api { .. } => (
            error.to_string(),
            "switch business policies on: https://www.ebay.com/bp/manage, and sign in as the selling account"
                .to_owned(),
        ),
        error => describe_failure(&error),
    })?;
    let make = "make one at https://www.ebay.com/bp/manage";
    let fix = if found.is_empty() { make.to_owned() } else { format!("name one in {}", kind.setting) };
    let choice = account::choose_option(&found, wanted).map_err(|why| (why, fix))?;
    Ok((choice.id.clone(), format!("{} ({})", choice.name, choice.id)))
}

fn choose_location(found: Result<Vec<AccountOption>, EbayError>, wanted: Option<&str>) -> CheckOutcome {
    let found = found.map_err(|error| describe_failure(&error))?;
    let fix = if found.is_empty() {
        "make one with the Inventory API's createInventoryLocation (country and postal code are enough)"
    } else {
        "name one in ebay.location"
    };
    let choice = account::choose_option(&found, wanted).map_err(|why| (why, fix.to_owned()))?;
    Ok((choice.id.clone(), choice.name))
}

/// The rules of every category that items are filed under.
async fn load_category_rules(
    ebay: &EbayClient,
    answers: &ResponseCache,
    categories: &Categories,
    checkup: &mut ReadinessReport,
) -> Option<CategoryPolicies> {
    let version = checkup.note_transient(fetch_category_tree(ebay).await).map_err(|error| describe_failure(&error));
    let text = version.map(|(id, version)| ((id.clone(), version.clone()), format!("{id}, version {version}")));
    let (tree, version) = checkup.record_check("category tree", text)?;
    let mut rules = Vec::new();
    for category in categories.leaf_categories() {
        let read = load_rules(ebay, answers, &tree, &version, category.id).await;
        let text = checkup
            .note_transient(read)
            .map_err(|error| describe_failure(&error))
            .map(|rules| summarize_rules(rules, category.id));
        rules
            .push(checkup.record_check(&format!("category {}", category.name), text).map(|rules| (category.id, rules)));
    }
    rules.into_iter().collect::<Option<Vec<_>>>().map(CategoryPolicies::from_rules)
}

fn summarize_rules(rules: CategoryRules, id: u32) -> (CategoryRules, String) {
    let required = rules.aspects.iter().filter(|aspect| aspect.required).map(|aspect| aspect.name.as_str());
    let (required, conditions) = (required.collect::<Vec<_>>().join(", "), &rules.conditions);
    let conditions = conditions.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
    let found = format!("{id}: conditions {conditions}; needs {required}");
    (rules, found)
}

async fn fetch_category_tree(ebay: &EbayClient) -> Result<(String, String), EbayError> {
    let request = UpstreamRequest::for_path(["commerce", "taxonomy", "v1", "get_default_category_tree_id"])
        .query("marketplace_id", ebay.marketplace().id);
    let answer = ebay.call_json(TokenKind::Application, Api::Taxonomy, request).await?;
    let text = |key: &str| answer.get(key).and_then(Value::as_str).map(str::to_owned);
    let lost = || EbayError::InvalidResponse { what: "no number of a category tree".to_owned() };
    Ok((text("categoryTreeId").ok_or_else(lost)?, text("categoryTreeVersion").unwrap_or_default()))
}

async fn load_rules(
    ebay: &EbayClient,
    answers: &ResponseCache,
    tree: &str,
    version: &str,
    id: u32,
) -> Result<CategoryRules, EbayError> {
    let place = ebay.settings().environment_id();
    let question = CacheKey::new(EBAY, format!("category:{place}:{}:{tree}:{version}:{id}", ebay.marketplace().id));
    let known = answers.get_many(std::slice::from_ref(&question)).await.unwrap_or_default();
    let fresh = known.get(&question).filter(|answer| answer.age(Timestamp::now()) < RULES_MAX_AGE);
    let rules = fresh.and_then(|answer| serde_json::from_value::<CategoryRules>(answer.value.clone()?).ok());
    if let Some(rules) = rules.filter(|rules| rules_defect(rules).is_none()) {
        return Ok(rules);
    }
    let rules = fetch_rules(ebay, tree, id).await?;
    if let Some(what) = rules_defect(&rules) {
        let what = format!("category {id} has {what}; where that stays so, eBay may have moved it");
        return Err(EbayError::InvalidResponse { what });
    }
    let row = [(question, serde_json::to_value(&rules).ok())];
    if let Err(error) = answers.put_many(&row, Timestamp::now()).await {
        tracing::warn!(%error, "the rules of a category cannot be kept");
    }
    Ok(rules)
}

/// Every category that items are filed under asks for something and allows something; an answer without that is odd, and
/// would be the rule for a week.
fn rules_defect(rules: &CategoryRules) -> Option<&'static str> {
    match rules {
        CategoryRules { conditions, .. } if conditions.is_empty() => Some("no condition at all"),
        CategoryRules { aspects, .. } if aspects.is_empty() => Some("no item specific at all"),
        _ => None,
    }
}

async fn fetch_rules(ebay: &EbayClient, tree: &str, id: u32) -> Result<CategoryRules, EbayError> {
    let aspects = UpstreamRequest::for_path([
        "commerce",
        "taxonomy",
        "v1",
        "category_tree",
        tree,
        "get_item_aspects_for_category",
    ])
    .query("category_id", id.to_string());
    let aspects =
        category_policies::parse_aspects(&ebay.call_json(TokenKind::Application, Api::Taxonomy, aspects).await?);
    let site = ebay.marketplace().id;
    let conditions =
        UpstreamRequest::for_path(["sell", "metadata", "v1", "marketplace", site, "get_item_condition_policies"])
            .query("filter", format!("categoryIds:{{{id}}}"));
    let conditions = ebay.call_json(TokenKind::Application, Api::Metadata, conditions).await?;
    let (conditions, condition_required) =
        category_policies::parse_conditions(&conditions).remove(&id).unwrap_or_default();
    Ok(CategoryRules { conditions, condition_required, aspects })
}

fn describe_failure(error: &EbayError) -> (String, String) {
    let fix = match error {
        EbayError::NotSignedIn { .. } => "run `draft-maker auth ebay`",
        EbayError::ConsentEnded { message, remedy } => {
            return (format!("the seller's consent has ended ({message})"), (*remedy).to_owned());
        }
        EbayError::KeysetRejected { .. } => "check EBAY_APP_ID, EBAY_CERT_ID and EBAY_ENVIRONMENT",
        EbayError::QuotaExhausted { .. } => "wait until then",
        _ => "try again; `draft-maker doctor` looks at all of it",
    };
    (error.to_string(), fix.to_owned())
}
