//! Flags of the sandbox.

use std::path::PathBuf;
use std::str::FromStr;

use clap::Args;

use domain::site::Site;
use input::Source;

#[derive(Args, Clone, Debug)]
pub struct SandboxArgs {
    /// The port on 127.0.0.1; 0 picks a free port
    #[arg(long, value_name = "PORT", default_value_t = 0, value_parser = parse_port)]
    pub port: u16,
    /// The speed-up factor of limits and delays
    #[arg(long, value_name = "FACTOR", default_value_t = 1.0, value_parser = parse_positive)]
    pub speed: f64,
    /// Do not limit requests
    #[arg(long)]
    pub no_limits: bool,
    /// Minimum response time in milliseconds
    #[arg(long, value_name = "MS", default_value_t = 0, value_parser = parse_milliseconds)]
    pub latency: u64,
    /// A fault and its share of the responses; may be repeated.
    /// Faults are 403, 429, bare-429, 500, 503, hang, truncated, oversized,
    /// html, gzip, 204, null, latin1, redirect, lost, slow, twice;
    /// at eBay also 25001, 25025, 2001, 401
    #[arg(long = "fault", value_name = "[SERVICE:]FAULT=SHARE", verbatim_doc_comment)]
    pub faults: Vec<FaultArg>,
    /// The eBay site of the simulated seller, for example EBAY_GB
    #[arg(long, value_name = "SITE", default_value = "EBAY_US")]
    pub site: Site,
    /// A file to serve as an object of the simulated bucket; may be repeated
    #[arg(long = "object", value_name = "gs://BUCKET/OBJECT=FILE")]
    pub objects: Vec<ObjectArg>,
    /// Write the data dump of the simulated Discogs to this file, for `draft-maker catalog import`
    #[arg(long, value_name = "FILE")]
    pub dump: Option<PathBuf>,
    /// Write the data dump of the simulated MusicBrainz to this file, for `draft-maker catalog import`
    #[arg(long, value_name = "FILE")]
    pub musicbrainz_dump: Option<PathBuf>,
}

/// An object of the simulated bucket and its content: `gs://bucket/box-14.txt=lists/box-14.txt`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ObjectArg {
    pub bucket: String,
    pub object: String,
    pub file: PathBuf,
}

impl FromStr for ObjectArg {
    type Err = String;

    /// Splits at the last `=`, because the name of an object may contain one.
    fn from_str(text: &str) -> Result<Self, String> {
        let form = || "write gs://BUCKET/OBJECT=FILE".to_owned();
        let (object, file) = text.rsplit_once('=').filter(|(_, file)| !file.is_empty()).ok_or_else(form)?;
        match object.parse() {
            Ok(Source::Gcs { bucket, object, .. }) => {
                Ok(Self { bucket: bucket.as_str().to_owned(), object: object.as_str().to_owned(), file: file.into() })
            }
            Ok(_) => Err(form()),
            Err(why) => Err(why.to_string()),
        }
    }
}

/// A fault to inject: `musicbrainz:503=0.05`.
#[derive(Clone, Debug, PartialEq)]
pub struct FaultArg {
    /// The service; `None` means all.
    pub service: Option<String>,
    /// The kind of fault: `503`, `hang`, `html`.
    pub kind: String,
    /// Share of the responses, from 0 to 1.
    pub share: f64,
}

/// Reason why a text is not a fault of the sandbox.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ParseFaultError {
    #[error("write [SERVICE:]FAULT=SHARE, for example 503=0.05 or discogs:html=1")]
    InvalidFormat,
    #[error("unknown fault {0:?}; use one of {known}", known = FaultArg::KINDS.join(", "))]
    UnknownKind(String),
    #[error("{0:?} is not a share; write a number from 0 to 1")]
    InvalidShare(String),
}

impl FaultArg {
    /// All kinds of faults.
    pub const KINDS: [&str; 21] = [
        "403",
        "429",
        "500",
        "503",
        "hang",
        "truncated",
        "oversized",
        "html",
        "lost",
        "gzip",
        "204",
        "null",
        "latin1",
        "twice",
        "redirect",
        "bare-429",
        "slow",
        "25001",
        "25025",
        "2001",
        "401",
    ];
}

impl FromStr for FaultArg {
    type Err = ParseFaultError;

    fn from_str(text: &str) -> Result<Self, ParseFaultError> {
        let (what, share_text) = text.split_once('=').ok_or(ParseFaultError::InvalidFormat)?;
        let (service, kind) = match what.split_once(':') {
            Some((service, kind)) => (Some(service.to_owned()), kind),
            None => (None, what),
        };
        let kind = Self::KINDS.into_iter().find(|known| *known == kind);
        let kind = kind.ok_or_else(|| ParseFaultError::UnknownKind(what.to_owned()))?.to_owned();
        let share = share_text.parse::<f64>().ok().filter(|share| (0.0..=1.0).contains(share));
        let share = share.ok_or_else(|| ParseFaultError::InvalidShare(share_text.to_owned()))?;
        Ok(Self { service, kind, share })
    }
}

pub(super) fn parse_port(text: &str) -> Result<u16, String> {
    text.parse().map_err(|_| "write a port number from 0 to 65535".to_owned())
}

fn parse_milliseconds(text: &str) -> Result<u64, String> {
    text.parse().map_err(|_| "write a whole number of milliseconds, 0 or more".to_owned())
}

fn parse_positive(text: &str) -> Result<f64, String> {
    let number = text.parse::<f64>().ok().filter(|number| number.is_finite() && *number > 0.0);
    number.ok_or_else(|| "write a number above 0, for example 60".to_owned())
}
