//! The list of all lenses.

use super::{Lens, base_rate::BaseRate, baseline, challenge, crisis, exchange, room::RoomLens, spatial};

/// Every lens in every reading, by family, first to last.
#[must_use]
pub fn all() -> Vec<&'static dyn Lens> {
    let baselines = baseline::BASELINES.iter().map(|lens| lens as &dyn Lens);
    let challenges = challenge::CHALLENGES.iter().map(|lens| lens as &dyn Lens);
    let spatials = spatial::SPATIALS.iter().map(|lens| lens as &dyn Lens);
    [&BaseRate as &dyn Lens, &RoomLens]
        .into_iter()
        .chain(baselines)
        .chain(challenges)
        .chain(spatials)
        .chain([&exchange::TRADE as &dyn Lens, &crisis::CRISIS])
        .collect()
}

/// The lens and reading that `name` means (`nash/quadratic_zero`), or all readings of a lens (`nash`); none if there
/// is no such lens.
#[must_use]
pub fn find(name: &str) -> Vec<&'static dyn Lens> {
    all().into_iter().filter(|lens| lens.card().id == name || lens.card().full_id() == name).collect()
}

/// The name of a lens in one reading: `nash/quadratic_zero`, or `mean` where it has only one.
#[must_use]
pub fn full_id(id: &str, reading: &str) -> String {
    if reading.is_empty() { id.to_owned() } else { format!("{id}/{reading}") }
}
