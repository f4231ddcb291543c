//! Complete sessions on a pseudo-terminal: typed keys and the screens that follow.

use std::time::{Duration, Instant};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use portable_pty::PtySize;

use super::pty::{Session, TIMEOUT, cells};
use crate::batch::shop::Shop;

#[tokio::test(flavor = "multi_thread")]
async fn from_the_bucket_to_a_batch_and_an_item() {
    let shop = Shop::open().await;
    let mut session = Session::open(&shop, &["console", "gs://draft-maker-bucket"], (24, 80));
    session.until("upcs.txt").await;
    session.press("\r");
    session.until_estimated(83).await;
    session.press("\r");
    session.until("completed  83/83").await;
    assert!(shop.output().join("").is_dir());
    session.press("n");
    session.press("\r");
    session.until("Leonard Cohen  (MusicBrainz").await;
    session.press("\x1b");
    session.until("by list").await;
    session.press("J");
    session.until("success    ago").await;
    session.until("gs://draft-").await;
    session.press("q");
    assert_eq!(session.wait_for_exit().await, 3, "the exit code of the batch");
    session.until("614141000036   not known to").await;
    assert!(session.is_clean());
}

/// The item next to the table, a value copied to the clipboard, and the image in half blocks, because this terminal
/// does not reply to the query for its capabilities.
#[tokio::test(flavor = "multi_thread")]
async fn an_item_is_shown_beside_the_table_and_copied() {
    let shop = Shop::with_synthetic(2).await;
    let mut session = Session::open(&shop, &["console", shop.synthetic_list()], (50, 200));
    session.until_estimated(2).await;
    session.press("\r");
    session.until("completed  2/2").await;
    session.press("j");
    session.until("why this pressing").await;
    session.until("by list").await;
    session.press("\r");
    session.until("compare").await;
    session.press("y");
    session.until("copied").await;
    let written = String::from_utf8_lossy(&session.written.lock()).into_owned();
    assert!(written.contains("\x1b]52;c;"), "OSC 52");
    assert!(written.contains("\x1b]8;;https://musicbrainz.org/release/"), "OSC 8");
    session.press("i");
    session.until_painted().await;
    session.press("q");
    assert_eq!(session.wait_for_exit().await, 0);
    assert!(session.is_clean());
}

#[tokio::test(flavor = "multi_thread")]
async fn the_log_is_shown_on_the_shell_screen_and_the_same_key_returns() {
    let shop = Shop::with_synthetic(3).await;
    let mut session = Session::open(&shop, &["console", shop.synthetic_list()], (24, 100));
    session.until_estimated(3).await;
    session.press("\r");
    session.until("completed  3/3").await;
    session.press("L");
    session
        .until_it(|screen| screen.matches("exported  ").count() >= 3 && !screen.contains("by list"), "plain lines")
        .await;
    session.press("L");
    session.until("completed  3/3").await;
    session.press("q");
    session.wait_for_exit().await;
    assert!(session.is_clean());
}

#[tokio::test(flavor = "multi_thread")]
async fn every_size_draws_something() {
    let shop = Shop::with_synthetic(2).await;
    let mut session = Session::open(&shop, &["console", "."], (24, 80));
    // Once the folder is listed, the program handles resizes; earlier ones might go unnoticed.
    session.until("../").await;
    for (rows, cols) in [(5, 20), (1, 1), (60, 300), (12, 40), (24, 80)] {
        session.screen.lock().screen_mut().set_size(cells(rows), cells(cols));
        session.master.resize(PtySize { rows, cols, pixel_width: 0, pixel_height: 0 }).unwrap();
        session.press("j");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    session.until("this folder").await;
    session.press("q");
    assert_eq!(session.wait_for_exit().await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn signals_restore_the_terminal_and_the_batch_can_be_resumed() {
    for signal in [Signal::SIGTERM, Signal::SIGHUP, Signal::SIGINT, Signal::SIGQUIT] {
        let shop = Shop::with(sandbox::SandboxOptions {
            enforce_limits: false,
            synthetic_releases: 200,
            latency: Duration::from_millis(100),
            ..sandbox::SandboxOptions::default()
        })
        .await;
        let mut session = Session::open(&shop, &["console", shop.synthetic_list()], (24, 80));
        session.until_estimated(200).await;
        session.press("\r");
        session.until("running").await;
        let process = Pid::from_raw(session.child.process_id().unwrap().cast_signed());
        kill(process, signal).unwrap();
        if signal == Signal::SIGHUP {
            // The shell of a closed terminal sends the signal too. The console may have ended in the meantime.
            session.until_written("Stopping").await;
            let _ = kill(process, signal);
        }
        assert_ne!(session.wait_for_exit().await, 129, "{signal}");
        assert!(session.is_clean(), "{signal}");
        let jobs = shop.run(&["jobs"]);
        assert!(jobs.out.contains("stopped"), "{signal}: {}", jobs.out);
    }
}

/// Two consoles and a run share one service: all see the same batch, which continues when any of them leaves.
#[tokio::test(flavor = "multi_thread")]
async fn a_console_joins_the_service_and_leaves_it_running() {
    let shop = Shop::with(sandbox::SandboxOptions {
        enforce_limits: false,
        latency: Duration::from_millis(30),
        ..sandbox::SandboxOptions::default()
    })
    .await;
    let mut service = shop.serve().await;
    let mut first = Session::open(&shop, &["console", "gs://draft-maker-bucket/upcs.txt"], (24, 100));
    first.until("the service at 127.0.0.1").await;
    first.until_estimated(83).await;
    first.press("\r");
    first.until("running").await;
    let mut second = Session::open(&shop, &["console"], (24, 100));
    second.until("the service at 127.0.0.1").await;
    second.press("J");
    second.until("batch_").await;
    second.press("\r");
    second.until("/83").await;
    first.press("q");
    assert_ne!(first.wait_for_exit().await, 101);
    second.until("completed  83/83").await;
    second.press("q");
    assert_eq!(second.wait_for_exit().await, 3, "the exit code of the batch");
    let again = shop.run(&["run", "gs://draft-maker-bucket/upcs.txt", "--no-tui"]);
    assert_eq!(again.code, Some(3), "{}{}", again.out, again.err);
    assert!(again.err.contains("runs in the service at http://127.0.0.1"), "{}", again.err);
    assert!(again.out.contains("already_drafted"), "{}", again.out);
    let status = shop.run(&["status", "--follow"]);
    assert!(status.code == Some(3) && status.out.contains("already_drafted"), "{}{}", status.out, status.err);
    crate::batch::shop::send_signal(&service, Signal::SIGTERM);
    assert_eq!(crate::batch::shop::wait_for_exit(&mut service).await, Some(0));
}

/// The list already exists: the first reply keeps it, and the second one overwrites it only if it is unchanged since it
/// was shown.
async fn overwrites_only_what_was_shown(shop: &Shop, again: &mut Session) {
    again.press("/a-box\ru");
    again.until("before anything is overwritten").await;
    again.press("draft-maker-bucket/boxes/\r");
    again.until("already exists: 13 B").await;
    again.press("\x1b");
    again.until("before anything is overwritten").await;
    std::fs::write(shop.home.path().join("a-box.txt"), "720642442524\n075596111324\n").unwrap();
    again.press("\r");
    again.until("already exists: 13 B").await;
    // Another writer is faster: nothing is overwritten, and the current content is shown.
    shop.sandbox.put_object("draft-maker-bucket", "boxes/a-box.txt", b"somebody's list\n");
    again.press("yes\r");
    again.until("has changed in the meantime").await;
    again.until("16 B").await;
    again.press("yes\r");
    again.until("this folder › gs://draft-maker-bucket/boxes/").await;
    again.until("26 B").await;
    again.press("\x1b");
    again.until_it(|screen| screen.contains("a-box.txt") && !screen.contains("STANDARD"), "the folder").await;
}

/// From the locations to a bucket, an upload that overwrites nothing, and a bookmark that persists.
#[tokio::test(flavor = "multi_thread")]
async fn bookmarks_persist_and_an_upload_overwrites_nothing() {
    let shop = Shop::open().await;
    std::fs::write(shop.home.path().join("a-box.txt"), "720642442524\n").unwrap();
    let mut session = Session::open(&shop, &["console", "."], (24, 100));
    session.until("a-box.txt").await;
    session.press("~");
    session.until("set GOOGLE_CLOUD_PROJECT").await;
    session.press("\x1b");
    session.until("a-box.txt").await;
    session.press("/a-box\r");
    session.until("/a-box ").await;
    session.press("u");
    session.until("before anything is overwritten").await;
    session.press("\x1b[200~gs://draft-maker-bucket/boxes/\n\x1b[201~");
    session.until("gs://draft-maker-bucket/boxes/▏").await;
    session.press("\r");
    session.until("this folder › gs://draft-maker-bucket/boxes/").await;
    session.until("STANDARD").await;
    session.press("b");
    session.until("gs://draft-maker-bucket/boxes/ is a bookmark").await;
    session.press("q");
    assert_eq!(session.wait_for_exit().await, 0);

    let project = [("GOOGLE_CLOUD_PROJECT", "a-project")];
    let mut again = Session::open_with(&shop, &["console", "."], (24, 100), &project);
    again.until("a-box.txt").await;
    again.press("~");
    again.until("bookmark  gs://draft-maker-bucket/boxes/").await;
    again.until("bucket    gs://draft-maker-bucket/").await;
    again.press("\r");
    again.until("STANDARD").await;
    again.press("\x1b");
    again.until("bucket    gs://").await;
    again.press("\x1b");
    again.until_it(|screen| screen.contains("a-box.txt") && !screen.contains("bucket    "), "the folder").await;
    overwrites_only_what_was_shown(&shop, &mut again).await;
    again.press("a");
    again.until("go to").await;
    again.press("draft-maker-b\t");
    again.until("gs://draft-maker-bucket/▏").await;
    again.press("up\t");
    again.until("upcs.txt▏").await;
    again.press("\r");
    again.until_estimated(83).await;
    // The dialog, then the console.
    again.press("\x03\x03");
    again.wait_for_exit().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_terminal_the_alternatives_are_shown() {
    let shop = Shop::with_synthetic(1).await;
    let ran = shop.run(&["console"]);
    assert_eq!(ran.code, Some(2));
    assert!(ran.err.contains("draft-maker run LIST"), "{}", ran.err);
    let keys = shop.run(&["console", "--print-keys"]);
    assert!(keys.code == Some(0) && keys.out.contains("[watch]"), "{}", keys.err);
}

/// `docker exec -it NAME draft-maker`: the image sets MODE=api, and the service that it started is already running.
#[tokio::test(flavor = "multi_thread")]
async fn in_a_container_the_console_joins_the_running_service() {
    let shop = Shop::open().await;
    let mut service = shop.serve().await;
    let mut session = Session::open_with(&shop, &[], (24, 80), &[("MODE", "api")]);
    session.until("service").await;
    session.press("q");
    assert_eq!(session.wait_for_exit().await, 0, "{}", session.shown());
    assert!(session.is_clean());
    assert!(service.try_wait().unwrap().is_none(), "leaving the console does not stop the service");
    service.kill().unwrap();
    service.wait().unwrap();
}

/// The files of a batch are found from every folder, and the final output says what to upload.
#[tokio::test(flavor = "multi_thread")]
async fn the_drafts_file_is_found_from_another_folder() {
    let shop = Shop::with_synthetic(1).await;
    let ran = shop.run(&["run", shop.synthetic_list(), "--sink", "csv", "--output", "results"]);
    assert_eq!(ran.code, Some(0), "{}{}", ran.out, ran.err);
    let upload = "To upload in Seller Hub > Reports > Uploads, each file once:\n  results/ebay_drafts_";
    assert!(ran.out.contains(upload), "{}", ran.out);
    let elsewhere = shop.home.path().join("elsewhere");
    std::fs::create_dir(&elsewhere).unwrap();
    let mut watched = shop.program(&["jobs"]);
    let jobs = watched.current_dir(&elsewhere).output().unwrap();
    let jobs = String::from_utf8(jobs.stdout).unwrap();
    let job = jobs.split_whitespace().find(|word| word.starts_with("batch_")).unwrap().to_owned();
    let mut session = Session::open_in(&shop, &elsewhere, &["console", &job], (24, 200));
    session.until("Upload in Seller Hub: /").await;
    assert!(session.shown().contains("/results/ebay_drafts_"), "{}", session.shown());
    session.press("q");
    assert_eq!(session.wait_for_exit().await, 0);
    assert!(session.shown().contains("Seller Hub > Reports > Uploads, each file once:"), "{}", session.shown());
}

/// Typed commands are executed, mouse reporting is switched on and off, and chosen columns persist.
#[tokio::test(flavor = "multi_thread")]
async fn commands_columns_and_the_mouse() {
    let shop = Shop::with_synthetic(3).await;
    let mut session = Session::open(&shop, &["console", shop.synthetic_list()], (24, 100));
    session.until_estimated(3).await;
    session.press("\r");
    session.until("completed  3/3").await;
    session.press(":sor\t");
    session.until(":sort ▏").await;
    session.press("upx\r");
    // A refused line stays, with the reason.
    session.until_it(|screen| screen.contains(":sort upx▏") && screen.contains("cannot sort by"), "the reason").await;
    session.press("\x7fc\r");
    session.until("by upc").await;
    session.press("\x1bOQ");
    session.until("Mouse on: click").await;
    // Click on the UPC heading, in the fifth line of the screen, below the files, once they are shown.
    session.until("Results: output/").await;
    session.press("\x1b[<0;3;5M\x1b[<0;3;5m");
    session.until("by upc, descending").await;
    session.press(":columns artist,upc\r");
    session.until_it(|screen| screen.contains(" artist") && !screen.contains("format"), "the two columns").await;
    let file = shop.home.path().join(".config/draft-maker/columns.toml");
    let began = Instant::now();
    while !file.exists() {
        assert!(began.elapsed() < TIMEOUT, "nothing was saved");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    session.press("q");
    session.wait_for_exit().await;
    assert!(session.is_clean());
    let written = session.has_written();
    assert!(written.rfind("\x1b[?1000l") > written.rfind("\x1b[?1000h"), "mouse reporting is disabled at exit");
    let mut again = Session::open(&shop, &["console"], (24, 100));
    again
        .until_it(|screen| screen.contains(" artist") && !screen.contains("format"), "the columns that were kept")
        .await;
    again.press("q");
    assert_eq!(again.wait_for_exit().await, 0);
}

/// The command that stays on the terminal retries the failed items and creates no draft twice.
#[tokio::test(flavor = "multi_thread")]
async fn the_final_output_names_a_command_that_retries() {
    let shop = Shop::with_synthetic(4).await;
    let nobody = [("DISCOGS_BASE_URL", "http://127.0.0.1:9")];
    let mut session = Session::open_with(&shop, &["console", shop.synthetic_list()], (24, 100), &nobody);
    session.until_estimated(4).await;
    session.press("\r");
    session.until("completed  4/4").await;
    // The retry is a batch of its own, which is opened, and named at the end.
    session.press("R");
    session.until("retries the failed items").await;
    session
        .until_it(|screen| screen.matches("batch_").count() > 1 && screen.contains("completed  4/4"), "the retry")
        .await;
    session.press("q");
    assert_eq!(session.wait_for_exit().await, 3);
    session.until("To retry failed items:").await;
    session.until("--sink csv").await;
    assert!(session.is_clean());
    let written = session.has_written();
    let last_words = &written[written.rfind("Failed (4):").expect("the failures")..];
    assert_eq!(last_words.matches("Discogs: ").count(), 4, "every failure with its reason: {last_words}");
    let command =
        last_words.lines().find_map(|line| line.trim().strip_prefix("draft-maker ")).expect("a command in the output");
    let ran = shop.run(&command.split(' ').collect::<Vec<_>>());
    assert_eq!(ran.code, Some(0), "{command}: {}{}", ran.out, ran.err);
    assert!(shop.statuses().iter().all(|(_, status)| status == "exported"), "{:?}", shop.statuses());
}

#[tokio::test(flavor = "multi_thread")]
async fn an_invalid_theme_is_reported_before_drawing() {
    let shop = Shop::with_synthetic(1).await;
    let folder = shop.home.path().join(".config/draft-maker");
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::write(folder.join("theme.toml"), "good = [\"green\"]\nbad = [\"rde\"]\n").unwrap();
    let ran = shop.run(&["console", "--print-theme"]);
    assert_eq!(ran.code, Some(2));
    assert!(ran.err.contains("theme.toml:2: found \"rde\", expected a color (black"), "{}", ran.err);
    std::fs::write(folder.join("theme.toml"), "bad = [\"magenta\"]\n").unwrap();
    let theme = shop.run(&["console", "--print-theme"]);
    assert!(theme.code == Some(0) && theme.out.contains("bad = [\"magenta\"]"), "{}{}", theme.out, theme.err);
}

/// Ctrl-Z returns to the shell; `fg` redraws the console.
#[tokio::test(flavor = "multi_thread")]
async fn the_console_can_be_suspended_and_resumed() {
    let shop = Shop::with_synthetic(1).await;
    std::fs::write(shop.home.path().join("a-box.txt"), "720642442524\n").unwrap();
    // `-m` is job control, as in an interactive shell.
    let script = "\"$@\"; echo the shell is back; read answer; fg >/dev/null";
    let mut session = Session::open_in_shell(&shop, script, &["console", "."], (24, 80));
    session.until("a-box.txt").await;
    session.press("\x1a");
    session.until("the shell is back").await;
    assert!(session.is_clean());
    let before = session.has_written().len();
    session.press("\r");
    session.until_it_wrote("a-box.txt", before).await;
    session.press("q");
    assert_eq!(session.wait_for_exit().await, 0);
    assert!(session.is_clean());
}

/// A program that stops the console, as `kill -STOP` does, leaves no time to restore the terminal. After `fg`, the
/// console sets the modes that the shell has changed.
#[tokio::test(flavor = "multi_thread")]
async fn a_console_that_was_stopped_from_outside_works_after_fg() {
    let shop = Shop::with_synthetic(1).await;
    std::fs::write(shop.home.path().join("a-box.txt"), "720642442524\n").unwrap();
    let script = "\"$@\"; /bin/stty sane; echo the shell is back; read answer; fg >/dev/null";
    let mut session = Session::open_in_shell(&shop, script, &["console", "."], (24, 80));
    session.until("a-box.txt").await;
    let program = Pid::from_raw(session.master.process_group_leader().unwrap());
    kill(program, Signal::SIGSTOP).unwrap();
    session.until("the shell is back").await;
    let before = session.has_written().len();
    session.press("\r");
    session.until_it_wrote("a-box.txt", before).await;
    // Without raw mode, the key would wait for Enter.
    session.press("q");
    assert_eq!(session.wait_for_exit().await, 0);
    assert!(session.is_clean());
}

/// With `docker exec -it`, no shell could continue a stopped program, and the terminal would be lost.
#[tokio::test(flavor = "multi_thread")]
async fn the_console_does_not_stop_where_no_shell_could_continue_it() {
    let shop = Shop::with_synthetic(1).await;
    std::fs::write(shop.home.path().join("a-box.txt"), "720642442524\n").unwrap();
    let mut session = Session::open(&shop, &["console", "."], (24, 80));
    session.until("a-box.txt").await;
    session.press("\x1a");
    session.until("Ctrl-Z needs a shell").await;
    session.press("q");
    assert_eq!(session.wait_for_exit().await, 0);
}

/// In tmux, a copied text goes to the clipboard in a wrapped sequence; without a clipboard, it goes to a file.
#[tokio::test(flavor = "multi_thread")]
async fn a_copied_text_goes_through_tmux_or_into_a_file() {
    let shop = Shop::with_synthetic(1).await;
    std::fs::write(shop.home.path().join("a-box.txt"), "720642442524\n").unwrap();
    let mut in_tmux = Session::open_with(&shop, &["console", "."], (24, 80), &[("TMUX", "/tmp/tmux-0/default,1,0")]);
    in_tmux.until("a-box.txt").await;
    in_tmux.press("/a-box\ry");
    in_tmux.until_written("\x1bPtmux;\x1b\x1b]52;c;").await;
    in_tmux.press("q");
    in_tmux.wait_for_exit().await;
    let mut bare = Session::open_with(&shop, &["console", "."], (24, 80), &[("TERM", "linux")]);
    bare.until("a-box.txt").await;
    bare.press("/a-box\ry");
    bare.until("in /").await;
    let shown = bare.shown();
    let path = shown.lines().find_map(|line| line.trim().strip_prefix("in ")).expect("the name of a file");
    assert_eq!(std::fs::read_to_string(path).unwrap(), "./a-box.txt");
    std::fs::remove_file(path).unwrap();
    bare.press("q");
    bare.wait_for_exit().await;
}
