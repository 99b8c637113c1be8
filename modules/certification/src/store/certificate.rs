//! Certificates, what became of them, and in which state they are when.

use std::collections::{BTreeMap, HashMap};

use sh_db::{DbError, FromRow, Row, Tx, Value, binds};
use sh_kernel::{Day, Id, Instant, RegionCode};

use super::{json, to_json};
use crate::model::{Certificate, Event, EventKind, LAST_DAY, RegisterImport, Span, State, spans};

/// Certificates with one number that are shown together; schemes number on their own.
const ALIKE_MAX: i64 = 20;
/// Events of one certificate that are read.
const EVENTS_MAX: i64 = 500;

/// The columns that [`CertificateRow`] is read from.
macro_rules! certificate_columns {
    () => {
        "c.id, c.scheme, c.scheme_version, c.number, c.subject, c.holder, c.holder_name, c.region, c.batch, c.detail, \
         c.events"
    };
}

sh_db::inserts! {
    /// New certificates.
    ADD_CERTIFICATES = certificate(id Uuid, scheme Text, scheme_version I64, number Text, subject Text, holder I64,
        holder_name Text, region I64, batch Text, detail Text, events I64, recorded_at Instant) "";
    /// What they are found by; replaces what was there.
    PUT_FINDS = certificate_find(certificate Uuid, scheme Text, region I64, text Text)
        "ON CONFLICT (certificate) DO UPDATE SET region = excluded.region, text = excluded.text";
    /// What became of certificates.
    ADD_EVENTS = certificate_event(certificate Uuid, seq I64, kind I64, from_day I64, until_day I64, reason Text,
        import Uuid, row_no I64, recorded_at Instant, recorded_by Text) "";
    /// In which state they are when.
    ADD_SPANS = certificate_span(certificate Uuid, from_day I64, to_day I64, state I64, scheme Text, region I64) "";
}

sh_db::updates! {
    /// What a register corrects; only for those who have seen all events.
    CORRECT = certificate(id Uuid, seen I64, subject Text, holder I64, holder_name Text, region I64, batch Text, detail Text)
        set "subject = given.subject, holder = given.holder, holder_name = given.holder_name, region = given.region, \
             batch = given.batch, detail = given.detail, events = certificate.events + 1"
        on "certificate.id = given.id AND certificate.events = given.seen";
}

sh_db::statements! {
    /// One certificate.
    CERTIFICATE = concat!("SELECT ", certificate_columns!(), " FROM certificate c WHERE c.id = $1");
    /// Certificates with a number, of whatever scheme.
    BY_NUMBER = concat!("SELECT ", certificate_columns!(), " FROM certificate c WHERE c.number = $1 ORDER BY c.id LIMIT $2");
    /// Certificates of a scheme with some numbers.
    BY_NUMBERS = concat!("SELECT ", certificate_columns!(), " FROM certificate c
        WHERE c.scheme = $1 AND c.number {{in_text $2}}");
    /// What became of a certificate, in the order in which it was recorded.
    EVENTS = "SELECT e.kind, e.from_day, e.until_day, e.reason, e.import, e.row_no, e.recorded_at, e.recorded_by,
        b.file_name, b.file_hash FROM certificate_event e LEFT JOIN register_import b ON b.id = e.import
        WHERE e.certificate = $1 ORDER BY e.seq LIMIT $2";
    /// The same of many.
    EVENTS_OF = "SELECT certificate, kind, from_day, until_day FROM certificate_event
        WHERE certificate {{in_uuid $1}} ORDER BY certificate, seq";
    /// One more event; only for whoever has seen all before it.
    COUNT_EVENT = "UPDATE certificate SET events = events + 1 WHERE id = $1 AND events = $2";
    /// Forgets the spans of certificates, to write them anew.
    DROP_SPANS = "DELETE FROM certificate_span WHERE certificate {{in_uuid $1}}";
    /// Certificates in a state on a day, in the order of their identifiers: up to some end of the state, of a scheme, in a
    /// part of the country, with a text in what they are found by.
    IN_STATE = concat!("SELECT ", certificate_columns!(), ", s.state, s.from_day, s.to_day FROM certificate_span s
        JOIN certificate c ON c.id = s.certificate
        WHERE s.state = $1 AND s.certificate > $2 AND s.from_day <= $3 AND s.to_day >= $3 AND s.to_day <= $4
        AND (CAST($5 AS TEXT) IS NULL OR s.scheme = $5) AND s.region BETWEEN $6 AND $7
        AND (CAST($8 AS TEXT) IS NULL OR s.certificate IN
            (SELECT f.certificate FROM certificate_find f WHERE f.text LIKE $8 ESCAPE '!'))
        ORDER BY s.certificate LIMIT $9");
    /// Certificates in whatever state, likewise.
    IN_ANY_STATE = concat!("SELECT ", certificate_columns!(), ", s.state, s.from_day, s.to_day FROM certificate_find f
        JOIN certificate c ON c.id = f.certificate
        LEFT JOIN certificate_span s ON s.certificate = f.certificate AND s.from_day <= $2 AND s.to_day >= $2
        WHERE f.certificate > $1 AND (CAST($3 AS TEXT) IS NULL OR f.scheme = $3) AND f.region BETWEEN $4 AND $5
        AND (CAST($6 AS TEXT) IS NULL OR f.text LIKE $6 ESCAPE '!')
        ORDER BY f.certificate LIMIT $7");
    /// How many certificates of each scheme are in a state on a day in each province.
    TALLY = "SELECT scheme, region / 10000, COUNT(*) FROM certificate_span
        WHERE state = $1 AND from_day <= $2 AND to_day >= $2 GROUP BY scheme, region / 10000
        ORDER BY scheme, region / 10000";
    /// How many certificates a scheme has.
    COUNT_OF_SCHEME = "SELECT COUNT(*) FROM certificate WHERE scheme = $1";
}

/// A certificate (证书) as its row tells it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CertificateRow {
    /// Identifier.
    pub id: Id<Certificate>,
    /// The scheme under which it was given.
    pub scheme: String,
    /// The version of the scheme.
    pub scheme_version: i64,
    /// Its number, once in a scheme.
    pub number: String,
    /// What is certified.
    pub subject: String,
    /// The holder's number in the register of parties.
    pub holder: i64,
    /// The holder as it is written on the certificate.
    pub holder_name: String,
    /// Where it is.
    pub region: RegionCode,
    /// With which others it was given.
    pub batch: String,
    /// The further fields of its scheme, by key.
    pub detail: BTreeMap<String, String>,
    /// How many events there are.
    pub events: i64,
}

impl FromRow for CertificateRow {
    fn from_row(row: &Row) -> Result<Self, DbError> {
        Ok(Self {
            id: row.get(0)?,
            scheme: row.get(1)?,
            scheme_version: row.get(2)?,
            number: row.get(3)?,
            subject: row.get(4)?,
            holder: row.get(5)?,
            holder_name: row.get(6)?,
            region: row.get(7)?,
            batch: row.get(8)?,
            detail: json(row, 9)?,
            events: row.get(10)?,
        })
    }
}

impl CertificateRow {
    /// The holder as the public may see the name.
    pub fn public_holder(&self) -> String {
        sh_parties::Party::first_seen(&self.holder_name, None)
            .map_or_else(|| self.holder_name.clone(), |party| party.public_name())
    }
}

/// A certificate and its state on the day that was asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing {
    /// The certificate.
    pub row: CertificateRow,
    /// Its state.
    pub state: State,
    /// Since when it is in this state.
    pub from: Option<Day>,
    /// Until when; none if that has no end.
    pub to: Option<Day>,
}

impl FromRow for Standing {
    fn from_row(row: &Row) -> Result<Self, DbError> {
        let state: Option<State> = row.get(11)?;
        let to: Option<Day> = row.get(13)?;
        Ok(Self {
            row: CertificateRow::from_row(row)?,
            state: state.unwrap_or(State::NotYet),
            from: row.get(12)?,
            to: to.filter(|day| day.yyyymmdd() < LAST_DAY),
        })
    }
}

/// An event with where it comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recorded {
    /// What became of the certificate.
    pub event: Event,
    /// Why.
    pub reason: String,
    /// The register that told it: its file, the SHA-256 of the file, the row.
    pub source: Option<(String, String, i64)>,
    /// When it was recorded.
    pub at: Instant,
    /// By whom.
    pub by: String,
}

impl FromRow for Recorded {
    fn from_row(row: &Row) -> Result<Self, DbError> {
        let (name, hash, number): (Option<String>, Option<String>, Option<i64>) =
            (row.get(8)?, row.get(9)?, row.get(5)?);
        Ok(Self {
            event: Event { kind: row.get(0)?, day: row.get(1)?, until: row.get(2)? },
            reason: row.get(3)?,
            source: name.zip(hash).zip(number).map(|((name, hash), number)| (name, hash, number)),
            at: row.get(6)?,
            by: row.get(7)?,
        })
    }
}

/// A certificate with its events.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Known {
    pub(crate) row: CertificateRow,
    pub(crate) events: Vec<Event>,
}

/// Which certificates are asked for.
#[derive(Debug, Clone)]
pub(crate) struct Wanted<'a> {
    /// On which day.
    pub(crate) on: Day,
    /// In which state then.
    pub(crate) state: Option<State>,
    /// That state ends on this day at the latest.
    pub(crate) ends_by: Option<Day>,
    /// Of which scheme.
    pub(crate) scheme: Option<&'a str>,
    /// In which part of the country.
    pub(crate) place: Option<RegionCode>,
    /// With which text in number, names or place.
    pub(crate) text: Option<&'a str>,
    /// After which one.
    pub(crate) after: Option<Id<Certificate>>,
    /// How many.
    pub(crate) limit: i64,
}

/// What somebody typed as a pattern that finds it anywhere.
fn pattern(text: &str) -> String {
    let plain = sh_parties::plain(text);
    // Signs alone fold to nothing; they find nothing instead of everything.
    let plain = if plain.is_empty() { text.to_owned() } else { plain };
    let escaped = plain.replace('!', "!!").replace('%', "!%").replace('_', "!_");
    format!("%{escaped}%")
}

pub(crate) async fn wanted(tx: &mut Tx, wanted: &Wanted<'_>) -> Result<Vec<Standing>, DbError> {
    let after = wanted.after.unwrap_or(Id::from_uuid(uuid::Uuid::nil()));
    let (low, high) = wanted.place.map_or((0, i64::from(i32::MAX)), RegionCode::range);
    let text = wanted.text.map(str::trim).filter(|text| !text.is_empty()).map(pattern);
    let Some(state) = wanted.state else {
        let values = binds![after, wanted.on, wanted.scheme, low, high, text, wanted.limit];
        return tx.fetch_all(&IN_ANY_STATE, values).await;
    };
    let ends = wanted.ends_by.map_or(LAST_DAY, Day::yyyymmdd);
    let values = binds![state.code(), after, wanted.on, ends, wanted.scheme, low, high, text, wanted.limit];
    tx.fetch_all(&IN_STATE, values).await
}

/// Number of certificates of each scheme in each province (its first two digits).
pub(crate) async fn tally(tx: &mut Tx, state: State, on: Day) -> Result<Vec<(String, i64, i64)>, DbError> {
    tx.fetch_all(&TALLY, binds![state.code(), on]).await
}

pub(crate) async fn certificate(tx: &mut Tx, id: Id<Certificate>) -> Result<Option<CertificateRow>, DbError> {
    tx.fetch_optional(&CERTIFICATE, binds![id]).await
}

pub(crate) async fn by_number(tx: &mut Tx, number: &str) -> Result<Vec<CertificateRow>, DbError> {
    tx.fetch_all(&BY_NUMBER, binds![number, ALIKE_MAX]).await
}

pub(crate) async fn count_of_scheme(tx: &mut Tx, scheme: &str) -> Result<i64, DbError> {
    let (count,): (i64,) = tx.fetch_one(&COUNT_OF_SCHEME, binds![scheme]).await?;
    Ok(count)
}

pub(crate) async fn history(tx: &mut Tx, id: Id<Certificate>) -> Result<Vec<Recorded>, DbError> {
    tx.fetch_all(&EVENTS, binds![id, EVENTS_MAX]).await
}

/// The certificates of a scheme with some numbers, by number.
pub(crate) async fn known(
    tx: &mut Tx,
    scheme: &str,
    numbers: &[String],
) -> Result<HashMap<String, Known>, DbError> {
    let rows: Vec<CertificateRow> = tx.fetch_all(&BY_NUMBERS, binds![scheme, numbers]).await?;
    let ids: Vec<Id<Certificate>> = rows.iter().map(|row| row.id).collect();
    let mut events: HashMap<Id<Certificate>, Vec<Event>> = HashMap::new();
    let found: Vec<(Id<Certificate>, EventKind, Day, Option<Day>)> =
        tx.fetch_all(&EVENTS_OF, binds![ids.as_slice()]).await?;
    for (id, kind, day, until) in found {
        events.entry(id).or_default().push(Event { kind, day, until });
    }
    let known = rows.into_iter().map(|row| {
        let events = events.remove(&row.id).unwrap_or_default();
        (row.number.clone(), Known { row, events })
    });
    Ok(known.collect())
}

/// One event to be recorded.
pub(crate) struct NewEvent<'a> {
    pub(crate) certificate: Id<Certificate>,
    pub(crate) seq: i64,
    pub(crate) event: &'a Event,
    pub(crate) reason: &'a str,
    pub(crate) source: Option<(Id<RegisterImport>, u32)>,
}

pub(crate) async fn add_events(
    tx: &mut Tx,
    events: &[NewEvent<'_>],
    (at, by): (Instant, &str),
) -> Result<(), DbError> {
    let rows = events.iter().map(|new| {
        let (import, row) = new.source.unzip();
        binds![
            new.certificate,
            new.seq,
            new.event.kind.code(),
            new.event.day,
            new.event.until,
            new.reason,
            import,
            row,
            at,
            by
        ]
    });
    tx.insert_many(&ADD_EVENTS, rows.collect::<Vec<_>>()).await.map(drop)
}

pub(crate) async fn add(tx: &mut Tx, rows: &[CertificateRow], at: Instant) -> Result<(), DbError> {
    let rows: Vec<Vec<Value>> = rows
        .iter()
        .map(|row| {
            Ok(binds![
                row.id,
                &row.scheme,
                row.scheme_version,
                &row.number,
                &row.subject,
                row.holder,
                &row.holder_name,
                row.region,
                &row.batch,
                to_json(&row.detail)?,
                row.events,
                at
            ])
        })
        .collect::<Result<_, DbError>>()?;
    tx.insert_many(&ADD_CERTIFICATES, rows).await.map(drop)
}

/// Writes what certificates say now; answers how many of them had seen no other event meanwhile.
pub(crate) async fn correct(tx: &mut Tx, rows: &[CertificateRow]) -> Result<u64, DbError> {
    let rows: Vec<Vec<Value>> = rows
        .iter()
        .map(|row| {
            Ok(binds![
                row.id,
                row.events,
                &row.subject,
                row.holder,
                &row.holder_name,
                row.region,
                &row.batch,
                to_json(&row.detail)?
            ])
        })
        .collect::<Result<_, DbError>>()?;
    tx.update_many(&CORRECT, rows).await
}

/// Counts one more event; `false` if somebody else has recorded one since `seen`.
pub(crate) async fn count_event(tx: &mut Tx, id: Id<Certificate>, seen: i64) -> Result<bool, DbError> {
    Ok(tx.execute(&COUNT_EVENT, binds![id, seen]).await? > 0)
}

/// Writes what certificates are found by.
pub(crate) async fn put_finds(tx: &mut Tx, rows: &[(&CertificateRow, String)]) -> Result<(), DbError> {
    let rows = rows.iter().map(|(row, text)| binds![row.id, &row.scheme, row.region, text]);
    tx.insert_many(&PUT_FINDS, rows.collect::<Vec<_>>()).await.map(drop)
}

/// Writes anew in which state certificates are when.
pub(crate) async fn put_spans(
    tx: &mut Tx,
    certificates: &[(&CertificateRow, Vec<Event>)],
) -> Result<(), DbError> {
    let ids: Vec<Id<Certificate>> = certificates.iter().map(|(row, _)| row.id).collect();
    tx.execute(&DROP_SPANS, binds![ids.as_slice()]).await?;
    let rows = certificates.iter().flat_map(|(row, events)| {
        let line = |Span { from, to, state }| binds![row.id, from, to, state.code(), &row.scheme, row.region];
        spans(events).into_iter().map(line)
    });
    let rows: Vec<Vec<Value>> = rows.collect();
    tx.insert_many(&ADD_SPANS, rows).await.map(drop)
}
