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
    Start,
    Pause,
    Resume,
    Cancel,
    Retry,
    Jobs,
    Scan,
    TakeBack,
    Save,
    CloseList,
    Browse,
    Reload,
    Copy,
    Lines,
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
    row(Command::Pause, "pause", "pause", "pause the batch: what runs is finished, nothing new begins"),
    row(Command::Resume, "resume", "go on", "go on with the batch"),
    row(Command::Cancel, "cancel", "", "cancel the batch: what has not begun is skipped"),
    row(Command::Retry, "retry", "retry", "a new batch over what failed"),
    row(Command::Copy, "copy", "copy", "copy what the cursor is on, also over ssh"),
    row(Command::Lines, "lines", "lines", "leave the full screen: the run as plain lines; the same key returns"),
    row(Command::Jobs, "jobs", "batches", "all batches"),
    row(Command::TakeBack, "take_back", "undo", "take the last scan back, while no draft stands for it"),
    row(Command::Save, "save", "save", "save the scans as a list, here or in a bucket; nothing is overwritten"),
    row(Command::CloseList, "close_list", "close", "close the batch that is scanned: it ends when its items have"),
    row(Command::Scan, "scan", "scan", "scan barcodes into a running batch"),
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
