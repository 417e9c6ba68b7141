//! Baselines: means, medians and Nash bargaining solutions, issue by issue.

mod solve;

pub(crate) use solve::{Disagreement, Nash, Rule, Side, Utility, Weighting, mend};

use super::options::{Checked, choice_option, number_option};
use super::point::{PointModel, PointPredictor, past_errors};
use super::{Family, Lens, LensCard, Model, RowStatus, Trace, TraceStep, TraceTable, Unable};
use crate::case::{Case, CaseBlock};
use crate::history::{PastActor, PastIssue};
use crate::scenario::{FieldId, IssueId, LensOptions, Scenario};

/// A baseline in one reading.
#[derive(Debug)]
pub(crate) struct Baseline {
    card: LensCard,
    rule: Rule,
    weighting: Weighting,
}

/// The names of weights in options.
static WEIGHTS: [(&str, Weighting); 4] = [
    ("equal", Weighting::Equal),
    ("salience", Weighting::Salience),
    ("capability", Weighting::Capability),
    ("capability_salience", Weighting::CapabilitySalience),
];

/// A baseline with its options.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Chosen {
    rule: Rule,
    weighting: Weighting,
}

impl Baseline {
    const fn new(card: LensCard, rule: Rule, weighting: Weighting) -> Self {
        Self { card, rule, weighting }
    }

    /// The rule and weights with the options of the lens's table.
    fn choose(&self, options: &LensOptions) -> Result<Chosen, Unable> {
        let keys: &[&str] =
            if matches!(self.rule, Rule::Nash(_)) { &["weights", "grid"] } else { &["weights"] };
        let mut checked = Checked::new(&self.card, options, keys);
        let grid = number_option(&mut checked, "grid", 0.01, 50.0);
        let weighting = choice_option(&mut checked, "weights", &WEIGHTS).unwrap_or(self.weighting);
        checked.finish()?;
        let rule = match self.rule {
            Rule::Nash(nash) => Rule::Nash(Nash { grid, ..nash }),
            rule => rule,
        };
        Ok(Chosen { rule, weighting })
    }
}

impl Chosen {
    fn needs_capability(self) -> bool {
        matches!(self.weighting, Weighting::Capability | Weighting::CapabilitySalience)
    }

    fn needs_reference(self) -> bool {
        matches!(self.rule, Rule::Nash(Nash { disagreement: Disagreement::Reference, .. }))
    }

    /// The point on a past issue; `None` if it needs a no-deal point that is not known.
    fn predict(self, issue: &PastIssue) -> Option<f64> {
        let reference = issue.reference.map(|reference| [reference]);
        if self.needs_reference() && reference.is_none() {
            return None;
        }
        let positions: Vec<[f64; 1]> = issue.actors.iter().map(|actor| [actor.position]).collect();
        let positions: Vec<&[f64]> = positions.iter().map(<[f64; 1]>::as_slice).collect();
        let weight = |actor: &PastActor| vec![self.weighting.of(actor.capability, actor.salience)];
        let mut weights: Vec<Vec<f64>> = issue.actors.iter().map(weight).collect();
        mend(&mut weights);
        let reference = reference.as_ref().map(<[f64; 1]>::as_slice);
        let mut out = [f64::NAN];
        self.rule.solve(&Side { positions: &positions, weights: &weights, reference }, &mut out);
        Some(out[0]).filter(|point| point.is_finite())
    }
}

impl Lens for Baseline {
    fn card(&self) -> &LensCard {
        &self.card
    }

    fn prepare(&self, scenario: &Scenario, options: &LensOptions) -> Result<Box<dyn Model>, Unable> {
        let chosen = self.choose(options)?;
        let issues =
            scenario.issue_ids().map(|issue| chosen.read(scenario, issue)).collect::<Result<_, _>>()?;
        let predictor = Predictor { issues, chosen, names: Names::of(scenario) };
        let model = PointModel::new(scenario, Box::new(predictor), past_errors(self, options));
        Ok(Box::new(model))
    }

    fn predict_past(&self, issue: &PastIssue, options: &LensOptions) -> Option<f64> {
        self.choose(options).ok()?.predict(issue)
    }
}

impl Chosen {
    fn read(self, scenario: &Scenario, issue: IssueId) -> Result<Table, Unable> {
        let name = &scenario.issues[issue.index()].id;
        let reference = scenario.issues[issue.index()].no_deal;
        if self.needs_reference() && reference.is_none() {
            return Err(Unable::Lacks(format!("no no-deal point on `{name}`")));
        }
        let mut table = Table { actors: Vec::new(), reference };
        for actor in scenario.actor_ids() {
            let Some(stance) = scenario.stance(actor, issue) else { continue };
            let capability = scenario.actors[actor.index()].capability.get(issue.index()).copied();
            if self.needs_capability() && capability.is_none() {
                let id = &scenario.actors[actor.index()].id;
                return Err(Unable::Lacks(format!("no capability for `{id}` on `{name}`")));
            }
            table.actors.push(Seat {
                actor: actor.index(),
                position: stance.position,
                salience: stance.salience,
                capability,
            });
        }
        Ok(table)
    }
}

/// One issue's inputs.
struct Table {
    actors: Vec<Seat>,
    reference: Option<FieldId>,
}

struct Seat {
    actor: usize,
    position: FieldId,
    salience: FieldId,
    capability: Option<FieldId>,
}

/// Names for explanations.
struct Names {
    actors: Vec<String>,
    issues: Vec<String>,
}

impl Names {
    fn of(scenario: &Scenario) -> Self {
        Self {
            actors: scenario.actors.iter().map(|actor| actor.name.clone()).collect(),
            issues: scenario.issues.iter().map(|issue| issue.name.clone()).collect(),
        }
    }
}

struct Predictor {
    issues: Vec<Table>,
    chosen: Chosen,
    names: Names,
}

impl Weighting {
    /// The weight of an actor; blank salience or capability counts as 1 where it is not asked for.
    pub(crate) fn of(self, capability: f64, salience: f64) -> f64 {
        match self {
            Self::Equal => 1.0,
            Self::Salience => salience,
            Self::Capability => capability,
            Self::CapabilitySalience => capability * salience,
        }
    }
}

impl Predictor {
    fn weights(&self, table: &Table, cases: &CaseBlock) -> Vec<Vec<f64>> {
        let of = |seat: &Seat| {
            let salience = cases.field(seat.salience);
            let capability = seat.capability.map(|field| cases.field(field));
            let weight =
                |lane: usize| self.chosen.weighting.of(capability.map_or(1.0, |c| c[lane]), salience[lane]);
            (0..cases.len()).map(weight).collect()
        };
        let mut weights: Vec<Vec<f64>> = table.actors.iter().map(of).collect();
        mend(&mut weights);
        weights
    }
}

impl PointPredictor for Predictor {
    fn reads(&self) -> Vec<FieldId> {
        let seats = |table: &Table| {
            let seats = table.actors.iter();
            let fields = seats.flat_map(|seat| [Some(seat.position), Some(seat.salience), seat.capability]);
            fields.chain([table.reference]).flatten().collect::<Vec<_>>()
        };
        self.issues.iter().flat_map(seats).collect()
    }

    fn predict(&self, cases: &CaseBlock, terms: &mut [Vec<f64>], _statuses: &mut [RowStatus]) {
        for (table, terms) in self.issues.iter().zip(terms) {
            let positions: Vec<&[f64]> = table.actors.iter().map(|seat| cases.field(seat.position)).collect();
            let weights = self.weights(table, cases);
            let reference = table.reference.map(|field| cases.field(field));
            self.chosen.rule.solve(&Side { positions: &positions, weights: &weights, reference }, terms);
        }
    }

    /// Of a weighted mean `m = sum w x / W`: `w / W` by a position, and `dw/ds (x - m) / W` by a salience `s`.
    fn derivative(&self, issue: IssueId, field: FieldId, case: &Case<'_>) -> Option<f64> {
        if self.chosen.rule != Rule::Mean {
            return None;
        }
        let weigh = |seat: &Seat| {
            let capability = seat.capability.map_or(1.0, |capability| case.value(capability));
            self.chosen.weighting.of(capability, case.value(seat.salience))
        };
        let seats = &self.issues[issue.index()].actors;
        let total: f64 = seats.iter().map(weigh).sum();
        let sum: f64 = seats.iter().map(|seat| weigh(seat) * case.value(seat.position)).sum();
        if total <= 0.0 {
            return None;
        }
        let slope = |seat: &Seat| {
            let capability = seat.capability.map_or(1.0, |capability| case.value(capability));
            let per_salience = match self.chosen.weighting {
                Weighting::Equal | Weighting::Capability => 0.0,
                Weighting::Salience => 1.0,
                Weighting::CapabilitySalience => capability,
            };
            let by_position = if seat.position == field { weigh(seat) / total } else { 0.0 };
            let by_salience = if seat.salience == field {
                per_salience * (case.value(seat.position) - sum / total) / total
            } else {
                0.0
            };
            by_position + by_salience
        };
        Some(seats.iter().map(slope).sum())
    }

    fn explain(&self, case: &Case<'_>) -> Trace {
        let (cases, lane) = case.place();
        let mut steps = Vec::new();
        for (index, table) in self.issues.iter().enumerate() {
            let weights = self.weights(table, cases);
            let total: f64 = weights.iter().map(|weight| weight[lane]).sum();
            let rows = table.actors.iter().zip(&weights).map(|(seat, weight)| {
                let capability = seat.capability.map_or(f64::NAN, |field| case.value(field));
                let (position, salience) = (case.value(seat.position), case.value(seat.salience));
                let share = 100.0 * weight[lane] / total;
                (self.names.actors[seat.actor].clone(), vec![position, capability, salience, share])
            });
            let columns = ["actor", "position", "capability", "salience", "weight, %"];
            steps.push(TraceStep {
                title: self.names.issues[index].clone(),
                text: self.chosen.rule.in_words(self.chosen.weighting).to_owned(),
                tables: vec![TraceTable {
                    title: "Who pulls where, how hard".to_owned(),
                    columns: columns.map(str::to_owned).to_vec(),
                    rows: rows.collect(),
                }],
            });
        }
        Trace { steps }
    }
}

impl Rule {
    fn in_words(self, weighting: Weighting) -> &'static str {
        match (self, weighting) {
            (Self::Mean, Weighting::Equal) => "The terms are the mean of the positions.",
            (Self::Mean, _) => "The terms are the mean of the positions, each with its weight.",
            (Self::LowerMedian, _) => {
                "The terms are the first position, from 0 upwards, at which the weights reach half of their sum."
            }
            (Self::Nash(Nash { disagreement: Disagreement::Reference, .. }), _) => {
                "The terms make the weighted product of gains over the no-deal point as large as it can be, among terms \
                 that nobody likes less than no deal."
            }
            (Self::Nash(_), _) => {
                "The terms make the weighted product of utilities, less the disagreement point, as large as it can be."
            }
        }
    }
}

const TERMS_ONLY: &str = "Each issue is settled by itself, without trades between issues.";
const NOT_ENDINGS: &str = "When the question is whether there will be a deal at all: it only says which.";

const NASH: LensCard = LensCard {
    id: "nash",
    reading: "",
    family: Family::Baseline,
    name: "Nash bargaining",
    idea: "The deal that makes the product of everybody's gains, weighted by capability times salience, largest.",
    citation: "Nash (1950), The bargaining problem, Econometrica 18; Harsanyi and Selten (1972), Management Science 18 \
               (weights); Achen (2006), in Thomson et al., The European Union Decides (use on spatial issues)",
    assumptions: &[TERMS_ONLY, "Weights act as bargaining power, exponents of the gains."],
    when_not: &[NOT_ENDINGS, "When an actor outside the talks decides."],
    speaks_of_endings: false,
};

const fn nash(
    reading: &'static str,
    name: &'static str,
    utility: Utility,
    disagreement: Disagreement,
) -> Baseline {
    let card = LensCard { reading, name, ..NASH };
    Baseline::new(card, Rule::Nash(Nash { utility, disagreement, grid: None }), Weighting::CapabilitySalience)
}

const MEAN: LensCard = LensCard {
    id: "mean",
    reading: "",
    family: Family::Baseline,
    name: "Mean",
    idea: "Everybody counts the same: the mean of the positions.",
    citation: "the simplest forecast; scored in Thomson et al. (2006), The European Union Decides",
    assumptions: &[TERMS_ONLY, "Power and interest do not matter."],
    when_not: &[NOT_ENDINGS],
    speaks_of_endings: false,
};

const COMPROMISE: LensCard = LensCard {
    id: "compromise",
    name: "Compromise",
    idea: "The mean of the positions, each weighted by capability times salience.",
    citation: "Van den Bos (1991), Dutch EC Policy Making; Achen (2006), in Thomson et al., The European Union Decides",
    assumptions: &[TERMS_ONLY, "Everybody wants agreement more than to win."],
    when_not: &[NOT_ENDINGS, "On a question of yes or no, where nothing lies between."],
    ..MEAN
};

const MEDIAN: LensCard = LensCard {
    id: "median",
    reading: "weighted",
    name: "Median",
    idea: "The position that would win every vote in pairs, votes weighted by capability times salience.",
    citation: "Black (1948), On the rationale of group decision-making, Journal of Political Economy 56",
    assumptions: &[TERMS_ONLY, "A majority of the weight decides.", "Preferences are single-peaked."],
    when_not: &[NOT_ENDINGS, "When a minority can block."],
    ..MEAN
};

/// Every baseline, in every reading.
pub(crate) static BASELINES: [Baseline; 9] = [
    Baseline::new(MEAN, Rule::Mean, Weighting::Equal),
    Baseline::new(COMPROMISE, Rule::Mean, Weighting::CapabilitySalience),
    Baseline::new(MEDIAN, Rule::LowerMedian, Weighting::CapabilitySalience),
    Baseline::new(
        LensCard {
            reading: "unweighted",
            name: "Median, unweighted",
            idea: "The position in the middle, everybody with one vote.",
            ..MEDIAN
        },
        Rule::LowerMedian,
        Weighting::Equal,
    ),
    nash("linear_zero", "Nash, linear, worst case", Utility::Linear, Disagreement::At(0.0)),
    nash("quadratic_zero", "Nash, quadratic, worst case", Utility::Quadratic, Disagreement::At(0.0)),
    nash("linear_reference", "Nash, linear, over no deal", Utility::Linear, Disagreement::Reference),
    nash("quadratic_reference", "Nash, quadratic, over no deal", Utility::Quadratic, Disagreement::Reference),
    nash("quadratic_far", "Nash, quadratic, disaster", Utility::Quadratic, Disagreement::At(-10_000.0)),
];

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::lens::{Measure, Quantity, RowBlock, Streams, find};
    use crate::package::fixture::Builder;
    use crate::scenario::ActorId;

    fn run(id: &str, b: &Builder, quantity: Quantity) -> f64 {
        let lens = find(id)[0];
        let Ok(model) = lens.prepare(&b.scenario(), &LensOptions::default()) else {
            panic!("{id} can't run")
        };
        let mut rows = RowBlock::default();
        model.solve(
            &b.cases(3),
            &Streams::new(1, lens.card()),
            &mut rows,
            &mut crate::lens::Scratch::default(),
        );
        let column = model.measures().iter().position(|measure| measure.quantity == quantity);
        rows.columns[column.expect("the measure is reported")][2]
    }

    /// Introduction of emission standards: Bueno de Mesquita's example as tabulated by Scholz, Calbert and Smith
    /// (2011), Journal of Theoretical Politics 23(4), table 1: capability, position (years), salience. Start median 7
    /// published; mean 7.389955686853767 (project reference case P6).
    fn emission() -> Builder {
        let rows = [
            (8.0, 4.0, 80.0),
            (8.0, 7.0, 40.0),
            (3.0, 4.0, 20.0),
            (16.0, 4.0, 80.0),
            (16.0, 10.0, 60.0),
            (16.0, 10.0, 60.0),
            (16.0, 10.0, 90.0),
            (5.0, 7.0, 10.0),
            (5.0, 4.0, 100.0),
            (8.0, 7.0, 70.0),
        ];
        let mut b = Builder::new(rows.len(), 1);
        for (actor, (capability, position, salience)) in rows.into_iter().enumerate() {
            b.capability(actor, capability);
            b.stance(actor, 0, position, salience);
        }
        b
    }

    #[test]
    fn emission_standards_start_at_the_published_median_and_mean() {
        let terms = Quantity::Terms(IssueId::new(0));
        assert_eq!(run("median/weighted", &emission(), terms), 7.0);
        assert!((run("compromise", &emission(), terms) - 7.389_955_686_853_767).abs() < 1e-12);
    }

    #[test]
    fn what_is_missing_is_said() {
        let mut b = emission();
        b.no_capability(3);
        let lacks = |id: &str| match find(id)[0].prepare(&b.scenario(), &LensOptions::default()) {
            Err(Unable::Lacks(what)) => what,
            _ => String::new(),
        };
        assert_eq!(lacks("compromise"), "no capability for `a3` on `i0`");
        assert_eq!(lacks("mean"), "");
        assert_eq!(lacks("nash/linear_reference"), "no no-deal point on `i0`");
    }

    /// A scenario of ranges, links none, everyone with a range asked; and the same with its actors in the reverse order and
    /// its scale turned round.
    fn pair(rows: &[(f64, f64, f64, f64)], no_deal: f64) -> (Builder, Builder) {
        let build = |turned: bool| {
            let mut b = Builder::new(rows.len(), 1);
            b.no_deal(0, if turned { 100.0 - no_deal } else { no_deal });
            for (index, &(capability, at, below, above)) in rows.iter().enumerate() {
                let actor = if turned { rows.len() - 1 - index } else { index };
                b.capability(actor, if turned { 3.0 * capability } else { capability });
                let (min, max) = ((at - below).max(0.0), (at + above).min(100.0));
                b.accept(
                    actor,
                    0,
                    if turned { 100.0 - max } else { min },
                    if turned { 100.0 - min } else { max },
                );
            }
            b
        };
        (build(false), build(true))
    }

    fn row(lens: &dyn Lens, b: &Builder) -> (Vec<Measure>, Vec<f64>) {
        let Ok(model) = lens.prepare(&b.scenario(), &LensOptions::default()) else { panic!("it can't run") };
        let mut rows = RowBlock::default();
        model.solve(
            &b.cases(1),
            &Streams::new(1, lens.card()),
            &mut rows,
            &mut crate::lens::Scratch::default(),
        );
        (model.measures().to_vec(), rows.columns.iter().map(|column| column[0]).collect())
    }

    proptest! {
        /// Relabelling actors, another unit of capability and turning the scale round change nothing but the names and the
        /// direction (P12): terms, room and its ends, fit, who closes them, gains.
        #[test]
        fn names_units_and_direction_do_not_matter(
            rows in prop::collection::vec((1.0..50.0_f64, 0.0..100.0_f64, 0.0..60.0_f64, 0.0..60.0_f64), 2..6),
            no_deal in 0.0..100.0_f64,
        ) {
            let (plain, turned) = pair(&rows, no_deal);
            // The lower median of an even number is not the mirror of itself.
            for lens in BASELINES.iter().filter(|lens| lens.rule != Rule::LowerMedian) {
                let (measures, values) = row(lens, &plain);
                let (_, mirrored) = row(lens, &turned);
                let at = |quantity| measures.iter().position(|measure| measure.quantity == quantity).expect("reported");
                let across = |actor: ActorId| ActorId::new(rows.len() - 1 - actor.index());
                for (index, measure) in measures.iter().enumerate() {
                    let (value, other) = match measure.quantity {
                        Quantity::Terms(_) => (values[index], 100.0 - mirrored[index]),
                        Quantity::RoomLow(issue) => (values[index], 100.0 - mirrored[at(Quantity::RoomHigh(issue))]),
                        Quantity::Room => (values[index], mirrored[index]),
                        Quantity::ClosesRoom(a) => (values[index], mirrored[at(Quantity::ClosesRoom(across(a)))]),
                        Quantity::Gain(a) => (values[index], mirrored[at(Quantity::Gain(across(a)))]),
                        // Terms at the very end of a range may fall to either side by a last bit.
                        _ => continue,
                    };
                    let same = (value.is_nan() && other.is_nan()) || (value - other).abs() < 1e-4;
                    prop_assert!(same, "{} {:?}: {value}, {other}", lens.card.full_id(), measure.quantity);
                }
            }
        }
    }

    #[test]
    fn forecasts_err_like_history_and_stay_on_the_scale() {
        let mut b = Builder::new(2, 2);
        for actor in 0..2 {
            b.stance(actor, 0, 50.0, 50.0);
            b.stance(actor, 1, 90.0, 50.0);
        }
        let lens = find("compromise")[0];
        let Ok(model) = lens.prepare(&b.scenario(), &LensOptions::default()) else { panic!("it can't run") };
        let record = model.track_record().expect("it was scored");
        assert!((record.mae - 23.35).abs() < 0.01 && (record.mae_of_mean - 23.86).abs() < 0.01);
        let mut rows = RowBlock::default();
        let streams = Streams::new(1, lens.card());
        model.solve(&b.cases(256), &streams, &mut rows, &mut crate::lens::Scratch::default());
        let of = |issue: usize| {
            let quantity = Quantity::TermsWithError(IssueId::new(issue));
            let at = model.measures().iter().position(|measure| measure.quantity == quantity);
            rows.columns[at.expect("it is reported")].clone()
        };
        let off = of(0).iter().map(|x| (x - 50.0).abs()).sum::<f64>() / 256.0;
        assert!((15.0..30.0).contains(&off), "{off}");
        assert!(of(1).iter().all(|x| (0.0..=100.0).contains(x)));
        let again = rows.columns.clone();
        model.solve(&b.cases(256), &streams, &mut rows, &mut crate::lens::Scratch::default());
        assert!(
            again
                .iter()
                .flatten()
                .zip(rows.columns.iter().flatten())
                .all(|(a, b)| a.to_bits() == b.to_bits())
        );
    }

    #[test]
    fn every_reading_has_its_own_name() {
        let mut ids: Vec<String> = BASELINES.iter().map(|baseline| baseline.card.full_id()).collect();
        ids.sort();
        ids.dedup();
        assert_eq!(ids.len(), BASELINES.len());
    }
}
