//! Release cases from files outside the repository: response bodies as the services send them, and the expected draft
//! for each barcode. The test is skipped if the files are missing.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use domain::condition::Condition;
use domain::matching::Verdict;
use domain::money::Money;
use domain::pricing::{Confidence, PriceEstimate};
use domain::upc::Upc;
use pipeline::{LookupReport, ProviderGateway, lookup_upc};
use providers::{Settings, UpstreamClients};
use secrecy::SecretString;
use serde_json::{Value, json};
use store::response_cache::ResponseCache;
use testing::http_server::{ReceivedRequest, ScriptedResponse, Server, ok, response, response_bytes};
use upstream::HttpClient;

fn folder() -> Option<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/cases/releases");
    folder.join("cases.json").exists().then_some(folder)
}

fn read(path: &Path) -> Value {
    let text = std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    serde_json::from_str(&text).unwrap()
}

/// Header of a PNG of 1000 × 1000 pixels, which is all that Draft Maker reads of a picture.
const PNG: [u8; 33] = *b"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR\0\0\x03\xe8\0\0\x03\xe8\x08\x02\0\0\0\0\0\0\0";

/// Response bodies of all cases by file name without extension, and file names by barcode.
struct Bodies {
    by_file: BTreeMap<String, Value>,
    by_code: BTreeMap<Upc, Vec<String>>,
}

impl Bodies {
    fn read(folder: &Path, cases: &[Value]) -> Self {
        let (mut by_file, mut by_code) = (BTreeMap::new(), BTreeMap::new());
        for case in cases {
            let files = case["files"].as_array().unwrap().iter().map(|file| file.as_str().unwrap());
            let names = files.map(|file| file.trim_end_matches(".json").to_owned()).collect::<Vec<_>>();
            for name in &names {
                by_file.insert(name.clone(), read(&folder.join(format!("{name}.json"))));
                let pictures = name.replace("musicbrainz/", "coverartarchive/");
                let file = folder.join(format!("{pictures}.json"));
                if pictures != *name && file.exists() {
                    by_file.insert(pictures, read(&file));
                }
            }
            by_code.insert(case["upc"].as_str().unwrap().parse().unwrap(), names);
        }
        Self { by_file, by_code }
    }

    fn found<'a>(&'a self, codes: &'a [Upc], service: &'a str) -> impl Iterator<Item = &'a Value> {
        let files = codes.iter().filter_map(|upc| self.by_code.get(upc)).flatten();
        files.filter(move |file| file.starts_with(service)).map(|file| &self.by_file[file])
    }

    fn answer(&self, asked: &ReceivedRequest) -> ScriptedResponse {
        let url = url::Url::parse("http://localhost").unwrap().join(&asked.target).unwrap();
        let query = url.query_pairs().into_owned().collect::<BTreeMap<_, _>>();
        let path = url.path().trim_matches('/').to_owned();
        let body = match path.split('/').collect::<Vec<_>>()[..] {
            ["mb", "release"] => Some(self.musicbrainz_search(&query["query"])),
            ["mb", "release", id] => self.by_file.get(&format!("musicbrainz/{id}")).cloned(),
            ["discogs", "database", "search"] => {
                let code = query.get("barcode").or_else(|| query.get("q")).unwrap().parse::<Upc>().unwrap();
                let results = self.found(&[code], "discogs").map(discogs_result).collect::<Vec<_>>();
                Some(json!({ "results": results }))
            }
            ["discogs", "releases", id] => self.by_file.get(&format!("discogs/{id}")).cloned(),
            ["discogs", "marketplace", "price_suggestions", id] => self.suggestions(id),
            ["caa", "release", id] => {
                Some(self.cover_index(id, &format!("http://{}/caa", asked.header("host").unwrap())))
            }
            ["caa", "picture", _] => {
                return ScriptedResponse::Bytes(response_bytes(200, &[("Content-Type", "image/png")], &PNG));
            }
            _ => None,
        };
        body.map_or_else(|| response(404, &[], "{}"), |body| ok(&body.to_string()))
    }

    /// Returns the price suggestions of a case, or default ones; `None` if the case has no suggestions.
    fn suggestions(&self, id: &str) -> Option<Value> {
        let body = &self.by_file[&format!("discogs/{id}")];
        let grades = [
            ("Mint (M)", 12.0),
            ("Near Mint (NM or M-)", 11.0),
            ("Very Good Plus (VG+)", 9.9),
            ("Very Good (VG)", 7.0),
        ];
        let usual = grades.map(|(grade, value)| (grade.to_owned(), json!({"value": value, "currency": "USD"})));
        let usual = Value::Object(usual.into_iter().collect());
        match body.get("_suggestions") {
            None => Some(usual),
            Some(Value::Object(own)) => Some(Value::Object(own.clone())),
            Some(_) => None,
        }
    }

    /// Returns the list of pictures of a release: that of the case, or a single front cover.
    fn cover_index(&self, id: &str, base: &str) -> Value {
        let picture = json!({"id": 1, "types": ["Front"], "front": true, "approved": true, "image": "BASE/1.jpg", "thumbnails": {}});
        let index = self.by_file.get(&format!("coverartarchive/{id}")).cloned();
        let index = index.unwrap_or_else(|| json!({ "images": [picture] })).to_string();
        serde_json::from_str(&index.replace("BASE", &format!("{base}/picture"))).unwrap()
    }

    fn musicbrainz_search(&self, query: &str) -> Value {
        let codes =
            query.split(|c: char| !c.is_ascii_digit()).filter_map(|code| code.parse().ok()).collect::<Vec<Upc>>();
        let mut releases: Vec<&Value> = Vec::new();
        for release in self.found(&codes, "musicbrainz") {
            if !releases.contains(&release) {
                releases.push(release);
            }
        }
        json!({"count": releases.len(), "offset": 0, "releases": releases})
    }
}

/// Returns a Discogs search result, which has less data than the release, and artist and title in one text.
fn discogs_result(release: &Value) -> Value {
    let names = |list: &Value, key: &str| {
        list.as_array().into_iter().flatten().filter_map(|one| one[key].as_str()).map(str::to_owned).collect::<Vec<_>>()
    };
    json!({
        "id": release["id"], "title": format!("{} - {}", names(&release["artists"], "name").join(" & "), release["title"].as_str().unwrap()),
        "year": release["year"].to_string(), "country": release["country"], "formats": release["formats"],
        "label": names(&release["labels"], "name"), "catno": release["labels"][0]["catno"], "genre": release["genres"],
        "style": release["styles"], "barcode": names(&release["identifiers"], "value"),
    })
}

/// Connects MusicBrainz, Discogs and the Cover Art Archive to a server.
pub(crate) async fn gateway(server: &Server) -> ProviderGateway {
    let http = HttpClient::new(&upstream::Settings::default()).unwrap();
    let connected = ["musicbrainz", "discogs", "coverartarchive"].map(|name| {
        let factory = providers::ALL.iter().find(|factory| factory.name.as_str() == name).unwrap();
        let path = match name {
            "musicbrainz" => "mb",
            "coverartarchive" => "caa",
            name => name,
        };
        let settings = Settings {
            on: true,
            base_url: format!("{}/{path}", server.address()),
            key: (name == "discogs").then(|| SecretString::from("any".to_owned())),
            requests_per_minute: Some(0.0),
            currency: None,
        };
        (factory.connect)(&settings, &UpstreamClients { http: &http, ebay: None, catalog_folder: None }).unwrap()
    });
    ProviderGateway::new(connected.into(), ResponseCache::open_in_memory().await.unwrap())
}

/// Title, item specifics and track list of a listing as text.
struct Texts {
    title: String,
    all: String,
    tracks: String,
}

fn texts(report: &LookupReport) -> Texts {
    let Verdict::Matched { best_match, .. } = &report.verdict else { unreachable!("only for a match") };
    let listing = report.listing.as_ref().unwrap();
    let values = listing.aspects().iter().flat_map(|aspect| aspect.values.clone()).collect::<Vec<_>>();
    let tracks = best_match.release.tracks.iter().flat_map(|list| &list.value).map(|track| track.title.clone());
    Texts {
        title: listing.title().to_owned(),
        all: format!("{} | {}", listing.title(), values.join(" | ")),
        tracks: tracks.collect::<Vec<_>>().join(" | "),
    }
}

fn contains(text: &str, word: &str) -> bool {
    text.to_lowercase().contains(&word.to_lowercase())
}

/// Returns the value of a field, by its name in the result file.
fn field(report: &LookupReport, name: &str) -> Option<String> {
    let Verdict::Matched { best_match, .. } = &report.verdict else { return None };
    let release = &best_match.release;
    let id = |provider: &str| release.ids.iter().find(|id| id.provider.as_str() == provider).map(|id| id.id.clone());
    match name {
        "mbid" => id("musicbrainz"),
        "discogs_id" => id("discogs"),
        "barcode" => release.barcode.as_ref().map(|code| code.value.to_string()),
        "year" => release.date.as_ref().map(|date| date.value.year().to_string()),
        "track_count" => release.track_count.as_ref().map(|count| count.value.to_string()),
        other => panic!("the case names the field {other}"),
    }
}

/// Returns the first difference from the expected results; `None` if they match.
fn mismatch(expected: &Value, report: &LookupReport) -> Option<String> {
    let price_doubt = report.price_estimate.as_ref().and_then(PriceEstimate::review_reason);
    let is_drafted = report.listing.is_some() && price_doubt.is_none();
    if expected["status"] == "needs_review" {
        return is_drafted.then(|| "it is drafted".to_owned());
    }
    if !is_drafted {
        return Some(format!("{:?} {:?} {price_doubt:?}", report.verdict.review_reason(), report.missing));
    }
    let listing = report.listing.as_ref().unwrap();
    let price = |value: &Value| Money::parse(value.as_str().unwrap(), "USD").unwrap();
    let texts = texts(report);
    let words = |value: &Value| {
        value.as_array().unwrap().iter().map(|word| word.as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    for (key, value) in expected.as_object().unwrap() {
        let is_met = match key.as_str() {
            // This test does not cover prices from eBay.
            "status" | "ebay_not_asked_for" => true,
            "category" => value == &json!(listing.category_id().to_string()),
            "price_min" => listing.price().minor >= price(value).minor,
            "price_max" => listing.price().minor <= price(value).minor,
            "image" => {
                listing.images()[0].ends_with(&format!("/{}.jpg", value.as_str().unwrap()))
                    || listing.images()[0].contains(&format!("/{}-", value.as_str().unwrap()))
            }
            "title" => words(value).iter().all(|word| contains(&texts.title, word)),
            "title_any" => words(value).iter().any(|word| contains(&texts.title, word)),
            "title_lacks" => !words(value).iter().any(|word| contains(&texts.title, word)),
            "says" => words(value).iter().all(|word| contains(&texts.all, word)),
            "says_any" => words(value).iter().any(|word| contains(&texts.all, word)),
            "lacks" => !words(value).iter().any(|word| contains(&texts.all, word)),
            "tracks" => words(value).iter().all(|word| contains(&texts.tracks, word)),
            "field" => value.as_object().unwrap().iter().all(|(name, wanted)| {
                let wanted = wanted.as_str().map_or_else(|| wanted.to_string(), str::to_owned);
                field(report, name) == Some(wanted)
            }),
            other => panic!("the case expects {other}"),
        };
        if !is_met {
            return Some(format!("{key} {value}: {} ({})", texts.all, texts.tracks));
        }
    }
    None
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_case_gives_the_expected_draft() {
    let Some(folder) = folder() else { return println!("no release cases beside the repository: skipped") };
    let cases = read(&folder.join("cases.json"));
    let cases = cases.as_array().unwrap().clone();
    let bodies = Bodies::read(&folder, &cases);
    let server = Server::start(move |asked| bodies.answer(asked)).await;
    let gateway = gateway(&server).await;
    let mut usual = pipeline::Policies::default();
    usual.artwork.allow_loopback = true;
    let without_floor = usual.clone();
    // Most cases test the release, so their prices are irrelevant.
    usual.pricing.min_confidence = Confidence::None;
    usual.pricing.default_bounds.floor = Some(Money::parse("4.99", "USD").unwrap());
    let mut errors = Vec::new();
    for case in cases.iter().filter(|case| case["open"] != true) {
        let upc = case["upc"].as_str().unwrap().parse().unwrap();
        let (policies, condition) =
            if case["run"] == "prices" { (&without_floor, Condition::VeryGood) } else { (&usual, Condition::New) };
        let report = lookup_upc(&gateway, upc, Some(condition), policies).await.unwrap();
        let whys =
            case["expect"].as_array().unwrap().iter().map(|expected| mismatch(expected, &report)).collect::<Vec<_>>();
        if whys.iter().all(Option::is_some) {
            errors.push(format!("{}: {}", case["name"], whys.into_iter().flatten().collect::<Vec<_>>().join(" / ")));
        }
    }
    assert!(errors.is_empty(), "{} cases\n{}", errors.len(), errors.join("\n"));
}
