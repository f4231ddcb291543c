//! Job IDs, and SKUs of items.

use domain::job_spec::JobId;
use domain::sku::Sku;
use domain::upc::Upc;
use proptest::prelude::*;

#[test]
fn a_job_id_has_its_second_in_utc() {
    let id = JobId::new("2024-03-18T15:30:22+01:00".parse().unwrap(), 3);
    assert_eq!(id.as_str(), "batch_20240318_143022_3");
    assert_eq!(id.file_stamp(), "20240318_143022_3");
    assert_eq!(id.as_str().parse::<JobId>(), Ok(id));
}

#[test]
fn other_texts_are_not_job_ids() {
    for text in
        ["", "batch", "batch_1_2_3", "batch_20240318_143022", "batch_20240318_143022_../../x", "job_20240318_143022_0"]
    {
        let error = text.parse::<JobId>().unwrap_err().to_string();
        // The caller quotes the text.
        assert_eq!(error, "the ID of a batch looks like batch_20240318_143022_0");
    }
}

#[test]
fn later_jobs_sort_after_earlier_ones() {
    let at = |time: &str| JobId::new(time.parse().unwrap(), 0);
    assert!(at("2024-03-18T23:59:59Z") < at("2024-03-19T00:00:00Z"));
}

#[test]
fn a_sku_depends_only_on_the_upc_and_the_copy() {
    let upc: Upc = "720642442524".parse().unwrap();
    assert_eq!(Sku::for_upc(upc).as_str(), "DM0720642442524");
    assert_eq!(Sku::for_copy(upc, 1), Sku::for_upc(upc));
    assert_eq!(Sku::for_copy(upc, 2).as_str(), "DM0720642442524C2");
    let placed = Sku::for_copy(upc, 2).with_location_prefix("Box 14, shelf C");
    assert_eq!(placed.as_str(), "Box14shelfCDM0720642442524C2");
    assert_eq!((placed.copy_number(), placed.gtin_digits()), (2, "0720642442524"));
    assert_eq!(Sku::parse("Box14shelfCDM0720642442524C2"), Some(placed));
    assert_eq!(Sku::for_upc(upc).with_location_prefix("地下室"), Sku::for_upc(upc));
    assert_eq!(Sku::for_draft(upc, 2, Some("Box 14, shelf C")).upc(), Some(upc));
    assert_eq!(Sku::for_draft(upc, 2, None), Sku::for_copy(upc, 2));
    for other in ["A-7DM0720642442524", "DM072064244252", "XDM0720642442524C", "DMDM"] {
        assert_eq!(Sku::parse(other), None, "{other} is the seller's own");
    }
    let same: Upc = "0720642442524".parse().unwrap();
    assert_eq!(Sku::for_upc(same), Sku::for_upc(upc));
}

proptest! {
    #[test]
    fn every_sku_is_valid_at_ebay(number in 1..10_u64.pow(12), copy in any::<u32>(), location in any::<String>()) {
        // Error 25707: letters and digits, at most 50.
        let upc = (0..10).find_map(|digit| format!("{number:012}{digit}").parse::<Upc>().ok()).unwrap();
        let sku = Sku::for_copy(upc, copy).with_location_prefix(&location);
        prop_assert_eq!(Sku::parse(sku.as_str()), Some(sku.clone()));
        prop_assert!(sku.as_str().len() <= 50 && sku.as_str().bytes().all(|b| b.is_ascii_alphanumeric()));
    }
}
