//! Baselines: means, medians and Nash bargaining solutions, issue by issue.

mod solve;

pub(crate) use solve::{Disagreement, Nash, Rule, Side, Utility, Weighting, mend};

use super::options::{Checked, number_option};
use super::point::{PointModel, PointPredictor};
use super::{Family, Lens, LensCard, Model, RowStatus, Scratch, Trace, TraceStep, TraceTable, Unable};
use crate::case::{Case, CaseBlock};
use crate::scenario::{FieldId, IssueId, LensOptions, Scenario};

/// A baseline in one reading.
#[derive(Debug)]
pub(crate) struct Baseline {
    card: LensCard,
    rule: Rule,
    weighting: Weighting,
}

impl Baseline {
    /// The rule with the options of `[lens.nash]`.
    fn rule(&self, options: &LensOptions) -> Result<Rule, Unable> {
        let keys: &[&str] = if matches!(self.rule, Rule::Nash(_)) { &["grid"] } else { &[] };
        let mut checked = Checked::new(&self.card, options, keys);
        let grid = number_option(&mut checked, "grid", 0.01, 50.0);
        checked.finish()?;
        Ok(match self.rule {
            Rule::Nash(nash) => Rule::Nash(Nash { grid, ..nash }),
            rule => rule,
        })
    }

    fn needs_capability(&self) -> bool {
        matches!(self.weighting, Weighting::Capability | Weighting::CapabilitySalience)
    }

    fn needs_reference(&self) -> bool {
        matches!(self.rule, Rule::Nash(Nash { disagreement: Disagreement::Reference, .. }))
    }
}

impl Lens for Baseline {
    fn card(&self) -> &LensCard {
        &self.card
    }

    fn prepare(&self, scenario: &Scenario, options: &LensOptions) -> Result<Box<dyn Model>, Unable> {
        let rule = self.rule(options)?;
        let issues =
            scenario.issue_ids().map(|issue| self.read(scenario, issue)).collect::<Result<_, _>>()?;
        let predictor = Predictor { issues, rule, weighting: self.weighting, names: Names::of(scenario) };
        Ok(Box::new(PointModel::new(scenario, Box::new(predictor))))
    }
}

impl Baseline {
    fn read(&self, scenario: &Scenario, issue: IssueId) -> Result<Table, Unable> {
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
    rule: Rule,
    weighting: Weighting,
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
            let weight = |lane: usize| self.weighting.of(capability.map_or(1.0, |c| c[lane]), salience[lane]);
            (0..cases.len()).map(weight).collect()
        };
        let mut weights: Vec<Vec<f64>> = table.actors.iter().map(of).collect();
        mend(&mut weights);
        weights
    }
}

impl PointPredictor for Predictor {
    fn predict(
        &self,
        cases: &CaseBlock,
        terms: &mut [Vec<f64>],
        _statuses: &mut [RowStatus],
        _scratch: &mut Scratch,
    ) {
        for (table, terms) in self.issues.iter().zip(terms) {
            let positions: Vec<&[f64]> = table.actors.iter().map(|seat| cases.field(seat.position)).collect();
            let weights = self.weights(table, cases);
            let reference = table.reference.map(|field| cases.field(field));
            self.rule.solve(&Side { positions: &positions, weights: &weights, reference }, terms);
        }
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
                text: self.rule.in_words(self.weighting).to_owned(),
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
    Baseline {
        card: LensCard { reading, name, ..NASH },
        rule: Rule::Nash(Nash { utility, disagreement, grid: None }),
        weighting: Weighting::CapabilitySalience,
    }
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
    Baseline { card: MEAN, rule: Rule::Mean, weighting: Weighting::Equal },
    Baseline { card: COMPROMISE, rule: Rule::Mean, weighting: Weighting::CapabilitySalience },
    Baseline { card: MEDIAN, rule: Rule::LowerMedian, weighting: Weighting::CapabilitySalience },
    Baseline {
        card: LensCard {
            reading: "unweighted",
            name: "Median, unweighted",
            idea: "The position in the middle, everybody with one vote.",
            ..MEDIAN
        },
        rule: Rule::LowerMedian,
        weighting: Weighting::Equal,
    },
    nash("linear_zero", "Nash, linear, worst case", Utility::Linear, Disagreement::At(0.0)),
    nash("quadratic_zero", "Nash, quadratic, worst case", Utility::Quadratic, Disagreement::At(0.0)),
    nash("linear_reference", "Nash, linear, over no deal", Utility::Linear, Disagreement::Reference),
    nash("quadratic_reference", "Nash, quadratic, over no deal", Utility::Quadratic, Disagreement::Reference),
    nash("quadratic_far", "Nash, quadratic, disaster", Utility::Quadratic, Disagreement::At(-10_000.0)),
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lens::{Quantity, RowBlock, Streams, find};
    use crate::package::fixture::Builder;

    fn run(id: &str, b: &Builder, quantity: Quantity) -> f64 {
        let lens = find(id)[0];
        let Ok(model) = lens.prepare(&b.scenario(), &LensOptions::default()) else {
            panic!("{id} can't run")
        };
        let mut rows = RowBlock::default();
        model.solve(&b.cases(3), &Streams::new(1, lens.card()), &mut rows, &mut Scratch::default());
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

    #[test]
    fn every_reading_has_its_own_name() {
        let mut ids: Vec<String> = BASELINES.iter().map(|baseline| baseline.card.full_id()).collect();
        ids.sort();
        ids.dedup();
        assert_eq!(ids.len(), BASELINES.len());
    }
}
