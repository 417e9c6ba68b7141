//! Scenarios and summaries made by hand, for tests of what is written about them.

use std::collections::BTreeMap;

use melian::analysis::{ArmSummary, Group, MeasureSummary, Quantiles, Summary};
use melian::diagnostic::{Sources, Span};
use melian::ensemble::{Arm, Manifest};
use melian::lens::{
    Ending, Family, LensCard, Measure, Quantity, ReferenceClass, ReferenceShare, TrackRecord, Unit,
};
use melian::scenario::{
    About, Accept, Actor, Basis, Field, FieldId, Issue, IssueId, Overlay, OverlayKind, Provenance, Rule,
    Scenario, Stage, Stance, Status,
};
use melian::uncertainty::Estimate;

use crate::{LensNote, ReportInput};

/// Everything a report borrows.
pub(crate) struct Fixture {
    pub(crate) scenario: Scenario,
    pub(crate) summary: Summary,
    pub(crate) manifest: Manifest,
    pub(crate) lenses: Vec<LensNote<'static>>,
}

impl Fixture {
    pub(crate) fn input(&self) -> ReportInput<'_> {
        ReportInput {
            scenario: &self.scenario,
            summary: &self.summary,
            manifest: &self.manifest,
            digest: "5f0c8e4f9f3b7f6f0b5f3d1a",
            lenses: &self.lenses,
        }
    }
}

/// Wants, cares, takes from and to.
type StanceOf<'a> = (&'a str, f64, f64, Option<Estimate>, Option<Estimate>);

/// A scenario under construction.
pub(crate) struct Builder(pub(crate) Scenario);

impl Builder {
    pub(crate) fn new(title: &str, status: Status) -> Self {
        Self(Scenario {
            about: About {
                title: title.into(),
                question: None,
                source: None,
                status,
                from: None,
                horizon: None,
                step: None,
                resolution: None,
            },
            actors: Vec::new(),
            issues: Vec::new(),
            stances: Vec::new(),
            links: Vec::new(),
            groups: Vec::new(),
            consent: Vec::new(),
            policies: Vec::new(),
            perspectives: Vec::new(),
            claims: Vec::new(),
            lens_options: BTreeMap::new(),
            fields: Vec::new(),
            experts: Vec::new(),
            correlations: Vec::new(),
            sources: Sources::default(),
        })
    }

    pub(crate) fn field(&mut self, path: String, estimate: Estimate, range: (f64, f64)) -> FieldId {
        let id = FieldId::new(self.0.fields.len());
        self.0.fields.push(Field {
            path,
            estimate,
            range,
            scale: 1.0,
            shift: 0.0,
            provenance: Provenance::default(),
            span: Span::default(),
        });
        id
    }

    pub(crate) fn issue(&mut self, id: &str, name: &str, anchors: &[(f64, &str)], no_deal: Option<f64>) {
        let no_deal =
            no_deal.map(|at| self.field(format!("issue.{id}.no_deal"), Estimate::Exact(at), (0.0, 100.0)));
        self.0.issues.push(Issue {
            id: id.into(),
            name: name.into(),
            anchors: anchors.iter().map(|(at, words)| (*at, (*words).to_owned())).collect(),
            no_deal,
            outcome: None,
            provenance: Provenance::default(),
            span: Span::default(),
        });
    }

    /// Adds an actor with a stance on every issue named; issues must be there already.
    pub(crate) fn actor(
        &mut self,
        id: &str,
        name: &str,
        capability: Option<Estimate>,
        stances: &[StanceOf<'_>],
    ) {
        let capability = capability
            .map(|estimate| self.field(format!("actor.{id}.capability"), estimate, (0.0, f64::INFINITY)));
        let issues: Vec<String> = self.0.issues.iter().map(|issue| issue.id.clone()).collect();
        for issue in &issues {
            let stance = stances.iter().find(|stance| stance.0 == issue.as_str()).map(
                |(_, at, salience, min, max)| {
                    let path = format!("stance.{id}.{issue}");
                    let full = (0.0, 100.0);
                    let position = self.field(format!("{path}.position"), Estimate::Exact(*at), full);
                    let salience = self.field(format!("{path}.salience"), Estimate::Exact(*salience), full);
                    let min = min.clone().map(|e| self.field(format!("{path}.accept.min"), e, full));
                    let max = max.clone().map(|e| self.field(format!("{path}.accept.max"), e, full));
                    let accept = (min.is_some() || max.is_some()).then_some(Accept { min, max });
                    Stance {
                        position,
                        salience,
                        accept,
                        declared: None,
                        provenance: Provenance::default(),
                        span: Span::default(),
                    }
                },
            );
            self.0.stances.push(stance);
        }
        self.0.actors.push(Actor {
            id: id.into(),
            name: name.into(),
            capability: capability.map(|field| vec![field; issues.len()]).unwrap_or_default(),
            capability_meaning: None,
            walk_away: None,
            conduct: None,
            provenance: Provenance::default(),
            span: Span::default(),
        });
    }

    pub(crate) fn consent(&mut self, stage: &str, text: &str, rule: Rule) {
        let issues = self.0.issue_ids().collect();
        self.0.consent.push(Stage {
            name: stage.into(),
            rule,
            issues,
            partial: false,
            by: None,
            text: text.into(),
            span: None,
        });
    }

    pub(crate) fn overlay(&mut self, id: &str, kind: OverlayKind, name: &str, coercive: bool) {
        let overlay = Overlay {
            id: id.into(),
            kind,
            name: name.into(),
            by: None,
            coercive,
            operations: Vec::new(),
            provenance: Provenance::default(),
            span: Span::default(),
        };
        match kind {
            OverlayKind::Policy => self.0.policies.push(overlay),
            OverlayKind::Perspective => self.0.perspectives.push(overlay),
        }
    }
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
        draws: DRAWS,
        dimensions: scenario.fields.iter().filter(|f| !f.is_certain()).map(|f| f.path.clone()).collect(),
        arms: arms.iter().map(|arm| arm.arm.clone()).collect(),
        silent: Vec::new(),
        command: "melian run scenario.toml --draws 10000 --seed 1".into(),
    }
}

fn fixture(scenario: Scenario, arms: Vec<ArmSummary>, lenses: Vec<LensNote<'static>>) -> Fixture {
    let manifest = manifest(&scenario, &arms);
    Fixture { summary: Summary { draws: DRAWS, planned: DRAWS, arms }, scenario, manifest, lenses }
}

const ANCHORS: [(f64, &str); 4] = [
    (0.0, "neutral, independent"),
    (40.0, "neutral, pays once"),
    (70.0, "ally that keeps its walls and laws"),
    (100.0, "subject city"),
];

fn uniform(low: f64, high: f64) -> Estimate {
    Estimate::Uniform { low, high }
}

fn melos_scenario() -> Scenario {
    let mut b = Builder::new("The Melian dialogue, 416 BC", Status::Past);
    b.0.about.question = Some("Does Melos submit, and on what terms?".into());
    b.0.about.source = Some("Thucydides 5.84-116".into());
    b.0.about.from = Some("-0416-05".parse().expect("a date"));
    b.0.about.horizon = Some("-0416-12".parse().expect("a date"));
    b.0.about.resolution = Some("terms in force at the horizon, by Thucydides".into());
    b.issue("submission", "What Melos becomes", &ANCHORS, Some(0.0));
    let outcome = b.field("issue.submission.outcome".into(), Estimate::Exact(100.0), (0.0, 100.0));
    b.0.issues[0].outcome = Some(outcome);
    let exact = |value| Some(Estimate::Exact(value));
    b.actor("athens", "Athens", exact(100.0), &[("submission", 100.0, 60.0, exact(60.0), None)]);
    b.actor(
        "melos",
        "Melos",
        Some(uniform(4.0, 10.0)),
        &[("submission", 0.0, 100.0, None, Some(uniform(30.0, 75.0)))],
    );
    let sparta = Estimate::Pert { low: 40.0, likely: 60.0, high: 90.0 };
    b.actor("sparta", "Sparta", Some(sparta), &[("submission", 10.0, 30.0, None, None)]);
    let (athens, melos) = (melian::scenario::ActorId::new(0), melian::scenario::ActorId::new(1));
    b.consent("sign", "all(athens, melos)", Rule::All(vec![Rule::Actor(athens), Rule::Actor(melos)]));
    b.0.fields[2].provenance = Provenance {
        basis: Some(Basis::Data),
        source: Some("tribute lists".into()),
        quote: None,
        date: Some("425 BC".into()),
    };
    let quoted =
        b.0.fields.iter_mut().find(|f| f.path == "stance.melos.submission.position").expect("is there");
    quoted.provenance.quote = Some("friends to you, enemies of neither".into());
    b.0
}

/// The quickstart: three actors, one issue, an outcome.
pub(crate) fn melos() -> Fixture {
    let scenario = melos_scenario();
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
    let mut b = Builder::new("Working time directive", Status::Past);
    b.issue(
        "opt_out",
        "How long the individual opt-out stays",
        &[(0.0, "ends at once"), (100.0, "stays for good")],
        Some(100.0),
    );
    b.issue("on_call", "Whether on-call time is working time", &[], Some(50.0));
    b.issue(
        "reference_period",
        "Reference period for the average week",
        &[(0.0, "4 months"), (50.0, "6 months"), (100.0, "12 months")],
        None,
    );
    for (i, name) in MEMBERS.iter().enumerate() {
        let at = |k: usize| ((i * (17 + 6 * k) + 13 * k) % 21) as f64 * 5.0;
        let id = name.to_lowercase().replace(' ', "_");
        let stances: Vec<StanceOf<'_>> = ["opt_out", "on_call", "reference_period"]
            .iter()
            .enumerate()
            .filter(|(k, _)| (i + k) % 9 != 4)
            .map(|(k, issue)| {
                let at = at(k);
                let red = (i % 3 == 0).then(|| Estimate::Exact((at - 45.0).max(0.0)));
                (*issue, at, 30.0 + (i * 11 % 70) as f64, red, None)
            })
            .collect();
        b.actor(&id, name, Some(Estimate::Exact(4.0 + (i * i % 29) as f64)), &stances);
    }
    let everyone = b.0.actor_ids().skip(2).map(Rule::Actor).collect();
    b.consent("council", "weight(council) >= 0.74", Rule::All(everyone));
    let scenario = b.0;
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
    let mut b = Builder(melos_scenario());
    b.0.about.title = "A strait and two states".into();
    b.0.about.status = Status::Ongoing;
    b.0.issues[0].outcome = None;
    b.0.experts = vec!["kim".into(), "ortiz".into()];
    b.0.fields[3].estimate = Estimate::Experts(vec![
        ("kim".into(), uniform(4.0, 8.0)),
        ("ortiz".into(), Estimate::Pert { low: 6.0, likely: 7.0, high: 12.0 }),
    ]);
    b.overlay("guarantee", OverlayKind::Policy, "A guarantee by third states", false);
    b.overlay("blockade", OverlayKind::Policy, "Blockade", true);
    b.overlay("thucydides", OverlayKind::Perspective, "As Thucydides sees it", false);
    let scenario = b.0;
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
    let mut b = Builder::new(script, Status::Hypothetical);
    b.0.about.question = Some("Who \u{202e}wins? אבג دولة 🕊️".into());
    b.issue(
        "a",
        &long,
        &[(0.0, script), (33.0, &long), (66.0, "דולה קטנה"), (100.0, "🕊️🕊️🕊️ peace")],
        Some(0.0),
    );
    b.issue("b", "]]>--><style>*{display:none}</style>", &[], None);
    let exact = |value| Some(Estimate::Exact(value));
    b.actor("x", script, exact(100.0), &[("a", 100.0, 60.0, exact(60.0), None)]);
    b.actor("y", &long, exact(3.0), &[("a", 0.0, 100.0, None, exact(40.0)), ("b", 20.0, 1.0, None, None)]);
    b.actor("z", "دولة صغيرة جدا", exact(3.0), &[("a", 10.0, 100.0, None, None)]);
    b.consent(script, "everyone with an accept range", Rule::Actor(melian::scenario::ActorId::new(0)));
    b.0.fields[0].provenance.source = Some("javascript:alert(1) <img src=x onerror=alert(1)>".into());
    b.overlay("p", OverlayKind::Policy, script, false);
    let scenario = b.0;
    let arms = vec![
        arm(&COMPROMISE, None, None, point(&scenario, &[60.0, 20.0], 0.0, 0.0)),
        arm(&COMPROMISE, Some("p"), None, point(&scenario, &[62.0, 20.0], 3.0, 1.0)),
    ];
    fixture(scenario, arms, vec![note(&COMPROMISE, None)])
}

/// No capability, no red line, one lens, one draw's worth of certainty.
pub(crate) fn bare() -> Fixture {
    let mut b = Builder::new("Two neighbours and a hedge", Status::Hypothetical);
    b.issue("height", "Height of the hedge", &[], None);
    b.actor("left", "The left neighbour", None, &[("height", 20.0, 50.0, None, None)]);
    b.actor("right", "The right neighbour", None, &[("height", 80.0, 50.0, None, None)]);
    b.consent("sign", "everyone with an accept range", Rule::All(Vec::new()));
    let scenario = b.0;
    let measures =
        vec![bell(Quantity::Terms(IssueId::new(0)), Unit::Points, (50.0, 50.0, 50.0), (0.0, 100.0))];
    let arms = vec![arm(&MEAN, None, None, measures)];
    fixture(scenario, arms, vec![note(&MEAN, None)])
}
