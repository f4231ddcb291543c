//! Words and paths that mean something else on the command line than what was typed.

use std::fs;

use tempfile::TempDir;

use crate::cli::{err, out, program, run};

#[test]
fn an_unknown_command_gets_a_suggestion() {
    for (typed, meant) in [
        ("login", "draft-maker auth ebay"),
        ("ebay", "draft-maker auth ebay"),
        ("setup", "draft-maker config init"),
        ("batches", "draft-maker jobs"),
        ("stop", "press Ctrl-C"),
        ("logout", "draft-maker auth revoke"),
        ("start", "draft-maker LIST"),
        ("delete", "draft-maker drafts --delete SKU"),
        ("nonsense", "draft-maker help"),
        ("exit", "press Ctrl-C"),
        ("export", "draft-maker status"),
        ("upgrade", "README"),
        ("about", "draft-maker version"),
        ("gui", "run `draft-maker`"),
        ("publish", "list it yourself on eBay"),
    ] {
        let output = run(&[typed]);
        assert_eq!(output.status.code(), Some(2), "{typed}: {}", err(&output));
        assert!(err(&output).contains("neither a command nor a file"), "{typed}: {}", err(&output));
        assert!(err(&output).contains(meant), "{typed}: {}", err(&output));
    }
    let home = TempDir::new().unwrap();
    fs::write(home.path().join("login"), "12").unwrap();
    let output = program(&home).arg("login").output().unwrap();
    assert!(err(&output).contains("Line 1"), "a file of that name is a list: {}", err(&output));
}

/// A path in a form that another program or shell writes gets the form that works.
#[test]
fn a_path_of_another_form_gets_a_suggestion() {
    let home = TempDir::new().unwrap();
    fs::create_dir(home.path().join("my boxes")).unwrap();
    for name in ["box.txt", "my boxes/box 1.txt"] {
        fs::write(home.path().join(name), "720642442524\n").unwrap();
    }
    for (typed, meant) in [
        ("'box.txt'", "run `draft-maker box.txt`"),
        ("\"my boxes/box 1.txt\"", "run `draft-maker 'my boxes/box 1.txt'`"),
        ("my\\ boxes/box\\ 1.txt", "run `draft-maker 'my boxes/box 1.txt'`"),
        ("file:///home/ann/box%201.txt", "run `draft-maker '/home/ann/box 1.txt'`"),
        ("C:\\Users\\Ann\\box.csv", "In WSL, write /mnt/c/Users/Ann/box.csv"),
        ("D:/box.csv", "In WSL, write /mnt/d/box.csv"),
        ("~/box.csv", "leave out the quotes"),
        ("gs:/shop/box.txt", "run `draft-maker gs://shop/box.txt`"),
        ("gs//shop/box.txt", "run `draft-maker gs://shop/box.txt`"),
        ("storage.googleapis.com/shop/box.txt", "run `draft-maker gs://shop/box.txt`"),
        ("https://docs.google.com/spreadsheets/d/abc/edit", "save the list as a file"),
        ("www.example.com/list.csv", "save the list as a file"),
        ("box.csv", "did you mean box.txt? run `draft-maker box.txt`"),
        ("my boxes/box 2.txt", "did you mean my boxes/box 1.txt?"),
        ("other.txt", "no such file. Check the path"),
        ("*.csv", "only without quotes"),
        ("/?", "run `draft-maker --help`"),
    ] {
        let output = program(&home).arg(typed).output().unwrap();
        assert_eq!(output.status.code(), Some(2), "{typed}: {}", err(&output));
        assert!(err(&output).contains(meant), "{typed}: {}", err(&output));
    }
    let output = program(&home).args(["box.txt", "boxx.txt"]).output().unwrap();
    assert!(err(&output).contains("boxx.txt: no such file; did you mean box.txt?"), "{}", err(&output));
}

/// A long flag with one dash, `help` after a command, and a word after `config` or `review` get the right form.
#[test]
fn other_forms_of_flags_and_arguments_get_a_tip() {
    let home = TempDir::new().unwrap();
    fs::write(home.path().join("box.txt"), "720642442524\n").unwrap();
    for (typed, tip) in [
        (&["-version"][..], "long options have two dashes: --version"),
        (&["box.txt", "-dry-run"], "long options have two dashes: --dry-run"),
        (&["box.txt", "-condition", "good"], "long options have two dashes: --condition"),
        (&["jobs", "-json"], "long options have two dashes: --json"),
        (&["status", "-follow"], "long options have two dashes: --follow"),
        (&["jobs", "help"], "draft-maker help COMMAND explains a command"),
        (&["run", "help"], "run `draft-maker help COMMAND`"),
        (&["config", "listing.condition"], "settings are in a file that you edit"),
        (&["config", "set", "a", "b"], "settings are in a file that you edit"),
        (&["review", "output/review_batch.toml"], "draft-maker review --apply FILE"),
    ] {
        let output = program(&home).args(typed).output().unwrap();
        assert_eq!(output.status.code(), Some(2), "{typed:?}: {}", err(&output));
        assert!(err(&output).contains(tip), "{typed:?}: {}", err(&output));
    }
    let name = std::os::unix::ffi::OsStringExt::from_vec(b"b\xffx.txt".to_vec());
    let output = program(&home).arg::<std::ffi::OsString>(name).output().unwrap();
    assert!(err(&output).contains("the name of a file is not UTF-8: rename the file"), "{}", err(&output));
    let output = program(&home).args(["jobs", "-json", "--json"]).output().unwrap();
    assert!(out(&output).starts_with("{\"error\":\"unexpected argument"), "{}", out(&output));
}
