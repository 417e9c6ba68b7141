//! Every draw through every lens: plans, chunks of rows, single evaluations.
//!
//! A [`Plan`] is a scenario under all its overlays, with every lens that can run made ready. It is pure:
//! [`Plan::chunk`] gives the rows of a range of draws, the same on any number of threads, and
//! [`Plan::evaluate`] and [`Plan::explain`] look at single points. Files, progress and cancelling belong
//! to the caller.

mod chunk;
mod plan;

use serde::{Deserialize, Serialize};

pub use chunk::{ArmRows, Chunk};
pub use plan::{InputColumn, Plan, Settings, Speakers, Variant, hex, speakers};

use crate::lens::Family;
use crate::scenario::{Overlay, OverlayKind};

/// Draws per [`Chunk`]: what is computed, written and summarised at a time. Two chunks are held at once, so that
/// this bounds the memory of a run.
pub const CHUNK_DRAWS: u64 = 2048;

/// One combination that every draw is run through.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Arm {
    /// The policy's id; `None` for the scenario as written.
    pub policy: Option<String>,
    /// The perspective's id; `None` for the scenario as written.
    pub perspective: Option<String>,
    /// The lens's id.
    pub lens: String,
    /// Its reading; empty where it has only one.
    pub reading: String,
    /// Its family.
    pub family: Family,
}

/// Stands between the ids of overlays of one kind that claims put on together.
pub const TOGETHER: char = '+';

impl Arm {
    /// Whether it is only there because a claim puts several policies, or several perspectives, on together.
    #[must_use]
    pub fn is_combined(&self) -> bool {
        [&self.policy, &self.perspective].into_iter().flatten().any(|ids| ids.contains(TOGETHER))
    }

    /// The overlays it is run under.
    #[must_use]
    pub fn world(&self) -> World {
        let ids = |ids: &Option<String>| {
            ids.iter().flat_map(|ids| ids.split(TOGETHER)).map(str::to_owned).collect()
        };
        World { policies: ids(&self.policy), perspectives: ids(&self.perspective) }
    }
}

/// The overlays that are on: policies and perspectives, in the order of the scenario.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Default, Serialize)]
pub struct World {
    /// Ids of policies.
    pub policies: Vec<String>,
    /// Ids of perspectives.
    pub perspectives: Vec<String>,
}

impl World {
    /// The world in which these are on.
    #[must_use]
    pub fn of(overlays: &[&Overlay]) -> Self {
        let ids = |kind| {
            let own = overlays.iter().filter(|overlay| overlay.kind == kind);
            own.map(|overlay| overlay.id.clone()).collect()
        };
        Self { policies: ids(OverlayKind::Policy), perspectives: ids(OverlayKind::Perspective) }
    }

    /// As an arm names it: the policy and the perspective.
    #[must_use]
    pub fn split(&self) -> (Option<String>, Option<String>) {
        let name = |ids: &[String]| (!ids.is_empty()).then(|| ids.join(&TOGETHER.to_string()));
        (name(&self.policies), name(&self.perspectives))
    }
}

/// What makes a run what it is: the content of `run.json`. No times, threads or host names.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    /// The version of this layout.
    pub schema_version: u32,
    /// Melian's version.
    pub version: String,
    /// SHA-256, in hex, of everything below: the campaign.
    pub campaign: String,
    /// SHA-256, in hex, of the scenario's text and its tables.
    pub scenario: String,
    /// The seed.
    pub seed: u64,
    /// `monte_carlo`, `latin_hypercube` or `sobol`.
    pub design: String,
    /// The lenses asked for; empty for every lens that can run.
    pub lenses: Vec<String>,
    /// Draws asked for.
    pub draws: u64,
    /// The dimensions of the design: paths of the uncertain fields, in order.
    pub dimensions: Vec<String>,
    /// Every combination each draw is run through.
    pub arms: Vec<Arm>,
    /// Lenses that can't run on this scenario, with the reason.
    pub silent: Vec<(String, String)>,
    /// The scenario's file name.
    pub file: String,
    /// The command that remakes the run.
    pub command: String,
}
