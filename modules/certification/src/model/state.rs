//! The state of a certificate on a day, as a pure function of what became of it.

use sh_kernel::Day;

sh_db::coded! {
    /// In which state a certificate is on a day (证书状态).
    State {
        /// 有效: within a term, neither suspended nor revoked.
        Valid = 1 "valid",
        /// 已过期: after a term, and not within another.
        Expired = 2 "expired",
        /// 已暂停: within a term, but suspended.
        Suspended = 3 "suspended",
        /// 已撤销: revoked on that day or earlier, for good.
        Revoked = 4 "revoked",
        /// 未生效: before its first term.
        NotYet = 5 "not-yet",
        /// 查无此证: nothing was ever recorded.
        Unknown = 6 "unknown",
    }
}

sh_db::coded! {
    /// What becomes of a certificate (证书变动).
    EventKind {
        /// 发证: the first term begins.
        Issued = 1 "issued",
        /// 续期: a further term begins; it may overlap the one before or leave a gap.
        Renewed = 2 "renewed",
        /// 暂停: it is not valid from this day on, until it is resumed.
        Suspended = 3 "suspended",
        /// 恢复: a suspension ends; this day it is valid again.
        Resumed = 4 "resumed",
        /// 撤销: it is not valid from this day on, for good. The day may lie in the past.
        Revoked = 5 "revoked",
        /// 更正: the term that was recorded last should have read like this.
        Corrected = 6 "corrected",
    }
}

/// The last day there is; a term without an end lasts until then.
pub const LAST_DAY: i64 = 99_991_231;

/// Something that became of a certificate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    /// What.
    pub kind: EventKind,
    /// Since when it holds; for a term, its first day.
    pub day: Day,
    /// For a term, its last day; none if it has no end.
    pub until: Option<Day>,
}

/// Days in a row on which a certificate is in one state.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Span {
    /// The first day.
    pub from: Day,
    /// The last day.
    pub to: Day,
    /// The state.
    pub state: State,
}

/// First and last days of the terms, in the order in which they were recorded; no last day if a term has no end.
pub fn terms(events: &[Event]) -> Vec<(Day, Option<Day>)> {
    let mut terms = Vec::new();
    for event in events {
        match event.kind {
            EventKind::Issued | EventKind::Renewed => terms.push((event.day, event.until)),
            EventKind::Corrected => {
                terms.pop();
                terms.push((event.day, event.until));
            }
            EventKind::Suspended | EventKind::Resumed | EventKind::Revoked => {}
        }
    }
    terms
}

/// What the events come to.
struct Course {
    /// First and last days of the terms.
    terms: Vec<(Day, Day)>,
    /// First day of each suspension, and the day on which it is over.
    pauses: Vec<(Day, Option<Day>)>,
    revoked: Option<Day>,
}

/// The last day of the calendar.
fn last_day() -> Day {
    Day::from_yyyymmdd(LAST_DAY).unwrap_or_else(|_| Day::from_day_number(i32::MAX))
}

impl Course {
    fn of(events: &[Event]) -> Self {
        let terms = terms(events).into_iter().map(|(from, until)| (from, until.unwrap_or_else(last_day)));
        let (mut marks, mut revoked) = (Vec::new(), None);
        for event in events {
            match event.kind {
                EventKind::Issued | EventKind::Renewed | EventKind::Corrected => {}
                EventKind::Suspended => marks.push((event.day, true)),
                EventKind::Resumed => marks.push((event.day, false)),
                EventKind::Revoked => {
                    revoked = Some(revoked.map_or(event.day, |known: Day| known.min(event.day)));
                }
            }
        }
        // By day; on one day what was recorded later counts.
        marks.sort_by_key(|mark| mark.0);
        let mut pauses: Vec<(Day, Option<Day>)> = Vec::new();
        for (day, begins) in marks {
            match (begins, pauses.last_mut()) {
                (true, Some((_, None))) => {}
                (true, _) => pauses.push((day, None)),
                (false, Some((_, over @ None))) => *over = Some(day),
                (false, _) => {}
            }
        }
        Self { terms: terms.collect(), pauses, revoked }
    }

    fn state(&self, day: Day) -> State {
        let within = |(from, to): &(Day, Day)| (*from..=*to).contains(&day);
        let paused = |(from, over): &(Day, Option<Day>)| *from <= day && over.is_none_or(|over| day < over);
        if self.revoked.is_some_and(|since| since <= day) {
            State::Revoked
        } else if self.terms.iter().any(within) {
            if self.pauses.iter().any(paused) { State::Suspended } else { State::Valid }
        } else if self.terms.is_empty() {
            State::Unknown
        } else if self.terms.iter().all(|(from, _)| day < *from) {
            State::NotYet
        } else {
            State::Expired
        }
    }

    /// The days on which the state may change.
    fn turns(&self) -> Vec<Day> {
        let after = |to: Day| (to < last_day()).then(|| to.plus_days(1));
        let terms = self.terms.iter().flat_map(|(from, to)| [Some(*from), after(*to)]);
        let pauses = self.pauses.iter().flat_map(|(from, over)| [Some(*from), *over]);
        let mut turns: Vec<Day> = terms.chain(pauses).chain([self.revoked]).flatten().collect();
        turns.sort_unstable();
        turns.dedup();
        turns
    }
}

/// The state on a day, from what was recorded, in the order in which it was recorded.
///
/// Terms may overlap and leave gaps: a day is covered if any term covers it. A revocation holds from its day on, also one
/// that is dated back. On one day what was recorded later counts.
pub fn state(events: &[Event], day: Day) -> State {
    Course::of(events).state(day)
}

/// The same for all days: spans that follow each other without a gap from the first day on that is not
/// [`State::NotYet`] to the end of the calendar. None if nothing was recorded.
pub fn spans(events: &[Event]) -> Vec<Span> {
    let course = Course::of(events);
    let turns = course.turns();
    let mut spans: Vec<Span> = Vec::new();
    for (at, from) in turns.iter().enumerate() {
        let to = turns.get(at + 1).map_or_else(last_day, |next| next.plus_days(-1));
        let state = course.state(*from);
        match spans.last_mut() {
            Some(last) if last.state == state => last.to = to,
            _ if matches!(state, State::NotYet | State::Unknown) => {}
            _ => spans.push(Span { from: *from, to, state }),
        }
    }
    spans
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn day(number: i64) -> Day {
        Day::from_yyyymmdd(number).unwrap()
    }

    fn event(kind: EventKind, from: i64, until: Option<i64>) -> Event {
        Event { kind, day: day(from), until: until.map(day) }
    }

    fn issued(from: i64, until: i64) -> Event {
        event(EventKind::Issued, from, Some(until))
    }

    #[test]
    fn a_renewal_that_overlaps_leaves_no_gap_and_one_that_comes_late_does() {
        let early = [issued(20_190_601, 20_220_531), event(EventKind::Renewed, 20_220_401, Some(20_250_331))];
        assert_eq!(spans(&early).len(), 2, "valid, then expired: {:?}", spans(&early));
        let late = [issued(20_190_601, 20_220_531), event(EventKind::Renewed, 20_220_701, Some(20_250_630))];
        assert_eq!(state(&late, day(20_220_531)), State::Valid);
        assert_eq!(state(&late, day(20_220_615)), State::Expired);
        assert_eq!(state(&late, day(20_220_701)), State::Valid);
    }

    #[test]
    fn a_revocation_dated_back_takes_the_days_since_then() {
        let events = [issued(20_190_601, 20_220_531), event(EventKind::Revoked, 20_200_101, None)];
        assert_eq!(state(&events, day(20_191_231)), State::Valid);
        assert_eq!(state(&events, day(20_200_101)), State::Revoked);
        assert_eq!(state(&events, day(20_230_101)), State::Revoked, "it does not expire after that");
        let renewed = [&events[..], &[event(EventKind::Renewed, 20_220_601, Some(20_250_531))]].concat();
        assert_eq!(state(&renewed, day(20_230_101)), State::Revoked, "and is not renewed");
    }

    #[test]
    fn a_suspension_ends_on_the_day_of_resumption_and_does_not_outlast_the_term() {
        let events = [
            issued(20_200_229, 20_230_228),
            event(EventKind::Suspended, 20_210_301, None),
            event(EventKind::Resumed, 20_210_401, None),
            event(EventKind::Suspended, 20_230_201, None),
        ];
        assert_eq!(state(&events, day(20_200_228)), State::NotYet);
        assert_eq!(state(&events, day(20_210_331)), State::Suspended);
        assert_eq!(state(&events, day(20_210_401)), State::Valid);
        assert_eq!(state(&events, day(20_230_228)), State::Suspended);
        assert_eq!(state(&events, day(20_230_301)), State::Expired);
    }

    #[test]
    fn a_correction_replaces_the_last_term_only() {
        let events = [
            issued(20_190_601, 20_220_531),
            event(EventKind::Renewed, 20_220_601, Some(20_230_531)),
            event(EventKind::Corrected, 20_220_601, Some(20_250_531)),
        ];
        assert_eq!(state(&events, day(20_200_101)), State::Valid);
        assert_eq!(state(&events, day(20_240_101)), State::Valid);
        assert_eq!(state(&[], day(20_240_101)), State::Unknown);
    }

    fn events() -> impl Strategy<Value = Vec<Event>> {
        // Days around the leap day of 2020, so that events meet on one day and on that day.
        let one = (0..6_usize, 18_300..18_360_i32, 0..40_i32, any::<bool>());
        prop::collection::vec(one, 0..9).prop_map(|all| {
            all.into_iter()
                .map(|(kind, from, length, open)| {
                    let from = Day::from_day_number(from);
                    let until = (!open).then(|| from.plus_days(length));
                    Event { kind: EventKind::ALL[kind], day: from, until }
                })
                .collect()
        })
    }

    proptest! {
        #[test]
        fn spans_say_of_every_day_what_the_events_say(events in events()) {
            let spans = spans(&events);
            for number in 18_280..18_420 {
                let day = Day::from_day_number(number);
                let found = spans.iter().find(|span| span.from <= day && day <= span.to);
                let told = state(&events, day);
                match found {
                    Some(span) => prop_assert_eq!(span.state, told, "{}", day),
                    None => prop_assert!(matches!(told, State::NotYet | State::Unknown), "{} {:?}", day, told),
                }
            }
            for pair in spans.windows(2) {
                prop_assert_eq!(pair[0].to.plus_days(1), pair[1].from);
                prop_assert_ne!(pair[0].state, pair[1].state);
            }
            if let Some(last) = spans.last() {
                prop_assert_eq!(last.to.yyyymmdd(), LAST_DAY);
            }
        }

        #[test]
        fn what_is_revoked_stays_so(mut events in events(), since in 18_300..18_360_i32, later in 0..100_i32) {
            let since = Day::from_day_number(since);
            events.push(Event { kind: EventKind::Revoked, day: since, until: None });
            prop_assert_eq!(state(&events, since.plus_days(later)), State::Revoked);
        }
    }
}
