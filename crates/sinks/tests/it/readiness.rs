//! The readiness checks before a batch: which answers are cached, and for which eBay environment.

use std::sync::atomic::{AtomicUsize, Ordering};

use domain::listing::Categories;
use serde_json::{Value, json};
use sinks::ebay::{ReadinessReport, ReadinessResult, check_readiness};
use store::response_cache::ResponseCache;
use tempfile::TempDir;

use testing::ebay_service::{connect_client, start_ebay_server};
use testing::http_server::{ReceivedRequest, ScriptedResponse, Server, ok, response};

const CONDITIONS: &str = "get_item_condition_policies";
const ASPECTS: &str = "get_item_aspects_for_category";

/// Starts an eBay server that answers the first `times` requests to `oddly` with `odd`.
async fn server_with_odd_responses(oddly: &'static str, odd: &'static str, times: usize) -> Server {
    let so_far = AtomicUsize::new(0);
    start_ebay_server(7_200, move |asked| {
        if asked.target.contains(oddly) && so_far.fetch_add(1, Ordering::Relaxed) < times {
            return ok(odd);
        }
        plain(asked)
    })
    .await
}

fn plain(asked: &ReceivedRequest) -> ScriptedResponse {
    let number = |name: &str| json!([{name: "1", "name": "One"}]);
    let body = match asked.target.split('?').next().unwrap().rsplit('/').next().unwrap() {
        "fulfillment_policy" => json!({"fulfillmentPolicies": number("fulfillmentPolicyId")}),
        "payment_policy" => json!({"paymentPolicies": number("paymentPolicyId")}),
        "return_policy" => json!({"returnPolicies": number("returnPolicyId")}),
        "location" => json!({"locations": [{"merchantLocationKey": "here", "name": "Here"}]}),
        "get_default_category_tree_id" => json!({"categoryTreeId": "0", "categoryTreeVersion": "134"}),
        ASPECTS => {
            json!({"aspects": [{"localizedAspectName": "Artist", "aspectConstraint": {"aspectRequired": true}}]})
        }
        CONDITIONS => conditions(&asked.target),
        other => panic!("{other}"),
    };
    ok(&body.to_string())
}

fn conditions(target: &str) -> Value {
    let ids = Categories::built_in().leaf_categories().iter().map(|category| category.id.to_string());
    let asked = ids.filter(|id| target.contains(id.as_str()));
    let policies = asked.map(|id| json!({"categoryId": id, "itemConditions": [{"conditionId": "1000"}]}));
    json!({"itemConditionPolicies": policies.collect::<Vec<_>>()})
}

async fn readiness_report(server: &Server, folder: &TempDir, answers: &ResponseCache) -> ReadinessReport {
    let client = connect_client(server, folder.path(), json!({"refresh_token": "a-consent"})).await;
    check_readiness(&client, answers, Categories::built_in()).await
}

#[tokio::test]
async fn an_odd_response_about_a_category_is_not_cached() {
    for (oddly, odd) in [
        (CONDITIONS, "{}"),
        (CONDITIONS, r#"{"itemConditionPolicies":[{"categoryId":"176984","itemConditions":[]}]}"#),
        (ASPECTS, "{}"),
        (ASPECTS, r#"{"aspects":[{"localizedAspectName":null}]}"#),
    ] {
        let (server, folder) = (server_with_odd_responses(oddly, odd, 1).await, TempDir::new().unwrap());
        let answers = ResponseCache::open_in_memory().await.unwrap();
        let first = readiness_report(&server, &folder, &answers).await;
        assert!(matches!(first.result, ReadinessResult::NoAnswer), "{oddly} {odd}: {:?}", first.checks);
        assert_eq!(first.to_do().len(), 1, "{:?}", first.to_do());
        let second = readiness_report(&server, &folder, &answers).await;
        assert!(matches!(second.result, ReadinessResult::Ready { .. }), "{oddly} {odd}: {:?}", second.checks);
    }
}

#[tokio::test]
async fn rules_are_cached_for_each_ebay_environment() {
    let answers = ResponseCache::open_in_memory().await.unwrap();
    let folder = TempDir::new().unwrap();
    let (sandbox, other) = (server_with_odd_responses("-", "", 0).await, server_with_odd_responses("-", "", 0).await);
    let asked = |server: &Server| server.targets().iter().filter(|target| target.contains(ASPECTS)).count();
    for server in [&sandbox, &sandbox, &other] {
        let report = readiness_report(server, &folder, &answers).await;
        assert!(matches!(report.result, ReadinessResult::Ready { .. }));
    }
    let leaves = Categories::built_in().leaf_categories().len();
    assert_eq!((asked(&sandbox), asked(&other)), (leaves, leaves), "once per eBay environment");
}

/// A check that fails through a fault of eBay or a gateway is repeated; a check that only the operator can fix is not.
#[tokio::test]
async fn a_report_tells_an_outage_from_a_missing_setup() {
    const PAGE: &str = "<html>oops</html>";
    const ERRORS: &str = r#"{"errors": [{"errorId": 20403, "message": "Invalid"}]}"#;
    for (path, status, body) in [
        ("return_policy", 500, PAGE),
        ("location", 500, PAGE),
        ("get_default_category_tree_id", 500, PAGE),
        (CONDITIONS, 500, PAGE),
        ("return_policy", 403, PAGE),
        ("location", 409, ""),
        ("get_default_category_tree_id", 302, ""),
        ("fulfillment_policy", 400, ""),
        ("payment_policy", 200, ERRORS),
    ] {
        let server = start_ebay_server(7_200, move |asked| {
            if asked.target.contains(path) { response(status, &[], body) } else { plain(asked) }
        })
        .await;
        let (folder, answers) = (TempDir::new().unwrap(), ResponseCache::open_in_memory().await.unwrap());
        let report = readiness_report(&server, &folder, &answers).await;
        assert!(matches!(report.result, ReadinessResult::NoAnswer), "{path}: {:?}", report.to_do());
        assert!(report.to_do().iter().all(|line| line.contains("try again")), "{:?}", report.to_do());
        assert_eq!(report.to_do().len(), 1, "{path}: {:?}", report.to_do());
    }
    let server = start_ebay_server(7_200, |asked| {
        if asked.target.contains("return_policy") { ok(r#"{"returnPolicies": []}"#) } else { plain(asked) }
    })
    .await;
    let (folder, answers) = (TempDir::new().unwrap(), ResponseCache::open_in_memory().await.unwrap());
    let report = readiness_report(&server, &folder, &answers).await;
    assert!(matches!(report.result, ReadinessResult::NeedsSetup), "{:?}", report.to_do());
}
