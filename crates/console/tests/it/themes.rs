//! Themes: built in, from a file, and without colors. No meaning depends on color alone.

use std::path::Path;

use console::{JobScreen, Theme, theme_over, theme_to_toml};
use domain::event::JobEvent;
use domain::outcome::Status;
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use ratatui::style::{Color, Modifier};

use super::{job, now, projection_of, watching};
use testing::events::{ambiguous, done, items_added, matched, unknown};

fn load_theme(text: &str) -> Result<Theme, String> {
    theme_over(Theme::new(true, true), Path::new("theme.toml"), text).map_err(|error| error.to_string())
}

#[test]
fn a_file_overrides_the_theme() {
    let theme = load_theme("good = [\"bright-blue\", \"on-white\", \"italic\"]\nbad = []\n").unwrap();
    assert_eq!((theme.success_style().fg, theme.success_style().bg), (Some(Color::LightBlue), Some(Color::Gray)));
    assert_eq!(theme.error_style(), ratatui::style::Style::new());
    assert_eq!(theme.key_style(), Theme::new(true, true).key_style());
    let printed = theme_to_toml(theme);
    assert!(printed.contains("good = [\"bright-blue\", \"on-white\", \"italic\"]  # as intended"), "{printed}");
    assert_eq!(theme_to_toml(load_theme(&printed).unwrap()), printed, "the printed theme is a valid file");
}

/// A dialog stands out, because what stays visible beside it is muted.
#[test]
fn what_a_dialog_covers_is_muted() {
    let mut console = super::colored_console(JobScreen::new(job()));
    console.handle_message(&watching(projection_of([items_added(1..=30), JobEvent::InputClosed, JobEvent::Started])));
    let is_muted = |console: &mut console::Console, x, y| {
        let mut terminal = Terminal::new(TestBackend::new(120, 40)).unwrap();
        terminal.draw(|frame| console.draw(frame, now())).unwrap();
        terminal.backend().buffer()[(x, y)].modifier.contains(Modifier::DIM)
    };
    assert!(!is_muted(&mut console, 1, 7));
    super::press(&mut console, &["c"]);
    let corners = [(1, 7), (1, 30), (60, 20), (0, 0)];
    assert_eq!(corners.map(|(x, y)| is_muted(&mut console, x, y)), [true, true, false, false]);
}

#[test]
fn an_invalid_file_is_reported_with_line_found_and_expected_values() {
    let output = |text: &str| load_theme(text).unwrap_err();
    let role = output("good = [\"green\"]\n\nbda = [\"red\"]\n");
    assert!(role.starts_with("theme.toml:3: found \"bda\", expected one of cursor, heading"), "{role}");
    let color = output("# mine\ngood = [\"grene\"]\n");
    assert!(color.starts_with("theme.toml:2: found \"grene\", expected a color (black, red"), "{color}");
    assert!(color.ends_with("underlined, reversed"), "{color}");
    let kind = output("good = \"green\"\n");
    assert!(kind.starts_with("theme.toml:1: ") && kind.contains("expected a line such as"), "{kind}");
    assert!(output("\n\ngood = [").starts_with("theme.toml:3: "), "{}", output("\n\ngood = ["));
}

#[test]
fn no_color_overrides_any_theme() {
    let plain = Theme::plain().with_built_in("light");
    let own = theme_over(plain, Path::new("theme.toml"), "cursor = [\"black\", \"on-cyan\"]\n").unwrap();
    for style in [own.success_style(), own.error_style(), own.key_style(), own.warning_style(), own.cursor_style()] {
        assert_eq!((style.fg, style.bg), (None, None));
    }
    assert!(own.cursor_style().add_modifier.contains(ratatui::style::Modifier::REVERSED), "the cursor is visible");
}

/// Without color, each state still differs by its symbol and its word.
#[test]
fn every_state_is_readable_without_color() {
    for unicode in [true, false] {
        let theme = Theme::new(false, unicode);
        let signs = [Status::Exported, Status::AlreadyDrafted, Status::NeedsReview, Status::Failed, Status::Skipped];
        let mut signs = signs.map(|status| theme.status_symbol(Some(status))).to_vec();
        signs.push(theme.status_symbol(None));
        signs.sort_unstable();
        signs.dedup();
        assert_eq!(signs.len(), 6);
    }
    for name in ["dark", "light", "high-contrast", "color-blind", "mono"] {
        let keymap = console::Keymap::new(None).unwrap();
        let theme = Theme::new(name != "mono", true).with_built_in(name);
        let screen = Box::new(JobScreen::new(job()));
        let mut console = console::Console::new("here".into(), keymap, theme, screen, true);
        let events =
            vec![items_added(1..=3), JobEvent::InputClosed, matched(1), done(1, Status::Drafted), ambiguous(2)];
        let events = events.into_iter().chain([done(2, Status::NeedsReview), unknown(3), done(3, Status::Failed)]);
        console.handle_message(&watching(projection_of(events)));
        let mut terminal = Terminal::new(TestBackend::new(100, 12)).unwrap();
        terminal.draw(|frame| console.draw(frame, now())).unwrap();
        let shown = terminal.backend().to_string();
        for sign in ["✓ 1 drafted", "? 1 needs review", "✗ 1 failed"] {
            assert!(shown.contains(sign), "{name}: {shown}");
        }
        let is_coloured = terminal.backend().buffer().content().iter().any(|cell| cell.fg != Color::Reset);
        assert_eq!(is_coloured, name != "mono");
    }
}
