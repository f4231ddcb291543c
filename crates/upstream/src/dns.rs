//! Looks up host names. The library's own resolver reports a failure only as a text, so this one has its own error type.

use std::io;

use reqwest::dns::{Addrs, Name, Resolve, Resolving};

/// The address of a host name could not be looked up.
#[derive(Debug, thiserror::Error)]
#[error("the name of its server was not found")]
pub(super) struct NameLookupError(#[source] io::Error);

/// Resolves names with the functions of the operating system.
pub(super) struct SystemResolver;

impl Resolve for SystemResolver {
    fn resolve(&self, name: Name) -> Resolving {
        Box::pin(async move {
            // The port is replaced by that of the request.
            let addresses = tokio::net::lookup_host((name.as_str(), 0)).await.map_err(NameLookupError)?;
            Ok(Box::new(addresses.collect::<Vec<_>>().into_iter()) as Addrs)
        })
    }
}
