//! Country and language names for buyers and eBay.

use super::super::site::Site;

/// eBay's country names (item specific "Country of Origin") by ISO 3166-1 alpha-2 code.
const COUNTRY_NAMES: &[(&str, &str)] = &[
    ("AE", "United Arab Emirates"),
    ("AL", "Albania"),
    ("AM", "Armenia"),
    ("AO", "Angola"),
    ("AR", "Argentina"),
    ("AT", "Austria"),
    ("AU", "Australia"),
    ("AZ", "Azerbaijan"),
    ("BA", "Bosnia and Herzegovina"),
    ("BB", "Barbados"),
    ("BE", "Belgium"),
    ("BG", "Bulgaria"),
    ("BO", "Bolivia"),
    ("BR", "Brazil"),
    ("BY", "Belarus"),
    ("CA", "Canada"),
    ("CH", "Switzerland"),
    ("CL", "Chile"),
    ("CM", "Cameroon"),
    ("CN", "China"),
    ("CO", "Colombia"),
    ("CR", "Costa Rica"),
    ("CU", "Cuba"),
    ("CY", "Cyprus"),
    ("CZ", "Czech Republic"),
    ("DE", "Germany"),
    ("DK", "Denmark"),
    ("DO", "Dominican Republic"),
    ("DZ", "Algeria"),
    ("EC", "Ecuador"),
    ("EE", "Estonia"),
    ("EG", "Egypt"),
    ("ES", "Spain"),
    ("ET", "Ethiopia"),
    ("FI", "Finland"),
    ("FR", "France"),
    ("GB", "United Kingdom"),
    ("GE", "Georgia"),
    ("GH", "Ghana"),
    ("GL", "Greenland"),
    ("GP", "Guadeloupe"),
    ("GR", "Greece"),
    ("GT", "Guatemala"),
    ("HK", "Hong Kong"),
    ("HR", "Croatia"),
    ("HT", "Haiti"),
    ("HU", "Hungary"),
    ("ID", "Indonesia"),
    ("IE", "Ireland"),
    ("IL", "Israel"),
    ("IN", "India"),
    ("IR", "Iran"),
    ("IS", "Iceland"),
    ("IT", "Italy"),
    ("JM", "Jamaica"),
    ("JP", "Japan"),
    ("KE", "Kenya"),
    ("KR", "South Korea"),
    ("KZ", "Kazakhstan"),
    ("LB", "Lebanon"),
    ("LT", "Lithuania"),
    ("LU", "Luxembourg"),
    ("LV", "Latvia"),
    ("MA", "Morocco"),
    ("MC", "Monaco"),
    ("MG", "Madagascar"),
    ("MK", "Macedonia"),
    ("MQ", "Martinique"),
    ("MT", "Malta"),
    ("MX", "Mexico"),
    ("MY", "Malaysia"),
    ("NG", "Nigeria"),
    ("NL", "Netherlands"),
    ("NO", "Norway"),
    ("NZ", "New Zealand"),
    ("PA", "Panama"),
    ("PE", "Peru"),
    ("PH", "Philippines"),
    ("PK", "Pakistan"),
    ("PL", "Poland"),
    ("PR", "Puerto Rico"),
    ("PT", "Portugal"),
    ("PY", "Paraguay"),
    ("RE", "Reunion"),
    ("RO", "Romania"),
    ("RS", "Serbia"),
    ("RU", "Russia"),
    ("SA", "Saudi Arabia"),
    ("SE", "Sweden"),
    ("SG", "Singapore"),
    ("SI", "Slovenia"),
    ("SK", "Slovakia"),
    ("SN", "Senegal"),
    ("SV", "El Salvador"),
    ("TH", "Thailand"),
    ("TN", "Tunisia"),
    ("TR", "Turkey"),
    ("TT", "Trinidad and Tobago"),
    ("TW", "Taiwan"),
    ("UA", "Ukraine"),
    ("US", "United States"),
    ("UY", "Uruguay"),
    ("VE", "Venezuela"),
    ("VN", "Vietnam"),
    ("ZA", "South Africa"),
    ("ZW", "Zimbabwe"),
];

/// Returns eBay's name of a country; `None` for regions such as Europe and for texts that are not country codes.
pub(crate) fn ebay_country_name(code: &str) -> Option<&'static str> {
    COUNTRY_NAMES.iter().find(|(known, _)| *known == code).map(|(_, name)| *name)
}

/// Returns the country for a title, if it matters to buyers of the site: neither their own country nor "worldwide".
/// Several countries keep the database's text, such as `UK & Europe`, unless the buyers' own country is one of them.
pub(crate) fn title_country(code: &str, site: Site) -> Option<&str> {
    match code {
        code if code == site.country_code() => None,
        "US" => Some("USA"),
        "GB" => Some("UK"),
        "XE" => Some("Europe"),
        "XG" => Some("East Germany"),
        "XC" => Some("Czechoslovakia"),
        "SU" => Some("USSR"),
        "YU" => Some("Yugoslavia"),
        code if code.contains('&') => {
            Some(code).filter(|text| !text.contains(database_name(site)) && !text.contains("World"))
        }
        code => ebay_country_name(code),
    }
}

/// Returns the name of the site's country in a database's list of several countries, such as `UK & Europe`.
fn database_name(site: Site) -> &'static str {
    match site {
        Site::EbayUs => "US",
        Site::EbayGb => "UK",
        other => ebay_country_name(other.country_code()).unwrap_or("World"),
    }
}

/// Returns the English name of an ISO 639-3 language code; `None` for music without words and for languages that are
/// rare on records.
pub(super) fn language_name(code: &str) -> Option<&'static str> {
    Some(match code {
        "eng" => "English",
        "deu" | "ger" => "German",
        "fra" | "fre" => "French",
        "spa" => "Spanish",
        "ita" => "Italian",
        "por" => "Portuguese",
        "jpn" => "Japanese",
        "kor" => "Korean",
        "zho" | "chi" | "cmn" | "yue" => "Chinese",
        "rus" => "Russian",
        "pol" => "Polish",
        "nld" | "dut" => "Dutch",
        "swe" => "Swedish",
        "nor" | "nob" | "nno" => "Norwegian",
        "dan" => "Danish",
        "fin" => "Finnish",
        "isl" | "ice" => "Icelandic",
        "lat" => "Latin",
        "heb" => "Hebrew",
        "ara" => "Arabic",
        "hin" => "Hindi",
        "tur" => "Turkish",
        "ell" | "gre" => "Greek",
        "ces" | "cze" => "Czech",
        "hun" => "Hungarian",
        _ => return None,
    })
}
