//! The scenario language: text in, a checked [`Scenario`] out.

mod check;
mod correlation;
pub mod crisis;
mod date;
mod difference;
pub mod document;
mod estimate;
mod files;
mod guard;
mod link;
mod names;
mod overlay;
mod read;
mod report;
pub mod rule;
mod schema;
mod shape;
pub mod spec;
pub mod tables;
pub mod template;
pub(crate) mod token;
mod warn;

use std::collections::BTreeMap;
use std::sync::Arc;

pub use date::{Date, Step, StepUnit};
pub use difference::{Difference, Path};
pub use files::{FileProblem, Files, NoFiles};
pub use guard::{Coercion, Guard, Guarded};
pub use names::{NameTable, Names};
pub(crate) use overlay::conflicts;
pub use read::{Attached, Read};
pub use schema::{reference, schema};

use crate::diagnostic::{Sources, Span};
use crate::uncertainty::Estimate;

/// One conflict or negotiation, checked: every name resolved, every number a [`Field`].
///
/// Ids index the vectors: `actors[a.index()]`, `issues[i.index()]`, `fields[f.index()]`.
#[derive(Debug, Clone, PartialEq)]
pub struct Scenario {
    /// Title, question, dates, status.
    pub about: About,
    /// Who takes part, in the order of the file.
    pub actors: Vec<Actor>,
    /// Over what, in the order of the file.
    pub issues: Vec<Issue>,
    /// `stances[actor * issues.len() + issue]`; `None` where an actor takes no part in an issue.
    pub stances: Vec<Option<Stance>>,
    /// Conditions between issues that a package must meet.
    pub links: Vec<Link>,
    /// Sets of actors with voting weights.
    pub groups: Vec<Group>,
    /// The stages a deal must pass. Never empty: where the file has none, one stage that asks
    /// everyone with an accept range.
    pub consent: Vec<Stage>,
    /// Ladder, private types and what else the crisis lens reads.
    pub crisis: crisis::Crisis,
    /// Things somebody could do.
    pub policies: Vec<Overlay>,
    /// How named sources see the conflict.
    pub perspectives: Vec<Overlay>,
    /// Testable sentences with their speakers.
    pub claims: Vec<StatedClaim>,
    /// What it takes for a claim to hold.
    pub verdict: VerdictRule,
    /// `[lens.ID]`: options by lens id, as written; each lens checks its own.
    pub lens_options: BTreeMap<String, LensOptions>,
    /// Every number of the scenario, certain or not: capabilities, issues, stances (by actor, then issue), walk-away
    /// values. What overlays add comes in its place; what they change keeps its path.
    pub fields: Vec<Field>,
    /// Names of all experts that any estimate quotes, in the order of appearance.
    pub experts: Vec<String>,
    /// Rank correlations between fields.
    pub correlations: Vec<Correlation>,
    /// The texts the scenario was made of.
    pub sources: Sources,
    /// What is declared, by name.
    pub names: Names,
    /// The tree and the files it was read from: what overlays are put on.
    pub(crate) document: Arc<Attached>,
    /// How many of the fields stand in the text; the rest repeat some of them as they are without overlays.
    pub(crate) counted: usize,
}

/// What the scenario is about.
#[derive(Debug, Clone, PartialEq)]
pub struct About {
    /// A short title.
    pub title: String,
    /// The question asked.
    pub question: Option<String>,
    /// Where the story is told.
    pub source: Option<String>,
    /// Whose view the base scenario is; its author's where nothing is said.
    pub drawn_by: Option<String>,
    /// Whether the conflict is over. The guard is on while it is not.
    pub status: Status,
    /// The first day of the talks.
    pub from: Option<Date>,
    /// The day by which the question is to be answered.
    pub horizon: Option<Date>,
    /// The length of a period.
    pub step: Option<Step>,
    /// How it will be decided what came of it.
    pub resolution: Option<String>,
}

/// Whether a conflict is over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status {
    /// History.
    Past,
    /// Not over: nothing coercive is searched, ranked or given thresholds.
    Ongoing,
    /// Made up, or an abstract example.
    Hypothetical,
}

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident;)*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
        pub struct $name(u32);
        impl $name {
            /// The id of the thing at `index`.
            #[must_use]
            pub fn new(index: usize) -> Self {
                Self(u32::try_from(index).expect("scenarios hold fewer than 2^32 things"))
            }
            /// The index this id stands for.
            #[must_use]
            #[inline]
            pub fn index(self) -> usize {
                self.0 as usize
            }
        }
    )*};
}

ids! {
    /// An actor of one scenario.
    ActorId;
    /// An issue of one scenario.
    IssueId;
    /// A number of one scenario.
    FieldId;
    /// A group of one scenario.
    GroupId;
}

/// Who takes part; an office or a body, never a person.
#[derive(Debug, Clone, PartialEq)]
pub struct Actor {
    /// `[a-z][a-z0-9_]*`.
    pub id: String,
    /// The name to show; the id where none is given.
    pub name: String,
    /// Power to press, any ratio scale, per issue: one field repeated where given overall. Empty where not given.
    /// Where given by issue, issues without a stance of the actor may repeat another's field.
    pub capability: Vec<FieldId>,
    /// What the capability is measured in.
    pub capability_meaning: Option<String>,
    /// The actor's own value of no deal, where it differs from the no-deal points.
    pub walk_away: Option<WalkAway>,
    /// Set by a policy's `do`: what the actor does whatever it thinks of the terms.
    pub conduct: Option<Conduct>,
    /// Source of the table.
    pub provenance: Provenance,
    /// Where it is declared.
    pub span: Span,
}

/// A policy's order to an actor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Conduct {
    /// Consents to any package, whatever its accept ranges.
    Accept,
    /// Consents to no package.
    Refuse,
}

/// An actor's own value of no deal.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct WalkAway {
    /// On the actor's stake scale (0 = the no-deal points, 100 = its own position everywhere).
    pub value: FieldId,
    /// Change of the value per step of the scenario.
    pub drift: Option<FieldId>,
}

/// A question on a 0..100 scale.
#[derive(Debug, Clone, PartialEq)]
pub struct Issue {
    /// `[a-z][a-z0-9_]*`.
    pub id: String,
    /// The name to show; the id where none is given.
    pub name: String,
    /// Points of the scale in words, ascending.
    pub anchors: Vec<(f64, String)>,
    /// Whether the anchors are all there is to choose from, when packages are searched.
    pub options: bool,
    /// What stands where there is no deal. `None` if not coded.
    pub no_deal: Option<FieldId>,
    /// The no-deal point of the scenario without overlays, where every actor's payoff is 0: the same field as
    /// `no_deal` unless an overlay moved that, then a field of its own under the same path and estimate as unpatched.
    pub stake_zero: Option<FieldId>,
    /// What came of it, for past cases: never read by a lens, shown beside the forecast.
    pub outcome: Option<FieldId>,
    /// Source of the table.
    pub provenance: Provenance,
    /// Where it is declared.
    pub span: Span,
}

/// An actor on an issue. All in points of the scale, salience 0..100.
#[derive(Debug, Clone, PartialEq)]
pub struct Stance {
    /// What the actor wants.
    pub position: FieldId,
    /// How much it cares.
    pub salience: FieldId,
    /// Its red line: the range it would rather have than no deal. `None`: it would take anything.
    pub accept: Option<Accept>,
    /// What it has said in public, where that differs.
    pub declared: Option<FieldId>,
    /// Source of the table.
    pub provenance: Provenance,
    /// Where it is declared.
    pub span: Span,
}

/// A red line: at least one end is given.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Accept {
    /// The least it would take.
    pub min: Option<FieldId>,
    /// The most it would take.
    pub max: Option<FieldId>,
}

/// "If `condition` then `consequence`": what a package must meet.
#[derive(Debug, Clone, PartialEq)]
pub struct Link {
    /// All of these together...
    pub condition: Vec<Bound>,
    /// ...demand all of these.
    pub consequence: Vec<Bound>,
    /// As written.
    pub text: String,
    /// Where.
    pub span: Span,
}

/// A threshold on one issue.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Bound {
    /// The issue.
    pub issue: IssueId,
    /// How its terms are compared.
    pub relation: Relation,
    /// With what, 0..100.
    pub value: f64,
}

/// How two numbers are compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Relation {
    /// `<`
    Less,
    /// `<=`
    AtMost,
    /// `>=`
    AtLeast,
    /// `>`
    Greater,
}

/// A set of actors with voting weights.
#[derive(Debug, Clone, PartialEq)]
pub struct Group {
    /// `[a-z][a-z0-9_]*`.
    pub id: String,
    /// Members with their weights, in the order of the file.
    pub members: Vec<(ActorId, f64)>,
    /// Where it is declared.
    pub span: Span,
}

/// One stage a deal must pass.
#[derive(Debug, Clone, PartialEq)]
pub struct Stage {
    /// "sign", "ratify"...
    pub name: String,
    /// Whose agreement is needed.
    pub rule: Rule,
    /// The issues this stage decides; all where the file names none.
    pub issues: Vec<IssueId>,
    /// Whether issues may settle singly.
    pub partial: bool,
    /// The day by which.
    pub by: Option<Date>,
    /// The rule as written, or "everyone with an accept range".
    pub text: String,
    /// Where it is declared; `None` for the default stage.
    pub span: Option<Span>,
}

/// Whose agreement makes a stage pass. Monotone: more agreement never hurts.
#[derive(Debug, Clone, PartialEq)]
pub enum Rule {
    /// Each of these.
    All(Vec<Rule>),
    /// At least one of these.
    Any(Vec<Rule>),
    /// This actor.
    Actor(ActorId),
    /// Agreeing members hold at least this share (0..1) of the group's weight.
    Weight(GroupId, f64),
    /// At least so many members agree.
    Count(GroupId, u32),
}

impl Rule {
    /// Whether it counts an actor's agreement.
    #[must_use]
    pub fn asks(&self, actor: ActorId, groups: &[Group]) -> bool {
        match self {
            Self::All(rules) | Self::Any(rules) => rules.iter().any(|rule| rule.asks(actor, groups)),
            Self::Actor(one) => *one == actor,
            Self::Weight(group, _) | Self::Count(group, _) => {
                groups[group.index()].members.iter().any(|(member, _)| *member == actor)
            }
        }
    }
}

/// A named set of changes to a scenario.
#[derive(Debug, Clone, PartialEq)]
pub struct Overlay {
    /// `[a-z][a-z0-9_]*`.
    pub id: String,
    /// Policy or perspective.
    pub kind: OverlayKind,
    /// The name to show.
    pub name: String,
    /// Who could do it, or who sees it so.
    pub by: Option<String>,
    /// A step up, a first move, a threat, sabotage: see the guard.
    pub coercive: bool,
    /// What it changes, in the order of the file.
    pub operations: Vec<Operation>,
    /// Source of the table.
    pub provenance: Provenance,
    /// Where it is declared.
    pub span: Span,
}

/// What an overlay is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum OverlayKind {
    /// What somebody could do.
    Policy,
    /// How a named source sees the conflict.
    Perspective,
}

/// One change, by the path of the value it touches.
#[derive(Debug, Clone, PartialEq)]
pub struct Operation {
    /// `stance.melos.submission.accept.max`.
    pub path: String,
    /// The change.
    pub change: Change,
    /// Where it is written.
    pub span: Span,
}

/// How an operation changes a value.
#[derive(Debug, Clone, PartialEq)]
pub enum Change {
    /// Puts another value in its place; the text is the value as written.
    Set(String),
    /// Multiplies it.
    Scale(f64),
    /// Adds to it.
    Shift(f64),
    /// Takes it away.
    Drop,
    /// Adds a table that was not there.
    Add,
    /// Orders an actor's conduct.
    Do(Conduct),
}

/// A claim as stated and parsed; judged elsewhere.
#[derive(Debug, Clone, PartialEq)]
pub struct StatedClaim {
    /// `[a-z][a-z0-9_]*`, or `claim_1`, `claim_2`... where none is given.
    pub id: String,
    /// The speaker.
    pub by: String,
    /// The words as given.
    pub says: String,
    /// The id of the claim it stands against.
    pub counter_to: Option<String>,
    /// The test as written.
    pub test: String,
    /// The test, parsed and checked.
    pub expression: crate::claim::Claim,
    /// Source of the table.
    pub provenance: Provenance,
    /// Where it is declared.
    pub span: Span,
}

/// `[verdict]`: what it takes for a claim to hold.
#[derive(Debug, Clone, Copy, PartialEq, serde::Serialize)]
pub struct VerdictRule {
    /// Above 0.5, at most 1: a claim holds if it is true in at least this share of the judged draws, and fails if it is
    /// false in at least this share. One number for both, so that the verdict of a negation is the verdict flipped.
    pub holds: f64,
    /// 0..1: the least share of draws that must be judged.
    pub judged: f64,
}

impl Default for VerdictRule {
    fn default() -> Self {
        Self { holds: 0.9, judged: 0.5 }
    }
}

/// Options of one lens as written.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct LensOptions {
    /// Values by key.
    pub values: BTreeMap<String, OptionValue>,
    /// Where the table is; `None` when no table was written.
    pub span: Option<Span>,
}

/// A value of a lens option.
#[derive(Debug, Clone, PartialEq)]
pub struct OptionValue {
    /// The value.
    pub value: Plain,
    /// Where the key stands.
    pub key_span: Span,
    /// Where the value stands.
    pub span: Span,
}

/// A plain TOML value.
#[derive(Debug, Clone, PartialEq)]
pub enum Plain {
    /// A string.
    Text(String),
    /// An integer or a float.
    Number(f64),
    /// `true` or `false`.
    Flag(bool),
    /// An array.
    List(Vec<Plain>),
    /// A table.
    Table(BTreeMap<String, Plain>),
}

/// One number of a scenario.
#[derive(Debug, Clone, PartialEq)]
pub struct Field {
    /// `stance.melos.submission.position`.
    pub path: String,
    /// Its value and how unsure it is.
    pub estimate: Estimate,
    /// The least and the most it may be.
    pub range: (f64, f64),
    /// Set by an overlay: multiplied by this after the draw...
    pub scale: f64,
    /// ...and then shifted by this, and clamped to the range.
    pub shift: f64,
    /// Source and basis of this very number.
    pub provenance: Provenance,
    /// Where the value is written.
    pub span: Span,
}

impl Field {
    /// The median of what the field may be.
    #[must_use]
    pub fn central(&self) -> f64 {
        let (low, high) = self.range;
        (self.estimate.central() * self.scale + self.shift).clamp(low, high)
    }

    /// Whether every draw has the same value.
    #[must_use]
    pub fn is_certain(&self) -> bool {
        matches!(self.estimate, Estimate::Exact(_))
    }

    /// The least and the most it may be in any draw; the ends of the range for estimates with tails.
    #[must_use]
    pub fn support(&self) -> (f64, f64) {
        let (low, high) = extent(&self.estimate).unwrap_or(self.range);
        let moved = |value: f64| (value * self.scale + self.shift).clamp(self.range.0, self.range.1);
        (moved(low), moved(high))
    }

    /// Whether the estimate has ends of its own rather than tails.
    #[must_use]
    pub fn is_bounded(&self) -> bool {
        extent(&self.estimate).is_some()
    }

    /// What kind of knowledge it is: as said; else a quote if one is given, experts if they estimated it, else the
    /// modeller's guess.
    #[must_use]
    pub fn basis(&self) -> Basis {
        let experts = matches!(self.estimate, Estimate::Experts(_));
        match (self.provenance.basis, &self.provenance.quote) {
            (Some(basis), _) => basis,
            (None, Some(_)) => Basis::Quote,
            (None, None) if experts => Basis::Expert,
            (None, None) => Basis::Modeller,
        }
    }
}

/// The ends of an estimate without tails.
fn extent(estimate: &Estimate) -> Option<(f64, f64)> {
    let over = |values: &[f64]| {
        values.iter().fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), &v| (low.min(v), high.max(v)))
    };
    match estimate {
        Estimate::Exact(value) => Some((*value, *value)),
        Estimate::Uniform { low, high } => Some((*low, *high)),
        Estimate::Pert { .. } | Estimate::Normal { .. } => None,
        Estimate::Discrete { values, weights } => {
            let possible: Vec<f64> = values
                .iter()
                .zip(weights)
                .filter(|(_, weight)| **weight > 0.0)
                .map(|(value, _)| *value)
                .collect();
            Some(over(&possible))
        }
        Estimate::Experts(experts) => {
            experts.iter().try_fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), (_, estimate)| {
                extent(estimate).map(|(l, h)| (low.min(l), high.max(h)))
            })
        }
    }
}

/// How many numbers of a scenario rest on what.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Serialize)]
pub struct ProvenanceCounts {
    /// Somebody said or wrote it.
    pub quoted: usize,
    /// It was counted or measured.
    pub data: usize,
    /// A named expert's judgement.
    pub expert: usize,
    /// The modeller's guess.
    pub modeller: usize,
}

impl ProvenanceCounts {
    /// All numbers.
    #[must_use]
    pub fn total(&self) -> usize {
        self.quoted + self.data + self.expert + self.modeller
    }
}

/// A rank correlation between two uncertain fields.
#[derive(Debug, Clone, PartialEq)]
pub struct Correlation {
    /// One field.
    pub first: FieldId,
    /// The other.
    pub second: FieldId,
    /// Spearman's rank correlation, -1..1.
    pub rank: f64,
    /// Where it is declared.
    pub span: Span,
}

/// Where a number or a table comes from.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Provenance {
    /// What kind of knowledge it is; `None` where nothing was said.
    pub basis: Option<Basis>,
    /// The reference.
    pub source: Option<String>,
    /// The words it rests on.
    pub quote: Option<String>,
    /// When it was so.
    pub date: Option<String>,
}

/// What kind of knowledge a number is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Basis {
    /// Somebody said or wrote it.
    Quote,
    /// It was counted or measured.
    Data,
    /// A named expert's judgement.
    Expert,
    /// The modeller's guess: the default.
    Modeller,
}

impl Scenario {
    /// How many numbers rest on what; outcomes, which no lens reads, are not counted.
    #[must_use]
    pub fn provenance_counts(&self) -> ProvenanceCounts {
        let outcomes: Vec<FieldId> = self.issues.iter().filter_map(|issue| issue.outcome).collect();
        let mut counts = ProvenanceCounts::default();
        for (index, field) in self.fields.iter().enumerate() {
            if index >= self.counted || outcomes.contains(&FieldId::new(index)) {
                continue;
            }
            match field.basis() {
                Basis::Quote => counts.quoted += 1,
                Basis::Data => counts.data += 1,
                Basis::Expert => counts.expert += 1,
                Basis::Modeller => counts.modeller += 1,
            }
        }
        counts
    }

    /// The packages that claims ask about, with those asked, each once, in the order of the claims.
    #[must_use]
    pub fn acceptables(&self) -> Vec<&crate::claim::FlagQuantity> {
        let mut all = Vec::new();
        for quantity in self.claims.iter().flat_map(|claim| claim.expression.acceptables()) {
            if !all.contains(&quantity) {
                all.push(quantity);
            }
        }
        all
    }

    /// The stance of `actor` on `issue`.
    #[must_use]
    pub fn stance(&self, actor: ActorId, issue: IssueId) -> Option<&Stance> {
        self.stances[actor.index() * self.issues.len() + issue.index()].as_ref()
    }

    /// The field behind an id.
    #[must_use]
    pub fn field(&self, field: FieldId) -> &Field {
        &self.fields[field.index()]
    }

    /// All actors' ids in order.
    pub fn actor_ids(&self) -> impl Iterator<Item = ActorId> + use<> {
        (0..self.actors.len()).map(ActorId::new)
    }

    /// All issues' ids in order.
    pub fn issue_ids(&self) -> impl Iterator<Item = IssueId> + use<> {
        (0..self.issues.len()).map(IssueId::new)
    }
}
