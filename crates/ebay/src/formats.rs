//! The `[ebay.formats]` settings: store category and business policies of drafts by format.

use domain::listing::Categories;
use domain::release::Carrier;
use serde::Deserialize;

/// Store categories and business policies by format. A format without its own value uses the general setting.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct FormatSettings {
    /// Path of a category in the seller's own eBay store, such as `/Music/CDs`.
    pub cd_store_category: Option<String>,
    /// Fulfillment policy, by name or ID.
    pub cd_fulfillment_policy: Option<String>,
    /// Payment policy, by name or ID.
    pub cd_payment_policy: Option<String>,
    /// Return policy, by name or ID.
    pub cd_return_policy: Option<String>,
    /// Like `cd_store_category`, for records.
    pub vinyl_store_category: Option<String>,
    /// Like `cd_fulfillment_policy`, for records.
    pub vinyl_fulfillment_policy: Option<String>,
    /// Like `cd_payment_policy`, for records.
    pub vinyl_payment_policy: Option<String>,
    /// Like `cd_return_policy`, for records.
    pub vinyl_return_policy: Option<String>,
    /// Like `cd_store_category`, for cassettes.
    pub cassette_store_category: Option<String>,
    /// Like `cd_fulfillment_policy`, for cassettes.
    pub cassette_fulfillment_policy: Option<String>,
    /// Like `cd_payment_policy`, for cassettes.
    pub cassette_payment_policy: Option<String>,
    /// Like `cd_return_policy`, for cassettes.
    pub cassette_return_policy: Option<String>,
    /// Like `cd_store_category`, for all other formats.
    pub other_store_category: Option<String>,
    /// Like `cd_fulfillment_policy`, for all other formats.
    pub other_fulfillment_policy: Option<String>,
    /// Like `cd_payment_policy`, for all other formats.
    pub other_payment_policy: Option<String>,
    /// Like `cd_return_policy`, for all other formats.
    pub other_return_policy: Option<String>,
}

/// A value for each format that the settings distinguish.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PerFormat<T> {
    pub cd: T,
    pub vinyl: T,
    pub cassette: T,
    /// Value of all other formats.
    pub other: T,
}

impl<T> PerFormat<T> {
    /// Returns the value for the category with this ID.
    pub fn for_category(&self, categories: &Categories, id: u32) -> &T {
        let own = [(Carrier::Cd, &self.cd), (Carrier::Vinyl, &self.vinyl), (Carrier::Cassette, &self.cassette)];
        let of_category = |carrier| categories.for_carrier(carrier).is_some_and(|category| category.id == id);
        own.into_iter().find(|(carrier, _)| of_category(*carrier)).map_or(&self.other, |(_, value)| value)
    }
}

/// Store category and business policies of one format, as written in the settings.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct FormatTerms<'a> {
    /// Name of the format in the settings, such as `cd`.
    pub name: &'static str,
    pub store_category: Option<&'a str>,
    pub fulfillment_policy: Option<&'a str>,
    pub payment_policy: Option<&'a str>,
    pub return_policy: Option<&'a str>,
}

impl FormatSettings {
    /// Returns the terms of each format.
    pub fn terms(&self) -> PerFormat<FormatTerms<'_>> {
        PerFormat {
            cd: FormatTerms {
                name: "cd",
                store_category: stated_text(self.cd_store_category.as_ref()),
                fulfillment_policy: stated_text(self.cd_fulfillment_policy.as_ref()),
                payment_policy: stated_text(self.cd_payment_policy.as_ref()),
                return_policy: stated_text(self.cd_return_policy.as_ref()),
            },
            vinyl: FormatTerms {
                name: "vinyl",
                store_category: stated_text(self.vinyl_store_category.as_ref()),
                fulfillment_policy: stated_text(self.vinyl_fulfillment_policy.as_ref()),
                payment_policy: stated_text(self.vinyl_payment_policy.as_ref()),
                return_policy: stated_text(self.vinyl_return_policy.as_ref()),
            },
            cassette: FormatTerms {
                name: "cassette",
                store_category: stated_text(self.cassette_store_category.as_ref()),
                fulfillment_policy: stated_text(self.cassette_fulfillment_policy.as_ref()),
                payment_policy: stated_text(self.cassette_payment_policy.as_ref()),
                return_policy: stated_text(self.cassette_return_policy.as_ref()),
            },
            other: FormatTerms {
                name: "other",
                store_category: stated_text(self.other_store_category.as_ref()),
                fulfillment_policy: stated_text(self.other_fulfillment_policy.as_ref()),
                payment_policy: stated_text(self.other_payment_policy.as_ref()),
                return_policy: stated_text(self.other_return_policy.as_ref()),
            },
        }
    }
}

fn stated_text(value: Option<&String>) -> Option<&str> {
    value.map(|text| text.trim()).filter(|text| !text.is_empty())
}
