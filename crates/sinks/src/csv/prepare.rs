//! Opening the drafts file for a job. Where a keyset is set, eBay is asked for its rules of the categories, as for every
//! other draft; where a seller is signed in, also for what it holds already. Without either a file is written all the
//! same, and the operator hears what was not looked at. How the seller ships is Seller Hub's business here.

use std::path::PathBuf;

use super::super::ebay::{self, DuplicateChecker};
use super::super::registry::{NotReady, PreparedSink, SinkContext};
use super::sink::CsvSink;
use ::ebay::TokenKind;
use store::journal::SellerAccount;

const NO_KEYSET_WARNING: &str = "EBay's own rules (conditions, item specifics) were not read, since no keyset is set \
    (EBAY_APP_ID, EBAY_CERT_ID): only what needs no question was checked, so look at the drafts before you list them.";

pub(crate) async fn prepare_csv_sink(opening: &SinkContext) -> Result<PreparedSink, NotReady> {
    let (journal, folder) = (opening.journal.clone(), PathBuf::from(&opening.job_spec.output));
    let Some(client) = opening.ebay.clone() else {
        let seller = SellerAccount::anonymous(opening.ebay_environment.clone());
        let remarks = vec![NO_KEYSET_WARNING.to_owned()];
        return Ok(PreparedSink::new(move |job| {
            CsvSink::new(journal, job, folder).with_seller(seller).with_duplicate_check(None, remarks)
        }));
    };
    let signed_in = client.tokens().has_consent();
    let refused = if signed_in { client.tokens().valid_token(TokenKind::Seller).await.err() } else { None };
    let unasked =
        |error| format!("eBay cannot be asked which items it holds already, so none is left out for that: {error}");
    let holdings = (signed_in && refused.is_none()).then(|| DuplicateChecker::new(client.clone()));
    let mut remarks = refused.into_iter().map(unasked).collect::<Vec<_>>();
    let rules = match ebay::load_category_policies(&client, opening).await {
        Ok(rules) => Some((rules, client.marketplace())),
        Err(why) => {
            remarks.push(format!(
                "EBay's own rules (conditions, item specifics) could not be read, so only what needs no question is \
                 checked: {why}"
            ));
            None
        }
    };
    if let Some(fix) = rules.as_ref().and_then(|(rules, _)| ebay::missing_condition(opening, rules)) {
        return Err(NotReady { sink: CsvSink::NAME, to_do: vec![fix] });
    }
    let seller = ebay::identify_seller(&client, &journal).await;
    Ok(PreparedSink::new(move |job| {
        CsvSink::new(journal, job, folder).with_seller(seller).with_duplicate_check(holdings, remarks).with_rules(rules)
    }))
}
