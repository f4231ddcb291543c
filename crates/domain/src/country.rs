//! Countries as music databases write them, brought to one form for comparison.

use super::release::Country;

/// Discogs' spellings and full names with their codes: ISO 3166-1 alpha-2, and MusicBrainz' `XE` (Europe) and `XW`
/// (worldwide). Only what is certain: "UK & Europe" has no code, so it stays as it is said.
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
    /// Returns the country under its code if that is certain, else as the source wrote it.
    pub fn to_code(&self) -> Self {
        let text = self.0.trim().to_lowercase();
        match COUNTRY_CODES.binary_search_by(|(name, _)| (*name).cmp(text.as_str())) {
            Ok(place) => Self(COUNTRY_CODES[place].1.to_owned()),
            Err(_) if is_code(&text) => Self(text.to_ascii_uppercase()),
            Err(_) => Self(self.0.trim().to_owned()),
        }
    }

    /// Reads a country that a person wrote: a code, or a name that has one.
    ///
    /// # Errors
    /// Returns a sentence with examples for anything else.
    pub fn parse_setting(text: &str) -> Result<Self, String> {
        let country = Self(text.to_owned()).to_code();
        if is_code(&country.0) {
            Ok(country)
        } else {
            Err(format!("{text:?} is not a country: write a code, such as US, GB or DE"))
        }
    }

    /// Returns the country as a person reads it: the codes that MusicBrainz adds to those of ISO by their names, all others
    /// as they are.
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
