//! `melian mechanism` from outside.

use std::process::{Command, Output};

fn mechanism(arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_melian"));
    command.env("NO_COLOR", "1").env_remove("MELIAN_FORMAT").env_remove("COLUMNS");
    command.arg("mechanism").args(arguments).output().expect("the program starts")
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// Powell's ultimatum at .5, .1, U[0, .4]: P(war) .375.
#[test]
fn a_mechanism_is_listed_told_and_asked() {
    assert!(text(&mechanism(&[]).stdout).contains("ultimatum"));
    assert!(text(&mechanism(&["a2"]).stdout).contains("Parameters"));
    let said = mechanism(&["ultimatum", "--set", "p=.5", "--set", "ca=.1,cl=0,ch=.4"]);
    assert!(said.status.success(), "{}", text(&said.stderr));
    assert!(text(&said.stdout).contains("0.375"), "{}", text(&said.stdout));
    let said = mechanism(&["a2", "--set", "p=.5,ca=.1,cost=uniform(0,.4)", "--format", "json"]);
    let answer: serde_json::Value = serde_json::from_slice(&said.stdout).expect("JSON on stdout");
    let war = answer["equilibria"][0]["facts"]["war"].as_f64().expect("a number");
    assert!((war - 0.375).abs() < 1e-12, "{war}");
}

#[test]
fn a_sweep_is_a_table() {
    let said = text(&mechanism(&["a2", "--set", "ca=.1,cl=0,ch=.4", "--sweep", "p=.1:.5:5"]).stdout);
    let war: Vec<&str> = said.lines().skip(1).filter_map(|line| line.split_whitespace().nth(3)).collect();
    assert_eq!(war, ["0.375"; 5], "{said}");
    let three = text(&mechanism(&["c1", "--set", "wa=-1.9,a=-1.2", "--sweep", "wb=-2.8:-2.4:2"]).stdout);
    assert_eq!(three.lines().count(), 5, "{three}");
}

#[test]
fn everything_wrong_is_told_at_once() {
    let said = mechanism(&["ultimatum", "--set", "p=1.5,cots=2"]);
    assert_eq!(said.status.code(), Some(2));
    let told = text(&said.stderr);
    for words in ["1.5 is not from 0 to 1", "no parameter `cots`", "did you mean `cost`?", "`ca` is missing"]
    {
        assert!(told.contains(words), "{words} is not in\n{told}");
    }
    let said = mechanism(&["ultimatum", "--set", "p=1.5", "--format", "json"]);
    assert_eq!(said.status.code(), Some(2));
    let answer: serde_json::Value = serde_json::from_slice(&said.stdout).expect("JSON on stdout");
    assert_eq!(answer["problems"][0]["parameter"], "p");
    assert!(text(&mechanism(&["ultimatun"]).stderr).contains("did you mean `ultimatum`?"));
    for wrong in
        [&["a", "--set", "p=.5"][..], &["--set", "p=.5"], &["a2", "--sweep", "p=1"], &["a2", "--set", "p"]]
    {
        assert_eq!(mechanism(wrong).status.code(), Some(2), "{wrong:?}");
    }
}
