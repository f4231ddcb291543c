//! A field with its source and the differing values of other sources.

use serde::{Deserialize, Serialize};

use super::provider::Provider;

/// A value with its provider, the providers that agree, and the differing values of the others.
///
/// Differing values are kept, never averaged: a wrong year from one service must remain visible as that service's year.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Sourced<T> {
    /// The accepted value.
    pub value: T,
    /// The most trusted provider with this value.
    pub source: Provider,
    /// Other providers with the same value.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub agreed: Vec<Provider>,
    /// Differing values of other providers.
    #[serde(default = "Vec::new", skip_serializing_if = "Vec::is_empty")]
    pub alternatives: Vec<Alternative<T>>,
}

/// A differing value of one provider.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Alternative<T> {
    /// Value according to this provider.
    pub value: T,
    /// The provider.
    pub source: Provider,
}

impl<T> Sourced<T> {
    /// Creates a field with one source.
    pub fn new(value: T, source: Provider) -> Self {
        Self { value, source, agreed: Vec::new(), alternatives: Vec::new() }
    }

    /// Maps the value and the alternatives, and keeps the sources.
    pub fn map<U>(self, mut f: impl FnMut(T) -> U) -> Sourced<U> {
        Sourced {
            value: f(self.value),
            source: self.source,
            agreed: self.agreed,
            alternatives: (self.alternatives.into_iter())
                .map(|reported| Alternative { value: f(reported.value), source: reported.source })
                .collect(),
        }
    }
}
