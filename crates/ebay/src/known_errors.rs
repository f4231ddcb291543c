//! The eBay error IDs that Draft Maker knows, how it handles each, and what the operator can do.
//!
//! This table is the only source: code decides by it, error messages take the fix from it, and the table in
//! `docs/EBAY.md` is generated from it. It has the IDs that eBay documents for the calls that Draft Maker makes, and
//! those of eBay's token check and gateway.

/// How Draft Maker handles an error.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ErrorHandling {
    /// Retry: an eBay server error, or two concurrent writes.
    Retry,
    /// Read and update the existing offer. Error 25002 can also mean something else.
    ReconcileOffer,
    /// Treat the object as missing: eBay does not have it, or does not show it yet.
    TreatAsAbsent,
    /// Renew the token, which eBay rejects.
    RenewToken,
    /// Wait until the daily limit resets.
    Defer,
    /// Add a note to the result. This is a warning; the rest of the request was executed.
    Note,
    /// Distrust the results. This is a warning that eBay ignored part of the search.
    Distrust,
    /// Report the error; a retry would fail too.
    Report,
}

impl ErrorHandling {
    /// Returns what Draft Maker does, as a text for the documentation.
    pub const fn description(self) -> &'static str {
        match self {
            Self::Retry => "tries again several times, then fails with eBay's error; you can run the list again",
            Self::ReconcileOffer => "reads the offer and updates it; if eBay shows no offer, fails with eBay's error",
            Self::TreatAsAbsent => {
                "in a read: there is no such item or offer; right after a write: tries again until eBay shows the item"
            }
            Self::RenewToken => "renews the token once and repeats the call; then reports what to do",
            Self::Defer => "items wait until the limit resets; the rest of the batch continues",
            Self::Note => "creates the draft, and the result has eBay's warning as a note",
            Self::Distrust => {
                "uses the answer as far as it fits the item; an ignored barcode or category counts as no result"
            }
            Self::Report => "fails with eBay's error",
        }
    }
}

/// Errors that are handled the same way.
#[derive(Debug)]
pub struct KnownErrors {
    pub ids: &'static [u64],
    /// What the error IDs mean.
    pub meaning: &'static str,
    pub handling: ErrorHandling,
    /// What the operator can do; empty if there is nothing.
    pub fix: &'static str,
}

const fn row(ids: &'static [u64], meaning: &'static str, handling: ErrorHandling, fix: &'static str) -> KnownErrors {
    KnownErrors { ids, meaning, handling, fix }
}

use ErrorHandling::{Defer, Distrust, Note, ReconcileOffer, RenewToken, Report, Retry, TreatAsAbsent};

/// Fix for an error that only a bug in Draft Maker can cause.
const BUG: &str = "this is an error in Draft Maker: please report it with this message";
const POLICIES: &str = "check your business policies at https://www.ebay.com/bp/manage and run `draft-maker doctor`";
const LISTED_ITEM: &str = "open the listing at eBay and follow eBay's message there";

/// All known errors, by API and ID.
pub static KNOWN_ERRORS: &[KnownErrors] = &[
    row(
        &[1001, 1002, 1003],
        "the access token is invalid, missing or of the wrong type",
        RenewToken,
        "run `draft-maker auth ebay`, or replace EBAY_REFRESH_TOKEN",
    ),
    row(
        &[1100],
        "insufficient permissions",
        RenewToken,
        "sign in again as the selling account and agree to everything that is asked: `draft-maker auth ebay`, or a new \
         EBAY_REFRESH_TOKEN with the scopes sell.inventory and sell.account.readonly",
    ),
    row(&[2001], "the daily limit is used up", Defer, ""),
    row(&[2002], "the resource does not exist", Report, BUG),
    row(&[2003], "internal error of eBay's gateway", Retry, ""),
    row(&[2004], "the request cannot be processed", Report, ""),
    row(&[12000, 46000, 62000, 100_000, 105_000, 155_000], "internal error of an API", Retry, ""),
    row(
        &[
            12002, 12003, 12008, 12009, 12010, 12011, 12012, 12014, 12015, 12016, 12017, 12018, 12021, 12022, 12024,
            12502, 12511,
        ],
        "a part of the search was ignored (Browse API)",
        Distrust,
        "",
    ),
    row(
        &[
            12001, 12004, 12005, 12006, 12007, 12013, 12019, 12020, 12023, 12025, 12026, 12027, 12028, 12029, 12030,
            12032, 12033, 12034, 12503, 12504, 12505, 12506, 12507, 12508, 12509, 12510, 12512, 12513, 12514, 12515,
            12516, 12517, 12518,
        ],
        "the search is not valid (Browse API)",
        Report,
        "",
    ),
    row(&[20401, 20404], "a field of the request for policies is missing or unknown", Report, POLICIES),
    row(
        &[20403],
        "business policies are not switched on, or a field is invalid",
        Report,
        "opt in to business policies at https://www.ebay.com/bp/manage, signed in as the selling account",
    ),
    row(&[20500, 20501], "the Account API is out of order", Retry, ""),
    row(&[25001], "internal error of the Inventory API", Retry, ""),
    row(&[25002], "user error; with the parameter `offerId`: the offer exists already", ReconcileOffer, ""),
    row(
        &[25003],
        "the price is not valid",
        Report,
        "check [pricing], or set a price for the item with `draft-maker review`",
    ),
    row(&[25004, 25759], "the quantity is not valid", Report, "check the quantity in the list"),
    row(&[25005], "the category is not valid", Report, "run `draft-maker doctor`: it reads the categories again"),
    row(
        &[25006, 25013, 25016, 25017, 25018, 25022, 25601, 25604],
        "a field or item specific is not valid",
        Report,
        "change what the message names in the template or in the item's release, then run the list again",
    ),
    row(&[25007], "the shipping policy is not valid", Report, POLICIES),
    row(&[25008], "the payment policy is not valid", Report, POLICIES),
    row(&[25009, 25123], "the return policy is not valid", Report, POLICIES),
    row(&[25011], "the tax information is not valid", Report, "check the tax settings of your eBay account"),
    row(
        &[25012],
        "the inventory location is not valid",
        Report,
        "name another location in ebay.location; `draft-maker doctor` lists them",
    ),
    row(
        &[25014, 25015, 25086, 25501],
        "a picture is not valid",
        Report,
        "choose another picture, or add photos in Seller Hub",
    ),
    row(
        &[25019],
        "the text has words or content that eBay does not allow",
        Report,
        "change the title or the template, then run the list again",
    ),
    row(
        &[25020, 25715],
        "package weight or size is missing or not valid",
        Report,
        "set the weight of the format in [ebay.packages]",
    ),
    row(&[25021], "the condition is not allowed in the category", Report, "state another condition with --condition"),
    row(&[25025], "the same item is written twice at a time", Retry, ""),
    row(
        &[25026],
        "the selling limit of the account is reached",
        Report,
        "end listings, or ask eBay for a higher selling limit",
    ),
    row(
        &[25028, 25030, 25033, 25037, 25096, 25124, 25401, 25402, 25504, 25753],
        "warning: something was ignored or changed",
        Note,
        "",
    ),
    row(
        &[25029, 25031, 25032, 25502, 25503],
        "a required field is missing or has a wrong value",
        Report,
        "add what the message names to the item, then run the list again",
    ),
    row(
        &[25034, 25035, 25036, 25089, 25090, 25091, 25092, 25093, 25094, 25095, 25766, 25767],
        "a policy does not exist at this site or is of another kind",
        Report,
        POLICIES,
    ),
    row(&[25038, 25039, 25040, 25097, 25098], "the live listing cannot be changed", Report, LISTED_ITEM),
    row(
        &[
            25023, 25076, 25077, 25078, 25079, 25080, 25081, 25083, 25084, 25088, 25104, 25106, 25107, 25108, 25109,
            25110, 25111, 25112, 25113, 25114, 25115, 25116, 25118, 25119, 25122,
        ],
        "regulatory or compatibility information, which Draft Maker does not send",
        Report,
        LISTED_ITEM,
    ),
    row(&[25701, 25702, 25710, 25713], "eBay does not hold the item or the offer", TreatAsAbsent, ""),
    row(&[25706], "the page number is not valid", Report, BUG),
    row(
        &[25707, 25708, 25727, 25728, 25730, 25733, 25734, 25735],
        "the request has invalid, duplicate or too many SKUs",
        Report,
        BUG,
    ),
    row(
        &[25709],
        "a field of the request is not valid",
        Report,
        "change what the message names, then run the list again; an invalid header is an error in Draft Maker",
    ),
    row(&[25729], "the offer exists already", ReconcileOffer, ""),
    row(
        &[25752, 25755, 25756, 25757, 25758, 25761, 25762, 25763, 25764],
        "the offer is an auction, or has fields of one",
        Report,
        "end the auction of this SKU at eBay, or list the item there yourself",
    ),
    row(
        &[46001, 62002, 62003, 62004, 62005, 62006, 62008, 62009],
        "the site or the category does not exist",
        Report,
        "check ebay.marketplace; if eBay has moved the category, a newer version of Draft Maker is needed",
    ),
    row(
        &[46002, 46003, 46004],
        "warning: a category was ignored",
        Report,
        "run `draft-maker doctor`; if eBay has moved the category, a newer version of Draft Maker is needed",
    ),
    row(
        &[
            100_001, 100_002, 100_003, 100_004, 100_005, 100_006, 100_007, 100_008, 100_009, 100_010, 100_011, 100_012,
            100_013, 100_014, 100_015, 100_016, 100_018, 100_019, 100_020, 100_021,
        ],
        "the search for sold prices is not valid",
        Report,
        "",
    ),
    row(
        &[100_017],
        "eBay has not approved the application for sold prices",
        Report,
        "switch providers.ebay_insights off, or ask eBay for access to Marketplace Insights",
    ),
    row(
        &[
            155_001, 155_002, 155_003, 155_005, 155_007, 155_009, 155_010, 155_011, 155_012, 155_013, 155_014, 155_015,
            155_016, 155_017,
        ],
        "a field or header of the item draft is not valid",
        Report,
        "",
    ),
    row(
        &[155_004],
        "the title says too little to recognize the item",
        Report,
        "correct the item's title, then run the list again",
    ),
    row(
        &[155_006],
        "a picture has no https address",
        Report,
        "choose another picture, or add photos on the draft's page",
    ),
    row(
        &[155_008],
        "the currency does not fit the site",
        Report,
        "remove pricing.currency, or set it to the currency of the site",
    ),
    row(&[155_018], "the condition is not allowed in the category", Report, "state another condition with --condition"),
    row(
        &[190_204],
        "the picture cannot be read",
        Report,
        "the draft shows the original https address; if there is none, add a photo in Seller Hub",
    ),
];

/// Returns the table row of an error ID; `None` for an unknown ID.
pub fn known_errors(id: u64) -> Option<&'static KnownErrors> {
    KNOWN_ERRORS.iter().find(|row| row.ids.contains(&id))
}
