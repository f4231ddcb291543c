//! For whom a draft is: which eBay, and whose account there. Drafts of one are nothing to another.
//!
//! EBay does not tell a program who signed in, and each consent has another token. So an account is known again by
//! what belongs to it alone (its business policies), and gets a number of our own.

use tokio::sync::oneshot;

use super::error::JournalError;
use super::open::Journal;
use super::writer::JournalCommand;

/// Whose lines of the ledger are meant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SellerAccount {
    /// Which eBay: `production`, `sandbox`, or an imitation with its address.
    pub environment_id: String,
    /// The account there, see [`Journal::ledger_account`]. `None` where it is not known: then every line of that eBay
    /// counts, since a second draft would be sold twice; and such a line is the first seller's who meets it.
    pub account_id: Option<u64>,
}

impl SellerAccount {
    /// Somebody at this eBay: nobody is signed in, or nothing tells who it is.
    pub fn anonymous(ebay: impl Into<String>) -> Self {
        Self { environment_id: ebay.into(), account_id: None }
    }

    /// As the store has it; accounts count from 1.
    pub(super) fn db_id(&self) -> i64 {
        self.account_id.unwrap_or_default().cast_signed()
    }
}

impl Journal {
    /// The account at `ebay` that any of these names belong to, or a new one; all of them are its names from now on.
    ///
    /// # Errors
    /// [`JournalError`] where it cannot be written.
    pub async fn resolve_seller_account(&self, ebay: &str, names: Vec<String>) -> Result<u64, JournalError> {
        let (reply, answer) = oneshot::channel();
        self.send_command(JournalCommand::ResolveAccount { environment_id: ebay.to_owned(), names, reply }, answer)
            .await
    }

    /// The account at `ebay` that has this name; `None` where it was never met.
    ///
    /// # Errors
    /// [`JournalError`] where the ledger cannot be read.
    pub async fn find_seller_account(&self, ebay: &str, name: &str) -> Result<Option<u64>, JournalError> {
        self.store().find_account(ebay, name).await
    }
}
