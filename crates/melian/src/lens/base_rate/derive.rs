//! The small table that ships, from the files of the International Crisis Behavior project that users obtain themselves.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use csv::{ReaderBuilder, StringRecord};

/// The columns of the derived table.
pub(super) const HEADER: &str = "crisno,name,year,trigger,gravity,violence,form,again,protracted,mediated,great,\
                                 weak_against_great,nuclear,territory,existence,actors,won,lost";

/// Crises that the data set lists without codes.
const UNCODED: [&str; 1] = ["474"];

/// Makes the derived table from the system-level (`icb1v14.csv`) and the actor-level (`icb2v14.csv`) file of ICB, version
/// 14 or later, as comma-separated text.
///
/// # Errors
/// The first thing that is wrong with either file.
pub fn derive(system: &str, actors: &str) -> Result<String, String> {
    let mut by_crisis: BTreeMap<String, Vec<Row>> = BTreeMap::new();
    for row in read(actors, "the actor-level file")? {
        by_crisis.entry(row.text("crisno")?).or_default().push(row);
    }
    let mut out = format!("{HEADER}\n");
    for row in read(system, "the system-level file")? {
        let number = row.text("crisno")?;
        if UNCODED.contains(&number.as_str()) {
            continue;
        }
        let actors = by_crisis.get(&number).ok_or_else(|| format!("crisis {number} has no actors"))?;
        let count = |test: &dyn Fn(&Row) -> Result<bool, String>| -> Result<usize, String> {
            let mut count = 0;
            for actor in actors {
                count += usize::from(test(actor)?);
            }
            Ok(count)
        };
        let code = |name: &str| row.code(name)?.ok_or_else(|| format!("crisis {number} has no `{name}`"));
        let is = |actor: &Row, name: &str, value: i64| Ok(actor.code(name)? == Some(value));
        let least =
            |actor: &Row, name: &str, value: i64| Ok(actor.code(name)?.is_some_and(|code| code >= value));
        let flags = [
            code("protrac")? > 1,
            row.code("mediate")? == Some(4),
            count(&|actor| least(actor, "powsta", 3))? > 0,
            count(&|actor| Ok::<_, String>(is(actor, "powsta", 1)? && least(actor, "southpow", 3)?))? > 0,
            count(&|actor| least(actor, "nuclear", 3))? > 0,
            count(&|actor| is(actor, "gravty", 3))? > 0,
            count(&|actor| is(actor, "gravty", 6))? > 0,
        ];
        let _ = write!(
            out,
            "{number},{},{},{},{},{},{},{}",
            row.text("crisname")?.replace(',', " "),
            code("yrtrig")?,
            code("break")?,
            code("gravcr")?,
            code("sevviosy")?,
            code("forout")?,
            u8::from(code("outesr")? == 1),
        );
        for flag in flags {
            let _ = write!(out, ",{}", u8::from(flag));
        }
        let won = count(&|actor| is(actor, "outcom", 1))?;
        let lost = count(&|actor| is(actor, "outcom", 4))?;
        let _ = writeln!(out, ",{},{won},{lost}", actors.len());
    }
    Ok(out)
}

/// A row with its header.
struct Row<'a> {
    columns: std::rc::Rc<BTreeMap<String, usize>>,
    record: StringRecord,
    file: &'a str,
}

impl Row<'_> {
    fn text(&self, name: &str) -> Result<String, String> {
        let column = self.columns.get(name).ok_or_else(|| format!("{} has no column `{name}`", self.file))?;
        Ok(self.record.get(*column).unwrap_or("").trim().to_owned())
    }

    /// A whole number; `None` for an empty cell.
    fn code(&self, name: &str) -> Result<Option<i64>, String> {
        let text = self.text(name)?;
        if text.is_empty() {
            return Ok(None);
        }
        let whole = text.strip_suffix(".0").unwrap_or(&text).parse();
        whole.map(Some).map_err(|_| format!("{}: `{text}` in `{name}` is not a code", self.file))
    }
}

fn read<'a>(text: &str, file: &'a str) -> Result<Vec<Row<'a>>, String> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut reader = ReaderBuilder::new().from_reader(text.as_bytes());
    let header = reader.headers().map_err(|error| format!("{file}: {error}"))?.clone();
    let columns = header.iter().enumerate().map(|(index, name)| (name.trim().to_ascii_lowercase(), index));
    let columns: std::rc::Rc<BTreeMap<String, usize>> = std::rc::Rc::new(columns.collect());
    reader
        .records()
        .map(|record| {
            let record = record.map_err(|error| format!("{file}: {error}"))?;
            Ok(Row { columns: columns.clone(), record, file })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const SYSTEM: &str = "crisno,crisname,yrtrig,break,gravcr,sevviosy,forout,outesr,protrac,mediate\n\
                          7,MADE UP,1901,2,3,4,5,1,3,4\n474,UNCODED,,,,,,,,\n";
    const ACTORS: &str = "crisno,powsta,southpow,nuclear,gravty,outcom\n7,1,3,1,3,4\n7,4.0,1,4,6,1\n";

    #[test]
    fn codes_become_flags_and_counts() {
        let table = derive(SYSTEM, ACTORS).expect("both files are right");
        assert_eq!(table.lines().nth(1), Some("7,MADE UP,1901,2,3,4,5,1,1,1,1,1,1,1,1,2,1,1"));
        assert_eq!(table.lines().count(), 2);
    }

    #[test]
    fn what_is_wrong_is_said() {
        assert_eq!(
            derive("crisno\n7\n", ACTORS).expect_err("columns lack"),
            "the system-level file has no column `protrac`"
        );
        assert_eq!(derive(SYSTEM, "crisno\n").expect_err("actors lack"), "crisis 7 has no actors");
    }
}
