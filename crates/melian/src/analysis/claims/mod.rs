//! Verdicts on claims, from tables only: per lens, per family, per perspective.
//!
//! A [`Judge`] knows which columns the claims of a plan need. [`Judge::tally`] counts one chunk, tallies are added up in
//! the order of draws, and [`Judge::finish`] gives the verdicts.

mod compile;
mod stakes;
mod tally;
mod turn;
mod values;
mod verdict;

use std::collections::BTreeSet;

use rayon::prelude::*;

pub use compile::Source;
pub use stakes::{Stake, Stakes, Way};
pub use tally::Tally;
pub use turn::{Cut, Edge, Lean, Region, Turn};
pub use values::Truth;
pub use verdict::{ChanceFound, Example, FamilyVerdict, Judgement, ReadingVerdict, Seen, Silence, Verdict};

use compile::{ArmIndex, Compiled, Voice};
use tally::{Draws, Rows};

use crate::claim::Direction;
use crate::ensemble::{Chunk, Plan};
use crate::lens::Family;
use crate::scenario::Guard;
use crate::scenario::{Overlay, Scenario, StatedClaim};

/// The claims of a plan, ready to be judged.
pub struct Judge<'a> {
    plan: &'a Plan,
    cases: Vec<Case>,
    families: Vec<(Voice, Family)>,
    /// Columns of which the mean is shown: what is at stake for everyone, ascending.
    shown: Vec<Source>,
}

/// One claim for one lens under one perspective.
struct Case {
    /// By its place among the claims.
    claim: usize,
    /// By its place among the perspectives; `None`: the scenario as written.
    perspective: Option<usize>,
    /// By its place among the voices.
    voice: usize,
    compiled: Compiled,
}

/// Where a claim asks whether a quantity rises or falls with an input.
#[derive(Debug, Clone, PartialEq)]
pub struct Movement {
    /// Its place among the cases of the judge, and among the movements of the case.
    place: (usize, usize),
    /// Which way the quantity is to move.
    pub direction: Direction,
    /// The path of the input.
    pub input: String,
    /// The arms its quantity is made of.
    pub arms: BTreeSet<usize>,
    /// The lens's family.
    pub family: Family,
}

/// What is known of movements: for each, its truth in the first draws of the run.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Moved {
    known: Vec<((usize, usize), Vec<Truth>)>,
}

impl Moved {
    /// Notes the truth of a movement in the draws from 0 on.
    pub fn add(&mut self, movement: &Movement, truth: Vec<Truth>) {
        self.known.push((movement.place, truth));
    }

    /// As text: a word per movement, a letter per draw, in the order of the judge's movements.
    #[must_use]
    pub fn words(&self) -> Vec<String> {
        let word = |truth: &Vec<Truth>| truth.iter().map(|truth| truth.letter()).collect();
        self.known.iter().map(|(_, truth)| word(truth)).collect()
    }

    /// Of the words of [`Moved::words`]; `None` if they are not of this judge's movements.
    #[must_use]
    pub fn of_words(judge: &Judge<'_>, words: &[String]) -> Option<Self> {
        let movements = judge.movements();
        if movements.len() != words.len() {
            return None;
        }
        let truth = |word: &String| word.chars().map(Truth::of_letter).collect::<Option<Vec<Truth>>>();
        let known = movements.iter().zip(words).map(|(movement, word)| Some((movement.place, truth(word)?)));
        Some(Self { known: known.collect::<Option<_>>()? })
    }

    fn of(&self, case: usize, moves: usize) -> &[Truth] {
        let found = self.known.iter().find(|(place, _)| *place == (case, moves));
        found.map_or(&[], |(_, truth)| truth)
    }

    /// How many draws a case with movements is judged over.
    fn limit(&self, case: usize, moves: usize) -> Option<u64> {
        (0..moves).map(|index| self.of(case, index).len() as u64).min()
    }
}

impl<'a> Judge<'a> {
    /// Makes every claim of the plan's scenario ready for every lens, as written and under each perspective.
    #[must_use]
    pub fn new(plan: &'a Plan) -> Self {
        let index = ArmIndex::new(plan);
        let scenario = scenario(plan);
        let voices = index.voices();
        let mut cases = Vec::new();
        for (claim, stated) in scenario.claims.iter().enumerate() {
            for perspective in std::iter::once(None).chain((0..scenario.perspectives.len()).map(Some)) {
                let overlay = perspective.map(|place: usize| &scenario.perspectives[place]);
                for (voice, own) in voices.iter().enumerate() {
                    let test = &stated.expression.test;
                    if let Some(compiled) = compile::compile(plan, &index, own, overlay, test) {
                        cases.push(Case { claim, perspective, voice, compiled });
                    }
                }
            }
        }
        let family = |voice: &Voice| {
            let arm = plan.arms().find(|arm| arm.lens == voice.lens && arm.reading == voice.reading);
            arm.map(|arm| arm.family)
        };
        let families =
            voices.into_iter().filter_map(|voice| Some((voice.clone(), family(&voice)?))).collect();
        let shown = stakes::sources(plan, &index, scenario).into_iter().collect();
        Self { plan, cases, families, shown }
    }

    /// The plan it judges.
    #[must_use]
    pub fn plan(&self) -> &'a Plan {
        self.plan
    }

    /// Every column that is needed; all else in a chunk may be left empty.
    #[must_use]
    pub fn sources(&self) -> BTreeSet<Source> {
        let asked = self.cases.iter().flat_map(|case| case.compiled.sources.iter());
        asked.chain(&self.shown).copied().collect()
    }

    /// The movements that claims ask about: whoever can evaluate models tells them in a [`Moved`].
    #[must_use]
    pub fn movements(&self) -> Vec<Movement> {
        let of_case = |(index, case): (usize, &Case)| {
            let family = self.families[case.voice].1;
            let arms: BTreeSet<usize> = case.compiled.sources.iter().map(|source| source.arm).collect();
            let movement = move |(place, moves): (usize, &compile::Moves)| Movement {
                place: (index, place),
                direction: moves.direction,
                input: moves.input.clone(),
                arms: arms.clone(),
                family,
            };
            case.compiled.moves.iter().enumerate().map(movement).collect::<Vec<_>>()
        };
        self.cases.iter().enumerate().flat_map(of_case).collect()
    }

    /// The quantity of a movement over the draws of a chunk, NaN where it is undefined or only bounds are known.
    #[must_use]
    pub fn quantity(&self, movement: &Movement, chunk: &Chunk) -> Vec<f64> {
        let (case, place) = movement.place;
        let compiled = &self.cases[case].compiled;
        let rows = Rows::new(chunk);
        let draws = Draws::new(&rows, &compiled.chances, 0);
        let found = compiled.moves[place].quantity.over(&draws);
        let known = |(low, high): (&f64, &f64)| if low == high { *low } else { f64::NAN };
        found.low.iter().zip(found.high()).map(known).collect()
    }

    /// The truth of a claim for a lens in each draw of a chunk, as written (no perspective); `None` if the lens has
    /// nothing to say of it. Branches beyond the first are left aside.
    #[must_use]
    pub fn truth(&self, claim: usize, lens: &str, reading: &str, chunk: &Chunk) -> Option<Vec<Truth>> {
        let case = self.cases.iter().position(|case| {
            let voice = &self.families[case.voice].0;
            case.claim == claim
                && case.perspective.is_none()
                && voice.lens == lens
                && voice.reading == reading
        })?;
        Some(tally::truth(
            &self.cases[case].compiled,
            &Draws::new(&Rows::new(chunk), &self.cases[case].compiled.chances, 0),
            &|_| vec![Truth::Undefined; chunk.draws],
        ))
    }

    /// Families that can answer a claim as written, first to last, each with the arms its answer is made of; without
    /// claims on how a quantity moves, which no rows tell.
    #[must_use]
    pub fn families(&self, claim: usize) -> Vec<(Family, BTreeSet<usize>)> {
        let mut families: Vec<(Family, BTreeSet<usize>)> = Vec::new();
        for case in self.base(claim).filter(|case| case.compiled.moves.is_empty()) {
            let arms = case.compiled.sources.iter().map(|source| source.arm);
            let family = self.families[case.voice].1;
            match families.iter_mut().find(|(known, _)| *known == family) {
                Some((_, all)) => all.extend(arms),
                None => families.push((family, arms.collect())),
            }
        }
        families.retain(|(_, arms)| !arms.is_empty());
        families.sort_by_key(|(family, _)| *family);
        families
    }

    /// How a family answers a claim as written over the draws of a chunk: the mean, over its lenses that can judge it, of
    /// the share of judged draws in which it is true; of a claim on chances, the share of these lenses for which it is true
    /// of the chances as they are.
    #[must_use]
    pub fn share(&self, claim: usize, family: Family, chunk: &Chunk) -> Option<f64> {
        let own = self.base(claim).filter(|case| self.families[case.voice].1 == family);
        let rows = Rows::new(chunk);
        let shares = own.filter_map(|case| verdict::share(self, case, &tally::alone(self, case, &rows)));
        let (sum, count) = shares.fold((0.0, 0_u64), |(sum, count), share| (sum + share, count + 1));
        (count > 0).then(|| sum / count as f64)
    }

    /// Whether a claim asks how a quantity moves with an input, which no rows tell.
    #[must_use]
    pub fn asks_how_it_moves(&self, claim: usize) -> bool {
        self.base(claim).any(|case| !case.compiled.moves.is_empty())
    }

    /// Whether the guard keeps the answer to a claim to conditions and directions.
    #[must_use]
    pub fn is_guarded(&self, claim: usize) -> bool {
        self.guarded(claim)
    }

    fn base(&self, claim: usize) -> impl Iterator<Item = &Case> {
        self.cases.iter().filter(move |case| case.claim == claim && case.perspective.is_none())
    }

    /// Counts the draws of one chunk.
    #[must_use]
    pub fn tally(&self, chunk: &Chunk, moved: &Moved) -> Tally {
        Tally::of(self, chunk, moved)
    }

    /// The verdicts, in the order of the claims.
    #[must_use]
    pub fn finish(&self, tally: &Tally) -> Vec<Judgement> {
        let sorted = turn::Sorted::new(&tally.inputs);
        let claims = (0..scenario(self.plan).claims.len()).into_par_iter();
        claims.map(|claim| verdict::judgement(self, tally, &sorted, claim)).collect()
    }

    fn scenario(&self) -> &'a Scenario {
        scenario(self.plan)
    }

    fn claim(&self, claim: usize) -> &'a StatedClaim {
        &self.scenario().claims[claim]
    }

    fn perspective(&self, place: Option<usize>) -> Option<&'a Overlay> {
        place.map(|place| &self.scenario().perspectives[place])
    }

    /// Whether the guard keeps the verdict on a claim to conditions: it tests a coercive policy, and the conflict is not
    /// over.
    fn guarded(&self, claim: usize) -> bool {
        let guard = Guard::new(self.scenario());
        let used = self.claim(claim).expression.overlays();
        let tested = |policy: &&Overlay| used.iter().any(|set| set.contains(&policy.id));
        self.scenario().policies.iter().filter(tested).any(|policy| !guard.may_rank(policy))
    }
}

fn scenario(plan: &Plan) -> &Scenario {
    &plan.variants()[0].scenario
}
