//! Lines of `.env` that set nothing or not what they seem to.

use std::fs;

use tempfile::TempDir;

use crate::cli::{err, out, program};

/// A misspelled variable would otherwise look like a missing key, without a message.
#[test]
fn lines_of_an_env_file_without_effect_are_reported() {
    let home = TempDir::new().unwrap();
    let text =
        "EBAY_APP_IDD=1\nfoo bar\nDISCOGS_TOKEN=s3cr3t\nPOSTGRES_PASSWORD=x\nNOTE=\"two\nlines\"\nOUTPUT_DIRR=o\n";
    fs::write(home.path().join(".env"), text).unwrap();
    let shown = program(&home).arg("jobs").env("MUSICBRAINZ_USERAGENT", "x").output().unwrap();
    let lines = err(&shown);
    for word in [
        "line 1: EBAY_APP_IDD is not a setting, so it is ignored; did you mean EBAY_APP_ID?",
        "line 2: not a variable",
        "line 3: DISCOGS_TOKEN",
        "line 7: OUTPUT_DIRR",
        "did you mean MUSICBRAINZ_USER_AGENT?",
    ] {
        assert!(lines.contains(word), "{word}: {lines}");
    }
    assert_eq!(lines.lines().count(), 5, "{lines}");
    assert!(!lines.contains("s3cr3t") && !lines.contains("foo bar"), "{lines}");
}

/// Without the key that its owner believes to have set, a batch would find less and price worse.
#[test]
fn a_misspelled_credential_stops_what_depends_on_it() {
    let home = TempDir::new().unwrap();
    fs::write(home.path().join("upcs.txt"), "720642442524\n").unwrap();
    fs::write(home.path().join(".env"), "DISCOGS_TOKEN=s3cr3t\n").unwrap();
    for command in
        [&["run", "upcs.txt", "--dry-run"][..], &["lookup", "720642442524"], &["find", "nevermind"], &["serve"]]
    {
        let refused = program(&home).args(command).output().unwrap();
        assert_eq!(refused.status.code(), Some(2), "{command:?}: {}", err(&refused));
        let why =
            "line 1: DISCOGS_TOKEN looks like DISCOGS_PERSONAL_ACCESS_TOKEN, which is not set. Nothing was processed.";
        assert!(err(&refused).contains(why), "{command:?}: {}", err(&refused));
    }
    assert_eq!(program(&home).arg("jobs").output().unwrap().status.code(), Some(0));
    // A variable of another program with such a prefix, and a misspelled one next to the right name, stop nothing.
    fs::write(home.path().join(".env"), "DRAFT_MAKER_BACKUP_FOLDER=x\n").unwrap();
    let output = program(&home).args(["run", "missing.txt"]).output().unwrap();
    assert!(err(&output).contains("missing.txt") && !err(&output).contains("looks like"), "{}", err(&output));
    fs::write(home.path().join(".env"), "DISCOGS_TOKEN=a\nDISCOGS_PERSONAL_ACCESS_TOKEN=b\n").unwrap();
    let output = program(&home).args(["run", "missing.txt"]).output().unwrap();
    assert!(err(&output).contains("missing.txt") && !err(&output).contains("looks like"), "{}", err(&output));
}

/// Lines in the form of another shell, and quotation marks that become part of the value.
#[test]
fn lines_of_another_shell_and_odd_quotes_are_reported() {
    let home = TempDir::new().unwrap();
    fs::write(home.path().join("upcs.txt"), "720642442524\n").unwrap();
    let text = "set OUTPUT_DIR=o\n$env:ITEM_CONDITION=\"good\"\nMY KEY=1\nEBAY_RU_NAME=\u{201c}abc\u{201d}\nEBAY_APP_ID=\"abc\n\
                OUTPUT_DIRR=o\nexport ITEM_CONDITION=good\n";
    fs::write(home.path().join(".env"), text).unwrap();
    let shown = program(&home).arg("jobs").output().unwrap();
    let lines = err(&shown);
    for word in [
        "line 1: set OUTPUT_DIR is not a setting, so it is ignored; did you mean OUTPUT_DIR?",
        "line 2: $env:ITEM_CONDITION is not a setting, so it is ignored; did you mean ITEM_CONDITION?",
        "line 3: not a variable",
        "line 4: the value begins with a quotation mark of a word processor",
        "line 5: the quotation mark before the value has no second one",
        "line 6: OUTPUT_DIRR",
    ] {
        assert!(lines.contains(word), "{word}: {lines}");
    }
    assert_eq!(lines.lines().count(), 6, "{lines}");
    fs::write(home.path().join(".env"), "set DISCOGS_PERSONAL_ACCESS_TOKEN=s3cr3t\n").unwrap();
    let refused = program(&home).args(["run", "upcs.txt", "--dry-run"]).output().unwrap();
    assert_eq!(refused.status.code(), Some(2), "{}", err(&refused));
    let why = "set DISCOGS_PERSONAL_ACCESS_TOKEN looks like DISCOGS_PERSONAL_ACCESS_TOKEN, which is not set";
    assert!(err(&refused).contains(why) && !err(&refused).contains("s3cr3t"), "{}", err(&refused));
}

/// A password with `$` would otherwise be another one, and the service that rejects it cannot say why.
#[test]
fn a_dollar_sign_in_a_value_stays_unchanged() {
    let home = TempDir::new().unwrap();
    let values = [
        ("o$x/a", "o$x/a"),
        ("pa$$word", "pa$$word"),
        ("\"o ${HOME}\"", "o ${HOME}"),
        ("'o$x'", "o$x"),
        ("o\\$x", "o$x"),
        ("'o\\$x'", "o\\$x"),
    ];
    // A line that needs the other parser does not change the reading of the others.
    for other in ["", "OTHER=it's a shop\n"] {
        for (written, value) in values {
            fs::write(home.path().join(".env"), format!("HOME=x\n{other}OUTPUT_DIR={written} # note\n")).unwrap();
            let shown = out(&program(&home).arg("config").output().unwrap());
            let line = shown.lines().find(|line| line.contains("OUTPUT_DIR")).unwrap_or_default();
            assert!(line.contains(&format!("  {value}  ")), "{written}: {line}");
        }
    }
}
