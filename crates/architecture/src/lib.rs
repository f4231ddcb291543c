//! Tests that check the source code of the whole workspace. The library has only what they share with the tests of the
//! documents.

/// Words that no text for users may contain: wrong capitals, British spellings, and words that the glossary replaces.
pub const REPLACED_WORDS: [&str; 17] = [
    "EBay",
    "colour",
    "licence",
    "neighbour",
    "behaviour",
    "favourite",
    "organise",
    "recognise",
    "imitated",
    "imitation",
    "a rehearsal",
    "rehearse:",
    "of ours",
    "feed it back",
    "stands over",
    "is no number",
    "is no address",
];
