//! Tests of whole batches: the program as a separate process, against the sandbox over real HTTP.

mod custom_listings;
mod demo;
pub(crate) mod ebay;
mod faults;
mod input;
mod killed;
mod postgres;
mod postgres_connection;
mod postgres_sign_in;
mod readme_figures;
mod repeated_runs;
mod request_counts;
mod result_bucket;
mod results;
mod review;
mod scan_command;
mod secrets;
pub(crate) mod shop;
mod single_process;
mod stopped;
pub(crate) mod tcp_proxy;
mod unbarcoded;
mod watch_command;
