//! The JSON Schema for editors and the tables of the reference, both made from [`spec`](super::spec).

use std::fmt::Write;

use serde_json::{Map, Value, json};

use super::spec::{self, Kind, Section};

/// The JSON Schema of a scenario, for editors (tombi, taplo, VS Code).
#[must_use]
pub fn schema() -> Value {
    let mut root = section(&spec::ROOT);
    root["$schema"] = json!("http://json-schema.org/draft-07/schema#");
    root["title"] = json!("Melian scenario");
    root["x-tombi-toml-version"] = json!("v1.1.0");
    root["definitions"] = json!({ "estimate": estimate(), "plain_estimate": plain_estimate() });
    root
}

fn section(section: &Section) -> Value {
    section_with(section, true)
}

fn section_with(section: &Section, whole: bool) -> Value {
    let mut properties = Map::new();
    for key in section.all_keys() {
        properties.insert(key.name.into(), described(kind(key.kind), key.about));
    }
    let mut object = json!({
        "type": "object",
        "description": section.about,
        "properties": properties,
        "additionalProperties": false,
    });
    let required: Vec<&str> = section.keys.iter().filter(|key| key.required).map(|key| key.name).collect();
    if whole && !required.is_empty() {
        object["required"] = json!(required);
    }
    object
}

fn described(mut schema: Value, about: &str) -> Value {
    if schema.get("$ref").is_some() {
        return json!({ "allOf": [schema], "description": about });
    }
    if let Some(object) = schema.as_object_mut()
        && !about.is_empty()
    {
        object.insert("description".into(), json!(about));
    }
    schema
}

fn kind(kind: Kind) -> Value {
    let number_map = || json!({ "type": "object", "additionalProperties": { "type": "number" } });
    match kind {
        Kind::Text => json!({ "type": "string" }),
        Kind::Flag => json!({ "type": "boolean" }),
        Kind::Date => json!({ "type": "string", "pattern": "^-?[0-9]{4}(-[0-9]{2}(-[0-9]{2})?)?$" }),
        Kind::Step => json!({ "type": "string", "pattern": "^[0-9]+ (day|week|month|year)s?$" }),
        Kind::Word(words) => json!({ "type": "string", "enum": words }),
        Kind::Estimate(..) => json!({ "$ref": "#/definitions/estimate" }),
        Kind::Estimates(..) => json!({ "type": "array", "items": { "$ref": "#/definitions/estimate" } }),
        Kind::ByIssue(..) => by_id(&json!({ "$ref": "#/definitions/estimate" })),
        Kind::ByWord(words, ..) => by_word(words),
        Kind::Count(low, high) => json!({ "type": "integer", "minimum": low, "maximum": high }),
        Kind::WordsByActor(words) => {
            let list = json!({ "type": "array", "items": { "type": "string", "enum": words } });
            json!({ "anyOf": [list, by_id(&list)] })
        }
        Kind::ActorsByActor => by_id(&json!({ "type": "array", "items": { "type": "string" } })),
        Kind::Number(low, high) => json!({ "type": "number", "minimum": low, "maximum": high }),
        Kind::Texts => json!({ "type": "array", "items": { "type": "string" } }),
        Kind::TextOrTexts => {
            json!({ "anyOf": [{ "type": "string" }, { "type": "array", "items": { "type": "string" } }] })
        }
        Kind::Anchors => json!({
            "type": "object",
            "patternProperties": { "^[0-9]+(\\.[0-9]+)?$": { "type": "string" } },
            "additionalProperties": false,
        }),
        Kind::Capability | Kind::ByActor(..) => json!({ "anyOf": [
            { "$ref": "#/definitions/estimate" },
            by_id(&json!({ "$ref": "#/definitions/estimate" })),
        ] }),
        Kind::Members => {
            json!({ "anyOf": [{ "type": "array", "items": { "type": "string" } }, number_map()] })
        }
        Kind::Table(inner) => section(inner),
        Kind::ById(inner) => by_id(&section(inner)),
        Kind::ByIds(inner) => by_id(&by_id(&section(inner))),
        Kind::ByThreeIds(inner) => by_id(&by_id(&by_id(&section(inner)))),
        Kind::Tables(inner) => json!({ "type": "array", "items": section(inner) }),
        Kind::Values => json!({ "type": "object", "additionalProperties": true }),
        Kind::Factors => number_map(),
        Kind::Conducts => {
            json!({ "type": "object", "additionalProperties": { "type": "string", "enum": ["accept", "refuse"] } })
        }
        Kind::Additions => additions(),
        Kind::Options => by_id(&json!({ "type": "object", "additionalProperties": true })),
    }
}

/// Sections in which everything may be missing, since they are merged into the scenario.
fn additions() -> Value {
    let mut properties = Map::new();
    for key in spec::ROOT.keys.iter().filter(|key| spec::ADDABLE.contains(&key.name)) {
        let schema = match key.kind {
            Kind::ById(inner) => by_id(&section_with(inner, false)),
            Kind::ByIds(inner) => by_id(&by_id(&section_with(inner, false))),
            Kind::Table(inner) => section_with(inner, false),
            other => kind(other),
        };
        properties.insert(key.name.into(), described(schema, key.about));
    }
    json!({ "type": "object", "properties": properties, "additionalProperties": false })
}

fn by_id(inner: &Value) -> Value {
    json!({ "type": "object", "patternProperties": { "^[a-z][a-z0-9_]*$": inner }, "additionalProperties": false })
}

fn by_word(words: &[&str]) -> Value {
    let estimate = |word: &&str| ((*word).to_owned(), json!({ "$ref": "#/definitions/estimate" }));
    let properties: Map<String, Value> = words.iter().map(estimate).collect();
    json!({ "type": "object", "properties": properties, "additionalProperties": false })
}

/// A number with or without experts.
fn estimate() -> Value {
    let mut forms = forms();
    let mut experts = Map::new();
    experts.insert("experts".into(), by_id(&json!({ "$ref": "#/definitions/plain_estimate" })));
    forms.push(form(experts, &["experts"]));
    json!({ "description": "a number, a range, or what is known of it", "anyOf": forms })
}

fn plain_estimate() -> Value {
    json!({ "description": "a number, a range, or what is known of it", "anyOf": forms() })
}

fn forms() -> Vec<Value> {
    let number = || json!({ "type": "number" });
    let numbers = || json!({ "type": "array", "items": { "type": "number" }, "minItems": 1 });
    let table = |keys: &[&str], needed: &[&str], value: &dyn Fn() -> Value| {
        form(keys.iter().map(|&key| (key.to_owned(), value())).collect(), needed)
    };
    vec![
        number(),
        json!({ "type": "string", "pattern": "\\.\\." }),
        table(&["value"], &["value"], &number),
        table(&["range"], &["range"], &|| json!({ "type": "string", "pattern": "\\.\\." })),
        table(&["low", "likely", "high"], &["low", "likely", "high"], &number),
        table(&["mean", "sd"], &["mean", "sd"], &number),
        table(&["values", "weights"], &["values"], &numbers),
    ]
}

fn form(mut properties: Map<String, Value>, required: &[&str]) -> Value {
    for key in spec::PROVENANCE {
        properties.insert(key.name.into(), described(kind(key.kind), key.about));
    }
    json!({ "type": "object", "properties": properties, "required": required, "additionalProperties": false })
}

/// Every section with a table of its keys, in Markdown: the middle of the language reference.
#[must_use]
pub fn reference() -> String {
    let mut out = String::new();
    let sections = [
        &spec::ABOUT,
        &spec::ACTOR,
        &spec::ISSUE,
        &spec::STANCE,
        &spec::ACCEPT,
        &spec::WALK_AWAY,
        &spec::LINK,
        &spec::GROUP,
        &spec::CONSENT,
        &spec::GAME,
        &spec::PACKAGE,
        &spec::LADDER,
        &spec::RUNG,
        &spec::WAR,
        &spec::TYPE,
        &spec::AUDIENCE,
        &spec::RED_LINE,
        &spec::POWER_SHIFT,
        &spec::DEADLINE,
        &spec::COMPLIANCE,
        &spec::GUARANTEE,
        &spec::SPOILER,
        &spec::ALLY,
        &spec::OFFICE,
        &spec::SURVIVAL,
        &spec::MESSAGE,
        &spec::MEDIATOR,
        &spec::POLICY,
        &spec::PERSPECTIVE,
        &spec::CLAIM,
        &spec::VERDICT,
        &spec::CORRELATE,
    ];
    for section in sections {
        let _ = write!(
            out,
            "### `{}`\n\n{}\n\n| key | takes | says |\n|---|---|---|\n",
            section.header, section.about
        );
        for key in section.keys {
            let needed = if key.required { " **(required)**" } else { "" };
            let _ = writeln!(out, "| `{}` | {} | {}{needed} |", key.name, takes(key.kind), key.about);
        }
        if section.provenance {
            out += "\nTakes `source`, `quote`, `date`, `basis` and `covers`.\n";
        }
        out.push('\n');
    }
    out.truncate(out.trim_end().len());
    out.push('\n');
    out
}

fn takes(kind: Kind) -> String {
    match kind {
        Kind::Text => "string".into(),
        Kind::Flag => "`true` or `false`".into(),
        Kind::Date => "date".into(),
        Kind::Step => "length of time".into(),
        Kind::Word(words) => words_in_quotes(words, "\""),
        Kind::Estimate(low, high) => format!("estimate, {low} to {high}"),
        Kind::Estimates(low, high) => format!("list of estimates, {low} to {high}"),
        Kind::ByActor(low, high) => format!("estimate, {low} to {high}; or such by actor"),
        Kind::ByIssue(low, high) => format!("estimates by issue, {low} to {high}"),
        Kind::ByWord(words, low, high) => {
            format!("estimates, {low} to {high}, by {}", words_in_quotes(words, ""))
        }
        Kind::Count(low, high) => format!("whole number, {low} to {high}"),
        Kind::WordsByActor(words) => {
            format!("list of {}; or such lists by actor", words_in_quotes(words, "\""))
        }
        Kind::ActorsByActor => "lists of actors by actor".into(),
        Kind::Number(low, high) => format!("number, {low} to {high}"),
        Kind::Texts => "list of strings".into(),
        Kind::TextOrTexts => "string or list of strings".into(),
        Kind::Anchors => "strings by point, 0 to 100".into(),
        Kind::Capability => "estimate, not negative; or such by issue".into(),
        Kind::Members => "list of actors, or weights by actor".into(),
        Kind::Table(_) => "table".into(),
        Kind::ById(_) | Kind::ByIds(_) | Kind::ByThreeIds(_) | Kind::Options => "tables by id".into(),
        Kind::Tables(_) => "list of tables".into(),
        Kind::Values => "values by path".into(),
        Kind::Factors => "numbers by path".into(),
        Kind::Conducts => "`\"accept\"` or `\"refuse\"` by actor".into(),
        Kind::Additions => "tables".into(),
    }
}

fn words_in_quotes(words: &[&str], quote: &str) -> String {
    words.iter().map(|word| format!("`{quote}{word}{quote}`")).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_reference_of_the_schema_is_defined() {
        fn references(value: &Value, found: &mut Vec<String>) {
            match value {
                Value::Object(map) => map.iter().for_each(|(key, value)| match value {
                    Value::String(target) if key == "$ref" => found.push(target.clone()),
                    _ => references(value, found),
                }),
                Value::Array(items) => items.iter().for_each(|item| references(item, found)),
                _ => {}
            }
        }
        let schema = schema();
        let mut found = Vec::new();
        references(&schema, &mut found);
        assert!(!found.is_empty());
        for target in found {
            let pointer = target.trim_start_matches('#');
            assert!(schema.pointer(pointer).is_some(), "{target}");
        }
    }

    #[test]
    fn no_section_declares_a_key_twice() {
        for section in
            [&spec::ROOT, &spec::ABOUT, &spec::STANCE, &spec::POLICY, &spec::PERSPECTIVE, &spec::CLAIM]
        {
            let mut names: Vec<&str> = section.all_keys().map(|key| key.name).collect();
            let count = names.len();
            names.sort_unstable();
            names.dedup();
            assert_eq!(names.len(), count, "{}", section.header);
        }
    }

    #[test]
    fn schema_and_check_know_the_same_keys() {
        let schema = schema();
        for key in spec::ROOT.keys {
            assert!(schema["properties"].get(key.name).is_some(), "{}", key.name);
        }
    }
}
