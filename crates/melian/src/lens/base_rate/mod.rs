//! Base rate: how a named class of past international crises ended and how violent they got.

mod derive;
mod interval;
mod table;

pub use derive::derive;

use interval::jeffreys;
use table::{Crisis, FLAGS, GRAVITIES, TRIGGERS, crises};

use super::options::Checked;
use super::{
    Ending, Family, Lens, LensCard, Measure, Model, Quantity, ReferenceClass, ReferenceShare, RowBlock,
    Scratch, Streams, Trace, TraceStep, TraceTable, Unable, Unit,
};
use crate::case::{Case, CaseBlock};
use crate::diagnostic::{Span, did_you_mean};
use crate::scenario::{LensOptions, OptionValue, Plain, Scenario};

/// Below this many cases a class says little.
const FEW: u32 = 10;

/// Examples shown.
const EXAMPLES: usize = 12;

/// The derived table of crises as comma-separated text, a header first: what [`derive()`] makes of ICB version 14.
#[must_use]
pub fn shipped_table() -> &'static str {
    table::TABLE
}

/// The base-rate lens.
#[derive(Debug)]
pub(crate) struct BaseRate;

static CARD: LensCard = LensCard {
    id: "base_rate",
    reading: "",
    family: Family::BaseRate,
    name: "Base rate",
    idea: "How international crises of a named kind ended, and how violent they got.",
    citation: CITATION,
    assumptions: &[
        "The case at hand is one of the class, no more like some of its crises than others.",
        "The future is like 1918 to 1995.",
    ],
    when_not: &[
        "When the class was picked after looking at its outcome.",
        "For talks that are no crisis between states: the class of such cases is not in the data.",
    ],
    speaks_of_endings: true,
};

const CITATION: &str = "Brecher and Wilkenfeld (1997), A Study of Crisis; International Crisis Behavior data, version 14 \
                        (Brecher, Wilkenfeld, Beardsley, James and Quinn), crises that began 1918 to 1995";

/// One demand a crisis must meet.
#[derive(Debug, Clone, PartialEq)]
enum Demand {
    /// A flag of the table.
    Flag(usize, bool),
    /// The act that began it.
    Trigger(Vec<u8>),
    /// The gravest threat.
    Gravity(Vec<u8>),
    /// Not before, not after.
    Years(i32, i32),
}

/// A named class: what it is called, in words, and what it demands.
struct Class {
    name: &'static str,
    words: &'static str,
    demands: fn() -> Vec<Demand>,
}

static CLASSES: [Class; 11] = [
    Class { name: "all", words: "all international crises", demands: Vec::new },
    Class { name: "great_power", words: "crises with a great power", demands: || vec![flag("great_power")] },
    Class {
        name: "weak_against_great",
        words: "a small power with a great power against it",
        demands: || vec![flag("weak_against_great")],
    },
    Class {
        name: "weak_against_great_nonviolent",
        words: "a small power with a great power against it, begun by word or political act",
        demands: || vec![flag("weak_against_great"), Demand::Trigger(vec![1, 2])],
    },
    Class {
        name: "protracted",
        words: "crises in a protracted conflict",
        demands: || vec![flag("protracted")],
    },
    Class { name: "mediated", words: "mediated crises", demands: || vec![flag("mediated")] },
    Class { name: "territorial", words: "crises over territory", demands: || vec![flag("territorial")] },
    Class { name: "existential", words: "crises over existence", demands: || vec![flag("existential")] },
    Class { name: "nuclear", words: "crises with a nuclear power", demands: || vec![flag("nuclear")] },
    Class {
        name: "violent_trigger",
        words: "crises begun by violence",
        demands: || vec![Demand::Trigger(vec![8, 9])],
    },
    Class {
        name: "political_trigger",
        words: "crises begun by word or political act",
        demands: || vec![Demand::Trigger(vec![1, 2])],
    },
];

fn flag(name: &str) -> Demand {
    Demand::Flag(FLAGS.iter().position(|known| known.0 == name).unwrap_or(0), true)
}

impl Demand {
    fn met_by(&self, crisis: &Crisis) -> bool {
        match self {
            Self::Flag(index, wanted) => crisis.flag(*index) == *wanted,
            Self::Trigger(codes) => codes.contains(&crisis.trigger),
            Self::Gravity(codes) => codes.contains(&crisis.gravity),
            Self::Years(first, last) => (*first..=*last).contains(&crisis.year),
        }
    }

    fn in_words(&self) -> String {
        let list = |known: &[(&str, u8)], codes: &[u8]| {
            let words: Vec<String> = codes
                .iter()
                .filter_map(|code| known.iter().find(|(_, known)| known == code))
                .map(|(word, _)| word.replace('_', " "))
                .collect();
            words.join(" or ")
        };
        match self {
            Self::Flag(index, true) => FLAGS[*index].1.to_owned(),
            Self::Flag(index, false) => format!("not {}", FLAGS[*index].1),
            Self::Trigger(codes) => format!("begun by an act of the kind: {}", list(&TRIGGERS, codes)),
            Self::Gravity(codes) => format!("gravest threat: {}", list(&GRAVITIES, codes)),
            Self::Years(first, last) => format!("begun from {first} to {last}"),
        }
    }
}

/// Reads `[lens.base_rate]`.
fn read(options: &LensOptions) -> Result<(String, Vec<Demand>), Unable> {
    let mut checked = Checked::new(&CARD, options, &["class", "filter"]);
    let mut name = CLASSES[0].words.to_owned();
    let mut demands = Vec::new();
    if let Some(option) = checked.get("class") {
        let known: Vec<&str> = CLASSES.iter().map(|class| class.name).collect();
        match &option.value {
            Plain::Text(text) => match CLASSES.iter().find(|class| class.name == text) {
                Some(class) => {
                    class.words.clone_into(&mut name);
                    demands = (class.demands)();
                }
                None => unknown(&mut checked, option.span, "class", text, &known),
            },
            _ => checked.refuse(option.span, "`class` is not a name in quotes", "write `class = \"all\"`"),
        }
    }
    if let Some(option) = checked.get("filter") {
        filter(&mut checked, option, &mut demands);
        name.push_str(" that pass the filter");
    }
    checked.finish()?;
    Ok((name, demands))
}

fn unknown(checked: &mut Checked<'_>, span: Span, what: &str, text: &str, known: &[&str]) {
    let all = known.join(", ");
    let help = match did_you_mean(text, known.iter().copied()) {
        Some(likely) => format!("did you mean `{likely}`? known are {all}"),
        None => format!("known are {all}"),
    };
    checked.refuse(span, format!("no {what} is called `{text}`"), help);
}

fn filter(checked: &mut Checked<'_>, option: &OptionValue, demands: &mut Vec<Demand>) {
    let span = option.span;
    let Plain::Table(table) = &option.value else {
        checked.refuse(span, "`filter` is not a table", "write `filter = { mediated = true, from = 1946 }`");
        return;
    };
    let (mut first, mut last) = (i32::MIN, i32::MAX);
    for (key, value) in table {
        let index = FLAGS.iter().position(|known| known.0 == key);
        match (key.as_str(), value) {
            (_, Plain::Flag(wanted)) if index.is_some() => {
                demands.push(Demand::Flag(index.unwrap_or(0), *wanted));
            }
            ("from", Plain::Number(year)) => first = *year as i32,
            ("to", Plain::Number(year)) => last = *year as i32,
            ("trigger", _) => demands.push(Demand::Trigger(codes(checked, span, key, value, &TRIGGERS))),
            ("gravity", _) => demands.push(Demand::Gravity(codes(checked, span, key, value, &GRAVITIES))),
            ("from" | "to", _) => {
                checked.refuse(span, format!("`{key}` is not a year"), "write `from = 1946`");
            }
            _ if index.is_some() => {
                checked.refuse(
                    span,
                    format!("`{key}` is neither true nor false"),
                    format!("write `{key} = true`"),
                );
            }
            _ => {
                let flags = FLAGS.iter().map(|known| known.0);
                let known: Vec<&str> = flags.chain(["trigger", "gravity", "from", "to"]).collect();
                unknown(checked, span, "filter", key, &known);
            }
        }
    }
    if first > i32::MIN || last < i32::MAX {
        demands.push(Demand::Years(first.max(1918), last.min(1995)));
    }
}

/// The codes of one word or a list of words.
fn codes(checked: &mut Checked<'_>, span: Span, key: &str, value: &Plain, known: &[(&str, u8)]) -> Vec<u8> {
    let words: &[Plain] = match value {
        Plain::List(words) => words,
        other => std::slice::from_ref(other),
    };
    let names: Vec<&str> = known.iter().map(|(word, _)| *word).collect();
    let mut codes = Vec::new();
    for word in words {
        let Plain::Text(text) = word else {
            checked.refuse(span, format!("`{key}` is not a word or a list of words"), names.join(", "));
            continue;
        };
        match known.iter().find(|(word, _)| word == text) {
            Some((_, code)) => codes.push(*code),
            None => unknown(checked, span, key, text, &names),
        }
    }
    codes
}

const QUANTITIES: [(Quantity, &str); 8] = [
    (Quantity::Ending(Ending::Deal), "a deal that held for five years"),
    (Quantity::Ending(Ending::Broken), "a deal, and a new crisis within five years"),
    (Quantity::Ending(Ending::Imposed), "terms imposed on a side"),
    (Quantity::Ending(Ending::None), "neither"),
    (Quantity::War, "full-scale war"),
    (Quantity::Violence(2), "minor clashes or worse"),
    (Quantity::Violence(3), "serious clashes or worse"),
    (Quantity::Violence(4), "full-scale war as the level of violence"),
];

fn counts(quantity: Quantity, crisis: &Crisis) -> bool {
    match quantity {
        Quantity::Ending(ending) => crisis.ending() == ending,
        Quantity::War => crisis.violence == 4,
        Quantity::Violence(level) => crisis.violence >= level,
        _ => false,
    }
}

fn reference(name: String, demands: &[Demand], cases: &[&Crisis]) -> ReferenceClass {
    let of = cases.len() as u32;
    let share = |&(quantity, label): &(Quantity, &str)| {
        let count = cases.iter().filter(|crisis| counts(quantity, crisis)).count() as u32;
        ReferenceShare { quantity, label: label.to_owned(), count, of, interval: jeffreys(count, of) }
    };
    let words: Vec<String> = demands.iter().map(Demand::in_words).collect();
    let years = || cases.iter().map(|crisis| crisis.year);
    let mut caveats = vec![
        "Coded by scholars who knew the outcome; what was no crisis in their sense is left out.".to_owned(),
        "A deal counts as broken if the same adversaries were in crisis again within five years: it may have held all \
         the same."
            .to_owned(),
        "A unilateral act that left a crisis actor defeated counts as imposed; backing down by oneself is among these."
            .to_owned(),
    ];
    if of < FEW {
        caveats.insert(0, format!("Only {of} cases: the shares say little. Widen the class."));
    }
    ReferenceClass {
        name,
        filter: if words.is_empty() { "none".to_owned() } else { words.join("; ") },
        cases: of,
        period: (years().min().unwrap_or(0), years().max().unwrap_or(0)),
        shares: QUANTITIES.iter().map(share).collect(),
        examples: cases
            .iter()
            .rev()
            .take(EXAMPLES)
            .map(|case| format!("{} ({})", case.name, case.year))
            .collect(),
        citation: CITATION,
        caveats,
    }
}

impl Lens for BaseRate {
    fn card(&self) -> &LensCard {
        &CARD
    }

    fn prepare(&self, _scenario: &Scenario, options: &LensOptions) -> Result<Box<dyn Model>, Unable> {
        if options.values.is_empty() {
            // The rates of international crises say nothing of, say, a dossier of legislation.
            return Err(Unable::Lacks(
                "a class of past crises: name one in `[lens.base_rate]`, such as `class = \"all\"`"
                    .to_owned(),
            ));
        }
        let (name, demands) = read(options)?;
        let cases: Vec<&Crisis> =
            crises().iter().filter(|crisis| demands.iter().all(|demand| demand.met_by(crisis))).collect();
        if cases.is_empty() {
            let mut checked = Checked::new(&CARD, options, &["class", "filter"]);
            let span = options.values.get("filter").or(options.values.get("class")).map(|option| option.span);
            checked.refuse(
                span.or(options.span).unwrap_or_default(),
                "no crisis is in this class",
                "take a demand away; `melian lenses` says what there is",
            );
            checked.finish()?;
        }
        let class = reference(name, &demands, &cases);
        let measures = QUANTITIES.map(|(quantity, _)| Measure { quantity, unit: Unit::Chance }).to_vec();
        Ok(Box::new(Rates { class, measures }))
    }
}

/// A class and its shares, the same in every draw.
struct Rates {
    class: ReferenceClass,
    measures: Vec<Measure>,
}

fn rate(share: &ReferenceShare) -> f64 {
    f64::from(share.count) / f64::from(share.of)
}

impl Model for Rates {
    fn measures(&self) -> &[Measure] {
        &self.measures
    }

    fn solve(&self, cases: &CaseBlock, _streams: &Streams, out: &mut RowBlock, _scratch: &mut Scratch) {
        out.one_row_per_lane(self.measures.len(), cases.len());
        for (share, column) in self.class.shares.iter().zip(&mut out.columns) {
            column.fill(rate(share));
        }
    }

    fn explain(&self, _case: &Case<'_>) -> Trace {
        let row = |share: &ReferenceShare| {
            let (low, high) = share.interval;
            let cells = [f64::from(share.count), 100.0 * rate(share), 100.0 * low, 100.0 * high];
            (share.label.clone(), cells.to_vec())
        };
        let text = format!(
            "{} crises from {} to {}.\nFilter: {}.\nThe latest: {}.",
            self.class.cases,
            self.class.period.0,
            self.class.period.1,
            self.class.filter,
            self.class.examples.join(", ")
        );
        let table = TraceTable {
            title: "How they ended and how violent they got".to_owned(),
            columns: ["", "cases", "share, %", "5 %", "95 %"].map(str::to_owned).to_vec(),
            rows: self.class.shares.iter().map(row).collect(),
        };
        Trace { steps: vec![TraceStep { title: self.class.name.clone(), text, tables: vec![table] }] }
    }

    fn reference(&self) -> Option<&ReferenceClass> {
        Some(&self.class)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::package::fixture::Builder;

    fn options(pairs: &[(&str, Plain)]) -> LensOptions {
        let value = |value: &Plain| OptionValue {
            value: value.clone(),
            key_span: Span::default(),
            span: Span::default(),
        };
        LensOptions {
            values: pairs.iter().map(|(key, plain)| ((*key).to_owned(), value(plain))).collect(),
            span: None,
        }
    }

    fn text(word: &str) -> Plain {
        Plain::Text(word.to_owned())
    }

    fn class(options: &LensOptions) -> Result<ReferenceClass, Unable> {
        let model = BaseRate.prepare(&Builder::new(1, 1).scenario(), options)?;
        Ok(model.reference().expect("it has one").clone())
    }

    fn complaint(options: &LensOptions) -> String {
        match class(options) {
            Err(Unable::Mistaken(diagnostics)) => {
                format!("{}; {}", diagnostics[0].message, diagnostics[0].help.join("; "))
            }
            other => panic!("not refused: {other:?}"),
        }
    }

    #[test]
    fn without_a_named_class_it_is_silent() {
        assert!(matches!(class(&LensOptions::default()), Err(Unable::Lacks(_))));
    }

    #[test]
    fn all_crises_count_and_endings_add_up() {
        let class = class(&options(&[("class", text("all"))])).expect("it can run");
        assert_eq!((class.cases, class.period), (416, (1918, 1995)));
        assert_eq!(class.shares[..4].iter().map(|share| share.count).sum::<u32>(), 416);
        // Level 4 of `sevviosy` in 88 crises, 3 or more in 195, 2 or more in 245; forms 1 to 3 in 157 (counted apart).
        let counts: Vec<u32> = class.shares.iter().map(|share| share.count).collect();
        assert_eq!(&counts[4..], [88, 245, 195, 88]);
        assert_eq!(counts[0] + counts[1], 157);
        assert!(
            class.shares.iter().all(|share| share.interval.0 < rate(share) && rate(share) < share.interval.1)
        );
    }

    #[test]
    fn classes_and_filters_narrow() {
        let nuclear = class(&options(&[("class", text("nuclear"))])).expect("it can run");
        assert_eq!(nuclear.cases, 95);
        let filter = BTreeMap::from([
            ("mediated".to_owned(), Plain::Flag(true)),
            ("from".to_owned(), Plain::Number(1946.0)),
            ("trigger".to_owned(), Plain::List(vec![text("violent"), text("indirect_violent")])),
        ]);
        let narrow = class(&options(&[("class", text("nuclear")), ("filter", Plain::Table(filter))]));
        let narrow = narrow.expect("it can run");
        assert!(narrow.cases < 95 && narrow.period.0 >= 1946);
    }

    #[test]
    fn every_named_class_has_enough_cases() {
        for named in &CLASSES {
            let class = class(&options(&[("class", text(named.name))])).expect("it can run");
            println!(
                "{}: {} {:?}",
                named.name,
                class.cases,
                class.shares.iter().map(|s| s.count).collect::<Vec<_>>()
            );
            assert!(class.cases >= FEW, "{}", named.name);
        }
    }

    #[test]
    fn what_is_wrong_with_options_is_said() {
        assert!(complaint(&options(&[("class", text("nuclaer"))])).contains("did you mean `nuclear`?"));
        let table = |key: &str, value: Plain| {
            options(&[("filter", Plain::Table(BTreeMap::from([(key.to_owned(), value)])))])
        };
        assert!(complaint(&table("mediatd", Plain::Flag(true))).contains("did you mean `mediated`?"));
        assert!(complaint(&table("trigger", text("violnt"))).contains("did you mean `violent`?"));
        assert!(complaint(&table("from", Plain::Number(1996.0))).contains("no crisis is in this class"));
    }

    #[test]
    fn few_cases_are_warned_of() {
        let filter = BTreeMap::from([("from".to_owned(), Plain::Number(1995.0))]);
        let class =
            class(&options(&[("filter", Plain::Table(filter)), ("class", text("nuclear"))])).expect("it can");
        assert!(class.cases < FEW && class.caveats[0].contains("say little"));
    }
}
