//! Conditions as a person writes them: check boxes for the axes with few values, one line of text for each of the others.
//!
//! A line is a clause: `origin-province = 520000, 530000`, `certified = yes or class = listed`, `seller != 12`. Axes and
//! values may be written as their stable words or as the page names them.

use sh_kernel::Day;
use sh_trade::{axes::Axis, facts::CODED_AXES};

use crate::{
    axis_named,
    definition::{Clause, Condition},
    value_named, word,
};

/// A line that is not a clause.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct NotAClause {
    /// Line number, from 1.
    pub(super) line: usize,
    /// What of it was not understood.
    pub(super) part: String,
}

/// What of the clauses the check boxes show, and the rest as lines of text.
pub(super) fn split(clauses: &[Clause]) -> (Vec<(Axis, Vec<i64>)>, String) {
    let (mut boxes, mut lines): (Vec<(Axis, Vec<i64>)>, Vec<String>) = (Vec::new(), Vec::new());
    for clause in clauses {
        match clause.0.as_slice() {
            [one]
                if !one.not
                    && CODED_AXES.contains(&one.axis)
                    && boxes.iter().all(|(axis, _)| *axis != one.axis)
                    && one.any_of.iter().all(|value| word(one.axis, *value).is_some()) =>
            {
                boxes.push((one.axis, one.any_of.clone()));
            }
            conditions => lines.push(conditions.iter().map(write).collect::<Vec<_>>().join(" or ")),
        }
    }
    (boxes, lines.join("\n"))
}

fn write(condition: &Condition) -> String {
    let values: Vec<String> = condition
        .any_of
        .iter()
        .map(|value| word(condition.axis, *value).map_or_else(|| value.to_string(), ToOwned::to_owned))
        .collect();
    let sign = if condition.not { "!=" } else { "=" };
    format!("{} {sign} {}", condition.axis.word(), values.join(", "))
}

/// Reads the lines of text. Places may be named as they were called on `day`.
pub(super) fn read(text: &str, day: Day) -> Result<Vec<Clause>, NotAClause> {
    let mut clauses = Vec::new();
    for (at, line) in text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
        let line_text = line.replace("或者", " or ").replace('或', " or ");
        let conditions = line_text.split(" or ").map(|part| {
            condition(part.trim(), day)
                .ok_or_else(|| NotAClause { line: at + 1, part: part.trim().to_owned() })
        });
        clauses.push(Clause(conditions.collect::<Result<_, _>>()?));
    }
    Ok(clauses)
}

fn condition(text: &str, day: Day) -> Option<Condition> {
    let text = text.replace('≠', "!=").replace('＝', "=").replace(['，', '、'], ",");
    let (head, tail) = text.split_once('=')?;
    let (name, not) = match head.trim_end().strip_suffix('!') {
        Some(name) => (name, true),
        None => (head, false),
    };
    let axis = axis_named(name)?;
    let any_of: Option<Vec<i64>> = tail
        .split(',')
        .map(str::trim)
        .filter(|item| !item.is_empty())
        .map(|item| value_named(axis, item, day))
        .collect();
    any_of.filter(|list| !list.is_empty()).map(|any_of| Condition { axis, any_of, not })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Vec<Clause>, NotAClause> {
        super::read(text, Day::new(2020, 11, 30).unwrap())
    }

    #[test]
    fn what_is_written_is_read_back() {
        let clauses = vec![
            Condition::one_of(Axis::Stage, &[3, 4, 5]).into(),
            Condition::one_of(Axis::OriginProvince, &[520_000, 530_000]).into(),
            Clause(vec![
                Condition::is(Axis::Certified, 1),
                Condition { not: true, ..Condition::one_of(Axis::Class, &[4, 5]) },
            ]),
        ];
        let (boxes, lines) = split(&clauses);
        assert_eq!(boxes, [(Axis::Stage, vec![3, 4, 5])]);
        assert_eq!(
            lines,
            "origin-province = 520000, 530000\ncertified = yes or class != in-province, elsewhere"
        );
        assert_eq!(read(&lines).unwrap(), clauses[1..]);
    }

    #[test]
    fn a_line_may_be_written_as_the_page_names_things() {
        let found = read(
            "销售渠道 = 832 平台、专馆\n\n带贫产品认定＝已认定 或 产地类别≠其他地区\n产地省份=贵州,云南",
        )
        .unwrap();
        assert_eq!(found[0].0, [Condition::one_of(Axis::Channel, &[1, 3])]);
        assert_eq!(found[1].0[1], Condition { not: true, ..Condition::is(Axis::Class, 5) });
        assert_eq!(found[2].0, [Condition::one_of(Axis::OriginProvince, &[520_000, 530_000])]);
    }

    #[test]
    fn what_is_not_understood_is_named_with_its_line() {
        let wrong = |text: &str| read(text).unwrap_err();
        assert_eq!(wrong("stage = paid\n颜色 = 红"), NotAClause { line: 2, part: "颜色 = 红".to_owned() });
        assert_eq!(wrong("stage = somehow").line, 1);
        assert_eq!(wrong("stage =").line, 1);
        assert_eq!(wrong("origin = 贵州").line, 1);
    }
}
