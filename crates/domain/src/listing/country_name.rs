//! Countries in the words of buyers and of eBay.

/// ISO 3166-1 alpha-2 codes with eBay's names (item specific "Country of Origin").
const COUNTRY_NAMES: &[(&str, &str)] = &[
    ("AR", "Argentina"),
    ("AT", "Austria"),
    ("AU", "Australia"),
    ("BE", "Belgium"),
    ("BG", "Bulgaria"),
    ("BR", "Brazil"),
    ("CA", "Canada"),
    ("CH", "Switzerland"),
    ("CL", "Chile"),
    ("CN", "China"),
    ("CO", "Colombia"),
    ("CZ", "Czech Republic"),
    ("DE", "Germany"),
    ("DK", "Denmark"),
    ("EE", "Estonia"),
    ("ES", "Spain"),
    ("FI", "Finland"),
    ("FR", "France"),
    ("GB", "United Kingdom"),
    ("GR", "Greece"),
    ("HK", "Hong Kong"),
    ("HR", "Croatia"),
    ("HU", "Hungary"),
    ("ID", "Indonesia"),
    ("IE", "Ireland"),
    ("IL", "Israel"),
    ("IN", "India"),
    ("IS", "Iceland"),
    ("IT", "Italy"),
    ("JM", "Jamaica"),
    ("JP", "Japan"),
    ("KR", "South Korea"),
    ("MX", "Mexico"),
    ("MY", "Malaysia"),
    ("NL", "Netherlands"),
    ("NO", "Norway"),
    ("NZ", "New Zealand"),
    ("PH", "Philippines"),
    ("PL", "Poland"),
    ("PT", "Portugal"),
    ("RO", "Romania"),
    ("RU", "Russia"),
    ("SE", "Sweden"),
    ("SG", "Singapore"),
    ("TH", "Thailand"),
    ("TR", "Turkey"),
    ("TW", "Taiwan"),
    ("UA", "Ukraine"),
    ("US", "United States"),
    ("VE", "Venezuela"),
    ("ZA", "South Africa"),
];

/// Returns eBay's name of a country; `None` for regions such as Europe and for words that are no country.
pub(super) fn ebay_country_name(code: &str) -> Option<&'static str> {
    COUNTRY_NAMES.iter().find(|(known, _)| *known == code).map(|(_, name)| *name)
}

/// Returns the country as a title says it, where it matters to buyers of EBAY_US: not their own, and not the whole world.
pub(super) fn title_country(code: &str) -> Option<&'static str> {
    match code {
        "US" => None,
        "GB" => Some("UK"),
        "XE" => Some("Europe"),
        "XG" => Some("East Germany"),
        "XC" => Some("Czechoslovakia"),
        "SU" => Some("USSR"),
        "YU" => Some("Yugoslavia"),
        code => ebay_country_name(code),
    }
}

/// Returns the English name of a language by its ISO 639-3 code; `None` for music without words and for codes that are not
/// frequent on records.
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
        "mul" => "Multilingual",
        _ => return None,
    })
}
