// Workbooks are put together by hand, and the mistakes of a sheet are one long list.
#![allow(clippy::format_push_string, clippy::too_many_lines)]

use super::*;
use crate::diagnostic::{Code, FileId};
use crate::scenario::document::{Node, Value};
use crate::scenario::{NoFiles, Scenario};

fn table(text: &str, issues: &[&str]) -> Result<Table, Vec<Diagnostic>> {
    read(text.as_bytes(), "actors.csv", None, &mut Sources::default(), issues)
}

fn find<'a>(table: &'a Table, path: &str) -> Option<&'a Node> {
    let (first, rest) = path.split_once('.').unwrap_or((path, ""));
    let node = table.get(first)?;
    if rest.is_empty() { Some(node) } else { find(node.as_table()?, rest) }
}

fn number(table: &Table, path: &str) -> f64 {
    find(table, path).and_then(Node::as_number).unwrap_or(f64::NAN)
}

fn text<'a>(table: &'a Table, path: &str) -> &'a str {
    find(table, path).and_then(Node::as_text).unwrap_or("")
}

/// Code, message and the text pointed at of every error.
fn errors(csv: &str, issues: &[&str]) -> Vec<(Code, String, String)> {
    let mut sources = Sources::default();
    let errors = read(csv.as_bytes(), "actors.csv", None, &mut sources, issues).expect_err(csv);
    errors
        .into_iter()
        .map(|error| {
            let place = error.primary.map_or(String::new(), |label| {
                sources.get(label.span.file).text[label.span.start..label.span.end].to_owned()
            });
            (error.code, error.message, place)
        })
        .collect()
}

const PLAIN: &str = "\
actor,issue,power,position,salience,accept_min,accept_max,declared
athens,submission,100,100,60,60,,
melos,submission,4..10,0,100,,30..75,10
melos,tribute,,20,50,,,
sparta,,60,,,,,
";

#[test]
fn a_plain_sheet_becomes_the_tree_of_a_scenario() {
    let tree = table(PLAIN, &[]).expect("a table");
    assert_eq!(number(&tree, "actor.athens.capability"), 100.0);
    assert_eq!(text(&tree, "actor.melos.capability"), "4..10");
    assert_eq!(number(&tree, "stance.athens.submission.accept.min"), 60.0);
    assert!(find(&tree, "stance.athens.submission.accept.max").is_none());
    assert_eq!(text(&tree, "stance.melos.submission.accept.max"), "30..75");
    assert_eq!(number(&tree, "stance.melos.tribute.salience"), 50.0);
    assert!(find(&tree, "issue.tribute").is_some());
    assert!(find(&tree, "actor.sparta").is_some());
    assert!(find(&tree, "stance.sparta").is_none());
    assert!(table(PLAIN, &["submission", "tribute"]).expect("a table").get("issue").is_none());
}

#[test]
fn spans_point_at_the_cells() {
    let mut sources = Sources::default();
    sources.add("scenario.toml", "");
    let tree = read(PLAIN.as_bytes(), "actors.csv", None, &mut sources, &[]).expect("a table");
    let span = find(&tree, "stance.melos.submission.accept.max").expect("a cell").span;
    assert_eq!(span.file, FileId(1));
    assert_eq!(&sources.get(span.file).text[span.start..span.end], "30..75");
}

#[test]
fn ranges_sources_and_origins_are_read() {
    let csv = "Actor,Position,position low,position-high,salience,salience_low,salience_high,salience_source,capability,source,basis\n\
               Österreich,40,30,60,,20,50,p. 3,12.5,\"Report, 2019\",Data\n";
    let tree = table(csv, &["rate"]).expect("a table");
    assert_eq!(text(&tree, "actor.oesterreich.name"), "Österreich");
    let stance = "stance.oesterreich.rate";
    assert_eq!(number(&tree, &format!("{stance}.position.low")), 30.0);
    assert_eq!(number(&tree, &format!("{stance}.position.likely")), 40.0);
    assert_eq!(number(&tree, &format!("{stance}.position.high")), 60.0);
    assert_eq!(text(&tree, &format!("{stance}.salience.range")), "20..50");
    assert_eq!(text(&tree, &format!("{stance}.salience.source")), "p. 3");
    assert_eq!(text(&tree, &format!("{stance}.source")), "Report, 2019");
    assert_eq!(text(&tree, &format!("{stance}.covers")), "all");
    assert_eq!(number(&tree, "actor.oesterreich.capability.value"), 12.5);
    assert_eq!(text(&tree, "actor.oesterreich.capability.basis"), "data");
}

#[test]
fn exports_of_other_lands_and_programs_are_read() {
    let plain =
        table("actor,position,salience,name\nathens,12.5,60,\"Athens, the \"\"school\"\"\"\n", &["x"]);
    let expected = plain.expect("a table");
    assert_eq!(text(&expected, "actor.athens.name"), "Athens, the \"school\"");
    let semicolons =
        "\u{feff}actor;position;salience;name\r\nathens;12,5;60;\"Athens, the \"\"school\"\"\"\r\n;;;\r\n";
    let tabs = "actor\tposition\tsalience\tname\rathens\t12,5\t60\t\"Athens, the \"\"school\"\"\"";
    let wide: Vec<u8> =
        "\u{feff}".chars().chain(tabs.chars()).flat_map(|c| (c as u16).to_le_bytes()).collect();
    let stated = format!("sep=;\r\n{}", &semicolons[3..]);
    for bytes in [semicolons.as_bytes(), tabs.as_bytes(), &wide, stated.as_bytes()] {
        let tree = read(bytes, "a.csv", None, &mut Sources::default(), &["x"]).expect("a table");
        assert_eq!(number(&tree, "stance.athens.x.position"), 12.5);
        assert_eq!(text(&tree, "actor.athens.name"), "Athens, the \"school\"");
    }
}

#[test]
fn mistakes_are_named_with_row_and_column() {
    for (csv, code, message, place) in [
        ("", Code::TABLE_EMPTY, "the table `actors.csv` is empty", ""),
        ("\n , \n", Code::TABLE_EMPTY, "the table `actors.csv` is empty", "\n , \n"),
        (
            "actor,position,salience\n",
            Code::TABLE_EMPTY,
            "no row below its header",
            "actor,position,salience",
        ),
        (
            "actor,postion,salience\na,1,2\n",
            Code::TABLE_COLUMN,
            "row 1, column B: no column is called `postion`",
            "postion",
        ),
        (
            "actor,power,influence\na,1,2\n",
            Code::TABLE_COLUMN,
            "row 1, column C: `influence` is there twice",
            "influence",
        ),
        ("actor,,capability\na,x,2\n", Code::TABLE_COLUMN, "column B has no name", ""),
        (
            "position,salience\n1,2\n",
            Code::TABLE_MISSING_COLUMN,
            "the column `actor` is missing",
            "position,salience",
        ),
        (
            "actor,position\na,2\n",
            Code::TABLE_MISSING_COLUMN,
            "the column `salience` is missing",
            "actor,position",
        ),
        (
            "actor,position,salience\na,high,50\n",
            Code::TABLE_CELL,
            "row 2, column B (`position`): `high` is not a number",
            "high",
        ),
        (
            "actor,position,salience\na,40-60,50\n",
            Code::TABLE_CELL,
            "row 2, column B (`position`): `40-60` is not a number",
            "40-60",
        ),
        (
            "actor,position,salience\na,\"1,000\",50\n",
            Code::TABLE_CELL,
            "`1,000` is not a number",
            "\"1,000\"",
        ),
        (
            "actor;position;salience;power\na;1;2;1.000\n",
            Code::TABLE_CELL,
            "row 2, column D (`capability`): `1.000` is",
            "1.000",
        ),
        (
            "actor,position,salience\n\na,140,50\n",
            Code::OUT_OF_RANGE,
            "row 3, column B (`position`): 140 is out of range",
            "140",
        ),
        (
            "actor,position,salience\na,60..40,50\n",
            Code::ESTIMATE_ORDER,
            "row 2, column B (`position`): ",
            "60..40",
        ),
        (
            "actor,position,salience\na,,50\n",
            Code::TABLE_CELL,
            "row 2, column B (`position`): there is `salience` but no `position`",
            "a,,50",
        ),
        (
            "actor,position,salience\na,1,2\na,1,2\n",
            Code::TABLE_DUPLICATE,
            "row 3: this actor already has a row",
            "a,1,2",
        ),
        (
            "actor,position,salience,power\na,1,2,3\nA,1,2,4\n",
            Code::TABLE_DUPLICATE,
            "row 3, column D (`capability`): `a` has another",
            "4",
        ),
        (
            "actor,position,salience\n,1,2\n",
            Code::TABLE_CELL,
            "row 2, column A (`actor`): whose row is this?",
            ",1,2",
        ),
        (
            "actor,position,salience\nU.K.,1,2\nUK,1,2\n",
            Code::DUPLICATE_ID,
            "row 3, column A (`actor`): this name and another both give the id `uk`",
            "UK",
        ),
        ("actor,position,salience\n中国,1,2\n", Code::BAD_ID, "row 2, column A (`actor`): no id", "中国"),
        ("actor,position,salience\na,1,2,3\n", Code::TABLE_CELL, "row 2: this row has more cells", "3"),
        ("actor,position,salience\n\"a,1,2\n", Code::TABLE_FORMAT, "never closed", "\""),
        ("actor,position,salience,position_low\na,1,2,0\n", Code::TABLE_CELL, "a range needs both", "0"),
        (
            "actor,position,salience,basis\na,1,2,expart\n",
            Code::TABLE_CELL,
            "row 2, column D (`basis`): `expart`",
            "expart",
        ),
    ] {
        let found = errors(csv, &["x"]);
        assert_eq!((found[0].0, found[0].2.as_str()), (code, place), "{csv}");
        assert!(found[0].1.contains(message), "{csv}: {}", found[0].1);
    }
    let found = errors("actor,issue,position,salience\na,tributes,1,2\na,,x,y\n", &["tribute", "order"]);
    let messages: Vec<&str> = found.iter().map(|(_, message, _)| message.as_str()).collect();
    assert_eq!(
        messages,
        [
            "row 2, column B (`issue`): the scenario has no issue `tributes`",
            "row 3, column B (`issue`): which issue is this row about?"
        ]
    );
    assert_eq!(
        errors("actor,position,salience\na,1,2\n", &["tribute", "order"])[0].0,
        Code::TABLE_MISSING_COLUMN
    );
}

#[test]
fn files_that_are_no_utf8_text_are_told_apart() {
    let refused = |bytes: &[u8]| {
        let errors = read(bytes, "a.csv", None, &mut Sources::default(), &["x"]).expect_err("not a table");
        (errors[0].code, errors[0].message.clone())
    };
    let (code, message) = refused(b"actor,position,salience\nat,1,2\nK\xf6ln,1,2\n");
    assert_eq!(code, Code::NOT_UTF8);
    assert!(message.starts_with("row 3:"), "{message}");
    assert_eq!(refused(b"a\0c\0t\0o\0r\0").0, Code::TABLE_FORMAT);
    assert!(refused(&[0xD0, 0xCF, 0x11, 0xE0, 1]).1.contains("old or an encrypted"));
    assert!(refused(b"PK\x03\x04 nothing").1.contains("can't be read as an Excel workbook"));
}

// KTAB's layout, as its reader of CSV files documents it.
const KTAB: &str = "\
Oil policy,a made-up case,3,2,
Actor,Description,Power,Price cap,sal,Price-cap,sal
Alpha One,first,102.5,75.79,49.53,6.37,5.91
beta,second,53,82.72,30.33,73.5,21.22
Gamma,third,1e2,0,20,100,30
";

#[test]
fn the_layout_of_ktab_is_read() {
    let tree = table(KTAB, &[]).expect("a table");
    assert_eq!(number(&tree, "actor.alpha_one.capability"), 102.5);
    assert_eq!(text(&tree, "actor.alpha_one.name"), "Alpha One");
    assert_eq!(number(&tree, "stance.beta.price_cap.position"), 82.72);
    assert_eq!(number(&tree, "stance.beta.price_cap_2.salience"), 21.22);
    assert_eq!(text(&tree, "issue.price_cap_2.name"), "Price-cap");
    let lost = KTAB.replace("beta,second,53,82.72,30.33,73.5,21.22\n", "");
    assert!(errors(&lost, &[])[0].1.contains("the number of actors is 2, not 3 as the first row says"));
    let blank = KTAB.replace("82.72", "");
    assert_eq!(errors(&blank, &[])[0].1, "row 4, column D (position): there is no number");
}

/// A workbook of stored (not compressed) parts.
fn workbook(sheets: &[(&str, &str)]) -> Vec<u8> {
    let mut parts = vec![
        ("[Content_Types].xml".to_owned(), "<Types xmlns=\"http://schemas.openxmlformats.org/package/2006/content-types\"/>".to_owned()),
        ("_rels/.rels".to_owned(), "<Relationships xmlns=\"http://schemas.openxmlformats.org/package/2006/relationships\"><Relationship Id=\"r1\" Type=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument\" Target=\"xl/workbook.xml\"/></Relationships>".to_owned()),
    ];
    let mut list = String::new();
    let mut links = String::new();
    for (at, (name, rows)) in sheets.iter().enumerate() {
        let n = at + 1;
        list += &format!("<sheet name=\"{name}\" sheetId=\"{n}\" r:id=\"s{n}\"/>");
        links += &format!(
            "<Relationship Id=\"s{n}\" Type=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet\" Target=\"worksheets/sheet{n}.xml\"/>"
        );
        parts.push((format!("xl/worksheets/sheet{n}.xml"), format!("<worksheet xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\">{rows}</worksheet>")));
    }
    parts.push(("xl/workbook.xml".to_owned(), format!("<workbook xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\" xmlns:r=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships\"><sheets>{list}</sheets></workbook>")));
    parts.push(("xl/_rels/workbook.xml.rels".to_owned(), format!("<Relationships xmlns=\"http://schemas.openxmlformats.org/package/2006/relationships\">{links}</Relationships>")));
    zip(&parts)
}

fn zip(parts: &[(String, String)]) -> Vec<u8> {
    let (mut out, mut directory) = (Vec::new(), Vec::new());
    for (name, text) in parts {
        let offset = out.len() as u32;
        let mut head: Vec<u8> = Vec::new();
        for field in [20_u16, 0, 0, 0, 33] {
            head.extend(field.to_le_bytes());
        }
        for field in [crc(text.as_bytes()), text.len() as u32, text.len() as u32] {
            head.extend(field.to_le_bytes());
        }
        head.extend((name.len() as u16).to_le_bytes());
        head.extend(0_u16.to_le_bytes());
        out.extend(b"PK\x03\x04");
        out.extend(&head);
        out.extend(name.bytes());
        out.extend(text.bytes());
        directory.extend(b"PK\x01\x02\x14\0");
        directory.extend(&head);
        directory.extend([0; 10]);
        directory.extend(offset.to_le_bytes());
        directory.extend(name.bytes());
    }
    let start = out.len() as u32;
    out.extend(&directory);
    out.extend(b"PK\x05\x06\0\0\0\0");
    out.extend((parts.len() as u16).to_le_bytes());
    out.extend((parts.len() as u16).to_le_bytes());
    out.extend((directory.len() as u32).to_le_bytes());
    out.extend(start.to_le_bytes());
    out.extend([0, 0]);
    out
}

fn crc(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(u32::MAX, |sum, byte| {
        (0..8).fold(
            sum ^ u32::from(*byte),
            |sum, _| if sum & 1 == 1 { (sum >> 1) ^ 0xEDB8_8320 } else { sum >> 1 },
        )
    })
}

/// Rows of cells: numbers as numbers, the rest as text, nothing where empty.
fn rows(cells: &[&[&str]]) -> String {
    let mut xml = String::from("<sheetData>");
    for (row, line) in cells.iter().enumerate() {
        xml += &format!("<row r=\"{}\">", row + 1);
        for (column, cell) in line.iter().enumerate().filter(|(_, cell)| !cell.is_empty()) {
            let place = format!("{}{}", sheet::column_name(column), row + 1);
            xml += &if cell.parse::<f64>().is_ok() {
                format!("<c r=\"{place}\"><v>{cell}</v></c>")
            } else {
                format!("<c r=\"{place}\" t=\"inlineStr\"><is><t>{cell}</t></is></c>")
            };
        }
        xml += "</row>";
    }
    xml + "</sheetData>"
}

#[test]
fn workbooks_are_read_with_merged_cells() {
    let merged = rows(&[
        &["actor", "issue", "power", "position", "salience"],
        &["Athens", "land", "100", "80", "60"],
        &["", "trade", "", "12.5", "40"],
    ]) + "<mergeCells count=\"1\"><mergeCell ref=\"A2:A3\"/></mergeCells>";
    let bytes = workbook(&[("notes", &rows(&[&["see the other sheet"]])), ("Actors", &merged)]);
    let tree = read(&bytes, "actors.xlsx", None, &mut Sources::default(), &[]).expect("a table");
    assert_eq!(number(&tree, "stance.athens.trade.position"), 12.5);
    assert!(matches!(
        find(&tree, "actor.athens.capability").map(|node| &node.value),
        Some(Value::Integer(100))
    ));
}

#[test]
fn mistakes_in_workbooks_point_into_a_rendering_of_the_sheet() {
    let bytes =
        workbook(&[("any", &rows(&[&["actor", "position", "salience"], &[], &["Athens", "", "much"]]))]);
    let mut sources = Sources::default();
    let errors = read(&bytes, "actors.xlsx", None, &mut sources, &["x"]).expect_err("two mistakes");
    assert!(
        errors.iter().any(|error| error.message == "row 3, column C (`salience`): `much` is not a number")
    );
    let span = errors.last().and_then(|error| error.primary.as_ref()).expect("a place").span;
    assert_eq!(span.line_column(&sources).0, 3, "line n is row n");
    assert_eq!(sources.get(span.file).name, "actors.xlsx (sheet any)");
}

fn checks_clean(toml: &str) {
    let read = Scenario::read("imported.toml", toml.as_bytes(), &NoFiles);
    let errors: Vec<_> = read.diagnostics.iter().filter(|found| found.is_error()).collect();
    assert!(errors.is_empty(), "{errors:#?}\n{toml}");
    assert!(read.scenario.is_some());
}

#[test]
fn imported_sheets_are_scenarios_that_check_clean() {
    let odd = "actor,issue,power,position,salience,accept_min,name,quote\n\
               U.K.,\"What \"\"it\"\" becomes\",0.1,1,2.5,0,,\"line one\nline \\two\"\n\
               UK,other,100000,40..60,20,,\"The \"\"other\"\"\",\n\
               中国,other,7,40,20,,,\n";
    let sheets = [
        ("plain.csv", PLAIN),
        ("ktab.csv", KTAB),
        ("odd.csv", odd),
        ("no_issue.csv", "actor,position,salience\na,1,2\nb,3,4\n"),
    ];
    for (name, csv) in sheets {
        let toml = to_toml(csv.as_bytes(), name, None, None, &mut Sources::default()).expect(name);
        assert_eq!(to_toml(csv.as_bytes(), name, None, None, &mut Sources::default()).as_ref(), Ok(&toml));
        checks_clean(&toml);
    }
    let toml = to_toml(odd.as_bytes(), "odd.csv", None, None, &mut Sources::default()).expect("odd");
    for line in [
        "[actor.uk]",
        "name = \"U.K.\"",
        "[actor.uk_2]",
        "[actor.actor_3]",
        "name = \"中国\"",
        "[stance.uk.what_it_becomes]",
    ] {
        assert!(toml.contains(line), "{line}\n{toml}");
    }
}

#[test]
fn no_bytes_make_the_reader_panic() {
    use proptest::prelude::*;
    let cells = prop::sample::select(vec![
        "actor",
        "position",
        "salience",
        "issue",
        "power",
        "position_low",
        ",",
        ";",
        "\t",
        "\n",
        "\r\n",
        "\"",
        "\"\"",
        "12",
        "12,5",
        "1..2",
        "..",
        "a",
        "é",
        "\u{feff}",
        "\0",
        "-",
        "e",
        "sep=",
        "%",
        " ",
        "nan",
        "1e999",
    ]);
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    runner
        .run(&prop::collection::vec(cells, 0..40), |parts| {
            let csv = parts.concat();
            let _ = read(csv.as_bytes(), "a.csv", None, &mut Sources::default(), &["x"]);
            let _ = read(csv.as_bytes(), "a.csv", Some(TableFormat::Ktab), &mut Sources::default(), &[]);
            if let Ok(toml) = to_toml(csv.as_bytes(), "a.csv", None, None, &mut Sources::default()) {
                checks_clean(&toml);
            }
            Ok(())
        })
        .expect("no panic");
}
