//! Whether Google Cloud Storage lists a bucket and lets an object be read.

use tokio::time::timeout;

use super::super::Usage;
use super::{DEADLINE, Line};
use crate::config::{Batch, Config};
use input::Settings;
use input::gcs::{self, BucketName, Client, GcsError, ObjectName, Unseen, credentials_seen};

const PART: &str = "google cloud storage";

/// A bucket, and an object of it where one was named.
pub(super) struct Wanted {
    bucket: BucketName,
    object: Option<ObjectName>,
}

/// The bucket that was given, or that of the list that is set (`INPUT_SOURCE`).
///
/// # Errors
/// Where what was given is no bucket.
pub(super) fn wanted(config: &Config, given: Option<&str>) -> anyhow::Result<Option<Wanted>> {
    let set = config.section::<Batch>("batch")?.source.filter(|source| source.starts_with("gs://"));
    let Some(address) = given.map(str::to_owned).or(set) else { return Ok(None) };
    let unfit = |why: String| Usage(format!("{address}: {why}; write gs://bucket or gs://bucket/object"));
    let rest = address.strip_prefix("gs://").ok_or_else(|| unfit("it is not in Google Cloud Storage".to_owned()))?;
    let (bucket, object) = rest.split_once('/').unwrap_or((rest, ""));
    let bucket = bucket.parse::<BucketName>().map_err(|error| unfit(error.to_string()))?;
    let object = Some(object).filter(|object| !object.is_empty() && !object.ends_with('/'));
    let object = object.map(str::parse::<ObjectName>).transpose().map_err(|error| unfit(error.to_string()))?;
    Ok(Some(Wanted { bucket, object }))
}

pub(super) async fn lines(config: &Config, wanted: Option<Wanted>) -> Vec<Line> {
    let settings = match config.section::<Settings>("intake") {
        Ok(settings) => settings.gcs,
        Err(error) => return vec![Line::fail(PART, "settings", error.to_string(), "mend the setting")],
    };
    let fix = "set GOOGLE_APPLICATION_CREDENTIALS to a service account's key file, or mount one at \
               /app/service-account-key.json; a machine at Google has its own";
    let mut lines = vec![match credentials_seen(&settings) {
        Ok(found) => Line::ok(PART, "credentials", found),
        Err(why @ Unseen::Unnamed) => Line::note(PART, "credentials", why.to_string(), fix),
        Err(why) => Line::fail(PART, "credentials", why.to_string(), fix),
    }];
    let Some(wanted) = wanted else {
        let fix = "draft-maker doctor gs://bucket/object";
        lines.push(Line::note(PART, "bucket", "none was given, so none was asked", fix));
        return lines;
    };
    let asked = timeout(DEADLINE, ask(&settings, &wanted)).await;
    lines.extend(asked.unwrap_or_else(|_| {
        let found = format!("no answer within {} seconds", DEADLINE.as_secs());
        vec![Line::fail(PART, "list", found, "check the network")]
    }));
    lines
}

async fn ask(settings: &gcs::Settings, wanted: &Wanted) -> Vec<Line> {
    let client = match Client::connect(settings).await {
        Ok(client) => client,
        Err(error) => return vec![failed("list", &error)],
    };
    let bucket = &wanted.bucket;
    let listed = client.list(bucket, "", "/", None).await;
    let first = listed.as_ref().ok().and_then(|page| page.objects.first()?.name.parse::<ObjectName>().ok());
    let mut lines = vec![match &listed {
        Ok(page) => {
            let more = if page.next.is_some() { ", and more" } else { "" };
            let found = format!("gs://{bucket}: {} objects, {} folders{more}", page.objects.len(), page.folders.len());
            Line::ok(PART, "list", found)
        }
        Err(error) => failed("list", error),
    }];
    match wanted.object.clone().or(first) {
        Some(object) => lines.push(read(&client, bucket, &object).await),
        None if listed.is_ok() => {
            let fix = "draft-maker doctor gs://bucket/object";
            lines.push(Line::note(PART, "read", "no object lies at the top of the bucket", fix));
        }
        None => {}
    }
    lines
}

/// The first bytes of an object.
async fn read(client: &Client, bucket: &BucketName, object: &ObjectName) -> Line {
    let began = async { client.open(bucket, object, None).await?.next().await };
    match began.await {
        Ok(bytes) => {
            let found = if bytes.is_some() { "it can be read" } else { "it can be read, and is empty" };
            Line::ok(PART, "read", format!("gs://{bucket}/{object}: {found}"))
        }
        Err(error) => failed("read", &error),
    }
}

/// What Google says, and after the colon what to do, as the error has it.
fn failed(name: &str, error: &GcsError) -> Line {
    let words = error.to_string();
    let (found, fix) =
        words.rsplit_once("): ").map_or((words.as_str(), "look at the words above"), |(found, fix)| (found, fix));
    let found = if found.len() < words.len() { format!("{found})") } else { found.to_owned() };
    Line::fail(PART, name, found, fix)
}
