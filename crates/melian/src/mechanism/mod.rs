//! The thirteen mechanisms of crisis bargaining as small named models with closed forms.
//!
//! Each is a game of two sides, A and B, taken from one publication, with its equilibria in closed form or to
//! rounding. They stand beside the crisis lens: where a scenario is reduced to such a game the two agree, and where
//! the published game is another one (types on a continuum, attrition in continuous time) it can be asked here.
//!
//! Every model is a plain struct with a `solve`, for programs, and a [`Model`] that reads named parameters, checks
//! them and answers in words and numbers. The structs check nothing: outside the ranges of their [`Card`] their
//! numbers mean nothing, though nothing panics.

mod answer;
mod distribution;
mod parameter;
mod study;

pub mod alliance;
pub mod audience;
pub mod bargaining;
pub mod bluff;
pub mod brinkmanship;
pub mod commitment;
pub mod delay;
pub mod form;
pub mod horizon;
pub mod reputation;
pub mod signalling;
pub mod spoiler;
pub mod surprise;
pub mod survival;
pub mod talk;
pub mod trust;

pub use answer::{Answer, Branch, Condition, Fact, Shown, Table};
pub use distribution::{Distribution, Prior};
pub use parameter::{Domain, Given, Parameter, Problem, Value, pairs};
pub use study::{Direction, Flip, Static, Study, Sweep};

/// What a mechanism is, and when not to use it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Card {
    /// Its place among the thirteen mechanisms (a) to (m): "a2".
    pub letter: &'static str,
    /// Its name on the command line: "ultimatum".
    pub id: &'static str,
    /// The mechanism it belongs to: "bargaining range".
    pub mechanism: &'static str,
    /// Its name in words.
    pub name: &'static str,
    /// The game and its lesson in a sentence or two.
    pub idea: &'static str,
    /// The publication.
    pub citation: &'static str,
    /// What it takes.
    pub parameters: &'static [Parameter],
    /// Keys of the values that comparative statics are told of.
    pub headlines: &'static [&'static str],
    /// When not to use it.
    pub when_not: &'static [&'static str],
}

/// A mechanism that can be asked.
#[derive(Debug, Clone, Copy)]
pub struct Model {
    /// What it is.
    pub card: Card,
    solve: fn(&Given) -> Result<Answer, Vec<Problem>>,
}

impl Model {
    /// Reads `key`, `text` pairs.
    ///
    /// # Errors
    ///
    /// Every unknown, unreadable, missing or out-of-range parameter.
    pub fn read(&self, pairs: &[(String, String)]) -> Result<Given, Vec<Problem>> {
        Given::read(self.card.parameters, pairs)
    }

    /// The answer at checked values.
    ///
    /// # Errors
    ///
    /// Values that don't go together, such as a weak type with lower costs than the tough one.
    pub fn solve(&self, given: &Given) -> Result<Answer, Vec<Problem>> {
        (self.solve)(given)
    }

    /// The answer to `key=value,key=value`.
    ///
    /// # Errors
    ///
    /// As [`read`](Self::read) and [`solve`](Self::solve).
    pub fn ask(&self, text: &str) -> Result<Answer, Vec<Problem>> {
        let pairs = pairs(text).map_err(|message| vec![Problem { parameter: None, message, help: None }])?;
        self.solve(&self.read(&pairs)?)
    }

    /// `key=value` for every parameter that must be given and those that show the model best.
    #[must_use]
    pub fn example(&self) -> String {
        let needed = self.card.parameters.iter().filter(|parameter| !parameter.optional || parameter.shown);
        needed
            .map(|parameter| format!("{}={}", parameter.key, parameter.example))
            .collect::<Vec<_>>()
            .join(",")
    }
}

/// Whether `x` exceeds `y` by more than rounding: figures as people write them (.4 - .1 against .3) meet at edges.
fn above(x: f64, y: f64) -> bool {
    x > y + 1e-12 * y.abs().max(1.0)
}

/// All models in the order of their letters.
#[must_use]
pub fn all() -> &'static [Model] {
    const ALL: &[Model] = &[
        bargaining::RANGE,
        bargaining::ULTIMATUM,
        bargaining::TWO_TYPES,
        audience::ATTRITION,
        signalling::CRISIS,
        bluff::BLUFF,
        reputation::CHAIN,
        reputation::EROSION,
        brinkmanship::CLOCK,
        brinkmanship::RESOLVE,
        commitment::PREVENTIVE,
        surprise::SURPRISE,
        spoiler::SPOILER,
        trust::REASSURANCE,
        survival::RESURRECTION,
        survival::SELECTORATE,
        alliance::DETERRENCE,
        alliance::PLEDGE,
        alliance::COALITION,
        talk::CHEAP_TALK,
        talk::HONESTY,
        talk::PRIVATE_THREAT,
        talk::ALIGNMENT,
        form::FORM,
        delay::ALTERNATING,
        delay::ATTRITION,
        commitment::RECOVERY,
        horizon::HORIZON,
        horizon::ATTENTION,
    ];
    ALL
}

/// The models of a name: an id ("ultimatum"), a letter with its number ("a2"), or a mechanism's letter ("a": all of
/// its models).
#[must_use]
pub fn find(name: &str) -> Vec<&'static Model> {
    let exact: Vec<&Model> =
        all().iter().filter(|model| model.card.id == name || model.card.letter == name).collect();
    if !exact.is_empty() {
        return exact;
    }
    all().iter().filter(|model| name.len() == 1 && model.card.letter.starts_with(name)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn names_are_unique_and_every_example_is_answered() {
        let names: BTreeSet<&str> =
            all().iter().flat_map(|model| [model.card.id, model.card.letter]).collect();
        assert_eq!(names.len(), 2 * all().len());
        let letters: BTreeSet<char> = all().iter().filter_map(|m| m.card.letter.chars().next()).collect();
        assert_eq!(letters.into_iter().collect::<String>(), "abcdefghijklm");
        for model in all() {
            let answer = model.ask(&model.example());
            let answer = answer.unwrap_or_else(|problems| panic!("{}: {problems:?}", model.card.id));
            assert!(!answer.equilibria.is_empty() || !answer.facts.is_empty(), "{}", model.card.id);
            assert!(!model.card.headlines.is_empty(), "{}", model.card.id);
            for key in model.card.headlines {
                assert!(answer.label(key).is_some(), "{}: no {key}", model.card.id);
            }
            for parameter in model.card.parameters {
                let pairs = [(parameter.key.to_owned(), parameter.example.to_owned())];
                let said = Given::read(model.card.parameters, &pairs).err().unwrap_or_default();
                let of_it = |problem: &&Problem| problem.parameter.as_deref() == Some(parameter.key);
                assert!(!said.iter().any(|problem| of_it(&problem)), "{}: {said:?}", model.card.id);
            }
        }
    }

    #[test]
    fn studies_of_every_example_come_to_an_end() {
        for model in all() {
            let given = model.read(&pairs(&model.example()).expect("pairs")).expect("sound");
            let study = Study::of(model, &given).expect("the example is answered");
            for flip in &study.flips {
                let turned = model.solve(&given.with(flip.parameter, flip.at)).expect("inside the range");
                assert_eq!(turned.verdict, flip.verdict, "{}: {flip:?}", model.card.id);
                assert_ne!(turned.verdict, study.answer.verdict, "{}: {flip:?}", model.card.id);
            }
        }
    }

    #[test]
    fn models_are_found_by_id_letter_and_mechanism() {
        assert_eq!(find("ultimatum")[0].card.letter, "a2");
        assert_eq!(find("a2")[0].card.id, "ultimatum");
        assert_eq!(find("a").len(), 3);
        assert!(find("z").is_empty() && find("").is_empty());
    }
}
