//! What `/health` looks at.

use std::path::{Path, PathBuf};

use jiff::Timestamp;

use super::front::Front;
use super::health::{Check, Wellness};
use domain::provider::Provider;
use ebay::Ebay;
use input::gcs;
use store::journal::JournalError;
use upstream::{CircuitState, Host};

/// Bytes that have to be free: below the first nothing is begun that could be finished, below the second it is time to
/// look.
const NEARLY_FULL: u64 = 64 << 20;
const LITTLE: u64 = 1 << 30;

pub(super) async fn all(front: &Front) -> Vec<Check> {
    let mut checks = vec![journal(front).await];
    let (data_dir, output) = (front.data_dir.clone(), PathBuf::from((front.standards)().output));
    let google = front.works().intake.gcs.clone();
    let looked = tokio::task::spawn_blocking(move || [disk(&data_dir), folder(&output), credentials(&google)]);
    checks.extend(looked.await.into_iter().flatten());
    checks.push(sign_in(front.works().ebay.as_ref()));
    checks.extend(front.works().hosts.iter().map(circuit));
    checks.push(catalogues(front));
    checks
}

fn well(name: &str, detail: impl Into<String>) -> Check {
    Check { name: name.to_owned(), status: Wellness::Healthy, detail: detail.into(), fix: None }
}

fn ill(name: &str, status: Wellness, detail: impl Into<String>, fix: &str) -> Check {
    Check { name: name.to_owned(), status, detail: detail.into(), fix: Some(fix.to_owned()) }
}

async fn journal(front: &Front) -> Check {
    match front.journal().probe().await {
        Ok(()) => well("journal", "it can be written"),
        Err(error @ JournalError::DiskFull { .. }) => {
            ill("journal", Wellness::Unhealthy, error.to_string(), "free some space")
        }
        Err(error) => ill("journal", Wellness::Unhealthy, error.to_string(), "make the data directory writable"),
    }
}

fn disk(data_dir: &Path) -> Check {
    let free = match nix::sys::statvfs::statvfs(data_dir) {
        Ok(disk) => disk.blocks_available().saturating_mul(disk.fragment_size()),
        Err(error) => return ill("disk", Wellness::Degraded, error.to_string(), "check the data directory"),
    };
    let detail = format!("{} MB free for {}", free / 1_000_000, data_dir.display());
    let fix = "free some space";
    match free {
        0..NEARLY_FULL => ill("disk", Wellness::Unhealthy, detail, fix),
        NEARLY_FULL..LITTLE => ill("disk", Wellness::Degraded, detail, fix),
        _ => well("disk", detail),
    }
}

fn folder(output: &Path) -> Check {
    let tried = std::fs::create_dir_all(output).and_then(|()| tempfile::tempfile_in(output));
    match tried {
        Ok(_) => well("output", format!("result files can be written to {}", output.display())),
        Err(error) => {
            let detail = format!("result files cannot be written to {}: {error}", output.display());
            ill("output", Wellness::Unhealthy, detail, "make the folder writable, or set OUTPUT_DIR")
        }
    }
}

fn credentials(settings: &gcs::Settings) -> Check {
    match gcs::credentials_seen(settings) {
        Ok(found) => well("google credentials", found),
        Err(why) => {
            // What is named and unusable lets no list be read.
            let status = if why == gcs::Unseen::Unnamed { Wellness::Degraded } else { Wellness::Unhealthy };
            let fix = "set GOOGLE_APPLICATION_CREDENTIALS to a service account's key file";
            ill("google credentials", status, why.to_string(), fix)
        }
    }
}

fn sign_in(ebay: Option<&Ebay>) -> Check {
    let Some(ebay) = ebay else { return well("ebay sign-in", "no keyset is set; drafts go into files") };
    let fix = "run `draft-maker auth ebay`";
    let until = ebay.tokens().keyring().read().consent.and_then(|consent| consent.until);
    match until {
        _ if !ebay.tokens().has_consent() => ill("ebay sign-in", Wellness::Degraded, "no seller is signed in", fix),
        Some(until) if until < Timestamp::now() => {
            ill("ebay sign-in", Wellness::Degraded, format!("the consent ended {until}"), fix)
        }
        _ => well("ebay sign-in", "a seller is signed in"),
    }
}

/// Without anybody who knows whose a barcode is, no item goes on.
fn catalogues(front: &Front) -> Check {
    let hosts = &front.works().hosts;
    let searched = front.works().gatherer.searched().collect::<Vec<_>>();
    let left_alone = |name: &Provider| {
        let mut of_name = hosts.iter().filter(|host| host.name().as_str() == name.as_str());
        of_name.any(|host| matches!(host.state().circuit, CircuitState::Open { .. }))
    };
    if searched.iter().all(left_alone) {
        let fix = "wait: they are asked again by themselves, and items wait so long";
        return ill("catalogues", Wellness::Unhealthy, "none of those that are searched answers", fix);
    }
    well("catalogues", "there is one to ask whose a barcode is")
}

fn circuit(host: &Host) -> Check {
    let name = host.name().as_str();
    match host.state().circuit {
        CircuitState::Closed => well(name, "asked as usual"),
        CircuitState::HalfOpen => ill(name, Wellness::Degraded, "being tried again after failures", "wait"),
        CircuitState::Open { until } => {
            let detail = format!("it failed too often and is left alone until {until}");
            ill(name, Wellness::Degraded, detail, "wait; items that need it wait too")
        }
    }
}
