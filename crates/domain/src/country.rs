//! Countries as music databases write them, brought to one form for comparison.

use super::release::Country;

/// Discogs' spellings and full names with their codes: ISO 3166-1 alpha-2, and MusicBrainz' `XE` (Europe) and `XW`
/// (worldwide). Only what is certain: "UK & Europe" has no code, so it stays as it is said.
const COUNTRY_CODES: &[(&str, &str)] = &[
    ("argentina", "AR"),
    ("australia", "AU"),
    ("austria", "AT"),
    ("belgium", "BE"),
    ("brazil", "BR"),
    ("bulgaria", "BG"),
    ("canada", "CA"),
    ("chile", "CL"),
    ("china", "CN"),
    ("colombia", "CO"),
    ("croatia", "HR"),
    ("czech republic", "CZ"),
    ("czechoslovakia", "XC"),
    ("denmark", "DK"),
    ("east germany", "XG"),
    ("estonia", "EE"),
    ("europe", "XE"),
    ("finland", "FI"),
    ("france", "FR"),
    ("german democratic republic (gdr)", "XG"),
    ("germany", "DE"),
    ("greece", "GR"),
    ("hong kong", "HK"),
    ("hungary", "HU"),
    ("iceland", "IS"),
    ("india", "IN"),
    ("indonesia", "ID"),
    ("ireland", "IE"),
    ("israel", "IL"),
    ("italy", "IT"),
    ("jamaica", "JM"),
    ("japan", "JP"),
    ("malaysia", "MY"),
    ("mexico", "MX"),
    ("netherlands", "NL"),
    ("new zealand", "NZ"),
    ("norway", "NO"),
    ("philippines", "PH"),
    ("poland", "PL"),
    ("portugal", "PT"),
    ("romania", "RO"),
    ("russia", "RU"),
    ("singapore", "SG"),
    ("south africa", "ZA"),
    ("south korea", "KR"),
    ("spain", "ES"),
    ("sweden", "SE"),
    ("switzerland", "CH"),
    ("taiwan", "TW"),
    ("thailand", "TH"),
    ("turkey", "TR"),
    ("uk", "GB"),
    ("ukraine", "UA"),
    ("united kingdom", "GB"),
    ("united states", "US"),
    ("us", "US"),
    ("usa", "US"),
    ("ussr", "SU"),
    ("venezuela", "VE"),
    ("worldwide", "XW"),
    ("yugoslavia", "YU"),
];

impl Country {
    /// The country under its code where one is certain, else as it was said.
    pub fn to_code(&self) -> Self {
        let text = self.0.trim().to_lowercase();
        let known = COUNTRY_CODES.binary_search_by(|(name, _)| (*name).cmp(text.as_str()));
        Self(known.map_or_else(|_| self.0.trim().to_owned(), |place| COUNTRY_CODES[place].1.to_owned()))
    }

    /// As a person reads it: the codes that MusicBrainz adds to the ISO's by their names, all others as they are.
    pub fn display_name(&self) -> &str {
        match self.0.as_str() {
            "XC" => "Czechoslovakia",
            "XE" => "Europe",
            "XG" => "East Germany",
            "XW" => "worldwide",
            text => text,
        }
    }

    /// True for a two-letter code, after [`Country::to_code`].
    pub fn is_code(&self) -> bool {
        self.0.len() == 2 && self.0.bytes().all(|b| b.is_ascii_uppercase())
    }
}
