//! The service as its clients meet it: the real program, over a real socket, against the sandbox's bucket.

mod acts;
mod at_ebay;
mod catalog;
mod conditions;
mod documented;
mod events;
mod fleet;
mod guard;
mod guide;
mod health;
mod keys;
mod limits;
mod logged;
mod modes;
mod openapi;
mod plan;
mod refused;
mod rehearsal;
mod restart;
mod review;
mod scans;
mod secrets;
mod served;
mod slow;
mod small_disk;
mod uploads;
mod watched;
mod well;
mod wishes;

/// A service that `command` starts, for tests of other parts: the process and its address.
pub(crate) async fn begun(command: std::process::Command) -> (std::process::Child, String) {
    served::begin(command, &["serve", "--port", "0"]).await
}
