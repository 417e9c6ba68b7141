//! Finite games: build, read, solve, certify. Knows nothing of scenarios.

mod arena;
mod budget;
mod builder;
pub mod certify;
mod efg;
mod labels;
mod linear;
mod nfg;
mod payoffs;
mod rational;
mod recall;
pub mod render;
mod report;
pub mod solve;
pub mod sensitivity;
pub mod sequential;
mod sweep;
mod tangent;
mod text;

pub use arena::{Arena, ChanceId, InfosetId, NodeId, NodeKind, OutcomeId, PlayerId, Recall};
pub use budget::{Control, Limits, Progress, Status, Unlimited};
pub use builder::{BuildError, Builder};
pub use efg::{read_efg, write_efg};
pub use labels::Labels;
pub use nfg::{read_nfg, write_nfg};
pub use payoffs::Numbers;
pub use rational::Rational;
pub use report::{
    Concept, Method, Outcome, Payoff, Play, Solution, SolveOptions, SolveReport, Weight, solve,
};
pub use text::Problem;

/// A finite game with the words that name its parts.
#[derive(Clone, Debug)]
pub struct Game {
    /// The title.
    pub title: String,
    /// The description; may be empty.
    pub description: String,
    /// Structure, chance and payoffs.
    pub arena: Arena,
    /// Labels in the same places.
    pub labels: Labels,
    /// What the reader passed over or changed.
    pub warnings: Vec<Problem>,
    pub(crate) strategic: bool,
}

impl Game {
    pub(crate) fn new(title: String, description: String, arena: Arena, labels: Labels) -> Self {
        Self { title, description, arena, labels, warnings: Vec::new(), strategic: false }
    }

    /// Whether the game was given in strategic form.
    #[must_use]
    pub fn is_strategic_form(&self) -> bool {
        self.strategic
    }
}

/// Reads an .efg or .nfg file, told apart by its first word.
///
/// # Errors
/// What is wrong, with line and column.
pub fn read(text: &[u8]) -> Result<Game, Vec<Problem>> {
    let start = text.strip_prefix(&[0xef, 0xbb, 0xbf]).unwrap_or(text);
    if start.trim_ascii_start().starts_with(b"NFG") { read_nfg(text) } else { read_efg(text) }
}
