//! What the spatial model is given.

use std::fmt;

/// Actors on one or more dimensions, in plain numbers.
///
/// Tables are row-major, a row per actor.
#[derive(Debug, Clone, PartialEq)]
pub struct Talks {
    /// Number of dimensions, at least 1.
    pub dimensions: usize,
    /// Power to press, above 0 (and below 1e100), any ratio scale; one per actor.
    pub capability: Vec<f64>,
    /// 0..100 for each actor and dimension.
    pub position: Vec<f64>,
    /// 0..100 for each actor and dimension; an actor's sum is at most 100 and is the chance,
    /// in per cent, that it resists a challenge.
    pub salience: Vec<f64>,
    /// Share, for each pair of actors, by which the first takes the second's new position
    /// into its ideal each turn; the rest of its row, up to 1, stays with its old ideal.
    /// `None`: every ideal follows the actor's own position.
    pub accommodation: Option<Vec<f64>>,
}

/// Why talks can't be held on these numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum InputError {
    /// There is no actor or no dimension.
    Empty,
    /// A table has the wrong number of entries.
    Shape(&'static str),
    /// This actor's capability is out of range.
    Capability(usize),
    /// One of this actor's positions isn't within 0..100.
    Position(usize),
    /// One of this actor's saliences is below 0, or their sum is above 100.
    Salience(usize),
    /// One of this actor's shares of accommodation is below 0, or their sum is above 1.
    Accommodation(usize),
}

impl fmt::Display for InputError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => write!(f, "there must be an actor and a dimension"),
            Self::Shape(table) => {
                write!(f, "`{table}` must have an entry for every actor and column")
            }
            Self::Capability(a) => write!(f, "the capability of actor {a} must be above 0 (and below 1e100)"),
            Self::Position(a) => write!(f, "the positions of actor {a} must be within 0 and 100"),
            Self::Salience(a) => {
                write!(f, "the saliences of actor {a} must be at least 0 and sum to at most 100")
            }
            Self::Accommodation(a) => {
                write!(f, "the accommodation of actor {a} must be shares that sum to at most 1")
            }
        }
    }
}

impl std::error::Error for InputError {}

/// Room for rounding in sums that have a limit.
const SLACK: f64 = 1e-9;

impl Talks {
    /// Number of actors.
    pub fn actors(&self) -> usize {
        self.capability.len()
    }

    /// # Errors
    /// The first thing wrong with the numbers.
    pub fn check(&self) -> Result<(), InputError> {
        let (n, d) = (self.actors(), self.dimensions);
        if n == 0 || d == 0 {
            return Err(InputError::Empty);
        }
        let shape = |table: &[f64], size, name| {
            if table.len() == size { Ok(()) } else { Err(InputError::Shape(name)) }
        };
        shape(&self.position, n * d, "position")?;
        shape(&self.salience, n * d, "salience")?;
        let shares = |row: &[f64], limit: f64| {
            row.iter().all(|&x| x >= 0.0) && row.iter().sum::<f64>() <= limit * (1.0 + SLACK)
        };
        for a in 0..n {
            if !(self.capability[a] > 0.0 && self.capability[a] < 1e100) {
                return Err(InputError::Capability(a));
            }
            if !self.position[a * d..][..d].iter().all(|x| (0.0..=100.0).contains(x)) {
                return Err(InputError::Position(a));
            }
            if !shares(&self.salience[a * d..][..d], 100.0) {
                return Err(InputError::Salience(a));
            }
        }
        if let Some(table) = &self.accommodation {
            shape(table, n * n, "accommodation")?;
            if let Some(a) = (0..n).find(|a| !shares(&table[a * n..][..n], 1.0)) {
                return Err(InputError::Accommodation(a));
            }
        }
        Ok(())
    }
}
