//! The pages for readers have short sentences: at most 25 words.

use std::path::{Path, PathBuf};
use std::{fs, mem};

use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd};
use unicode_segmentation::UnicodeSegmentation as _;

/// Maximum words of a sentence, or of the part before or after a colon.
const MAX_SENTENCE_WORDS: usize = 25;

/// A paragraph, a list item or a table cell.
#[derive(Default)]
struct TextBlock {
    text: String,
    is_cell: bool,
}

/// Returns the blocks of a page without its code blocks and headings. Code in a sentence is one word.
fn text_blocks(page: &str) -> Vec<TextBlock> {
    let (mut blocks, mut open, mut hidden) = (Vec::new(), TextBlock::default(), 0_usize);
    for event in Parser::new_ext(page, Options::ENABLE_TABLES) {
        match event {
            Event::Start(Tag::CodeBlock(_) | Tag::Heading { .. }) => hidden += 1,
            Event::End(TagEnd::CodeBlock | TagEnd::Heading(_)) => hidden -= 1,
            Event::Start(Tag::Paragraph | Tag::Item | Tag::TableCell)
            | Event::End(TagEnd::Paragraph | TagEnd::Item | TagEnd::TableCell) => {
                let is_cell = matches!(event, Event::Start(Tag::TableCell));
                blocks.push(mem::replace(&mut open, TextBlock { text: String::new(), is_cell }));
            }
            Event::Text(text) if hidden == 0 => open.text.push_str(&text),
            Event::Code(_) => open.text.push_str("Code"),
            Event::SoftBreak | Event::HardBreak => open.text.push(' '),
            _ => {}
        }
    }
    blocks.push(open);
    blocks
}

/// Returns the sentences of a block. A colon, and in a table a semicolon, ends a sentence too.
fn sentences(block: &TextBlock) -> Vec<String> {
    // A sentence may begin with the brand name, whose lower-case letter would hide its beginning.
    let text = block.text.replace("eBay", "EBay");
    let ends = if block.is_cell { &[": ", "; "][..] } else { &[": "][..] };
    let parts = ends.iter().fold(text, |text, end| text.replace(end, "\n"));
    parts.lines().flat_map(str::unicode_sentences).map(ToOwned::to_owned).collect()
}

fn pages() -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let docs = fs::read_dir(root.join("docs")).unwrap().map(|entry| entry.unwrap().path());
    let docs = docs.filter(|path| path.extension().is_some_and(|extension| extension == "md"));
    docs.chain(["README.md", "CONTRIBUTING.md", "CHANGELOG.md"].map(|name| root.join(name))).collect()
}

/// Numbers, such as eBay's error IDs, are no words.
fn count_words(sentence: &str) -> usize {
    sentence.unicode_words().filter(|word| word.contains(char::is_alphabetic)).count()
}

#[test]
fn no_sentence_of_the_pages_is_long() {
    let mut long = Vec::new();
    for page in pages() {
        let text = fs::read_to_string(&page).unwrap();
        for sentence in text_blocks(&text).iter().flat_map(sentences) {
            let words = count_words(&sentence);
            if words > MAX_SENTENCE_WORDS {
                long.push(format!("{}: {words} words: {sentence}", page.display()));
            }
        }
    }
    assert!(long.is_empty(), "Write two sentences, or a list:\n{}", long.join("\n"));
}

#[test]
fn sentences_are_recognized() {
    let page =
        "# A heading\n\nOne `a b` two.\neBay is three: four\n\n| A | B |\n| - | - |\n| five; six | seven. Eight |\n";
    let found: Vec<String> = text_blocks(page).iter().flat_map(sentences).collect();
    let trimmed: Vec<&str> = found.iter().map(|sentence| sentence.trim()).collect();
    assert_eq!(trimmed, ["One Code two.", "EBay is three", "four", "A", "B", "five", "six", "seven.", "Eight"]);
}
