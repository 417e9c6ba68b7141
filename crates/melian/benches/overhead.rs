//! What the engine costs beside the models: a model that does nothing, 15 uniform inputs, one thread, no
//! files. Run with `cargo bench -p melian --bench overhead`.

use std::hint::black_box;
use std::time::Instant;

use melian::case::{Case, CaseBlock};
use melian::ensemble::{CHUNK_DRAWS, Plan, Settings};
use melian::lens::Measure;
use melian::lens::{Family, Lens, LensCard, Model, RowBlock, Scratch, Streams, Trace, Unable};
use melian::scenario::{FileProblem, Files, LensOptions, Scenario};
use melian::uncertainty::Design;

struct Nothing;

static CARD: LensCard = LensCard {
    id: "nothing",
    reading: "",
    family: Family::Baseline,
    name: "nothing",
    idea: "nothing",
    citation: "",
    assumptions: &[],
    when_not: &[],
    speaks_of_endings: false,
};

impl Lens for Nothing {
    fn card(&self) -> &LensCard {
        &CARD
    }

    fn prepare(&self, _: &Scenario, _: &LensOptions) -> Result<Box<dyn Model>, Unable> {
        Ok(Box::new(Self))
    }
}

impl Model for Nothing {
    fn measures(&self) -> &[Measure] {
        &[]
    }

    fn solve(&self, cases: &CaseBlock, _: &Streams, out: &mut RowBlock, _: &mut Scratch) {
        black_box(cases);
        out.one_row_per_lane(0, cases.len());
    }

    fn explain(&self, _: &Case<'_>) -> Trace {
        Trace::default()
    }
}

struct NoFiles;

impl Files for NoFiles {
    fn read(&self, _: &str) -> Result<Vec<u8>, FileProblem> {
        Err(FileProblem::NotFound)
    }
}

/// Five actors on one issue: capability, position and salience are 15 uniform inputs.
fn scenario() -> Scenario {
    use std::fmt::Write;
    let mut text = String::from("[scenario]\ntitle = \"overhead\"\nstatus = \"hypothetical\"\n[issue.x]\n");
    for actor in ["a", "b", "c", "d", "e"] {
        let _ = write!(text, "[actor.{actor}]\ncapability = \"1..2\"\n");
        let _ = write!(text, "[stance.{actor}.x]\nposition = \"10..90\"\nsalience = \"20..80\"\n");
    }
    Scenario::read("overhead.toml", text.as_bytes(), &NoFiles).scenario.expect("a valid scenario")
}

fn main() {
    let draws = 250 * CHUNK_DRAWS;
    let settings = Settings { seed: 1, draws, design: Design::MonteCarlo, lenses: Vec::new() };
    let plan = Plan::with_lenses(&scenario(), settings, &[&Nothing]).expect("a plan");
    assert_eq!(plan.dimensions().len(), 15);
    let pool = rayon::ThreadPoolBuilder::new().num_threads(1).build().expect("a thread");
    let mut times: Vec<f64> = (0..7)
        .map(|_| {
            let started = Instant::now();
            pool.install(|| {
                for chunk in 0..plan.chunks() {
                    black_box(plan.chunk(chunk));
                }
            });
            started.elapsed().as_secs_f64() / draws as f64 * 1e6
        })
        .collect();
    times.sort_by(f64::total_cmp);
    println!("no-op model, 15 uniform inputs, one thread: {:.3} microseconds a draw (median of 7)", times[3]);
}
