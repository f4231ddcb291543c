//! One item's way, as an operator would tell it: find out what it is, what it fetches and how it looks, write the
//! listing, hand it over. Every step is a fact in the journal before the next one begins.

use std::sync::{Arc, PoisonError};
use std::time::Duration;

use futures::future::join_all;
use jiff::Timestamp;

use super::copies::{self, Standing};
use super::gather::Gatherer;
use super::identify::{Identified, identify};
use domain::appraisal::{Appraisal, PriceRules};
use domain::artwork::{Artwork, ArtworkRules};
use domain::batch::{JobId, Order};
use domain::condition::Condition;
use domain::dossier::Dossier;
use domain::event::{Fact, Step};
use domain::listing::{Categories, Facts, Listing, Missing, Template, Terms};
use domain::matching::{Match, Preferences, Verdict};
use domain::outcome::{Outcome, Status};
use domain::sku::Sku;
use domain::upc::Upc;
use providers::Unanswered;
use sinks::{Handed, Market, MarketError};
use store::journal::{Journal, JournalError};

/// The seller's rules, one part for each question.
#[derive(Clone, Debug)]
pub struct Rules {
    pub matching: Preferences,
    pub pricing: PriceRules,
    pub artwork: ArtworkRules,
    pub listing: domain::listing::Settings,
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

/// A fact, and who could not be asked about it.
struct Told<T> {
    fact: T,
    without: Vec<String>,
}

/// How far a walk came.
#[derive(Clone, Debug, PartialEq)]
pub enum Walked {
    /// The item is in its end state.
    Ended,
    /// The market is closed, or the guide that would price it; the item waits, and another walk takes it on.
    Parked { upc: Upc, until: Option<Timestamp>, why: String },
}

/// Why an item does not reach the market.
pub(super) enum Setback {
    /// A person has to decide.
    Review(String),
    /// Something broke, or the market refused.
    Failed(String),
    /// The market takes nothing now, or a price guide says nothing until a time that it names.
    Closed { until: Option<Timestamp>, why: String },
    /// The journal cannot be written: the whole run stops.
    Journal(JournalError),
}

impl From<JournalError> for Setback {
    fn from(error: JournalError) -> Self {
        Self::Journal(error)
    }
}

impl Road {
    /// Takes one item from where it stands to its end state, or to a door that is closed.
    ///
    /// # Errors
    /// [`JournalError`] where a step cannot be written down; the item stays where its last written step left it.
    pub async fn walk(&self, item: Dossier) -> Result<Walked, JournalError> {
        let upc = item.listed.upc;
        let _coming = self.market.approach();
        let outcome = match self.to_market(&item).await {
            Ok(outcome) => outcome,
            Err(Setback::Review(why)) => Outcome::review(why),
            Err(Setback::Failed(why)) => Outcome::failed(why),
            Err(Setback::Closed { until, why }) => return Ok(Walked::Parked { upc, until, why }),
            Err(Setback::Journal(error)) => return self.unless_late(error),
        };
        self.note(upc, Step::Done { outcome })
            .await
            .map_or_else(|error| self.unless_late(error), |()| Ok(Walked::Ended))
    }

    /// The end of an item on which this program itself failed: it is accounted for, and the others go on.
    ///
    /// # Errors
    /// As [`Road::walk`].
    pub async fn abandon(&self, upc: Upc) -> Result<(), JournalError> {
        let why = "a fault in Draft Maker itself; standard error and the log have it".to_owned();
        let noted = self.note(upc, Step::Done { outcome: Outcome::failed(why) }).await;
        noted.map_or_else(|error| self.unless_late(error).map(drop), Ok)
    }

    /// The operator may set an item aside or give it up while it is worked on: then no step can follow, and that is no
    /// fault. What was asked for it is kept with the answers. Where scans are taken back and made once more, it may have
    /// begun anew meanwhile.
    fn unless_late(&self, error: JournalError) -> Result<Walked, JournalError> {
        match error {
            JournalError::Illegal(step) if step.is_late() || self.order.takes_scans() => Ok(Walked::Ended),
            error => Err(error),
        }
    }

    async fn to_market(&self, item: &Dossier) -> Result<Outcome, Setback> {
        if let Some(why) = item.decided.as_ref().and_then(|decided| decided.decision.leaves_alone()) {
            return Ok(Outcome::skipped(why.to_owned()));
        }
        let found = self.identify(item).await?;
        let Told { fact: found, mut without } = found;
        // Both to their ends: an item that waits for its price has its cover meanwhile.
        let (priced, pictured) = tokio::join!(self.appraise(item, &found), self.illustrate(item, &found));
        let (pictured, priced) = (pictured?, priced?);
        without.extend(priced.without);
        let composed = self.compose(item, &found, &priced.fact, &pictured.fact).await?;
        let listing = composed.map_err(|missing| lacking(&missing, &without))?;
        if self.order.review && self.order.create_drafts && item.decided.is_none() {
            return Err(Setback::Review(WAITS_FOR_A_WORD.to_owned()));
        }
        let outcome = if self.order.create_drafts {
            self.hand_over(item, &listing).await?
        } else {
            Outcome::success(Status::Rehearsed, None)
        };
        Ok(match pictured.fact.chosen {
            None if !pictured.without.is_empty() && outcome.note.is_none() => {
                outcome.with_note(format!("no cover: {}", pictured.without.join("; ")))
            }
            _ => outcome,
        })
    }

    async fn identify(&self, item: &Dossier) -> Result<Told<Match>, Setback> {
        let Told { fact: verdict, without } = match &item.verdict {
            Some(verdict) => Told { fact: verdict.clone(), without: item.without.clone() },
            None => self.ask_who(item.listed.upc).await?,
        };
        match verdict {
            Verdict::Matched { found, .. } => Ok(Told { fact: *found, without }),
            Verdict::Ambiguous { candidates, differences } => {
                Err(Setback::Review(which_one(candidates.len(), &differences)))
            }
            Verdict::Unknown { asked } => Err(Setback::Review(nobody_knows(&asked))),
        }
    }

    async fn ask_who(&self, upc: Upc) -> Result<Told<Verdict>, Setback> {
        let Identified { verdict, without } = self.ask_with_patience(upc).await?;
        let told = Told { fact: verdict, without: words(&without) };
        let step = Step::Identified { verdict: told.fact.clone(), without: told.without.clone() };
        self.note(upc, step).await?;
        Ok(told)
    }

    /// While every catalogue is out, the items that are under way wait, and with them the batch: a list of 100,000
    /// must not fail within a minute because a service restarts.
    async fn ask_with_patience(&self, upc: Upc) -> Result<Identified, Setback> {
        let began = tokio::time::Instant::now();
        loop {
            let unanswered = match identify(&self.gatherer, upc, Some(&self.job), &self.rules.matching).await {
                Ok(identified) => return Ok(identified),
                Err(unanswered) => unanswered,
            };
            let is_there = self.gatherer.has_heard() || unanswered.iter().any(Unanswered::was_reached);
            let hopeful = is_there && unanswered.iter().all(Unanswered::may_pass);
            let wait = until_asked_again(&unanswered);
            if !hopeful || began.elapsed() + wait > self.gatherer.patience() {
                return Err(Setback::Failed(nobody_answered(&unanswered)));
            }
            tokio::time::sleep(wait).await;
        }
    }

    async fn appraise(&self, item: &Dossier, found: &Match) -> Result<Told<Appraisal>, Setback> {
        if let Some(appraisal) = &item.appraisal {
            return Ok(Told { fact: appraisal.clone(), without: Vec::new() });
        }
        let by_hand = item.decided.as_ref().and_then(|decided| decided.decision.price);
        let (appraisal, without) = match by_hand {
            Some(price) => (Appraisal::by_hand(price), Vec::new()),
            None => self.gatherer.appraise(found, self.condition(item), &self.rules.pricing).await,
        };
        // What is written down stands: a price made for want of a guide that opens tomorrow must not be.
        if let Some(closed) = self.gatherer.worth_waiting_for(&appraisal, &without) {
            return Err(Setback::Closed { until: closed.closed_until(), why: closed.to_string() });
        }
        let told = Told { fact: appraisal, without: words(&without) };
        let step = Step::Appraised { appraisal: told.fact.clone(), without: told.without.clone() };
        self.note(item.listed.upc, step).await?;
        Ok(told)
    }

    /// As the seller states it for this item, or else for the batch.
    fn condition(&self, item: &Dossier) -> Option<Condition> {
        let stated = item.decided.as_ref().and_then(|decided| decided.decision.corrections.condition);
        stated.or(self.order.condition)
    }

    async fn illustrate(&self, item: &Dossier, found: &Match) -> Result<Told<Artwork>, Setback> {
        if let Some(artwork) = &item.artwork {
            return Ok(Told { fact: artwork.clone(), without: item.without.clone() });
        }
        let (artwork, without) = self.gatherer.illustrate(found, &self.rules.artwork).await;
        let told = Told { fact: artwork, without: words(&without) };
        let step = Step::Illustrated { artwork: told.fact.clone(), without: told.without.clone() };
        self.note(item.listed.upc, step).await?;
        Ok(told)
    }

    /// The listing, or what it lacks: facts that nobody knows, and what the market will ask for.
    async fn compose(
        &self,
        item: &Dossier,
        found: &Match,
        appraisal: &Appraisal,
        artwork: &Artwork,
    ) -> Result<Result<Listing, Vec<Missing>>, JournalError> {
        // Written down before a crash; other settings since then do not undo it.
        if !item.missing.is_empty() {
            return Ok(Err(item.missing.clone()));
        }
        let facts = Facts { upc: item.listed.upc, release: &found.release, appraisal, artwork };
        let terms = Terms::of(&self.rules.listing, &self.order, item.listed.copies);
        let terms = Terms { condition: self.condition(item), ..terms };
        let composed = Listing::compose(&facts, &terms, self.rules.categories, self.rules.template);
        let composed = composed.and_then(|listing| match self.market.lacks(&listing) {
            lacks if lacks.is_empty() => Ok(listing),
            lacks => Err(lacks),
        });
        if let Err(missing) = &composed
            && item.announced.is_none()
        {
            self.note(item.listed.upc, Step::Lacking { missing: missing.clone() }).await?;
        }
        Ok(composed)
    }

    async fn hand_over(&self, item: &Dossier, listing: &Listing) -> Result<Outcome, Setback> {
        let announced = Step::Drafting { sku: listing.sku().clone(), title: listing.title().to_owned() };
        self.note(item.listed.upc, announced).await?;
        let (upc, copies) = (item.listed.upc, self.order.copies);
        let listing = &self.of_all_copies(listing, upc).await?;
        let before = self.standing(upc).await?;
        let mut each = Vec::new();
        let mut now = before.clone();
        if let Some(first) = copies::first(listing, copies, &before) {
            each.push(self.hand_over_one(first).await);
            now = self.standing(upc).await?;
        }
        let drafts = copies::drafts(listing, copies, &now, !each.is_empty());
        each.extend(join_all(drafts.into_iter().map(|draft| self.hand_over_one(draft))).await);
        let outcome = copies::all_of(each)?;
        let all_are_new = before.is_empty() && outcome.status != Status::AlreadyDrafted;
        if all_are_new || !outcome.status.is_success() {
            return Ok(outcome);
        }
        let told = copies::told(listing, copies, &self.standing(upc).await?);
        Ok(told.into_iter().fold(outcome, Outcome::with_more))
    }

    /// For the copies that were scanned until the draft was announced; those that come later are drafted later.
    async fn of_all_copies(&self, listing: &Listing, upc: Upc) -> Result<Listing, JournalError> {
        if !self.order.takes_scans() {
            return Ok(listing.clone());
        }
        let board = self.journal.board(&self.job).await?;
        let scanned = board.read().unwrap_or_else(PoisonError::into_inner).scans.drafted(upc);
        Ok(scanned.map_or_else(|| listing.clone(), |copies| listing.of_copies(copies)))
    }

    /// The drafts of the item that this market has in the ledger.
    async fn standing(&self, upc: Upc) -> Result<Standing, JournalError> {
        let Some(seller) = self.market.seller() else { return Ok(Standing::default()) };
        let lines = self.journal.ledger_of(seller, self.market.sink(), upc).await?;
        Ok(Standing::of(lines.into_iter().map(|line| (line.sku, self.market.copies_in(&line.row)))))
    }

    async fn hand_over_one(&self, listing: Listing) -> (Sku, Result<Outcome, Setback>) {
        (listing.sku().clone(), self.draft(&listing).await)
    }

    async fn draft(&self, listing: &Listing) -> Result<Outcome, Setback> {
        match self.market.draft(listing).await {
            Ok(Handed::Drafted { draft, note }) => {
                Ok(Outcome { note, ..Outcome::success(self.market.status(), Some(draft)) })
            }
            Ok(Handed::AlreadyThere { draft, since }) => {
                Ok(Outcome::success(Status::AlreadyDrafted, Some(draft)).with_note(since))
            }
            Ok(Handed::Refused(words)) => Err(Setback::Failed(format!("{}: {words}", self.market.sink()))),
            Err(error @ MarketError::Unknown { .. }) => Err(Setback::Failed(error.to_string())),
            Err(MarketError::Closed { sink, why, until }) => {
                Err(Setback::Closed { until, why: format!("{sink}: {why}") })
            }
        }
    }

    async fn note(&self, upc: Upc, step: Step) -> Result<(), JournalError> {
        match &step {
            Step::Done { outcome } => {
                tracing::info!(status = %outcome.status, error = outcome.error.as_deref(), "the item has ended");
            }
            other => tracing::debug!(step = other.name(), "a step is done"),
        }
        self.journal.append(&self.job, Fact::Item { upc, step }).await.map(drop)
    }
}

/// With `--review`.
const WAITS_FOR_A_WORD: &str = "all is there, and its draft waits for a word: `draft-maker review` asks for it";

/// The pause where a service does not say how long it wants to be left alone.
const PAUSE: Duration = Duration::from_secs(10);

fn until_asked_again(unanswered: &[Unanswered]) -> Duration {
    let now = Timestamp::now();
    let waits = unanswered.iter().filter_map(Unanswered::again_at).map(|at| at.duration_since(now).unsigned_abs());
    waits.min().unwrap_or(PAUSE).max(Duration::from_secs(1))
}

/// What lacks is for a person to give; a price that only lacks because nobody answered is not.
fn lacking(missing: &[Missing], nobody_answered: &[String]) -> Setback {
    let words = missing.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ");
    if nobody_answered.is_empty() || !missing.iter().any(|missing| missing.field == "price") {
        return Setback::Review(words);
    }
    Setback::Failed(format!("{}; run the list again when that has passed; for now {words}", nobody_answered.join("; ")))
}

fn which_one(count: usize, differences: &[String]) -> String {
    match differences {
        some if count == 1 => format!("one pressing fits, and not well; look at the {}", some.join("; ")),
        [] => format!("{count} pressings fit equally well"),
        some => format!("{count} pressings fit equally well; look at the {}", some.join("; ")),
    }
}

fn nobody_knows(asked: &[domain::provider::Provider]) -> String {
    let names = asked.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
    if names.is_empty() { "no provider can be asked".to_owned() } else { format!("not known to {names}") }
}

fn nobody_answered(unanswered: &[Unanswered]) -> String {
    format!("{}; run the list again later", words(unanswered).join("; "))
}

pub(super) fn words(unanswered: &[Unanswered]) -> Vec<String> {
    unanswered.iter().map(ToString::to_string).collect()
}
