//! Builds job specs from the settings and flags.

use domain::job_spec::JobSpec;
use domain::list_options::ListOptions;
use domain::output_location::OutputLocation;
use domain::source_type::SourceType;
use pipeline::result_storage::check_output;

use crate::bootstrap;
use crate::config::{BatchSettings, Config};

/// Returns the spec of a job over `source`, as the settings describe it.
///
/// # Errors
/// Returns an error if a setting is invalid.
pub(super) fn job_spec(config: &Config, source: String, limit: Option<u64>) -> anyhow::Result<JobSpec> {
    let batch = config.section::<BatchSettings>("batch")?;
    let listing = config.section::<domain::listing::Settings>("listing")?;
    Ok(JobSpec {
        source,
        source_type: SourceType::default(),
        generation: None,
        create_drafts: batch.create_drafts,
        test_mode: batch.test_mode,
        review: batch.review,
        sink: bootstrap::default_sink(config)?,
        site: config.section::<ebay::Settings>("ebay")?.site,
        condition: listing.condition,
        media_grade: listing.media_grade,
        sleeve_grade: listing.sleeve_grade,
        note: Some(listing.condition_note.trim()).filter(|note| !note.is_empty()).map(Into::into),
        copies: listing.copies,
        limit,
        retry_of: None,
        list_options: ListOptions::default(),
        output: output_address(config, &batch)?,
    })
}

/// Returns the folder or the bucket folder for result files.
fn output_address(config: &Config, batch: &BatchSettings) -> anyhow::Result<OutputLocation> {
    let output = batch.output_location();
    if output.is_bucket() {
        check_output(&output).map_err(|error| config.invalid_setting("batch.output", error))?;
        return Ok(output);
    }
    // Store an absolute path, because the files may be looked up from another folder.
    Ok(std::path::absolute(&batch.output)?.to_string_lossy().into_owned().into())
}
