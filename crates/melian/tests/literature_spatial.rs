//! The spatial lens against KTAB's own runs and the hand-worked cases.

use melian::lens::spatial::*;
use serde_json::Value;

fn numbers(value: &Value) -> Vec<f64> {
    match value {
        Value::Array(items) => items.iter().flat_map(numbers).collect(),
        other => vec![other.as_f64().expect("a number")],
    }
}

fn ktab(case: &Value) -> (Talks, Options) {
    let input = &case["input"];
    let talks = Talks {
        dimensions: input["position"][0].as_array().expect("rows").len(),
        capability: numbers(&input["capability"]),
        position: numbers(&input["position"]),
        salience: numbers(&input["salience"]),
        accommodation: input.get("accommodation").map(numbers),
    };
    let name = |key: &str| case["options"][key].as_str().expect("an option's name");
    let options = Options {
        voting_rule: VotingRule::from_name(name("VotingRule")).unwrap(),
        victory: VictoryModel::from_name(name("VictoryProbModel")).unwrap(),
        condorcet: CondorcetModel::from_name(name("PCEModel")).unwrap(),
        risk_range: RiskRange::from_name(name("BigRRange")).unwrap(),
        risk_adjustment: RiskAdjustment::from_name(name("BigRAdjust")).unwrap(),
        third_parties: ThirdPartyCommitment::from_name(name("ThirdPartyCommit")).unwrap(),
        interpolation: Interpolation::from_name(name("InterVecBrgn")).unwrap(),
        bargain: BargainModel::from_name(name("BargnModel")).unwrap(),
        settlement: Settlement::Deterministic,
        ktab_errors: KtabErrors::ALL,
    };
    (talks, options)
}

/// P5: 13 deterministic runs of KTAB 1.4 (commit 3b5b063), see `data/README.md`.
#[test]
fn ktab_runs() {
    let cases: Value = serde_json::from_str(include_str!("data/ktab_smp_public.json")).unwrap();
    for case in cases.as_array().unwrap() {
        let (talks, options) = ktab(case);
        let mut solver = Solver::new(talks.actors(), talks.dimensions, options);
        let course = solver.solve(&talks, &mut || unreachable!()).unwrap();
        let expected = numbers(&case["positions"]);
        let first = course.path.iter().zip(&expected).position(|(a,b)| (a-b).abs()>1e-6);
        println!("{} turns {} want {} first off {:?} of {}", case["case"], course.turns, case["turns"], first.map(|f| f/(talks.actors()*talks.dimensions)), expected.len());
    }
}
