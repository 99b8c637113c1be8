//! Days of a row.

use sh_files::{
    parse::{self, CellProblem, DayValue},
    sheet::Cell,
};
use sh_kernel::{Day, Month};

use super::{Draft, FIRST_DAY, RowReader};
use crate::{
    axes::Stage,
    import::{
        fields::Field,
        issue::{Issue, Severity},
    },
    model::DayPrecision,
};

/// The days of a row, by the stage that they belong to.
#[derive(Default)]
pub(super) struct Days {
    pub(super) found: Vec<(Field, Day, DayPrecision)>,
    pub(super) refunded: Option<Day>,
}

impl Days {
    /// From the earliest stage to the furthest.
    const STAGES: [(Field, Stage); 5] = [
        (Field::DayPledged, Stage::Pledged),
        (Field::DaySigned, Stage::Signed),
        (Field::DayOrdered, Stage::Ordered),
        (Field::DayPaid, Stage::Paid),
        (Field::DayAccepted, Stage::Accepted),
    ];
    /// Where the day of a claim is taken from if its own stage has none.
    const NEXT_BEST: [Field; 7] = [
        Field::DayPaid,
        Field::DayOrdered,
        Field::DayAccepted,
        Field::DaySold,
        Field::DaySigned,
        Field::DayPledged,
        Field::Month,
    ];

    fn of(&self, field: Field) -> Option<(Day, DayPrecision)> {
        self.found.iter().find(|found| found.0 == field).map(|found| (found.1, found.2))
    }

    pub(super) fn furthest(&self) -> Option<Stage> {
        Self::STAGES.iter().rev().find(|(field, _)| self.of(*field).is_some()).map(|(_, stage)| *stage)
    }

    pub(super) fn for_stage(&self, stage: Stage) -> Option<(Day, DayPrecision)> {
        let own =
            Self::STAGES.iter().find(|(_, known)| *known == stage).and_then(|(field, _)| self.of(*field));
        own.or_else(|| Self::NEXT_BEST.iter().find_map(|field| self.of(*field)))
    }
}

impl RowReader {
    pub(super) fn days(&self, draft: &mut Draft<'_>) -> Days {
        let mut days = Days::default();
        for field in Field::ALL.iter().filter(|field| field.is_day() || **field == Field::DayRefunded) {
            let Some((column, cell)) = self.cell(draft.row, *field) else { continue };
            match self.day_in(*field, cell) {
                Ok((day, _)) if *field == Field::DayRefunded => days.refunded = Some(day),
                Ok((day, precision)) => days.found.push((*field, day, precision)),
                Err(problem) => {
                    let issue = Issue::of_cell(draft.row.number, Severity::Rejected, &column.title, problem);
                    draft.reject(issue);
                }
            }
        }
        days
    }

    pub(super) fn day_in(&self, field: Field, cell: &Cell) -> Result<(Day, DayPrecision), CellProblem> {
        let read = parse::day(cell, self.file.days);
        let month = |month: Month| (month.last_day(), DayPrecision::Month);
        match read {
            Ok(DayValue::Day(day)) if field == Field::Month => Ok(month(day.month())),
            Ok(DayValue::Day(day)) => Ok((day, DayPrecision::Day)),
            Ok(DayValue::Month(found)) => Ok(month(found)),
            Err(problem) => {
                // A column of months may hold 11 or 11月 where the heading names the year.
                let year = self.file.days.default_year.filter(|_| field == Field::Month);
                let number = parse::count(cell).ok().filter(|number| (1..=12).contains(number));
                let found = year
                    .zip(number)
                    .and_then(|(year, number)| Month::from_yyyymm(i64::from(year) * 100 + number).ok());
                found.map(month).ok_or(problem)
            }
        }
    }

    pub(super) fn check_day(&self, draft: &mut Draft<'_>, days: &Days, day: Day, precision: DayPrecision) {
        let number = draft.row.number;
        let from = days.found.iter().find(|found| found.1 == day).map(|found| found.0);
        let (title, shown) = from.map(|field| self.shown(draft.row, field)).unwrap_or_default();
        let late = match precision {
            DayPrecision::Day => day > self.today,
            DayPrecision::Month => day.month() > self.today.month(),
        };
        if late {
            draft.reject(Issue::of(number, Severity::Rejected, "day-in-future").at(&title, &shown));
        } else if day.yyyymmdd() < FIRST_DAY {
            draft.reject(Issue::of(number, Severity::Rejected, "day-too-early").at(&title, &shown));
        } else if let Some(month) = self.file.month.filter(|month| *month != day.month()) {
            let issue = Issue::of(number, Severity::Remark, "day-outside-month").at(&title, &shown);
            draft.remark(issue.with("month", month));
        }
    }
}
