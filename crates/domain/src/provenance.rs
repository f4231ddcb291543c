//! A fact together with who said it, and what others said instead.

use serde::{Deserialize, Serialize};

use super::provider::Provider;

/// A value, the provider it was taken from, those who agree, and the differing values of the others.
///
/// Disagreement is kept, never averaged: a wrong year from one service must stay visible as that service's
/// year.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Sourced<T> {
    /// What is believed.
    pub value: T,
    /// Who said so first, in the order in which providers are trusted.
    pub source: Provider,
    /// Others that say the same.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub agreed: Vec<Provider>,
    /// What others say instead.
    #[serde(default = "Vec::new", skip_serializing_if = "Vec::is_empty")]
    pub alternatives: Vec<Alternative<T>>,
}

/// One provider's differing value.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Alternative<T> {
    /// The value that this provider gives.
    pub value: T,
    /// Who says so.
    pub source: Provider,
}

impl<T> Sourced<T> {
    /// A fact with one witness.
    pub fn new(value: T, source: Provider) -> Self {
        Self { value, source, agreed: Vec::new(), alternatives: Vec::new() }
    }

    /// Another form of the value with the same witnesses; alternatives are mapped likewise.
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
