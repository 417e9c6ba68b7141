//! The scenario language from outside: what is read, what is refused, and how that is said.

use std::collections::BTreeMap;

use insta::assert_snapshot;
use melian::diagnostic::{Code, Severity, explain};
use melian::scenario::{Change, Conduct, FileProblem, Files, NoFiles, Read, Scenario, Status};
use melian::uncertainty::Estimate;
use proptest::prelude::*;

mod said;

use said::render;

const MELOS: &str = include_str!("scenarios/melos.toml");

fn read(text: &str) -> Read {
    Scenario::read("scenario.toml", text.as_bytes(), &NoFiles)
}

fn said(text: &str) -> String {
    let read = read(text);
    render(&read.diagnostics, &read.sources)
}

fn melos() -> Scenario {
    read(MELOS).scenario.expect("the dialogue has no errors")
}

/// The dialogue with one piece of its text changed.
fn with(from: &str, to: &str) -> String {
    assert!(MELOS.contains(from), "{from}");
    MELOS.replace(from, to)
}

fn codes(text: &str) -> Vec<String> {
    read(text).diagnostics.iter().map(|diagnostic| diagnostic.code.to_string()).collect()
}

#[test]
fn an_unknown_key_is_named_with_the_likely_one() {
    let text = with("position = 100", "positon = 100");
    assert_snapshot!(said(&text), @r#"
    error[M0101]: unknown key `positon`
     29 | positon = 100
        | ^^^^^^^ [stance.ACTOR.ISSUE] has no such key
        = help: did you mean `position`?
    "#);
}

#[test]
fn an_unknown_actor_is_shown_with_the_similar_one() {
    let text = with("[stance.athens.submission]", "[stance.athen.submission]");
    assert_snapshot!(said(&text), @r#"
    error[M0106]: unknown actor `athen`
     28 | [stance.athen.submission]
        |         ^^^^^ no actor has this id
     11 | [actor.athens]
        |        ------ a similar actor is declared here
        = help: did you mean `athens`?
    "#);
}

#[test]
fn an_issue_that_is_nowhere() {
    let text = with("[stance.sparta.submission]", "[stance.sparta.tribute]");
    assert_snapshot!(said(&text), @r#"
    error[M0107]: unknown issue `tribute`
     40 | [stance.sparta.tribute]
        |                ^^^^^^^ no issue has this id
        = help: declared is `submission`
    "#);
}

#[test]
fn an_accept_range_that_holds_nothing() {
    let text = with("{ max = \"30..75\" }", "{ max = \"30..75\", min = 80 }");
    assert_snapshot!(said(&text), @r#"
    error[M0205]: the accept range is empty: `min` 80 is above `max` 75
     36 | accept   = { max = "30..75", min = 80 }
        |                                    ^^ `min` is here
     36 | accept   = { max = "30..75", min = 80 }
        |                    -------- `max` is here
    "#);
}

#[test]
fn numbers_beyond_their_range() {
    let text = with("salience = 60", "salience = 160");
    assert_snapshot!(said(&text), @r#"
    error[M0202]: 160 is out of range
     30 | salience = 160
        |            ^^^ must be from 0 to 100
    "#);
}

#[test]
fn a_range_upside_down() {
    let text = with("\"4..10\"", "\"10..4\"");
    assert_snapshot!(said(&text), @r#"
    error[M0204]: the range begins above its end: 10 > 4
     17 | capability = "10..4"
        |              ^^^^^^^
        = help: write "4..10"
    "#);
}

#[test]
fn no_package_in_any_draw() {
    let text = with("{ max = \"30..75\" }", "{ max = \"30..50\" }");
    assert_snapshot!(said(&text), @r#"
    warning[M0306]: no terms of `submission` suit all whose consent is needed
     31 | accept   = { min = 60 }
        |                    ^^ `athens` takes 60 or more
     36 | accept   = { max = "30..50" }
        |                    -------- `melos` takes 50 or less
        = help: there will be no room in any draw; if that is meant, let it stand
    "#);
}

#[test]
fn a_position_beyond_the_red_line() {
    let text = with("accept   = { min = 60 }", "accept   = { max = 60 }");
    assert_snapshot!(said(&text), @r#"
    warning[M0206]: the position is outside the accept range
     29 | position = 100
        |            ^^^ above what the actor would take
     31 | accept   = { max = 60 }
        |                    -- its red line
    "#);
}

#[test]
fn a_section_of_a_later_lens() {
    let text = with("[[correlate]]", "[trust]\nlevel = 1\n[[correlate]]");
    assert_snapshot!(said(&text), @r#"
    error[M0112]: `trust` is not in the language yet
     68 | [trust]
        |  ^^^^^ comes with a later lens
        = help: take it out: no lens of this version would read it
    "#);
}

#[test]
fn an_overlay_that_touches_what_is_not_there() {
    let text = with("accept.max\" =", "accept.maximum\" =");
    assert_snapshot!(said(&text), @r#"
    error[M0110]: unknown path `stance.melos.submission.accept.maximum`
     61 | set = { "stance.melos.submission.accept.maximum" = "30..40" }
        |         ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ no value has this path
     36 | accept   = { max = "30..75" }
        |                    -------- a similar path leads here
        = help: did you mean `stance.melos.submission.accept.max`?
        = help: what is not in the scenario yet is brought by `add`
    "#);
}

#[test]
fn an_overlay_under_which_the_scenario_is_wrong() {
    let text = with("\"30..40\" }", "\"30..140\" }");
    assert_snapshot!(said(&text), @r#"
    error[M0202]: 140 is out of range
     61 | set = { "stance.melos.submission.accept.max" = "30..140" }
        |                                                ^^^^^^^^^ must be from 0 to 100
        = help: this is so under `thucydides`
    "#);
}

#[test]
fn a_perspective_with_the_id_of_a_policy() {
    let text = with("[perspective.thucydides]", "[perspective.submit]");
    assert_snapshot!(said(&text), @r#"
    error[M0105]: `submit` is both a policy and a perspective
     59 | [perspective.submit]
        |              ^^^^^^
     48 | [policy.submit]
        |         ------ the policy is here
    "#);
}

#[test]
fn a_consent_rule_with_a_slip() {
    let text = with("all(athens, melos)", "all(athens, mellos)");
    assert_snapshot!(said(&text), @r#"
    error[M0106]: no actor has the id `mellos`
     46 | rule  = "all(athens, mellos)"
        |                      ^^^^^^
     15 | [actor.melos]
        |        ----- declared here
        = help: did you mean `melos`?
    "#);
}

#[test]
fn syntax_errors_come_all_at_once() {
    let text = with("status     = \"past\"", "status = past").replace("capability = 100", "capability =");
    assert_snapshot!(said(&text), @r#"
    error[M0001]: string values must be quoted
      5 | status = past
        |          ^^^^ expected literal string
    error[M0001]: a value is missing after `=`
     13 | capability =
        |             ^
    "#);
}

#[test]
fn correlations_that_contradict_each_other() {
    let text = format!("{MELOS}\n[[correlate]]\nfields = [\"actor.melos.capability\", \"stance.sparta.submission.salience\"]\nrank = 0.9\n[[correlate]]\nfields = [\"actor.sparta.capability\", \"stance.sparta.submission.salience\"]\nrank = -0.95\n").replace("rank = 0.3", "rank = 0.9");
    assert_snapshot!(said(&text), @r#"
    error[M0313]: these correlations contradict each other
     68 | [[correlate]]
        | ^^^^^^^^^^^^^
     72 | [[correlate]]
        | -------------
     75 | [[correlate]]
        | -------------
        = help: make the strongest weaker, or give the missing pairs
    "#);
}

#[test]
fn the_melian_dialogue_is_read() {
    assert_eq!(said(MELOS), "");
    let scenario = melos();
    assert_eq!(scenario.about.status, Status::Past);
    assert_eq!(scenario.actors.len(), 3);
    let (athens, melos) =
        (scenario.names.actor("athens").expect("declared"), scenario.names.actor("melos").expect("declared"));
    let issue = scenario.names.issue("submission").expect("declared");
    let stance = scenario.stance(melos, issue).expect("Melos has a stance");
    let red_line = stance.accept.and_then(|accept| accept.max).expect("Melos has a red line");
    assert_eq!(scenario.field(red_line).estimate, Estimate::Uniform { low: 30.0, high: 75.0 });
    assert_eq!(scenario.field(red_line).path, "stance.melos.submission.accept.max");
    assert_eq!(scenario.actors[athens.index()].capability.len(), 1);
    assert_eq!(scenario.experts, ["kim", "ortiz"]);
    let anchors: Vec<f64> = scenario.issues[0].anchors.iter().map(|(point, _)| *point).collect();
    assert_eq!(anchors, [0.0, 40.0, 70.0, 100.0]);
}

#[test]
fn what_a_number_rests_on_is_counted() {
    // One covered by a quote, one by experts, ten the modeller's.
    let counts = melos().provenance_counts();
    assert_eq!((counts.quoted, counts.data, counts.expert, counts.modeller), (1, 0, 1, 10));
    let counted =
        with("salience = 60", "salience = { value = 60, basis = \"data\", source = \"tribute lists\" }");
    let counts = read(&counted).scenario.expect("no errors").provenance_counts();
    assert_eq!((counts.data, counts.modeller, counts.total()), (1, 9, 12));
}

#[test]
fn overlays_change_values_and_keep_paths() {
    let scenario = melos();
    let overlay = |id: &str| {
        scenario
            .policies
            .iter()
            .chain(&scenario.perspectives)
            .find(|overlay| overlay.id == id)
            .expect("declared")
    };
    let persia = scenario.under(&[overlay("persia_pays"), overlay("thucydides")]).expect("different paths");
    assert_eq!(persia.actors.len(), 4);
    let field = |scenario: &Scenario, path: &str| {
        scenario.fields.iter().find(|field| field.path == path).expect("there").clone()
    };
    let capability = field(&persia, "actor.melos.capability");
    assert_eq!((capability.scale, capability.estimate), (1.5, Estimate::Uniform { low: 4.0, high: 10.0 }));
    assert_eq!(
        field(&persia, "stance.melos.submission.accept.max").estimate,
        Estimate::Uniform { low: 30.0, high: 40.0 }
    );
    assert_eq!(persia.hash(), scenario.hash());
    let submit = scenario.under(&[overlay("submit")]).expect("fine");
    let melos = submit.names.actor("melos").expect("declared");
    assert_eq!(submit.actors[melos.index()].conduct, Some(Conduct::Accept));
    let conflict = scenario.under(&[overlay("submit"), overlay("hold_out")]).expect_err("same actor");
    assert_eq!(conflict[0].code, Code::CONFLICTING_OVERLAYS);
    assert_eq!(overlay("thucydides").operations[0].change, Change::Set("\"30..40\"".to_owned()));
}

#[test]
fn an_overlay_may_take_away_an_actor_with_its_stances() {
    let text =
        with("[policy.hold_out]", "[policy.without_sparta]\ndrop = [\"actor.sparta\"]\n[policy.hold_out]");
    assert_eq!(said(&text), "");
    let scenario = read(&text).scenario.expect("no errors");
    let without = scenario.policies.iter().find(|policy| policy.id == "without_sparta").expect("declared");
    let under = scenario.under(&[without]).expect("fine");
    assert_eq!((under.actors.len(), under.stances.len(), under.correlations.len()), (2, 2, 0));
}

#[test]
fn payoffs_are_counted_from_the_no_deal_point_without_overlays() {
    let text = with(
        "[policy.hold_out]",
        "[policy.garrison]\nset = { \"issue.submission.no_deal\" = 30 }\n[policy.hold_out]",
    );
    let scenario = read(&text).scenario.expect("no errors");
    let garrison = scenario.policies.iter().find(|policy| policy.id == "garrison").expect("declared");
    let under = scenario.under(&[garrison]).expect("fine");
    let issue = &under.issues[0];
    let central = |field| under.field(field).central();
    assert_eq!(issue.no_deal.map(central), Some(30.0));
    assert_eq!(issue.stake_zero.map(central), Some(0.0));
    assert_eq!(under.provenance_counts().total(), scenario.provenance_counts().total());
}

#[test]
fn consent_defaults_to_everyone_with_a_red_line() {
    let text = with("[[consent]]\nstage = \"sign\"\nrule  = \"all(athens, melos)\"\n", "");
    let scenario = read(&text).scenario.expect("no errors");
    assert_eq!(scenario.consent, {
        let mut stage = melos().consent;
        stage[0].text = "everyone with an accept range".to_owned();
        stage[0].span = None;
        stage
    });
}

#[test]
fn bytes_that_are_no_text_are_refused() {
    for (bytes, code) in [
        (&b"\xff\xfe[\x00"[..], Code::NOT_UTF8),
        (b"title = \"\xe9\"", Code::NOT_UTF8),
        (b"", Code::EMPTY),
        (b"# only a comment\n", Code::EMPTY),
    ] {
        let read = Scenario::read("scenario.toml", bytes, &NoFiles);
        assert!(read.scenario.is_none());
        assert_eq!(read.diagnostics[0].code, code);
    }
    let read = Scenario::read("events.csv", &vec![b' '; 100_000_000], &NoFiles);
    assert_eq!(read.diagnostics[0].code, Code::TOO_LARGE);
}

#[test]
fn a_byte_order_mark_is_passed_over() {
    assert_eq!(said(&format!("\u{feff}{MELOS}")), "");
}

#[test]
fn deep_nesting_is_an_error_and_no_crash() {
    for text in [
        format!("[{}a]", "a.".repeat(200_000)),
        format!("{}a = 1", "a.".repeat(200_000)),
        format!("a = {}", "[".repeat(200_000)),
        format!("a = {}", "{a=".repeat(200_000)),
        format!("a = {{ {} = 1 }}", "\"a\" . ".repeat(100_000) + "a"),
    ] {
        assert!(read(&text).scenario.is_none());
    }
}

#[test]
fn many_errors_are_counted_and_not_all_shown() {
    let text =
        format!("{MELOS}\n{}", (0..1000).fold(String::new(), |text, i| text + &format!("[foo_{i}]\n")));
    let read = read(&text);
    assert_eq!(read.diagnostics.len(), 201);
    let last = read.diagnostics.last().expect("not empty");
    assert_eq!((last.code, last.message.as_str()), (Code::TOO_MANY, "800 more are not shown"));
    assert_eq!(last.severity, Severity::Error);
}

#[test]
fn every_diagnostic_has_an_explanation() {
    for code in codes(&with("status     = \"past\"", "statu = nan")) {
        assert!(explain(&code).is_some(), "{code}");
    }
}

#[test]
fn attached_tables_count_in_the_hash() {
    struct One(&'static str);
    impl Files for One {
        fn read(&self, _: &str) -> Result<Vec<u8>, FileProblem> {
            Ok(self.0.as_bytes().to_vec())
        }
    }
    let text = with("status     = \"past\"", "status = \"past\"\nactors = \"actors.csv\"");
    let hash = |table| {
        let read = Scenario::read("any name.toml", text.as_bytes(), &One(table));
        assert_eq!(render(&read.diagnostics, &read.sources), "");
        read.scenario.expect("no errors").hash().to_owned()
    };
    let one = hash("actor,issue,capability,position,salience\ncorinth,submission,200,20,10\n");
    let other = hash("actor,issue,capability,position,salience\ncorinth,submission,200,20,11\n");
    assert_ne!(one, other);
    assert_eq!(one.len(), 64);
    assert_eq!(codes(&text), ["M0007"]);
    let files: BTreeMap<String, Vec<u8>> = BTreeMap::new();
    assert_eq!(files.read("actors.csv"), Err(FileProblem::NotFound));
}

/// The dialogue in other orders of its tables is the same scenario up to the order of actors.
#[test]
fn the_order_of_tables_does_not_matter() {
    let mut tables: Vec<String> = Vec::new();
    for line in MELOS.lines() {
        if line.starts_with('[') {
            tables.push(String::new());
        }
        let table = tables.last_mut().expect("a header comes first");
        table.push_str(line);
        table.push('\n');
    }
    let fields = |scenario: &Scenario| {
        let mut fields: Vec<_> = scenario
            .fields
            .iter()
            .map(|field| (field.path.clone(), format!("{:?} {:?}", field.estimate, field.basis())))
            .collect();
        fields.sort();
        fields
    };
    let expected = fields(&melos());
    for shift in 1..tables.len() {
        let mut turned = tables.clone();
        turned.rotate_left(shift);
        let text = turned.concat();
        assert_eq!(said(&text), "", "{text}");
        assert_eq!(fields(&read(&text).scenario.expect("no errors")), expected);
    }
}

fn estimate_text() -> impl Strategy<Value = (String, Estimate)> {
    let point = 0.0..=100.0_f64;
    prop_oneof![
        point.clone().prop_map(|v| (format!("{v:?}"), Estimate::Exact(v))),
        (point.clone(), point.clone()).prop_filter("two ends", |(a, b)| a != b).prop_map(|(a, b)| {
            let (low, high) = (a.min(b), a.max(b));
            (format!("\"{low:?}..{high:?}\""), Estimate::Uniform { low, high })
        }),
        [point.clone(), point.clone(), point.clone()].prop_map(|mut v| {
            v.sort_by(f64::total_cmp);
            let [low, likely, high] = v;
            let estimate =
                if low == high { Estimate::Exact(low) } else { Estimate::Pert { low, likely, high } };
            (format!("{{ low = {low:?}, likely = {likely:?}, high = {high:?} }}"), estimate)
        }),
        (point.clone(), 0.1..50.0_f64).prop_map(|(mean, sd)| (
            format!("{{ mean = {mean:?}, sd = {sd:?} }}"),
            Estimate::Normal { mean, sd }
        )),
    ]
}

proptest! {
    #[test]
    fn estimates_come_back_as_they_were_written((text, estimate) in estimate_text()) {
        let text = with("salience = 60", &format!("salience = {text}"));
        let scenario = read(&text).scenario.expect("no errors");
        let field = scenario.fields.iter().find(|field| field.path == "stance.athens.submission.salience");
        prop_assert_eq!(field.map(|field| field.estimate.clone()), Some(estimate));
    }

    #[test]
    fn no_damage_to_the_text_makes_it_panic(at in 0..MELOS.len(), cut in 0..60_usize, insert in "[ -~\n]{0,6}") {
        let mut bytes = MELOS.as_bytes().to_vec();
        let end = (at + cut).min(bytes.len());
        bytes.splice(at..end, insert.bytes());
        let read = Scenario::read("scenario.toml", &bytes, &NoFiles);
        prop_assert_eq!(read.scenario.is_some(), read.diagnostics.iter().all(|d| !d.is_error()));
    }
}

const REFERENCE: &str = include_str!("../../../docs/language.md");

#[test]
fn the_reference_lists_every_key() {
    let keys = melian::scenario::reference();
    assert!(REFERENCE.ends_with(&keys), "the end of docs/language.md should read:\n{keys}");
}

#[test]
fn the_examples_of_the_reference_are_a_scenario() {
    let mut text = String::new();
    for part in REFERENCE.split("```toml\n").skip(1) {
        text += part.split("```").next().expect("a split has a first part");
    }
    assert_eq!(said(&text), "");
    let scenario = read(&text).scenario.expect("no errors");
    for overlay in scenario.policies.iter().chain(&scenario.perspectives) {
        scenario.under(&[overlay]).expect("tried while reading");
    }
}

#[test]
fn what_a_broken_table_would_have_declared_is_not_missed() {
    let scenario = "[scenario]\ntitle = \"T\"\nstatus = \"past\"\nactors = \"actors.csv\"\n[[consent]]\nstage = \"sign\"\n\
                    rule = \"all(a, b)\"\n[walk_away.a]\nvalue = 5\n[policy.p]\ndo = { b = \"accept\" }\n\
                    set = { \"stance.a.x.position\" = 4, \"stance.b.x.position\" = 140 }\n";
    let table = "actor,issue,position,salience\na,x,0,50\nb,x,100,500\n";
    let files = BTreeMap::from([("actors.csv".to_owned(), table.as_bytes().to_vec())]);
    let read = Scenario::read("scenario.toml", scenario.as_bytes(), &files);
    let said = render(&read.diagnostics, &read.sources);
    assert!(read.scenario.is_none());
    assert!(said.contains("row 3, column D (`salience`): 500 is out of range"), "{said}");
    assert_eq!(read.diagnostics.len(), 1, "{said}");
}
