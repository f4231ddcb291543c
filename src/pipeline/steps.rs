//! One item's way, as an operator would tell it: find out what it is, what it fetches and how it looks, write the
//! listing, hand it over. Every step is a fact in the journal before the next one begins.

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;

use super::gather::Gatherer;
use super::identify::{Identified, identify};
use crate::domain::appraisal::{Appraisal, PriceRules};
use crate::domain::artwork::{Artwork, ArtworkRules};
use crate::domain::batch::{JobId, Order};
use crate::domain::dossier::Dossier;
use crate::domain::event::{Fact, Step};
use crate::domain::listing::{Categories, Facts, Listing, Missing, Template, Terms};
use crate::domain::matching::{Match, Preferences, Verdict};
use crate::domain::outcome::{Outcome, Status};
use crate::domain::upc::Upc;
use crate::journal::{Journal, JournalError};
use crate::market::{Handed, Market};
use crate::providers::Unanswered;

/// The seller's rules, one part for each question.
#[derive(Clone, Debug)]
pub struct Rules {
    pub matching: Preferences,
    pub pricing: PriceRules,
    pub artwork: ArtworkRules,
    pub listing: crate::domain::listing::Settings,
    pub categories: &'static Categories,
    pub template: &'static Template,
}

/// Everything that an item meets on its way.
pub struct Road {
    pub gatherer: Arc<Gatherer>,
    pub journal: Journal,
    pub market: Arc<dyn Market>,
    pub rules: Rules,
    pub job: JobId,
    pub order: Order,
}

/// Why an item does not reach the market.
enum Setback {
    /// A person has to decide.
    Review(String),
    /// Something broke, or the market refused.
    Failed(String),
    /// The journal cannot be written: the whole run stops.
    Journal(JournalError),
}

impl From<JournalError> for Setback {
    fn from(error: JournalError) -> Self {
        Self::Journal(error)
    }
}

impl Road {
    /// Takes one item from where it stands to its end state.
    ///
    /// # Errors
    /// [`JournalError`] where a step cannot be written down; the item stays where its last written step left it.
    pub async fn walk(&self, item: Dossier) -> Result<(), JournalError> {
        let upc = item.listed.upc;
        let outcome = match self.to_market(&item).await {
            Ok(outcome) => outcome,
            Err(Setback::Review(why)) => Outcome::review(why),
            Err(Setback::Failed(why)) => Outcome::failed(why),
            Err(Setback::Journal(error)) => return Err(error),
        };
        self.note(upc, Step::Done { outcome }).await
    }

    /// The end of an item on which this program itself failed: it is accounted for, and the others go on.
    ///
    /// # Errors
    /// As [`Road::walk`].
    pub async fn abandon(&self, upc: Upc) -> Result<(), JournalError> {
        let why = "a fault in Draft Maker itself; standard error and the log have it".to_owned();
        self.note(upc, Step::Done { outcome: Outcome::failed(why) }).await
    }

    async fn to_market(&self, item: &Dossier) -> Result<Outcome, Setback> {
        let found = self.identify(item).await?;
        let (appraisal, artwork) = tokio::try_join!(self.appraise(item, &found), self.illustrate(item, &found))?;
        let listing = self.compose(item, &found, &appraisal, &artwork).await?;
        if self.order.create_drafts {
            self.hand_over(item, &listing).await
        } else {
            Ok(Outcome::success(Status::Rehearsed, None))
        }
    }

    async fn identify(&self, item: &Dossier) -> Result<Match, Setback> {
        let verdict = match &item.verdict {
            Some(verdict) => verdict.clone(),
            None => self.ask_who(item.listed.upc).await?,
        };
        match verdict {
            Verdict::Matched { found, .. } => Ok(*found),
            Verdict::Ambiguous { candidates, differences } => {
                Err(Setback::Review(which_one(candidates.len(), &differences)))
            }
            Verdict::Unknown { asked } => Err(Setback::Review(nobody_knows(&asked))),
        }
    }

    async fn ask_who(&self, upc: Upc) -> Result<Verdict, Setback> {
        let Identified { verdict, without } = self.ask_with_patience(upc).await?;
        self.note(upc, Step::Identified { verdict: verdict.clone(), without: words(&without) }).await?;
        Ok(verdict)
    }

    /// While every catalogue is out, the items that are under way wait, and with them the batch: a list of 100,000
    /// must not fail within a minute because a service restarts.
    async fn ask_with_patience(&self, upc: Upc) -> Result<Identified, Setback> {
        let began = tokio::time::Instant::now();
        loop {
            let unanswered = match identify(&self.gatherer, upc, &self.rules.matching).await {
                Ok(identified) => return Ok(identified),
                Err(unanswered) => unanswered,
            };
            let hopeful = self.gatherer.has_heard() && unanswered.iter().all(Unanswered::may_pass);
            let wait = until_asked_again(&unanswered);
            if !hopeful || began.elapsed() + wait > PATIENCE {
                return Err(Setback::Failed(nobody_answered(&unanswered)));
            }
            tokio::time::sleep(wait).await;
        }
    }

    async fn appraise(&self, item: &Dossier, found: &Match) -> Result<Appraisal, Setback> {
        if let Some(appraisal) = &item.appraisal {
            return Ok(appraisal.clone());
        }
        let (appraisal, without) = self.gatherer.appraise(found, self.order.condition, &self.rules.pricing).await;
        let step = Step::Appraised { appraisal: appraisal.clone(), without: words(&without) };
        self.note(item.listed.upc, step).await?;
        Ok(appraisal)
    }

    async fn illustrate(&self, item: &Dossier, found: &Match) -> Result<Artwork, Setback> {
        if let Some(artwork) = &item.artwork {
            return Ok(artwork.clone());
        }
        let (artwork, without) = self.gatherer.illustrate(found, &self.rules.artwork).await;
        let step = Step::Illustrated { artwork: artwork.clone(), without: words(&without) };
        self.note(item.listed.upc, step).await?;
        Ok(artwork)
    }

    async fn compose(
        &self,
        item: &Dossier,
        found: &Match,
        appraisal: &Appraisal,
        artwork: &Artwork,
    ) -> Result<Listing, Setback> {
        // Written down before a crash; other settings since then do not undo it.
        if !item.missing.is_empty() {
            return Err(lacking(&item.missing));
        }
        let facts = Facts { upc: item.listed.upc, release: &found.release, appraisal, artwork };
        let terms = Terms::of(&self.rules.listing, &self.order, item.listed.copies);
        let composed = Listing::compose(&facts, &terms, self.rules.categories, self.rules.template);
        let Err(missing) = composed else { return composed.map_err(|missing| lacking(&missing)) };
        let setback = lacking(&missing);
        if item.announced.is_none() {
            self.note(item.listed.upc, Step::Lacking { missing }).await?;
        }
        Err(setback)
    }

    async fn hand_over(&self, item: &Dossier, listing: &Listing) -> Result<Outcome, Setback> {
        let announced = Step::Drafting { sku: listing.sku().clone(), title: listing.title().to_owned() };
        self.note(item.listed.upc, announced).await?;
        match self.market.draft(listing).await {
            Ok(Handed::Drafted(draft)) => Ok(Outcome::success(self.market.status(), Some(draft))),
            Ok(Handed::AlreadyThere { draft, since }) => {
                Ok(Outcome::success(Status::AlreadyDrafted, Some(draft)).with_note(since))
            }
            Ok(Handed::Refused(words)) => Err(Setback::Failed(format!("{}: {words}", self.market.sink()))),
            Err(error) => Err(Setback::Failed(error.to_string())),
        }
    }

    async fn note(&self, upc: Upc, step: Step) -> Result<(), JournalError> {
        self.journal.append(&self.job, Fact::Item { upc, step }).await.map(drop)
    }
}

/// How long an item waits for services that are out before it fails.
const PATIENCE: Duration = Duration::from_mins(5);

/// The pause where a service does not say how long it wants to be left alone.
const PAUSE: Duration = Duration::from_secs(10);

fn until_asked_again(unanswered: &[Unanswered]) -> Duration {
    let now = Timestamp::now();
    let waits = unanswered.iter().filter_map(Unanswered::again_at).map(|at| at.duration_since(now).unsigned_abs());
    waits.min().unwrap_or(PAUSE).clamp(Duration::from_secs(1), PATIENCE)
}

fn lacking(missing: &[Missing]) -> Setback {
    Setback::Review(missing.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "))
}

fn which_one(count: usize, differences: &[String]) -> String {
    match differences {
        [] => format!("{count} pressings fit equally well"),
        some => format!("{count} pressings fit equally well; look at the {}", some.join("; ")),
    }
}

fn nobody_knows(asked: &[crate::domain::provider::Provider]) -> String {
    let names = asked.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
    if names.is_empty() { "no provider can be asked".to_owned() } else { format!("not known to {names}") }
}

fn nobody_answered(unanswered: &[Unanswered]) -> String {
    format!("{}; run the list again later", words(unanswered).join("; "))
}

pub(super) fn words(unanswered: &[Unanswered]) -> Vec<String> {
    unanswered.iter().map(ToString::to_string).collect()
}
