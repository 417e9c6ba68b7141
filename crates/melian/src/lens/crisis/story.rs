//! One draw in words and numbers.

use super::frame::{Frame, Turn};
use super::model::Played;
use crate::case::Case;
use crate::lens::{Trace, TraceStep};

/// Tells one draw.
pub(super) fn tell(played: &Played, _case: &Case<'_>) -> Trace {
    Trace { steps: vec![the_game(played)] }
}

fn the_game(played: &Played) -> TraceStep {
    let frame = &played.frame;
    let game = &played.plot.game;
    let names: Vec<&str> = frame.players.iter().map(|&player| frame.name(player)).collect();
    let text = format!(
        "{} play for {} periods, {}. The ladder: {}. {} offers can be made. {} public states, {} probabilities.",
        names.join(" and "),
        frame.periods,
        order(frame),
        (0..frame.rungs.len()).map(|rung| frame.rung_name(rung)).collect::<Vec<_>>().join(", "),
        frame.offers.len(),
        game.states(),
        game.strategy_len(),
    );
    TraceStep { title: "The game".to_owned(), text, tables: Vec::new() }
}

fn order(frame: &Frame) -> String {
    if frame.turns.contains(&Turn::Everyone) {
        return "all at once in each".to_owned();
    }
    let who = frame.turns.iter().filter_map(|turn| match turn {
        Turn::Player(player) => Some(frame.name(frame.players[*player])),
        Turn::Mediator(at) => Some(frame.name(frame.scenario.crisis.mediators[*at].actor)),
        Turn::Everyone => None,
    });
    format!("in turn: {}", who.collect::<Vec<_>>().join(", "))
}
