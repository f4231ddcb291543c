//! Facts in: one file for each upstream service, and the list of them.

mod provider;

use std::sync::Arc;

use crate::domain::provider::Provider;
use crate::http::{Host, Http};

pub use provider::{Catalogue, Gallery, Keep, PriceGuide, Unanswered};

pub struct KeyHint { pub variable: &'static str, pub adds: &'static str }
pub struct Connected { pub catalogue: Option<Arc<dyn Catalogue>>, pub price_guide: Option<Arc<dyn PriceGuide>>, pub gallery: Option<Arc<dyn Gallery>>, pub host: Host, pub has_key: bool }
pub struct Registration { pub name: Provider, pub key: Option<KeyHint>, pub connect: fn(&serde_json::Value, &Http) -> anyhow::Result<Option<Connected>> }
pub static ALL: &[Registration] = &[];
