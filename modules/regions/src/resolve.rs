//! From a written place to its code on a day.

use std::collections::HashMap;

use sh_kernel::{Day, RegionCode};

use crate::{
    Division, Regions,
    text::{everyday, fold, short},
};

/// What a written place name stands for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Resolution {
    /// Exactly one division that stood on the day.
    One(RegionCode),
    /// Several, in the order of their codes: 朝阳, 城关区, or a county that was split. A person decides.
    Ambiguous(Vec<RegionCode>),
    /// No division of this name is known.
    Unknown,
}

impl Resolution {
    /// The division, if there is exactly one.
    pub fn one(&self) -> Option<RegionCode> {
        match self {
            Self::One(code) => Some(*code),
            Self::Ambiguous(_) | Self::Unknown => None,
        }
    }

    fn from_codes(mut codes: Vec<RegionCode>) -> Self {
        codes.sort_unstable();
        codes.dedup();
        match codes.as_slice() {
            [] => Self::Unknown,
            [one] => Self::One(*one),
            _ => Self::Ambiguous(codes),
        }
    }
}

/// One meaning of a written name.
#[derive(Debug, Clone)]
struct Meaning {
    code: RegionCode,
    /// The official name or a written alias, not a name shortened by rule.
    full: bool,
    from: Option<Day>,
    to: Option<Day>,
}

impl Meaning {
    /// How near this meaning is to what was written on `on`; less is nearer. An official name of another time still
    /// comes before a shortened name of this time: 上饶县 of 2024 is the old county and not a short form.
    fn grade(&self, on: Day) -> u8 {
        let in_force = self.from.is_none_or(|from| from <= on) && self.to.is_none_or(|to| on < to);
        u8::from(!self.full) * 2 + u8::from(!in_force)
    }
}

/// The index from folded names to their meanings.
#[derive(Debug, Default)]
pub(crate) struct Names(HashMap<Box<str>, Vec<Meaning>>);

impl Names {
    /// Adds a division's names. `grouped_by` is the province of a grouping row, which is known only with its province.
    pub(crate) fn add_division(&mut self, division: &Division, grouped_by: Option<&str>) {
        if let Some(province) = grouped_by {
            self.add(&format!("{province}{}", division.name), division, true);
            return;
        }
        self.add(division.name, division, true);
        for name in everyday(division.name) {
            self.add(&name, division, true);
        }
        let short = short(division.name);
        if short != division.name {
            self.add(short, division, false);
        }
    }

    /// Adds a written alias, good for any day.
    pub(crate) fn add_alias(&mut self, code: RegionCode, text: &str) {
        self.push(text, Meaning { code, full: true, from: None, to: None });
    }

    fn add(&mut self, name: &str, division: &Division, full: bool) {
        let meaning = Meaning { code: division.code, full, from: division.valid_from, to: division.valid_to };
        self.push(name, meaning);
    }

    fn push(&mut self, name: &str, meaning: Meaning) {
        self.0.entry(fold(name).into()).or_default().push(meaning);
    }

    fn meanings(&self, name: &str) -> &[Meaning] {
        self.0.get(name).map(Vec::as_slice).unwrap_or_default()
    }
}

/// A name as long as this is no place; longer texts are refused before any work is done on them.
const LONGEST: usize = 240;

impl Regions {
    /// The division that `text` names on `on`, optionally only inside `within`.
    ///
    /// Understood are codes (six digits, or the 9 and 12 digits of the statistical tables), official names, names
    /// without their kind (威宁, 毕节), everyday names (威宁县, 黔东南州), English province names, and paths of these
    /// (贵州省毕节市威宁县, 贵州毕节威宁, 广西百色 德保); spaces, separators and full-width signs do not matter. A name of
    /// another time is carried to the division of that day through successors or origins; a county that was split
    /// comes back as [`Resolution::Ambiguous`]. A name that means both a place and a part of it (邢台) means the whole.
    pub fn resolve(&self, text: &str, within: Option<RegionCode>, on: Day) -> Resolution {
        if text.len() > LONGEST {
            return Resolution::Unknown;
        }
        let text = fold(text);
        let text = text.as_ref();
        if text.bytes().all(|byte| byte.is_ascii_digit()) {
            return self.resolve_code(text, within, on);
        }
        let exact = self.exact(text, within, on);
        if !exact.is_empty() {
            return Resolution::from_codes(exact);
        }
        match text.strip_prefix("中华人民共和国").or_else(|| text.strip_prefix("中国")) {
            Some(rest) if !rest.is_empty() => self.resolve(rest, within, on),
            _ => Resolution::from_codes(self.path(text, within, on, 0)),
        }
    }

    /// The divisions of `on` that stand in the place of `code`: itself if it stood, else its successors or origins.
    pub fn on_day(&self, code: RegionCode, on: Day) -> Vec<RegionCode> {
        let mut found = Vec::new();
        self.locate(code, on, 0, &mut found);
        found.sort_unstable();
        found.dedup();
        found
    }

    fn resolve_code(&self, digits: &str, within: Option<RegionCode>, on: Day) -> Resolution {
        if !matches!(digits.len(), 6 | 9 | 12) {
            return Resolution::Unknown;
        }
        let Some(code) = digits.get(..6).and_then(|digits| digits.parse::<RegionCode>().ok()) else {
            return Resolution::Unknown;
        };
        let mut found = self.on_day(code, on);
        if let Some(area) = within {
            found.retain(|one| self.lies_within(*one, code, area, on));
        }
        Resolution::from_codes(found)
    }

    /// Collects the divisions of `on` in the place of `code`. The depth bounds a faulty table.
    fn locate(&self, code: RegionCode, on: Day, depth: u8, found: &mut Vec<RegionCode>) {
        if depth > 8 {
            return;
        }
        let Some(row) = self.row(code, on) else { return };
        if row.in_force(on) {
            found.push(code);
        } else if row.valid_from.is_none_or(|from| from <= on) {
            for next in &row.successors {
                self.locate(*next, on, depth + 1, found);
            }
        } else {
            for origin in self.likely_origins(code, row) {
                self.locate(origin, on, depth + 1, found);
            }
        }
    }

    /// What a division came from. Of several origins those that bore its short name (蓬莱区 from 蓬莱市 and 长岛县), else
    /// those whose larger part it took (云州区 from 大同县, and a corner of 南郊区).
    fn likely_origins(&self, code: RegionCode, row: &Division) -> Vec<RegionCode> {
        let origins = self.origins(code);
        let only = |keep: &dyn Fn(&RegionCode) -> bool| -> Vec<RegionCode> {
            origins.iter().copied().filter(|origin| keep(origin)).collect()
        };
        let same_name =
            only(&|origin| self.rows_of(*origin).iter().any(|one| short(one.name) == short(row.name)));
        let larger_part = only(&|origin| self.successors(*origin).first() == Some(&code));
        [same_name, larger_part].into_iter().find(|some| !some.is_empty()).unwrap_or_else(|| origins.to_vec())
    }

    /// Whether `found`, named by its code `written` of any time, lies inside `area`. The written code counts too:
    /// 四平市公主岭市 was right until the city moved to 长春.
    fn lies_within(&self, found: RegionCode, written: RegionCode, area: RegionCode, on: Day) -> bool {
        lies_in(found, area)
            || lies_in(written, area)
            || (!self.exists_on(area, on) && self.on_day(area, on).iter().any(|now| lies_in(found, *now)))
    }

    /// All divisions whose own name (without a path) is `text`; the nearest meaning only.
    fn exact(&self, text: &str, within: Option<RegionCode>, on: Day) -> Vec<RegionCode> {
        let meanings = self.names.meanings(text);
        if let ([only], None) = (meanings, within)
            && self.exists_on(only.code, on)
        {
            return vec![only.code];
        }
        let mut best = u8::MAX;
        let mut codes: Vec<RegionCode> = Vec::new();
        let mut located = Vec::new();
        for meaning in meanings {
            let grade = meaning.grade(on);
            if grade > best {
                continue;
            }
            located.clear();
            self.locate(meaning.code, on, 0, &mut located);
            if let Some(area) = within {
                located.retain(|found| self.lies_within(*found, meaning.code, area, on));
            }
            if located.is_empty() {
                continue;
            }
            if grade < best {
                best = grade;
                codes.clear();
            }
            codes.extend(&located);
        }
        preferred(codes, within)
    }

    /// Reads `text` as a path: a province or city first, the rest inside it. The longest first part that leads to a
    /// result wins.
    fn path(&self, text: &str, within: Option<RegionCode>, on: Day, depth: u8) -> Vec<RegionCode> {
        // Province, city, county, each perhaps written twice.
        if depth > 5 {
            return Vec::new();
        }
        let cuts: Vec<usize> = text.char_indices().map(|(at, _)| at).skip(1).collect();
        for cut in cuts.into_iter().rev() {
            let (head, rest) = text.split_at(cut);
            let mut found = Vec::new();
            for area in self.areas(head, within) {
                let exact = self.exact(rest, Some(area), on);
                found.extend(if exact.is_empty() {
                    self.path(rest, Some(area), on, depth + 1)
                } else {
                    exact
                });
            }
            if !found.is_empty() {
                return found;
            }
        }
        Vec::new()
    }

    /// The provinces and cities of any time that `head` may mean.
    fn areas(&self, head: &str, within: Option<RegionCode>) -> Vec<RegionCode> {
        let mut areas: Vec<RegionCode> = self
            .names
            .meanings(head)
            .iter()
            .map(|meaning| meaning.code)
            .filter(|code| code.is_province() || code.is_city())
            .filter(|code| within.is_none_or(|area| lies_in(*code, area)))
            .collect();
        areas.sort_unstable();
        areas.dedup();
        areas
    }
}

/// Inside by code, or in one of the two prefectures (塔城, 阿勒泰) that 伊犁 governs although their codes stand beside its
/// own; addresses write all three.
fn lies_in(code: RegionCode, area: RegionCode) -> bool {
    code.is_within(area) || (area.number() == 654_000 && matches!(code.city().number(), 654_200 | 654_300))
}

/// Of several divisions of one name: a province before all others, the part before the area already given, and a
/// place before its own parts.
fn preferred(mut codes: Vec<RegionCode>, within: Option<RegionCode>) -> Vec<RegionCode> {
    codes.sort_unstable();
    codes.dedup();
    if codes.len() < 2 {
        return codes;
    }
    if let Some(area) = within {
        codes.retain(|code| *code != area);
    }
    if let Some(province) = codes.iter().copied().find(|code| code.is_province()) {
        return vec![province];
    }
    match codes.iter().copied().find(|whole| codes.iter().all(|part| part.is_within(*whole))) {
        Some(whole) => vec![whole],
        None => codes,
    }
}
