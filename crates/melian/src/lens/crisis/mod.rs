//! The crisis lens: threats, red lines, spoilers and beliefs on a ladder, played to an equilibrium.
//!
//! A scenario's crisis part is compiled to one public-state game (`plot`), whose structure no draw changes; a draw gives
//! it numbers (`draw`), the engine solves it, and the measures are read off what play passes through (`measure`).

mod draw;
mod frame;
mod measure;
mod model;
mod offers;
mod options;
mod pay;
mod plot;
mod reading;
mod story;

#[cfg(test)]
mod tests;

pub(crate) use model::Solved;
pub use reading::{
    BeliefPath, CertificateReading, Choice, CrisisReading, GainRow, GameSize, Headline, Instead, Outlook,
    OverTime, Round, Shift, StageReading, Step,
};

use super::{Family, Lens, LensCard, Model, Unable};
use crate::scenario::{LensOptions, Scenario};

/// The lens.
#[derive(Debug)]
pub(crate) struct Crisis {
    card: LensCard,
}

/// The lens.
pub(crate) static CRISIS: Crisis = Crisis {
    card: LensCard {
        id: "crisis",
        reading: "",
        family: Family::Crisis,
        name: "Crisis bargaining",
        idea: "Threats, offers and steps on a ladder under private information, played to a quantal-response equilibrium.",
        citation: "McKelvey and Palfrey (1998), Quantal response equilibria for extensive form games; Fearon (1995), \
                   Rationalist explanations for war; mechanisms one by one in the book",
        assumptions: &[
            "Each player knows its own type and sees every act; nobody acts in secret.",
            "Play depends on the public situation and the own type, not on all that happened before (`memory`).",
            "Better acts are chosen more often, not always: how much more often is the precision, a prior.",
            "Payoffs are linear in the distance of terms from what an actor wants.",
        ],
        when_not: &[
            "When nobody could say roughly what war, backing down or no deal would cost.",
            "When what matters is secret action, or more than four actors decide.",
        ],
        speaks_of_endings: true,
    },
};

impl Lens for Crisis {
    fn card(&self) -> &LensCard {
        &self.card
    }

    fn prepare(&self, scenario: &Scenario, options: &LensOptions) -> Result<Box<dyn Model>, Unable> {
        Ok(Box::new(model::Played::new(scenario, options)?))
    }
}

/// How large the game of a scenario would be, before anything is solved.
///
/// # Errors
/// As preparing the lens does: what the scenario lacks, or that the game is too large.
pub fn size(scenario: &Scenario, options: &LensOptions) -> Result<GameSize, Unable> {
    model::Played::new(scenario, options).map(|played| GameSize::of(&played))
}

/// What a scenario says and its game leaves out, a sentence each.
///
/// # Errors
/// As preparing the lens does.
pub fn left_out(scenario: &Scenario, options: &LensOptions) -> Result<Vec<String>, Unable> {
    model::Played::new(scenario, options).map(|played| played.frame.left_out())
}
