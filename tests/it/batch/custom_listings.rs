//! The seller's own template, title words and category table, and drafts without a picture at every destination.

use std::fs;

use sandbox::{DEMO_LIST, EbayAccount, SandboxOptions};

use super::shop::{Shop, files, name, run_output};

/// Returns the drafts file of the last run.
fn drafts(shop: &Shop) -> String {
    let path = files(&shop.output()).into_iter().rfind(|path| name(path).starts_with("ebay_drafts_"));
    fs::read_to_string(path.expect("a drafts file")).unwrap()
}

/// Asserts that the commands that check the settings name the section of the faulty file.
fn assert_checks_name_listing(shop: &Shop) {
    for command in ["config", "doctor"] {
        let checked = shop.run(&[command]);
        assert_eq!(checked.code, Some(2), "{command}: {}{}", checked.out, checked.err);
        assert!(format!("{}{}", checked.out, checked.err).contains("listing."), "{command}: {}", checked.out);
    }
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
    assert_checks_name_listing(&shop);
    assert!(broken.err.contains("listing.html") && broken.err.contains("listing.template"), "{}", broken.err);
    fs::remove_file(folder.join("listing.html")).unwrap();
    fs::write(folder.join("categories.toml"), "placeholders = 1").unwrap();
    let broken = shop.run(&["run", list, "--sink", "csv"]);
    assert_eq!(broken.code, Some(2), "{}", broken.err);
    assert_checks_name_listing(&shop);
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

/// A setting that names a missing file is reported with the setting, the file and a fix.
#[tokio::test(flavor = "multi_thread")]
async fn a_missing_template_or_category_table_is_reported() {
    let shop = Shop::open().await;
    let list = shop.list("720642462928\n");
    for (variable, key) in [
        ("DRAFT_MAKER__LISTING__TEMPLATE", "listing.template"),
        ("DRAFT_MAKER__LISTING__CATEGORIES", "listing.categories"),
    ] {
        for command in [&["config"][..], &["doctor"], &["run", list]] {
            let ran = run_output(&shop.program(command).env(variable, "nowhere/own.html").output().unwrap());
            let shown = format!("{}{}", ran.out, ran.err);
            assert_eq!(ran.code, Some(2), "{command:?}: {shown}");
            let message = format!("nowhere/own.html: {key}: cannot read the file: no such file or folder");
            assert!(shown.contains(&message), "{command:?}: {shown}");
            assert!(
                shown.contains("check the path, or remove the setting to use the built-in one"),
                "{command:?}: {shown}"
            );
        }
    }
    assert_eq!(files(&shop.output()), Vec::<std::path::PathBuf>::new());
}

/// Only a batch without any condition says so; a media grade decides the condition.
#[tokio::test(flavor = "multi_thread")]
async fn a_batch_without_a_condition_says_so_before_the_first_item() {
    let shop = Shop::open().await;
    let graded = "UPC,Media Grade\n720642462928,VG+\n";
    let stated = "UPC,Condition\n720642462928,good\n";
    for (list, options, is_noted) in [
        ("720642462928\n", &[][..], true),
        ("720642462928\n", &["--media-grade", "VG+"], false),
        ("720642462928\n", &["--condition", "good"], false),
        ("720642462928\n", &["--no-drafts"], false),
        (graded, &[], false),
        (stated, &[], false),
    ] {
        let arguments = [&["run", shop.list(list), "--sink", "csv", "--dry-run"], options].concat();
        let ran = run_output(&shop.program(&arguments).env_remove("DRAFT_MAKER__LISTING__CONDITION").output().unwrap());
        let note = "No condition is set: the drafts have none. Use --condition, for example --condition very_good";
        assert_eq!(ran.err.contains(note), is_noted, "{list:?} {options:?}: {}", ran.err);
    }
}
