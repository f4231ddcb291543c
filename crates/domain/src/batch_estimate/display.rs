//! Text of a batch estimate.

use std::borrow::Cow;

use super::super::job_spec::Copies;
use super::super::provider::display_name_of;
use super::super::text::count::format_count;
use super::super::text::time::format_estimated;
use super::{BatchEstimate, ConflictingJob, ProviderInfo, QueuePosition, Quota, TimeEstimate};

impl BatchEstimate {
    /// Formats `83 items are looked up at MusicBrainz and Discogs and become 83 drafts, destination csv, condition very_good.`
    pub fn summary(&self) -> String {
        let (items, are) = (format_count(self.items, "item", "items"), if self.items == 1 { "is" } else { "are" });
        let who = self
            .providers
            .iter()
            .filter(|one| one.identifies)
            .map(|one| display_name_of(&one.name))
            .collect::<Vec<_>>();
        let nobody = "not looked up (no data source is turned on)".to_owned();
        let looked_up = if who.is_empty() { nobody } else { format!("looked up at {}", enumerate_names(&who)) };
        format!("{items} {are} {looked_up} {}.", self.destination_summary())
    }

    fn destination_summary(&self) -> String {
        let plan = &self.plan;
        if !plan.create_drafts {
            return "for releases, prices and covers; no drafts are created".to_owned();
        }
        let drafts = format_count(self.drafts, "draft", "drafts");
        let of_each = if plan.copies == Copies::Separate { ", one for each copy" } else { "" };
        let condition =
            plan.condition.map_or(", no condition for the batch".to_owned(), |c| format!(", condition {c}"));
        let (wait, becomes) = if self.items == 1 { ("waits", "becomes") } else { ("wait", "become") };
        let waits = if plan.review { format!("{wait} for your review, then ") } else { String::new() };
        if plan.test_mode {
            return format!("and {waits}would become {drafts}{of_each}{condition} (dry run: no drafts are created)");
        }
        format!("and {waits}{becomes} {drafts}, destination {}{of_each}{condition}", plan.sink)
    }

    /// Returns the quotas that are too small to finish the batch today.
    pub fn insufficient_quotas(&self) -> impl Iterator<Item = &Quota> {
        self.quotas.iter().filter(|quota| !quota.is_sufficient())
    }
}

impl ProviderInfo {
    /// Formats `Discogs (no key)`. The advice says what is missing without the key.
    pub fn summary(&self) -> String {
        let name = display_name_of(&self.name);
        match self.has_key {
            Some(true) => format!("{name} (key set)"),
            Some(false) => format!("{name} (no key)"),
            None => name.into_owned(),
        }
    }
}

impl TimeEstimate {
    /// Formats `about 34 min: Discogs, 60 per minute`.
    pub fn summary(&self) -> String {
        format!(
            "about {}: {}, {} per minute",
            format_seconds(self.seconds),
            display_name_of(&self.slowest),
            format_rate(self.limit_per_minute)
        )
    }

    /// Formats the time with other running batches included; `None` if they do not add any.
    pub fn summary_with_others(&self) -> Option<String> {
        let more = self.seconds_with_others > self.seconds;
        more.then(|| {
            format!("about {} together with the batches that are running", format_seconds(self.seconds_with_others))
        })
    }
}

impl Quota {
    /// Formats `browse: about 1200 calls; 4100 of 5000 left today`, and when the batch continues if the quota is too
    /// small.
    pub fn summary(&self) -> String {
        let Self { api, required: need, remaining: left, daily_limit: daily, resets_at: until } = self;
        let message = format!("{api}: about {need} calls; {left} of {daily} left today");
        if self.is_sufficient() {
            return message;
        }
        format!("{message}: not enough for today; the rest continues after {}", until.strftime("%m-%d %H:%M UTC"))
    }
}

impl QueuePosition {
    /// Formats `starts at once`, or the position in the queue.
    pub fn summary(&self) -> String {
        if self.position == 0 {
            return "starts at once".to_owned();
        }
        let before = match self.items_ahead {
            0 => String::new(),
            items => format!(", {} before it", format_count(items, "item", "items")),
        };
        let run = if self.running == 1 {
            "1 batch is running".to_owned()
        } else {
            format!("{} batches are running", self.running)
        };
        format!("position {}: {run}{before}", self.position)
    }
}

impl ConflictingJob {
    /// Formats `batch_20240318_143022_0 is running over the same list`.
    pub fn summary(&self) -> String {
        format!("{} is {} over the same list", self.job_id, self.state)
    }
}

/// Formats a rate per minute. Limits of simulated services can have a fraction.
fn format_rate(per_minute: f64) -> String {
    if per_minute < 10.0 && per_minute.fract() > 0.05 { format!("{per_minute:.1}") } else { format!("{per_minute:.0}") }
}

fn format_seconds(seconds: u64) -> String {
    format_estimated(std::time::Duration::from_secs(seconds))
}

/// Formats `a, b and c`.
fn enumerate_names(names: &[Cow<'_, str>]) -> String {
    match names {
        [] => String::new(),
        [one] => one.to_string(),
        [others @ .., last] => format!("{} and {last}", others.join(", ")),
    }
}
