//! Is everything there that a draft needs to go live later? Asked before a batch, so that an account that is not set
//! up gets a list of what to do and not a thousand failures; and by `draft-maker doctor`.

use std::time::Duration;

use jiff::Timestamp;
use serde::Serialize;
use serde_json::Value;

use super::super::open::Opening;
use super::account::{self, Account, Choice, FULFILLMENT, Kind, PAYMENT, RETURN};
use super::rulebook::{self, CategoryRules, Rulebook};
use domain::listing::Categories;
use ebay::{Access, Api, EBAY, Ebay, EbayError, Marketplace};
use store::response_cache::{Answers, Question};
use upstream::Request;

/// Rules of a category may change without a new version of the tree; a week is soon enough.
const KEEP: Duration = Duration::from_hours(7 * 24);

/// One thing that was looked at.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Check {
    /// What was looked at: `return policy`.
    pub name: String,
    /// What was found.
    pub found: String,
    /// What to do; `None` where all is well.
    pub fix: Option<String>,
}

/// All that was looked at, and what it came to where all is well.
#[derive(Clone, Debug, Default)]
pub struct Checkup {
    pub checks: Vec<Check>,
    /// `None` where something is lacking.
    pub ready: Option<(Account, Rulebook)>,
    /// Where the seller's consent has ended, which needs him and nobody else.
    pub ended: Option<Ended>,
    /// The names of the business policies that the account has, whichever is chosen: they tell sellers apart.
    pub policies: Vec<String>,
    /// True where something was not answered and may be a moment later.
    pub may_pass: bool,
}

/// A consent that has ended, and what can be known all the same.
#[derive(Clone, Debug)]
pub struct Ended {
    /// All of it, in a sentence.
    pub sentence: String,
    /// What to do.
    pub remedy: &'static str,
    /// The rules of the categories, which the application may read without him.
    pub rules: Option<Rulebook>,
    /// Where the listings would stand.
    pub site: &'static Marketplace,
}

const SIGN_IN: &str = "sign-in";

impl Checkup {
    /// The checks that failed, a line each with what to do.
    pub fn to_do(&self) -> Vec<String> {
        let open = self.checks.iter().filter_map(|check| Some((check, check.fix.as_ref()?)));
        open.map(|(check, fix)| format!("{}: {}; {fix}", check.name, check.found)).collect()
    }

    /// True where nothing is lacking but a consent that has ended.
    pub fn lacks_consent_alone(&self) -> bool {
        self.ended.is_some() && self.checks.iter().all(|check| check.fix.is_none() || check.name == SIGN_IN)
    }

    /// The rules of the categories, where they could be read.
    pub fn rules(&self) -> Option<&Rulebook> {
        let of_ready = self.ready.as_ref().map(|(_, rules)| rules);
        of_ready.or(self.ended.as_ref().and_then(|ended| ended.rules.as_ref()))
    }

    /// An answer, or in words what is wrong with it.
    fn heard<T>(&mut self, answer: Result<T, EbayError>) -> Result<T, EbayError> {
        self.may_pass |= matches!(&answer, Err(EbayError::Http(error)) if error.may_pass());
        self.may_pass |= matches!(&answer, Err(EbayError::Unreadable { .. }));
        answer
    }

    fn note<T>(&mut self, name: &str, outcome: Result<(T, String), (String, String)>) -> Option<T> {
        let (value, found, fix) = match outcome {
            Ok((value, found)) => (Some(value), found, None),
            Err((found, fix)) => (None, found, Some(fix)),
        };
        self.checks.push(Check { name: name.to_owned(), found, fix });
        value
    }
}

/// Looks at the account and at the categories. Everything is looked at, also where something lacks already, so that
/// the operator hears all of it at once; only a sign-in that fails ends it, and a consent that has ended leaves what the
/// application may read.
pub async fn checkup(ebay: &Ebay, answers: &Answers, categories: &Categories) -> Checkup {
    let mut checkup = Checkup::default();
    let located = match seller(ebay).await {
        Ok(located) => located,
        Err(error) => {
            checkup.note::<()>(SIGN_IN, Err(broken(&error)));
            if let EbayError::ConsentEnded { remedy, .. } = error {
                let rules = rulebook(ebay, answers, categories, &mut checkup).await;
                checkup.ended = Some(Ended { sentence: error.to_string(), remedy, rules, site: ebay.site() });
            }
            checkup.heard::<()>(Err(error)).ok();
            return checkup;
        }
    };
    checkup.note(SIGN_IN, Ok(((), "eBay knows the seller".to_owned())));
    let (mut chosen, settings) = (Vec::new(), ebay.settings());
    let policies = [
        (FULFILLMENT, settings.fulfillment_policy.as_deref()),
        (PAYMENT, settings.payment_policy.as_deref()),
        (RETURN, settings.return_policy.as_deref()),
    ];
    for (kind, wanted) in policies {
        let found = checkup.heard(account::policies(ebay, kind).await);
        checkup.policies.extend(found.iter().flatten().map(|policy| kind.named(policy)));
        chosen.push(checkup.note(kind.name, policy(kind, found, wanted)));
    }
    let location = location(checkup.heard(located), settings.location.as_deref());
    chosen.push(checkup.note("inventory location", location));
    let rules = rulebook(ebay, answers, categories, &mut checkup).await;
    let account = match &chosen[..] {
        [Some(fulfillment), Some(payment), Some(returns), Some(location)] => Some(Account {
            fulfillment_policy: fulfillment.clone(),
            payment_policy: payment.clone(),
            return_policy: returns.clone(),
            location: location.clone(),
        }),
        _ => None,
    };
    checkup.ready = account.zip(rules);
    checkup
}

/// Looks at the categories alone, for drafts that name nothing of the account.
pub(super) async fn category_rules(ebay: &Ebay, opening: &Opening) -> (Option<Rulebook>, Checkup) {
    let mut checkup = Checkup::default();
    let rules = rulebook(ebay, &opening.answers, opening.categories, &mut checkup).await;
    (rules, checkup)
}

/// A call as the seller, since a token that is kept says nothing about whether eBay still takes it.
///
/// # Errors
/// Where nobody is signed in.
async fn seller(ebay: &Ebay) -> Result<Result<Vec<Choice>, EbayError>, EbayError> {
    ebay.tokens().fresh(Access::Seller).await?;
    match account::locations(ebay).await {
        Err(error) if error.closes() && error.again_at().is_none() => Err(error),
        located => Ok(located),
    }
}

type Outcome = Result<(String, String), (String, String)>;

fn policy(kind: Kind, found: Result<Vec<Choice>, EbayError>, wanted: Option<&str>) -> Outcome {
    let found = found.map_err(|error| match error {
        EbayError::Refused { .. } => (
            error.to_string(),
            "switch business policies on: https://www.ebay.com/bp/manage, and sign in as the selling account"
                .to_owned(),
        ),
        error => broken(&error),
    })?;
    let make = "make one at https://www.ebay.com/bp/manage";
    let fix = if found.is_empty() { make.to_owned() } else { format!("name one in {}", kind.setting) };
    let choice = account::choose(&found, wanted).map_err(|why| (why, fix))?;
    Ok((choice.id.clone(), format!("{} ({})", choice.name, choice.id)))
}

fn location(found: Result<Vec<Choice>, EbayError>, wanted: Option<&str>) -> Outcome {
    let found = found.map_err(|error| broken(&error))?;
    let fix = if found.is_empty() {
        "make one with the Inventory API's createInventoryLocation (country and postal code are enough)"
    } else {
        "name one in ebay.location"
    };
    let choice = account::choose(&found, wanted).map_err(|why| (why, fix.to_owned()))?;
    Ok((choice.id.clone(), choice.name))
}

/// The rules of every category that items are filed under.
async fn rulebook(ebay: &Ebay, answers: &Answers, categories: &Categories, checkup: &mut Checkup) -> Option<Rulebook> {
    let version = checkup.heard(tree(ebay).await).map_err(|error| broken(&error));
    let told = version.map(|(id, version)| ((id.clone(), version.clone()), format!("{id}, version {version}")));
    let (tree, version) = checkup.note("category tree", told)?;
    let mut rules = Vec::new();
    for category in categories.leaves() {
        let read = kept_rules(ebay, answers, &tree, &version, category.id).await;
        let told = checkup.heard(read).map_err(|error| broken(&error)).map(|rules| summed_up(rules, category.id));
        rules.push(checkup.note(&format!("category {}", category.name), told).map(|rules| (category.id, rules)));
    }
    rules.into_iter().collect::<Option<Vec<_>>>().map(Rulebook::of)
}

fn summed_up(rules: CategoryRules, id: u32) -> (CategoryRules, String) {
    let required = rules.aspects.iter().filter(|aspect| aspect.required).map(|aspect| aspect.name.as_str());
    let (required, conditions) = (required.collect::<Vec<_>>().join(", "), &rules.conditions);
    let conditions = conditions.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
    let found = format!("{id}: conditions {conditions}; needs {required}");
    (rules, found)
}

async fn tree(ebay: &Ebay) -> Result<(String, String), EbayError> {
    let request = Request::path(["commerce", "taxonomy", "v1", "get_default_category_tree_id"])
        .query("marketplace_id", ebay.site().id);
    let answer = ebay.ask(Access::Application, Api::Taxonomy, request).await?;
    let text = |key: &str| answer.get(key).and_then(Value::as_str).map(str::to_owned);
    let lost = || EbayError::Unreadable { what: "no number of a category tree".to_owned() };
    Ok((text("categoryTreeId").ok_or_else(lost)?, text("categoryTreeVersion").unwrap_or_default()))
}

async fn kept_rules(
    ebay: &Ebay,
    answers: &Answers,
    tree: &str,
    version: &str,
    id: u32,
) -> Result<CategoryRules, EbayError> {
    let place = ebay.settings().place();
    let question = Question::new(EBAY, format!("category:{place}:{}:{tree}:{version}:{id}", ebay.site().id));
    let known = answers.look_up(std::slice::from_ref(&question)).await.unwrap_or_default();
    let fresh = known.get(&question).filter(|answer| answer.age(Timestamp::now()) < KEEP);
    let rules = fresh.and_then(|answer| serde_json::from_value::<CategoryRules>(answer.found.clone()?).ok());
    if let Some(rules) = rules.filter(|rules| unusable(rules).is_none()) {
        return Ok(rules);
    }
    let rules = ask_rules(ebay, tree, id).await?;
    if let Some(what) = unusable(&rules) {
        let what = format!("category {id} has {what}; where that stays so, eBay may have moved it");
        return Err(EbayError::Unreadable { what });
    }
    let row = [(question, serde_json::to_value(&rules).ok())];
    if let Err(error) = answers.keep(&row, Timestamp::now()).await {
        tracing::warn!(%error, "the rules of a category cannot be kept");
    }
    Ok(rules)
}

/// Every category that items are filed under asks for something and allows something; an answer without that is odd, and
/// would be the rule for a week.
fn unusable(rules: &CategoryRules) -> Option<&'static str> {
    match rules {
        CategoryRules { conditions, .. } if conditions.is_empty() => Some("no condition at all"),
        CategoryRules { aspects, .. } if aspects.is_empty() => Some("no item specific at all"),
        _ => None,
    }
}

async fn ask_rules(ebay: &Ebay, tree: &str, id: u32) -> Result<CategoryRules, EbayError> {
    let aspects = Request::path(["commerce", "taxonomy", "v1", "category_tree", tree, "get_item_aspects_for_category"])
        .query("category_id", id.to_string());
    let aspects = rulebook::aspects(&ebay.ask(Access::Application, Api::Taxonomy, aspects).await?);
    let site = ebay.site().id;
    let conditions = Request::path(["sell", "metadata", "v1", "marketplace", site, "get_item_condition_policies"])
        .query("filter", format!("categoryIds:{{{id}}}"));
    let conditions = ebay.ask(Access::Application, Api::Metadata, conditions).await?;
    let (conditions, condition_required) = rulebook::conditions(&conditions).remove(&id).unwrap_or_default();
    Ok(CategoryRules { conditions, condition_required, aspects })
}

fn broken(error: &EbayError) -> (String, String) {
    let fix = match error {
        EbayError::NotSignedIn { .. } => "run `draft-maker auth ebay`",
        EbayError::ConsentEnded { words, remedy } => {
            return (format!("the seller's consent has ended ({words})"), (*remedy).to_owned());
        }
        EbayError::Keyset { .. } => "check EBAY_APP_ID, EBAY_CERT_ID and EBAY_ENVIRONMENT",
        EbayError::Spent { .. } => "wait until then",
        _ => "try again; `draft-maker doctor` looks at all of it",
    };
    (error.to_string(), fix.to_owned())
}
