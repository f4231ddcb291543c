//! One item in full: which release and who says so, its price and on what grounds, its cover, its draft, what lacks.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span, Text};
use ratatui::widgets::{Paragraph, Wrap};

use crate::console::command::Command;
use crate::console::keymap::Place;
use crate::console::news::News;
use crate::console::pane::{Action, Look, Pane, Reaction};
use crate::domain::appraisal::Appraisal;
use crate::domain::artwork::Artwork;
use crate::domain::batch::JobId;
use crate::domain::dossier::Dossier;
use crate::domain::event::Fact;
use crate::domain::matching::{Match, Verdict};
use crate::domain::outcome::Outcome;
use crate::domain::release::Release;
use crate::domain::screen::{clean, fit};
use crate::domain::sourced::Sourced;
use crate::domain::upc::Upc;

/// Cells of the column with the names of fields.
const NAMES: usize = 12;

/// An opened item.
pub struct Item {
    job: JobId,
    upc: Upc,
    /// `None` until it is there.
    dossier: Option<Result<Box<Dossier>, String>>,
    top: u16,
    shown: u16,
}

impl Item {
    /// An item, and the question for all that is known of it.
    pub fn of(job: JobId, upc: Upc) -> (Self, Action) {
        let ask = Action::Open { job: job.clone(), upc };
        (Self { job, upc, dossier: None, top: 0, shown: 0 }, ask)
    }

    fn scroll(&mut self, command: Command) -> Reaction {
        let page = self.shown.max(2) - 1;
        self.top = match command {
            Command::Up => self.top.saturating_sub(1),
            Command::Down => self.top.saturating_add(1),
            Command::HalfUp => self.top.saturating_sub(page / 2),
            Command::HalfDown => self.top.saturating_add(page / 2),
            Command::PageUp => self.top.saturating_sub(page),
            Command::PageDown => self.top.saturating_add(page),
            Command::First => 0,
            Command::Last => u16::MAX,
            _ => return Reaction::Unknown,
        };
        Reaction::Nothing
    }
}

impl Pane for Item {
    fn place(&self) -> Place {
        Place::Item
    }

    fn title(&self) -> String {
        self.upc.to_string()
    }

    fn obey(&mut self, command: Command) -> Reaction {
        match command {
            Command::Copy => Reaction::Do(Action::Copy(self.upc.to_string())),
            Command::Reload => Reaction::Do(Action::Open { job: self.job.clone(), upc: self.upc }),
            _ => self.scroll(command),
        }
    }

    fn learn(&mut self, news: &News) -> Vec<Action> {
        match news {
            News::Opened { job, upc, answer } if *job == self.job && *upc == self.upc => {
                self.dossier = Some(answer.clone());
                Vec::new()
            }
            // Something happened to it: it is looked at again.
            News::Happened { job, events } if *job == self.job => {
                let ours = events.iter().any(|event| matches!(&event.fact, Fact::Item { upc, .. } if *upc == self.upc));
                ours.then(|| Action::Open { job: self.job.clone(), upc: self.upc }).into_iter().collect()
            }
            _ => Vec::new(),
        }
    }

    fn draw(&mut self, frame: &mut Frame<'_>, area: Rect, look: Look<'_>) {
        let lines = match &self.dossier {
            None => vec![Line::raw("looking it up in the journal …")],
            Some(Err(why)) => vec![Line::styled(clean(why).into_owned(), look.theme.bad())],
            Some(Ok(dossier)) => told(dossier, look),
        };
        let height = u16::try_from(lines.len()).unwrap_or(u16::MAX);
        self.shown = area.height;
        self.top = self.top.min(height.saturating_sub(area.height));
        frame.render_widget(Paragraph::new(Text::from(lines)).wrap(Wrap { trim: false }).scroll((self.top, 0)), area);
    }
}

/// All of it, as lines.
fn told(dossier: &Dossier, look: Look<'_>) -> Vec<Line<'static>> {
    let mut lines = Vec::new();
    lines.extend(dossier.outcome.as_ref().into_iter().flat_map(|outcome| ended(outcome, look)));
    match &dossier.verdict {
        Some(Verdict::Matched { found, .. }) => lines.extend(matched(found, look)),
        Some(Verdict::Ambiguous { candidates, differences }) => lines.extend(undecided(candidates, differences, look)),
        Some(Verdict::Unknown { .. }) => lines.push(Line::raw("nobody knows this barcode")),
        None => lines.push(Line::raw("not looked up yet")),
    }
    lines.extend(dossier.appraisal.as_ref().into_iter().flat_map(|appraisal| priced(appraisal, look)));
    lines.extend(dossier.artwork.as_ref().into_iter().flat_map(|artwork| pictured(artwork, look)));
    lines.extend(dossier.missing.iter().map(|missing| field("missing", &missing.to_string(), "", look)));
    lines.extend(dossier.without.iter().map(|words| field("without", words, "", look)));
    let listed = dossier.listed.lines.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
    lines.push(field("list", &format!("line {listed}; {} copies", dossier.listed.copies), "", look));
    lines
}

fn field(name: &str, value: &str, source: &str, look: Look<'_>) -> Line<'static> {
    let mut spans =
        vec![Span::styled(fit(name, NAMES), look.theme.faint()), Span::raw(" "), Span::raw(clean(value).into_owned())];
    if !source.is_empty() {
        spans.push(Span::styled(format!("  ({source})"), look.theme.faint()));
    }
    Line::from(spans)
}

fn ended(outcome: &Outcome, look: Look<'_>) -> Vec<Line<'static>> {
    let sign = look.theme.sign(Some(outcome.status));
    let mut lines = vec![Line::styled(format!("{sign} {}", outcome.status), look.theme.of(outcome.status))];
    lines.extend(outcome.words().map(|words| field("why", words, "", look)));
    for draft in outcome.draft.iter().chain(&outcome.further) {
        lines.push(field("draft", &draft.title, draft.sku.as_str(), look));
        lines.extend(draft.offer_id.as_deref().map(|id| field("offer", id, &draft.sink, look)));
        lines.extend(draft.url.as_deref().map(|url| field("page", url, "", look)));
    }
    lines.push(Line::raw(""));
    lines
}

fn matched(found: &Match, look: Look<'_>) -> Vec<Line<'static>> {
    let reasons = found.reasons.iter().map(|reason| reason.words.as_str()).collect::<Vec<_>>().join(" · ");
    let mut lines = vec![Line::styled(format!("{:.2}  {}", found.score, clean(&reasons)), look.theme.heading())];
    lines.extend(release(&found.release, look));
    lines
}

/// Each field of a release with who says so.
fn release(release: &Release, look: Look<'_>) -> Vec<Line<'static>> {
    fn line<T: ToString>(name: &str, fact: Option<&Sourced<T>>, look: Look<'_>) -> Option<Line<'static>> {
        fact.map(|fact| field(name, &fact.value.to_string(), &fact.source.to_string(), look))
    }
    let facts = [
        line("artist", release.artist.as_ref(), look),
        line("title", release.title.as_ref(), look),
        line("label", release.label.as_ref(), look),
        line("catalog no.", release.catalog_number.as_ref(), look),
        line("date", release.date.as_ref(), look),
        line("country", release.country.as_ref(), look),
        line("format", release.format.as_ref(), look),
    ];
    facts.into_iter().flatten().collect()
}

fn undecided(candidates: &[Match], differences: &[String], look: Look<'_>) -> Vec<Line<'static>> {
    let words = format!("{} pressings fit; look at the {}", candidates.len(), differences.join("; "));
    let mut lines = vec![Line::styled(clean(&words).into_owned(), look.theme.doubtful())];
    for (number, candidate) in candidates.iter().enumerate() {
        lines.push(Line::styled(format!("{}. {:.2}", number + 1, candidate.score), look.theme.heading()));
        lines.extend(release(&candidate.release, look));
    }
    lines
}

fn priced(appraisal: &Appraisal, look: Look<'_>) -> Vec<Line<'static>> {
    let price = appraisal.price.map_or_else(|| "none".to_owned(), |price| price.to_string());
    let mut lines = vec![Line::raw(""), field("price", &price, &appraisal.rule, look)];
    lines.extend(appraisal.samples.iter().map(|sample| {
        field("", &format!("{:>12}  {}", sample.price.to_string(), sample.wording), &sample.provider.to_string(), look)
    }));
    lines
}

fn pictured(artwork: &Artwork, look: Look<'_>) -> Vec<Line<'static>> {
    let cover = artwork.chosen.as_ref().map_or_else(|| "none".to_owned(), |cover| cover.url.clone());
    let mut lines = vec![Line::raw(""), field("cover", &cover, "", look)];
    let refused = artwork.candidates.iter().filter_map(|judged| Some((&judged.cover.url, judged.refused.as_ref()?)));
    lines.extend(refused.map(|(url, why)| field("", url, why, look)));
    lines
}
