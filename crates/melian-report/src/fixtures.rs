//! Scenarios and summaries made by hand, for tests of what is written about them.

use melian::analysis::{
    ArmSummary, Driver, Drivers, Estimated, Group, MeasureDrivers, MeasureSummary, Quantiles, Silent, Summary,
};
use melian::ensemble::{Arm, Manifest};
use melian::lens::{
    Ending, Family, LensCard, Measure, Quantity, ReferenceClass, ReferenceShare, TrackRecord, Unit,
};
use melian::scenario::{IssueId, NoFiles, Scenario};

use crate::{LensNote, ReportInput};

/// Everything a report borrows.
pub(crate) struct Fixture {
    pub(crate) scenario: Scenario,
    pub(crate) summary: Summary,
    pub(crate) manifest: Manifest,
    pub(crate) lenses: Vec<LensNote<'static>>,
    pub(crate) drivers: Vec<MeasureDrivers>,
}

impl Fixture {
    /// The same with drivers of its headlines.
    pub(crate) fn with_drivers(self) -> Self {
        Self { drivers: drivers(&self.scenario, &self.summary.arms), ..self }
    }

    pub(crate) fn input(&self) -> ReportInput<'_> {
        ReportInput {
            claims: &[],
            scenario: &self.scenario,
            summary: &self.summary,
            manifest: &self.manifest,
            digest: "5f0c8e4f9f3b7f6f0b5f3d1a",
            lenses: &self.lenses,
            stories: &[],
            crises: &[],
            drivers: &self.drivers,
            packages: None,
            hinges: None,
            policies: None,
        }
    }
}

/// A scenario from its text, which must have no error.
fn read(text: &str) -> Scenario {
    let read = Scenario::read("scenario.toml", text.as_bytes(), &NoFiles);
    read.scenario.unwrap_or_else(|| panic!("{:#?}", read.diagnostics))
}

const DRAWS: u64 = 10_000;

/// A bell between `low` and `high` around `middle`, as a summary of rows.
fn bell(
    quantity: Quantity,
    unit: Unit,
    (low, middle, high): (f64, f64, f64),
    range: (f64, f64),
) -> MeasureSummary {
    let side = |share: f64| {
        if share < 0.0 { middle + (middle - low) * share } else { middle + (high - middle) * share }
    };
    let bins: Vec<u64> = (0..50)
        .map(|i| {
            let at = range.0 + (range.1 - range.0) * (f64::from(i) + 0.5) / 50.0;
            let reach = if at < middle { middle - low } else { high - middle };
            let z = (at - middle) / reach.max(0.5);
            (600.0 / (1.0 + 9.0 * z * z * z * z)) as u64
        })
        .collect();
    MeasureSummary {
        measure: Measure { quantity, unit },
        count: DRAWS,
        mean: middle,
        quantiles: Quantiles { p05: low, p25: side(-0.4), p50: middle, p75: side(0.4), p95: high },
        bins,
        bins_from: range.0,
        bins_to: range.1,
    }
}

fn flag(quantity: Quantity, share: f64) -> MeasureSummary {
    let nothing = Quantiles { p05: 0.0, p25: 0.0, p50: 0.0, p75: 1.0, p95: 1.0 };
    MeasureSummary {
        measure: Measure { quantity, unit: Unit::Flag },
        count: DRAWS,
        mean: share,
        quantiles: nothing,
        bins: Vec::new(),
        bins_from: 0.0,
        bins_to: 1.0,
    }
}

fn group(measures: Vec<MeasureSummary>) -> Group {
    Group { rows: DRAWS, not_converged: 0, no_solution: 0, measures }
}

static MEAN: LensCard = LensCard {
    id: "mean",
    reading: "",
    family: Family::Baseline,
    name: "unweighted mean",
    idea: "A deal settles at the mean of what the actors want.",
    citation: "The plain mean, the yardstick of Achen (2006), Evaluating political decision-making models",
    assumptions: &["Every actor counts alike."],
    when_not: &["Where power is very unequal."],
    speaks_of_endings: false,
};
static COMPROMISE: LensCard = LensCard {
    id: "compromise",
    reading: "",
    family: Family::Baseline,
    name: "compromise",
    idea: "A deal settles at the mean of what the actors want, weighted by capability times salience.",
    citation: "Van den Bos (1991), Dutch EC policy making",
    assumptions: &["Power and interest multiply.", "Everyone moves at the same time."],
    when_not: &["Where one actor can impose its terms."],
    speaks_of_endings: false,
};
static NASH_ZERO: LensCard = LensCard {
    id: "nash",
    reading: "quadratic_zero",
    family: Family::Baseline,
    name: "Nash bargaining",
    idea: "A deal maximises the weighted product of gains over no deal.",
    citation: "Nash (1950), The bargaining problem, Econometrica 18",
    assumptions: &["Red lines are known to all."],
    when_not: &["Where no package gains for everyone."],
    speaks_of_endings: false,
};
static NASH_LINEAR: LensCard = LensCard { reading: "linear_no_deal", ..NASH_ZERO };
static CHALLENGE: LensCard = LensCard {
    id: "challenge",
    reading: "",
    family: Family::Challenge,
    name: "challenge",
    idea: "Actors press one another where they expect to gain by it, and yield where they expect to lose.",
    citation: "Scholz, Calbert and Smith (2011), Unravelling Bueno de Mesquita’s group decision model",
    assumptions: &["Every actor knows every position."],
    when_not: &["With two actors only."],
    speaks_of_endings: false,
};
static BASE_RATE: LensCard = LensCard {
    id: "base_rate",
    reading: "",
    family: Family::BaseRate,
    name: "base rate",
    idea: "Past crises of the same class, counted.",
    citation: "Brecher and others, International Crisis Behavior data, version 14",
    assumptions: &["The next case is like the class."],
    when_not: &["Where no past crisis is like this one."],
    speaks_of_endings: true,
};

fn note(card: &'static LensCard, mae: Option<f64>) -> LensNote<'static> {
    let record =
        mae.map(|mae| TrackRecord { data: "EU legislation, DEU III", issues: 242, mae, mae_of_mean: 23.9 });
    LensNote { card, reference: None, record, problem: None }
}

fn reference() -> ReferenceClass {
    let share = |quantity, label: &str, count, of, interval| ReferenceShare {
        quantity,
        label: label.into(),
        count,
        of,
        interval,
    };
    ReferenceClass {
        name: "weak state, ultimatum".into(),
        filter: "power discrepancy against the target; trigger: a verbal act".into(),
        cases: 46,
        period: (1918, 2017),
        shares: vec![
            share(Quantity::Ending(Ending::Deal), "agreement", 19, 46, (0.301, 0.533)),
            share(Quantity::Ending(Ending::Imposed), "imposed terms", 8, 46, (0.098, 0.282)),
            share(Quantity::Ending(Ending::None), "no agreement", 19, 46, (0.301, 0.533)),
            share(Quantity::Violence(3), "serious clashes or worse", 17, 46, (0.263, 0.491)),
            share(Quantity::War, "full-scale war", 11, 46, (0.151, 0.354)),
        ],
        examples: vec!["Crimea–Donbas (2014)".into(), "Kuwait (1990)".into(), "Baltic states (1939)".into()],
        citation: "International Crisis Behavior project, version 14",
        caveats: vec![
            "Coded by historians after the event.".into(),
            "Ultimatums that were met in silence never became crises and are missing.".into(),
        ],
    }
}

fn base_rate_note() -> LensNote<'static> {
    LensNote { reference: Some(reference()), ..note(&BASE_RATE, None) }
}

fn arm(
    card: &LensCard,
    policy: Option<&str>,
    perspective: Option<&str>,
    measures: Vec<MeasureSummary>,
) -> ArmSummary {
    ArmSummary {
        arm: Arm {
            policy: policy.map(str::to_owned),
            perspective: perspective.map(str::to_owned),
            lens: card.id.into(),
            reading: card.reading.into(),
            family: card.family,
        },
        pooled: group(measures),
        by_expert: Vec::new(),
    }
}

fn base_rate_arm() -> ArmSummary {
    let chance = |quantity, at: f64| bell(quantity, Unit::Chance, (at, at, at), (0.0, 1.0));
    arm(
        &BASE_RATE,
        None,
        None,
        vec![chance(Quantity::Ending(Ending::Deal), 0.41), chance(Quantity::War, 0.24)],
    )
}

/// A point lens's measures: terms at `at` on every issue, shifted by `shift`.
fn point(scenario: &Scenario, at: &[f64], spread: f64, room: f64) -> Vec<MeasureSummary> {
    let mut measures = Vec::new();
    for (i, &middle) in at.iter().enumerate() {
        let issue = IssueId::new(i);
        let clamp = |value: f64| value.clamp(0.0, 100.0);
        let inputs = (clamp(middle - spread), middle, clamp(middle + 0.8 * spread));
        let error = (clamp(middle - spread - 34.0), middle, clamp(middle + spread + 30.0));
        measures.push(bell(Quantity::Terms(issue), Unit::Points, inputs, (0.0, 100.0)));
        measures.push(bell(Quantity::TermsWithError(issue), Unit::Points, error, (0.0, 100.0)));
        measures.push(bell(Quantity::RoomLow(issue), Unit::Points, (50.0, 60.0, 64.0), (0.0, 100.0)));
        measures.push(bell(Quantity::RoomHigh(issue), Unit::Points, (60.0, 67.0, 75.0), (0.0, 100.0)));
    }
    measures.push(flag(Quantity::Room, room));
    measures.push(flag(Quantity::Fit, 0.5 * room));
    for (i, actor) in scenario.actor_ids().enumerate() {
        let closes = if i < 3 { (1.0 - room) / (1.0 + i as f64) } else { 0.0 };
        measures.push(flag(Quantity::ClosesRoom(actor), closes));
        measures.push(flag(Quantity::ClosesFit(actor), 0.9 * closes));
        let gain = 60.0 - 37.0 * i as f64 / scenario.actors.len() as f64 * 2.2;
        let quantity = Quantity::Gain(actor);
        measures.push(bell(quantity, Unit::Stake, (gain - 14.0, gain, gain + 9.0), (-300.0, 100.0)));
    }
    measures
}

fn manifest(scenario: &Scenario, arms: &[ArmSummary]) -> Manifest {
    Manifest {
        schema_version: 1,
        version: "0.1.0".into(),
        campaign: "c0ffee00c0ffee00c0ffee00c0ffee00".into(),
        scenario: "5ce9a710".into(),
        seed: 1,
        design: "latin_hypercube".into(),
        lenses: Vec::new(),
        draws: DRAWS,
        dimensions: scenario.fields.iter().filter(|f| !f.is_certain()).map(|f| f.path.clone()).collect(),
        arms: arms.iter().map(|arm| arm.arm.clone()).collect(),
        silent: Vec::new(),
        file: "scenario.toml".into(),
        command: "melian run scenario.toml --draws 10000 --seed 1".into(),
    }
}

fn fixture(scenario: Scenario, arms: Vec<ArmSummary>, lenses: Vec<LensNote<'static>>) -> Fixture {
    let manifest = manifest(&scenario, &arms);
    let drivers = Vec::new();
    Fixture { summary: Summary { draws: DRAWS, planned: DRAWS, arms }, scenario, manifest, lenses, drivers }
}

/// Half of the spread by the first uncertain number, half of the rest by the next, and so on; another lens sees it the
/// other way round.
fn drivers(scenario: &Scenario, arms: &[ArmSummary]) -> Vec<MeasureDrivers> {
    let uncertain = scenario.fields.iter().filter(|field| !field.is_certain());
    let inputs: Vec<String> = uncertain.map(|field| field.path.clone()).collect();
    let known = |value: f64| Estimated { value, low: value - 0.02, high: value + 0.02 };
    let driver = |input: usize, first: f64| Driver {
        input,
        first: known(first),
        total: None,
        pawn: known(first),
        pawn_by_chance: 0.05,
        rank_correlation: known(-first),
    };
    let base = arms.iter().filter(|one| one.arm.policy.is_none() && one.arm.perspective.is_none());
    let mut told = Vec::new();
    for (place, arm) in base.enumerate() {
        for said in &arm.pooled.measures {
            if !matches!(said.measure.quantity, Quantity::Terms(_) | Quantity::Room) {
                continue;
            }
            let mut share = 1.0;
            let mut order: Vec<usize> = (0..inputs.len()).collect();
            if place % 2 == 1 {
                order.reverse();
            }
            let drivers = order.into_iter().map(|input| {
                share /= 2.0;
                driver(input, share)
            });
            let found = Drivers {
                rows: 2048,
                left_out: 0,
                mean: said.mean,
                deviation: 5.0,
                drivers: drivers.collect(),
                fixed: Vec::new(),
                dependent: Vec::new(),
                pairs: Vec::new(),
                unexplained: None,
            };
            told.push(MeasureDrivers {
                arm: arm.arm.clone(),
                measure: said.measure.clone(),
                inputs: inputs.clone(),
                draws: 2048,
                not_converged: 0,
                found: if inputs.is_empty() { Err(Silent::NoInputs) } else { Ok(found) },
            });
        }
    }
    told
}

/// The quickstart: three actors, one issue, an outcome.
pub(crate) fn melos() -> Fixture {
    let scenario = read(include_str!("fixtures/melos.toml"));
    let arms = vec![
        base_rate_arm(),
        arm(&MEAN, None, None, point(&scenario, &[38.0], 2.0, 0.38)),
        arm(&COMPROMISE, None, None, point(&scenario, &[64.0], 16.0, 0.38)),
        arm(&NASH_ZERO, None, None, point(&scenario, &[66.0], 9.0, 0.38)),
        arm(&NASH_LINEAR, None, None, point(&scenario, &[71.0], 5.0, 0.38)),
    ];
    let silent = LensNote {
        problem: Some("needs at least three actors with capability on an issue; this one has two".into()),
        ..note(&CHALLENGE, None)
    };
    let lenses = vec![
        base_rate_note(),
        note(&MEAN, Some(23.9)),
        note(&COMPROMISE, Some(23.4)),
        note(&NASH_ZERO, Some(24.8)),
        note(&NASH_LINEAR, Some(25.1)),
        silent,
    ];
    fixture(scenario, arms, lenses)
}

const MEMBERS: [&str; 28] = [
    "European Commission",
    "European Parliament",
    "Austria",
    "Belgium",
    "Bulgaria",
    "Cyprus",
    "Czech Republic",
    "Denmark",
    "Estonia",
    "Finland",
    "France",
    "Germany",
    "Greece",
    "Hungary",
    "Ireland",
    "Italy",
    "Latvia",
    "Lithuania",
    "Luxembourg",
    "Malta",
    "Netherlands",
    "Poland",
    "Portugal",
    "Romania",
    "Slovakia",
    "Slovenia",
    "Spain",
    "Sweden",
];

/// A dossier of 28 actors and three issues; some take no part in some issues; a partial run.
pub(crate) fn dossier() -> Fixture {
    let mut text = include_str!("fixtures/dossier.toml").to_owned();
    let ids: Vec<String> = MEMBERS.iter().map(|name| name.to_lowercase().replace(' ', "_")).collect();
    text.push_str(&format!("[group.council]\nmembers = {:?}\n", &ids[2..]));
    for (i, (id, name)) in ids.iter().zip(MEMBERS).enumerate() {
        text.push_str(&format!("[actor.{id}]\nname = {name:?}\ncapability = {}\n", 4 + i * i % 29));
        for (k, issue) in ["opt_out", "on_call", "reference_period"].iter().enumerate() {
            if (i + k) % 9 == 4 {
                continue;
            }
            let at = (i * (17 + 6 * k) + 13 * k) % 21 * 5;
            let salience = 30 + i * 11 % 70;
            text.push_str(&format!("[stance.{id}.{issue}]\nposition = {at}\nsalience = {salience}\n"));
            if i % 3 == 0 {
                text.push_str(&format!("accept = {{ min = {} }}\n", at.saturating_sub(45)));
            }
        }
    }
    let scenario = read(&text);
    let arms = vec![
        arm(&MEAN, None, None, point(&scenario, &[48.0, 52.0, 44.0], 3.0, 0.999_9)),
        arm(&COMPROMISE, None, None, point(&scenario, &[55.0, 40.0, 47.0], 6.0, 0.999_9)),
        arm(&CHALLENGE, None, None, point(&scenario, &[70.0, 38.0, 50.0], 12.0, 0.999_9)),
    ];
    let mut fixture = fixture(
        scenario,
        arms,
        vec![note(&MEAN, Some(23.9)), note(&COMPROMISE, Some(23.4)), note(&CHALLENGE, None)],
    );
    fixture.summary.planned = 100_000;
    fixture
}

/// Experts, policies, perspectives, one of them coercive, while the conflict is not over.
pub(crate) fn ongoing() -> Fixture {
    let scenario = read(include_str!("fixtures/ongoing.toml"));
    let by_expert = |shift: f64| {
        vec![
            ("kim".to_owned(), group(point(&scenario, &[58.0 - shift], 6.0, 0.22))),
            ("ortiz".to_owned(), group(point(&scenario, &[69.0 + shift], 7.0, 0.54))),
        ]
    };
    let mut arms = vec![base_rate_arm()];
    let conditions = [
        (None, None, 64.0, 0.38),
        (Some("guarantee"), None, 52.0, 0.81),
        (Some("blockade"), None, 88.0, 0.11),
        (None, Some("thucydides"), 70.0, 0.30),
        (Some("guarantee"), Some("thucydides"), 60.0, 0.66),
    ];
    for (policy, perspective, at, room) in conditions {
        for (card, shift) in [(&MEAN, -20.0), (&COMPROMISE, 0.0), (&CHALLENGE, 8.0)] {
            let mut summary = arm(card, policy, perspective, point(&scenario, &[at + shift], 12.0, room));
            summary.by_expert = by_expert(shift.abs() / 4.0);
            arms.push(summary);
        }
    }
    let lenses = vec![
        base_rate_note(),
        note(&MEAN, Some(23.9)),
        note(&COMPROMISE, Some(23.4)),
        note(&CHALLENGE, None),
    ];
    fixture(scenario, arms, lenses)
}

/// Names that try to break the page.
pub(crate) fn hostile() -> Fixture {
    let script = "<script>alert(\"1\")</script> & 'friends' \u{1b}[31m";
    let long = "A very long name that never ends ".repeat(9)
        + "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft";
    let mut scenario = read(include_str!("fixtures/hostile.toml"));
    scenario.about.title = script.into();
    scenario.about.question = Some("Who \u{202e}wins? אבג دولة 🕊️".into());
    scenario.issues[0].name.clone_from(&long);
    scenario.issues[0].anchors[0].1 = script.into();
    scenario.issues[0].anchors[1].1.clone_from(&long);
    scenario.actors[0].name = script.into();
    scenario.actors[1].name.clone_from(&long);
    scenario.consent[0].name = script.into();
    scenario.policies[0].name = script.into();
    scenario.claims[0].by = script.into();
    scenario.claims[0].says.clone_from(&long);
    let arms = vec![
        arm(&COMPROMISE, None, None, point(&scenario, &[60.0, 20.0], 0.0, 0.0)),
        arm(&COMPROMISE, Some("p"), None, point(&scenario, &[62.0, 20.0], 3.0, 1.0)),
    ];
    fixture(scenario, arms, vec![note(&COMPROMISE, None)])
}

/// No capability, no red line, one lens, one draw's worth of certainty.
pub(crate) fn bare() -> Fixture {
    let scenario = read(include_str!("fixtures/bare.toml"));
    let measures =
        vec![bell(Quantity::Terms(IssueId::new(0)), Unit::Points, (50.0, 50.0, 50.0), (0.0, 100.0))];
    let arms = vec![arm(&MEAN, None, None, measures)];
    fixture(scenario, arms, vec![note(&MEAN, None)])
}
