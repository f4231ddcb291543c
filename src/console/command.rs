//! Everything that a key can mean. One table: its word in the file of keys and what the help says of it.

/// What the operator wants.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Command {
    Up,
    Down,
    PageUp,
    PageDown,
    HalfUp,
    HalfDown,
    First,
    Last,
    Open,
    Back,
    Quit,
    Help,
    Log,
    Filter,
    OnlyStatus,
    Sort,
    Reverse,
    Follow,
    NextProblem,
    PreviousProblem,
    Mark,
    Columns,
    Reset,
    MarkTo,
    MarkShown,
    MarkInvert,
    MarkNone,
    Start,
    Pause,
    Resume,
    Cancel,
    Retry,
    Export,
    Past,
    Earlier,
    Later,
    MuchEarlier,
    MuchLater,
    MinuteEarlier,
    MinuteLater,
    Begin,
    Newest,
    Review,
    ChooseNone,
    Correct,
    SetPrice,
    Jobs,
    Browse,
    Places,
    Address,
    Bookmark,
    Upload,
    Reload,
    Copy,
    CopyAll,
    CopyJson,
    Fold,
    FoldAll,
    NextPart,
    Picture,
    Visit,
    Compare,
    Lines,
    Say,
    Mouse,
    Yes,
    Suspend,
}

/// One row of the table.
pub struct Meaning {
    pub command: Command,
    /// In the file of keys.
    pub word: &'static str,
    /// For the help.
    pub words: &'static str,
    /// For the line at the foot of the screen; empty for what everybody knows.
    pub short: &'static str,
}

const fn row(command: Command, word: &'static str, short: &'static str, words: &'static str) -> Meaning {
    Meaning { command, word, words, short }
}

/// In the order of the help.
pub static MEANINGS: &[Meaning] = &[
    row(Command::Open, "open", "open", "open what the cursor is on"),
    row(Command::Back, "back", "back", "go back; the run goes on"),
    row(Command::Start, "start", "start", "see what is in a list, and start a batch over it"),
    row(Command::Yes, "yes", "yes", "do it"),
    row(Command::Filter, "filter", "filter", "show only what holds the text that is typed"),
    row(Command::OnlyStatus, "only_status", "state", "show only one state, then the next one, then all"),
    row(Command::Sort, "sort", "sort", "sort by the next column"),
    row(Command::Reverse, "reverse", "", "turn the order around"),
    row(Command::Follow, "follow", "follow", "keep to what happened last"),
    row(Command::NextProblem, "next_problem", "problem", "the next item that failed or needs a review"),
    row(Command::PreviousProblem, "previous_problem", "", "the one before"),
    row(Command::Mark, "mark", "mark", "mark the item, or unmark it"),
    row(Command::Columns, "columns", "columns", "choose the columns and their order"),
    row(Command::Reset, "reset", "reset", "as the settings have it"),
    row(Command::MarkTo, "mark_to", "", "mark all from the last mark to here"),
    row(Command::MarkShown, "mark_shown", "", "mark all that are shown"),
    row(Command::MarkInvert, "mark_invert", "", "mark the others of those that are shown"),
    row(Command::MarkNone, "mark_none", "", "no marks"),
    row(Command::Pause, "pause", "pause", "pause the marked items; without marks the batch: what runs is finished"),
    row(Command::Resume, "resume", "go on", "let the marked items go on; without marks the batch"),
    row(
        Command::Cancel,
        "cancel",
        "",
        "cancel the marked items; without marks the batch: what has not ended is skipped",
    ),
    row(Command::Retry, "retry", "retry", "a new batch over what failed, of the marked items or of all"),
    row(Command::Review, "review", "review", "what waits for a person: choose, correct, price"),
    row(Command::ChooseNone, "choose_none", "none", "none of the candidates: leave the item alone"),
    row(Command::Correct, "correct", "correct", "put a field right; tab goes to the next"),
    row(Command::SetPrice, "set_price", "price", "set the price"),
    row(Command::Export, "export", "export", "write the marked rows, or all that are shown, to a file"),
    row(Command::Past, "past", "past", "back through the events of the batch, and to now again"),
    row(Command::Earlier, "earlier", "back", "one event back; a column further to the left"),
    row(Command::Later, "later", "forth", "one event forth; a column further to the right"),
    row(Command::MuchEarlier, "much_earlier", "100 back", "a hundred events back"),
    row(Command::MuchLater, "much_later", "forth", "a hundred events forth"),
    row(Command::MinuteEarlier, "minute_earlier", "1 min back", "a minute back"),
    row(Command::MinuteLater, "minute_later", "forth", "a minute forth"),
    row(Command::Begin, "begin", "begin", "to the first event"),
    row(Command::Newest, "newest", "newest", "to the newest event"),
    row(Command::Copy, "copy", "copy", "copy what the cursor is on, also over ssh"),
    row(Command::CopyAll, "copy_all", "", "copy all of the item as text"),
    row(Command::CopyJson, "copy_json", "", "copy all of the item as JSON"),
    row(Command::Visit, "visit", "visit", "open the address on the line in the browser"),
    row(Command::Picture, "picture", "picture", "the picture itself"),
    row(
        Command::Compare,
        "compare",
        "compare",
        "ask eBay what it holds of the draft, and hold it against what we sent",
    ),
    row(Command::Fold, "fold", "fold", "fold the part that the cursor is in, or show it again"),
    row(Command::FoldAll, "fold_all", "", "fold all parts, or show them again"),
    row(Command::NextPart, "next_part", "part", "to the next part"),
    row(Command::Lines, "lines", "lines", "leave the full screen: the run as plain lines; the same key returns"),
    row(Command::Say, "say", "", "say what is wanted; Tab completes it"),
    row(Command::Mouse, "mouse", "", "take the mouse, or leave it to the terminal"),
    row(Command::Jobs, "jobs", "batches", "all batches"),
    row(Command::Places, "places", "places", "bookmarks, the buckets of the project, what was looked at last"),
    row(Command::Address, "address", "go to", "type an address: gs://bucket/prefix/, a folder, a list"),
    row(Command::Bookmark, "bookmark", "bookmark", "keep this place among the bookmarks, or take it away"),
    row(Command::Upload, "upload", "upload", "put this file into a bucket; what is there is never overwritten"),
    row(Command::Browse, "browse", "browse", "lists in the bucket and on this machine"),
    row(Command::Reload, "reload", "", "look again"),
    row(Command::Up, "up", "", "one up"),
    row(Command::Down, "down", "", "one down"),
    row(Command::HalfUp, "half_up", "", "half a screen up"),
    row(Command::HalfDown, "half_down", "", "half a screen down"),
    row(Command::PageUp, "page_up", "", "a screen up"),
    row(Command::PageDown, "page_down", "", "a screen down"),
    row(Command::First, "first", "", "to the first"),
    row(Command::Last, "last", "", "to the last, and stay with it"),
    row(Command::Log, "log", "", "what the console was told, errors too"),
    row(Command::Help, "help", "help", "these keys"),
    row(Command::Suspend, "suspend", "", "back to the shell; `fg` returns"),
    row(Command::Quit, "quit", "quit", "leave"),
];

impl Command {
    /// The command of this word.
    pub fn named(word: &str) -> Option<Self> {
        MEANINGS.iter().find(|meaning| meaning.word == word).map(|meaning| meaning.command)
    }

    /// Its row of the table.
    pub fn meaning(self) -> &'static Meaning {
        // Every command has its row: a test looks.
        MEANINGS.iter().find(|meaning| meaning.command == self).unwrap_or(&MEANINGS[0])
    }
}
