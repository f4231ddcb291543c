//! Normalizes the countries of music databases for comparison.

use super::release::Country;

/// Codes of Discogs' spellings and full names: ISO 3166-1 alpha-2, and MusicBrainz' `XE` (Europe) and `XW` (worldwide).
/// Has only unambiguous names: "UK & Europe" has no code and is kept as text.
const COUNTRY_CODES: &[(&str, &str)] = &[
    ("albania", "AL"),
    ("algeria", "DZ"),
    ("angola", "AO"),
    ("argentina", "AR"),
    ("armenia", "AM"),
    ("australia", "AU"),
    ("austria", "AT"),
    ("azerbaijan", "AZ"),
    ("barbados", "BB"),
    ("belarus", "BY"),
    ("belgium", "BE"),
    ("bolivia", "BO"),
    ("bosnia & herzegovina", "BA"),
    ("brazil", "BR"),
    ("bulgaria", "BG"),
    ("cameroon", "CM"),
    ("canada", "CA"),
    ("chile", "CL"),
    ("china", "CN"),
    ("colombia", "CO"),
    ("costa rica", "CR"),
    ("croatia", "HR"),
    ("cuba", "CU"),
    ("cyprus", "CY"),
    ("czech republic", "CZ"),
    ("czechoslovakia", "XC"),
    ("denmark", "DK"),
    ("dominican republic", "DO"),
    ("east germany", "XG"),
    ("ecuador", "EC"),
    ("egypt", "EG"),
    ("el salvador", "SV"),
    ("estonia", "EE"),
    ("ethiopia", "ET"),
    ("europe", "XE"),
    ("faroe islands", "FO"),
    ("finland", "FI"),
    ("france", "FR"),
    ("georgia", "GE"),
    ("german democratic republic (gdr)", "XG"),
    ("germany", "DE"),
    ("ghana", "GH"),
    ("greece", "GR"),
    ("greenland", "GL"),
    ("guadeloupe", "GP"),
    ("guatemala", "GT"),
    ("haiti", "HT"),
    ("hong kong", "HK"),
    ("hungary", "HU"),
    ("iceland", "IS"),
    ("india", "IN"),
    ("indonesia", "ID"),
    ("iran", "IR"),
    ("ireland", "IE"),
    ("israel", "IL"),
    ("italy", "IT"),
    ("ivory coast", "CI"),
    ("jamaica", "JM"),
    ("japan", "JP"),
    ("kazakhstan", "KZ"),
    ("kenya", "KE"),
    ("latvia", "LV"),
    ("lebanon", "LB"),
    ("lithuania", "LT"),
    ("luxembourg", "LU"),
    ("macedonia", "MK"),
    ("madagascar", "MG"),
    ("malaysia", "MY"),
    ("malta", "MT"),
    ("martinique", "MQ"),
    ("mexico", "MX"),
    ("monaco", "MC"),
    ("morocco", "MA"),
    ("netherlands", "NL"),
    ("new zealand", "NZ"),
    ("nigeria", "NG"),
    ("norway", "NO"),
    ("pakistan", "PK"),
    ("panama", "PA"),
    ("paraguay", "PY"),
    ("peru", "PE"),
    ("philippines", "PH"),
    ("poland", "PL"),
    ("portugal", "PT"),
    ("puerto rico", "PR"),
    ("reunion", "RE"),
    ("romania", "RO"),
    ("russia", "RU"),
    ("saudi arabia", "SA"),
    ("senegal", "SN"),
    ("serbia", "RS"),
    ("singapore", "SG"),
    ("slovakia", "SK"),
    ("slovenia", "SI"),
    ("south africa", "ZA"),
    ("south korea", "KR"),
    ("spain", "ES"),
    ("sweden", "SE"),
    ("switzerland", "CH"),
    ("taiwan", "TW"),
    ("thailand", "TH"),
    ("trinidad & tobago", "TT"),
    ("tunisia", "TN"),
    ("turkey", "TR"),
    ("uk", "GB"),
    ("ukraine", "UA"),
    ("united arab emirates", "AE"),
    ("united kingdom", "GB"),
    ("united states", "US"),
    ("uruguay", "UY"),
    ("us", "US"),
    ("usa", "US"),
    ("ussr", "SU"),
    ("venezuela", "VE"),
    ("vietnam", "VN"),
    ("worldwide", "XW"),
    ("yugoslavia", "YU"),
    ("zimbabwe", "ZW"),
];

impl Country {
    /// Returns the country as a code if there is one, or else as the source wrote it.
    pub fn to_code(&self) -> Self {
        let text = self.0.trim().to_lowercase();
        match COUNTRY_CODES.binary_search_by(|(name, _)| (*name).cmp(text.as_str())) {
            Ok(index) => Self(COUNTRY_CODES[index].1.to_owned()),
            Err(_) if is_code(&text) => Self(text.to_ascii_uppercase()),
            Err(_) => Self(self.0.trim().to_owned()),
        }
    }

    /// Parses a country in a setting or an edit: a code, or a name that has a code.
    ///
    /// # Errors
    /// Returns an error message with examples for any other text.
    pub(crate) fn parse_setting(text: &str) -> Result<Self, String> {
        let country = Self(text.to_owned()).to_code();
        if is_code(&country.0) {
            Ok(country)
        } else {
            Err(format!("{text:?} is not a country: write a code, such as US, GB or DE"))
        }
    }

    /// Returns the country for display: codes that MusicBrainz adds to ISO 3166 become names, other texts are
    /// unchanged.
    pub fn display_name(&self) -> &str {
        match self.0.as_str() {
            "XC" => "Czechoslovakia",
            "XE" => "Europe",
            "XG" => "East Germany",
            "XW" => "worldwide",
            text => text,
        }
    }
}

fn is_code(text: &str) -> bool {
    text.len() == 2 && text.bytes().all(|byte| byte.is_ascii_alphabetic())
}
