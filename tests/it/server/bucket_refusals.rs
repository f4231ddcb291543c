//! Requester-pays buckets, and objects encrypted with a customer's own key.

use std::process::Command;

use crate::batch::shop::Shop;

/// Opens a shop with a bucket of two lists that anyone may read.
async fn open_shop() -> Shop {
    let shop = Shop::open().await;
    for name in ["upcs.txt", "locked.txt"] {
        shop.sandbox.put_object("a-bucket", name, b"720642462928\n");
    }
    shop
}

fn run(mut command: Command) -> (Option<i32>, String) {
    let output = command.output().unwrap();
    (output.status.code(), String::from_utf8_lossy(&output.stderr).into_owned())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bucket_whose_readers_pay_is_read_with_a_project() {
    let shop = open_shop().await;
    shop.sandbox.require_payer("a-bucket");
    let list = "gs://a-bucket/upcs.txt";
    let (code, message) = run(shop.program(&["run", list, "--test"]));
    assert_eq!(code, Some(2), "{message}");
    assert!(message.contains("GOOGLE_CLOUD_PROJECT"), "{message}");
    let mut paid = shop.program(&["run", list, "--test"]);
    paid.env("GOOGLE_CLOUD_PROJECT", "a-project");
    // Exit code 3: the item was read, and needs a decision.
    let (code, message) = run(paid);
    assert!(matches!(code, Some(0 | 3)), "{code:?} {message}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_object_with_a_key_of_its_owner_is_named_as_that() {
    let shop = open_shop().await;
    shop.sandbox.encrypt_object("a-bucket", "locked.txt");
    for project in ["", "a-project"] {
        let mut command = shop.program(&["run", "gs://a-bucket/locked.txt", "--test"]);
        command.env("GOOGLE_CLOUD_PROJECT", project);
        let (code, message) = run(command);
        assert_eq!(code, Some(2), "{message}");
        assert!(message.contains("encrypted with a key of its owner"), "{message}");
        assert!(message.contains("--decryption-keys=KEY"), "{message}");
    }
}
