//! Who is this UPC? All catalogues are asked at once, what could win is fetched in full, and the rules decide.

use domain::batch::JobId;
use domain::entry::{Depth, Entry};
use domain::matching::{self, Preferences, Verdict};
use domain::provider::Provider;
use domain::release::EntryId;
use domain::upc::Upc;
use providers::Unanswered;

use super::gather::Gatherer;

/// What was found out, and who could not help.
pub struct Identified {
    pub verdict: Verdict,
    /// Providers that did not answer, each in its own words.
    pub without: Vec<Unanswered>,
}

/// How often the leaders are fetched in full before the verdict stands: the first fetch can bring links to another
/// provider, whose entry can change who leads. A third round has never had anything to fetch.
const ROUNDS: usize = 3;

/// Entries of one provider that are fetched because another links to them.
const LINKS: usize = 5;

/// Asks who `upc` is; for `job`, where it is one that asks.
///
/// # Errors
/// What the providers said, where nothing was found and at least one of them did not answer: "unknown" would be a
/// guess then.
pub async fn identify(
    gatherer: &Gatherer,
    upc: Upc,
    job: Option<&JobId>,
    preferences: &Preferences,
) -> Result<Identified, Vec<Unanswered>> {
    let mut inquiry = Inquiry { gatherer, upc, entries: Vec::new(), asked: Vec::new(), without: Vec::new() };
    inquiry.search(job).await;
    if inquiry.entries.is_empty() && !inquiry.without.is_empty() {
        return Err(inquiry.without);
    }
    for _ in 0..ROUNDS {
        if !inquiry.deepen(preferences).await {
            break;
        }
    }
    let Inquiry { entries, asked, without, .. } = inquiry;
    Ok(Identified { verdict: matching::identify(upc, &entries, &asked, preferences), without })
}

struct Inquiry<'a> {
    gatherer: &'a Gatherer,
    upc: Upc,
    entries: Vec<Entry>,
    asked: Vec<Provider>,
    without: Vec<Unanswered>,
}

impl Inquiry<'_> {
    async fn search(&mut self, job: Option<&JobId>) {
        for (provider, found) in self.gatherer.search(self.upc, job).await {
            self.asked.push(provider);
            match found {
                Ok(entries) => self.entries.extend(entries),
                Err(error) => self.without.push(error),
            }
        }
    }

    /// Fetches in full what could win, and what the full entries link to. True where something came.
    async fn deepen(&mut self, preferences: &Preferences) -> bool {
        let mut wanted = self.summaries(preferences);
        wanted.extend(self.linked());
        let fetched = futures::future::join_all(wanted.iter().map(|id| self.gatherer.detail(id))).await;
        let mut news = false;
        for (id, found) in wanted.into_iter().zip(fetched) {
            match found {
                Ok(Some(entry)) => {
                    self.put(&id, entry);
                    news = true;
                }
                Ok(None) => self.forget(&id),
                Err(error) => self.give_up(&id, error),
            }
        }
        news
    }

    fn summaries(&self, preferences: &Preferences) -> Vec<EntryId> {
        let mut leaders = matching::worth_detail(self.upc, &self.entries, preferences);
        leaders.retain(|id| self.entries.iter().any(|e| e.id == *id && e.depth == Depth::Summary));
        leaders
    }

    /// Entries that others link to, at catalogues that had none of their own for this UPC: without a key Discogs is
    /// found in this way only.
    fn linked(&self) -> Vec<EntryId> {
        let silent = |provider: &Provider| !self.entries.iter().any(|e| e.id.provider == *provider);
        let mut links = Vec::new();
        for catalogue in self.gatherer.catalogues() {
            let provider = catalogue.provider();
            if !silent(&provider) || self.without.iter().any(|u| *u.provider() == provider) {
                continue;
            }
            let to_it = self.entries.iter().flat_map(|e| &e.links).filter(|link| link.provider == provider);
            for link in to_it.take(LINKS) {
                if !links.contains(link) {
                    links.push(link.clone());
                }
            }
        }
        links
    }

    fn put(&mut self, asked_as: &EntryId, entry: Entry) {
        if !self.asked.contains(&entry.id.provider) {
            self.asked.push(entry.id.provider.clone());
        }
        match self.entries.iter_mut().find(|e| e.id == *asked_as || e.id == entry.id) {
            Some(summary) => *summary = entry,
            None => self.entries.push(entry),
        }
    }

    /// The service has the entry no more: neither its summary nor links to it count.
    fn forget(&mut self, id: &EntryId) {
        self.entries.retain(|e| e.id != *id);
        self.entries.iter_mut().for_each(|e| e.links.retain(|link| link != id));
    }

    /// The summary stands; it is not asked for again in this inquiry.
    fn give_up(&mut self, id: &EntryId, error: Unanswered) {
        self.without.push(error);
        match self.entries.iter_mut().find(|e| e.id == *id) {
            Some(summary) => summary.depth = Depth::Full,
            None => self.entries.iter_mut().for_each(|e| e.links.retain(|link| link != id)),
        }
    }
}
