//! The crisis part of a scenario: ladder, private types, audiences, spoilers, allies, offices.
//!
//! Every number is a [`FieldId`]; a number that the file leaves out is `None`, and the crisis lens documents its
//! default. All costs and values are points of the actor's own stake scale (100 = its full stake).

use super::{ActorId, FieldId, IssueId};
use crate::diagnostic::Span;

/// What the crisis lens reads, beyond actors, issues, stances, consent and walk-away values.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Crisis {
    /// `[game]`: players, order of moves, periods, memory.
    pub game: GameFrame,
    /// `[ladder]`; `None`: a scenario without escalation.
    pub ladder: Option<Ladder>,
    /// `[war]`: the lottery.
    pub war: WarTerms,
    /// `[type.ACTOR.DIMENSION]`: private information, in the order of the file.
    pub types: Vec<TypeDimension>,
    /// `[audience.ACTOR]`.
    pub audiences: Vec<Audience>,
    /// `[[red_line]]`: rungs that an actor has said it won't let pass.
    pub red_lines: Vec<RedLine>,
    /// `[power_shift.ACTOR]`.
    pub power_shifts: Vec<PowerShift>,
    /// `[deadline]`.
    pub deadline: Option<Deadline>,
    /// `[compliance]`: what keeping and breaking a deal is worth, in how many steps it is carried out, who watches.
    pub compliance: Option<Compliance>,
    /// `[[guarantee]]`.
    pub guarantees: Vec<Guarantee>,
    /// `[[spoiler]]`.
    pub spoilers: Vec<Spoiler>,
    /// `[[ally]]`.
    pub allies: Vec<Ally>,
    /// `[office.ACTOR]`: the stakes of who decides, apart from the country's.
    pub offices: Vec<Office>,
    /// `[[message]]`: cheap talk before the first move.
    pub messages: Vec<Message>,
    /// `[mediator.ACTOR]`.
    pub mediators: Vec<Mediator>,
}

impl Crisis {
    /// Whether an actor takes part without a stance of its own: as an ally, a spoiler, a mediator, who gives a guarantee or
    /// stands on a side.
    #[must_use]
    pub fn has_part(&self, actor: ActorId) -> bool {
        self.spoilers.iter().any(|spoiler| spoiler.actor == actor)
            || self.allies.iter().any(|ally| ally.of == actor)
            || self.guarantees.iter().any(|guarantee| guarantee.by == actor)
            || self.mediators.iter().any(|mediator| mediator.actor == actor)
            || self.war.sides.iter().any(|(_, with)| with.contains(&actor))
    }
}

/// Who plays, in what order, how long.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct GameFrame {
    /// Strategic actors (2 to 4); empty: those whose consent is needed.
    pub players: Vec<ActorId>,
    /// Alternating by default.
    pub moves: Order,
    /// Who moves first in alternating play; else the first player.
    pub first: Option<ActorId>,
    /// 1 to 40; else from the scenario's dates and step.
    pub periods: Option<u32>,
    /// How many of the latest acts on the public record strategies condition on.
    pub memory: Option<u32>,
    /// Points of the offer grid; else 11.
    pub offers: Option<u32>,
    /// Packages that may be offered beside the grid, with their names.
    pub packages: Vec<OfferedPackage>,
    /// The acts an actor has, where not all: by actor.
    pub acts: Vec<(ActorId, Vec<ActKind>)>,
    /// Weight of a kind of act at precision 0, where it isn't 1.
    pub weights: Vec<(ActKind, FieldId)>,
    /// Worth of the next period against this one, 0..1, by actor; else 1.
    pub discount: Vec<(ActorId, FieldId)>,
    /// Precision (lambda) in units of 1 per full stake.
    pub precision: Option<FieldId>,
    /// Where `[game]` is.
    pub span: Option<Span>,
}

/// Terms that may be offered, with their name.
#[derive(Debug, Clone, PartialEq)]
pub struct OfferedPackage {
    /// "anchorage".
    pub id: String,
    /// The name to show; the id where none is given.
    pub name: String,
    /// Terms by issue, 0..100; issues left out stay at their no-deal points.
    pub terms: Vec<(IssueId, FieldId)>,
}

/// The order of moves within a period.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Order {
    /// Players take turns, a period each.
    #[default]
    Alternating,
    /// All move at once in every period.
    Simultaneous,
}

/// Kinds of act. Each is a class of its own in the nested choice.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ActKind {
    /// Lets the period pass.
    Wait,
    /// Offers a package, answered at once.
    Offer,
    /// Takes the next rung.
    StepUp,
    /// Goes back to the rung below (or the one this falls back to).
    StepDown,
    /// Gives in to what the other side has declared, or wants.
    Concede,
    /// Says in public that it won't give in: from then on its audience cost is at stake.
    Threaten,
    /// Leaves the talks for good, for everyone's value of no deal: the outside option. Only where `acts` names it.
    WalkOut,
}

impl ActKind {
    /// All kinds with the words for them.
    pub const WORDS: [(&'static str, Self); 7] = [
        ("wait", Self::Wait),
        ("offer", Self::Offer),
        ("step_up", Self::StepUp),
        ("step_down", Self::StepDown),
        ("concede", Self::Concede),
        ("threaten", Self::Threaten),
        ("walk_out", Self::WalkOut),
    ];

    /// The kind a word of the language stands for.
    #[must_use]
    pub fn named(word: &str) -> Option<Self> {
        Self::WORDS.iter().find(|(name, _)| *name == word).map(|(_, kind)| *kind)
    }

    /// The word for it.
    #[must_use]
    pub fn word(self) -> &'static str {
        Self::WORDS.iter().find(|(_, kind)| *kind == self).map_or("", |(name, _)| name)
    }
}

/// `[ladder]`
#[derive(Debug, Clone, PartialEq)]
pub struct Ladder {
    /// Lowest first.
    pub rungs: Vec<Rung>,
    /// Where the crisis stands at the start.
    pub start: usize,
    /// Where it is.
    pub span: Span,
}

/// One abstract step of escalation.
#[derive(Debug, Clone, PartialEq)]
pub struct Rung {
    /// "siege".
    pub name: String,
    /// What a period on this rung costs everyone without an entry in `cost_by`.
    pub cost: Option<FieldId>,
    /// What a period on it costs an actor; negative: what it gains.
    pub cost_by: Vec<(ActorId, FieldId)>,
    /// Chance per period that it gets out of hand (the ladder's war rung).
    pub accident: Option<FieldId>,
    /// Whether one can step down from it; else true.
    pub reversible: bool,
    /// Who may take the step to it, and back from it; empty: every player.
    pub by: Vec<ActorId>,
    /// The rung the crisis falls back to by itself after a period here.
    pub falls_back: Option<usize>,
    /// Whether reaching it is war: a lottery that ends play.
    pub war: bool,
    /// Where it is.
    pub span: Span,
}

/// `[war]`
#[derive(Debug, Clone, PartialEq, Default)]
pub struct WarTerms {
    /// m in p = `C_A`^m / (`C_A`^m + `C_B`^m); else 1.
    pub exponent: Option<FieldId>,
    /// Chance that an actor's side wins, where it isn't from capabilities.
    pub wins: Vec<(ActorId, FieldId)>,
    /// What war costs an actor, by actor; types may say otherwise.
    pub cost: Vec<(ActorId, FieldId)>,
    /// Added to the chance of winning of whoever steps into war first.
    pub first_move: Option<FieldId>,
    /// Actors on the side of a player, beside itself.
    pub sides: Vec<(ActorId, Vec<ActorId>)>,
}

/// `[type.ACTOR.DIMENSION]`: one thing others don't know about an actor.
#[derive(Debug, Clone, PartialEq)]
pub struct TypeDimension {
    /// Whose it is.
    pub actor: ActorId,
    /// "values".
    pub name: String,
    /// Two to four.
    pub types: Vec<PrivateType>,
    /// Where it is.
    pub span: Span,
}

/// `determined = { chance = 0.8, war_cost = 10 }`
#[derive(Debug, Clone, PartialEq)]
pub struct PrivateType {
    /// "determined".
    pub name: String,
    /// Its true chance; weights are normalised over the dimension. `None` in at most one type: the rest.
    pub chance: Option<FieldId>,
    /// What others believe its chance to be, where that differs. Types of the dimension without an entry for a holder
    /// share what is left in proportion to their true chances.
    pub believed: Vec<(ActorId, FieldId)>,
    /// What sets the type apart; unset traits are the actor's own.
    pub traits: Traits,
    /// Where it is.
    pub span: Span,
}

/// What a type may change.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Traits {
    /// What war costs it.
    pub war_cost: Option<FieldId>,
    /// Its chance of winning a war.
    pub wins: Option<FieldId>,
    /// Factor on what the rungs cost it.
    pub rung_cost: Option<FieldId>,
    /// What backing down in public costs it.
    pub audience: Option<FieldId>,
    /// What letting its red line pass costs it.
    pub red_line: Option<FieldId>,
    /// Its value of no deal.
    pub walk_away: Option<FieldId>,
    /// What it gains by breaking a deal that the others keep.
    pub temptation: Option<FieldId>,
    /// What it loses when others break a deal that it keeps.
    pub betrayed: Option<FieldId>,
    /// How likely a spoiler's attack from its side succeeds.
    pub spoiled: Option<FieldId>,
    /// Worth of the next period against this one, 0..1.
    pub patience: Option<FieldId>,
    /// Factor on its salience-weighted gains from terms.
    pub stake: Option<FieldId>,
}

/// `[audience.ACTOR]`
#[derive(Debug, Clone, PartialEq)]
pub struct Audience {
    /// Whose.
    pub actor: ActorId,
    /// What backing down costs after a public threat or step, or settling short of what was `declared`.
    pub cost: FieldId,
    /// How the cost grows with every period after the threat.
    pub growth: Option<FieldId>,
}

/// `[[red_line]]`
#[derive(Debug, Clone, PartialEq)]
pub struct RedLine {
    /// Who drew it.
    pub of: ActorId,
    /// The rung others must not reach.
    pub rung: usize,
    /// What letting it pass (not answering with a step of its own) costs.
    pub cost: FieldId,
    /// Where it is.
    pub span: Span,
}

/// `[power_shift.ACTOR]`
#[derive(Debug, Clone, PartialEq)]
pub struct PowerShift {
    /// Whose capability moves.
    pub actor: ActorId,
    /// Factor on its capability...
    pub factor: FieldId,
    /// ...from this period on; `None`: a little every period, so that it is reached at the last.
    pub at: Option<u32>,
}

/// `[deadline]`
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Deadline {
    /// After this period (a day in the file is turned into one); else after the last.
    pub after: Option<u32>,
    /// What happens then.
    pub then: AtDeadline,
}

/// What a deadline brings.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AtDeadline {
    /// No deal.
    NoDeal,
    /// The war rung.
    War,
    /// This actor's terms are imposed.
    Imposed(ActorId),
}

/// `[compliance]`: after a deal is signed, everyone keeps or breaks it.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Compliance {
    /// Shares of the deal carried out step by step (sum 1); empty: at once.
    pub steps: Vec<FieldId>,
    /// What breaking a deal that others keep gains, by actor.
    pub temptation: Vec<(ActorId, FieldId)>,
    /// What keeping a deal that others break loses, by actor.
    pub betrayed: Vec<(ActorId, FieldId)>,
    /// Chance that a breach is seen.
    pub monitoring: Option<FieldId>,
    /// What a seen breach costs who broke it (snap-back).
    pub snap_back: Option<FieldId>,
}

/// `[[guarantee]]`
#[derive(Debug, Clone, PartialEq)]
pub struct Guarantee {
    /// Who gives it.
    pub by: ActorId,
    /// Whom it protects.
    pub to: ActorId,
    /// How much of what a breach costs the protected it makes good, in points.
    pub covers: FieldId,
    /// Chance of being honoured.
    pub honoured: FieldId,
    /// What others believe that chance to be.
    pub believed: Vec<(ActorId, FieldId)>,
    /// What giving it costs the giver when it must be honoured.
    pub cost: Option<FieldId>,
    /// Where it is.
    pub span: Span,
}

/// `[[spoiler]]`
#[derive(Debug, Clone, PartialEq)]
pub struct Spoiler {
    /// Who; any actor, a player too.
    pub actor: ActorId,
    /// Chance per signed deal that it strikes.
    pub strikes: FieldId,
    /// Chance that a strike succeeds, whatever the types.
    pub succeeds: FieldId,
    /// The player whose side it acts from, whose type (`spoiled`) the success speaks about.
    pub from: Option<ActorId>,
    /// What a successful strike costs every party to the deal.
    pub cost: Option<FieldId>,
    /// Where it is.
    pub span: Span,
}

/// `[[ally]]`
#[derive(Debug, Clone, PartialEq)]
pub struct Ally {
    /// Who may join.
    pub of: ActorId,
    /// Whom it would join.
    pub supports: ActorId,
    /// Chance that it comes in a war.
    pub chance: FieldId,
    /// What others believe that chance to be.
    pub believed: Vec<(ActorId, FieldId)>,
    /// What coming costs it.
    pub cost: Option<FieldId>,
    /// What staying away costs it after the pledge.
    pub pledge: Option<FieldId>,
    /// Where it is.
    pub span: Span,
}

/// `[office.ACTOR]`
#[derive(Debug, Clone, PartialEq)]
pub struct Office {
    /// Whose decision-makers.
    pub actor: ActorId,
    /// How much of the payoff is the office's own, 0..1; else 1.
    pub weight: Option<FieldId>,
    /// What holding office is worth.
    pub value: FieldId,
    /// What losing it costs.
    pub fall: FieldId,
    /// Chance of holding office by how things end.
    pub survival: Survival,
    /// Chance per period of still deciding in the next: shortens the horizon.
    pub tenure: Option<FieldId>,
}

/// Chances of holding office by how things end, 0..1.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Survival {
    /// A deal stands.
    pub deal: FieldId,
    /// No deal.
    pub none: FieldId,
    /// The other side's terms were imposed on it, or it conceded.
    pub imposed: FieldId,
    /// A war was won.
    pub won: FieldId,
    /// A war was lost.
    pub lost: FieldId,
}

/// `[[message]]`: what an actor may say at no cost before the first move.
#[derive(Debug, Clone, PartialEq)]
pub struct Message {
    /// Who speaks.
    pub from: ActorId,
    /// What it may say (2 to 4).
    pub words: Vec<String>,
    /// Where it is.
    pub span: Span,
}

/// `[mediator.ACTOR]`
#[derive(Debug, Clone, PartialEq)]
pub struct Mediator {
    /// Who; not a player.
    pub actor: ActorId,
    /// Whether it makes proposals (in turn with the players).
    pub proposes: bool,
    /// Whether offers go through it in private: settling short of what was declared costs no audience.
    pub carries: bool,
    /// What it adds to an actor's payoff if a deal is made.
    pub adds: Vec<(ActorId, FieldId)>,
    /// How much it leans to one side: weight of that actor's gain in what it proposes.
    pub bias: Vec<(ActorId, FieldId)>,
    /// Chance per period that it stays; else 1.
    pub patience: Option<FieldId>,
}
