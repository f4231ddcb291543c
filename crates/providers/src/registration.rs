//! How a provider is listed, and what it brings once it is connected.

use std::sync::Arc;

use super::provider::{Catalogue, Gallery, PriceGuide};
use super::settings::Settings;
use domain::provider::Provider;
use ebay::Ebay;
use upstream::{Host, Http};

/// A provider's entry in the list of all.
pub struct Registration {
    pub name: Provider,
    /// What it is good for, in a few words.
    pub about: &'static str,
    /// The key that it takes, where it takes one.
    pub key: Option<KeyHint>,
    /// Builds it from its settings.
    pub connect: fn(&Settings, &Ways<'_>) -> anyhow::Result<Connected>,
}

/// The ways out that a provider can take.
#[derive(Clone, Copy)]
pub struct Ways<'a> {
    pub http: &'a Http,
    /// Where a keyset of eBay is set.
    pub ebay: Option<&'a Ebay>,
}

/// A key, and what the operator gains by it.
#[derive(Clone, Copy, Debug)]
pub struct KeyHint {
    /// The environment variable.
    pub variable: &'static str,
    /// What it adds, as the end of "with it, there is also …".
    pub adds: &'static str,
}

/// A provider that can be asked.
#[derive(Clone)]
pub struct Connected {
    pub catalogue: Option<Arc<dyn Catalogue>>,
    pub price_guide: Option<Arc<dyn PriceGuide>>,
    pub gallery: Option<Arc<dyn Gallery>>,
    /// Its queue, for screens. Those who ask the same service share one, and its name is then none of theirs.
    pub host: Host,
}

impl Connected {
    /// The names under which it answers, and says that it does not.
    pub fn names(&self) -> impl Iterator<Item = Provider> {
        let catalogue = self.catalogue.iter().map(|part| part.provider());
        let guide = self.price_guide.iter().map(|part| part.provider());
        catalogue.chain(guide).chain(self.gallery.iter().map(|part| part.provider()))
    }
}
