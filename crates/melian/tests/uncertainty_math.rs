//! Distributions and quantile functions against numbers from elsewhere.

use melian::math::{Beta, brent, normal_cdf, normal_quantile};
use melian::uncertainty::{Affine, Estimate, EstimateProblem, Quantile, Range};
use proptest::prelude::*;

#[track_caller]
fn close(value: f64, expected: f64, relative: f64) {
    assert!((value - expected).abs() <= relative * expected.abs(), "{value:e} is not {expected:e}");
}

#[test]
fn normal_distribution_in_both_tails() {
    // Abramowitz and Stegun 1964, table 26.1 (15 digits); the others by mpmath at 40 digits.
    close(normal_cdf(1.0), 0.841_344_746_068_543, 1e-15);
    close(normal_cdf(2.0), 0.977_249_868_051_821, 1e-15);
    for (z, chance) in [
        (-1.0, 0.158_655_253_931_457_05),
        (-5.0, 2.866_515_718_791_939e-7),
        (-10.0, 7.619_853_024_160_526e-24),
        (-20.1, 3.689_680_863_721_389_6e-90),
        (-37.3, 8.205_494_844_930_773e-305),
        (1.5, 0.933_192_798_731_141_9),
    ] {
        close(normal_cdf(z), chance, 2e-15);
    }
    assert_eq!((normal_cdf(f64::NEG_INFINITY), normal_cdf(f64::INFINITY)), (0.0, 1.0));
}

#[test]
fn normal_quantiles() {
    // Abramowitz and Stegun 1964, table 26.5, and mpmath at 40 digits.
    for (p, z) in [
        (0.975, 1.959_963_984_540_054_2),
        (0.95, 1.644_853_626_951_472_7),
        (0.75, 0.674_489_750_196_081_7),
        (0.6, 0.253_347_103_135_799_8),
        (1e-5, -4.264_890_793_922_825),
        (1e-10, -6.361_340_902_404_056),
        (1e-20, -9.262_340_089_798_407),
        (1e-100, -21.273_453_560_965_325),
        (1e-300, -37.047_096_299_361_2),
    ] {
        close(normal_quantile(p), z, 1e-15);
    }
    assert_eq!(normal_quantile(0.5), 0.0);
    assert_eq!((normal_quantile(0.0), normal_quantile(1.0)), (f64::NEG_INFINITY, f64::INFINITY));
    assert!(normal_quantile(-0.1).is_nan() && normal_quantile(f64::NAN).is_nan());
}

#[test]
fn incomplete_beta_function() {
    // mpmath at 40 digits; the first is 67/256 exactly.
    for (a, b, x, chance, relative) in [
        (2.0, 3.0, 0.25, 0.261_718_75, 4e-15),
        (1.7, 4.3, 0.03, 0.021_232_889_604_756_68, 4e-15),
        (1.0, 5.0, 0.01, 0.049_009_950_1, 4e-15),
        (0.5, 0.5, 0.1, 0.204_832_764_699_133_46, 4e-15),
        (3.0, 3.0, 1e-6, 9.999_985_000_005_999e-18, 2e-14),
        (50.0, 60.0, 0.45, 0.464_235_291_430_603_6, 1e-12),
        (500.5, 20.25, 0.97, 0.856_853_378_066_869_1, 1e-12),
    ] {
        let beta = Beta::new(a, b).unwrap();
        close(beta.cdf(x), chance, relative);
        // Through 1 - x, whose rounding costs more where x is small.
        close(beta.mirrored().upper_tail(x), chance, relative);
    }
    assert!(Beta::new(0.0, 1.0).is_none() && Beta::new(1.0, f64::NAN).is_none());
}

#[test]
fn beta_quantiles() {
    // mpmath at 40 digits, started from scipy 1.17.1's beta.ppf.
    for (a, b, p, x) in [
        (3.0, 3.0, 0.05, 0.189_255_377_437_770_8),
        (1.7, 4.3, 0.05, 0.050_959_579_152_172_37),
        (1.7, 4.3, 0.95, 0.602_399_460_607_934_8),
        (4.2, 1.8, 1e-10, 0.002_999_682_018_242_952_5),
        (0.5, 0.5, 0.3, 0.206_107_373_853_763_42),
        (30.0, 70.0, 0.6, 0.310_368_381_622_024_7),
        (1.0, 5.0, 0.05, 0.010_206_218_313_011_497),
    ] {
        let beta = Beta::new(a, b).unwrap();
        close(beta.quantile(p), x, 2e-14);
        close(beta.mirrored().upper_quantile(p), x, 2e-14);
    }
    let beta = Beta::new(2.0, 3.0).unwrap();
    assert_eq!((beta.quantile(0.0), beta.quantile(1.0)), (0.0, 1.0));
}

#[test]
fn roots() {
    // The Dottie number, cos x = x, and Wallis's x^3 - 2x - 5 = 0 (OEIS A003957, A007493).
    close(brent(|x| libm::cos(x) - x, 0.0, 1.0, 0.0).unwrap(), 0.739_085_133_215_160_6, 1e-15);
    close(brent(|x| x * x * x - 2.0 * x - 5.0, 2.0, 3.0, 0.0).unwrap(), 2.094_551_481_542_326_6, 1e-15);
    assert_eq!(brent(|x| x * x + 1.0, -1.0, 1.0, 0.0), None);
}

#[test]
fn pert_has_its_three_points() {
    // The demands solved with scipy 1.17.1 (beta.ppf, brentq): low, likely, high; ends of the support; median; 1 %.
    for (points, start, end, median, q01) in [
        ([40.0, 60.0, 90.0], 29.735_997_955_3, 111.606_681_429, 62.718_760_739_86, 34.844_535_903_4),
        ([6.0, 7.0, 12.0], 5.587_935_220_256, 17.001_419_676_4, 8.100_879_935_947, 5.723_611_507_76),
        ([0.0, 0.0, 1.0], -0.026_737_007_258, 2.192_979_694_53, 0.280_011_283_690, -0.021_083_593_79),
        ([2.0, 5.0, 5.0], -1.578_939_083_589, 5.080_211_021_77, 4.159_966_148_929, 1.001_642_833_4),
    ] {
        let [low, likely, high] = points;
        let estimate = Estimate::Pert { low, likely, high };
        let quantile = Quantile::tabulate(&estimate, Range::ANY).unwrap();
        close(quantile.at(0.0), start, 1e-9);
        close(quantile.at(1.0), end, 1e-9);
        close(quantile.at(0.5), median, 1e-9);
        close(estimate.central(), median, 1e-9);
        for (u, expected) in [(0.05, low), (0.95, high), (0.01, q01)] {
            assert!((quantile.at(u) - expected).abs() < 1e-7 * (high - low), "{points:?} at {u}");
        }
    }
}

/// The largest difference over many places, in units of the spread from 5 % to 95 %.
fn worst_error(quantile: &Quantile, exact: impl Fn(f64) -> f64) -> f64 {
    let spread = exact(0.95) - exact(0.05);
    let places = (1..20_000).flat_map(|k| {
        let even = f64::from(k) / 20_000.0;
        let skewed = even * even * even * even * even;
        [even, skewed, 1.0 - skewed]
    });
    let places = places.filter(|u| *u > f64::EPSILON && *u < 1.0 - f64::EPSILON);
    places.map(|u| (quantile.at(u) - exact(u)).abs() / spread).fold(0.0, f64::max)
}

#[test]
fn tables_agree_with_inversion() {
    for likely in [0.0, 0.02, 0.3, 0.5, 0.9, 1.0] {
        let pert = Quantile::tabulate(&Estimate::Pert { low: 0.0, likely, high: 1.0 }, Range::ANY).unwrap();
        let (start, end) = (pert.at(0.0), pert.at(1.0));
        let mode = (likely - start) / (end - start);
        let beta = Beta::new(1.0 + 4.0 * mode, 5.0 - 4.0 * mode).unwrap();
        let worst = worst_error(&pert, |u| start + (end - start) * beta.quantile(u));
        assert!(worst < 1e-7, "likely {likely}: {worst:e}");
    }
    let normal = Quantile::tabulate(&Estimate::Normal { mean: 1.0, sd: 0.3 }, Range::ANY).unwrap();
    let worst = worst_error(&normal, |u| 1.0 + 0.3 * normal_quantile(u));
    assert!(worst < 1e-7, "{worst:e}");
}

#[test]
fn truncation_conditions_on_the_range() {
    // A normal cut at its mean is a half-normal: its median is the upper quartile.
    let half = Quantile::tabulate(&Estimate::Normal { mean: 0.0, sd: 2.0 }, Range::NOT_NEGATIVE).unwrap();
    close(half.at(0.5), 2.0 * 0.674_489_750_196_081_7, 1e-9);
    assert_eq!(half.at(0.0), 0.0);
    // Between -1 and 1 standard deviations, by definition of the conditional distribution.
    let middle =
        Quantile::tabulate(&Estimate::Normal { mean: 50.0, sd: 10.0 }, (40.0..=60.0).into()).unwrap();
    let below = normal_cdf(-1.0);
    close(middle.at(0.1), 50.0 + 10.0 * normal_quantile(below + 0.1 * (1.0 - 2.0 * below)), 1e-8);
    assert_eq!((middle.at(0.0), middle.at(1.0)), (40.0, 60.0));
    let pert = Estimate::Pert { low: 0.0, likely: 5.0, high: 100.0 };
    let pert = Quantile::tabulate(&pert, Range::SCALE).unwrap();
    assert_eq!((pert.at(0.0), pert.at(1.0)), (0.0, 100.0));
}

#[test]
fn discrete_and_degenerate_estimates() {
    let estimate = Estimate::Discrete { values: vec![3.0, 1.0, 2.0], weights: vec![1.0, 2.0, 1.0] };
    let quantile = Quantile::tabulate(&estimate, Range::ANY).unwrap();
    let values = [0.0, 0.25, 0.499, 0.5, 0.7, 0.75, 1.0].map(|u| quantile.at(u));
    assert_eq!(values, [1.0, 1.0, 1.0, 2.0, 2.0, 3.0, 3.0]);
    assert_eq!(estimate.central(), 1.0);
    for estimate in [
        Estimate::Exact(4.0),
        Estimate::Uniform { low: 4.0, high: 4.0 },
        Estimate::Pert { low: 4.0, likely: 4.0, high: 4.0 },
        Estimate::Normal { mean: 4.0, sd: 0.0 },
        Estimate::Discrete { values: vec![4.0, 5.0], weights: vec![1.0, 0.0] },
    ] {
        assert_eq!(Quantile::tabulate(&estimate, Range::ANY).unwrap().constant(), Some(4.0));
        assert_eq!(estimate.central(), 4.0);
    }
}

#[test]
fn an_affine_change_is_clamped_to_the_range() {
    let quantile = Quantile::tabulate(&Estimate::Uniform { low: 40.0, high: 80.0 }, Range::SCALE).unwrap();
    let changed = quantile.clone().under(Affine { scale: 2.0, shift: -30.0 }).unwrap();
    assert_eq!([0.0, 0.25, 0.5, 1.0].map(|u| changed.at(u)), [50.0, 70.0, 90.0, 100.0]);
    assert_eq!(quantile.under(Affine { scale: f64::NAN, shift: 0.0 }), Err(EstimateProblem::NotFinite));
}

#[test]
fn the_centre_of_experts_is_the_median_of_their_mixture() {
    let experts = |low| {
        Estimate::Experts(vec![
            ("kim".to_owned(), Estimate::Uniform { low: 0.0, high: 1.0 }),
            ("ortiz".to_owned(), Estimate::Uniform { low, high: low + 3.0 }),
        ])
    };
    // x + (x - 0.5)/3 = 1 at x = 0.875; of disjoint ones, where the first ends.
    close(experts(0.5).central(), 0.875, 1e-15);
    close(experts(2.0).central(), 1.0, 1e-15);
}

#[test]
fn each_problem_has_its_name() {
    let scale = Range::SCALE;
    let expert = |name: &str, estimate| (name.to_owned(), estimate);
    let exact = Estimate::Exact;
    let discrete = |values: &[f64], weights: &[f64]| Estimate::Discrete {
        values: values.to_vec(),
        weights: weights.to_vec(),
    };
    for (estimate, problem) in [
        (exact(f64::NAN), EstimateProblem::NotFinite),
        (Estimate::Normal { mean: 1.0, sd: f64::INFINITY }, EstimateProblem::NotFinite),
        (exact(101.0), EstimateProblem::OutsideRange { value: 101.0, range: scale }),
        (
            Estimate::Pert { low: 1.0, likely: 5.0, high: 4.0 },
            EstimateProblem::OrderWrong { smaller: 5.0, larger: 4.0 },
        ),
        (Estimate::Normal { mean: 1.0, sd: -1.0 }, EstimateProblem::NegativeSpread { sd: -1.0 }),
        (discrete(&[], &[]), EstimateProblem::Empty),
        (discrete(&[1.0, 2.0], &[1.0]), EstimateProblem::WeightsMissing { values: 2, weights: 1 }),
        (discrete(&[1.0], &[-1.0]), EstimateProblem::NegativeWeight { weight: -1.0 }),
        (discrete(&[1.0], &[0.0]), EstimateProblem::NoWeight),
        (Estimate::Experts(vec![]), EstimateProblem::Empty),
        (
            Estimate::Experts(vec![expert("kim", exact(1.0)), expert("kim", exact(2.0))]),
            EstimateProblem::ExpertTwice { expert: "kim".to_owned() },
        ),
        (
            Estimate::Experts(vec![expert("kim", Estimate::Experts(vec![]))]),
            EstimateProblem::NestedExperts { expert: "kim".to_owned() },
        ),
        (
            Estimate::Experts(vec![expert("kim", exact(f64::NAN))]),
            EstimateProblem::Expert {
                expert: "kim".to_owned(),
                problem: Box::new(EstimateProblem::NotFinite),
            },
        ),
    ] {
        assert_eq!(estimate.check(scale), Err(problem.clone()));
        assert_eq!(Quantile::tabulate(&estimate, scale), Err(problem));
    }
    let several = Estimate::Experts(vec![expert("kim", exact(1.0))]);
    assert_eq!(Quantile::tabulate(&several, scale), Err(EstimateProblem::SeveralExperts));
}

fn estimates() -> impl Strategy<Value = Estimate> {
    let point = || 0.0..=100.0_f64;
    let three = [point(), point(), point()].prop_map(|mut points| {
        points.sort_by(f64::total_cmp);
        points
    });
    prop_oneof![
        three.prop_map(|[low, likely, high]| Estimate::Pert { low, likely, high }),
        (point(), 0.0..200.0_f64).prop_map(|(mean, sd)| Estimate::Normal { mean, sd }),
        (point(), point()).prop_map(|(a, b)| Estimate::Uniform { low: a.min(b), high: a.max(b) }),
        proptest::collection::vec((point(), 0.1..2.0_f64), 1..6).prop_map(|pairs| {
            let (values, weights) = pairs.into_iter().unzip();
            Estimate::Discrete { values, weights }
        }),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn quantiles_rise_and_stay_in_range(
        estimate in estimates(),
        mut us in proptest::collection::vec(0.0..=1.0_f64, 50),
    ) {
        let quantile = Quantile::tabulate(&estimate, Range::SCALE).unwrap();
        us.extend([0.0, 1e-300, 1e-9, 0.5, 1.0 - 1e-9, 1.0]);
        us.sort_by(f64::total_cmp);
        let mut lanes = us.clone();
        quantile.apply(&mut lanes);
        let mut last = 0.0_f64;
        for (u, value) in us.iter().zip(&lanes) {
            prop_assert_eq!(value.to_bits(), quantile.at(*u).to_bits());
            prop_assert!((0.0..=100.0).contains(value));
            prop_assert!(*value >= last - 1e-12, "{} after {}", value, last);
            last = last.max(*value);
        }
    }
}
