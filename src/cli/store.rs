//! Commands about the stored data.

use clap::{Args, Subcommand};

#[derive(Args, Clone, Debug)]
pub struct StoreArgs {
    /// The action [default: show the sizes]
    #[command(subcommand)]
    pub command: Option<StoreCommand>,
}

#[derive(Clone, Debug, Subcommand)]
pub enum StoreCommand {
    /// Check the journal of all batches for damage; changes nothing
    Check,
    /// Repair a damaged journal: keep a copy, and save what can be read
    Repair,
    /// Move all batches and the ledger from files into PostgreSQL, or back; the old store is kept
    Move {
        /// The new store: postgres://USER@HOST/DATABASE, or a folder
        #[arg(long, value_name = "STORE")]
        to: String,
    },
}
