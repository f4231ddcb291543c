//! Is everything set up? One screen; each line that fails says what to do.

use std::process::ExitCode;

use super::{print, wiring};
use crate::answers::Answers;
use crate::cli::DoctorArgs;
use crate::config::{Batch, Config};
use crate::domain::listing::Categories;
use crate::ebay::{Api, Ebay};
use crate::headless::clean;
use crate::market::ebay::{Check, checkup};

pub(super) async fn doctor(config: &Config, args: &DoctorArgs) -> anyhow::Result<ExitCode> {
    let data_dir = config.section::<Batch>("batch")?.data_dir;
    let ways = wiring::Outward::open(config, &data_dir).await?;
    let checks = match &ways.ebay {
        None => vec![no_keyset()],
        Some(ebay) => {
            let answers = Answers::open(&data_dir).await?;
            let mut checks = checkup(ebay, &answers, Categories::built_in()).await.checks;
            checks.extend(calls(ebay).await);
            checks
        }
    };
    if args.json {
        print(&format!("{}\n", serde_json::to_string_pretty(&checks)?))?;
    } else {
        print(&text(&checks))?;
    }
    let failed = checks.iter().any(|check| check.fix.is_some());
    Ok(ExitCode::from(if failed { 3 } else { 0 }))
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

fn text(checks: &[Check]) -> String {
    let mut lines = Vec::new();
    for check in checks {
        let sign = if check.fix.is_some() { "FAIL" } else { "ok" };
        lines.push(format!("{sign:<5} {:<24} {}", check.name, clean(&check.found)));
        lines.extend(check.fix.iter().map(|fix| format!("      {:<24} -> {}", "", clean(fix))));
    }
    lines.join("\n") + "\n"
}
