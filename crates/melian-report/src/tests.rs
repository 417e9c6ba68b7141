//! What a report must be, whatever the scenario.

use std::collections::BTreeSet;

use melian::analysis::claims::{
    Cut, Example, FamilyVerdict, Judgement, Lean, ReadingVerdict, Seen, Silence, Turn, Verdict,
};
use melian::lens::Family;
use roxmltree::{Document, Node, ParsingOptions};

use crate::fixtures::{Fixture, bare, dossier, hostile, melos, ongoing};
use crate::{ClaimsInput, ReportInput, claims, html, json, terminal};

fn all() -> Vec<(&'static str, Fixture)> {
    vec![
        ("melos", melos()),
        ("dossier", dossier()),
        ("ongoing", ongoing()),
        ("hostile", hostile()),
        ("bare", bare()),
        ("melos with drivers", melos().with_drivers()),
        ("ongoing with drivers", ongoing().with_drivers()),
        ("hostile with drivers", hostile().with_drivers()),
    ]
}

fn parse(page: &str) -> Document<'_> {
    let options = ParsingOptions { allow_dtd: true, ..ParsingOptions::default() };
    Document::parse_with_options(page, options).expect("the page is well-formed")
}

fn elements<'a>(page: &'a Document<'a>, name: &str) -> Vec<Node<'a, 'a>> {
    page.descendants().filter(|node| node.tag_name().name() == name).collect()
}

fn text(node: Node<'_, '_>) -> String {
    node.descendants().filter_map(|n| if n.is_text() { n.text() } else { None }).collect()
}

/// The section of a page, in plain words.
fn section(page: &str, id: &str) -> String {
    let page = parse(page);
    let found = elements(&page, "section").into_iter().find(|node| node.attribute("id") == Some(id));
    text(found.expect("the section is there"))
}

#[test]
fn a_page_runs_nothing_and_fetches_nothing() {
    for (name, fixture) in all() {
        let page = html(&fixture.input());
        let page = parse(&page);
        for forbidden in
            ["script", "link", "img", "iframe", "object", "embed", "base", "form", "use", "image"]
        {
            assert!(elements(&page, forbidden).is_empty(), "{name} has <{forbidden}>");
        }
        for node in page.descendants() {
            for attribute in node.attributes() {
                let (key, value) = (attribute.name(), attribute.value());
                assert!(!key.starts_with("on") && key != "src" && key != "style", "{name} has {key}");
                assert!(key != "href" || value.starts_with('#'), "{name} links to {value}");
            }
        }
        let style = text(elements(&page, "style")[0]);
        assert!(!style.contains("url(") && !style.contains("@import"), "{name}");
    }
}

#[test]
fn every_id_is_unique_and_every_reference_leads_somewhere() {
    for (name, fixture) in all() {
        let page = html(&fixture.input());
        let page = parse(&page);
        let mut ids = BTreeSet::new();
        for id in page.descendants().filter_map(|node| node.attribute("id")) {
            assert!(ids.insert(id), "{name}: {id} twice");
        }
        for node in page.descendants() {
            let labels = node.attribute("aria-labelledby").unwrap_or("").split_whitespace();
            let link = node.attribute("href").and_then(|href| href.strip_prefix('#'));
            for id in labels.chain(link) {
                assert!(ids.contains(id), "{name}: nothing is called {id}");
            }
        }
    }
}

#[test]
fn headings_never_skip_a_level_and_charts_speak() {
    for (name, fixture) in all() {
        let page = html(&fixture.input());
        let page = parse(&page);
        let mut level = 0;
        for node in page.descendants() {
            let tag = node.tag_name().name();
            if let Some(next) = tag.strip_prefix('h').and_then(|n| n.parse::<u32>().ok()) {
                assert!(next <= level + 1, "{name}: h{next} after h{level}: {}", text(node));
                level = next;
            }
        }
        assert_eq!(elements(&page, "h1").len(), 1, "{name}");
        for figure in elements(&page, "figure").iter().filter(|f| f.attribute("class").is_none()) {
            let chart = figure.descendants().find(|n| n.attribute("role") == Some("img")).expect("a chart");
            for spoken in ["title", "desc"] {
                let part = chart.children().find(|n| n.tag_name().name() == spoken).expect("is spoken");
                assert!(!text(part).trim().is_empty(), "{name}: empty {spoken}");
            }
            let table = figure.descendants().any(|n| n.tag_name().name() == "table");
            assert!(table, "{name}: a chart without its numbers");
        }
    }
}

#[test]
fn no_number_is_broken() {
    for (name, fixture) in all() {
        let input = fixture.input();
        for told in [html(&input), terminal(&input, 100, false)] {
            assert!(!told.contains("NaN") && !told.contains("inf%") && !told.contains("\"inf"), "{name}");
        }
    }
}

#[test]
fn words_of_users_stay_words() {
    let fixture = hostile();
    let page = html(&fixture.input());
    assert!(!page.contains("<script") && !page.contains("<style>*") && !page.contains("<img"));
    assert!(!page.contains('\u{1b}') && !page.contains('\u{202e}'));
    let title = text(elements(&parse(&page), "h1")[0]);
    assert!(title.starts_with("<script>alert(\"1\")</script> & 'friends'"), "{title}");
    let told = terminal(&fixture.input(), 80, false);
    assert!(!told.contains('\u{1b}') && !told.contains('\u{202e}'));
}

#[test]
fn the_terminal_keeps_to_its_width() {
    for (name, fixture) in all().into_iter().filter(|(name, _)| *name != "hostile") {
        for width in [60, 80, 120] {
            for line in terminal(&fixture.input(), width, false).lines() {
                let columns = unicode_width::UnicodeWidthStr::width(line);
                assert!(columns <= width, "{name} at {width}: {columns} columns: {line}");
            }
        }
    }
}

#[test]
fn colour_changes_no_word() {
    let fixture = melos();
    let coloured = terminal(&fixture.input(), 100, true);
    let plain = coloured.replace("\u{1b}[1m", "").replace("\u{1b}[0m", "");
    assert_eq!(plain, terminal(&fixture.input(), 100, false));
}

#[test]
fn the_answer_to_melos() {
    insta::assert_snapshot!(terminal(&melos().input(), 100, false));
}

#[test]
fn the_answer_of_a_partial_run() {
    insta::assert_snapshot!(terminal(&dossier().input(), 100, false));
}

#[test]
fn the_answer_while_a_conflict_lasts() {
    insta::assert_snapshot!(terminal(&ongoing().input(), 100, false));
}

#[test]
fn the_answer_without_red_lines() {
    insta::assert_snapshot!(terminal(&bare().input(), 80, false));
}

/// Verdicts made by hand on the two claims of Melos: one that holds on its author's premises, one that no lens can judge.
fn verdicts(fixture: &Fixture) -> Vec<Judgement> {
    let reading = |lens: &str, verdict, yes| ReadingVerdict {
        lens: lens.to_owned(),
        reading: String::new(),
        verdict,
        knife_edge: false,
        draws: 10_000,
        yes,
        no: 9_000 - yes,
        split: 0,
        unsettled: 0,
        chances: Vec::new(),
        example: Example { yes: Some(0), no: Some(17) },
        turns_on: Some(Turn {
            lean: Lean { input: "actor.melos.capability".to_owned(), rises: true },
            strength: Some(0.4),
            cut: Some(Cut { at: 6.25, below: (300, 500), above: (1_400, 1_500) }),
        }),
        turns_in: None,
        one_sided: false,
        leans: Vec::new(),
        blind: false,
        missing: Vec::new(),
    };
    let family = |family, verdict, own_premises, readings| FamilyVerdict {
        family,
        verdict,
        by_reading: verdict == Verdict::Depends,
        knife_edge: verdict == Verdict::Depends,
        own_premises,
        readings,
    };
    let seen = |families: Vec<FamilyVerdict>| Seen {
        perspective: None,
        other_side: false,
        families,
        silent: vec![Silence {
            family: Family::Exchange,
            reason: "a second issue to <trade> against".to_owned(),
        }],
    };
    let mixed = vec![reading("mean", Verdict::Fails, 90), reading("compromise", Verdict::Holds, 8_800)];
    let families = vec![
        family(Family::Baseline, Verdict::Depends, false, mixed),
        family(Family::Challenge, Verdict::Holds, true, vec![reading("challenge", Verdict::Holds, 8_500)]),
    ];
    let judgement = |claim: usize, families| Judgement {
        claim: fixture.scenario.claims[claim].id.clone(),
        each_draw: true,
        guarded: false,
        seen: vec![seen(families)],
        stakes: Vec::new(),
    };
    vec![judgement(0, families), judgement(1, Vec::new())]
}

#[test]
fn the_verdicts_on_melos() {
    let fixture = melos();
    let judgements = verdicts(&fixture);
    let input = ClaimsInput {
        scenario: &fixture.scenario,
        judgements: &judgements,
        draws: 10_000,
        seed: 1,
        only: &[],
    };
    insta::assert_snapshot!(claims(&input, 100));
}

#[test]
fn the_cards_of_melos() {
    let fixture = melos();
    let judgements = verdicts(&fixture);
    let input = ReportInput { claims: &judgements, ..fixture.input() };
    insta::assert_snapshot!(section(&html(&input), "claims"));
}

#[test]
fn words_of_speakers_are_as_given() {
    let fixture = hostile();
    let says = crate::text::clean(&fixture.scenario.claims[0].says);
    assert!(section(&html(&fixture.input()), "claims").contains(says.trim()));
}

#[test]
fn the_judgement_on_melos() {
    insta::assert_snapshot!(section(&html(&melos().input()), "judgement"));
}

#[test]
fn the_guard_keeps_coercion_out_of_comparisons() {
    let fixture = ongoing();
    let page = html(&fixture.input());
    assert!(page.contains("This conflict is not over."));
    let compared = section(&page, "overlays");
    assert!(
        compared
            .contains("Not compared here, because the conflict is not over and they are coercive: Blockade.")
    );
    assert!(!terminal(&fixture.input(), 100, false).contains("Blockade"));
}

#[test]
fn a_partial_run_says_so_first() {
    let page = html(&dossier().input());
    let header = text(elements(&parse(&page), "header")[0]);
    assert!(
        header.contains("Partial run. This report covers 10,000 draws of the 100,000 planned."),
        "{header}"
    );
}

#[test]
fn lenses_that_are_silent_are_named() {
    let page = html(&melos().input());
    assert!(section(&page, "silent").contains("Challenge: needs at least three actors"));
    assert!(
        section(&page, "lenses")
            .contains("On 242 issues (EU legislation, DEU III) it missed by 23.4 points on average")
    );
}

#[test]
fn scripts_get_names_and_not_indices() {
    let answer = json(&melos().input());
    assert_eq!(answer["schema_version"], crate::SCHEMA_VERSION);
    assert_eq!(answer["arms"][1]["measures"]["terms_submission"]["quantiles"]["p50"], 38.0);
    assert_eq!(answer["arms"][1]["measures"]["closes_room_melos"]["unit"], "flag");
    assert_eq!(answer["lenses"][0]["reference"]["shares"][0]["column"], "p_deal");
    assert_eq!(answer["scenario"]["issues"][0]["outcome"], 100.0);
    assert_eq!(answer["numbers"]["total"], 12);
}

/// `cargo test -p melian-report -- --ignored pages` writes the pages for a look in a browser.
#[test]
#[ignore = "writes files for a look in a browser"]
fn pages() {
    for (name, fixture) in all() {
        let path = std::env::temp_dir().join(format!("melian-report-{name}.html"));
        std::fs::write(path, html(&fixture.input())).expect("the directory for temporary files is writable");
    }
}

#[test]
fn drivers_are_told_from_the_lowest_to_the_highest_lens() {
    let fixture = melos().with_drivers();
    let page = html(&fixture.input());
    let told = section(&page, "drivers");
    assert!(
        told.contains("What decides the answer") && told.contains("from the first 2,048 draws"),
        "{told}"
    );
    assert!(told.contains(" to 50"), "{told}");
    let answer = terminal(&fixture.input(), 100, false);
    assert!(answer.contains("Decided by"), "{answer}");
    let silent = melos();
    assert!(!html(&silent.input()).contains("What decides the answer"));
    assert!(!terminal(&silent.input(), 100, false).contains("Decided by"));
}
