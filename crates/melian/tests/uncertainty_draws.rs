//! Designs, correlations, experts: what draws have in common, whatever the block they come in.

use melian::uncertainty::{
    CorrelationProblem, Design, DesignProblem, EXPERT_PATH, Estimate, NO_EXPERT, Range, Sampler,
    SamplerInput, SamplerProblem,
};

const DESIGNS: [Design; 4] =
    [Design::MonteCarlo, Design::LatinHypercube { n: 1000 }, Design::LatinHypercube { n: 7 }, Design::Sobol];

/// A coordinate of each draw below `n`.
fn column(design: Design, seed: u64, path: &str, dimension: usize, n: usize) -> Vec<f64> {
    let mut lanes = vec![0.0; n];
    design.axis(seed, path, dimension).unwrap().fill(0, &mut lanes);
    lanes
}

/// The largest gap between the empirical and the uniform distribution function, times the root of n.
fn kolmogorov(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    let n = values.len() as f64;
    let gap = |(k, u): (usize, &f64)| (u - k as f64 / n).max((k + 1) as f64 / n - u);
    values.iter().enumerate().map(gap).fold(0.0, f64::max) * n.sqrt()
}

fn ranks(values: &[f64]) -> Vec<f64> {
    let mut order: Vec<usize> = (0..values.len()).collect();
    order.sort_by(|a, b| values[*a].total_cmp(&values[*b]));
    let mut ranks = vec![0.0; values.len()];
    for (rank, place) in order.into_iter().enumerate() {
        ranks[place] = rank as f64;
    }
    ranks
}

fn spearman(x: &[f64], y: &[f64]) -> f64 {
    let n = x.len() as f64;
    let apart: f64 = ranks(x).iter().zip(ranks(y)).map(|(a, b)| (a - b) * (a - b)).sum();
    1.0 - 6.0 * apart / (n * (n * n - 1.0))
}

/// Whether the parts hold the numbers below their count, each once.
fn each_once(mut parts: Vec<u32>) -> bool {
    parts.sort_unstable();
    parts.iter().zip(0..).all(|(part, expected)| *part == expected)
}

#[test]
fn a_coordinate_does_not_depend_on_its_block() {
    for design in DESIGNS {
        let axis = design.axis(5, "actor.melos.capability", 3).unwrap();
        let whole = column(design, 5, "actor.melos.capability", 3, 3000);
        for (first, size) in [(0, 1), (1, 255), (17, 300), (995, 20), (2999, 1), (640, 256)] {
            let mut lanes = vec![0.0; size];
            axis.fill(first as u64, &mut lanes);
            assert_eq!(lanes, whole[first..first + size], "{design:?}");
        }
    }
}

#[test]
fn coordinates_are_uniform() {
    // 1.95 is the 0.1 % point of the Kolmogorov distribution (Smirnov 1948); the seeds are fixed.
    for design in DESIGNS {
        let values = column(design, 11, "issue.submission.no_deal", 9, 20_000);
        assert!(values.iter().all(|u| (0.0..1.0).contains(u)));
        let distance = kolmogorov(values);
        assert!(distance < 1.95, "{design:?}: {distance}");
    }
}

#[test]
fn a_latin_hypercube_has_one_draw_in_every_part() {
    for n in [1_u32, 2, 3, 10, 1000, 4099, 100_000] {
        let design = Design::LatinHypercube { n: n.into() };
        let values = column(design, 2, "x", 0, 2 * n as usize);
        for cube in values.chunks(n as usize) {
            assert!(each_once(cube.iter().map(|u| (u * f64::from(n)) as u32).collect()), "n = {n}");
        }
        if n >= 1000 {
            let rho = spearman(&values[..n as usize], &column(design, 2, "y", 1, n as usize));
            assert!(rho.abs() < 4.0 / f64::from(n).sqrt(), "n = {n}: {rho}");
        }
    }
}

#[test]
fn the_orders_of_a_latin_hypercube_look_random() {
    // Place against draw, and place of a draw against that of the next, in a 16 by 16 table: chi-squared with 225
    // degrees, whose 1e-6 point is 341.
    let n = 100_000;
    let values = column(Design::LatinHypercube { n: n as u64 }, 3, "x", 0, n);
    let cell = |u: f64| (u * 16.0) as usize;
    let mut against_draw = [0_u32; 256];
    let mut against_next = [0_u32; 256];
    for (draw, pair) in values.windows(2).enumerate() {
        against_draw[16 * cell(draw as f64 / n as f64) + cell(pair[0])] += 1;
        against_next[16 * cell(pair[0]) + cell(pair[1])] += 1;
    }
    let expected = (n - 1) as f64 / 256.0;
    for counts in [against_draw, against_next] {
        let chi2: f64 =
            counts.iter().map(|c| (f64::from(*c) - expected) * (f64::from(*c) - expected) / expected).sum();
        assert!(chi2 < 341.0, "{chi2}");
    }
}

#[test]
fn scrambled_sobol_points_form_nets() {
    // Any 2^k points from a multiple of 2^k on have one in every interval of length 2^-k, in every dimension.
    for dimension in [0, 1, 2, 5, 39, 333, 1023] {
        let values = column(Design::Sobol, 4, "x", dimension, 4096);
        for k in [0_u32, 1, 5, 8, 12] {
            for block in values.chunks(1 << k) {
                let parts = block.iter().map(|u| (u * f64::from(1 << k)) as u32).collect();
                assert!(each_once(parts), "dimension {dimension}, 2^{k}");
            }
        }
    }
    // The first two dimensions form a (0, m, 2)-net in base 2 (Sobol' 1967): one point in every rectangle of
    // 2^-a by 2^-(m - a).
    let m = 10;
    let (x, y) = (column(Design::Sobol, 4, "x", 0, 1 << m), column(Design::Sobol, 4, "y", 1, 1 << m));
    for a in 0..=m {
        let (columns, rows) = (f64::from(1 << a), f64::from(1 << (m - a)));
        let cell = |(x, y): (&f64, &f64)| (((x * columns) as u32) << (m - a)) | (y * rows) as u32;
        assert!(each_once(x.iter().zip(&y).map(cell).collect()), "a = {a}");
    }
}

#[test]
fn scrambled_sobol_points_integrate_better_than_chance() {
    // The product of (1/2 + u) over eight dimensions has the mean 1 and the variance (13/12)^8 - 1 = 0.897: with
    // 4,096 independent draws the standard error is 0.0148.
    let mut sum_of_squares = 0.0;
    for seed in 0..20 {
        let columns: Vec<Vec<f64>> =
            (0..8).map(|d| column(Design::Sobol, seed, &format!("x{d}"), d, 4096)).collect();
        let mean =
            (0..4096).map(|k| columns.iter().map(|c| 0.5 + c[k]).product::<f64>()).sum::<f64>() / 4096.0;
        sum_of_squares += (mean - 1.0) * (mean - 1.0);
    }
    let error = (sum_of_squares / 20.0).sqrt();
    assert!(error < 0.0148 / 20.0, "{error}");
}

#[test]
fn a_design_that_cannot_be_had_says_so() {
    let axis = |design: Design, dimension| design.axis(1, "x", dimension).map(|_| ());
    assert_eq!(axis(Design::LatinHypercube { n: 0 }, 0), Err(DesignProblem::Size { n: 0 }));
    let wanted = DesignProblem::TooManyDimensions { dimension: 1024, available: 1024 };
    assert_eq!(axis(Design::Sobol, 1024), Err(wanted));
    assert_eq!(axis(Design::Sobol, 1023), Ok(()));
}

/// Inputs for a sampler with the widest range and no overlay.
fn inputs<'a>(estimates: &'a [(&'a str, Estimate)]) -> Vec<SamplerInput<'a>> {
    estimates
        .iter()
        .enumerate()
        .map(|(dimension, (path, estimate))| SamplerInput {
            path,
            dimension,
            estimate,
            range: Range::ANY,
            scale: 1.0,
            shift: 0.0,
        })
        .collect()
}

fn unit() -> Estimate {
    Estimate::Uniform { low: 0.0, high: 1.0 }
}

/// All columns of the first `n` draws, and the experts.
fn draw(sampler: &Sampler, n: usize) -> (Vec<Vec<f64>>, Vec<u32>) {
    let (mut out, mut experts) = (vec![0.0; sampler.inputs() * n], vec![0; n]);
    sampler.fill(0, n, n, &mut out, &mut experts);
    (out.chunks(n).map(<[f64]>::to_vec).collect(), experts)
}

fn names(names: &[&str]) -> Vec<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

fn two_experts() -> Estimate {
    let kim = Estimate::Uniform { low: 0.0, high: 1.0 };
    let ortiz = Estimate::Uniform { low: 10.0, high: 11.0 };
    Estimate::Experts(vec![("kim".to_owned(), kim), ("ortiz".to_owned(), ortiz)])
}

#[test]
fn a_sampler_gives_the_same_in_any_block() {
    let estimates = [
        ("a", unit()),
        ("b", Estimate::Pert { low: 1.0, likely: 2.0, high: 4.0 }),
        ("c", Estimate::Exact(3.0)),
        ("d", two_experts()),
        ("e", Estimate::Normal { mean: 0.0, sd: 1.0 }),
    ];
    let roster = names(&["kim", "ortiz", "silent"]);
    for design in DESIGNS {
        let sampler =
            Sampler::new(&inputs(&estimates), &roster, &[(0, 3, 0.5), (3, 4, -0.4)], design, 9).unwrap();
        let (whole, experts) = draw(&sampler, 1500);
        for (first, lanes, stride) in [(0, 256, 256), (256, 100, 256), (1, 1, 1), (300, 600, 700)] {
            let (mut out, mut who) = (vec![0.0; 5 * stride], vec![0; lanes]);
            sampler.fill(first as u64, lanes, stride, &mut out, &mut who);
            assert_eq!(who, experts[first..first + lanes]);
            for (column, whole) in out.chunks(stride).zip(&whole) {
                assert_eq!(column[..lanes], whole[first..first + lanes], "{design:?}");
            }
        }
    }
}

#[test]
fn other_inputs_move_nothing() {
    let both = [("a", unit()), ("b", unit())];
    let sampler = |estimates, correlations: &[_]| {
        Sampler::new(&inputs(estimates), &[], correlations, Design::MonteCarlo, 3).unwrap()
    };
    let (alone, experts) = draw(&sampler(&both[1..], &[]), 400);
    assert_eq!(alone[0], draw(&sampler(&both, &[]), 400).0[1]);
    assert!(experts.iter().all(|expert| *expert == NO_EXPERT));
    // Correlation leaves the first of a group where it was.
    assert_eq!(draw(&sampler(&both, &[]), 400).0[0], draw(&sampler(&both, &[(0, 1, 0.9)]), 400).0[0]);
}

#[test]
fn an_overlay_keeps_the_coordinates() {
    let estimate = unit();
    let input = SamplerInput {
        path: "a",
        dimension: 0,
        estimate: &estimate,
        range: Range::SHARE,
        scale: 1.0,
        shift: 0.0,
    };
    let sampler = |input| Sampler::new(&[input], &[], &[], Design::Sobol, 3).unwrap();
    let (base, _) = draw(&sampler(input), 300);
    let (changed, _) = draw(&sampler(SamplerInput { scale: 0.5, shift: 0.75, ..input }), 300);
    assert!(base[0].iter().zip(&changed[0]).all(|(x, y)| *y == (0.5 * x + 0.75).min(1.0)));
}

#[test]
fn rank_correlations_are_recovered() {
    let estimates = [
        ("a", Estimate::Pert { low: 1.0, likely: 2.0, high: 9.0 }),
        ("b", unit()),
        ("c", Estimate::Normal { mean: 5.0, sd: 2.0 }),
        ("d", unit()),
    ];
    let given = [(0, 1, 0.7), (2, 1, -0.4)];
    for design in [Design::MonteCarlo, Design::LatinHypercube { n: 16_384 }, Design::Sobol] {
        let sampler = Sampler::new(&inputs(&estimates), &[], &given, design, 6).unwrap();
        let (columns, _) = draw(&sampler, 16_384);
        // Three standard errors of independent draws, 1/sqrt(n).
        for (x, y, rho) in [(0, 1, 0.7), (1, 2, -0.4), (0, 2, 0.0), (0, 3, 0.0), (1, 3, 0.0)] {
            let found = spearman(&columns[x], &columns[y]);
            assert!((found - rho).abs() < 0.0235, "{design:?}, {x} and {y}: {found}");
        }
        assert!(kolmogorov(columns[1].clone()) < 1.95);
    }
}

#[test]
fn impossible_correlations_are_named() {
    let estimates = ["a", "b", "c", "d", "e"].map(|path| (path, unit()));
    let problem = |correlations: &[(usize, usize, f64)]| match Sampler::new(
        &inputs(&estimates),
        &[],
        correlations,
        Design::MonteCarlo,
        1,
    ) {
        Err(SamplerProblem::Correlation(problem)) => problem,
        other => panic!("{other:?}"),
    };
    let triangle = [(0, 1, 0.2), (1, 2, 0.9), (2, 4, 0.9), (4, 1, -0.9)];
    assert_eq!(problem(&triangle), CorrelationProblem::Impossible { inputs: vec![1, 2, 4] });
    assert_eq!(problem(&[(0, 1, 1.0)]), CorrelationProblem::OutOfRange { inputs: (0, 1), rho: 1.0 });
    assert_eq!(problem(&[(2, 2, 0.5)]), CorrelationProblem::WithItself { input: 2 });
    assert_eq!(problem(&[(2, 5, 0.5)]), CorrelationProblem::UnknownInput { input: 5 });
    assert_eq!(problem(&[(0, 1, 0.5), (1, 0, 0.5)]), CorrelationProblem::GivenTwice { inputs: (1, 0) });
}

#[test]
fn one_draw_follows_one_expert() {
    let estimates = [("a", two_experts()), ("b", two_experts()), ("c", unit())];
    let roster = names(&["kim", "ortiz", "silent"]);
    let sampler = Sampler::new(&inputs(&estimates), &roster, &[], Design::MonteCarlo, 8).unwrap();
    let n = 30_000;
    let (columns, experts) = draw(&sampler, n);
    let mut counts = [0_u32; 3];
    let mut apart = 0;
    for lane in 0..n {
        counts[experts[lane] as usize] += 1;
        let by_ortiz = [columns[0][lane] >= 10.0, columns[1][lane] >= 10.0];
        match experts[lane] {
            0 => assert_eq!(by_ortiz, [false, false]),
            1 => assert_eq!(by_ortiz, [true, true]),
            _ => apart += u32::from(by_ortiz[0] != by_ortiz[1]),
        }
    }
    // Five standard deviations of the counts; stand-ins for the silent one are picked input by input.
    assert!(counts.iter().all(|count| count.abs_diff(10_000) < 410), "{counts:?}");
    assert!(apart.abs_diff(counts[2] / 2) < 260, "{apart}");
    // All experts see one coordinate: the higher it is, the higher what each of them says.
    let mut coordinates = vec![0.0; 3 * n];
    sampler.coordinates(0, n, &mut coordinates, &mut vec![0.0; n]);
    for (u, value) in coordinates.iter().zip(&columns[0]) {
        assert!((value % 10.0 - u).abs() < 1e-12);
    }
}

/// What an overlay puts in a number's place, and the number itself where both are needed.
#[test]
fn inputs_of_one_path_share_their_coordinate() {
    for design in [Design::MonteCarlo, Design::LatinHypercube { n: 50 }, Design::Sobol] {
        let estimates = [("a", unit()), ("a", unit())];
        let mut inputs = inputs(&estimates);
        inputs[1].dimension = 0;
        let sampler = Sampler::new(&inputs, &[], &[], design, 1).unwrap();
        let (columns, _) = draw(&sampler, 50);
        assert_eq!(columns[0], columns[1]);
    }
}

#[test]
fn a_sampler_that_cannot_be_had_says_so() {
    let problem = |estimates: &[(&str, Estimate)], design| {
        Sampler::new(&inputs(estimates), &names(&["kim"]), &[], design, 1).unwrap_err()
    };
    let missing = problem(&[("a", two_experts())], Design::MonteCarlo);
    assert_eq!(missing, SamplerProblem::UnknownExpert { input: 0, expert: "ortiz".to_owned() });
    let reserved = problem(&[(EXPERT_PATH, unit())], Design::MonteCarlo);
    assert_eq!(reserved, SamplerProblem::Path { input: 0, path: EXPERT_PATH.to_owned() });
    assert!(matches!(problem(&[("a", unit())], Design::LatinHypercube { n: 0 }), SamplerProblem::Design(_)));
    let wrong = Estimate::Uniform { low: 1.0, high: 0.0 };
    assert!(matches!(problem(&[("a", wrong)], Design::Sobol), SamplerProblem::Estimate { input: 0, .. }));
}
