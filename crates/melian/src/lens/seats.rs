//! Who sits at the table on which issue: the fields that lenses of power and interest read.

use super::options::Checked;
use super::{TraceTable, Unable};
use crate::scenario::{FieldId, Plain, Scenario};

/// One actor on one issue.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Seat {
    pub(crate) actor: usize,
    pub(crate) position: FieldId,
    pub(crate) salience: FieldId,
    pub(crate) capability: FieldId,
}

/// Every seat, with the names of actors and issues.
#[derive(Debug)]
pub(crate) struct Seats {
    pub(crate) actors: Vec<String>,
    pub(crate) issues: Vec<String>,
    by_issue: Vec<Vec<Seat>>,
}

impl Seats {
    /// # Errors
    /// If an actor with a stance has no capability.
    pub(crate) fn read(scenario: &Scenario) -> Result<Self, Unable> {
        let mut by_issue = Vec::new();
        for issue in scenario.issue_ids() {
            let mut seats = Vec::new();
            for actor in scenario.actor_ids() {
                let Some(stance) = scenario.stance(actor, issue) else { continue };
                let who = &scenario.actors[actor.index()];
                let Some(&capability) = who.capability.get(issue.index()) else {
                    let name = &scenario.issues[issue.index()].id;
                    return Err(Unable::Lacks(format!("no capability for `{}` on `{name}`", who.id)));
                };
                let (position, salience) = (stance.position, stance.salience);
                seats.push(Seat { actor: actor.index(), position, salience, capability });
            }
            by_issue.push(seats);
        }
        Ok(Self {
            actors: scenario.actors.iter().map(|actor| actor.name.clone()).collect(),
            issues: scenario.issues.iter().map(|issue| issue.name.clone()).collect(),
            by_issue,
        })
    }

    /// The seats on an issue, in the order of actors.
    pub(crate) fn on(&self, issue: usize) -> &[Seat] {
        &self.by_issue[issue]
    }
}

/// A table with a row of numbers per name.
pub(crate) fn table<'a>(
    title: &str,
    columns: &[&str],
    rows: impl IntoIterator<Item = (&'a str, Vec<f64>)>,
) -> TraceTable {
    TraceTable {
        title: title.to_owned(),
        columns: columns.iter().map(|&c| c.to_owned()).collect(),
        rows: rows.into_iter().map(|(name, row)| (name.to_owned(), row)).collect(),
    }
}

/// A square table of numbers, entry (i, j) in row i.
pub(crate) fn square(title: &str, names: &[&str], numbers: &[f64]) -> TraceTable {
    let columns: Vec<&str> = std::iter::once("").chain(names.iter().copied()).collect();
    let rows = names.iter().copied().zip(numbers.chunks(names.len()).map(<[f64]>::to_vec));
    table(title, &columns, rows)
}

/// The choice a key names, if it is given.
pub(crate) fn choice<T: Copy>(
    checked: &mut Checked<'_>,
    key: &str,
    all: &[T],
    name: impl Fn(T) -> &'static str,
) -> Option<T> {
    let option = checked.get(key)?;
    let wanted = match &option.value {
        Plain::Text(text) => text.as_str(),
        _ => "",
    };
    let found = all.iter().copied().find(|&choice| name(choice) == wanted);
    if found.is_none() {
        let names: Vec<&str> = all.iter().map(|&choice| name(choice)).collect();
        let message = format!("`{key}` is none of its choices");
        checked.refuse(option.span, message, format!("write one of \"{}\"", names.join("\", \"")));
    }
    found
}

/// Whether a key is set.
pub(crate) fn flag(checked: &mut Checked<'_>, key: &str) -> Option<bool> {
    let option = checked.get(key)?;
    if let Plain::Flag(flag) = option.value {
        return Some(flag);
    }
    checked.refuse(option.span, format!("`{key}` is neither true nor false"), "write true or false");
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostic::Span;
    use crate::lens::{Lens, Quantity, RowBlock, RowStatus, Scratch, Streams, find};
    use crate::package::fixture::Builder;
    use crate::scenario::{IssueId, LensOptions, OptionValue};

    fn builder(rows: &[&[(f64, f64, f64)]]) -> Builder {
        let mut b = Builder::new(rows.len(), rows[0].len());
        for (actor, row) in rows.iter().enumerate() {
            b.capability(actor, row[0].0);
            for (issue, &(_, position, salience)) in row.iter().enumerate() {
                b.stance(actor, issue, position, salience);
            }
        }
        b
    }

    fn options(values: &[(&str, Plain)]) -> LensOptions {
        let (key_span, span) = (Span::default(), Span::default());
        let option = |value: &Plain| OptionValue { value: value.clone(), key_span, span };
        LensOptions {
            values: values.iter().map(|(key, value)| ((*key).to_owned(), option(value))).collect(),
            span: None,
        }
    }

    fn the(id: &str) -> &'static dyn Lens {
        let found = find(id);
        assert_eq!(found.len(), 1, "{id}");
        found[0]
    }

    /// Terms on an issue and the status of the last of three equal draws.
    fn run(id: &str, b: &Builder, o: &LensOptions, issue: usize) -> (f64, RowStatus) {
        let lens = the(id);
        let Ok(model) = lens.prepare(&b.scenario(), o) else { panic!("{id} can't run") };
        let mut rows = RowBlock::default();
        model.solve(&b.cases(3), &Streams::new(1, lens.card()), &mut rows, &mut Scratch::default());
        let wanted = Quantity::Terms(IssueId::new(issue));
        let column = model.measures().iter().position(|measure| measure.quantity == wanted);
        (rows.columns[column.expect("terms")][2], rows.statuses[2])
    }

    fn told(id: &str, b: &Builder, o: &LensOptions) -> String {
        let Ok(model) = the(id).prepare(&b.scenario(), o) else { panic!("{id} can't run") };
        let trace = model.explain(&b.cases(3).case(1));
        for table in trace.steps.iter().flat_map(|step| &step.tables) {
            for (name, row) in &table.rows {
                assert_eq!(row.len() + 1, table.columns.len(), "{}: {name}", table.title);
            }
        }
        trace.steps.into_iter().map(|step| format!("{}: {}\n", step.title, step.text)).collect()
    }

    /// Scholz, Calbert and Smith (2011): the published medians truncate these.
    #[test]
    fn challenge_on_emission_standards() {
        let rows: Vec<[(f64, f64, f64); 1]> = [
            (8.0, 4.0, 80.0),
            (8.0, 7.0, 40.0),
            (3.0, 4.0, 20.0),
            (16.0, 4.0, 80.0),
            (16.0, 10.0, 60.0),
            (16.0, 10.0, 60.0),
            (16.0, 10.0, 90.0),
            (5.0, 7.0, 10.0),
            (5.0, 4.0, 100.0),
            (8.0, 7.0, 70.0),
        ]
        .map(|row| [row])
        .to_vec();
        let b = builder(&rows.iter().map(<[_; 1]>::as_slice).collect::<Vec<_>>());
        let none = LensOptions::default();
        let (median, status) = run("challenge/scholz_code", &b, &none, 0);
        assert!((median - 9.961_980).abs() < 1e-6);
        assert_eq!(status, RowStatus::NotConverged);
        let mean = options(&[("forecast", Plain::Text("mean".into())), ("rounds", Plain::Number(3.0))]);
        assert!((run("challenge/scholz_code", &b, &mean, 0).0 - 7.590_145).abs() < 1e-6);
        assert_eq!(run("challenge/text_q1", &b, &none, 0), (7.0, RowStatus::Solved));
        let story = told("challenge/scholz_code", &b, &none);
        assert!(story.contains("a1 moves from 7.00 to 8.42: it compromises with a4"), "{story}");
    }

    /// Three actors by hand (reference case P4): (22.52, 23.12, 23.12) after three turns.
    #[test]
    fn spatial_on_the_hand_case() {
        let b = builder(&[&[(100.0, 20.0, 50.0)], &[(80.0, 80.0, 25.0)], &[(60.0, 50.0, 40.0)]]);
        let none = LensOptions::default();
        for id in ["spatial/smp", "spatial/by_issue", "spatial/ktab"] {
            let (mean, status) = run(id, &b, &none, 0);
            assert!((22.52..=23.12).contains(&mean), "{id}: {mean}");
            assert_eq!(status, RowStatus::Solved);
        }
        let mode = options(&[("forecast", Plain::Text("mode".into()))]);
        assert!([22.52, 23.12].iter().any(|x| (run("spatial/smp", &b, &mode, 0).0 - x).abs() < 1e-9));
        let story = told("spatial/smp", &b, &none);
        assert!(story.contains("a2 moves from 50.00 to 54.62"), "{story}");
        let chance = [("settlement", Plain::Text("Stochastic".into())), ("seed", Plain::Number(7.0))];
        let first = run("spatial/smp", &b, &options(&chance), 0);
        assert_eq!(first, run("spatial/smp", &b, &options(&chance), 0));
    }

    #[test]
    fn exchange_of_two_issues() {
        let rows = [(10.0, 0.0, 90.0), (10.0, 100.0, 20.0)];
        let others = [(10.0, 100.0, 20.0), (10.0, 0.0, 90.0)];
        let b = builder(&[&rows, &others]);
        let none = LensOptions::default();
        let (first, status) = run("exchange", &b, &none, 0);
        assert_eq!(status, RowStatus::Solved);
        assert!(first < 100.0 * 20.0 / 110.0, "the one who cares more gets more: {first}");
        assert!(told("exchange", &b, &none).contains("nobody can gain"));
        let single = builder(&[&[(1.0, 0.0, 50.0)], &[(1.0, 100.0, 50.0)]]);
        let refused = the("exchange").prepare(&single.scenario(), &none);
        assert!(matches!(refused, Err(Unable::Lacks(what)) if what.contains("second issue")));
    }

    #[test]
    fn wrong_options_are_refused() {
        let b = builder(&[&[(1.0, 0.0, 50.0)], &[(1.0, 100.0, 50.0)]]);
        for (id, key, value) in [
            ("spatial/smp", "voting_rule", Plain::Text("Proportional".into())),
            ("spatial/smp", "gain_as_chance", Plain::Number(1.0)),
            ("spatial/smp", "rounds", Plain::Number(1.0)),
            ("challenge/text_q1", "rounds", Plain::Number(0.0)),
            ("challenge/text_q1", "forecast", Plain::Flag(true)),
        ] {
            let refused = the(id).prepare(&b.scenario(), &options(&[(key, value)]));
            assert!(matches!(refused, Err(Unable::Mistaken(_))), "{id} {key}");
        }
        let mut poor = builder(&[&[(1.0, 0.0, 50.0)], &[(1.0, 100.0, 50.0)]]);
        poor.no_capability(1);
        let refused = the("spatial/smp").prepare(&poor.scenario(), &LensOptions::default());
        assert!(matches!(refused, Err(Unable::Lacks(what)) if what == "no capability for `a1` on `i0`"));
    }
}
