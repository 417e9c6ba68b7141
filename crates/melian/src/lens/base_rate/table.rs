//! The derived table of crises, and what may be asked of it.

use std::sync::OnceLock;

use crate::lens::Ending;

/// One international crisis.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Crisis {
    pub(super) name: String,
    pub(super) year: i32,
    pub(super) trigger: u8,
    pub(super) gravity: u8,
    /// 1 none, 2 minor clashes, 3 serious clashes, 4 full-scale war.
    pub(super) violence: u8,
    form: u8,
    again: bool,
    /// In the order of [`FLAGS`].
    flags: [bool; 7],
    lost: u32,
}

/// What the flags of the table are called in filters, with words.
pub(super) static FLAGS: [(&str, &str); 7] = [
    ("protracted", "part of a protracted conflict"),
    ("mediated", "mediated by a third party"),
    ("great_power", "with a great power or superpower as a crisis actor"),
    ("weak_against_great", "with a small power that had a great power or superpower against it"),
    ("nuclear", "with a nuclear power as a crisis actor"),
    ("territorial", "with territory at stake for a crisis actor"),
    ("existential", "with the existence of a crisis actor at stake"),
];

/// ICB codes of the act that began the crisis (`break`).
pub(super) static TRIGGERS: [(&str, u8); 9] = [
    ("verbal", 1),
    ("political", 2),
    ("economic", 3),
    ("external_change", 4),
    ("other_nonviolent", 5),
    ("internal_challenge", 6),
    ("nonviolent_military", 7),
    ("indirect_violent", 8),
    ("violent", 9),
];

/// ICB codes of the gravest threat (`gravcr`).
pub(super) static GRAVITIES: [(&str, u8); 8] = [
    ("economic", 0),
    ("limited_military", 1),
    ("political", 2),
    ("territory", 3),
    ("influence", 4),
    ("grave_damage", 5),
    ("existence", 6),
    ("other", 7),
];

impl Crisis {
    fn parse(line: &str) -> Option<Self> {
        let cells: Vec<&str> = line.split(',').collect();
        let number = |index: usize| cells.get(index)?.parse::<i32>().ok();
        let mut flags = [false; 7];
        for (index, flag) in flags.iter_mut().enumerate() {
            *flag = number(8 + index)? == 1;
        }
        Some(Self {
            name: in_title_case(cells.get(1)?),
            year: number(2)?,
            trigger: number(3)? as u8,
            gravity: number(4)? as u8,
            violence: number(5)? as u8,
            form: number(6)? as u8,
            again: number(7)? == 1,
            flags,
            lost: number(17)? as u32,
        })
    }

    pub(super) fn flag(&self, index: usize) -> bool {
        self.flags[index]
    }

    /// How it ended: forms 1 to 3 (formal, semi-formal, tacit) are deals, broken if the same adversaries were in crisis
    /// again within five years; form 5 is imposed, and so is a unilateral act (4) that left a crisis actor defeated;
    /// all else is neither.
    pub(super) fn ending(&self) -> Ending {
        match self.form {
            1..=3 if self.again => Ending::Broken,
            1..=3 => Ending::Deal,
            5 => Ending::Imposed,
            4 if self.lost > 0 => Ending::Imposed,
            _ => Ending::None,
        }
    }
}

/// `RUSSIAN CIVIL WAR II` as `Russian Civil War II`.
fn in_title_case(name: &str) -> String {
    let word = |word: &str| {
        if word.chars().all(|letter| "IVX".contains(letter)) || ["WWII", "UAR", "PLO-"].contains(&word) {
            return word.to_owned();
        }
        let mut start = true;
        let mut cased = String::new();
        for letter in word.chars() {
            cased.extend(if start { letter.to_uppercase().next() } else { letter.to_lowercase().next() });
            start = !letter.is_alphabetic() && letter != '\'';
        }
        cased
    };
    name.split(' ').map(word).collect::<Vec<_>>().join(" ")
}

/// The derived table as it ships.
pub(super) static TABLE: &str = include_str!("../../../data/icb/crises.csv");

/// All crises of the table, by year.
pub(super) fn crises() -> &'static [Crisis] {
    static CRISES: OnceLock<Vec<Crisis>> = OnceLock::new();
    CRISES.get_or_init(|| {
        let mut crises: Vec<Crisis> = TABLE.lines().skip(1).filter_map(Crisis::parse).collect();
        crises.sort_by_key(|crisis| crisis.year);
        crises
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_of_the_table_is_read() {
        assert_eq!(TABLE.lines().next(), Some(super::super::derive::HEADER));
        assert_eq!(crises().len(), 416);
        assert!(crises().iter().all(|crisis| {
            (1918..1996).contains(&crisis.year)
                && (1..=9).contains(&crisis.trigger)
                && crisis.gravity <= 7
                && (1..=4).contains(&crisis.violence)
                && (1..=7).contains(&crisis.form)
        }));
    }

    fn ending(name: &str, year: i32) -> Ending {
        let found = crises().iter().find(|crisis| crisis.name == name && crisis.year == year);
        found.unwrap_or_else(|| panic!("no {name} of {year}")).ending()
    }

    #[test]
    fn well_known_crises_end_as_they_did() {
        assert_eq!(ending("Munich", 1938), Ending::Imposed);
        assert_eq!(ending("Prague Spring", 1968), Ending::Imposed);
        assert_eq!(ending("Anschluss", 1938), Ending::Imposed);
        assert!(matches!(ending("Cuban Missiles", 1962), Ending::Deal | Ending::Broken));
        assert_eq!(ending("Able Archer 83", 1983), Ending::None);
    }

    #[test]
    fn names_are_readable() {
        assert_eq!(in_title_case("KARL'S RETURN HUNGARY"), "Karl's Return Hungary");
        assert_eq!(in_title_case("GAZA RAID-CZECH. ARMS"), "Gaza Raid-Czech. Arms");
        assert_eq!(in_title_case("RUHR I"), "Ruhr I");
    }
}
