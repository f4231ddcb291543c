//! The simulated eBay evaluates every documented part of a search (Browse API 1.19, Marketplace Insights, Analytics).

use sandbox::{EbayAccount, SandboxOptions};
use serde_json::Value;

use super::asking::{SandboxAnswer, SandboxClient};

const BROWSE: &str = "/ebay/buy/browse/v1/item_summary/search";
const SALES: &str = "/ebay/buy/marketplace_insights/v1_beta/item_sales/search";
const LIMITS: &str = "/ebay/developer/analytics/v1_beta/rate_limit/";
const INSIGHTS: &str = "https://api.ebay.com/oauth/api_scope/buy.marketplace.insights";
const PUBLIC: &str = "https://api.ebay.com/oauth/api_scope";

struct Shopper {
    visit: SandboxClient,
    bearer: String,
}

impl Shopper {
    async fn at_ebay() -> Self {
        let ebay = EbayAccount { has_insights: true, ..EbayAccount::default() };
        let visit = SandboxClient::to(SandboxOptions {
            enforce_limits: false,
            ebay_account: ebay,
            ..SandboxOptions::default()
        })
        .await;
        let bearer = format!("Bearer {}", visit.application_token(&format!("{PUBLIC} {INSIGHTS}")).await);
        Self { visit, bearer }
    }

    async fn ask(&self, path: &str, query: &[(&str, &str)]) -> SandboxAnswer {
        let mut address = url::Url::parse("http://localhost").unwrap().join(path).unwrap();
        address.query_pairs_mut().extend_pairs(query);
        let target = format!("{}?{}", address.path(), address.query().unwrap_or_default());
        self.visit.get_with(&target, &[("authorization", &self.bearer)]).await
    }

    async fn found(&self, query: &[(&str, &str)]) -> Value {
        let answer = self.ask(BROWSE, query).await;
        assert_eq!(answer.status, 200, "{query:?}: {}", answer.text());
        answer.json()
    }

    async fn refused(&self, path: &str, query: &[(&str, &str)]) -> u64 {
        let answer = self.ask(path, query).await;
        assert_eq!(answer.status, 400, "{query:?}: {}", answer.text());
        answer.json()["errors"][0]["errorId"].as_u64().unwrap()
    }
}

fn warnings(answer: &Value) -> Vec<u64> {
    answer["warnings"].as_array().into_iter().flatten().map(|warning| warning["errorId"].as_u64().unwrap()).collect()
}

#[tokio::test]
async fn a_number_that_is_not_a_upc_gives_a_warning_and_unfiltered_results() {
    let shopper = Shopper::at_ebay().await;
    let found = shopper.found(&[("gtin", "720642442524"), ("category_ids", "176984")]).await;
    assert_eq!(warnings(&found), [0; 0]);
    assert!(
        found["itemSummaries"]
            .as_array()
            .unwrap()
            .iter()
            .all(|item| item["title"].as_str().unwrap().contains("Nevermind"))
    );
    for other in ["9399603077122", "0720642442524", "96385074", "x"] {
        let found = shopper.found(&[("gtin", other), ("category_ids", "176984")]).await;
        assert_eq!(warnings(&found), [12_022], "{other}");
        let titles = found["itemSummaries"].as_array().unwrap().iter().map(|item| item["title"].to_string());
        assert!(titles.collect::<std::collections::BTreeSet<_>>().len() > 1, "unfiltered: {other}");
    }
    let nobody = shopper.found(&[("gtin", "012345678905"), ("category_ids", "176984")]).await;
    assert_eq!((nobody["total"].as_u64(), nobody.get("itemSummaries")), (Some(0), None));
}

#[tokio::test]
async fn a_category_filters_results_and_an_unknown_one_gives_a_warning() {
    let shopper = Shopper::at_ebay().await;
    let message = ("gtin", "720642442524");
    assert_eq!(shopper.found(&[message, ("category_ids", "176985")]).await["total"], 0, "it is not a record");
    let unknown = shopper.found(&[message, ("category_ids", "1")]).await;
    assert_eq!((warnings(&unknown), unknown["itemSummaries"].is_array()), (vec![12_009], true));
    let epid = shopper.found(&[message, ("epid", "x")]).await;
    assert_eq!(warnings(&epid), [12_021]);
    // Records are either new or used.
    let records = shopper.found(&[("category_ids", "176985")]).await;
    let ids = records["itemSummaries"].as_array().unwrap().iter().map(|item| item["conditionId"].as_str().unwrap());
    assert_eq!(ids.collect::<std::collections::BTreeSet<_>>(), ["1000", "3000"].into());
}

#[tokio::test]
async fn pages_are_requested_as_documented() {
    let shopper = Shopper::at_ebay().await;
    let message = ("gtin", "720642442524");
    for (name, value, browse, insights) in [
        ("limit", "0", 12_006, 100_003),
        ("limit", "201", 12_006, 100_003),
        ("limit", "x", 12_007, 100_003),
        ("offset", "-1", 12_004, 100_002),
        ("offset", "x", 12_005, 100_002),
        ("offset", "10000", 12_029, 100_021),
    ] {
        assert_eq!(shopper.refused(BROWSE, &[message, (name, value)]).await, browse, "{name}={value}");
        let query = [message, ("category_ids", "176984"), (name, value)];
        assert_eq!(shopper.refused(SALES, &query).await, insights, "{name}={value}");
    }
    assert_eq!(shopper.refused(BROWSE, &[]).await, 12_001);
    assert_eq!(shopper.refused(SALES, &[]).await, 100_001);
    assert_eq!(shopper.refused(SALES, &[message]).await, 100_018);
    assert_eq!(shopper.refused(SALES, &[("gtin", "x"), ("category_ids", "176984")]).await, 100_009);
    let first = shopper.found(&[message, ("limit", "2")]).await;
    let second = shopper.found(&[message, ("limit", "2"), ("offset", "2")]).await;
    let ids = |page: &Value| {
        page["itemSummaries"].as_array().unwrap().iter().map(|item| item["itemId"].to_string()).collect::<Vec<_>>()
    };
    assert_eq!((ids(&first).len(), ids(&second).len(), first["total"] == second["total"]), (2, 2, true));
    assert!(ids(&first).iter().all(|id| !ids(&second).contains(id)));
}

#[tokio::test]
async fn limits_are_reported_for_the_requested_api_only() {
    let shopper = Shopper::at_ebay().await;
    let messages = shopper.ask(LIMITS, &[("api_context", "buy"), ("api_name", "browse")]).await.json();
    assert_eq!(messages["rateLimits"][0]["resources"][0]["rates"][0]["limit"], 5_000);
    for unknown in [[("api_context", "sell"), ("api_name", "browse")], [("api_context", "buy"), ("api_name", "x")]] {
        assert_eq!(shopper.ask(LIMITS, &unknown).await.status, 204, "{unknown:?}");
    }
    let all = shopper.ask(LIMITS, &[]).await.json();
    assert!(all["rateLimits"].as_array().unwrap().len() > 5);
}
