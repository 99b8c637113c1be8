//! Who has reported for a month and who has not (报送进度).

use sh_db::{DbError, Tx};
use sh_kernel::{Day, Month};

use crate::{import::batch::Source, model::SourceKind, store};

/// How far a source has come with a month.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum ReportState {
    /// Nothing has come in.
    Missing,
    /// A file is here and not posted yet.
    Underway,
    /// A file that reaches into the month is posted.
    Posted,
}

/// A source and how far it has come with a month.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceReport {
    /// Who reports.
    pub source: Source,
    /// How far.
    pub state: ReportState,
}

/// The month whose returns are looked at on a day: the last one that is over. If no city has reported the month before
/// that either, the installation rests, and is looked at where its returns end; `newest` is the last day that a return
/// of a city tells of. Otherwise it would only show that all is missing.
pub fn month_due(today: Day, newest: Option<Day>) -> Month {
    let due = today.month().previous();
    newest.map(Day::month).filter(|newest| *newest < due.previous()).unwrap_or(due)
}

/// [`month_due`] for the files that are here.
///
/// # Errors
/// What the database refuses.
pub async fn current_month(tx: &mut Tx, today: Day) -> Result<Month, DbError> {
    Ok(month_due(today, store::reporting::newest_day(tx, today).await?))
}

/// Every source that still reports, in the order of kinds and codes, with how far it has come with a month.
///
/// # Errors
/// What the database refuses.
pub async fn reports(tx: &mut Tx, month: Month) -> Result<Vec<SourceReport>, DbError> {
    let found = store::reporting::reported(tx, month.first_day(), month.last_day()).await?;
    let sources = store::import::sources(tx).await?;
    let state = |source: &Source| match found.iter().find(|(code, _)| *code == source.code) {
        None => ReportState::Missing,
        Some((_, false)) => ReportState::Underway,
        Some((_, true)) => ReportState::Posted,
    };
    let active = sources.into_iter().filter(|source| source.active);
    Ok(active.map(|source| SourceReport { state: state(&source), source }).collect())
}

/// The cities whose return of a month is not posted (月报未报的市).
///
/// # Errors
/// What the database refuses.
pub async fn late_cities(tx: &mut Tx, month: Month) -> Result<Vec<Source>, DbError> {
    let late = |report: &SourceReport| {
        report.source.kind == SourceKind::CityReturn && report.state != ReportState::Posted
    };
    let all = reports(tx, month).await?;
    Ok(all.into_iter().filter(late).map(|report| report.source).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn due(today: i64, newest: Option<i64>) -> i64 {
        let day = |number| Day::from_yyyymmdd(number).unwrap();
        month_due(day(today), newest.map(day)).yyyymm()
    }

    #[test]
    fn the_month_that_is_over_is_due() {
        assert_eq!(due(20_201_209, Some(20_201_130)), 202_011);
        // In the first days of a month nobody has reported the one before; it is due all the same.
        assert_eq!(due(20_201_201, Some(20_201_031)), 202_011);
        // A return that comes early does not make the month due that still runs.
        assert_eq!(due(20_201_209, Some(20_201_208)), 202_011);
        assert_eq!(due(20_210_105, Some(20_201_130)), 202_012);
        assert_eq!(due(20_201_209, None), 202_011);
    }

    #[test]
    fn an_installation_at_rest_is_looked_at_where_its_data_end() {
        assert_eq!(due(20_210_105, Some(20_201_031)), 202_010);
        assert_eq!(due(20_261_127, Some(20_201_130)), 202_011);
    }
}
