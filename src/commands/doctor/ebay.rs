//! Whether the seller's account has all that a draft needs, and how often eBay may still be asked today.

use std::path::Path;

use tokio::time::timeout;

use super::super::wiring;
use super::{DEADLINE, Line, Patient};
use crate::config::Config;
use domain::listing::Categories;
use ebay::{Api, Ebay};
use sinks::DraftsFile;
use sinks::ebay::{Check, checkup};
use store::response_cache::Answers;
use upstream::Http;

const PART: &str = "ebay";

/// A shop whose drafts go into a file needs nothing of eBay: there it is noted what is lacking.
pub(super) async fn lines(patient: &Patient<'_>) -> Vec<Line> {
    let lines = looked(patient).await;
    let goes_into_file = wiring::sink(patient.config).is_ok_and(|sink| sink == DraftsFile::SINK);
    if goes_into_file { lines.into_iter().map(Line::no_failure).collect() } else { lines }
}

async fn looked(patient: &Patient<'_>) -> Vec<Line> {
    let ebay = match &patient.ways {
        Err(why) => return vec![Line::fail(PART, "eBay", why, "mend what it names")],
        Ok(ways) => ways.ebay.as_ref(),
    };
    if let Some(why) = &patient.ebay_trouble {
        return vec![Line::fail(PART, "eBay", why, "mend what it names")];
    }
    let Some(ebay) = ebay else { return vec![Line::of(PART, no_keyset())] };
    let asked = async {
        // What is looked at here is kept for the next batch; where the folder cannot be used, for this look only.
        let answers = match Answers::open(&patient.batch.data_dir).await {
            Ok(answers) => Ok(answers),
            Err(_) => Answers::in_memory().await,
        };
        let answers = match answers {
            Ok(answers) => answers,
            Err(error) => return vec![Line::fail(PART, "eBay", error.to_string(), "make the data directory writable")],
        };
        let (checkup, calls) = tokio::join!(checkup(ebay, &answers, Categories::built_in()), calls(ebay));
        checkup.checks.into_iter().chain(calls).map(|check| Line::of(PART, check)).collect()
    };
    timeout(DEADLINE, asked).await.unwrap_or_else(|_| {
        let found = format!("no answer within {} seconds", DEADLINE.as_secs());
        vec![Line::fail(PART, "eBay", found, "check the network; see https://developer.ebay.com/support/api-status")]
    })
}

/// The way to eBay, where a keyset is set.
pub(super) async fn connect(config: &Config, http: &Http, data_dir: &Path) -> anyhow::Result<Option<Ebay>> {
    let settings = config.section::<ebay::Settings>("ebay")?;
    Ok(if settings.has_keyset() { Some(Ebay::connect(&settings, http, data_dir).await?) } else { None })
}

fn no_keyset() -> Check {
    let fix = "set EBAY_APP_ID and EBAY_CERT_ID (developer.ebay.com), then run `draft-maker auth ebay`; without them \
               drafts go into a file for Seller Hub";
    Check { name: "eBay".to_owned(), found: "no keyset".to_owned(), fix: Some(fix.to_owned()) }
}

/// How often eBay may still be asked today, by eBay's own count where it tells.
async fn calls(ebay: &Ebay) -> Vec<Check> {
    let mut checks = Vec::new();
    for api in [Api::Inventory, Api::Media, Api::Taxonomy, Api::Browse] {
        let used = match ebay.learn_limit(api).await {
            Err(_) => ebay.used(api).await,
            used => used,
        };
        let name = format!("calls of {api}");
        checks.push(match used {
            Ok(used) => {
                let until = used.until.strftime("%Y-%m-%d %H:%M UTC");
                let found = format!("{} of {} left until {until}", used.left(), used.daily);
                let fix = (used.left() == 0).then(|| "wait until then".to_owned());
                Check { name, found, fix }
            }
            Err(error) => Check { name, found: error.to_string(), fix: Some("try again".to_owned()) },
        });
    }
    checks
}
