//! Reads every table of the settings, so that a wrong value is found before a command needs it.

use crate::bootstrap::load_policies;
use crate::config::{BatchSettings, CatalogSettings, Config, SinkSettings};
use crate::logging;

/// Returns one sentence per table with a wrong value, else one for the first of the seller's own files that cannot be used
/// (`listing.template`, `listing.categories`). Values of secrets are not in them.
pub(super) fn invalid_settings(config: &Config) -> Vec<String> {
    let mut errors = Vec::new();
    let mut check = |result: Result<(), String>| errors.extend(result.err());
    check(
        config
            .section::<upstream::Settings>("http")
            .map_err(|error| error.to_string())
            .and_then(|settings| settings.check().map_err(|error| error.to_string())),
    );
    for factory in providers::ALL {
        check(read_section::<providers::Settings>(config, &format!("providers.{}", factory.name)));
    }
    check(read_section::<domain::matching::MatchPreferences>(config, "matching"));
    check(read_section::<domain::pricing::PriceRules>(config, "pricing"));
    check(read_section::<domain::artwork::ArtworkRules>(config, "artwork"));
    check(read_section::<domain::listing::Settings>(config, "listing"));
    check(read_section::<SinkSettings>(config, "market"));
    check(
        config
            .section::<ebay::Settings>("ebay")
            .map_err(|error| error.to_string())
            .and_then(|settings| settings.packages.packages().map(drop)),
    );
    check(read_section::<input::Settings>(config, "intake"));
    check(read_section::<server::Settings>(config, "server"));
    check(read_section::<BatchSettings>(config, "batch"));
    check(read_section::<CatalogSettings>(config, "catalog"));
    check(read_section::<pipeline::retention::RetentionSettings>(config, "retention"));
    check(config.section::<console::Settings>("console").map_err(|error| error.to_string()).and_then(|settings| {
        settings.theme()?;
        settings.preferences().map(drop)
    }));
    check(
        config
            .section::<logging::Settings>("log")
            .map_err(|error| error.to_string())
            .and_then(|settings| logging::check_level(&settings.level).map_err(|error| error.to_string())),
    );
    if errors.is_empty() {
        errors.extend(load_policies(config).err().map(|error| error.to_string()));
    }
    errors
}

fn read_section<T: serde::de::DeserializeOwned>(config: &Config, section: &str) -> Result<(), String> {
    config.section::<T>(section).map(drop).map_err(|error| error.to_string())
}
