//! Opening the drafts file for a job. Where a keyset is set, eBay is asked for its rules of the categories, as for every
//! other draft; where a seller is signed in, also for what it holds already. Without either a file is written all the
//! same, and the operator hears what was not looked at. How the seller ships is Seller Hub's business here.

use std::path::PathBuf;

use super::super::ebay::{self, Holdings};
use super::super::open::{NotReady, Opening, Ready};
use super::market::DraftsFile;
use ::ebay::Access;
use store::journal::Seller;

const NO_KEYSET: &str = "EBay's own rules (conditions, item specifics) were not read, since no keyset is set \
    (EBAY_APP_ID, EBAY_CERT_ID): only what needs no question was checked, so look at the drafts before you list them.";

pub(crate) async fn drafts_file(opening: &Opening) -> Result<Ready, NotReady> {
    let (journal, folder) = (opening.journal.clone(), PathBuf::from(&opening.order.output));
    let Some(way) = opening.ebay.clone() else {
        let seller = Seller::unknown(opening.ebay_place.clone());
        let remarks = vec![NO_KEYSET.to_owned()];
        return Ok(Ready::new(move |job| DraftsFile::new(journal, job, folder).of(seller).asking(None, remarks)));
    };
    let signed_in = way.tokens().has_consent();
    let refused = if signed_in { way.tokens().fresh(Access::Seller).await.err() } else { None };
    let unasked =
        |error| format!("eBay cannot be asked which items it holds already, so none is left out for that: {error}");
    let holdings = (signed_in && refused.is_none()).then(|| Holdings::of(way.clone()));
    let mut remarks = refused.into_iter().map(unasked).collect::<Vec<_>>();
    let rules = match ebay::rules(&way, opening).await {
        Ok(rules) => Some((rules, way.site())),
        Err(why) => {
            remarks.push(format!(
                "EBay's own rules (conditions, item specifics) could not be read, so only what needs no question is \
                 checked: {why}"
            ));
            None
        }
    };
    if let Some(fix) = rules.as_ref().and_then(|(rules, _)| ebay::lacks_condition(opening, rules)) {
        return Err(NotReady { sink: DraftsFile::SINK, to_do: vec![fix] });
    }
    let seller = ebay::seller(&way, &journal).await;
    Ok(Ready::new(move |job| DraftsFile::new(journal, job, folder).of(seller).asking(holdings, remarks).by(rules)))
}
