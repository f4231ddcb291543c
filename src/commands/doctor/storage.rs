//! Checks that a bucket of Google Cloud Storage can be listed and an object can be read.

use tokio::time::timeout;

use super::check::{CHECK_TIMEOUT, DoctorCheck};
use crate::commands::error::UsageError;
use crate::config::{BatchSettings, Config};
use domain::source_type::strip_gcs_scheme;
use domain::text::count::format_count;
use input::Settings;
use input::gcs::{self, BucketName, CredentialCheckError, GcsClient, GcsError, ObjectName, credentials_seen};

const PART: &str = "google cloud storage";

/// Bucket to check, and an object in it if one was named.
pub(super) struct StorageTarget {
    bucket: BucketName,
    object: Option<ObjectName>,
}

/// Returns the bucket from the command line, or the bucket of `INPUT_SOURCE`.
///
/// # Errors
/// Returns [`UsageError`] if the argument is not a bucket.
pub(super) fn storage_target(config: &Config, given: Option<&str>) -> anyhow::Result<Option<StorageTarget>> {
    let set = config.section::<BatchSettings>("batch")?.source.filter(|source| strip_gcs_scheme(source).is_some());
    let Some(address) = given.map(str::to_owned).or(set) else { return Ok(None) };
    let unfit = |why: String| UsageError(format!("{address}: {why}; write gs://bucket or gs://bucket/object"));
    let rest = strip_gcs_scheme(&address).ok_or_else(|| unfit("it is not in Google Cloud Storage".to_owned()))?;
    let (bucket, object) = rest.split_once('/').unwrap_or((rest, ""));
    let bucket = bucket.parse::<BucketName>().map_err(|error| unfit(error.to_string()))?;
    let object = Some(object).filter(|object| !object.is_empty() && !object.ends_with('/'));
    let object = object.map(str::parse::<ObjectName>).transpose().map_err(|error| unfit(error.to_string()))?;
    Ok(Some(StorageTarget { bucket, object }))
}

pub(super) async fn check_storage(config: &Config, wanted: Option<StorageTarget>) -> Vec<DoctorCheck> {
    let settings = match config.section::<Settings>("intake") {
        Ok(settings) => settings.gcs,
        Err(error) => return vec![DoctorCheck::fail(PART, "settings", error.to_string(), "fix the setting")],
    };
    let fix = "set GOOGLE_APPLICATION_CREDENTIALS to the key file of a service account; only for lists at gs://";
    let mut lines = vec![match credentials_seen(&settings) {
        Ok(found) => DoctorCheck::ok(PART, "credentials", found),
        Err(why @ CredentialCheckError::NotConfigured) => DoctorCheck::note(PART, "credentials", why.to_string(), fix),
        Err(why) => DoctorCheck::fail(PART, "credentials", why.to_string(), fix),
    }];
    let Some(wanted) = wanted else {
        let fix = "run `draft-maker doctor gs://bucket/object`";
        lines.push(DoctorCheck::note(PART, "bucket", "not checked, because no bucket was named", fix));
        return lines;
    };
    let checks = timeout(CHECK_TIMEOUT, check_bucket(&settings, &wanted)).await;
    lines.extend(checks.unwrap_or_else(|_| {
        let found = format!("no answer within {} seconds", CHECK_TIMEOUT.as_secs());
        vec![DoctorCheck::fail(PART, "list", found, "check the network")]
    }));
    lines
}

async fn check_bucket(settings: &gcs::Settings, wanted: &StorageTarget) -> Vec<DoctorCheck> {
    let client = match GcsClient::connect(settings).await {
        Ok(client) => client,
        Err(error) => return vec![failed_check("list", &error)],
    };
    let bucket = &wanted.bucket;
    let listed = client.list_objects(bucket, "", "/", None).await;
    let first = listed.as_ref().ok().and_then(|page| page.objects.first()?.name.parse::<ObjectName>().ok());
    let mut lines = vec![match &listed {
        Ok(page) => {
            let more = if page.next_page_token.is_some() { ", and more" } else { "" };
            let objects = format_count(page.objects.len(), "object", "objects");
            let folders = format_count(page.folders.len(), "folder", "folders");
            let found = format!("gs://{bucket}: {objects}, {folders}{more}");
            DoctorCheck::ok(PART, "list", found)
        }
        Err(error) => failed_check("list", error),
    }];
    match wanted.object.clone().or(first) {
        Some(object) => lines.push(check_object_read(&client, bucket, &object).await),
        None if listed.is_ok() => {
            let fix = "run `draft-maker doctor gs://bucket/object`";
            lines.push(DoctorCheck::note(PART, "read", "no object at the top of the bucket", fix));
        }
        None => {}
    }
    lines
}

/// Reads the first bytes of an object.
async fn check_object_read(client: &GcsClient, bucket: &BucketName, object: &ObjectName) -> DoctorCheck {
    let began = async { client.open_object(bucket, object, None).await?.next_chunk().await };
    match began.await {
        Ok(bytes) => {
            let found = if bytes.is_some() { "it can be read" } else { "it can be read, and is empty" };
            DoctorCheck::ok(PART, "read", format!("gs://{bucket}/{object}: {found}"))
        }
        Err(error) => failed_check("read", &error),
    }
}

fn failed_check(name: &str, error: &GcsError) -> DoctorCheck {
    let cause = error.service_message().map(|message| format!(" (caused by: {message})")).unwrap_or_default();
    DoctorCheck::fail(PART, name, error.problem() + &cause, error.fix().unwrap_or("see the message above".into()))
}
