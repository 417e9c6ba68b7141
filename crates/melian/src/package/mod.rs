//! What a package of terms means to the actors: stakes, room, fit, blockers, the frontier.
//!
//! A *package* is a point of `[0, 100]` on every issue. All answers are exact for the numbers of one draw.

mod consent;
pub mod frontier;
mod room;
mod stake;

#[cfg(test)]
pub(crate) mod fixture;

pub use room::{Closed, FitBlock, Room, RoomBlock};
pub use stake::{Additive, Stakes};
