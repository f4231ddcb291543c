//! Every command that the program suggests works when it is pasted into a shell.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::Command;

use sandbox::FaultKind;

use crate::batch::shop::{ProgramOutput, Shop, run_output};

/// A barcode with several matching pressings, one with a clear match, one that no database has, and a line that is not
/// a barcode.
const LIST: &str = "720642442524\n074643811224\n4006381333931\nnot a barcode\n";

/// Returns the commands that a text suggests: those in backticks, and lines that consist of a command.
fn suggested_commands(ran: &ProgramOutput) -> BTreeSet<String> {
    let text = format!("{}\n{}", ran.out, ran.err);
    let quoted = text.split('`').skip(1).step_by(2).map(str::trim);
    let lines = text.lines().map(str::trim);
    let all = quoted.chain(lines).filter(|code| code.starts_with("draft-maker ") && !code.contains('\n'));
    // In the help, the description follows a command on the same line.
    all.map(|code| code.split("  ").next().unwrap_or(code).to_owned()).collect()
}

/// Runs a command as if it were pasted into a shell.
fn paste(shop: &Shop, command: &str) -> ProgramOutput {
    let program = Path::new(env!("CARGO_BIN_EXE_draft-maker"));
    let template = shop.program(&[]);
    let mut shell = Command::new("sh");
    shell.env_clear().current_dir(shop.home.path()).args(["-c", command]).stdin(std::process::Stdio::null());
    shell.envs(template.get_envs().filter_map(|(name, value)| Some((name, value?))));
    shell.env("PATH", format!("{}:/usr/bin:/bin", program.parent().unwrap().display()));
    run_output(&shell.output().unwrap())
}

/// Returns whether a command needs an account, a download or a value that only the user knows.
fn needs_user_input(command: &str) -> bool {
    ["auth ebay", "demo", "drafts", "my-bucket", "photos", "catalog import", "serve", "LIST", "UPC", "SKU", "COMMAND"]
        .iter()
        .any(|word| command.contains(word))
}

/// Pastes all suggested commands, including those that their output suggests.
fn paste_all(shop: &Shop, first: &ProgramOutput, pasted: &mut BTreeSet<String>) {
    let mut waiting = suggested_commands(first);
    while let Some(command) = waiting.pop_first() {
        if needs_user_input(&command) || !pasted.insert(command.clone()) {
            continue;
        }
        let ran = paste(shop, &command);
        assert!(matches!(ran.code, Some(0 | 1 | 3)), "`{command}` ends with {:?}: {}{}", ran.code, ran.out, ran.err);
        assert!(!ran.err.contains("panicked"), "`{command}`: {}", ran.err);
        // The examples in the help refer to files of the user.
        if !command.contains("help") {
            waiting.extend(suggested_commands(&ran));
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_suggested_command_works_when_pasted() {
    let shop = Shop::open().await;
    let list = shop.list(LIST);
    let mut pasted = BTreeSet::new();
    let first = shop.run(&["run", list]);
    assert_eq!(first.code, Some(3), "{}{}", first.out, first.err);
    paste_all(&shop, &first, &mut pasted);
    assert!(pasted.iter().any(|command| command.starts_with("draft-maker review batch_")), "{pasted:?}");
    assert!(pasted.iter().any(|command| command.starts_with("draft-maker review --apply ")), "{pasted:?}");

    // In a folder whose name needs quotes, with separate data.
    fs::write(shop.home.path().join("my list.txt"), LIST).unwrap();
    let fault = sandbox::FaultRule { service: Some("discogs".into()), kind: FaultKind::ServerError, share: 1.0 };
    shop.sandbox.set_faults(vec![fault.clone(), sandbox::FaultRule { service: Some("musicbrainz".into()), ..fault }]);
    let failed = shop.run(&["my list.txt", "--data-dir", "my data"]);
    assert!(failed.out.contains("draft-maker run 'my list.txt'"), "{}{}", failed.out, failed.err);
    shop.sandbox.set_faults(Vec::new());
    paste_all(&shop, &failed, &mut pasted);

    for typed in [
        &["jobs"][..],
        &["status"],
        &["review"],
        &["config"],
        &["doctor"],
        &["catalog", "status"],
        &["catalog", "update"],
        &["store", "check"],
        &["lookup", "4006381333931"],
        &["find", "nothing at all"],
        &["nonsense"],
        &["status", "batch_20200101_000000_0"],
    ] {
        paste_all(&shop, &shop.run(typed), &mut pasted);
    }
    assert!(pasted.len() > 8, "{pasted:?}");
}
