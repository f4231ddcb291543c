//! The `[ebay.formats]` settings: store category and business policies of drafts by format.

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

/// Store category and business policies of one format, as written in the settings.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct FormatTerms<'a> {
    /// Name of the format in the settings, such as `cd`.
    pub name: &'static str,
    pub store_category: Option<&'a str>,
    /// Fulfillment, payment and return policies.
    pub policies: [Option<&'a str>; 3],
}

impl FormatSettings {
    /// Returns the terms of CDs, records, cassettes and other formats, in this order.
    pub fn terms(&self) -> [FormatTerms<'_>; 4] {
        [
            (
                "cd",
                &self.cd_store_category,
                [&self.cd_fulfillment_policy, &self.cd_payment_policy, &self.cd_return_policy],
            ),
            (
                "vinyl",
                &self.vinyl_store_category,
                [&self.vinyl_fulfillment_policy, &self.vinyl_payment_policy, &self.vinyl_return_policy],
            ),
            (
                "cassette",
                &self.cassette_store_category,
                [&self.cassette_fulfillment_policy, &self.cassette_payment_policy, &self.cassette_return_policy],
            ),
            (
                "other",
                &self.other_store_category,
                [&self.other_fulfillment_policy, &self.other_payment_policy, &self.other_return_policy],
            ),
        ]
        .map(|(name, store_category, policies)| FormatTerms {
            name,
            store_category: stated_text(store_category.as_ref()),
            policies: policies.map(|policy| stated_text(policy.as_ref())),
        })
    }
}

fn stated_text(value: Option<&String>) -> Option<&str> {
    value.map(|text| text.trim()).filter(|text| !text.is_empty())
}
