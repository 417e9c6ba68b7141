//! Choice probabilities at every (state, player, type).

use super::error::PublicStateError;
use super::structure::{PublicStateGame, StateId};
use crate::math::{exp, ln};

/// Choice probabilities, kept as logarithms so that the smallest survive.
#[derive(Clone, Debug, PartialEq)]
pub struct Strategy {
    logs: Vec<f64>,
}

impl Strategy {
    /// From natural logarithms, in the order of [`PublicStateGame::strategy_range`]; normalised at every seat.
    ///
    /// # Errors
    /// If the length is wrong, or some (state, player, type) has no action with a finite logarithm.
    pub fn from_logs(game: &PublicStateGame, logs: &[f64]) -> Result<Self, PublicStateError> {
        if logs.len() != game.structure.unknowns {
            let why = format!("{} entries given, {} expected", logs.len(), game.structure.unknowns);
            return Err(PublicStateError::BadStrategy { why });
        }
        let strategy = Self::of_scores(game, logs);
        if strategy.logs.iter().any(|log| log.is_nan() || *log > 1e-9) {
            return Err(PublicStateError::BadStrategy { why: "not a distribution at every seat".into() });
        }
        Ok(strategy)
    }

    /// From probabilities, in the order of [`PublicStateGame::strategy_range`]; normalised at every seat.
    ///
    /// # Errors
    /// As [`Strategy::from_logs`].
    pub fn from_probabilities(
        game: &PublicStateGame,
        probabilities: &[f64],
    ) -> Result<Self, PublicStateError> {
        let logs: Vec<f64> = probabilities.iter().map(|&p| ln(p)).collect();
        Self::from_logs(game, &logs)
    }

    pub(super) fn of_scores(game: &PublicStateGame, score: &[f64]) -> Self {
        let mut logs = score.to_vec();
        let structure = &*game.structure;
        for seat in &structure.seats {
            for own in 0..structure.types[seat.player].len() {
                let first = seat.first + own * seat.actions;
                let seat = &mut logs[first..first + seat.actions];
                let top = seat.iter().fold(f64::NEG_INFINITY, |top, &value| top.max(value));
                let total: f64 = seat.iter().map(|&value| exp(value - top)).sum();
                let log_total = top + ln(total);
                for value in seat.iter_mut() {
                    *value -= log_total;
                }
            }
        }
        Self { logs }
    }

    /// Natural logarithms of all probabilities, in the order of [`PublicStateGame::strategy_range`].
    #[must_use]
    pub fn logs(&self) -> &[f64] {
        &self.logs
    }

    /// All probabilities, in the order of [`PublicStateGame::strategy_range`].
    #[must_use]
    pub fn probabilities(&self) -> Vec<f64> {
        self.logs.iter().map(|&log| exp(log)).collect()
    }

    /// Largest difference of a probability.
    #[must_use]
    pub fn distance(&self, other: &Self) -> f64 {
        self.logs.iter().zip(&other.logs).map(|(&a, &b)| (exp(a) - exp(b)).abs()).fold(0.0, f64::max)
    }

    /// Probabilities of a type's actions at a state where the player moves.
    #[must_use]
    pub fn at(
        &self,
        game: &PublicStateGame,
        state: StateId,
        player: usize,
        own_type: usize,
    ) -> Option<Vec<f64>> {
        let range = game.strategy_range(state, player, own_type)?;
        Some(self.logs.get(range)?.iter().map(|&log| exp(log)).collect())
    }
}
