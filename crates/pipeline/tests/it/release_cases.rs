//! The release cases that stand beside the repository: bodies as the services send them, served over a socket, and the
//! draft that is expected for each barcode. Skipped where there are none.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use domain::condition::Condition;
use domain::matching::Verdict;
use domain::money::Money;
use domain::upc::Upc;
use pipeline::{LookupReport, ProviderGateway, lookup_upc};
use providers::{Settings, UpstreamClients};
use secrecy::SecretString;
use serde_json::{Value, json};
use store::response_cache::ResponseCache;
use testing::http_server::{ReceivedRequest, ScriptedResponse, Server, answer, ok};
use upstream::HttpClient;

/// Kinds that the price, the pictures and the wording of the listing decide, not the choice of the release.
const OTHER_KINDS: [&str; 7] =
    ["price-limits", "cover-images", "release-type", "performers", "format-in-title", "title-text", "edition-words"];

fn folder() -> Option<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/cases/releases");
    folder.join("cases.json").exists().then_some(folder)
}

fn read(path: &Path) -> Value {
    let text = std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    serde_json::from_str(&text).unwrap()
}

/// The bodies of all cases by file name without extension, and the files by barcode.
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
            ["discogs", "marketplace", "price_suggestions", _] => Some(
                json!({"Near Mint (NM or M-)": {"value": 11.0, "currency": "USD"}, "Mint (M)": {"value": 12.0, "currency": "USD"}}),
            ),
            _ => None,
        };
        body.map_or_else(|| answer(404, &[], "{}"), |body| ok(&body.to_string()))
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

/// A search result of Discogs: less than the release, artist and title in one text.
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

async fn gateway(server: &Server) -> ProviderGateway {
    let http = HttpClient::new(&upstream::Settings::default()).unwrap();
    let connected = ["musicbrainz", "discogs"].map(|name| {
        let factory = providers::ALL.iter().find(|factory| factory.name.as_str() == name).unwrap();
        let path = if name == "musicbrainz" { "mb" } else { name };
        let settings = Settings {
            on: true,
            base_url: format!("{}/{path}", server.address()),
            key: (name == "discogs").then(|| SecretString::from("any".to_owned())),
            requests_per_minute: Some(0.0),
            currency: None,
        };
        (factory.connect)(&settings, &UpstreamClients { http: &http, ebay: None, offline_catalog: None }).unwrap()
    });
    ProviderGateway::new(connected.into(), ResponseCache::open_in_memory().await.unwrap())
}

/// Title, item specifics and track list of the listing, in one text each.
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

/// Returns the value of a field as the result file names it.
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

/// Returns what differs from one of the expected results.
fn mismatch(expected: &Value, report: &LookupReport) -> Option<String> {
    let is_drafted = report.listing.is_some();
    if expected["status"] == "needs_review" {
        return is_drafted.then(|| "it is drafted".to_owned());
    }
    if !is_drafted {
        return Some(format!("{:?} {:?}", report.verdict.review_reason(), report.missing));
    }
    let texts = texts(report);
    let words = |value: &Value| {
        value.as_array().unwrap().iter().map(|word| word.as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    for (key, value) in expected.as_object().unwrap() {
        let is_met = match key.as_str() {
            "status" | "category" | "ebay_not_asked_for" | "price_min" | "price_max" | "image" => true,
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
async fn every_case_becomes_what_is_expected() {
    let Some(folder) = folder() else { return println!("no release cases beside the repository: skipped") };
    let cases = read(&folder.join("cases.json"));
    let cases = cases.as_array().unwrap().clone();
    let bodies = Bodies::read(&folder, &cases);
    let server = Server::start(move |asked| bodies.answer(asked)).await;
    let gateway = gateway(&server).await;
    let mut policies = crate::setup::policies();
    policies.pricing.default_bounds.floor = Some(Money::parse("4.99", "USD").unwrap());
    let mut errors = Vec::new();
    for case in &cases {
        let kind = case["kind"].as_str().unwrap();
        if case["open"] == true || case["run"] == "prices" || OTHER_KINDS.contains(&kind) {
            continue;
        }
        let upc = case["upc"].as_str().unwrap().parse().unwrap();
        let report = lookup_upc(&gateway, upc, Some(Condition::New), &policies).await.unwrap();
        let whys =
            case["expect"].as_array().unwrap().iter().map(|expected| mismatch(expected, &report)).collect::<Vec<_>>();
        if whys.iter().all(Option::is_some) {
            errors.push(format!("{}: {}", case["name"], whys.into_iter().flatten().collect::<Vec<_>>().join(" / ")));
        }
    }
    assert!(errors.is_empty(), "{} cases\n{}", errors.len(), errors.join("\n"));
}
