//! Statements for the ledger and the sellers. An entry without a seller account (account 0) counts for every seller of
//! its eBay environment, and is assigned to the first seller that claims it.

use std::collections::BTreeSet;

use serde_json::Value;

use super::Journal;
use super::codec::{decode_entry, decode_existing_draft, from_json, parse_column, parse_sku, to_json, to_sql_integer};
use super::error::{JournalError, JournalRow};
use super::model::{Claim, ClaimResult, ExistingDraft, LedgerEntry, SellerAccount, SinkConflict};
use super::storage::{StorageReader, StorageWriter};
use crate::statement::{Statement, arguments};
use domain::job_spec::JobId;
use domain::sku::Sku;
use domain::upc::Upc;

/// Matches the entries of the seller with environment `$1` and account `$2`. The statement must also filter by SKU or
/// UPC. `|| ''` hides the index on the environment from SQLite, which would otherwise read all drafts of the seller.
macro_rules! is_of_seller {
    () => {
        "ebay || '' = $1 AND (account = $2 OR 0 IN (account, $2))"
    };
}

pub(super) const FIND_SINK_SQL: &str = concat!(
    "SELECT sink FROM ledger WHERE ",
    is_of_seller!(),
    " AND sku = $3 ORDER BY account = $2 DESC, number LIMIT 1"
);

pub(super) const EXISTING_DRAFTS_SQL: &str = concat!(
    "SELECT number, upc, sku, sink, job, at FROM ledger WHERE ",
    is_of_seller!(),
    " AND upc = ANY($3) ORDER BY number"
);

/// Selects those of the SKUs `$1` that have a draft of any seller.
pub(super) const DRAFTED_SKUS_SQL: &str = "SELECT DISTINCT sku FROM ledger WHERE sku = ANY($1)";

pub(super) const ENTRIES_OF_UPC_SQL: &str = concat!(
    "SELECT number, sku, row FROM ledger WHERE ",
    is_of_seller!(),
    " AND upc = $3 AND sink = $4 ORDER BY number"
);

pub(super) const FIND_CONFLICT_SQL: &str = concat!(
    "SELECT number, sku, sink, job FROM ledger WHERE ",
    is_of_seller!(),
    " AND upc = $3 AND sink <> $4 ORDER BY number LIMIT 1"
);

pub(super) const FIND_CLAIM_SQL: &str = concat!(
    "SELECT number, job, at, row FROM ledger WHERE ",
    is_of_seller!(),
    " AND sink = $3 AND sku = $4 ORDER BY account = $2 DESC, number LIMIT 1"
);

/// Inserts an entry unless the item has one in another sink or the SKU has one in this sink.
pub(super) const INSERT_ENTRY_SQL: &str = concat!(
    "INSERT INTO ledger (ebay, account, sink, sku, job, upc, at, row)
        SELECT $1, $2, $3, $4, $5, $6, $7, $8
        WHERE NOT EXISTS (SELECT 1 FROM ledger WHERE ",
    is_of_seller!(),
    " AND upc = $6 AND sink <> $3) AND NOT EXISTS (SELECT 1 FROM ledger WHERE ",
    is_of_seller!(),
    " AND sink = $3 AND sku = $4)"
);

/// Replaces the payloads of entries. `$4` is a JSON array of pairs of SKU and payload text: one statement per entry
/// would be slower. `|| ''` hides the index on the sink from SQLite, which would otherwise read all entries of the
/// sink.
pub(super) const UPDATE_ENTRIES_SQLITE: &str = concat!(
    "UPDATE ledger SET row = pair.value ->> 1 FROM json_each($4) AS pair WHERE ",
    is_of_seller!(),
    " AND sink || '' = $3 AND sku = pair.value ->> 0"
);

const UPDATE_ENTRIES_POSTGRES: &str = concat!(
    "UPDATE ledger SET row = pair ->> 1 FROM json_array_elements($4::json) AS changed(pair) WHERE ",
    is_of_seller!(),
    " AND sink = $3 AND sku = pair ->> 0"
);

pub(super) const DELETE_ENTRY_SQL: &str = concat!("DELETE FROM ledger WHERE ", is_of_seller!(), " AND sku = $3");

/// Subquery for the accounts in environment `$1` that own any of the names `$2`.
macro_rules! accounts_of_names {
    () => {
        "(SELECT account FROM sellers WHERE ebay = $1 AND name = ANY($2))"
    };
}

/// Selects the lowest account number of the names, or the next free one.
const FIND_ACCOUNT_SQL: &str = concat!(
    "SELECT coalesce((SELECT min(account) FROM ",
    accounts_of_names!(),
    " AS known), (SELECT max(account) + 1 FROM (SELECT account FROM sellers UNION ALL SELECT account FROM ledger) AS used), 1)"
);

/// Removes duplicates before accounts of the same seller are merged. The first entry of a SKU is kept.
const DELETE_DUPLICATES_SQL: &str = concat!(
    "DELETE FROM ledger WHERE ebay = $1 AND account IN ",
    accounts_of_names!(),
    " AND number NOT IN (SELECT min(number) FROM ledger WHERE ebay = $1 AND account IN ",
    accounts_of_names!(),
    " GROUP BY sink, sku)"
);

const MERGE_ACCOUNTS_SQL: [&str; 2] = [
    concat!("UPDATE ledger SET account = $3 WHERE ebay = $1 AND account <> $3 AND account IN ", accounts_of_names!()),
    concat!("UPDATE sellers SET account = $3 WHERE ebay = $1 AND account <> $3 AND account IN ", accounts_of_names!()),
];

const INSERT_NAME_SQL: &str = "INSERT INTO sellers (ebay, name, account) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING";

impl Journal {
    /// Returns those of the SKUs that no seller has a draft of: it was deleted, or never created. Pass at most a few
    /// thousand SKUs.
    ///
    /// # Errors
    /// Returns [`JournalError`] if the ledger cannot be read.
    pub async fn skus_without_draft(&self, mut skus: BTreeSet<Sku>) -> Result<BTreeSet<Sku>, JournalError> {
        if !skus.is_empty() {
            let wanted = skus.iter().map(|sku| sku.as_str().to_owned()).collect::<Vec<_>>();
            let drafted: Vec<(String,)> = self.reader().fetch_all(DRAFTED_SKUS_SQL, &arguments![wanted]).await?;
            skus.retain(|sku| drafted.iter().all(|(drafted,)| drafted != sku.as_str()));
        }
        Ok(skus)
    }
}

impl StorageReader {
    /// Returns the sink that holds a draft of the SKU.
    pub(super) async fn find_sink(&self, seller: &SellerAccount, sku: &Sku) -> Result<Option<String>, JournalError> {
        let wanted = arguments![&seller.environment_id, seller.db_id(), sku.as_str()];
        let sink: Option<(String,)> = self.fetch_optional(FIND_SINK_SQL, &wanted).await?;
        Ok(sink.map(|(sink,)| sink))
    }

    /// Returns the account with this name.
    pub(super) async fn find_account(&self, environment_id: &str, name: &str) -> Result<Option<u64>, JournalError> {
        let account = "SELECT account FROM sellers WHERE ebay = $1 AND name = $2";
        let account: Option<(i64,)> = self.fetch_optional(account, &arguments![environment_id, name]).await?;
        Ok(account.map(|(account,)| account.cast_unsigned()))
    }

    /// Returns the drafts of the items in all sinks, in claim order.
    pub(super) async fn existing_drafts(
        &self,
        seller: &SellerAccount,
        upcs: &[Upc],
    ) -> Result<Vec<ExistingDraft>, JournalError> {
        let upcs: Vec<String> = upcs.iter().map(Upc::to_string).collect();
        let rows =
            self.fetch_all(EXISTING_DRAFTS_SQL, &arguments![&seller.environment_id, seller.db_id(), upcs]).await?;
        rows.into_iter().map(decode_existing_draft).collect()
    }

    /// Returns the entries of all copies of an item in one sink, in claim order.
    pub(super) async fn entries_for_upc(
        &self,
        seller: &SellerAccount,
        sink: &str,
        upc: Upc,
    ) -> Result<Vec<LedgerEntry>, JournalError> {
        let wanted = arguments![&seller.environment_id, seller.db_id(), upc.to_string(), sink];
        self.fetch_all(ENTRIES_OF_UPC_SQL, &wanted).await?.into_iter().map(decode_entry).collect()
    }

    /// Returns up to `limit` entries of a job in one sink, starting after the number `after`.
    pub(super) async fn entries_page(
        &self,
        seller: &SellerAccount,
        sink: &str,
        job: &JobId,
        after: u64,
        limit: usize,
    ) -> Result<Vec<LedgerEntry>, JournalError> {
        let entries = "SELECT number, sku, row FROM ledger
            WHERE ebay = $1 AND (account = $2 OR 0 IN (account, $2))
                AND sink = $3 AND job = $4 AND number > $5 ORDER BY number LIMIT $6";
        let (seller, account) = (&seller.environment_id, seller.db_id());
        let page = arguments![seller, account, sink, job.as_str(), after.cast_signed(), to_sql_integer(limit)];
        self.fetch_all(entries, &page).await?.into_iter().map(decode_entry).collect()
    }
}

impl StorageWriter {
    /// Claims a SKU for a job.
    pub(super) async fn claim_entry(&mut self, claim: &Claim) -> Result<ClaimResult, JournalError> {
        let entry = arguments![
            &claim.seller.environment_id,
            claim.seller.db_id(),
            &claim.sink,
            claim.sku.as_str(),
            claim.job.as_str(),
            claim.upc.to_string(),
            claim.at.to_string(),
            to_json(&claim.payload)?,
        ];
        if self.execute(INSERT_ENTRY_SQL, &entry).await? > 0 {
            return Ok(ClaimResult::Acquired);
        }
        if let Some(conflict) = self.find_sink_conflict(claim).await? {
            return Ok(ClaimResult::OtherSink(conflict));
        }
        let missing = || JournalError::Internal { message: format!("the entry of {} has vanished", claim.sku) };
        self.find_existing_claim(claim).await?.ok_or_else(missing)
    }

    /// Returns the draft of the item in another sink. Looks the item up by UPC and not by SKU, because all its copies
    /// are in one box.
    async fn find_sink_conflict(&mut self, claim: &Claim) -> Result<Option<SinkConflict>, JournalError> {
        let seller = &claim.seller;
        let wanted = arguments![&seller.environment_id, seller.db_id(), claim.upc.to_string(), &claim.sink];
        let row: Option<(i64, String, String, String)> = self.fetch_optional(FIND_CONFLICT_SQL, &wanted).await?;
        let Some((number, sku, sink, job)) = row else { return Ok(None) };
        let row = JournalRow::LedgerEntry(number.cast_unsigned());
        Ok(Some(SinkConflict { sku: parse_sku(sku, row)?, sink, job: parse_column(&job, row)? }))
    }

    /// Returns the owner of a claimed SKU. The seller's own entry takes precedence over one without an account.
    async fn find_existing_claim(&mut self, claim: &Claim) -> Result<Option<ClaimResult>, JournalError> {
        let seller = &claim.seller;
        let wanted = arguments![&seller.environment_id, seller.db_id(), &claim.sink, claim.sku.as_str()];
        let row: Option<(i64, String, String, String)> = self.fetch_optional(FIND_CLAIM_SQL, &wanted).await?;
        let Some((number, job, at, payload)) = row else { return Ok(None) };
        // Decoded before anything is written, so that an unreadable entry fails only this claim.
        let row = JournalRow::LedgerEntry(number.cast_unsigned());
        let payload = from_json(&payload, row)?;
        let owner = if job == claim.job.as_str() {
            ClaimResult::OwnedByThisJob(payload)
        } else {
            ClaimResult::OwnedByOtherJob { job: parse_column(&job, row)?, at: parse_column(&at, row)?, row: payload }
        };
        let assign = "UPDATE ledger SET account = $2 WHERE number = $1 AND account = 0 AND $2 <> 0";
        self.execute(assign, &arguments![number, seller.db_id()]).await?;
        Ok(Some(owner))
    }

    /// Replaces the payloads of the entries of SKUs.
    pub(super) async fn update_entries(
        &mut self,
        seller: &SellerAccount,
        sink: &str,
        entries: &[(Sku, Value)],
    ) -> Result<(), JournalError> {
        let pairs = entries.iter().map(|(sku, payload)| Ok((sku.as_str(), to_json(payload)?)));
        let pairs = to_json(&pairs.collect::<Result<Vec<_>, JournalError>>()?)?;
        let update = Statement::for_each(UPDATE_ENTRIES_SQLITE, UPDATE_ENTRIES_POSTGRES);
        self.execute(update, &arguments![&seller.environment_id, seller.db_id(), sink, pairs]).await?;
        Ok(())
    }

    /// Deletes the entries of a SKU in all sinks and returns whether there were any.
    pub(super) async fn delete_entry(&mut self, seller: &SellerAccount, sku: &Sku) -> Result<bool, JournalError> {
        let entry = arguments![&seller.environment_id, seller.db_id(), sku.as_str()];
        Ok(self.execute(DELETE_ENTRY_SQL, &entry).await? > 0)
    }

    /// Returns the account that owns any of the names, or a new account, and assigns all names to it. Several accounts
    /// are merged into the one with the lowest number.
    pub(super) async fn resolve_account(
        &mut self,
        environment_id: &str,
        names: &[String],
    ) -> Result<u64, JournalError> {
        let of_names = arguments![environment_id, names.to_vec()];
        let missing = || JournalError::Internal { message: "a seller got no account".to_owned() };
        let (account,): (i64,) = self.fetch_optional(FIND_ACCOUNT_SQL, &of_names).await?.ok_or_else(missing)?;
        self.execute(DELETE_DUPLICATES_SQL, &of_names).await?;
        for statement in MERGE_ACCOUNTS_SQL {
            self.execute(statement, &arguments![environment_id, names.to_vec(), account]).await?;
        }
        for name in names {
            self.execute(INSERT_NAME_SQL, &arguments![environment_id, name, account]).await?;
        }
        Ok(account.cast_unsigned())
    }
}
