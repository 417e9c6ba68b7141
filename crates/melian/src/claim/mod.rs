//! Testable sentences with a speaker: the language of a claim's test, parsed and checked.
//!
//! A test is true or false. Quantities without `P` are judged draw by draw; `P(event)` is a chance. The
//! whole grammar, with examples, is in the book under "Claims".

mod check;
mod print;
mod syntax;

use crate::diagnostic::{Diagnostic, Span};
use crate::scenario::{Names, Relation};

/// A claim's test, parsed and checked against a scenario. `Display` prints it in canonical form, which
/// parses to the same claim.
#[derive(Debug, Clone, PartialEq)]
pub struct Claim {
    /// What is claimed to be true.
    pub test: Flag,
}

/// Something true or false.
#[derive(Debug, Clone, PartialEq)]
pub enum Flag {
    /// All of these (two or more).
    All(Vec<Flag>),
    /// At least one of these (two or more).
    Any(Vec<Flag>),
    /// Not this.
    Not(Box<Flag>),
    /// A chain `first R1 x1 R2 x2 ...`, all in one direction, at least one link.
    Compare {
        /// The leftmost number.
        first: Number,
        /// Each relation with the number on its right.
        rest: Vec<(Relation, Number)>,
    },
    /// A lens's answer, true or false in each draw.
    Measured {
        /// What is asked of the lens.
        quantity: FlagQuantity,
        /// The overlays it is asked under; none: the scenario as it stands.
        under: Overlays,
    },
    /// Whether a quantity only rises, or only falls, over the whole range of one input.
    Moves {
        /// Rises or falls.
        direction: Direction,
        /// The quantity.
        quantity: Number,
        /// The path of the input: `actor.melos.capability`.
        input: String,
    },
}

/// A number.
#[derive(Debug, Clone, PartialEq)]
pub enum Number {
    /// Written in the test.
    Constant(f64),
    /// The opposite of this; never of a constant.
    Negative(Box<Number>),
    /// Two numbers combined.
    Arithmetic {
        /// How.
        operator: Operator,
        /// The left one.
        left: Box<Number>,
        /// The right one.
        right: Box<Number>,
    },
    /// A lens's answer, a number in each draw.
    Measured {
        /// What is asked of the lens.
        quantity: NumberQuantity,
        /// The overlays it is asked under; none: the scenario as it stands.
        under: Overlays,
    },
    /// `P(event)`: the chance of an event, 0..1.
    Chance {
        /// The event.
        event: Box<Event>,
        /// The overlays it is asked under; none: the scenario as it stands.
        under: Overlays,
    },
    /// The largest of a quantity over policies, each put on top of the quantity's own overlays.
    Best {
        /// The quantity.
        quantity: Box<Number>,
        /// Ids of the policies, at least one.
        policies: Vec<String>,
    },
}

/// Ids of overlays, all put on together, in the order of the test.
pub type Overlays = Vec<String>;

/// A measure that is a number in each draw.
#[derive(Debug, Clone, PartialEq)]
pub enum NumberQuantity {
    /// `terms(ISSUE)`: the point a lens forecasts, 0..100; undefined without a deal.
    Terms {
        /// The issue's id.
        issue: String,
    },
    /// `gain(ACTOR)`: payoff minus no deal, in points of the actor's own stake.
    Gain {
        /// The actor's id.
        actor: String,
    },
    /// `belief(A, B, TYPE, ROUND)`: A's probability that B is of a type, 0..1.
    Belief {
        /// Who believes.
        holder: String,
        /// About whom.
        about: String,
        /// The type's name; not checked until a lens has types.
        of_type: String,
        /// The round, from 0.
        round: u32,
    },
}

/// A measure that is true or false in each draw.
#[derive(Debug, Clone, PartialEq)]
pub enum FlagQuantity {
    /// `room`: a package exists inside every needed accept range.
    Room,
    /// `fit`: the lens's own terms lie inside them.
    Fit,
    /// `acceptable({ ISSUE = NUMBER, ... }, ACTOR, ...)`: the package lies inside these actors' accept
    /// ranges on the issues it names.
    Acceptable {
        /// Issue ids with their terms, 0..100, each issue once.
        package: Vec<(String, f64)>,
        /// Ids of actors or groups (then: every member), at least one.
        parties: Vec<String>,
    },
}

/// Something that has a chance inside a lens.
#[derive(Debug, Clone, PartialEq)]
pub enum Event {
    /// All of these (two or more).
    All(Vec<Event>),
    /// At least one of these (two or more).
    Any(Vec<Event>),
    /// Not this.
    Not(Box<Event>),
    /// `deal`: a deal stands at the horizon.
    Deal,
    /// `imposed`: terms were imposed.
    Imposed,
    /// `broken`: a deal was made and broke.
    Broken,
    /// `none`: neither a deal nor imposed terms.
    NoDeal,
    /// `war`: it got out of hand.
    War,
    /// `rung >= NAME`: the highest rung that was reached.
    Rung {
        /// How it compares...
        relation: Relation,
        /// ...with this rung of the ladder.
        rung: String,
    },
    /// `joins(ACTOR)`: the actor comes to an ally's help.
    Joins {
        /// The actor's id.
        actor: String,
    },
    /// `room`, `fit`, `acceptable(...)`: true or false in a draw.
    Measured(FlagQuantity),
    /// A comparison of numbers of one draw; without chances and overlays of its own.
    Compare {
        /// The leftmost number.
        first: Number,
        /// Each relation with the number on its right.
        rest: Vec<(Relation, Number)>,
    },
}

/// How two numbers are combined.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Operator {
    /// `+`
    Add,
    /// `-`
    Subtract,
    /// `*`
    Multiply,
    /// `/`
    Divide,
}

/// Which way a quantity moves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    /// `increases(quantity, input)`.
    Increases,
    /// `decreases(quantity, input)`.
    Decreases,
}

/// On which of the two levels something is judged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Level {
    /// True or false in each draw: some quantity in it is asked without `P`.
    EachDraw,
    /// Only chances: integrated over the draws too, and compared with an interval.
    OverDraws,
}

/// A measure that a claim needs, and the overlays it is needed under.
#[derive(Debug, Clone, PartialEq)]
pub struct Needed<'a> {
    /// The measure.
    pub quantity: Asked<'a>,
    /// The overlays, all put on together; those of `best` included.
    pub under: Overlays,
}

/// A measure that a claim needs.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Asked<'a> {
    /// A number in each draw.
    Number(&'a NumberQuantity),
    /// True or false in each draw.
    Flag(&'a FlagQuantity),
    /// The chance of an event (not of `All`, `Any`, `Not`, `Measured` or `Compare`, which are made of others).
    Event(&'a Event),
}

/// Reads a claim's test. `span` is the place of `text` in its file, with or without the quotes.
///
/// # Errors
/// What is wrong, each with its place inside the string: what can't be read, names that nothing has,
/// numbers where true or false is wanted, comparisons without meaning.
pub fn parse(text: &str, span: Span, names: &Names) -> Result<Claim, Vec<Diagnostic>> {
    let place = crate::scenario::token::Place::new(text, span);
    let expression = syntax::read(text, &place)?;
    check::check(&expression, &place, names).map(|test| Claim { test })
}

impl Claim {
    /// Every measure the test is made of with its overlays, each once, in the order of the test.
    #[must_use]
    pub fn quantities(&self) -> Vec<Needed<'_>> {
        let mut needed = Vec::new();
        self.test.visit(&[], &mut |quantity, under| {
            let item = Needed { quantity, under };
            if !needed.contains(&item) {
                needed.push(item);
            }
        });
        needed
    }

    /// The packages it asks about, as [`FlagQuantity::Acceptable`], in the order of the test.
    pub fn acceptables(&self) -> impl Iterator<Item = &FlagQuantity> {
        self.quantities().into_iter().filter_map(|needed| match needed.quantity {
            Asked::Flag(quantity @ FlagQuantity::Acceptable { .. }) => Some(quantity),
            _ => None,
        })
    }

    /// The sets of overlays under which the scenario must be run, each once, in the order of the test; the
    /// empty set is the scenario as it stands.
    #[must_use]
    pub fn overlays(&self) -> Vec<Overlays> {
        let mut sets = Vec::new();
        for needed in self.quantities() {
            if !sets.contains(&needed.under) {
                sets.push(needed.under);
            }
        }
        sets
    }
}

impl Flag {
    /// On which level this is judged.
    #[must_use]
    pub fn level(&self) -> Level {
        match self {
            Self::All(parts) | Self::Any(parts) => any_draw(parts.iter().map(Self::level)),
            Self::Not(part) => part.level(),
            // Whether a quantity moves is asked in each draw, all else being as drawn.
            Self::Measured { .. } | Self::Moves { .. } => Level::EachDraw,
            Self::Compare { first, rest } => any_draw(
                std::iter::once(first).chain(rest.iter().map(|(_, number)| number)).map(Number::level),
            ),
        }
    }

    fn visit<'a>(&'a self, on_top: &[String], see: &mut impl FnMut(Asked<'a>, Overlays)) {
        match self {
            Self::All(parts) | Self::Any(parts) => {
                for part in parts {
                    part.visit(on_top, see);
                }
            }
            Self::Not(part) => part.visit(on_top, see),
            Self::Compare { first, rest } => {
                first.visit(on_top, see);
                for (_, number) in rest {
                    number.visit(on_top, see);
                }
            }
            Self::Measured { quantity, under } => see(Asked::Flag(quantity), joined(under, on_top)),
            Self::Moves { quantity, .. } => quantity.visit(on_top, see),
        }
    }
}

impl Number {
    /// On which level this is judged.
    #[must_use]
    pub fn level(&self) -> Level {
        match self {
            Self::Constant(_) | Self::Chance { .. } => Level::OverDraws,
            Self::Negative(number) => number.level(),
            Self::Best { quantity, .. } => quantity.level(),
            Self::Arithmetic { left, right, .. } => any_draw([left.level(), right.level()]),
            Self::Measured { .. } => Level::EachDraw,
        }
    }

    fn visit<'a>(&'a self, on_top: &[String], see: &mut impl FnMut(Asked<'a>, Overlays)) {
        match self {
            Self::Constant(_) => {}
            Self::Negative(number) => number.visit(on_top, see),
            Self::Arithmetic { left, right, .. } => {
                left.visit(on_top, see);
                right.visit(on_top, see);
            }
            Self::Measured { quantity, under } => see(Asked::Number(quantity), joined(under, on_top)),
            Self::Chance { event, under } => event.visit(&joined(under, on_top), see),
            Self::Best { quantity, policies } => {
                for policy in policies {
                    quantity.visit(&joined(on_top, std::slice::from_ref(policy)), see);
                }
            }
        }
    }
}

impl Event {
    fn visit<'a>(&'a self, under: &[String], see: &mut impl FnMut(Asked<'a>, Overlays)) {
        match self {
            Self::All(parts) | Self::Any(parts) => {
                for part in parts {
                    part.visit(under, see);
                }
            }
            Self::Not(part) => part.visit(under, see),
            Self::Measured(quantity) => see(Asked::Flag(quantity), under.to_vec()),
            Self::Compare { first, rest } => {
                first.visit(under, see);
                for (_, number) in rest {
                    number.visit(under, see);
                }
            }
            _ => see(Asked::Event(self), under.to_vec()),
        }
    }
}

fn any_draw(levels: impl IntoIterator<Item = Level>) -> Level {
    if levels.into_iter().any(|level| level == Level::EachDraw) { Level::EachDraw } else { Level::OverDraws }
}

/// Overlays put on together, each once.
pub(crate) fn joined(first: &[String], then: &[String]) -> Overlays {
    let mut all = first.to_vec();
    all.extend(then.iter().filter(|overlay| !first.contains(overlay)).cloned());
    all
}

#[cfg(test)]
mod tests;
