//! The formal models, a module each; none imports another.
//!
//! A [`Lens`] is a formal theory in one named reading; [`Lens::prepare`] turns it into a [`Model`]
//! for one scenario, which solves blocks of draws. Models are pure.

pub mod base_rate;
mod baseline;
pub mod challenge;
pub mod course;
pub mod crisis;
pub mod exchange;
mod options;
pub mod point;
mod registry;
mod room;
mod seats;
pub mod spatial;

pub use crate::history::TrackRecord;
pub use course::Course;
pub use registry::{all, find, full_id};

use serde::{Deserialize, Serialize};

use crate::case::{Case, CaseBlock};
use crate::diagnostic::Diagnostic;
use crate::history::{PastErrors, PastIssue};
use crate::scenario::{ActorId, FieldId, IssueId, LensOptions, Scenario};

/// A formal model in one named reading.
pub trait Lens: Send + Sync {
    /// What it is, assumes and reports.
    fn card(&self) -> &LensCard;

    /// Builds everything that no draw changes.
    ///
    /// # Errors
    /// What the scenario lacks for this lens, or what is wrong with the lens's options.
    fn prepare(&self, scenario: &Scenario, options: &LensOptions) -> Result<Box<dyn Model>, Unable>;

    /// The lens's point on a past issue, in points of its scale, to be scored; `None` where it has none, or the options
    /// are mistaken.
    fn predict_past(&self, _issue: &PastIssue, _options: &LensOptions) -> Option<f64> {
        None
    }

    /// Its points on all issues of one past dossier, for lenses that settle issues together.
    fn predict_dossier(&self, issues: &[&PastIssue], options: &LensOptions) -> Vec<Option<f64>> {
        issues.iter().map(|issue| self.predict_past(issue, options)).collect()
    }

    /// How wrong the lens was on history with its own options, where that is known.
    fn track_record(&self) -> Option<TrackRecord> {
        PastErrors::shipped(&self.card().full_id()).map(|errors| errors.record().clone())
    }
}

/// Why a lens can't be made ready for a scenario.
#[derive(Debug, Clone, PartialEq)]
pub enum Unable {
    /// The scenario lacks what the lens reads: the lens stays silent, and this says why
    /// ("no capability for `melos`").
    Lacks(String),
    /// The lens's options are mistaken: the run is refused.
    Mistaken(Vec<Diagnostic>),
}

/// A lens made ready for one scenario.
pub trait Model: Send + Sync {
    /// The measures this model reports, a column each.
    fn measures(&self) -> &[Measure];

    /// Solves a block of draws: equal cases and streams give equal rows, on every machine.
    fn solve(&self, cases: &CaseBlock, streams: &Streams, out: &mut RowBlock, scratch: &mut Scratch);

    /// How many draws of a run it takes, the first so many, where draws are costly; `None`: all.
    fn draws(&self) -> Option<u64> {
        None
    }

    /// About how many seconds a draw takes on one core, where draws are costly.
    fn seconds(&self) -> Option<f64> {
        None
    }

    /// How one draw came about, in words and numbers.
    fn explain(&self, case: &Case<'_>) -> Trace;

    /// How one draw went round by round; `None` in lenses without rounds.
    fn course(&self, _case: &Case<'_>) -> Option<Course> {
        None
    }

    /// A draw of a crisis in full: ladder, beliefs, course, certificate; `None` in other lenses.
    fn crisis(&self, _case: &Case<'_>) -> Option<crisis::CrisisReading> {
        None
    }

    /// Of that, only the main numbers and, round by round, where plays stand and what is believed.
    fn crisis_over_time(&self, _case: &Case<'_>) -> Option<crisis::OverTime> {
        None
    }

    /// Of that, only the main numbers, solved no more finely than comparing them asks for.
    fn crisis_headline(&self, _case: &Case<'_>) -> Option<crisis::Headline> {
        None
    }

    /// How fast `quantity` changes with `field` in one draw, where the model has a closed form for it.
    fn derivative(&self, _quantity: Quantity, _field: FieldId, _case: &Case<'_>) -> Option<f64> {
        None
    }

    /// The past cases a base rate rests on.
    fn reference(&self) -> Option<&ReferenceClass> {
        None
    }

    /// How wrong the lens was on history, where that is known.
    fn track_record(&self) -> Option<&TrackRecord> {
        None
    }
}

/// A named class of past crises and how they ended.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ReferenceClass {
    /// "weak state, ultimatum".
    pub name: String,
    /// The filters in words.
    pub filter: String,
    /// How many crises are in it.
    pub cases: u32,
    /// The first and last year.
    pub period: (i32, i32),
    /// How they ended and how violent they got.
    pub shares: Vec<ReferenceShare>,
    /// Names with years, the latest first, at most a dozen.
    pub examples: Vec<String>,
    /// The data.
    pub citation: &'static str,
    /// What the class can't tell: who coded it, what is left out.
    pub caveats: Vec<String>,
}

/// One outcome of a [`ReferenceClass`].
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ReferenceShare {
    /// What is counted.
    pub quantity: Quantity,
    /// In words.
    pub label: String,
    /// In how many cases.
    pub count: u32,
    /// Of how many that are coded for it.
    pub of: u32,
    /// 90 % interval of the share (Jeffreys).
    pub interval: (f64, f64),
}

/// What a lens is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LensCard {
    /// `nash`: what `--lens` and `[lens.ID]` name.
    pub id: &'static str,
    /// `quadratic_zero`; empty where a lens has only one reading.
    pub reading: &'static str,
    /// Lenses that share their idea.
    pub family: Family,
    /// A short name to show.
    pub name: &'static str,
    /// One sentence.
    pub idea: &'static str,
    /// Author, year, title.
    pub citation: &'static str,
    /// What it takes for granted.
    pub assumptions: &'static [&'static str],
    /// When not to use it.
    pub when_not: &'static [&'static str],
    /// Whether it can speak of endings (deal, imposed, none) or only of terms given a deal.
    pub speaks_of_endings: bool,
}

impl LensCard {
    /// `nash/quadratic_zero`, or `mean` where there is only one reading.
    #[must_use]
    pub fn full_id(&self) -> String {
        registry::full_id(self.id, self.reading)
    }
}

/// Lenses that share their idea, first to last.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Family {
    /// A named reference class of past crises.
    BaseRate,
    /// What the red lines leave.
    Packages,
    /// Means, medians and bargaining solutions.
    Baseline,
    /// Expected-utility challenges.
    Challenge,
    /// Spatial collective decision.
    Spatial,
    /// Trades between issues.
    Exchange,
    /// Escalation under private information.
    Crisis,
}

impl Family {
    /// The name to show.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::BaseRate => "base rate",
            Self::Packages => "packages",
            Self::Baseline => "baselines",
            Self::Challenge => "challenge",
            Self::Spatial => "spatial",
            Self::Exchange => "exchange",
            Self::Crisis => "crisis",
        }
    }
}

/// A named quantity a lens reports.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Measure {
    /// What it is and of whom.
    pub quantity: Quantity,
    /// Its unit.
    pub unit: Unit,
}

/// What a measure measures. `Serialize` names issues and actors by index.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Quantity {
    /// The lens's own point on an issue, given a deal.
    Terms(IssueId),
    /// That point with the lens's measured error on history around it, given a deal.
    TermsWithError(IssueId),
    /// 1 if a package exists inside every needed accept range.
    Room,
    /// 1 if `Terms` lie inside every needed accept range.
    Fit,
    /// 1 if a package that a claim names lies inside the accept ranges of those it names: which, by its place in
    /// [`Scenario::acceptables`].
    Acceptable(u16),
    /// 1 if the actor is in a smallest set whose ranges, dropped, would open room.
    ClosesRoom(ActorId),
    /// 1 if the actor is in a smallest set whose ranges, dropped, would let `Terms` pass.
    ClosesFit(ActorId),
    /// Lowest point of an issue in any package inside the room; missing without room.
    RoomLow(IssueId),
    /// Highest such point.
    RoomHigh(IssueId),
    /// An actor's payoff at `Terms` minus its payoff at the no-deal points, on its stake scale.
    Gain(ActorId),
    /// Chance of how things stand at the horizon.
    Ending(Ending),
    /// Chance that the crisis got out of hand: full-scale war.
    War,
    /// Chance that violence reached at least this level of the reference data
    /// (1 none, 2 minor clashes, 3 serious clashes, 4 full-scale war).
    Violence(u8),
    /// Chance that the crisis reached at least this rung of the ladder (index, lowest first).
    Rung(u16),
    /// Chance that war came by accident: from what a rung risks, not from a step.
    Accident,
    /// Chance that an ally joins, given war.
    Joins(ActorId),
    /// What one actor believes of another's type at the start of a round, as expected over plays.
    Belief(Belief),
    /// Chance that an actor's office outlives the crisis.
    Survives(ActorId),
    /// How far a solution's choices are from those its own action values call for (0: exactly solved).
    Residual,
    /// 1 if a solution lies off the branch that starts at play by weights alone: the solver had to jump.
    Jumped,
    /// The most any actor could gain by deviating from a solution: an upper bound.
    Regret,
}

/// A's probability that B is of a type, at the start of a round.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct Belief {
    /// Who believes.
    pub holder: ActorId,
    /// About whom.
    pub about: ActorId,
    /// Which of the scenario's type dimensions (index into `crisis.types`).
    pub dimension: u16,
    /// Which type of it (index).
    pub of_type: u16,
    /// The round, from 0: before the first move.
    pub round: u16,
}

/// How things stand at the horizon.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Ending {
    /// A deal stands.
    Deal,
    /// A deal was made and broke.
    Broken,
    /// Terms were imposed, worse than no deal for someone whose consent is listed.
    Imposed,
    /// Neither.
    None,
}

/// The unit of a measure.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Unit {
    /// Points of an issue's scale, 0..100.
    Points,
    /// Points of an actor's stake scale, 100 = its full stake; may be negative.
    Stake,
    /// True (1) or false (0) in a draw.
    Flag,
    /// A chance inside the lens, 0..1.
    Chance,
}

impl Quantity {
    /// The name of the column in tables: `terms_submission`, `room`, `gain_melos`.
    #[must_use]
    pub fn column(self, scenario: &Scenario) -> String {
        let issue = |id: IssueId| scenario.issues[id.index()].id.as_str();
        let actor = |id: ActorId| scenario.actors[id.index()].id.as_str();
        match self {
            Self::Terms(id) => format!("terms_{}", issue(id)),
            Self::TermsWithError(id) => format!("forecast_{}", issue(id)),
            Self::Room => "room".to_owned(),
            Self::Fit => "fit".to_owned(),
            Self::Acceptable(place) => format!("acceptable_{}", place + 1),
            Self::ClosesRoom(id) => format!("closes_room_{}", actor(id)),
            Self::ClosesFit(id) => format!("closes_fit_{}", actor(id)),
            Self::RoomLow(id) => format!("room_low_{}", issue(id)),
            Self::RoomHigh(id) => format!("room_high_{}", issue(id)),
            Self::Gain(id) => format!("gain_{}", actor(id)),
            Self::Ending(Ending::Deal) => "p_deal".to_owned(),
            Self::Ending(Ending::Broken) => "p_broken".to_owned(),
            Self::Ending(Ending::Imposed) => "p_imposed".to_owned(),
            Self::Ending(Ending::None) => "p_none".to_owned(),
            Self::War => "p_war".to_owned(),
            Self::Violence(level) => format!("p_violence_{level}"),
            Self::Rung(rung) => {
                let rungs = scenario.crisis.ladder.as_ref().map_or(&[][..], |ladder| &ladder.rungs);
                let name =
                    rungs.get(usize::from(rung)).map_or_else(|| rung.to_string(), |r| column_word(&r.name));
                format!("p_rung_{name}")
            }
            Self::Accident => "p_accident".to_owned(),
            Self::Joins(id) => format!("p_joins_{}", actor(id)),
            Self::Belief(belief) => {
                let kinds = scenario.crisis.types.get(usize::from(belief.dimension));
                let kind = kinds.and_then(|kinds| kinds.types.get(usize::from(belief.of_type)));
                let (holder, about) = (actor(belief.holder), actor(belief.about));
                let name = kind.map_or_else(|| belief.of_type.to_string(), |kind| column_word(&kind.name));
                format!("belief_{holder}_{about}_{name}_{}", belief.round)
            }
            Self::Survives(id) => format!("p_survives_{}", actor(id)),
            Self::Residual => "residual".to_owned(),
            Self::Jumped => "jumped".to_owned(),
            Self::Regret => "regret".to_owned(),
        }
    }
}

/// A name in words as part of a column's name.
fn column_word(name: &str) -> String {
    let letter = |c: char| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '_' };
    name.chars().map(letter).collect()
}

/// How well a row was solved.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum RowStatus {
    /// As the model means it.
    Solved,
    /// The last point of something that did not settle.
    NotConverged,
    /// The model has no answer here.
    NoSolution,
}

/// The rows a model makes of one block: one per draw and branch, a column per measure.
/// A missing value (NaN) says nothing; it is never 0.
#[derive(Debug, Clone, Default)]
pub struct RowBlock {
    /// The lane of each row in the case block, ascending.
    pub lanes: Vec<u32>,
    /// The branch of each row, from 0.
    pub branches: Vec<u16>,
    /// How well each row was solved.
    pub statuses: Vec<RowStatus>,
    /// `columns[measure][row]`.
    pub columns: Vec<Vec<f64>>,
    /// Whether nobody asks for [`Quantity::TermsWithError`], so that its columns may stay missing.
    pub without_errors: bool,
}

impl RowBlock {
    /// Empties the block and makes one row per lane, all solved and all values missing.
    pub fn one_row_per_lane(&mut self, measures: usize, lanes: usize) {
        self.lanes.clear();
        self.lanes.extend(0..lanes as u32);
        self.branches.clear();
        self.branches.resize(lanes, 0);
        self.statuses.clear();
        self.statuses.resize(lanes, RowStatus::Solved);
        self.columns.resize_with(measures, Vec::new);
        for column in &mut self.columns {
            column.clear();
            column.resize(lanes, f64::NAN);
        }
    }

    /// The number of rows.
    #[must_use]
    pub fn len(&self) -> usize {
        self.lanes.len()
    }

    /// Whether there is no row.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.lanes.is_empty()
    }
}

/// The random numbers of a model, keyed by lens and reading, never by overlay: draw `i` is the same
/// stream under every policy.
#[derive(Debug, Clone)]
pub struct Streams {
    seed: u64,
    name: String,
}

impl Streams {
    /// The streams of a lens in a run.
    #[must_use]
    pub fn new(seed: u64, card: &LensCard) -> Self {
        Self { seed, name: card.full_id() }
    }

    /// The run's seed and the lens's name.
    #[must_use]
    pub fn key(&self) -> (u64, &str) {
        (self.seed, &self.name)
    }
}

/// Memory a model may use and leave in any state.
#[derive(Debug, Clone, Default)]
pub struct Scratch {
    /// What point lenses made of the block before.
    pub(crate) remembered: Vec<point::Remembered>,
    /// Games that the crisis lens solved in the block before.
    pub(crate) solved: Vec<crisis::Solved>,
}

/// How one draw came about.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
pub struct Trace {
    /// Steps in order.
    pub steps: Vec<TraceStep>,
}

/// One step of a [`Trace`].
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct TraceStep {
    /// What happens, as a short heading.
    pub title: String,
    /// In words.
    pub text: String,
    /// In numbers.
    pub tables: Vec<TraceTable>,
}

/// A table of a [`TraceStep`].
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct TraceTable {
    /// The heading.
    pub title: String,
    /// Names of the columns; the first names the rows.
    pub columns: Vec<String>,
    /// Row names with their numbers; NaN for an empty cell.
    pub rows: Vec<(String, Vec<f64>)>,
}
