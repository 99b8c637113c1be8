//! Days and months.

use sh_kernel::{Day, Month};

use super::{CellProblem, ProblemCode, check_present, chinese};
use crate::{
    fold::narrow_spaced,
    sheet::{Cell, CellValue, DateSystem},
};

/// Days between the beginnings of the two date systems.
pub(crate) const DAYS_1904: i32 = 1462;
/// 2020年11月 written as a plain number.
const MONTH_NUMBERS: std::ops::RangeInclusive<i64> = 190_001..=219_912;
/// Day numbers of the years 1930 to 2119; smaller and larger ones are something else.
const SERIALS: std::ops::Range<i64> = 10_959..80_354;
/// Minutes by which Shanghai is ahead of UTC.
const SHANGHAI: i32 = 8 * 60;

/// What a cell of days may name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DayValue {
    /// A day.
    Day(Day),
    /// Only a month: `2020年11月`.
    Month(Month),
}

/// How days of a file are to be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct DayOptions {
    /// The year of days written without one, such as that of a monthly return.
    pub default_year: Option<i32>,
    /// The date system of the workbook, for day numbers that are not shown as dates.
    pub system: DateSystem,
}

/// Reads a day in any of the spellings in use: `2020-11-30`, `2020/11/30`, `2020.11.30`, `20201130`,
/// `2020年11月30日`, `二〇二〇年十一月三十日`, `11月30日` and `11.30` with a default year, each with a time after it; a day number of
/// Excel; and `2020年11月`, `2020-11`, `202011` as a month. A time with an offset from UTC is taken to the day
/// in Shanghai.
///
/// # Errors
/// A problem with a `day-` code, `cell-empty` or `cell-error`.
pub fn day(cell: &Cell, options: DayOptions) -> Result<DayValue, CellProblem> {
    check_present(cell)?;
    let shown = cell.as_text();
    match &cell.value {
        CellValue::DateSerial(serial) => {
            let read = day_of_serial(serial.floor(), DateSystem::Y1900).map(DayValue::Day);
            read.map_err(|code| CellProblem::new(code, shown.trim()))
        }
        CellValue::Number(number) => read_number(*number, options, &shown),
        CellValue::Text(text) => read_text(text, options),
        _ => Err(CellProblem::new(ProblemCode::DayNotADay, shown.trim())),
    }
}

fn read_number(number: f64, options: DayOptions, shown: &str) -> Result<DayValue, CellProblem> {
    let problem = |code| CellProblem::new(code, shown);
    let days = number.floor();
    if !(0.0..1e9).contains(&days) {
        return Err(problem(ProblemCode::DayNotADay));
    }
    #[expect(clippy::cast_possible_truncation, reason = "checked to be below a thousand million")]
    let whole = days as i64;
    if SERIALS.contains(&whole) {
        return day_of_serial(days, options.system).map(DayValue::Day).map_err(problem);
    }
    if MONTH_NUMBERS.contains(&whole) || whole >= 19_000_101 {
        return read_text(&whole.to_string(), options);
    }
    Err(problem(ProblemCode::DayNotADay))
}

/// The day of a day number without its time.
pub(crate) fn day_of_serial(days: f64, system: DateSystem) -> Result<Day, ProblemCode> {
    if !(0.0..3_000_000.0).contains(&days) {
        return Err(ProblemCode::DayNotADay);
    }
    #[expect(clippy::cast_possible_truncation, reason = "checked to be below three million")]
    let days = days as i32;
    let (year, since) = match system {
        DateSystem::Y1904 => (1904, days),
        // Excel believes in 29 February 1900, day 60.
        DateSystem::Y1900 if days == 60 || days == 0 => return Err(ProblemCode::DayDoesNotExist),
        DateSystem::Y1900 if days < 60 => (1900, days - 1),
        DateSystem::Y1900 => (1900, days - 2),
    };
    let first = Day::new(year, 1, 1).map_err(|_| ProblemCode::DayNotADay)?;
    let day = first.plus_days(since);
    if day.year() > 2199 { Err(ProblemCode::DayOutOfRange) } else { Ok(day) }
}

fn read_text(original: &str, options: DayOptions) -> Result<DayValue, CellProblem> {
    let problem = |code| CellProblem::new(code, original.trim());
    let mut text = without_weekday(&narrow_spaced(original));
    if text.contains(' ') {
        for sign in ["年", "月", "日", "号"] {
            text = text.replace(&format!(" {sign}"), sign).replace(&format!("{sign} "), sign);
        }
    }
    let text = if text.chars().any(|c| chinese::is_numeral(c) || c == '○' || c == '廿') {
        chinese::to_arabic(&text).ok_or_else(|| problem(ProblemCode::DayNotADay))?
    } else {
        text
    };
    let (first, rest) = digits(&text);
    match (first.len(), rest.chars().next()) {
        (0, _) => Err(problem(ProblemCode::DayNotADay)),
        (8, _) => compact(first, rest).map_err(problem),
        (14, None) => {
            let date: String = first.chars().take(8).collect();
            compact(&date, "").map_err(problem)
        }
        (6, None) => {
            let (year, rest) = first.split_at_checked(4).unwrap_or((first, ""));
            month(year, rest).map_err(problem)
        }
        (4, None) => Err(problem(ProblemCode::DayYearOnly)),
        (_, Some('年')) => with_year(first, rest).map_err(problem),
        (1 | 2, Some('月')) => without_year(first, rest, options).map_err(problem),
        (_, Some(separator @ ('-' | '/' | '.'))) => separated(first, rest, separator, options, original),
        _ => Err(problem(ProblemCode::DayNotADay)),
    }
}

/// Leaves out `星期一` and the like, with or without brackets.
fn without_weekday(text: &str) -> String {
    for name in ["星期", "周", "礼拜"] {
        if let Some((before, after)) = text.split_once(name) {
            let mut after = after.chars();
            if after.next().is_some_and(|c| "一二三四五六日天1234567".contains(c)) {
                let before = before.trim_end_matches(['(', ' ']);
                return format!("{before}{}", after.as_str().trim_start_matches(')'));
            }
        }
    }
    text.to_owned()
}

/// Splits leading digits off.
fn digits(text: &str) -> (&str, &str) {
    let end = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    text.split_at_checked(end).unwrap_or((text, ""))
}

/// The rest after one of the signs, with white space around it left out.
fn after<'a>(text: &'a str, signs: &[char]) -> Option<&'a str> {
    text.trim_start().strip_prefix(signs).map(str::trim_start)
}

fn number<T: std::str::FromStr>(text: &str) -> Result<T, ProblemCode> {
    if text.is_empty() || text.len() > 4 {
        return Err(ProblemCode::DayNotADay);
    }
    text.parse().map_err(|_| ProblemCode::DayNotADay)
}

fn year(text: &str) -> Result<i16, ProblemCode> {
    match text.len() {
        4 => number(text),
        2 => Err(ProblemCode::DayShortYear),
        _ => Err(ProblemCode::DayNotADay),
    }
}

fn checked(year: i16, month: i8, day: i8) -> Result<Day, ProblemCode> {
    if !(1900..=2199).contains(&year) {
        return Err(ProblemCode::DayOutOfRange);
    }
    Day::new(year, month, day).map_err(|_| ProblemCode::DayDoesNotExist)
}

fn month(year_text: &str, month_text: &str) -> Result<DayValue, ProblemCode> {
    let day = checked(year(year_text)?, number(month_text)?, 1)?;
    Ok(DayValue::Month(day.month()))
}

/// `20201130`, with a time after it.
fn compact(date: &str, rest: &str) -> Result<DayValue, ProblemCode> {
    let part = |from: usize, to: usize| date.get(from..to).unwrap_or_default();
    let day = checked(number(part(0, 4))?, number(part(4, 6))?, number(part(6, 8))?)?;
    at_time(day, rest)
}

/// `2020年11月30日`, `2020年11月`.
fn with_year(year_text: &str, rest: &str) -> Result<DayValue, ProblemCode> {
    let rest = after(rest, &['年']).unwrap_or_default();
    if rest.is_empty() || rest == "度" {
        year(year_text)?;
        return Err(ProblemCode::DayYearOnly);
    }
    let (month_text, rest) = digits(rest);
    let rest = after(rest, &['月', '-', '/', '.']).unwrap_or(rest);
    if rest.is_empty() || rest == "份" {
        return month(year_text, month_text);
    }
    let (day_text, rest) = digits(rest);
    let day = checked(year(year_text)?, number(month_text)?, number(day_text)?)?;
    at_time(day, after(rest, &['日', '号']).unwrap_or(rest))
}

/// `11月30日`, `11月`.
fn without_year(month_text: &str, rest: &str, options: DayOptions) -> Result<DayValue, ProblemCode> {
    let rest = after(rest, &['月']).unwrap_or_default();
    let known = options.default_year.and_then(|year| i16::try_from(year).ok());
    if rest.is_empty() || rest == "份" {
        let day = checked(known.ok_or(ProblemCode::DayYearMissing)?, number(month_text)?, 1)?;
        return Ok(DayValue::Month(day.month()));
    }
    let (day_text, rest) = digits(rest);
    let (month, day) = (number(month_text)?, number(day_text)?);
    let day = checked(known.ok_or(ProblemCode::DayYearMissing)?, month, day)?;
    at_time(day, after(rest, &['日', '号']).unwrap_or(rest))
}

/// `2020-11-30`, `2020/11`, `30/11/2020`.
fn separated(
    first: &str,
    rest: &str,
    separator: char,
    options: DayOptions,
    original: &str,
) -> Result<DayValue, CellProblem> {
    let problem = |code| CellProblem::new(code, original.trim());
    let rest = after(rest, &[separator]).unwrap_or_default();
    let (second, rest) = digits(rest);
    let Some(rest) = after(rest, &[separator]) else {
        if first.len() == 4 && rest.is_empty() {
            return month(first, second).map_err(problem);
        }
        // 11.7 could be a number; where the year is known it is a day.
        let number = separator == '.' && options.default_year.is_none();
        if first.len() <= 2 && rest.is_empty() && !number {
            return without_year(first, &format!("月{second}"), options).map_err(problem);
        }
        return Err(problem(ProblemCode::DayNotADay));
    };
    let (third, rest) = digits(rest);
    if first.len() == 4 {
        let read = || at_time(checked(year(first)?, number(second)?, number(third)?)?, rest);
        return read().map_err(problem);
    }
    if third.len() != 4 {
        let code = if third.len() == 2 { ProblemCode::DayShortYear } else { ProblemCode::DayNotADay };
        return Err(problem(code));
    }
    let read = || Ok((number::<i8>(first)?, number::<i8>(second)?, number::<i16>(third)?));
    let (a, b, year) = read().map_err(problem)?;
    let day_first = checked(year, b, a);
    let month_first = checked(year, a, b);
    match (day_first, month_first) {
        (Ok(one), Ok(other)) if one != other => {
            Err(problem(ProblemCode::DayAmbiguous).with("first", one).with("second", other))
        }
        (Ok(day), _) | (_, Ok(day)) => at_time(day, rest).map_err(problem),
        (Err(code), _) => Err(problem(code)),
    }
}

/// The day in Shanghai of a day and the time of day after it, which may carry an offset from UTC.
fn at_time(day: Day, text: &str) -> Result<DayValue, ProblemCode> {
    let text = text.trim().trim_start_matches(['T', 't', ',']).trim();
    if text.is_empty() {
        return Ok(DayValue::Day(day));
    }
    let (minutes, offset) = time(text).ok_or(ProblemCode::DayNotADay)?;
    let shift = offset.map_or(0, |offset| (minutes - offset + SHANGHAI).div_euclid(24 * 60));
    Ok(DayValue::Day(day.plus_days(shift)))
}

/// Minutes since midnight, and the offset from UTC in minutes if there is one.
fn time(text: &str) -> Option<(i32, Option<i32>)> {
    let lower = text.to_ascii_lowercase();
    let mut text = lower.as_str();
    let mut afternoon = false;
    for (name, late) in [("上午", false), ("早上", false), ("下午", true), ("晚上", true), ("中午", false)]
    {
        if let Some(rest) = text.strip_prefix(name) {
            (text, afternoon) = (rest.trim_start(), late);
        }
    }
    let (hour, rest) = digits(text);
    let mut rest = after(rest, &[':', '时', '点']).unwrap_or(rest);
    let hour: i32 = if hour.len() <= 2 { hour.parse().ok()? } else { return None };
    let mut minute = 0;
    for place in 0..2 {
        let (part, tail) = digits(rest);
        if part.is_empty() {
            break;
        }
        let value: i32 =
            if part.len() <= 2 { part.parse().ok().filter(|value| *value < 61)? } else { return None };
        minute = if place == 0 { value } else { minute };
        rest = after(tail, &[':', '分', '秒']).unwrap_or(tail);
    }
    if let Some(fraction) = rest.strip_prefix('.') {
        rest = digits(fraction).1;
    }
    for (name, late) in [("am", false), ("pm", true)] {
        if let Some(tail) = rest.trim_start().strip_suffix(name) {
            (rest, afternoon) = (tail, late);
        }
    }
    let hour = if afternoon && hour < 12 { hour + 12 } else { hour };
    if hour > 24 {
        return None;
    }
    Some((hour * 60 + minute, offset(rest.trim())?))
}

/// `Z`, `+08:00`, `+0800`; `Some(None)` if there is none, `None` if it is something else.
#[expect(clippy::option_option, reason = "absent and unreadable are two answers")]
fn offset(text: &str) -> Option<Option<i32>> {
    let (sign, rest) = match text.chars().next() {
        None => return Some(None),
        Some('z') if text.len() == 1 => return Some(Some(0)),
        Some('+') => (1, text.strip_prefix('+')?),
        Some('-') => (-1, text.strip_prefix('-')?),
        Some(_) => return None,
    };
    let plain: String = rest.chars().filter(|c| *c != ':').collect();
    let value: i32 = plain.parse().ok()?;
    match plain.len() {
        2 => Some(Some(sign * value * 60)),
        4 => Some(Some(sign * (value / 100 * 60 + value % 100))),
        _ => None,
    }
}
