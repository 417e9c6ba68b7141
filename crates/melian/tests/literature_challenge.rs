//! The challenge lens against published and independently re-derived runs.

use melian::lens::challenge::*;

/// Date of introduction of emission standards, EC 1989 (Bueno de Mesquita's example; order NL
/// BE LU DE FR IT UK IE DK EL).
fn emission() -> Dispute {
    Dispute {
        capability: vec![8.0, 8.0, 3.0, 16.0, 16.0, 16.0, 16.0, 5.0, 5.0, 8.0],
        position: vec![4.0, 7.0, 4.0, 4.0, 10.0, 10.0, 10.0, 7.0, 4.0, 7.0],
        salience: vec![80.0, 40.0, 20.0, 80.0, 60.0, 60.0, 90.0, 10.0, 100.0, 70.0],
    }
}

#[track_caller]
fn near(got: &[f64], want: &[f64], tolerance: f64, what: &str) {
    assert_eq!(got.len(), want.len(), "{what}");
    for (index, (a, b)) in got.iter().zip(want).enumerate() {
        assert!((a - b).abs() <= tolerance, "{what} [{index}]: {a} is not {b}");
    }
}

fn solve(dispute: &Dispute, reading: Reading, rounds: usize) -> Course {
    Solver::new(dispute.actors(), reading).solve(dispute, rounds).unwrap()
}

/// P6: the Scholz program on the emission example, rounds 0-5, re-derived and checked against
/// its authors' original by J. McKibben and D. Masad; the medians truncate to those of Scholz,
/// Calbert and Smith (2011), table 2.
#[test]
fn emission_by_the_scholz_program() {
    let story = tell(&emission(), Reading::ScholzCode, 5).unwrap();
    let course = &story.course;
    near(&course.mean[..1], &[7.389955686853767], 1e-12, "start");
    let medians = [7.0, 8.415932, 9.610859, 9.961980, 9.961980, 9.961980];
    near(&course.median, &medians, 1e-6, "median");
    let means = [7.389956, 7.461314, 7.552501, 7.590145, 7.358131, 7.349174];
    near(&course.mean, &means, 1e-6, "mean");
    let of = |actor: usize| -> Vec<f64> { (0..=5).map(|r| course.at(r)[actor]).collect() };
    near(&of(1), &[7.0, 8.4159, 9.6109, 9.9620, 4.8009, 5.5242], 5e-5, "BE");
    near(&of(2), &[4.0, 7.0, 8.4159, 9.6109, 9.9620, 4.8009], 5e-5, "LU");
    near(&of(7), &[7.0, 4.0, 7.0, 8.4159, 9.6109, 9.9620], 5e-5, "IE");
    let exponents = [
        1.405653, 0.754196, 0.508864, 1.405653, 1.046524, 1.046524, 1.964898, 0.5, 2.0, 1.112125,
    ];
    near(&story.rounds[0].exponent, &exponents, 1e-6, "exponents");
}

/// P7: Sultan example (oil price, 17 actors), the start, from the table in J. McKibben's
/// public replication.
#[test]
fn sultan_start() {
    let dispute = Dispute {
        capability: vec![
            0.65, 0.85, 0.55, 0.7, 0.5, 0.75, 0.65, 0.85, 0.95, 0.6, 0.95, 0.45, 1.0, 1.05, 0.6,
            0.8, 0.75,
        ],
        position: vec![
            14.25, 14.20, 14.20, 14.10, 14.10, 14.00, 14.00, 13.95, 13.90, 13.75, 13.40, 13.35,
            13.25, 13.00, 13.00, 12.90, 12.85,
        ],
        salience: vec![
            80.0, 85.0, 65.0, 75.0, 75.0, 85.0, 90.0, 85.0, 90.0, 80.0, 95.0, 75.0, 90.0, 90.0,
            70.0, 85.0, 75.0,
        ],
    };
    let course = solve(&dispute, Reading::ScholzCode, 1);
    assert_eq!(course.median[0], 13.9);
    near(&course.mean[..1], &[13.619912134884823], 1e-12, "mean");
}

#[test]
fn show() {
    for reading in Reading::ALL {
        let c = solve(&emission(), reading, 12);
        println!("{} {:?}\n {:?}\n {:?}", reading.name(), c.ending, c.median, c.mean);
    }
}
