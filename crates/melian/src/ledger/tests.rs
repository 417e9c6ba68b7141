use proptest::prelude::*;

use super::*;
use crate::lens::{Ending, Family};
use crate::math::{exp, normal_cdf, normal_quantile};

fn said(lens: &str, family: Family, question: &str, distribution: Distribution) -> Said {
    Said {
        lens: lens.to_owned(),
        reading: String::new(),
        family,
        question: question.to_owned(),
        draws: 1000,
        distribution,
    }
}

fn question(name: &str, kind: Kind) -> Question {
    Question { name: name.to_owned(), kind, says: format!("{name} \u{2028} in \"words\"") }
}

fn value(values: impl IntoIterator<Item = f64>) -> Distribution {
    let mut quantiles: Vec<f64> = values.into_iter().collect();
    quantiles.sort_by(f64::total_cmp);
    Distribution::Value { with_error: true, quantiles }
}

fn event(chance: f64) -> Distribution {
    Distribution::Event { chance, low: chance, high: chance }
}

fn forecast(title: &str, questions: &[Question], said: Vec<Said>) -> Content {
    let run = SealedRun {
        version: "0.1.0".to_owned(),
        campaign: "c".repeat(64),
        scenario: "5".repeat(64),
        digest: "d".repeat(64),
        seed: 1,
        design: "monte_carlo".to_owned(),
        lenses: Vec::new(),
        draws: 1000,
    };
    Content::Forecast(Box::new(Forecast {
        title: title.to_owned(),
        question: "What comes of it?".to_owned(),
        resolution: None,
        due: Some("2026-12".to_owned()),
        status: "ongoing".to_owned(),
        policy: None,
        perspective: None,
        run,
        files: vec![SealedFile::new("s.toml", b"[scenario]\n"), SealedFile::new("t.xlsx", &[0xff, 0, 0x1b])],
        questions: questions.to_vec(),
        said,
    }))
}

fn happened(of: u64, what: &[(&str, What)]) -> Content {
    let happened = what.iter().map(|(name, what)| Happened { question: (*name).to_owned(), what: *what });
    Content::Outcome(Outcome { of, happened: happened.collect(), source: None, note: None })
}

fn ledger(contents: Vec<Content>) -> Ledger {
    let mut ledger = Ledger::default();
    for (day, content) in (1..).zip(contents) {
        let next = ledger.next(&format!("2026-11-{day:02}"), content);
        assert_eq!(ledger.refuses(&next), Vec::<String>::new());
        ledger.entries.push(next);
    }
    ledger
}

fn text(ledger: &Ledger) -> Vec<u8> {
    ledger.entries.iter().flat_map(|sealed| (sealed.line() + "\n").into_bytes()).collect()
}

/// Two forecasts, what came of them, and a correction.
fn sample() -> Ledger {
    let questions = [
        question("ending", Kind::Ending),
        question("terms_walls", Kind::Value),
        question("p_war", Kind::Event),
        question("p_joins_sparta", Kind::Event),
    ];
    let ending = Distribution::Ending { deal: 0.25, broken: 0.125, imposed: 0.375, none: 0.25 };
    let said = || {
        vec![
            said("base_rate", Family::BaseRate, "ending", ending.clone()),
            said("mean", Family::Baseline, "terms_walls", value([12.34, 50.0, 64.03, 64.03, 100.0])),
            said("base_rate", Family::BaseRate, "p_war", event(0.3)),
            said("crisis", Family::Crisis, "p_joins_sparta", event(0.123_457)),
        ]
    };
    ledger(vec![
        forecast("Melos", &questions, said()),
        forecast("Delos", &questions, said()),
        happened(1, &[("ending", What::Ended(Ending::Deal)), ("terms_walls", What::Value(64.03))]),
        happened(2, &[("ending", What::Ended(Ending::None)), ("p_war", What::Occurred(true))]),
        happened(2, &[("p_war", What::Occurred(false))]),
    ])
}

fn today() -> crate::scenario::Date {
    read_date("2027-01-01").expect("a day")
}

#[test]
fn what_is_written_is_read_again_without_a_problem() {
    let ledger = sample();
    let reading = Ledger::read(&text(&ledger));
    assert_eq!(reading.problems, []);
    assert_eq!(reading.ledger, ledger);
    assert_eq!(Ledger::read(b"").problems, []);
    let Content::Forecast(forecast) = &reading.ledger.entries[0].entry.content else { panic!("a forecast") };
    assert_eq!(forecast.files[1].bytes().expect("bytes"), [0xff, 0, 0x1b]);
}

#[test]
fn every_flip_of_a_bit_is_seen_at_its_line() {
    let mut bytes = text(&sample());
    let mut line = 1;
    for at in 0..bytes.len() {
        let own = bytes[at];
        for bit in 0..8 {
            bytes[at] = own ^ (1 << bit);
            let problems = Ledger::read(&bytes).problems;
            assert!(problems.first().is_some_and(|problem| problem.line == line), "{at} {bit} {problems:?}");
        }
        bytes[at] = own;
        line += usize::from(own == b'\n');
    }
}

#[test]
fn files_cut_off_doubled_or_with_other_line_ends_are_seen() {
    let whole = text(&sample());
    for cut in 0..whole.len() {
        let at_line_end = cut == 0 || whole[cut - 1] == b'\n';
        assert_eq!(Ledger::read(&whole[..cut]).problems.is_empty(), at_line_end, "{cut}");
    }
    let lines: Vec<&[u8]> = whole.split_inclusive(|byte| *byte == b'\n').collect();
    for double in 0..lines.len() {
        let twice = (0..lines.len()).flat_map(|line| vec![lines[line]; 1 + usize::from(line == double)]);
        let problems = Ledger::read(&twice.collect::<Vec<_>>().concat()).problems;
        assert_eq!(problems.first().map(|problem| problem.line), Some(double + 2));
    }
    let windows: Vec<u8> =
        whole.iter().flat_map(|&byte| if byte == b'\n' { vec![b'\r', byte] } else { vec![byte] }).collect();
    assert!(!Ledger::read(&windows).problems.is_empty());
}

proptest! {
    #[test]
    fn lines_taken_out_or_moved_are_seen(order in Just((0..5_usize).collect::<Vec<_>>()).prop_shuffle(), keep in 1..5_usize) {
        let whole = text(&sample());
        let lines: Vec<&[u8]> = whole.split_inclusive(|byte| *byte == b'\n').collect();
        let kept: Vec<usize> = order.into_iter().take(keep).collect();
        let bytes: Vec<u8> = kept.iter().flat_map(|line| lines[*line].to_vec()).collect();
        let reading = Ledger::read(&bytes);
        let is_start = kept.iter().enumerate().all(|(at, line)| at == *line);
        prop_assert_eq!(reading.problems.is_empty(), is_start);
        // What is cut off at the end only a noted hash can tell.
        if is_start {
            prop_assert_eq!(reading.ledger.find(sample().head()), Head::Missing);
        }
    }

    #[test]
    fn an_entry_changed_and_sealed_anew_breaks_the_chain_after_it(at in 0..4_usize) {
        let mut forged = sample();
        let mut entry = forged.entries[at].entry.clone();
        match &mut entry.content {
            Content::Forecast(forecast) => forecast.question.push('!'),
            Content::Outcome(outcome) => outcome.note = Some("it was so".to_owned()),
        }
        forged.entries[at] = Sealed::new(entry);
        let problems = Ledger::read(&text(&forged)).problems;
        prop_assert_eq!(problems.len(), 1);
        prop_assert_eq!(problems[0].line, at + 2);
        let named = format!("line {}", at + 1);
        prop_assert!(problems[0].help.as_ref().is_some_and(|help| help.contains(&named)));
    }

    #[test]
    fn any_bytes_are_read_without_panic(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
        let reading = Ledger::read(&bytes);
        prop_assert_eq!(reading.problems.is_empty(), bytes.is_empty());
    }

    #[test]
    fn answers_come_back_as_given(value in 0.0..=100.0_f64) {
        let what = parse_outcome(Kind::Value, &value.to_string()).expect("a point of the scale");
        let questions = [question("terms_walls", Kind::Value)];
        let content = vec![forecast("Melos", &questions, Vec::new()), happened(1, &[("terms_walls", what)])];
        let ledger = ledger(content);
        let reading = Ledger::read(&text(&ledger));
        prop_assert_eq!(reading.problems, []);
        prop_assert_eq!(reading.ledger, ledger);
    }
}

#[test]
fn a_noted_hash_tells_what_was_added_or_cut_off() {
    let whole = sample();
    assert_eq!(whole.find(whole.head()), Head::Last);
    assert_eq!(whole.find(&whole.entries[1].hash), Head::Earlier(2));
    let cut = Ledger { entries: whole.entries[..3].to_vec() };
    assert_eq!(cut.find(whole.head()), Head::Missing);
    assert_eq!(Ledger::default().find(GENESIS), Head::Last);
}

#[test]
fn answers_must_fit_what_was_asked() {
    let ledger = sample();
    let refused = |content| ledger.refuses(&ledger.next("2026-11-30", content));
    let wrong = [
        ("terms_walls", What::Value(101.0)),
        ("terms_walls", What::Occurred(true)),
        ("p_war", What::Value(1.0)),
        ("ending", What::Occurred(true)),
        ("p_peace", What::Void),
    ];
    for (name, what) in wrong {
        assert_eq!(refused(happened(1, &[(name, what)])).len(), 1, "{name} {what}");
    }
    for of in [0, 3, 6, u64::MAX] {
        assert_eq!(refused(happened(of, &[("p_war", What::Void)])).len(), 1, "{of}");
    }
    assert_eq!(refused(happened(1, &[("p_war", What::Void)])), Vec::<String>::new());
    let back = ledger.next("2026-11-04", happened(1, &[("p_war", What::Void)]));
    assert_eq!(ledger.refuses(&back).len(), 1);
}

#[test]
fn the_latest_answer_counts_and_unmet_conditions_are_not_scored() {
    let ledger = sample();
    let standings: Vec<(u64, String, Standing)> = resolutions(&ledger, today())
        .into_iter()
        .map(|resolution| (resolution.entry, resolution.question.to_owned(), resolution.standing))
        .collect();
    let of = |entry, name: &str| {
        standings.iter().find(|(of, question, _)| *of == entry && question == name).expect("it is asked").2
    };
    let corrected = Standing::Answered { what: What::Occurred(false), entry: 5, earlier: 1 };
    assert_eq!(of(2, "p_war"), corrected);
    assert_eq!(of(2, "terms_walls"), Standing::Unmet);
    assert_eq!(of(2, "p_joins_sparta"), Standing::Unmet);
    assert_eq!(of(1, "p_war"), Standing::Open(Open::Overdue));
    let before = resolutions(&ledger, read_date("2026-12-31").expect("a day"));
    assert!(before.iter().any(|resolution| resolution.standing == Standing::Open(Open::Waiting)));

    let scores = score(&ledger, today(), false);
    let fared: Vec<(u64, &str, f64)> = scores
        .scored
        .iter()
        .map(|scored| match &scored.verdict {
            Verdict::Value { crps, .. } => (scored.entry, scored.question.as_str(), *crps),
            Verdict::Event { brier, .. } | Verdict::Ending { brier, .. } => {
                (scored.entry, scored.question.as_str(), *brier)
            }
        })
        .collect();
    // By hand: mean |v - y| = (51.69 + 14.03 + 0 + 0 + 35.97) / 5 = 20.338, minus half the mean |v - v'| = 378.7 / 25 = 15.148.
    let ending = |deal: f64, none: f64| deal * deal + 0.125 * 0.125 + 0.375 * 0.375 + none * none;
    let expected = [
        (1, "ending", ending(0.75, 0.25)),
        (1, "terms_walls", 20.338 - 15.148),
        (2, "ending", ending(0.25, 0.75)),
        (2, "p_war", 0.09),
    ];
    assert_eq!(fared.len(), expected.len(), "{fared:?}");
    for (fared, expected) in fared.iter().zip(expected) {
        assert_eq!((fared.0, fared.1), (expected.0, expected.1));
        assert!((fared.2 - expected.2).abs() < 1e-12, "{fared:?} {expected:?}");
    }
}

/// Ten forecasts of rain, with what followed (Brier 1950, Monthly Weather Review 78, table 1): P = 0.19 over both cases.
#[test]
fn the_score_of_brier_1950() {
    let chances = [0.7, 0.9, 0.8, 0.4, 0.2, 0.0, 0.0, 0.0, 0.0, 0.1];
    let rain = [false, true, true, true, false, false, false, false, false, false];
    let questions = [question("p_rain", Kind::Event)];
    let mut contents: Vec<Content> = chances
        .iter()
        .zip('a'..)
        .map(|(chance, day)| {
            let said = said("forecaster", Family::Baseline, "p_rain", event(*chance));
            forecast(&day.to_string(), &questions, vec![said])
        })
        .collect();
    contents.extend((1..).zip(rain).map(|(of, rain)| happened(of, &[("p_rain", What::Occurred(rain))])));
    let scores = score(&ledger(contents), today(), false);
    let row = scores.rows.iter().find(|row| row.of == Rows::All).expect("a row");
    assert_eq!((row.forecasts, row.questions, row.conflicts, row.impossible), (10, 10, 10, 0));
    assert!((2.0 * row.brier.expect("a mean").mean - 0.19).abs() < 1e-12);
    assert!(row.brier.expect("a mean").interval.is_some());
    // By hand: -(ln .3 + ln .9 + ln .8 + ln .4 + ln .8 + ln .9) / 10.
    let log = row.log.expect("a mean").mean;
    assert!((exp(-10.0 * log) - 0.3 * 0.9 * 0.8 * 0.4 * 0.8 * 0.9).abs() < 1e-12, "{log}");
    let bins = &scores.calibration[0].bins;
    assert_eq!((bins[0].forecasts, bins[0].happened), (4, 0));
    assert_eq!((bins[9].forecasts, bins[9].happened, bins[9].said), (1, 1, 0.9));
    assert!(bins[3].said.is_nan());
}

/// Closed forms of the continuous ranked probability score (Gneiting and Raftery 2007, Journal of the American Statistical
/// Association 102, section 4.2, for the normal; for the uniform by integration), met to the fineness of a hundred quantiles.
#[test]
fn crps_of_quantiles_is_near_the_closed_forms() {
    let levels = || (0..100).map(|place| (f64::from(place) + 0.5) / 100.0);
    let crps_of = |distribution: Distribution, outcome: f64| {
        let questions = [question("terms_walls", Kind::Value)];
        let said = said("mean", Family::Baseline, "terms_walls", distribution);
        let contents = vec![
            forecast("Melos", &questions, vec![said]),
            happened(1, &[("terms_walls", What::Value(outcome))]),
        ];
        match score(&ledger(contents), today(), false).scored[0].verdict {
            Verdict::Value { crps, pit, .. } => (crps, pit),
            _ => panic!("terms"),
        }
    };
    for outcome in [50.0, 57.5, 30.0, 80.0] {
        let (sd, z) = (10.0, (outcome - 50.0) / 10.0);
        let density = exp(-0.5 * z * z) / (2.0 * std::f64::consts::PI).sqrt();
        let exact =
            sd * (z * (2.0 * normal_cdf(z) - 1.0) + 2.0 * density - 1.0 / std::f64::consts::PI.sqrt());
        let (crps, pit) = crps_of(value(levels().map(|p| 50.0 + sd * normal_quantile(p))), outcome);
        assert!((crps - exact).abs() < 0.02, "{outcome}: {crps} {exact}");
        assert!((pit - normal_cdf(z)).abs() < 0.0051, "{outcome}: {pit}");
    }
    for outcome in [0.0, 25.0, 60.0, 100.0] {
        let y = outcome / 100.0;
        let exact = 100.0 * (y * y * y + (1.0 - y) * (1.0 - y) * (1.0 - y)) / 3.0;
        let (crps, _) = crps_of(value(levels().map(|p| 100.0 * p)), outcome);
        assert!((crps - exact).abs() < 0.02, "{outcome}: {crps} {exact}");
    }
}

#[test]
fn a_question_counts_once_however_many_lenses_speak_and_impossible_is_infinite() {
    let questions = [question("p_war", Kind::Event)];
    let contents = vec![
        forecast(
            "Melos",
            &questions,
            vec![
                said("mean", Family::Baseline, "p_war", event(1.0)),
                said("nash", Family::Baseline, "p_war", event(0.5)),
                said("median", Family::Baseline, "p_war", event(0.5)),
            ],
        ),
        forecast("Delos", &questions, vec![said("mean", Family::Baseline, "p_war", event(0.0))]),
        happened(1, &[("p_war", What::Occurred(true))]),
        happened(2, &[("p_war", What::Occurred(true))]),
    ];
    let scores = score(&ledger(contents), today(), false);
    let all = &scores.rows[0];
    assert!((all.brier.expect("a mean").mean - f64::midpoint(0.5 / 3.0, 1.0)).abs() < 1e-12);
    assert_eq!(all.log.expect("a mean").mean, f64::INFINITY);
    assert_eq!((all.impossible, all.log.expect("a mean").interval), (1, None));
}

#[test]
fn what_was_sealed_in_hindsight_is_scored_apart() {
    let late = {
        let mut ledger = sample();
        for sealed in &mut ledger.entries {
            sealed.entry.date = "2027-02-01".to_owned();
        }
        ledger
    };
    let (in_time, after) = (score(&late, today(), false), score(&late, today(), true));
    assert_eq!((in_time.scored.len(), in_time.left_out), (0, 4));
    assert_eq!((after.scored.len(), after.left_out), (4, 0));
    assert_eq!(after.rows, score(&sample(), today(), false).rows);
}

#[test]
fn scores_do_not_depend_on_the_order_of_conflicts() {
    let swapped = {
        let whole = sample();
        let content = |at: usize| whole.entries[at].entry.content.clone();
        let moved = |content: Content, of| match content {
            Content::Outcome(outcome) => Content::Outcome(Outcome { of, ..outcome }),
            forecast @ Content::Forecast(_) => forecast,
        };
        ledger(vec![content(1), content(0), moved(content(2), 2), moved(content(3), 1), moved(content(4), 1)])
    };
    assert_eq!(score(&swapped, today(), false).rows, score(&sample(), today(), false).rows);
}
