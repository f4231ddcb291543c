//! Sources of lists: their names, missing files, and files that are too large.

use std::fs::File;
use std::io::{BufWriter, Write as _};

use domain::list_options::ListOptions;
use domain::source_type::SourceType;
use input::{InputList, IntakeError, ListParser, Settings, Source, read_list};

use super::support::NEVERMIND;
use testing::barcodes::upc_a_text;
use testing::process;

async fn read_path(path: &std::path::Path) -> Result<InputList, IntakeError> {
    read_list(&Source::File(path.to_owned()), &Settings::default()).await
}

#[test]
fn source_names_are_parsed() {
    for good in
        ["gs://draft-maker-bucket/upcs.txt", "gs://a.b-c_d/x/y z/ü?#.csv", "list.txt", "./-", "C:\\list.txt", "-"]
    {
        assert_eq!(good.parse::<Source>().unwrap().to_string(), good);
    }
    assert_eq!("GS://bucket/x".parse::<Source>().unwrap().to_string(), "gs://bucket/x");
    for (bad, message) in [
        ("", "no list is named"),
        ("gs://", "has no bucket"),
        ("gs:///x", "has no bucket"),
        ("gs://bucket", "gs://bucket has no object: write gs://bucket/object, for example gs://bucket/upcs.txt"),
        ("gs://bucket/", "has no object"),
        ("gs://Bucket/x", "cannot contain 'B'"),
        ("gs://bu/x", "3 to 63 characters"),
        ("gs://-bucket/x", "begins and ends"),
        ("gs://bu..cket/x", "no two dots"),
        ("gs://192.168.0.1/x", "IP address"),
        ("gs://google-lists/x", "does not begin with goog"),
        ("gs://bucket;rm -rf/x", "cannot contain"),
        ("gs://bucket/a\nb", "no line breaks"),
        ("gs://bucket/..", "is not \"..\""),
        ("s3://bucket/x", "s3:// is not supported"),
        ("https://example.com/x", "save the list as a file"),
        ("a\0b", "NUL"),
    ] {
        let error = bad.parse::<Source>().expect_err(bad).to_string();
        assert!(error.contains(message), "{bad:?}: {error}");
    }
}

#[test]
fn browser_addresses_and_generations_are_parsed() {
    for (address, name) in [
        ("https://storage.googleapis.com/a-bucket/lists/a%20b.txt", "gs://a-bucket/lists/a b.txt"),
        ("https://storage.cloud.google.com/a-bucket/upcs.txt?authuser=1", "gs://a-bucket/upcs.txt"),
        ("https://a-bucket.storage.googleapis.com/lists/upcs.txt", "gs://a-bucket/lists/upcs.txt"),
        (
            "https://storage.googleapis.com/storage/v1/b/a-bucket/o/lists%2Fupcs.txt?alt=media",
            "gs://a-bucket/lists/upcs.txt",
        ),
        (
            "https://console.cloud.google.com/storage/browser/_details/a-bucket/upcs.txt;tab=live_object",
            "gs://a-bucket/upcs.txt",
        ),
        (
            "https://console.cloud.google.com/storage/browser/a-bucket/incoming;tab=objects?project=p&prefix=&forceOnObjectsSortingFiltering=false",
            "gs://a-bucket/incoming/",
        ),
        (
            "https://console.cloud.google.com/storage/browser/a-bucket/2024.11/in%20box/",
            "gs://a-bucket/2024.11/in box/",
        ),
        ("https://console.cloud.google.com/storage/browser/a-bucket/2024.11", "gs://a-bucket/2024.11/"),
        ("https://console.cloud.google.com/storage/browser/a-bucket/lists/upcs.csv", "gs://a-bucket/lists/upcs.csv"),
        ("gs://a-bucket/upcs.txt#1700000000000000", "gs://a-bucket/upcs.txt#1700000000000000"),
    ] {
        assert_eq!(address.parse::<Source>().unwrap().to_string(), name);
    }
    let numbered = "gs://a-bucket/upcs.txt#1700000000000000".parse::<Source>();
    assert!(matches!(numbered, Ok(Source::Gcs { generation: Some(1_700_000_000_000_000), .. })));
}

#[tokio::test]
async fn unreadable_files_are_reported() {
    let folder = tempfile::tempdir().unwrap();
    let empty = folder.path().join("empty.txt");
    File::create(&empty).unwrap();
    for (path, message) in [
        (folder.path().join("missing.txt"), "no such file"),
        (empty.join("below-a-file.txt"), "no such file"),
        (folder.path().to_owned(), "this is a folder: name one of the files in it"),
        (empty, "the file is empty"),
    ] {
        let error = read_path(&path).await.unwrap_err().to_string();
        assert_eq!(error.split_once(": ").unwrap().0, path.to_str().unwrap());
        assert!(error.contains(message), "{error}");
    }
}

#[tokio::test]
async fn a_file_that_is_given_twice_is_read_once() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.csv");
    std::fs::write(&path, format!("UPC,Qty\n{NEVERMIND},2\n")).unwrap();
    let other = folder.path().join(".").join("a.csv");
    let source = Source::Several(vec![Source::File(path.clone()), Source::File(other.clone())]);
    let list = read_list(&source, &Settings::default()).await.unwrap();
    assert_eq!(list.items[0].copies, 2);
    assert_eq!(list.reading.notices, [format!("{} is named twice and is read once", other.display())]);
}

#[tokio::test]
async fn a_file_of_five_gigabytes_is_rejected_by_its_size() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("disk.img");
    File::create(&path).unwrap().set_len(5_000_000_000).unwrap();
    let error = read_path(&path).await.unwrap_err().to_string();
    assert!(error.contains("it has 5.0 GB; a list has at most 268.4 MB"), "{error}");
}

#[tokio::test]
async fn a_source_of_unknown_size_is_rejected_once_it_is_too_large() {
    let settings = Settings { largest_bytes: std::num::NonZeroU64::new(1_000).unwrap(), ..Settings::default() };
    let endless = Source::File("/dev/zero".into());
    let error = read_list(&endless, &settings).await.unwrap_err().to_string();
    assert!(error.contains("it has more than 1.0 KB: split it"), "{error}");
}

#[tokio::test]
async fn standard_input() {
    if process::is_child() {
        match read_list(&Source::Stdin, &Settings::default()).await {
            Ok(list) => eprintln!("{}: {} items, {} refused", list.source_type, list.items.len(), list.rejected_count),
            Err(error) => eprintln!("{error}"),
        }
        return;
    }
    let text = |input: &str| process::stderr_of("sources::standard_input", &[], input.into());
    let list = text("720642442524\n098787003420\nx\n");
    assert!(list.contains("stdin: 2 items, 1 refused"), "{list}");
    let nothing = text("");
    assert!(nothing.contains("-: the file is empty"), "{nothing}");
}

#[cfg(target_os = "linux")]
#[test]
fn memory_does_not_grow_with_the_lines() {
    if process::is_child() {
        let mut reading = ListParser::new(1 << 30);
        let rest = "all the same, and all with a long comment behind it that nobody will ever read";
        for number in 0..200_000_u64 {
            let code = upc_a_text(10_000_000_000 + number % 1_000);
            reading.push(format!("{code} # {rest}\nrefused {rest}\n").as_bytes()).unwrap();
        }
        let list = reading.finish().unwrap();
        assert_eq!((list.items.len(), list.line_count, list.rejected_count), (1_000, 400_000, 200_000));
        eprintln!("{}", std::fs::read_to_string("/proc/self/status").unwrap());
        return;
    }
    let text = process::stderr_of("sources::memory_does_not_grow_with_the_lines", &[], Vec::new());
    let kilobytes = |name: &str| {
        let text = text.lines().find_map(|line| line.strip_prefix(name)).unwrap();
        text.trim().trim_end_matches(" kB").parse::<u64>().unwrap()
    };
    // Pages of the executable do not count as memory used by the lines.
    let taken = kilobytes("VmHWM:") - kilobytes("RssFile:");
    assert!(taken < 20_000, "38 MB of lines took {taken} kB");
}

#[tokio::test]
async fn many_lines_are_read() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("many.txt");
    let mut file = BufWriter::new(File::create(&path).unwrap());
    for number in 0..100_000_u64 {
        match number % 4 {
            // Half of the lines are distinct codes, a quarter are duplicates, and a quarter are invalid.
            0 | 2 => writeln!(file, "{}", upc_a_text(10_000_000_000 + number)),
            1 => writeln!(file, "{NEVERMIND}"),
            _ => writeln!(file, "{number} is no code"),
        }
        .unwrap();
    }
    drop(file);
    let list = read_path(&path).await.unwrap();
    assert_eq!((list.items.len(), list.rejected.len(), list.rejected_count), (50_001, 25_000, 25_000));
    assert_eq!((list.line_count, list.items[1].copies, list.items[1].lines.len()), (100_000, 25_000, 100));
    assert_eq!((list.source_type, list.generation), (SourceType::File, None));
}

/// Reads several files with these contents as one list, with a chosen column of barcodes.
async fn read_with_column(texts: &[&str], column: &str) -> Result<InputList, IntakeError> {
    let folder = tempfile::tempdir().unwrap();
    let paths = texts.iter().zip('a'..).map(|(text, name)| {
        let path = folder.path().join(format!("{name}.txt"));
        std::fs::write(&path, text).unwrap();
        Source::File(path)
    });
    let sources = Source::Several(paths.collect());
    let list = ListOptions { barcode_column: Some(column.to_owned()), ..ListOptions::default() };
    read_list(&sources, &Settings::default().for_list(&list)).await
}

#[tokio::test]
async fn a_chosen_column_applies_to_those_of_several_lists_that_have_columns() {
    let table = "Mine,Theirs\n720642442524,098787003420\n";
    let text = "720642460726 - In Utero, remastered\nBleach, again 098787003420\n";
    let list = read_with_column(&[table, text], "Mine").await.unwrap();
    let codes: Vec<String> = list.items.iter().map(|item| item.upc.to_string()).collect();
    assert_eq!(codes, ["720642442524", "720642460726", "098787003420"]);
    let notice = list.reading.notices.iter().find(|notice| notice.contains("no columns")).unwrap();
    assert!(notice.ends_with("b.txt has no columns and is read as text, without \"Mine\""), "{notice}");

    let other = "UPC,Title\n720642460726,In Utero\n";
    let error = read_with_column(&[table, other], "Mine").await.unwrap_err().to_string();
    assert!(error.contains("b.txt: there is no column \"Mine\"; the columns are \"UPC\", \"Title\""), "{error}");
    let error = read_with_column(&[text, text.trim_start_matches('7')], "Mine").await.unwrap_err().to_string();
    assert!(error.contains("it has no columns"), "{error}");
}

#[tokio::test]
async fn the_formats_of_all_files_are_named() {
    let json = |count: usize| format!("{{\"upc\":\"{NEVERMIND}\"}}\n").repeat(count);
    let list = read_with_column(&[&json(2), &json(1)], "upc").await.unwrap();
    assert!(list.reading.to_string().starts_with("Read 2 files as JSON lines and JSON:"), "{}", list.reading);
}
