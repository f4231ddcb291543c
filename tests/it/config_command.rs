//! The errors of `draft-maker config`.

use std::fs;

use tempfile::TempDir;

use crate::cli::{err, program};

/// Settings files with a wrong value, each with the error.
const WRONG_VALUES: [(&str, &str); 18] = [
    (
        "[listing]\ncondition = \"VG+\"",
        "listing.condition: \"VG+\" is not allowed; it is a grade: write it to listing.media_grade, or use new, like_new, very_good, \
         good or acceptable",
    ),
    (
        "[listing]\ncondition = \"shiny\"",
        "listing.condition: \"shiny\" is not allowed; use new, like_new, very_good, good or acceptable",
    ),
    ("[listing]\ncondition = \"Very Good\"", "listing.condition: \"Very Good\" is not allowed; write very_good"),
    ("[market]\nsink = \"Item_Draft\"", "market.sink: \"Item_Draft\" is not allowed; write item-draft"),
    (
        "[listing]\ncondition = \u{201c}good\u{201d}",
        "own.toml, line 2: the value of condition begins with a quotation mark of a word processor; write condition = \"…\"",
    ),
    (
        "[listing]\nmedia_grade = \"VGG\"",
        "listing.media_grade: \"VGG\" is not allowed; use M, NM, EX, VG+, VG, G+, G, F or P",
    ),
    (
        "[pricing]\ncurrency = \"EURO\"",
        "pricing.currency: \"EURO\" is not allowed; use an ISO 4217 code such as USD, EUR or GBP",
    ),
    ("[pricing]\nfloor = \"4,99\"", "pricing.floor: not an amount: \"4,99\"; write it as text, for example \"4.99\""),
    ("[pricing]\nending = \".9\"", "pricing.ending is \".9\"; write all decimals of the currency, for example \".99\""),
    ("[market]\nsink = \"ebay\"", "market.sink: \"ebay\" is not allowed; use csv, inventory or item-draft"),
    (
        "[ebay]\nmarketplace = \"EBAY_UK\"",
        "ebay.marketplace: \"EBAY_UK\" is not a supported eBay site; did you mean EBAY_GB? The sites are EBAY_US, EBAY_GB, ",
    ),
    ("[matching]\ncountries = [\"Amerika\"]", "\"Amerika\" is not a country: write a code, such as US, GB or DE"),
    ("[batch]\nslots = 0", "batch.slots: 0 is not allowed; write a whole number, 1 or more"),
    ("[log]\nlevel = \"loud\"", "log.level is \"loud\"; use error, warn, info, debug or trace"),
    ("[console]\ntheme = \"pink\"", "own.toml, line 2: console.theme: unknown theme \"pink\"; use auto or one of "),
    ("[console]\nsort = \"prize\"", "own.toml, line 2: console.sort: unknown column \"prize\"; the columns are "),
    ("[ebay.packages]\ncd_ounces = -1.0", "own.toml, line 2: ebay.packages.cd_ounces is -1: write a weight above 0"),
    (
        "[listing]\nbest_offer_accept_percent = 80\nbest_offer_decline_percent = 90",
        "own.toml, line 3: listing.best_offer_decline_percent is 90, and it must be below listing.best_offer_accept_percent, which is 80",
    ),
];

/// `config` names the place, the setting and the allowed values of each wrong value.
#[test]
fn config_explains_wrong_values() {
    let home = TempDir::new().unwrap();
    for (text, message) in WRONG_VALUES {
        fs::write(home.path().join("own.toml"), text).unwrap();
        let output = program(&home).args(["config", "--config", "own.toml"]).output().unwrap();
        assert_eq!(output.status.code(), Some(2), "{text}: {}", err(&output));
        assert!(err(&output).contains(message), "{text}: {}", err(&output));
    }
}
