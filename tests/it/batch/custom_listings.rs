//! The seller's own template, title words and category table, and drafts without a picture at every destination.

use std::fs;

use sandbox::{DEMO_LIST, EbayAccount, SandboxOptions};

use super::shop::{Shop, files, name, run_output};

/// Returns the drafts file of the last run.
fn drafts(shop: &Shop) -> String {
    let path = files(&shop.output()).into_iter().rfind(|path| name(path).starts_with("ebay_drafts_"));
    fs::read_to_string(path.expect("a drafts file")).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_files_of_the_settings_folder_shape_the_listings() {
    let shop = Shop::open().await;
    let folder = shop.home.path().join(".config/draft-maker");
    fs::create_dir_all(&folder).unwrap();
    fs::write(folder.join("listing.html"), "<p>{{ header }}</p><b>{{ artist }}: {{ title }}</b><i>{{ footer }}</i>\n")
        .unwrap();
    let table = include_str!("../../../assets/categories.toml").replace("name = \"Style\"", "name = \"Subgenre\"");
    fs::write(folder.join("categories.toml"), table).unwrap();
    let list = shop.list(DEMO_LIST);
    let mut program = shop.program(&["run", list, "--sink", "csv"]);
    program
        .env("DRAFT_MAKER__LISTING__HEADER", "Tom & Jo's <records>")
        .env("DRAFT_MAKER__LISTING__FOOTER", "Ships on Monday");
    let result = run_output(&program.output().unwrap());
    let drafts = drafts(&shop);
    assert!(drafts.contains("C:Subgenre") && !drafts.contains("C:Style"), "{drafts}");
    let written = "<p>Tom &amp; Jo&#39;s &lt;records&gt;</p><b>";
    assert!(drafts.contains(written) && drafts.contains("</b><i>Ships on Monday</i>"), "{drafts}\n{}", result.err);

    fs::write(folder.join("listing.html"), "{{ artits }}").unwrap();
    let broken = shop.run(&["run", list, "--sink", "csv"]);
    assert_eq!(broken.code, Some(2), "{}", broken.err);
    for command in ["config", "doctor"] {
        let checked = shop.run(&[command]);
        assert_eq!(checked.code, Some(2), "{command}: {}{}", checked.out, checked.err);
        assert!(format!("{}{}", checked.out, checked.err).contains("listing."), "{command}: {}", checked.out);
    }
    assert!(broken.err.contains("listing.html") && broken.err.contains("listing.template"), "{}", broken.err);
    fs::remove_file(folder.join("listing.html")).unwrap();
    fs::write(folder.join("categories.toml"), "placeholders = 1").unwrap();
    let broken = shop.run(&["run", list, "--sink", "csv"]);
    assert_eq!(broken.code, Some(2), "{}", broken.err);
    for command in ["config", "doctor"] {
        let checked = shop.run(&[command]);
        assert_eq!(checked.code, Some(2), "{command}: {}{}", checked.out, checked.err);
        assert!(format!("{}{}", checked.out, checked.err).contains("listing."), "{command}: {}", checked.out);
    }
    assert!(broken.err.contains("categories.toml") && broken.err.contains("listing.categories"), "{}", broken.err);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_used_item_is_drafted_without_the_cover_at_every_destination() {
    for sink in ["csv", "inventory", "item-draft"] {
        let ebay_account = EbayAccount { has_item_drafts: sink == "item-draft", ..EbayAccount::default() };
        let options = SandboxOptions { enforce_limits: false, ebay_account, ..SandboxOptions::default() };
        let shop = Shop::with(options).await;
        let list = shop.demo_lines(30);
        let mut program = shop.seller(&["run", list, "--sink", sink, "--condition", "very_good"]);
        let result = run_output(&program.env("DRAFT_MAKER__LISTING__STOCK_PHOTOS", "new").output().unwrap());
        let results = shop.results();
        let made = results["results"].as_array().unwrap().iter().filter(|entry| entry["success"] == true);
        let made = made.collect::<Vec<_>>();
        assert!(!made.is_empty(), "{sink}: {}{}", result.out, result.err);
        for entry in made {
            assert_eq!(entry["images"]["primary_image"], serde_json::Value::Null, "{sink}: {entry}");
            assert!(entry["note"].as_str().unwrap().contains("needs a photo"), "{sink}: {entry}");
        }
        let refused = "eBay does not allow a stock photo for a used item";
        assert!(results.to_string().contains(refused), "{sink}: the candidates state the reason");
    }
}
