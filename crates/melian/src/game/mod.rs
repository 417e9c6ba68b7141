//! Finite games: build, read, solve, certify. Knows nothing of scenarios.
//!
//! A threat that is carried out with error: the challenger moves first, the defender knows its own resolve.
//!
//! ```
//! use melian::game::{Builder, Concept, Outcome, Rational, SolveOptions, Unlimited, render, solve};
//!
//! let mut b = Builder::new("deterrence", &["challenger", "defender"]);
//! let resolve = b.chance_set("resolve", &[("high", Rational::new(1, 4)), ("low", Rational::new(3, 4))])?;
//! let challenge = b.infoset(0, "challenge?", &["challenge", "refrain"])?;
//! let peace = b.outcome("peace", &[Rational::zero(), Rational::one()])?;
//! let backs_down = b.outcome("backs down", &[Rational::one(), Rational::zero()])?;
//! let mut starts = Vec::new();
//! for (kind, worth) in [("high", Rational::new(1, 2)), ("low", Rational::new(-1, 2))] {
//!     let stand = b.infoset(1, kind, &["fight", "back down"])?;
//!     let war = b.outcome("war", &[Rational::new(-1, 2), worth])?;
//!     let (war, yielded) = (b.terminal(war)?, b.terminal(backs_down)?);
//!     let reply = b.decision(stand, &[war, yielded])?;
//!     let quiet = b.terminal(peace)?;
//!     starts.push(b.decision(challenge, &[reply, quiet])?);
//! }
//! let root = b.chance(resolve, &starts)?;
//! let game = b.build(root)?;
//!
//! let report = solve(&game, &SolveOptions::default(), &mut Unlimited);
//! assert_eq!(report.outcome, Outcome::Solved);
//! assert!((report.solutions[0].payoffs[0].payoff - (0.75 - 0.125)).abs() < 1e-9);
//! assert!(render::text(&report).contains("exact best response"));
//!
//! let noisy = SolveOptions { concept: Concept::Qre { lambda: 2.0 }, ..SolveOptions::default() };
//! let report = solve(&game, &noisy, &mut Unlimited);
//! assert!(report.solutions[0].certificate.residual.unwrap() < 1e-12);
//! # Ok::<(), melian::game::BuildError>(())
//! ```

mod arena;
mod budget;
mod builder;
pub mod certify;
mod efg;
mod labels;
mod linear;
mod nfg;
mod payoffs;
pub mod public_state;
mod rational;
mod recall;
pub mod render;
mod report;
pub mod sensitivity;
pub mod sequential;
pub mod solve;
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
