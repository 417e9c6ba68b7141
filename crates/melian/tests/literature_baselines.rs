//! Baselines on DEU III, public rows: the table of section 3.2 of the project's reference on forecasting models, computed
//! there independently (in Python) on the same 242 issues. MAE, RMSE, median absolute error to 0.01; hits in tenths of a per
//! cent.

use std::collections::BTreeMap;

use melian::diagnostic::Span;
use melian::history::{PastIssue, Score, crps, deu};
use melian::lens::find;
use melian::scenario::{LensOptions, OptionValue, Plain};

fn options(pairs: &[(&str, Plain)]) -> LensOptions {
    let value = |value: &Plain| OptionValue {
        value: value.clone(),
        key_span: Span::default(),
        span: Span::default(),
    };
    let values: BTreeMap<String, OptionValue> =
        pairs.iter().map(|(key, plain)| ((*key).to_owned(), value(plain))).collect();
    LensOptions { values, span: None }
}

fn weights(word: &str) -> LensOptions {
    options(&[("weights", Plain::Text(word.to_owned()))])
}

fn score(predict: impl Fn(&PastIssue) -> Option<f64>) -> Score {
    let errors: Vec<f64> = deu::public()
        .scored()
        .map(|issue| issue.outcome.expect("scored") - predict(issue).expect("it predicts every scored issue"))
        .collect();
    Score::of(&errors).expect("there are scored issues")
}

fn of_lens(id: &str, options: &LensOptions) -> Score {
    let lens = find(id)[0];
    score(|issue| lens.predict_past(issue, options))
}

fn assert_row(name: &str, score: Score, row: [f64; 5]) {
    assert_eq!(score.issues, 242, "{name}");
    let found = [score.mae, score.rmse, score.median, 100.0 * score.within_5, 100.0 * score.within_10];
    for (index, (found, expected)) in found.into_iter().zip(row).enumerate() {
        let tolerance = if index < 3 { 0.006 } else { 0.06 };
        assert!((found - expected).abs() < tolerance, "{name}, column {index}: {found} for {expected}");
    }
}

fn mean(issue: &PastIssue) -> f64 {
    find("mean")[0].predict_past(issue, &LensOptions::default()).expect("it has positions")
}

#[test]
fn naive_forecasts() {
    assert_row("constant", score(|_| Some(50.0)), [26.55, 32.16, 25.00, 16.5, 29.3]);
    let reference = score(|issue| Some(issue.reference.unwrap_or(50.0)));
    assert_row("reference point", reference, [43.19, 54.14, 45.00, 19.4, 25.2]);
    let of = |actor: &'static str| score(move |issue| issue.position(actor).or_else(|| Some(mean(issue))));
    assert_row("Commission", of("com"), [36.61, 48.62, 30.00, 24.4, 30.2]);
    assert_row("Parliament", of("ep"), [33.71, 46.51, 25.00, 27.3, 33.9]);
}

#[test]
fn means() {
    let none = LensOptions::default();
    assert_row("mean", of_lens("mean", &none), [23.86, 31.18, 18.60, 15.7, 31.8]);
    assert_row("by salience", of_lens("mean", &weights("salience")), [23.85, 30.73, 18.42, 14.1, 29.7]);
    assert_row("by capability", of_lens("mean", &weights("capability")), [23.46, 30.78, 18.45, 19.0, 31.8]);
    assert_row("compromise", of_lens("compromise", &none), [23.35, 30.42, 17.86, 18.2, 31.4]);
}

#[test]
fn medians() {
    let none = LensOptions::default();
    assert_row("unweighted", of_lens("median/unweighted", &none), [29.83, 41.97, 20.00, 30.6, 39.3]);
    let salience = of_lens("median/weighted", &weights("salience"));
    assert_row("by salience", salience, [29.58, 41.11, 21.00, 28.1, 37.2]);
    assert_row("weighted", of_lens("median/weighted", &none), [30.44, 42.12, 24.50, 28.1, 36.8]);
    let (compromise, median) = (find("compromise")[0], find("median/weighted")[0]);
    let half = score(|issue| {
        Some(0.5 * (compromise.predict_past(issue, &none)? + median.predict_past(issue, &none)?))
    });
    assert_row("half and half", half, [26.13, 34.74, 18.14, 14.9, 29.7]);
}

#[test]
fn nash_on_the_grid() {
    let grid = options(&[("grid", Plain::Number(0.5))]);
    assert_row("linear", of_lens("nash/linear_zero", &grid), [23.40, 30.75, 19.25, 22.7, 33.5]);
    assert_row("quadratic", of_lens("nash/quadratic_zero", &grid), [23.47, 29.66, 20.00, 18.2, 29.3]);
    assert_row("far", of_lens("nash/quadratic_far", &grid), [23.34, 30.40, 18.00, 19.0, 31.8]);
}

/// The exact maximum is at most half a step of the grid away, so the scores hardly differ.
#[test]
fn nash_exactly() {
    let grid = options(&[("grid", Plain::Number(0.5))]);
    for id in ["nash/linear_zero", "nash/quadratic_zero", "nash/quadratic_far"] {
        let (exact, coarse) = (of_lens(id, &LensOptions::default()), of_lens(id, &grid));
        println!("{id}: exact {exact:?}, grid {coarse:?}");
        assert!((exact.mae - coarse.mae).abs() < 0.05 && (exact.rmse - coarse.rmse).abs() < 0.05, "{id}");
    }
}

/// Compromise plus the other issues' residuals with equal weights, clipped to the scale: mean CRPS 16.73.
#[test]
fn compromise_with_residuals() {
    let lens = find("compromise")[0];
    let rows: Vec<(f64, f64)> = deu::public()
        .scored()
        .filter_map(|issue| Some((lens.predict_past(issue, &LensOptions::default())?, issue.outcome?)))
        .collect();
    let total: f64 = rows
        .iter()
        .enumerate()
        .map(|(left_out, (point, outcome))| {
            let others = rows.iter().enumerate().filter(|(index, _)| *index != left_out);
            let values: Vec<f64> = others.map(|(_, (p, y))| (point + y - p).clamp(0.0, 100.0)).collect();
            crps(&values, *outcome)
        })
        .sum();
    let mean = total / rows.len() as f64;
    assert!((mean - 16.73).abs() < 0.005, "{mean}");
}
