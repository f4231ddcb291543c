//! The key hints at the foot of each screen: as many as fit, the most important first, with the help key at the right
//! edge.

use ratatui::text::{Line, Span};
use unicode_width::UnicodeWidthStr as _;

use super::command::KeyCommand;
use super::keymap::{KeyContext, Keymap};
use super::theme::Theme;

/// A command and its label.
pub(super) type FooterKey = (KeyCommand, &'static str);

/// Number of cells between two hints.
const HINT_GAP: usize = 2;

/// Returns the hints of a context, the most important first. Commands without an effect in the context are not
/// included.
#[expect(clippy::too_many_lines, reason = "one table, a context after the other")]
pub(super) const fn hints_for(context: KeyContext) -> &'static [FooterKey] {
    match context {
        KeyContext::Global => &[(KeyCommand::Open, "open"), (KeyCommand::Back, "back"), (KeyCommand::Quit, "quit")],
        KeyContext::Browse => &[
            (KeyCommand::Open, "open"),
            (KeyCommand::GoToAddress, "go to"),
            (KeyCommand::Jobs, "batches"),
            (KeyCommand::Filter, "filter"),
            (KeyCommand::Scan, "scan"),
            (KeyCommand::Back, "back"),
            (KeyCommand::Quit, "quit"),
            (KeyCommand::Bookmarks, "locations"),
            (KeyCommand::Upload, "upload"),
            (KeyCommand::Sort, "sort"),
            (KeyCommand::ToggleBookmark, "bookmark"),
            (KeyCommand::CommandLine, "command"),
            (KeyCommand::Copy, "copy"),
        ],
        KeyContext::Watch => &[
            (KeyCommand::Open, "open"),
            (KeyCommand::Review, "review"),
            (KeyCommand::Filter, "filter"),
            (KeyCommand::CycleStatusFilter, "state"),
            (KeyCommand::NextProblem, "problem"),
            (KeyCommand::Back, "back"),
            (KeyCommand::Quit, "quit"),
            (KeyCommand::ToggleSelected, "mark"),
            (KeyCommand::EditItems, "edit"),
            (KeyCommand::ShowWithoutPhotos, "no photos"),
            (KeyCommand::UndoReview, "undo"),
            (KeyCommand::Pause, "pause"),
            (KeyCommand::Resume, "resume"),
            (KeyCommand::Sort, "sort"),
            (KeyCommand::Export, "export"),
            (KeyCommand::Replay, "history"),
            (KeyCommand::Follow, "follow"),
            (KeyCommand::PlainOutput, "lines"),
            (KeyCommand::Columns, "columns"),
            (KeyCommand::CommandLine, "command"),
            (KeyCommand::Cancel, "cancel"),
        ],
        KeyContext::Replay => &[
            (KeyCommand::StepBack, "event back"),
            (KeyCommand::StepForward, "forward"),
            (KeyCommand::Replay, "live view"),
            (KeyCommand::Back100, "100 back"),
            (KeyCommand::Forward100, "forward"),
            (KeyCommand::BackMinute, "1 min back"),
            (KeyCommand::ForwardMinute, "forward"),
            (KeyCommand::FirstEvent, "first"),
            (KeyCommand::LastEvent, "newest"),
            (KeyCommand::Open, "open"),
            (KeyCommand::Filter, "filter"),
        ],
        KeyContext::Review => &[
            (KeyCommand::SubmitReview, "decide"),
            (KeyCommand::ChooseNone, "none"),
            (KeyCommand::SearchForItem, "search"),
            (KeyCommand::SetPrice, "price"),
            (KeyCommand::Back, "back"),
            (KeyCommand::EditFields, "correct"),
            (KeyCommand::UndoReview, "undo"),
            (KeyCommand::ApplyToSame, "all like this"),
            (KeyCommand::Down, "next"),
            (KeyCommand::Copy, "copy"),
        ],
        KeyContext::Columns => &[
            (KeyCommand::ToggleSelected, "show or hide"),
            (KeyCommand::MoveLeft, "left"),
            (KeyCommand::MoveRight, "right"),
            (KeyCommand::Reset, "reset"),
            (KeyCommand::Back, "back"),
        ],
        KeyContext::Item => &[
            (KeyCommand::NextSection, "next section"),
            (KeyCommand::EditItems, "edit"),
            (KeyCommand::Back, "back"),
            (KeyCommand::ToggleSection, "fold"),
            (KeyCommand::OpenInBrowser, "visit"),
            (KeyCommand::ViewImage, "picture"),
            (KeyCommand::CompareDraft, "compare"),
            (KeyCommand::Copy, "copy"),
            (KeyCommand::CopyAll, "copy all"),
            (KeyCommand::UndoReview, "undo"),
            (KeyCommand::Quit, "quit"),
        ],
        KeyContext::Jobs => &[
            (KeyCommand::Open, "open"),
            (KeyCommand::Filter, "filter"),
            (KeyCommand::Resume, "resume"),
            (KeyCommand::Pause, "pause"),
            (KeyCommand::Back, "back"),
            (KeyCommand::Quit, "quit"),
            (KeyCommand::Sort, "sort"),
            (KeyCommand::Retry, "retry"),
            (KeyCommand::Cancel, "cancel"),
            (KeyCommand::Browse, "browse"),
        ],
        KeyContext::Start => {
            &[(KeyCommand::Start, "start"), (KeyCommand::ToggleSelected, "change"), (KeyCommand::Back, "back")]
        }
        KeyContext::Dialog => &[(KeyCommand::Confirm, "yes"), (KeyCommand::Back, "no")],
        KeyContext::Scan => &[
            (KeyCommand::UndoScan, "undo"),
            (KeyCommand::SaveScans, "save"),
            (KeyCommand::CloseScanJob, "close"),
            (KeyCommand::Open, "open"),
            (KeyCommand::Jobs, "batches"),
            (KeyCommand::MessageLog, "log"),
            (KeyCommand::Back, "back"),
        ],
        KeyContext::Pager => &[(KeyCommand::Back, "back"), (KeyCommand::PageDown, "more"), (KeyCommand::Quit, "quit")],
    }
}

/// Returns the hints that fit into `width` cells, with the help key and its label at the right edge.
pub(super) fn key_hints_line(
    keymap: &Keymap,
    context: KeyContext,
    (hints, help_label): (&[FooterKey], Option<&'static str>),
    theme: Theme,
    width: u16,
) -> Line<'static> {
    let width = usize::from(width);
    let help_key = keymap.effective_key(context, KeyCommand::Help);
    let help = help_key.zip(help_label).map(|(key, label)| (key.label(theme), label));
    let help_width = help.as_ref().map_or(0, |(key, label)| hint_width(key, label));
    let room = width.saturating_sub(help_width);
    let (mut spans, mut used) = (Vec::new(), 0);
    for (command, label) in hints {
        let Some(key) = keymap.effective_key(context, *command) else { continue };
        let key = key.label(theme);
        let cells = hint_width(&key, label) + HINT_GAP;
        if used + cells > room {
            break;
        }
        used += cells;
        spans.push(Span::styled(key, theme.key_style()));
        spans.push(Span::raw(format!(" {label}{}", " ".repeat(HINT_GAP))));
    }
    if let Some((key, label)) = help {
        spans.push(Span::raw(" ".repeat(room - used)));
        spans.push(Span::styled(key, theme.key_style()));
        spans.push(Span::raw(format!(" {label}")));
    }
    Line::from(spans)
}

fn hint_width(key: &str, label: &str) -> usize {
    key.width() + 1 + label.width()
}
