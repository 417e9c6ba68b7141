//! Public-state games against published figures, closed forms, full trees and invariances.

mod branches;
mod building;
mod closed_forms;
mod invariance;
mod lattice;
mod published;
mod sensitivity;
mod tree;

use melian::game::public_state::{Control, PublicStateGame, Solution, SolveOptions, Status, solve};

fn solved(game: &PublicStateGame, lambda: f64) -> Solution {
    let options = SolveOptions { tolerance: 1e-11, ..SolveOptions::default() };
    let solution = solve(game, lambda, &options, &mut |_| Control::Continue);
    assert_eq!(
        solution.status,
        Status::Converged,
        "{} {} {:?} {}",
        solution.lambda,
        solution.residual,
        solution.events,
        solution.work
    );
    solution
}
