//! Prepares the drafts file for a job. With a keyset, eBay's category rules are read, as for every other sink. If a
//! seller is signed in, items that already exist on eBay are found too. Otherwise the file is still written, and a
//! warning says what was not checked. Shipping is set up in Seller Hub.

use super::super::ebay::{self, DuplicateChecker};
use super::super::sink_context::{NotReady, PreparedSink, SinkContext};
use super::sink::CsvSink;
use super::template::SiteTemplate;
use ::ebay::TokenKind;
use store::journal::SellerAccount;

/// Warning for a batch without a keyset.
const NO_KEYSET_WARNING: &str = "eBay's category rules (conditions, item specifics) are not checked without an eBay keyset \
    (EBAY_APP_ID, EBAY_CERT_ID): check each draft before you list it.";

/// Prepares the `csv` sink.
///
/// # Errors
/// Returns [`NotReady`] if the site has no known template, or if every category requires a condition and the batch
/// states none.
pub(crate) async fn prepare_csv_sink(context: &SinkContext) -> Result<PreparedSink, NotReady> {
    let (journal, folder) = (context.journal.clone(), context.output_folder.clone());
    let Some(template) = SiteTemplate::for_site(context.job_spec.site) else {
        let fix = SiteTemplate::missing_template_hint(context.job_spec.site);
        return Err(NotReady::needs_setup(CsvSink::NAME, fix));
    };
    let Some(client) = context.ebay.clone() else {
        let seller = SellerAccount::anonymous(context.ebay_environment.clone());
        let warnings = vec![NO_KEYSET_WARNING.to_owned()];
        return Ok(PreparedSink::new(move |job| {
            CsvSink::new(journal, job, folder).with_template(template).with_seller(seller).with_warnings(warnings)
        }));
    };
    let is_signed_in = client.tokens().has_consent();
    // Large futures are boxed: an optimized build computes the layout of all nested ones together, up to a limit.
    let token_error =
        if is_signed_in { Box::pin(client.tokens().valid_token(TokenKind::Seller)).await.err() } else { None };
    let duplicate_checker = (is_signed_in && token_error.is_none()).then(|| DuplicateChecker::new(client.clone()));
    let describe = |error| format!("cannot check which items eBay already has: {error}");
    let mut warnings = token_error.into_iter().map(describe).collect::<Vec<_>>();
    let rules = match Box::pin(ebay::load_category_policies(&client, context)).await {
        Ok(rules) => Some(rules),
        Err(why) => {
            warnings.push(format!("eBay's category rules could not be read, so they are not checked: {why}"));
            None
        }
    };
    if let Some(fix) = rules.as_ref().and_then(|rules| ebay::missing_required_condition(context, rules)) {
        return Err(NotReady::needs_setup(CsvSink::NAME, fix));
    }
    let seller = Box::pin(ebay::identify_seller(&client, &journal)).await;
    Ok(PreparedSink::new(move |job| {
        let sink =
            CsvSink::new(journal, job, folder).with_template(template).with_seller(seller).with_warnings(warnings);
        sink.with_duplicate_check(duplicate_checker).with_rules(rules)
    }))
}
