use proptest::prelude::*;

use super::*;
use crate::diagnostic::{Code, FileId};
use crate::scenario::{ActorId, NameTable};

fn names() -> Names {
    Names {
        actors: ["athens", "melos", "sparta"].into_iter().collect(),
        issues: ["submission", "tribute"].into_iter().collect(),
        groups: ["council"].into_iter().collect(),
        members: vec![Vec::new()],
        policies: ["submit", "hold_out"].into_iter().collect(),
        perspectives: ["thucydides"].into_iter().collect(),
        rungs: ["talks", "siege", "assault"].into_iter().collect(),
        types: vec![["determined", "reluctant"].into_iter().collect(), NameTable::default()],
        allies: vec![ActorId::new(2)],
        paths: ["actor.melos.capability", "stance.melos.submission.position", "ally.sparta.chance"]
            .into_iter()
            .collect(),
    }
}

const START: usize = 50;

fn read(text: &str) -> Result<Claim, Vec<Diagnostic>> {
    parse(text, Span::new(FileId(0), START - 1..START + text.len() + 1), &names())
}

/// The codes of all errors, each with the words it points at.
fn errors(text: &str) -> Vec<(Code, &str)> {
    let Err(errors) = read(text) else { return Vec::new() };
    errors
        .iter()
        .map(|error| {
            let span = error.primary.as_ref().expect("a place").span;
            (error.code, &text[span.start - START..span.end - START])
        })
        .collect()
}

#[test]
fn claims_are_read_and_printed_back() {
    for (text, printed) in [
        ("room", "room"),
        ("not (room and fit)", "not (room and fit)"),
        ("P(deal)>=0.5", "P(deal) >= 0.5"),
        ("P(imposed or broken) < .2", "P(imposed or broken) < 0.2"),
        ("P(none) <= 0.3 and P(war) <= 0.1", "P(none) <= 0.3 and P(war) <= 0.1"),
        ("P(rung ≥ siege) > 0.1", "P(rung >= siege) > 0.1"),
        (
            "P(joins(sparta) under hold_out) >= 0.5 and gain(melos under hold_out) > gain(melos under submit)",
            "P(joins(sparta)) under hold_out >= 0.5 and gain(melos) under hold_out > gain(melos) under submit",
        ),
        ("P(joins(sparta under hold_out)) > 0", "P(joins(sparta)) under hold_out > 0"),
        (
            "(gain(melos) - 5) under (hold_out, thucydides) > 0",
            "gain(melos) under (hold_out, thucydides) - 5 > 0",
        ),
        (
            "0.2 <= belief(melos, athens, determined, 3) <= 0.4",
            "0.2 <= belief(melos, athens, determined, 3) <= 0.4",
        ),
        (
            "acceptable({ submission = 70, tribute = 10 }, athens, council) under submit",
            "acceptable({ submission = 70, tribute = 10 }, athens, council) under submit",
        ),
        ("increases(P(deal), actor.melos.capability)", "increases(P(deal), actor.melos.capability)"),
        (
            "decreases(gain(athens) under submit, ally.sparta.chance)",
            "decreases(gain(athens) under submit, ally.sparta.chance)",
        ),
        (
            "best(gain(melos), submit, hold_out) >= gain(melos) + 2 * 3",
            "best(gain(melos), submit, hold_out) >= gain(melos) + 2 * 3",
        ),
        ("P(terms(submission) >= 40 and room) > 0.5", "P(terms(submission) >= 40 and room) > 0.5"),
        (
            "terms(submission) - (terms(tribute) - 3) > -(1 + 2)",
            "terms(submission) - (terms(tribute) - 3) > -(1 + 2)",
        ),
        ("2*P(deal)*gain(melos)/P(war) > 40", "2 * P(deal) * gain(melos) / P(war) > 40"),
        ("room and fit or not room", "room and fit or not room"),
        ("room and (fit or not room)", "room and (fit or not room)"),
    ] {
        let claim = read(text).unwrap_or_else(|errors| panic!("{text}: {errors:#?}"));
        assert_eq!(claim.to_string(), printed);
        assert_eq!(read(printed).as_ref(), Ok(&claim), "{printed}");
    }
}

#[test]
fn mistakes_are_named_with_their_exact_place() {
    for (text, code, place) in [
        ("", Code::CLAIM_SYNTAX, ""),
        ("P(deal) is at least 0.5", Code::CLAIM_SYNTAX, "is"),
        ("P(deal) == 0.5", Code::CLAIM_SYNTAX, "=="),
        ("P(deal) = 0.5", Code::CLAIM_SYNTAX, "="),
        ("P(deal) >= 50%", Code::CLAIM_SYNTAX, "%"),
        ("P(deal >= 0.5", Code::CLAIM_SYNTAX, ""),
        ("P(deal >= 0.5) > 0.2", Code::CLAIM_MEANING, "deal"),
        ("P(deal", Code::CLAIM_SYNTAX, ""),
        ("room; fit", Code::CLAIM_SYNTAX, ";"),
        ("P(deal) >= 50", Code::OUT_OF_RANGE, "50"),
        ("120 < terms(tribute)", Code::OUT_OF_RANGE, "120"),
        ("room >= 0.5", Code::CLAIM_MEANING, "room"),
        ("deal", Code::CLAIM_MEANING, "deal"),
        ("joins(sparta)", Code::CLAIM_MEANING, "joins(sparta)"),
        ("rung >= siege", Code::CLAIM_MEANING, "rung >= siege"),
        ("terms(tribute)", Code::CLAIM_MEANING, "terms(tribute)"),
        ("P(deal)", Code::CLAIM_MEANING, "P(deal)"),
        ("P(rung) > 0", Code::CLAIM_MEANING, "rung"),
        ("P(P(deal) > 0.5) > 0.5", Code::CLAIM_MEANING, "P"),
        ("P(gain(melos)) > 0.5", Code::CLAIM_MEANING, "gain(melos)"),
        ("terms(tribute) > P(deal)", Code::CLAIM_MEANING, "terms(tribute) > P(deal)"),
        ("gain(melos) > gain(athens)", Code::CLAIM_MEANING, "gain(melos) > gain(athens)"),
        ("gain(melos) + gain(athens) > 0", Code::CLAIM_MEANING, "gain(melos) + gain(athens)"),
        ("2 * P(deal) > terms(tribute)", Code::CLAIM_MEANING, "2 * P(deal) > terms(tribute)"),
        ("gain(melos) / 0 > 1", Code::CLAIM_MEANING, "gain(melos) / 0"),
        ("0.2 <= P(deal) > 0.1", Code::CLAIM_MEANING, "0.2 <= P(deal) > 0.1"),
        ("1 < 2", Code::CLAIM_MEANING, "1 < 2"),
        ("gain(mellos) > 0", Code::UNKNOWN_ACTOR, "mellos"),
        ("gain(tribute) > 0", Code::UNKNOWN_ACTOR, "tribute"),
        ("terms(tributes) > 0", Code::UNKNOWN_ISSUE, "tributes"),
        ("gain(melos) under holdout > 0", Code::UNKNOWN_OVERLAY, "holdout"),
        ("gain(melos under submit) under hold_out > 0", Code::CLAIM_MEANING, "submit"),
        ("gain(melos) under (submit, submit) > 0", Code::CLAIM_MEANING, "submit"),
        ("gain(melos) > 5 under submit", Code::CLAIM_MEANING, "5"),
        ("P(deal under submit and war) > 0.1", Code::CLAIM_MEANING, "deal under submit and war"),
        ("gian(melos) > 0", Code::UNKNOWN_NAME, "gian"),
        ("p(deal) > 0", Code::UNKNOWN_NAME, "p"),
        ("submission > 40", Code::UNKNOWN_NAME, "submission"),
        ("gain(melos) under submit and hold_out", Code::CLAIM_MEANING, "gain(melos)"),
        ("increases(P(deal), actor.mellos.capability)", Code::UNKNOWN_PATH, "actor.mellos.capability"),
        ("increases(3, actor.melos.capability)", Code::CLAIM_MEANING, "3"),
        ("best(gain(melos), thucydides) > 0", Code::UNKNOWN_OVERLAY, "thucydides"),
        ("best(gain(melos)) > 0", Code::CLAIM_MEANING, "best"),
        ("belief(melos, athens, determined, 1.5) > 0", Code::CLAIM_MEANING, "1.5"),
        ("belief(melos, athens, determind, 1) > 0", Code::UNKNOWN_NAME, "determind"),
        ("belief(athens, melos, determined, 1) > 0", Code::UNKNOWN_NAME, "determined"),
        ("belief(athens, athens, determined, 1) > 0", Code::CLAIM_MEANING, "athens"),
        ("P(rung >= seige) > 0", Code::UNKNOWN_NAME, "seige"),
        ("P(joins(melos)) > 0", Code::UNKNOWN_NAME, "melos"),
        ("belief(athens) > 0", Code::CLAIM_MEANING, "belief"),
        ("acceptable({ submission = 170 }, melos)", Code::OUT_OF_RANGE, "170"),
        ("acceptable({ submission = 70 })", Code::CLAIM_MEANING, "acceptable"),
        ("acceptable(melos)", Code::CLAIM_SYNTAX, "acceptable"),
    ] {
        assert_eq!(errors(text).first(), Some(&(code, place)), "{text}");
    }
}

#[test]
fn all_errors_of_a_test_are_shown_at_once() {
    let found = errors("gain(mellos) > 0 and terms(tributes) > 0 or P(deal) under holdout > 2");
    let places: Vec<&str> = found.iter().map(|(_, place)| *place).collect();
    assert_eq!(places, ["mellos", "tributes", "holdout", "2"]);
}

#[test]
fn hostile_texts_end_in_an_error() {
    let deep =
        |open: &str, close: &str, times: usize| format!("{}room{}", open.repeat(times), close.repeat(times));
    for text in [
        deep("(", ")", 100),
        deep("not ", "", 200),
        deep("-", "", 300),
        deep("P(", ")", 120),
        "(".repeat(1_000_000),
        format!("{} > 1", vec!["gain(melos)"; 10_000].join(" + ")),
        "room and ".repeat(1_000),
        "gain(melos) > 1e999".to_owned(),
        "gain(melos) > 0x10".to_owned(),
        "gain(\u{0}) > \u{fffd}".to_owned(),
    ] {
        assert!(read(&text).is_err());
    }
}

#[test]
fn needed_measures_are_listed_with_their_overlays() {
    let claim = read(
        "best(gain(melos) under thucydides, submit, hold_out) > gain(melos) and P(deal and room) under submit > 0.5 \
         and gain(melos) > 0",
    )
    .expect("a claim");
    let listed: Vec<String> = claim
        .quantities()
        .iter()
        .map(|needed| {
            let quantity = match needed.quantity {
                Asked::Number(quantity) => quantity.to_string(),
                Asked::Flag(quantity) => quantity.to_string(),
                Asked::Event(event) => event.to_string(),
            };
            format!("{quantity} under {:?}", needed.under)
        })
        .collect();
    assert_eq!(
        listed,
        [
            "gain(melos) under [\"thucydides\", \"submit\"]",
            "gain(melos) under [\"thucydides\", \"hold_out\"]",
            "gain(melos) under []",
            "deal under [\"submit\"]",
            "room under [\"submit\"]",
        ]
    );
    assert_eq!(claim.overlays().len(), 4);
    assert_eq!(claim.test.level(), Level::EachDraw);
    assert_eq!(read("P(deal) > P(war)").expect("a claim").test.level(), Level::OverDraws);
}

fn overlays() -> impl Strategy<Value = Overlays> {
    prop::sample::subsequence(
        vec!["submit".to_owned(), "hold_out".to_owned(), "thucydides".to_owned()],
        0..=3,
    )
}

fn constant() -> impl Strategy<Value = Number> {
    prop_oneof![Just(0.5), 0.0..1.0_f64].prop_map(Number::Constant)
}

fn relation() -> impl Strategy<Value = Relation> {
    prop_oneof![
        Just(Relation::Less),
        Just(Relation::AtMost),
        Just(Relation::AtLeast),
        Just(Relation::Greater)
    ]
}

fn flag_quantity() -> impl Strategy<Value = FlagQuantity> {
    prop_oneof![
        Just(FlagQuantity::Room),
        Just(FlagQuantity::Fit),
        (0.0..=100.0_f64).prop_map(|terms| FlagQuantity::Acceptable {
            package: vec![("submission".to_owned(), terms)],
            parties: vec!["athens".to_owned(), "council".to_owned()],
        }),
    ]
}

fn event() -> impl Strategy<Value = Event> {
    let leaf = prop_oneof![
        Just(Event::Deal),
        Just(Event::Imposed),
        Just(Event::Broken),
        Just(Event::NoDeal),
        Just(Event::War),
        Just(Event::Joins { actor: "sparta".to_owned() }),
        relation().prop_map(|relation| Event::Rung { relation, rung: "siege".to_owned() }),
        flag_quantity().prop_map(Event::Measured),
        (relation(), constant()).prop_map(|(relation, constant)| Event::Compare {
            first: Number::Measured {
                quantity: NumberQuantity::Terms { issue: "tribute".to_owned() },
                under: Vec::new()
            },
            rest: vec![(relation, constant)],
        }),
    ];
    leaf.prop_recursive(3, 12, 3, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 2..4).prop_map(Event::All),
            prop::collection::vec(inner.clone(), 2..4).prop_map(Event::Any),
            inner.prop_map(|event| Event::Not(Box::new(event))),
        ]
    })
}

/// Numbers of one unit: chances.
fn number() -> impl Strategy<Value = Number> {
    let leaf =
        (event(), overlays()).prop_map(|(event, under)| Number::Chance { event: Box::new(event), under });
    let operator = prop_oneof![
        Just(Operator::Add),
        Just(Operator::Subtract),
        Just(Operator::Multiply),
        Just(Operator::Divide)
    ];
    leaf.prop_recursive(3, 8, 2, move |inner| {
        prop_oneof![
            inner.clone().prop_map(|number| Number::Negative(Box::new(number))),
            (operator.clone(), inner.clone(), inner.clone()).prop_map(|(operator, left, right)| {
                Number::Arithmetic { operator, left: Box::new(left), right: Box::new(right) }
            }),
            inner.prop_map(|number| Number::Best {
                quantity: Box::new(number),
                policies: vec!["submit".to_owned(), "hold_out".to_owned()],
            }),
        ]
    })
}

fn flag() -> impl Strategy<Value = Flag> {
    let leaf = prop_oneof![
        (flag_quantity(), overlays()).prop_map(|(quantity, under)| Flag::Measured { quantity, under }),
        (constant(), number(), number()).prop_map(|(low, first, second)| Flag::Compare {
            first: low,
            rest: vec![(Relation::AtMost, first), (Relation::Less, second)],
        }),
        number().prop_map(|quantity| Flag::Moves {
            direction: Direction::Decreases,
            quantity,
            input: "actor.melos.capability".to_owned(),
        }),
    ];
    leaf.prop_recursive(3, 10, 3, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 2..4).prop_map(Flag::All),
            prop::collection::vec(inner.clone(), 2..4).prop_map(Flag::Any),
            inner.prop_map(|flag| Flag::Not(Box::new(flag))),
        ]
    })
}

proptest! {
    #[test]
    fn printed_claims_parse_to_themselves(test in flag()) {
        let claim = Claim { test };
        let printed = claim.to_string();
        match read(&printed) {
            Ok(parsed) => prop_assert_eq!(parsed, claim, "{}", printed),
            // Only length and nesting may stand in the way.
            Err(errors) => prop_assert!(
                errors.iter().all(|error| error.message.contains("too ")),
                "{}: {:?}", printed, errors
            ),
        }
    }

    #[test]
    fn no_text_makes_the_parser_panic(text in "\\PC{0,60}") {
        let _ = read(&text);
    }

    #[test]
    fn no_words_of_the_language_make_the_parser_panic(
        words in prop::collection::vec(prop::sample::select(vec![
            "P", "(", ")", "{", "}", ",", "=", "and", "or", "not", "under", "room", "deal", "terms", "gain",
            "melos", "submission", "0.5", "70", "<=", ">", "+", "-", "*", "/", "best", "increases", "rung",
            "acceptable", "belief", "joins", "submit", "a.b", "é",
        ]), 0..24)
    ) {
        let text = words.join(" ");
        if let Err(errors) = read(&text) {
            for error in errors {
                let span = error.primary.expect("a place").span;
                prop_assert!(span.start >= START && span.end <= START + text.len());
            }
        }
    }
}
