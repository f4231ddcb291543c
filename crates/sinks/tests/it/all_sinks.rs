//! Tests of all sinks: a dry run writes nothing; the drafts file has eBay's format, is safe to open, and contains each
//! draft once.

use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::time::Duration;

use domain::artwork::{Artwork, Cover, CoverLicense};
use domain::condition::Condition;
use domain::job_spec::{JobId, JobSpec};
use domain::listing::{Categories, DescriptionTemplate, Listing, ListingField, ListingInputs, SellerTerms};
use domain::outcome::Status;
use domain::provider::Provider;
use domain::release::{ArtistCredit, Carrier, Release};
use domain::sink::SinkKind;
use domain::upc::Upc;
use proptest::prelude::*;
use sinks::{CsvSink, DraftResult, DraftSink, DryRunSink, ExpectedItems, SinkContext, SinkFactory, WriteFilesError};
use store::journal::Journal;
use store::response_cache::ResponseCache;

use super::{all_files, paths};
use testing::barcodes::with_check_digit;
use testing::listings::{format_with, medium, nevermind_release, price_estimate_of, seller_terms, sourced};

/// One folder for the journal and one for the drafts files.
struct OutputFixture {
    data: tempfile::TempDir,
    output: tempfile::TempDir,
}

impl OutputFixture {
    fn new() -> Self {
        Self { data: tempfile::tempdir().expect("a folder"), output: tempfile::tempdir().expect("a folder") }
    }

    async fn journal(&self) -> Journal {
        Journal::open(self.data.path()).await.expect("a journal")
    }

    fn csv_sink(&self, journal: &Journal, job: &JobId) -> CsvSink {
        CsvSink::new(journal.clone(), job.clone(), self.output.path().to_owned())
    }

    fn files(&self) -> Vec<String> {
        let entries = std::fs::read_dir(self.output.path()).expect("the folder");
        let mut names: Vec<String> =
            entries.map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned()).collect();
        names.sort();
        names
    }
}

pub(crate) fn job(number: u32) -> JobId {
    JobId::new("2024-03-18T14:30:22Z".parse().expect("a time"), number)
}

fn cover(release: &Release) -> Cover {
    Cover {
        url: "https://archive.org/~covers/front.jpg".to_owned(),
        provider: Provider::from_static("coverartarchive"),
        belongs_to: release.ids.first().cloned(),
        is_front: true,
        flaw: None,
        size: Some((1200, 1200)),
        license: CoverLicense::SellersRisk,
    }
}

fn listing(release: &Release, code: &str, terms: &SellerTerms) -> Listing {
    let artwork = Artwork { chosen: Some(cover(release)), candidates: Vec::new() };
    let upc: Upc = code.parse().expect("a UPC");
    let events = ListingInputs { upc, release, price_estimate: &price_estimate_of(1283), artwork: &artwork };
    Listing::compose(&events, terms, Categories::built_in(), DescriptionTemplate::built_in()).expect("a listing")
}

fn cd() -> Listing {
    listing(&nevermind_release(), "720642442524", &SellerTerms { copies: 2, ..seller_terms(Some(Condition::VeryGood)) })
}

fn record() -> Listing {
    let release = Release {
        artist: sourced(ArtistCredit::from_name("-M-")),
        title: sourced("=HYPERLINK(\"http://evil\")".to_owned()),
        format: sourced(format_with(vec![medium(Carrier::Vinyl, 1, "LP", Some(12))])),
        tracks: None,
        ..nevermind_release()
    };
    listing(&release, "5099749534728", &seller_terms(None))
}

fn sku(result: &DraftResult) -> Option<&str> {
    match result {
        DraftResult::Created { draft, .. } | DraftResult::Unchanged { draft, .. } => Some(draft.sku.as_str()),
        DraftResult::Rejected(_) | DraftResult::Uncertain(_) | DraftResult::ExistsElsewhere(_) => None,
    }
}

#[tokio::test]
async fn a_dry_run_accepts_everything_and_writes_nothing() {
    let sink = DryRunSink::default();
    let result = sink.create_draft(&cd()).await.expect("an answer");
    let DraftResult::Created { draft, .. } = &result else { panic!("{result:?}") };
    assert_eq!((draft.sink.as_str(), draft.sku.as_str()), ("rehearsal", "DM0720642442524"));
    assert_eq!((draft.offer_id.as_ref(), draft.url.as_ref()), (None, None));
    assert_eq!(sink.item_status(), Status::DryRun);
    assert!(all_files(&sink).await.is_empty());
}

#[tokio::test]
async fn each_destination_opens_its_sink() {
    let fixture = OutputFixture::new();
    let journal = fixture.journal().await;
    let opening = SinkContext {
        journal,
        job_spec: testing::events::job_spec(),
        ebay: None,
        ebay_environment: "production".to_owned(),
        response_cache: ResponseCache::open_in_memory().await.expect("answers"),
        categories: Categories::built_in(),
        output_folder: "output".into(),
        items: ExpectedItems { count: 3, state_condition: false },
        max_wait: Duration::ZERO,
        notify_wait: |_| (),
    };
    for kind in SinkKind::ALL {
        match (SinkFactory::for_kind(*kind).prepare)(&opening).await {
            Ok(ready) => assert_eq!(ready.open_for_job(job(0)).name(), kind.as_str()),
            Err(error) => {
                assert!([SinkKind::Inventory, SinkKind::ItemDraft].contains(kind), "{error}");
                assert!(error.to_string().contains("EBAY_APP_ID"), "{error}");
            }
        }
    }
}

#[tokio::test]
async fn the_drafts_file_has_the_format_of_seller_hub() {
    let fixture = OutputFixture::new();
    let sink = fixture.csv_sink(&fixture.journal().await, &job(0));
    for listing in [cd(), record()] {
        assert!(matches!(sink.create_draft(&listing).await, Ok(DraftResult::Created { .. })));
    }
    let paths = all_files(&sink).await;
    assert_eq!(paths, [fixture.output.path().join("ebay_drafts_20240318_143022_0.csv")]);
    let bytes = std::fs::read(&paths[0]).expect("the file");
    let text = String::from_utf8(bytes).expect("UTF-8");
    assert!(text.starts_with("\u{feff}#INFO,Version=0.0.2,Template= eBay-draft-listings-template_US,,,,,,,,\r\n"));
    assert_eq!(text.matches('\n').count(), text.matches("\r\n").count());
    insta::assert_snapshot!(text.replace("\r\n", "\n").trim_start_matches('\u{feff}'), @r##"
#INFO,Version=0.0.2,Template= eBay-draft-listings-template_US,,,,,,,,
#INFO Action and Category ID are required fields. 1) Set Action to Draft 2) Please find the category ID for your listings here: https://pages.ebay.com/sellerinformation/news/categorychanges.html,,,,,,,,,,
"#INFO After you've successfully uploaded your draft from the Seller Hub Reports tab, complete your drafts to active listings here: https://www.ebay.com/sh/lst/drafts",,,,,,,,,,
#INFO,,,,,,,,,,
Action(SiteID=US|Country=US|Currency=USD|Version=1193|CC=UTF-8),Custom label (SKU),Category ID,Title,UPC,Price,Quantity,Item photo URL,Condition ID,Description,Format,C:Artist,C:Release Title,C:Format,C:Type,C:Genre,C:Style,C:Record Label,C:Release Year,C:Catalog Number,C:MPN,C:Record Size,C:Material,C:Number of Discs
Draft,DM0720642442524,176984,Nirvana - Nevermind CD 1991 DGC DGCD-24425,720642442524,12.83,2,https://archive.org/%7Ecovers/front.jpg,4000,"<div vocab=""https://schema.org/"" typeof=""Product""><span property=""description"">Nirvana - Nevermind. CD, DGC, DGCD-24425, 1991, 3 tracks. Condition: Very Good (used).</span></div><h2>Nirvana – Nevermind</h2><ul><li><b>Format:</b> CD</li><li><b>Condition:</b> Very Good (used)</li><li><b>Label:</b> DGC</li><li><b>Catalog number:</b> DGCD-24425</li><li><b>Year:</b> 1991</li><li><b>Barcode:</b> 720642442524</li></ul><h3>Track list</h3><ul><li>1. Smells Like Teen Spirit (5:02)</li><li>2. In Bloom (4:15)</li><li>3. Come as You Are</li></ul>",FixedPrice,Nirvana,Nevermind,CD,Album,Rock|Alternative,Grunge,DGC,1991,DGCD-24425,DGCD-24425,,,1
Draft,DM5099749534728,176985," -M- - =HYPERLINK(""http://evil"") Vinyl LP 1991 DGC DGCD-24425",5099749534728,12.83,1,https://archive.org/%7Ecovers/front.jpg,,"<div vocab=""https://schema.org/"" typeof=""Product""><span property=""description"">-M- - =HYPERLINK(&quot;http://evil&quot;). Vinyl LP, DGC, DGCD-24425, 1991.</span></div><h2>-M- – =HYPERLINK(&quot;http://evil&quot;)</h2><ul><li><b>Format:</b> Vinyl LP</li><li><b>Label:</b> DGC</li><li><b>Catalog number:</b> DGCD-24425</li><li><b>Year:</b> 1991</li><li><b>Barcode:</b> 5099749534728</li></ul>",FixedPrice, -M-," =HYPERLINK(""http://evil"")",Record,,Rock|Alternative,Grunge,DGC,1991,DGCD-24425,DGCD-24425,"12""",Vinyl,1
"##);
}

/// Compares the template with a recording of eBay's, if the recording exists.
#[tokio::test]
async fn the_first_lines_are_those_of_ebays_template() {
    let folder = std::env::var_os("DRAFT_MAKER_FIXTURES")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/fixtures"), PathBuf::from);
    let Ok(template) = std::fs::read_to_string(folder.join("ebay/seller_hub_draft_template_US_v0.0.2.csv")) else {
        println!("skipped: no recordings in {}", folder.display());
        return;
    };
    let fixture = OutputFixture::new();
    let sink = fixture.csv_sink(&fixture.journal().await, &job(0));
    sink.create_draft(&cd()).await.expect("an answer");
    let written = std::fs::read_to_string(&all_files(&sink).await[0]).expect("the file");
    let lines = |text: &str| text.trim_start_matches('\u{feff}').split("\r\n").map(str::to_owned).collect::<Vec<_>>();
    let (template, written) = (lines(&template), lines(&written));
    assert_eq!(written[..4], template[..4]);
    assert!(written[4].starts_with(&format!("{},C:", template[4])), "{}", written[4]);
}

#[tokio::test]
async fn a_job_without_drafts_leaves_no_file() {
    let fixture = OutputFixture::new();
    let sink = fixture.csv_sink(&fixture.journal().await, &job(0));
    assert!(all_files(&sink).await.is_empty());
    assert!(fixture.files().is_empty());
}

#[tokio::test]
async fn an_item_is_one_row_despite_retries_crashes_and_reruns() {
    let fixture = OutputFixture::new();
    let journal = fixture.journal().await;
    let first = fixture.csv_sink(&journal, &job(0));
    assert!(matches!(first.create_draft(&cd()).await, Ok(DraftResult::Created { .. })));
    assert!(matches!(first.create_draft(&cd()).await, Ok(DraftResult::Created { .. })), "a retry");
    first.close().await.expect("a file");
    let before = std::fs::read(fixture.output.path().join("ebay_drafts_20240318_143022_0.csv")).expect("the file");
    drop((first, journal));

    // The process was killed after it wrote the file and before it reported the result: resume the same job from its
    // journal.
    let journal = fixture.journal().await;
    let resumed = fixture.csv_sink(&journal, &job(0));
    std::fs::write(fixture.output.path().join(".ebay_drafts_20240318_143022_0_x.unfinished"), "half").expect("written");
    assert!(matches!(resumed.create_draft(&cd()).await, Ok(DraftResult::Created { .. })), "the job's own draft");
    resumed.close().await.expect("the file");
    assert_eq!(fixture.files(), ["ebay_drafts_20240318_143022_0.csv"]);
    assert_eq!(
        std::fs::read(fixture.output.path().join("ebay_drafts_20240318_143022_0.csv")).expect("the file"),
        before
    );

    // The same list as a new job.
    let again = fixture.csv_sink(&journal, &job(1));
    let result = again.create_draft(&cd()).await.expect("an answer");
    assert_eq!(sku(&result), Some("DM0720642442524"));
    let DraftResult::Unchanged { reason, .. } = result else { panic!("{result:?}") };
    assert!(reason.starts_with("in the drafts file of batch_20240318_143022_0, since 20"), "{reason}");
    assert!(all_files(&again).await.is_empty());
    assert_eq!(fixture.files().len(), 1);
}

/// One job owns the draft and the other needs it, so both write the file of the first job.
#[tokio::test]
async fn two_jobs_that_end_simultaneously_write_a_file_once() {
    let fixture = OutputFixture::new();
    let journal = fixture.journal().await;
    let spec = JobSpec { output: fixture.output.path().display().to_string().into(), ..testing::events::job_spec() };
    let at = "2024-03-18T14:30:22Z".parse().expect("a time");
    let one = journal.create_job(spec.clone(), at).await.expect("a job");
    let other = journal.create_job(spec, at).await.expect("a job");
    let (first, second) = (fixture.csv_sink(&journal, &one), fixture.csv_sink(&journal, &other));
    assert!(matches!(first.create_draft(&cd()).await, Ok(DraftResult::Created { .. })));
    assert!(matches!(second.create_draft(&cd()).await, Ok(DraftResult::Unchanged { .. })));
    let interruption = domain::event::JobEvent::interruption("killed".to_owned());
    journal.append_event(&one, interruption).await.expect("recorded");
    for _ in 0..10 {
        let (mine, theirs) = tokio::join!(first.close(), second.close());
        assert_eq!(paths(mine.expect("a file")), paths(theirs.expect("the same file")));
        assert_eq!(fixture.files(), ["ebay_drafts_20240318_143022_0.csv"]);
    }
}

#[tokio::test]
async fn a_file_of_another_run_is_never_overwritten() {
    let fixture = OutputFixture::new();
    let (mine, others) = (fixture.journal().await, OutputFixture::new());
    // Another data folder starts a job in the same second, with the same output folder.
    let other = CsvSink::new(others.journal().await, job(0), fixture.output.path().to_owned());
    other.create_draft(&record()).await.expect("an answer");
    let theirs = all_files(&other).await;
    let stored = std::fs::read(&theirs[0]).expect("the file");

    let sink = fixture.csv_sink(&mine, &job(0));
    sink.create_draft(&cd()).await.expect("an answer");
    let expected = fixture.output.path().join("ebay_drafts_20240318_143022_0_2.csv");
    for _ in 0..2 {
        assert_eq!(all_files(&sink).await, std::slice::from_ref(&expected));
    }
    assert_eq!(std::fs::read(&theirs[0]).expect("the file"), stored);
    assert_eq!(fixture.files().len(), 2);
}

#[tokio::test]
async fn an_unwritable_folder_is_an_error_that_names_it() {
    let fixture = OutputFixture::new();
    let blocked = fixture.output.path().join("a file");
    std::fs::write(&blocked, "").expect("written");
    let sink = CsvSink::new(fixture.journal().await, job(0), blocked);
    sink.create_draft(&cd()).await.expect("an answer");
    let error = sink.close().await.expect_err("no folder");
    assert!(matches!(error, WriteFilesError::Folder { .. }), "{error}");
    let error = error.to_string();
    assert!(error.starts_with("the drafts file cannot be written to ") && error.contains("a file"), "{error}");
}

/// Checks that need no answer from eBay always run.
#[tokio::test]
async fn a_picture_without_https_is_missing_without_an_account() {
    let fixture = OutputFixture::new();
    let sink = fixture.csv_sink(&fixture.journal().await, &job(0));
    assert!(sink.validate(&cd()).is_empty());
    let plain = Cover { url: "http://covers.example/1.jpg".to_owned(), ..cover(&nevermind_release()) };
    let artwork = Artwork { chosen: Some(plain), candidates: Vec::new() };
    let events = ListingInputs {
        upc: "720642442524".parse().expect("a UPC"),
        release: &nevermind_release(),
        price_estimate: &price_estimate_of(1283),
        artwork: &artwork,
    };
    let listing =
        Listing::compose(&events, &seller_terms(None), Categories::built_in(), DescriptionTemplate::built_in());
    let missing_fields = sink.validate(&listing.expect("a listing"));
    assert!(
        matches!(&missing_fields[..], [one] if one.field == ListingField::Picture && one.to_string().contains("https")),
        "{missing_fields:?}"
    );
}

#[tokio::test]
async fn a_file_too_large_for_ebay_is_split_into_parts() {
    const LARGEST: usize = 12_000;
    let fixture = OutputFixture::new();
    let sink = fixture.csv_sink(&fixture.journal().await, &job(0)).with_max_file_bytes(LARGEST);
    let drafts = 25_u64;
    for number in 0..drafts {
        sink.create_draft(&listing_for(&ean13_from(number))).await.expect("an answer");
    }
    let paths = all_files(&sink).await;
    assert_eq!(fixture.files(), ["ebay_drafts_20240318_143022_0.csv", "ebay_drafts_20240318_143022_0_part2.csv"]);
    let mut skus = HashSet::new();
    for path in &paths {
        let bytes = std::fs::read(path).expect("a part");
        assert!(bytes.len() <= LARGEST, "{}", bytes.len());
        skus.extend(rows(&bytes).into_iter().map(|row| row[1].clone()));
    }
    assert_eq!(skus.len() as u64, drafts);
    assert_eq!(all_files(&sink).await, paths);
}

/// Returns a listing of an invented item with this barcode.
pub(crate) fn listing_for(code: &str) -> Listing {
    listing(&nevermind_release(), code, &seller_terms(None))
}

/// Returns an EAN-13 with a valid check digit.
pub(crate) fn ean13_from(number: u64) -> String {
    with_check_digit(&format!("50000{number:07}"))
}

fn rows(bytes: &[u8]) -> Vec<Vec<String>> {
    let mut reader = csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(bytes);
    let records = reader.records().map(|record| record.expect("CSV").iter().map(str::to_owned).collect::<Vec<_>>());
    records.skip(5).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    /// Whatever the databases contain, no cell is a formula or spans several lines, and the title has at most 80
    /// characters.
    #[test]
    fn no_cell_is_a_formula(artist in "[=+@\u{ff1d}-]{0,3}\\PC{1,60}", title in "[-=+@]{0,2}[\\PC\r\n\t|]{1,60}", label in "[=+@-]\\PC{0,40}") {
        let release = Release {
            artist: sourced(ArtistCredit::from_name(artist)),
            title: sourced(title),
            label: sourced(label),
            ..nevermind_release()
        };
        let events = ListingInputs { upc: "720642442524".parse().expect("a UPC"), release: &release, price_estimate: &price_estimate_of(1), artwork: &Artwork::default() };
        let made = Listing::compose(&events, &seller_terms(None), Categories::built_in(), DescriptionTemplate::built_in());
        let Ok(listing) = made else { return Ok(()) };
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().expect("a runtime");
        let bytes = runtime.block_on(async {
            let fixture = OutputFixture::new();
            let sink = fixture.csv_sink(&fixture.journal().await, &job(0));
            sink.create_draft(&listing).await.expect("an answer");
            std::fs::read(&all_files(&sink).await[0]).expect("the file")
        });
        let rows = rows(&bytes);
        prop_assert_eq!(rows.len(), 1);
        for cell in &rows[0] {
            prop_assert!(!cell.starts_with(['=', '+', '-', '@', '\u{ff1d}', '\t', '\r']), "{cell:?}");
            prop_assert!(!cell.contains(['\r', '\n', '\t']), "{cell:?}");
        }
        prop_assert!(rows[0][3].encode_utf16().count() <= 80);
        prop_assert!(!rows[0][3].trim().is_empty());
    }
}

#[test]
fn each_kind_has_its_factory() {
    for kind in SinkKind::ALL {
        assert_eq!(SinkFactory::for_kind(*kind).kind, *kind);
    }
}
