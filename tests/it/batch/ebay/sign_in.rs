//! Signs in to eBay from a shell.

use std::io::Write;
use std::os::unix::fs::PermissionsExt;
use std::process::{Command, Stdio};

use super::{assert_only_unpublished_offers, shop};
use crate::batch::shop::{ProgramOutput, Shop, run_output};

/// Returns the seller's program before the first sign-in.
pub(crate) fn program_without_sign_in(shop: &Shop, arguments: &[&str]) -> Command {
    let mut command = shop.seller(arguments);
    command.env_remove("EBAY_REFRESH_TOKEN");
    command
}

/// Runs `auth ebay` and enters the reply that `answer` returns for the printed address.
pub(crate) async fn signed_in(shop: &Shop, answer: impl AsyncFnOnce(String) -> String) -> ProgramOutput {
    let mut command = program_without_sign_in(shop, &["auth", "ebay"]);
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut out = std::io::BufReader::new(child.stdout.take().unwrap());
    let mut printed = String::new();
    while !printed.contains("3. Paste") {
        assert!(std::io::BufRead::read_line(&mut out, &mut printed).unwrap() > 0, "{printed}");
    }
    let address = printed.lines().find(|line| line.starts_with("http")).unwrap().to_owned();
    let pasted = answer(address).await;
    writeln!(child.stdin.take().unwrap(), "{pasted}").unwrap();
    std::io::Read::read_to_string(&mut out, &mut printed).unwrap();
    let ended = child.wait_with_output().unwrap();
    ProgramOutput { code: ended.status.code(), out: printed, err: String::from_utf8_lossy(&ended.stderr).into_owned() }
}

/// Agrees in a browser as the seller; returns the address of the next page.
pub(crate) async fn agree(address: String) -> String {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let client = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build().unwrap();
    let answer = client.get(address).send().await.unwrap();
    answer.headers()["location"].to_str().unwrap().to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sign_in_is_stored_for_its_owner_only() {
    let shop = shop(2).await;
    let ran = signed_in(&shop, agree).await;
    assert_eq!(ran.code, Some(0), "{}{}", ran.out, ran.err);
    assert!(
        ran.out.contains("From now on drafts are created on eBay") && ran.out.contains("--sink csv"),
        "{}",
        ran.out
    );
    let stored_path = shop.home.path().join(".config/draft-maker/ebay-sandbox.json");
    assert_eq!(std::fs::metadata(&stored_path).unwrap().permissions().mode() & 0o777, 0o600);
    let status = program_without_sign_in(&shop, &["auth", "status"]).output().unwrap();
    let status = String::from_utf8_lossy(&status.stdout).into_owned();
    assert!(status.contains("eBay accepts the sign-in") && status.contains("read the business policies"), "{status}");

    // After the sign-in, drafts go to eBay; other processes use the same tokens.
    for _ in 0..2 {
        let ran = program_without_sign_in(&shop, &[shop.synthetic_list()]).output().unwrap();
        let text = String::from_utf8_lossy(&ran.stderr).into_owned();
        assert!(ran.status.success() && text.contains("Destination: "), "each batch shows the destination: {text}");
    }
    assert_only_unpublished_offers(&shop, 2);
    let grants = shop.sandbox.ebay_state().grants;
    assert_eq!((grants["authorization_code"], grants.get("refresh_token")), (1, None), "{grants:?}");
    assert_eq!(grants["client_credentials"], 1);

    // If a refresh response has no new refresh token, the old one is kept.
    shop.sandbox.expire_tokens();
    for _ in 0..2 {
        assert!(program_without_sign_in(&shop, &["drafts"]).output().unwrap().status.success());
        shop.sandbox.expire_tokens();
    }
    assert_eq!(shop.sandbox.ebay_state().grants["refresh_token"], 2);

    let revoked = program_without_sign_in(&shop, &["auth", "revoke", "--yes"]).output().unwrap();
    assert!(String::from_utf8_lossy(&revoked.stdout).contains("Deleted") && !stored_path.exists());
    let status = program_without_sign_in(&shop, &["auth", "status"]).output().unwrap();
    assert_eq!(status.status.code(), Some(3));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_status_says_nothing_twice() {
    let shop = shop(0).await;
    let signed_in = shop.sell(&["auth", "status"]);
    let without = run_output(&program_without_sign_in(&shop, &["auth", "status"]).output().unwrap());
    let without_keyset = shop.run(&["auth", "status"]);
    for status in [signed_in, without, without_keyset] {
        let values = status.out.lines().skip(1).filter_map(|line| line.get(15..));
        let mut values = values.filter(|value| value.len() > 8).collect::<Vec<_>>();
        let count = values.len();
        values.sort_unstable();
        values.dedup();
        assert_eq!(values.len(), count, "{}", status.out);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn only_the_reply_to_this_sign_in_is_accepted() {
    let shop = shop(0).await;
    let other_state = |address: String| async move {
        let answer = agree(address).await;
        let (before, after) = answer.split_once("state=").unwrap();
        // A generated state never begins with a dash.
        format!("{before}state=-{}", &after[1..])
    };
    let ran = signed_in(&shop, other_state).await;
    assert_eq!(ran.code, Some(2));
    assert!(ran.err.contains("another sign-in"), "{}", ran.err);
    let ran = signed_in(&shop, async |_| "https://signin.example/accepted?state=x".to_owned()).await;
    assert!(ran.err.contains("has no `code`"), "{}", ran.err);
    let ran = signed_in(&shop, async |_| String::new()).await;
    assert!(ran.err.contains("nothing was pasted: run `draft-maker auth ebay` again"), "{}", ran.err);
    for (pasted, expected) in [
        ("hello world", "this is not the address of a page"),
        ("https://signin.example/?error=access_denied", "you did not agree at eBay"),
        ("https://signin.example/?error_id=unauthorized_client", "check EBAY_APP_ID, EBAY_RU_NAME"),
    ] {
        let ran = signed_in(&shop, async |_| pasted.to_owned()).await;
        assert!(ran.code == Some(2) && ran.err.contains(expected), "{pasted}: {}", ran.err);
    }
    let ran = signed_in(&shop, async |_| "v^1.1#made-up".to_owned()).await;
    assert_eq!(ran.code, Some(2), "the code is a mistake in the input: {}", ran.err);
    assert!(ran.err.contains("invalid_grant") && !ran.err.contains("made-up"), "{}", ran.err);
}

/// The code alone is enough, as copied from the address.
#[tokio::test(flavor = "multi_thread")]
async fn a_code_that_is_still_encoded_is_decoded_once() {
    let shop = shop(0).await;
    let only_code = |address: String| async move {
        let answer = agree(address).await;
        let code = answer.split("code=").nth(1).unwrap().split('&').next().unwrap().to_owned();
        assert!(code.contains('%'), "{code}");
        code
    };
    let ran = signed_in(&shop, only_code).await;
    assert_eq!(ran.code, Some(0), "{}{}", ran.out, ran.err);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_keyset_and_a_missing_name_are_reported() {
    let shop = shop(1).await;
    let mut wrong = shop.seller(&[shop.synthetic_list()]);
    let ran = wrong.env("EBAY_CERT_ID", "SBX-not-the-one-0000").output().unwrap();
    let text = String::from_utf8_lossy(&ran.stderr).into_owned();
    assert_eq!(ran.status.code(), Some(2), "{text}");
    assert!(text.contains("invalid_client") && text.contains("EBAY_CERT_ID"), "{text}");
    assert!(!text.contains("SBX-not-the-one"), "{text}");
    assert!(text.contains("No item was processed"), "{text}");

    // The same applies if only eBay's rules or only prices depend on the keyset.
    let list = shop.synthetic_list();
    for arguments in [&[list, "--sink", "csv"][..], &[list, "--dry-run"]] {
        let mut wrong = shop.seller(arguments);
        wrong.env("EBAY_CERT_ID", "SBX-not-the-one-0000").env("DRAFT_MAKER__PROVIDERS__EBAY_BROWSE__ON", "true");
        let ran = crate::batch::shop::run_output(&wrong.output().unwrap());
        assert_eq!(ran.code, Some(2), "{arguments:?}: {}{}", ran.out, ran.err);
        assert!(ran.err.contains("EBAY_CERT_ID"), "{arguments:?}: {}", ran.err);
    }
    assert!(shop.run(&["jobs"]).out.contains("No batches yet"));

    // Meanwhile a token of the valid keyset is stored; it no longer hides the mistake.
    assert!(shop.seller(&["doctor"]).output().unwrap().status.code().is_some());
    let ran = crate::batch::shop::run_output(
        &shop.seller(&[list]).env("EBAY_CERT_ID", "SBX-not-the-one-0000").output().unwrap(),
    );
    assert_eq!(ran.code, Some(2), "{}{}", ran.out, ran.err);
    let nameless = program_without_sign_in(&shop, &["auth", "ebay"]).env_remove("EBAY_RU_NAME").output().unwrap();
    assert!(String::from_utf8_lossy(&nameless.stderr).contains("EBAY_RU_NAME"));

    // The keyset and the RuName are checked before the seller is sent to eBay.
    let begin = |variable: &str, value: &str| {
        crate::batch::shop::run_output(
            &program_without_sign_in(&shop, &["auth", "ebay"]).env(variable, value).output().unwrap(),
        )
    };
    let wrong = begin("EBAY_CERT_ID", "SBX-not-the-one-0000");
    assert!(wrong.code == Some(2) && wrong.err.contains("EBAY_CERT_ID"), "{:?} {}", wrong.code, wrong.err);
    assert!(!wrong.out.contains("http"), "no address is printed: {}", wrong.out);
    for address in ["https://example.com/accepted", "HTTP://localhost"] {
        let wrong = begin("EBAY_RU_NAME", address);
        assert!(wrong.code == Some(2) && wrong.err.contains("RuName that eBay shows"), "{address}: {}", wrong.err);
    }
}

/// An App ID names its environment, so a keyset of the other one is reported without asking eBay.
#[tokio::test(flavor = "multi_thread")]
async fn a_keyset_of_the_other_environment_is_reported() {
    let shop = shop(1).await;
    let list = shop.synthetic_list();
    for (variable, value, expected) in [
        ("EBAY_ENVIRONMENT", "production", "belongs to eBay's sandbox (SBX)"),
        ("EBAY_APP_ID", "Ann-DraftMak-PRD-000000000-00000000", "belongs to eBay's production (PRD)"),
        ("EBAY_APP_ID", "SBX-0000-0000", "EBAY_APP_ID has a Cert ID"),
    ] {
        for arguments in [&["auth", "ebay"][..], &[list]] {
            let mut program = program_without_sign_in(&shop, arguments);
            let ran = run_output(&program.env(variable, value).output().unwrap());
            assert_eq!(ran.code, Some(2), "{value} {arguments:?}: {}{}", ran.out, ran.err);
            assert!(ran.err.contains(expected), "{value} {arguments:?}: {}", ran.err);
        }
        let doctor = run_output(&program_without_sign_in(&shop, &["doctor"]).env(variable, value).output().unwrap());
        assert!(doctor.out.contains(expected), "{value}: {}", doctor.out);
    }
}
