//! The registry of sinks, with the function that prepares each of them.

use futures::future::{BoxFuture, ready};

use super::csv::{self, CsvSink};
use super::dry_run::DryRunSink;
use super::ebay::{self, InventorySink, ItemDraftSink};
use super::sink_context::{NotReady, PreparedSink, SinkContext};
use ::ebay::{Api, EbayClient};
use domain::job_spec::JobSpec;
use domain::sink::SinkKind;
use store::journal::SellerAccount;

/// A destination of drafts, and how it is prepared.
pub struct SinkFactory {
    pub kind: SinkKind,
    /// Describes, in one sentence, the drafts of this sink and where the seller finds them.
    pub description: &'static str,
    /// Returns the calls that a number of drafts takes from eBay's daily quota.
    pub estimate_calls: fn(u64) -> Vec<(Api, u64)>,
    /// Checks whether drafts can be created. Writes nothing.
    pub prepare: for<'a> fn(&'a SinkContext) -> BoxFuture<'a, Result<PreparedSink, NotReady>>,
}

static INVENTORY: SinkFactory = SinkFactory {
    kind: SinkKind::Inventory,
    description: InventorySink::DESCRIPTION,
    estimate_calls: ebay::estimate_inventory_calls,
    prepare: |context| Box::pin(ebay::prepare_inventory_sink(context)),
};

static CSV: SinkFactory = SinkFactory {
    kind: SinkKind::Csv,
    description: CsvSink::DESCRIPTION,
    estimate_calls: |_| Vec::new(),
    prepare: |context| Box::pin(csv::prepare_csv_sink(context)),
};

static ITEM_DRAFT: SinkFactory = SinkFactory {
    kind: SinkKind::ItemDraft,
    description: ItemDraftSink::DESCRIPTION,
    estimate_calls: ebay::estimate_item_draft_calls,
    prepare: |context| Box::pin(ebay::prepare_item_draft_sink(context)),
};

static DRY_RUN: SinkFactory = SinkFactory {
    kind: SinkKind::DryRun,
    description: DryRunSink::DESCRIPTION,
    estimate_calls: |_| Vec::new(),
    prepare: |context| {
        let (spec, ebay) = (&context.job_spec, context.ebay.as_ref());
        let warnings =
            SinkFactory::dry_run_warning(spec, context.items.state_condition, ebay).into_iter().collect::<Vec<_>>();
        // The ledger is read for any seller in this eBay environment, because a dry run does not check who is signed
        // in.
        let seller = SellerAccount::anonymous(context.ebay_environment.clone());
        let (journal, kind) = (context.journal.clone(), context.job_spec.sink);
        let destination = context.job_spec.site.ledger_name(kind.as_str());
        // If nothing states a condition, the warning says that a real run would fail before its first item.
        let is_stated = ebay::missing_condition(spec, context.items.state_condition).is_none();
        let condition_required = is_stated && SinkFactory::for_kind(kind).requires_condition(ebay);
        Box::pin(ready(Ok(PreparedSink::new(move |_| match DryRunSink::with_warnings(warnings) {
            sink if kind == SinkKind::DryRun => sink,
            sink => {
                let sink = sink.with_condition_required(condition_required);
                sink.with_known_drafts(journal, seller, destination)
            }
        }))))
    },
};

impl SinkFactory {
    /// Returns the factory of a destination.
    pub fn for_kind(kind: SinkKind) -> &'static Self {
        match kind {
            SinkKind::Inventory => &INVENTORY,
            SinkKind::Csv => &CSV,
            SinkKind::ItemDraft => &ITEM_DRAFT,
            SinkKind::DryRun => &DRY_RUN,
        }
    }

    /// Returns advice if every draft would be rejected because neither the batch nor an item states a condition or a
    /// media grade.
    pub fn missing_condition(
        &self,
        spec: &JobSpec,
        items_state_condition: bool,
        ebay: Option<&EbayClient>,
    ) -> Option<&'static str> {
        ebay::missing_condition(spec, items_state_condition).filter(|_| self.requires_condition(ebay))
    }

    /// Returns true if each listing needs a condition: eBay's music categories require one, and a drafts file is checked
    /// against eBay's rules only with a keyset.
    const fn requires_condition(&self, ebay: Option<&EbayClient>) -> bool {
        self.kind.needs_account() || (matches!(self.kind, SinkKind::Csv) && ebay.is_some())
    }

    /// Returns what to do if the sink needs an eBay account that is not set up: no keyset, or no seller who is signed in.
    pub fn missing_account(&self, ebay: Option<&EbayClient>) -> Option<&'static str> {
        if !self.kind.needs_account() {
            return None;
        }
        match ebay {
            None => Some(ebay::NO_KEYSET_HINT),
            Some(ebay) if !ebay.tokens().has_consent() => Some(ebay::SIGN_IN_HINT),
            Some(_) => None,
        }
    }

    /// Returns what the operator has to do before the sink can create drafts, as far as it is known without a call.
    pub fn missing_setup(&self, ebay: Option<&EbayClient>) -> Option<&'static str> {
        let refused = || {
            let tokens = ebay.filter(|_| self.kind.needs_account())?.tokens();
            tokens.known_sign_in_error().map(|_| tokens.sign_in_remedy())
        };
        self.missing_account(ebay).or_else(refused)
    }

    /// Returns why a run with the settings of this dry run would create no drafts, as far as it is known without a call.
    pub fn dry_run_warning(spec: &JobSpec, items_state_condition: bool, ebay: Option<&EbayClient>) -> Option<String> {
        let real = Self::for_kind(spec.sink);
        let missing = real.missing_setup(ebay).or_else(|| real.missing_condition(spec, items_state_condition, ebay));
        missing.filter(|_| spec.test_mode).map(|missing| format!("A real run would fail: {missing}"))
    }
}
