//! Decisions and edits together with photos.

use std::io::{BufRead as _, BufReader};

use nix::sys::signal::Signal;
use store::journal::Journal;

use super::photos::{images, photo};
use super::{shop, sku};
use crate::batch::review;
use crate::batch::shop::{Shop, send_signal};

fn run(shop: &Shop, arguments: &[&str]) -> String {
    let ran = shop.sell(arguments);
    assert_eq!(ran.code, Some(0), "{}{}", ran.out, ran.err);
    ran.out
}

/// A draft that is created after a decision has the photos from the start, and their folder does not update it again.
#[tokio::test(flavor = "multi_thread")]
async fn the_photos_of_a_reviewed_item_are_in_its_draft_once() {
    let shop = shop(1).await;
    let ran = shop.sell(&[shop.synthetic_list(), "--review"]);
    assert_eq!(ran.code, Some(3), "{}{}", ran.out, ran.err);
    photo(&shop, 0, ".jpg", 1);
    run(&shop, &["photos", "photos"]);
    let upc = shop.sandbox.synthetic_upcs()[0].to_string();
    review::edit(&shop, &[(&upc, "choose = \"go\"")]);
    run(&shop, &["review", "--apply", "review.toml"]);
    run(&shop, &["resume"]);
    let (before, attached) = (shop.sandbox.ebay_state().writes, images(&shop, 0));
    assert!(!attached.is_empty(), "the photo is in the draft");
    let again = run(&shop, &["photos", "photos"]);
    assert!(!again.contains("updated"), "{again}");
    assert_eq!(shop.sandbox.ebay_state().writes, before);
}

/// An edit whose decision cannot be undone keeps its photos.
#[tokio::test(flavor = "multi_thread")]
async fn the_photos_of_an_edit_that_is_not_undone_stay() {
    let shop = shop(1).await;
    run(&shop, &[shop.synthetic_list()]);
    for (rest, color) in [(".jpg", 1), ("_2.jpg", 2)] {
        photo(&shop, 0, rest, color);
    }
    run(&shop, &["photos", "photos"]);
    let first = images(&shop, 0);
    let upc = shop.sandbox.synthetic_upcs()[0].to_string();
    let arranged = format!("{upc}_2.jpg");
    let mut edit = shop.seller(&["edit", &upc, "--photos", &arranged, "--price", "31.00"]);
    let mut edit = edit.stdout(std::process::Stdio::piped()).spawn().unwrap();
    let mut line = String::new();
    BufReader::new(edit.stdout.take().unwrap()).read_line(&mut line).unwrap();
    send_signal(&edit, Signal::SIGKILL);
    edit.wait().unwrap();

    let undone = shop.sell(&["undo"]);
    assert!(undone.code == Some(2) && undone.err.contains("still in progress"), "{}{}", undone.out, undone.err);
    run(&shop, &["resume"]);
    let price = || shop.sandbox.ebay_state().offers_for_sku(&sku(&shop, 0))[0]["pricingSummary"]["price"].clone();
    assert_eq!(price()["value"], "31.00");
    assert_eq!(images(&shop, 0).len(), first.len() - 1, "the draft has one of the two photos");
    let owner = Journal::open(&shop.home.path().join(".local/share/draft-maker")).await.unwrap();
    let refused = shop.sell(&["undo"]);
    assert_ne!(refused.code, Some(0), "another process uses the data folder: {}{}", refused.out, refused.err);
    owner.close().await;
    run(&shop, &["undo"]);
    assert_ne!(price()["value"], "31.00");
    assert_eq!(images(&shop, 0), first);
}
