//! A claim printed back: what is printed parses to the same claim.

use std::fmt::{self, Display, Formatter};

use super::{Claim, Direction, Event, Flag, FlagQuantity, Number, NumberQuantity, Operator};
use crate::scenario::Relation;
use crate::scenario::token::relation_sign;

impl Display for Claim {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        self.test.fmt(f)
    }
}

impl Display for Flag {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::All(parts) => list(f, parts, " and ", Self::is_open),
            Self::Any(parts) => list(f, parts, " or ", |part| matches!(part, Self::Any(_))),
            Self::Not(part) => negation(f, part.as_ref(), part.is_open()),
            Self::Compare { first, rest } => comparison(f, first, rest),
            Self::Measured { quantity, under } => {
                quantity.fmt(f)?;
                overlays(f, under)
            }
            Self::Moves { direction, quantity, input } => {
                let name = match direction {
                    Direction::Increases => "increases",
                    Direction::Decreases => "decreases",
                };
                write!(f, "{name}({quantity}, {input})")
            }
        }
    }
}

impl Flag {
    fn is_open(&self) -> bool {
        matches!(self, Self::All(_) | Self::Any(_))
    }
}

impl Display for Event {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::All(parts) => list(f, parts, " and ", Self::is_open),
            Self::Any(parts) => list(f, parts, " or ", |part| matches!(part, Self::Any(_))),
            Self::Not(part) => negation(f, part.as_ref(), part.is_open()),
            Self::Deal => f.write_str("deal"),
            Self::Imposed => f.write_str("imposed"),
            Self::Broken => f.write_str("broken"),
            Self::NoDeal => f.write_str("none"),
            Self::War => f.write_str("war"),
            Self::Rung { relation, rung } => write!(f, "rung {} {rung}", relation_sign(*relation)),
            Self::Joins { actor } => write!(f, "joins({actor})"),
            Self::Measured(quantity) => quantity.fmt(f),
            Self::Compare { first, rest } => comparison(f, first, rest),
        }
    }
}

impl Event {
    fn is_open(&self) -> bool {
        matches!(self, Self::All(_) | Self::Any(_))
    }
}

impl Display for FlagQuantity {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Room => f.write_str("room"),
            Self::Fit => f.write_str("fit"),
            Self::Acceptable { package, parties } => {
                f.write_str("acceptable({ ")?;
                for (at, (issue, terms)) in package.iter().enumerate() {
                    let comma = if at == 0 { "" } else { ", " };
                    write!(f, "{comma}{issue} = {terms}")?;
                }
                write!(f, " }}, {})", parties.join(", "))
            }
        }
    }
}

impl Display for NumberQuantity {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Terms { issue } => write!(f, "terms({issue})"),
            Self::Gain { actor } => write!(f, "gain({actor})"),
            Self::Belief { holder, about, of_type, round } => {
                write!(f, "belief({holder}, {about}, {of_type}, {round})")
            }
        }
    }
}

impl Display for Number {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Constant(value) => write!(f, "{value}"),
            Self::Negative(number) => {
                f.write_str("-")?;
                bracketed(f, number, matches!(**number, Self::Arithmetic { .. }))
            }
            Self::Arithmetic { operator, left, right } => {
                bracketed(f, left, left.strength() < operator.strength())?;
                write!(f, " {} ", operator.sign())?;
                bracketed(f, right, right.strength() <= operator.strength())
            }
            Self::Measured { quantity, under } => {
                quantity.fmt(f)?;
                overlays(f, under)
            }
            Self::Chance { event, under } => {
                write!(f, "P({event})")?;
                overlays(f, under)
            }
            Self::Best { quantity, policies } => write!(f, "best({quantity}, {})", policies.join(", ")),
        }
    }
}

impl Number {
    /// How closely its parts hold together.
    fn strength(&self) -> u8 {
        match self {
            Self::Arithmetic { operator, .. } => operator.strength(),
            _ => 3,
        }
    }
}

impl Operator {
    /// `+`, `-`, `*` or `/`.
    #[must_use]
    pub fn sign(self) -> char {
        match self {
            Self::Add => '+',
            Self::Subtract => '-',
            Self::Multiply => '*',
            Self::Divide => '/',
        }
    }

    fn strength(self) -> u8 {
        match self {
            Self::Add | Self::Subtract => 1,
            Self::Multiply | Self::Divide => 2,
        }
    }
}

fn bracketed(f: &mut Formatter<'_>, item: &dyn Display, brackets: bool) -> fmt::Result {
    if brackets { write!(f, "({item})") } else { write!(f, "{item}") }
}

fn list<T: Display>(
    f: &mut Formatter<'_>,
    parts: &[T],
    between: &str,
    brackets: fn(&T) -> bool,
) -> fmt::Result {
    for (at, part) in parts.iter().enumerate() {
        if at > 0 {
            f.write_str(between)?;
        }
        bracketed(f, part, brackets(part))?;
    }
    Ok(())
}

fn negation(f: &mut Formatter<'_>, part: &dyn Display, brackets: bool) -> fmt::Result {
    f.write_str("not ")?;
    bracketed(f, part, brackets)
}

fn comparison(f: &mut Formatter<'_>, first: &Number, rest: &[(Relation, Number)]) -> fmt::Result {
    first.fmt(f)?;
    for (relation, number) in rest {
        write!(f, " {} {number}", relation_sign(*relation))?;
    }
    Ok(())
}

fn overlays(f: &mut Formatter<'_>, under: &[String]) -> fmt::Result {
    match under {
        [] => Ok(()),
        [only] => write!(f, " under {only}"),
        several => write!(f, " under ({})", several.join(", ")),
    }
}
