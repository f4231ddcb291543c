//! Images in the protocol of the terminal, which is queried once, when the first image is needed. The tests reply like
//! kitty, iTerm2 and a terminal with sixels.

use super::pty::Session;
use crate::batch::shop::Shop;

/// End of the query and of the reply (ECMA-48: a device status report).
const ASKED: &str = "\x1b[5n";
const DONE: &str = "\x1b[0n";

/// Cell size of 10 by 20 pixels (xterm's window operations: the report after 16).
const CELL: &str = "\x1b[6;20;10t";

/// Replies of a terminal, environment variables that identify it, and the beginning of its images.
struct TerminalKind {
    answers: &'static str,
    variables: &'static [(&'static str, &'static str)],
    begins: &'static str,
}

const KITTY: TerminalKind = TerminalKind {
    answers: "\x1bP>|kitty(0.42.1)\x1b\\\x1b_Gi=31;OK\x1b\\\x1b[?62;c",
    variables: &[],
    begins: "\x1b_G",
};
const SIXEL: TerminalKind = TerminalKind { answers: "\x1b[?62;4;22c", variables: &[], begins: "\x1bP" };
const ITERM2: TerminalKind =
    TerminalKind { answers: "\x1b[?62;c", variables: &[("TERM_PROGRAM", "iTerm.app")], begins: "\x1b]1337;File=" };

/// WezTerm supports kitty's protocol, but not placement by Unicode characters.
const WEZTERM: TerminalKind = TerminalKind {
    answers: "\x1bP>|WezTerm 20240203-110809-5046fc22\x1b\\\x1b_Gi=31;OK\x1b\\\x1b[?65;4;6;18;22c",
    variables: &[],
    begins: "\x1b]1337;File=",
};
const OLD_KITTY: TerminalKind = TerminalKind {
    answers: "\x1bP>|kitty(0.26.5)\x1b\\\x1b_Gi=31;OK\x1b\\\x1b[?62;c",
    variables: &[],
    begins: "48;2;",
};

async fn assert_image_is_shown(kind: &TerminalKind) {
    let shop = Shop::with_synthetic(2).await;
    let mut session = Session::open_with(&shop, &["console", shop.synthetic_list()], (30, 100), kind.variables);
    session.until_estimated(2).await;
    session.press("\r");
    session.until("completed  2/2").await;
    session.press("\r");
    session.until("why this pressing").await;
    assert!(!session.has_written().contains(ASKED), "no query is sent before an image is needed");
    session.press("i");
    session.until_written(ASKED).await;
    let asked = session.has_written().rfind(ASKED).unwrap();
    session.press(&format!("{}{CELL}{DONE}", kind.answers));
    session.until_it_wrote(kind.begins, asked + ASKED.len()).await;
    session.press("\x1b");
    session.until("why this pressing").await;
    // The reply is cached, and keys work as before.
    let before = session.has_written().len();
    session.press("i");
    session.until_it_wrote(kind.begins, before).await;
    assert_eq!(session.has_written().matches(ASKED).count(), 1);
    session.press("q");
    assert_eq!(session.wait_for_exit().await, 0);
    assert!(session.is_clean());
}

#[tokio::test(flavor = "multi_thread")]
async fn images_use_the_kitty_protocol() {
    assert_image_is_shown(&KITTY).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn images_use_sixels() {
    assert_image_is_shown(&SIXEL).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn images_use_the_iterm2_protocol() {
    assert_image_is_shown(&ITERM2).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn incomplete_kitty_support_is_not_used() {
    assert_image_is_shown(&WEZTERM).await;
    assert_image_is_shown(&OLD_KITTY).await;
}
