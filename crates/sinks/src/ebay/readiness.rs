//! Checks before a batch whether the account has everything that a listing needs to go live. If the account is not set
//! up, the operator gets one list of steps instead of a thousand failures. `draft-maker doctor` runs the same checks.
//!
//! The result is a [`ReadinessReport`]: one line per check and, if all checks passed, the account and the category
//! rules.

use std::collections::BTreeMap;
use std::time::Duration;

use jiff::Timestamp;

use super::super::sink_context::SinkContext;
use super::account::{self, Account};
use super::account_option::{self, AccountOption, FULFILLMENT, PAYMENT, PolicyKind, RETURN};
use super::category_policies::{self, CategoryPolicies, CategoryRules};
use super::format_terms::{AccountPolicies, CategoryTerms, choose_format_terms};
use super::readiness_report::{
    CheckFailure, CheckOutcome, CheckRecorder, ExpiredConsent, FailureCause, ReadinessReport, ReadinessResult,
};
use super::wire::{self, AspectPage, CategoryTree, ConditionPolicyPage};
use domain::listing::{Categories, Category};
use domain::site::Site;
use ebay::{Api, EBAY, EbayClient, EbayError, Package, Settings, TokenKind};
use store::response_cache::{CacheKey, ResponseCache};
use upstream::UpstreamRequest;

/// Maximum age of cached category rules, because rules may change without a new version of the category tree.
const RULES_MAX_AGE: Duration = Duration::from_hours(7 * 24);

const SIGN_IN_CHECK: &str = "sign-in";

/// Returns a short reason why the seller has to sign in again, and how; `None` for any other error.
const fn refused_consent(error: &EbayError) -> Option<(&'static str, &'static str)> {
    match error {
        EbayError::ConsentEnded { remedy, .. } => Some(("eBay needs a new sign-in", remedy)),
        EbayError::PermissionDenied { remedy, .. } => Some(("eBay refuses the signed-in account", remedy)),
        _ => None,
    }
}

/// Checks the account and the categories. Runs every check even if one fails, so that the operator sees all problems at
/// once. A failed sign-in ends the checks; if the consent has ended, data that needs no consent is still checked.
pub async fn check_readiness(ebay: &EbayClient, answers: &ResponseCache, categories: &Categories) -> ReadinessReport {
    let mut report = CheckRecorder::default();
    let locations = match verify_sign_in(ebay).await {
        Ok(locations) => locations,
        Err(error) => return check_without_sign_in(ebay, answers, categories, &error).await,
    };
    report.record_check(SIGN_IN_CHECK, Ok(((), "eBay accepts the sign-in".to_owned())));
    let (mut chosen, mut is_shipping_calculated, settings) = (Vec::new(), false, ebay.settings());
    let (mut account_policies, mut policy_labels) = (AccountPolicies::default(), Vec::new());
    let mut has_all_policies = true;
    let policies = [
        (FULFILLMENT, settings.fulfillment_policy.as_deref(), &mut account_policies.fulfillment),
        (PAYMENT, settings.payment_policy.as_deref(), &mut account_policies.payment),
        (RETURN, settings.return_policy.as_deref(), &mut account_policies.returns),
    ];
    for (kind, wanted, of_kind) in policies {
        let found = account::fetch_policies(ebay, kind).await;
        policy_labels.extend(found.iter().flatten().map(|policy| kind.label_for(policy)));
        has_all_policies &= found.is_ok();
        of_kind.extend(found.iter().flatten().cloned());
        let choice = report.record_check(kind.name, choose_policy(kind, found, wanted, ebay.site()));
        is_shipping_calculated |= choice.as_ref().is_some_and(|choice| choice.is_calculated);
        chosen.push(choice.map(|choice| choice.id));
    }
    // Unreadable policies are already reported.
    let category_terms = if has_all_policies {
        report.record_formats(choose_format_terms(&settings.formats, categories, &account_policies))
    } else {
        None
    };
    let is_calculated = is_shipping_calculated || category_terms.as_ref().is_some_and(has_calculated_shipping);
    let packages = report.record_check("package weight", check_packages(settings, categories, is_calculated));
    let location = choose_location(locations, settings.location.as_deref());
    chosen.push(report.record_check("inventory location", location));
    let rules = load_category_rules(ebay, answers, categories, &mut report).await;
    let chosen = chosen.into_iter().collect::<Option<Vec<_>>>();
    let chosen = chosen.and_then(|chosen| <[String; 4]>::try_from(chosen).ok());
    let account = chosen.zip(packages.zip(category_terms)).map(|(chosen, (packages, category_terms))| {
        let [fulfillment_policy, payment_policy, return_policy, location_key] = chosen;
        let policies = Account::new(fulfillment_policy, payment_policy, return_policy, location_key);
        Account { packages, is_shipping_calculated, category_terms, ..policies }
    });
    let ready = account.zip(rules).map(|(account, rules)| ReadinessResult::Ready {
        account: Box::new(account),
        rules,
        policy_labels,
    });
    report.into_report(ready)
}

/// Reports a failed sign-in. If the consent has ended, also checks the data that the application reads without consent.
async fn check_without_sign_in(
    ebay: &EbayClient,
    answers: &ResponseCache,
    categories: &Categories,
    error: &EbayError,
) -> ReadinessReport {
    let mut report = CheckRecorder::default();
    let failure = CheckFailure::from_error(error);
    let Some((cause, remedy)) = refused_consent(error) else {
        report.record_check::<()>(SIGN_IN_CHECK, Err(failure));
        return report.into_report(None);
    };
    report.record_check::<()>(SIGN_IN_CHECK, Err(CheckFailure { cause: FailureCause::ConsentExpired, ..failure }));
    let rules = load_category_rules(ebay, answers, categories, &mut report).await;
    let expired = rules.map(|rules| ExpiredConsent { message: error.to_string(), cause, remedy, rules });
    report.into_report(expired.map(|expired| ReadinessResult::ConsentExpired(Box::new(expired))))
}

fn has_calculated_shipping(terms: &BTreeMap<u32, CategoryTerms>) -> bool {
    terms.values().filter_map(|terms| terms.fulfillment.as_ref()).any(|policy| policy.is_calculated)
}

/// Checks only the categories, for drafts that use nothing of the account.
///
/// # Errors
/// Returns the report if a check failed.
pub(super) async fn check_category_rules(
    ebay: &EbayClient,
    context: &SinkContext,
) -> Result<CategoryPolicies, ReadinessReport> {
    let mut report = CheckRecorder::default();
    let rules = load_category_rules(ebay, &context.response_cache, context.categories, &mut report).await;
    rules.ok_or_else(|| report.into_report(None))
}

/// Sends a request on behalf of the seller, because a saved token does not show whether eBay still accepts it. Returns
/// the answer to this request: the inventory locations.
///
/// # Errors
/// Returns [`EbayError`] if nobody is signed in or eBay rejects all requests of this seller.
async fn verify_sign_in(ebay: &EbayClient) -> Result<Result<Vec<AccountOption>, EbayError>, EbayError> {
    // Since the rejection, the seller may have signed in again or granted the missing permission.
    ebay.tokens().forget_sign_in_error();
    ebay.tokens().valid_token(TokenKind::Seller).await?;
    match account::fetch_locations(ebay).await {
        Err(error) if error.is_terminal() && error.retry_at().is_none() => Err(error),
        locations => Ok(locations),
    }
}

const PACKAGE_FIX: &str =
    "set ebay.packages.cd_ounces, vinyl_ounces, cassette_ounces and other_ounces for the formats that you sell";

/// Returns the packages by category. A policy that calculates the shipping cost needs the weight of at least one
/// format; an item of a format without a weight fails its own check.
fn check_packages(
    settings: &Settings,
    categories: &Categories,
    is_calculated: bool,
) -> CheckOutcome<BTreeMap<u32, Package>> {
    let packages = settings.packages.packages().map_err(|error| CheckFailure::setup(error.to_string(), PACKAGE_FIX))?;
    let leaves = categories.leaf_categories().iter();
    let named = leaves.filter_map(|category| {
        let package = *packages.for_category(categories, category.id);
        Some((category.name.clone(), category.id, package?))
    });
    let named = named.collect::<Vec<_>>();
    if named.is_empty() && is_calculated {
        let found = "the fulfillment policy calculates the shipping cost, and no package weight is set";
        return Err(CheckFailure::setup(found, PACKAGE_FIX));
    }
    let weights = named.iter().map(|(name, _, package)| format!("{name} {} oz", package.ounces)).collect::<Vec<_>>();
    let found = match (weights.is_empty(), is_calculated) {
        (true, _) => "not set, and not needed: the fulfillment policy has fixed costs".to_owned(),
        (false, true) => format!("{}; the fulfillment policy calculates with it", weights.join(", ")),
        (false, false) => weights.join(", "),
    };
    Ok((named.into_iter().map(|(_, id, package)| (id, package)).collect(), found))
}

fn choose_policy(
    kind: PolicyKind,
    found: Result<Vec<AccountOption>, EbayError>,
    wanted: Option<&str>,
    site: Site,
) -> CheckOutcome<AccountOption> {
    let page = format!("https://{}/bp/manage", site.web_host());
    let found = found.map_err(|error| match error {
        EbayError::Api { ref errors, .. }
            if !error.is_server_fault() && !errors.is_empty() && errors.iter().all(|error| error.fix().is_none()) =>
        {
            CheckFailure::setup(error.to_string(), format!("check your business policies at {page}"))
        }
        error => CheckFailure::from_error(&error),
    })?;
    let make = format!("create one at {page}");
    let has_none = found.iter().all(|choice| choice.unusable.is_some());
    let fix = if has_none { make } else { format!("name one in {}", kind.setting) };
    let choice = account_option::choose_option(&found, wanted).map_err(|why| CheckFailure::setup(why, fix))?;
    let text = format!("{} ({})", choice.name, choice.id);
    Ok((choice, text))
}

fn choose_location(found: Result<Vec<AccountOption>, EbayError>, wanted: Option<&str>) -> CheckOutcome<String> {
    let found = found.map_err(|error| CheckFailure::from_error(&error))?;
    let fix = if found.is_empty() {
        "create one: `draft-maker auth location --postal-code CODE`"
    } else if found.iter().all(|choice| choice.unusable.is_some()) {
        "create another: `draft-maker auth location --postal-code CODE`"
    } else {
        "name one in ebay.location"
    };
    let choice = account_option::choose_option(&found, wanted).map_err(|why| CheckFailure::setup(why, fix))?;
    Ok((choice.id.clone(), choice.name))
}

/// Loads the rules of every category that Draft Maker uses; `None` if the rules of a frequent category cannot be read.
async fn load_category_rules(
    ebay: &EbayClient,
    answers: &ResponseCache,
    categories: &Categories,
    report: &mut CheckRecorder,
) -> Option<CategoryPolicies> {
    let tree = fetch_category_tree(ebay).await.map_err(|error| CheckFailure::from_error(&error));
    let found = tree.map(|tree| {
        let text = format!("{}, version {}", tree.id, tree.version);
        (tree, text)
    });
    let tree = report.record_check("category tree", found)?;
    let mut rules = Vec::new();
    for category in categories.leaf_categories() {
        if category.is_rare {
            rules.extend(load_rare_rules(ebay, answers, (&tree, category), report).await.map(Some));
            continue;
        }
        let loaded = load_rules(ebay, answers, &tree, category.id).await;
        let outcome =
            loaded.map_err(|error| CheckFailure::from_error(&error)).map(|rules| summarize_rules(rules, category.id));
        let is_outage = outcome.as_ref().is_err_and(|failure| failure.cause == FailureCause::NoAnswer);
        let loaded = report.record_check(&format!("category {}", category.name), outcome);
        if is_outage {
            // The other categories would each wait for the same error, one after another.
            return None;
        }
        rules.push(loaded.map(|rules| (category.id, rules)));
    }
    rules.into_iter().collect::<Option<Vec<_>>>().map(CategoryPolicies::from_rules)
}

/// Loads the rules of a category that few lists need. A batch runs without them, because eBay checks its drafts when
/// the seller lists them.
async fn load_rare_rules(
    ebay: &EbayClient,
    answers: &ResponseCache,
    (tree, category): (&CategoryTree, &Category),
    report: &mut CheckRecorder,
) -> Option<(u32, CategoryRules)> {
    let loaded = load_rules(ebay, answers, tree, category.id).await;
    let (rules, found) = match loaded {
        Ok(rules) => {
            let (rules, found) = summarize_rules(rules, category.id);
            (Some((category.id, rules)), found)
        }
        Err(error) => {
            (None, format!("{}: its rules cannot be read ({error}); eBay checks its drafts later", category.id))
        }
    };
    report.record_check(&format!("category {}", category.name), Ok((rules, found))).flatten()
}

fn summarize_rules(rules: CategoryRules, id: u32) -> (CategoryRules, String) {
    let required = rules.aspects.iter().filter(|aspect| aspect.required).map(|aspect| aspect.name.as_str());
    let (required, conditions) = (required.collect::<Vec<_>>().join(", "), &rules.conditions);
    let in_words = |id: &u16| category_policies::condition_name(*id).map(category_policies::condition_words);
    let conditions = conditions.iter().map(|id| in_words(id).unwrap_or_else(|| id.to_string()));
    let conditions = conditions.collect::<Vec<_>>().join(", ");
    let found = format!("{id}: conditions {conditions}; needs {required}");
    (rules, found)
}

async fn fetch_category_tree(ebay: &EbayClient) -> Result<CategoryTree, EbayError> {
    let request = UpstreamRequest::for_path(["commerce", "taxonomy", "v1", "get_default_category_tree_id"])
        .query("marketplace_id", ebay.site().as_str());
    let answer = ebay.call_json(TokenKind::Application, Api::Taxonomy, request).await?;
    let without_id = |_| EbayError::InvalidResponse { what: "no number of a category tree".to_owned() };
    wire::read_answer(answer).map_err(without_id)
}

/// Loads the rules of one category from the cache or from eBay.
async fn load_rules(
    ebay: &EbayClient,
    answers: &ResponseCache,
    tree: &CategoryTree,
    id: u32,
) -> Result<CategoryRules, EbayError> {
    let (environment, site) = (ebay.settings().environment_id(), ebay.site().as_str());
    let question = CacheKey::new(EBAY, format!("category:{environment}:{site}:{}:{}:{id}", tree.id, tree.version));
    let (keys, now) = (std::slice::from_ref(&question), Timestamp::now());
    let mut known = answers.get_fresh(keys, |answer| answer.age(now) < RULES_MAX_AGE).await;
    if let Some(rules) = known.remove(&question).flatten().filter(|rules| rules_defect(rules).is_none()) {
        return Ok(rules);
    }
    let rules = fetch_rules(ebay, &tree.id, id).await?;
    if let Some(what) = rules_defect(&rules) {
        let what = format!("category {id} has {what}; if this persists, eBay may have moved it");
        return Err(EbayError::InvalidResponse { what });
    }
    answers.put_values([(question, Some(&rules))]).await;
    Ok(rules)
}

/// Returns what is missing in rules that cannot be correct: every category that Draft Maker uses has conditions and
/// item specifics. Such rules must not be cached for a week.
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
    let aspects = ebay.call_json(TokenKind::Application, Api::Taxonomy, aspects).await?;
    let aspects = category_policies::parse_aspects(wire::read_answer::<AspectPage>(aspects)?);
    let site = ebay.site().as_str();
    let conditions =
        UpstreamRequest::for_path(["sell", "metadata", "v1", "marketplace", site, "get_item_condition_policies"])
            .query("filter", format!("categoryIds:{{{id}}}"));
    let conditions = ebay.call_json(TokenKind::Application, Api::Metadata, conditions).await?;
    let (conditions, condition_required) =
        category_policies::parse_conditions(wire::read_answer::<ConditionPolicyPage>(conditions)?)
            .remove(&id)
            .unwrap_or_default();
    Ok(CategoryRules { conditions, condition_required, aspects })
}
