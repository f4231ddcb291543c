//! eBay's responses may repeat secrets; no error contains them, whatever the status and the spelling.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ebay::{Api, TokenKind};
use serde_json::{Value, json};
use tempfile::TempDir;
use testing::http_server::{Server, ok, response};
use upstream::UpstreamRequest;

use super::{TOKEN, connect_client};

const REFRESH_TOKEN: &str = "v^1.1#i^1#p^3#REFRESHSECRET/+==";
const CERT_ID: &str = "PRD-CERTSECRET-1234567";
const ACCESS_TOKEN: &str = "v^1.1#i^1#ACCESSSECRET/+==";

/// Returns a secret in the spellings in which services repeat it.
fn spellings(secret: &str) -> Vec<String> {
    let percent = url::form_urlencoded::byte_serialize(secret.as_bytes()).collect::<String>();
    let lower_hex = ["%5E", "%2F", "%2B", "%3D"]
        .iter()
        .fold(percent.clone(), |text, code| text.replace(code, &code.to_lowercase()));
    vec![secret.to_owned(), percent, lower_hex, STANDARD.encode(secret)]
}

fn keyset() -> Value {
    json!({"refresh_token": REFRESH_TOKEN, "cert_id": CERT_ID})
}

fn assert_redacted(error: &(impl std::fmt::Debug + std::fmt::Display), secrets: &[String]) {
    let texts = format!("{error}\n{error:?}");
    assert!(texts.contains("(secret)"), "{texts}");
    for secret in secrets {
        assert!(!texts.contains(secret), "{secret} in {texts}");
    }
}

#[tokio::test]
async fn the_token_service_may_repeat_all_secrets() {
    let secrets: Vec<String> = [REFRESH_TOKEN, CERT_ID, &format!("an-app:{CERT_ID}")].map(spellings).concat();
    for status in [400, 500] {
        for secret in &secrets {
            let page = format!("<html><title>bad {secret}</title></html>");
            let json = json!({"error": format!("code {secret}"), "error_description": format!("bad {secret}")});
            for body in [json.to_string(), json.to_string().replace('=', r"\u003d").replace('/', r"\/"), page] {
                let server = Server::start(move |_| response(status, &[], &body)).await;
                let folder = TempDir::new().unwrap();
                let client = connect_client(&server, folder.path(), keyset()).await;
                let error = client.tokens().valid_token(TokenKind::Seller).await.unwrap_err();
                assert_redacted(&error, &secrets);
            }
        }
    }
}

#[tokio::test]
async fn an_api_may_repeat_the_access_token() {
    for status in [207, 400, 403, 500] {
        for secret in spellings(ACCESS_TOKEN) {
            let parameters = json!([{"name": "Authorization", "value": format!("Bearer {secret}")}]);
            let error = json!({"errorId": 25709, "message": format!("bad header {secret}"), "parameters": parameters});
            let body = json!({"errors": [error], "responses": [{"statusCode": 400, "errors": [error]}]}).to_string();
            let server = Server::start(move |asked| match asked.target.as_str() {
                TOKEN => ok(&json!({"access_token": ACCESS_TOKEN, "expires_in": 7200}).to_string()),
                _ => response(status, &[], &body),
            })
            .await;
            let folder = TempDir::new().unwrap();
            let client = connect_client(&server, folder.path(), keyset()).await;
            for request in [UpstreamRequest::for_path(["a"]), UpstreamRequest::for_path(["a"]).isolate_failures()] {
                match client.call_bulk(TokenKind::Seller, Api::Inventory, request).await {
                    Ok(reply) => {
                        let parts = reply.json::<Value>().unwrap();
                        for key in ["errors", "responses"] {
                            assert_redacted(&parts[key].to_string(), std::slice::from_ref(&secret));
                        }
                        assert_redacted(&reply.message(), std::slice::from_ref(&secret));
                    }
                    Err(error) => assert_redacted(&error, std::slice::from_ref(&secret)),
                }
            }
        }
    }
}
