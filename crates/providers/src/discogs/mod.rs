//! Discogs: pressings by barcode, their formats to the last sticker, and what they are offered for.
//!
//! Rules (discogs.com/developers): 60 requests a minute with a token and 25 without, counted over a moving minute
//! from one address; a User-Agent of one's own. The search answers only with a token; without one, a release is
//! found by the link that another provider has. Prices are current asks and derived suggestions, not sales, and its
//! terms keep pictures and prices out of listings: they are a hint for the seller (`docs/TERMS.md`).

pub(super) mod read;

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use jiff::Timestamp;
use secrecy::{ExposeSecret, SecretString};
use serde_json::Value;

use super::drift::Json;
use super::provider::{Catalogue, Keep, PriceGuide, Unanswered};
use super::registration::{Connected, KeyHint, Registration, Ways};
use super::settings::Settings;
use domain::appraisal::{Sample, SampleKind};
use domain::condition::Condition;
use domain::entry::Entry;
use domain::provider::Provider;
use domain::release::{EntryId, Release};
use domain::upc::Upc;
use upstream::{Host, HostRules, Rate, Redirects, Reply, Request};

/// The name in settings and results.
pub const DISCOGS: Provider = Provider::named("discogs");

/// 60 a minute are documented with a token, counted over a moving minute. Sent in bursts they run into 429
/// (github.com/beetbox/beets/issues/3878), so they go at even distances.
const RATE_WITH_TOKEN: Rate = Rate { period: Duration::from_secs(1), burst: 1 };

/// 25 a minute are documented without a token.
const RATE_WITHOUT: Rate = Rate { period: Duration::from_millis(2_400), burst: 1 };

const AT_ONCE: usize = 4;

const REFUSALS: &[u16] = &[429];

/// Six hours are what the terms allow for what is shown, as those who implement them read them.
const KEEP: Keep = Keep { found: Duration::from_hours(6), not_found: Duration::from_hours(6) };

/// The currencies of `curr_abbr` (discogs.com/developers, "Database, Release"). Asked for another, it is the first:
/// the seller sees those prices, and they do not count.
const CURRENCIES: [&str; 12] = ["USD", "GBP", "EUR", "CAD", "AUD", "JPY", "CHF", "MXN", "BRL", "NZD", "SEK", "ZAR"];

/// After so many refusals in a row it is the account and not the release, and the requests go to the searches.
const REFUSED_FOR_GOOD: u32 = 3;

const CHECK_TOKEN: &str = "check DISCOGS_PERSONAL_ACCESS_TOKEN";

/// Search results that are looked at; a barcode with more pressings is asked about in any case.
const RESULTS: &str = "50";

pub(super) const REGISTRATION: Registration = Registration {
    name: DISCOGS,
    about: "pressings by barcode, formats, genres, current prices",
    key: Some(KeyHint {
        variable: "DISCOGS_PERSONAL_ACCESS_TOKEN",
        adds: "the search by barcode, price suggestions by condition, and twice the pace",
    }),
    connect,
};

fn connect(settings: &Settings, ways: &Ways<'_>) -> anyhow::Result<Connected> {
    let token = settings.key();
    let documented = if token.is_some() { RATE_WITH_TOKEN } else { RATE_WITHOUT };
    let host = ways.http.host(HostRules {
        name: DISCOGS,
        base_url: settings.base_url.clone(),
        rate: settings.pace(DISCOGS.as_str(), documented)?,
        at_once: AT_ONCE,
        redirects: Redirects::SameHost,
        refusals: REFUSALS,
        spent: None,
    })?;
    let has_token = token.is_some();
    let wanted = settings.currency.map_or(CURRENCIES[0], |currency| currency.code());
    let currency = CURRENCIES.into_iter().find(|known| *known == wanted).unwrap_or(CURRENCIES[0]);
    let discogs = Arc::new(Discogs { host: host.clone(), token, currency, refused: AtomicU32::new(0) });
    let guide = has_token.then(|| discogs.clone() as Arc<dyn PriceGuide>);
    Ok(Connected { catalogue: Some(discogs), price_guide: guide, gallery: None, host })
}

/// The web service, version 2.
pub struct Discogs {
    host: Host,
    token: Option<SecretString>,
    /// The currency of the lowest price, which has none of its own.
    currency: &'static str,
    /// Suggestions that were refused in a row.
    refused: AtomicU32,
}

#[async_trait]
impl Catalogue for Discogs {
    fn provider(&self) -> Provider {
        DISCOGS
    }

    /// The search takes one barcode.
    fn batch_size(&self) -> usize {
        1
    }

    fn keep(&self) -> Keep {
        KEEP
    }

    fn can_search(&self) -> bool {
        self.token.is_some()
    }

    async fn search(&self, upcs: &[Upc]) -> Result<HashMap<Upc, Vec<Entry>>, Unanswered> {
        let mut found = HashMap::new();
        for upc in upcs {
            found.insert(*upc, self.search_one(*upc).await?);
        }
        Ok(found)
    }

    async fn detail(&self, id: &EntryId) -> Result<Option<Entry>, Unanswered> {
        let request = Request::path(["releases", &id.id]).query("curr_abbr", self.currency);
        let Some(body) = self.ask(request).await? else { return Ok(None) };
        let entry = read::release(Json::of(&body), self.currency, Timestamp::now());
        entry.map(Some).ok_or_else(|| unreadable("no release".to_owned()))
    }
}

#[async_trait]
impl PriceGuide for Discogs {
    fn provider(&self) -> Provider {
        DISCOGS
    }

    fn keep(&self) -> Keep {
        KEEP
    }

    fn kind(&self) -> SampleKind {
        SampleKind::Suggested
    }

    /// What Discogs suggests for each condition. The lowest ask has come with the release.
    async fn samples(&self, release: &Release, _: Option<Condition>) -> Result<Option<Vec<Sample>>, Unanswered> {
        let Some(id) = release.id_at(&DISCOGS) else { return Ok(None) };
        if self.refused.load(Ordering::Relaxed) >= REFUSED_FOR_GOOD {
            return Err(no_suggestions("it refused several in a row, so it was not asked again"));
        }
        let request = Request::path(["marketplace", "price_suggestions", &id.id]);
        match self.ask(request).await {
            Ok(body) => {
                self.refused.store(0, Ordering::Relaxed);
                Ok(body.map(|body| read::suggestions(Json::of(&body), Timestamp::now())))
            }
            Err(Unanswered::Refused { words, .. }) => {
                self.refused.fetch_add(1, Ordering::Relaxed);
                Err(no_suggestions(&words))
            }
            Err(error) => Err(error),
        }
    }
}

impl Discogs {
    /// By the field, and by any field where that finds nothing: people enter codes with spaces and without the
    /// check digit, and the search by field does not find all of those (github.com/Forceu/barcodebuddy/issues/238).
    /// Either way only entries that hold the very code count. So a UPC that Discogs has costs one request, and one
    /// that it has not costs two.
    async fn search_one(&self, upc: Upc) -> Result<Vec<Entry>, Unanswered> {
        for field in ["barcode", "q"] {
            let code = upc.upc_a().unwrap_or_else(|| upc.ean13());
            let request = Request::path(["database", "search"])
                .query("type", "release")
                .query(field, code)
                .query("per_page", RESULTS);
            let body = self.ask(request).await?.filter(|body| Json::of(body).at("results").is_list());
            // Taken for an empty list, it would stand as "not found" for hours.
            let body = body.ok_or_else(|| unreadable("no list of results".to_owned()))?;
            let entries = Json::of(&body).at("results").list().filter_map(read::result);
            let holding = entries.filter(|entry| entry.barcodes.contains(&upc)).collect::<Vec<_>>();
            if !holding.is_empty() {
                return Ok(holding);
            }
        }
        Ok(Vec::new())
    }

    async fn ask(&self, mut request: Request) -> Result<Option<Value>, Unanswered> {
        if let Some(token) = &self.token {
            let header = SecretString::from(format!("Discogs token={}", token.expose_secret()));
            request = request.secret_header("Authorization", header);
        }
        let reply = self.host.send(request).await;
        let reply = reply.map_err(|error| Unanswered::Http { provider: DISCOGS, error })?;
        match reply.status {
            200 => reply.json().map(Some).map_err(unreadable),
            404 => Ok(None),
            401 => Err(self.refusal(&reply).with_advice(CHECK_TOKEN)),
            _ => Err(self.refusal(&reply)),
        }
    }

    /// The service may repeat the token that it does not like, and what it says is shown and logged.
    fn refusal(&self, reply: &Reply) -> Unanswered {
        match (Unanswered::of_status(DISCOGS, reply), &self.token) {
            (Unanswered::Refused { provider, words }, Some(token)) => {
                Unanswered::Refused { provider, words: words.replace(token.expose_secret(), "(secret)") }
            }
            (other, _) => other,
        }
    }
}

/// Suggestions are made in the currency in which the account sells, so it must have said what that is.
fn no_suggestions(words: &str) -> Unanswered {
    let advice = "price suggestions need an account with seller settings (discogs.com, Settings, Seller)";
    Unanswered::Refused { provider: DISCOGS, words: words.to_owned() }.with_advice(advice)
}

fn unreadable(what: String) -> Unanswered {
    Unanswered::Unreadable { provider: DISCOGS, what }
}
