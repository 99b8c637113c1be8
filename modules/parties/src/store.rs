//! The register of parties.

use std::collections::BTreeMap;

use sh_db::{DbError, FromRow, Row, Tx, binds, inserts, statements};

use crate::fold::{fold, is_anonymous, party_number};

/// What a party is, as far as its name tells (主体类型).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum PartyKind {
    /// Not told by the name.
    Other,
    /// A company (企业).
    Company,
    /// A co-operative (合作社).
    Cooperative,
    /// A family farm or individual business (家庭农场、个体户).
    Farm,
    /// A public body: office, school, hospital (机关、事业单位).
    PublicBody,
    /// A trade union (工会).
    Union,
    /// A person (个人).
    Person,
}

impl PartyKind {
    /// Every kind.
    pub const ALL: &[Self] = &[
        Self::Other,
        Self::Company,
        Self::Cooperative,
        Self::Farm,
        Self::PublicBody,
        Self::Union,
        Self::Person,
    ];

    /// Stable number for the database.
    pub const fn code(self) -> i64 {
        match self {
            Self::Other => 0,
            Self::Company => 1,
            Self::Cooperative => 2,
            Self::Farm => 3,
            Self::PublicBody => 4,
            Self::Union => 5,
            Self::Person => 6,
        }
    }

    /// The kind with this number; [`PartyKind::Other`] for a number of a later version.
    pub fn from_code(code: i64) -> Self {
        Self::ALL.iter().copied().find(|kind| kind.code() == code).unwrap_or(Self::Other)
    }

    /// What the name as written tells.
    pub fn of_name(name: &str) -> Self {
        let text = crate::plain(name);
        let ends = |words: &[&str]| words.iter().any(|word| text.ends_with(word));
        let holds = |words: &[&str]| words.iter().any(|word| text.contains(word));
        if holds(&["工会"]) {
            Self::Union
        } else if holds(&["合作社"]) {
            Self::Cooperative
        } else if holds(&["公司", "集团", "超市", "批发", "商行", "厂"]) {
            Self::Company
        } else if ends(&["农场", "经营部", "门市部", "店", "养殖场", "种植户"]) {
            Self::Farm
        } else if ends(&[
            "局", "厅", "委", "办", "学校", "中学", "小学", "学院", "大学", "医院", "中心", "院", "支队",
            "政府",
        ]) {
            Self::PublicBody
        } else if is_personal_name(&text) {
            Self::Person
        } else {
            Self::Other
        }
    }
}

/// Two to four Chinese characters of which the first is a common family name.
fn is_personal_name(text: &str) -> bool {
    const FAMILIES: &str = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗郑梁谢宋唐许韩邓冯曹彭曾肖田董潘袁蔡蒋余于杜叶程魏苏吕丁任卢姚\
沈钟姜崔谭陆范汪廖石金韦贾夏付方邹熊白孟秦邱侯江尹薛闫段雷龙黎史陶贺毛郝顾龚邵万覃武钱戴严莫孔向常汤温康";
    let chars = text.chars().count();
    (2..=3).contains(&chars) && text.starts_with(|first| FAMILIES.contains(first))
}

/// One organisation or person (主体).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Party {
    /// Hash of the folded name.
    pub number: i64,
    /// The name as it was written when it was first seen.
    pub name: String,
    /// What it is.
    pub kind: PartyKind,
    /// Unified social credit code (统一社会信用代码), if any source told it.
    pub code: Option<String>,
    /// Whether it is a person, whose name the public sees masked only.
    pub person: bool,
}

impl Party {
    /// The party of a reported name; `None` if the name stands for nobody in particular.
    pub fn first_seen(name: &str, code: Option<&str>) -> Option<Self> {
        if is_anonymous(name) {
            return None;
        }
        let kind = PartyKind::of_name(name);
        Some(Self {
            number: party_number(&fold(name)),
            name: name.trim().to_owned(),
            kind,
            code: code.map(ToOwned::to_owned),
            person: kind == PartyKind::Person,
        })
    }

    /// The name as the public may see it.
    pub fn public_name(&self) -> String {
        if self.person { crate::mask_person(&self.name) } else { self.name.clone() }
    }
}

impl FromRow for Party {
    fn from_row(row: &Row) -> Result<Self, DbError> {
        Ok(Self {
            number: row.get(0)?,
            name: row.get(1)?,
            kind: PartyKind::from_code(row.get(2)?),
            code: row.get(3)?,
            person: row.get(4)?,
        })
    }
}

inserts! {
    /// Remembers parties; of one that is known only a missing credit code is filled in.
    UPSERT_PARTIES = party(number I64, name Text, kind I64, code Text, person Bool)
        "ON CONFLICT (number) DO UPDATE SET code = excluded.code \
         WHERE party.code IS NULL AND excluded.code IS NOT NULL";
}

statements! {
    /// Every party and its name.
    PARTY_NAMES = "SELECT number, name FROM party";
    /// One party.
    PARTY = "SELECT number, name, kind, code, person FROM party WHERE number = $1";
    /// Some parties.
    PARTIES = "SELECT number, name, kind, code, person FROM party WHERE number {{in_i64 $1}}";
}

/// Remembers parties that may be new. Returns how many rows were written.
///
/// # Errors
/// What the database refuses.
pub async fn upsert(tx: &mut Tx, parties: impl IntoIterator<Item = Party>) -> Result<u64, DbError> {
    // Once each and in the order of their numbers: a statement may not touch a row twice, and two writers that take
    // rows in one order never wait for each other in a circle.
    let mut once: BTreeMap<i64, Party> = BTreeMap::new();
    for party in parties {
        match once.get_mut(&party.number) {
            Some(known) if known.code.is_none() => known.code = party.code,
            Some(_) => {}
            None => drop(once.insert(party.number, party)),
        }
    }
    let rows: Vec<_> = once
        .into_values()
        .map(|party| binds![party.number, party.name, party.kind.code(), party.code, party.person])
        .collect();
    tx.insert_many(&UPSERT_PARTIES, rows).await
}

/// Hands the number and the name of every party to `take`.
///
/// # Errors
/// What the database refuses.
pub async fn names(tx: &mut Tx, mut take: impl FnMut(i64, String) + Send) -> Result<(), DbError> {
    tx.for_each(&PARTY_NAMES, Vec::new(), |row| {
        take(row.get(0)?, row.get(1)?);
        Ok(())
    })
    .await
}

/// The party with this number.
///
/// # Errors
/// What the database refuses.
pub async fn party(tx: &mut Tx, number: i64) -> Result<Option<Party>, DbError> {
    tx.fetch_optional(&PARTY, binds![number]).await
}

/// The parties with these numbers that are known, in no order.
///
/// # Errors
/// What the database refuses.
pub async fn some(tx: &mut Tx, numbers: &[i64]) -> Result<Vec<Party>, DbError> {
    tx.fetch_all(&PARTIES, binds![numbers]).await
}

#[cfg(test)]
mod tests {
    use sh_db::Db;
    use sh_testkit::db_test;

    use super::*;
    use crate::{MIGRATIONS, number_of};

    #[db_test(MIGRATIONS)]
    async fn every_statement_is_understood(db: Db) {
        for sql in STATEMENTS {
            db.check_statement(&sql.rendered(db.engine())).await.unwrap();
        }
        for insert in INSERTS {
            db.check_statement(&insert.rendered(db.engine())).await.unwrap();
        }
    }

    #[db_test(MIGRATIONS)]
    async fn the_first_name_stays_and_a_code_is_filled_in(db: Db) {
        let write = async |name: &str, code: Option<&str>| {
            let seen: Vec<Party> = Party::first_seen(name, code).into_iter().collect();
            db.write(async |tx| upsert(tx, seen.clone()).await).await.unwrap()
        };
        assert_eq!(write("昭通市绿源果业有限公司", None).await, 1);
        assert_eq!(write("云南省昭通市绿源果業有限责任公司", Some("91530602MA6K0ABC1D")).await, 1);
        assert_eq!(write("昭通市绿源果业公司", Some("915306020000000000")).await, 0);
        assert_eq!(write("市民", None).await, 0);
        let number = number_of("昭通市绿源果业");
        let found = db.read(async |tx| party(tx, number).await).await.unwrap().unwrap();
        assert_eq!(found.name, "昭通市绿源果业有限公司");
        assert_eq!(found.code.as_deref(), Some("91530602MA6K0ABC1D"));
        assert_eq!((found.kind, found.person), (PartyKind::Company, false));
    }

    #[db_test(MIGRATIONS)]
    async fn one_call_may_name_a_party_twice(db: Db) {
        let seen: Vec<Party> = ["张三丰", "张三丰 ", "广州市天河区教育局工会委员会"]
            .iter()
            .filter_map(|name| Party::first_seen(name, None))
            .collect();
        assert_eq!(db.write(async |tx| upsert(tx, seen.clone()).await).await.unwrap(), 2);
        let mut all = Vec::new();
        db.read(async |tx| Ok::<_, DbError>(names(tx, |number, name| all.push((number, name))).await?))
            .await
            .unwrap();
        assert_eq!(all.len(), 2);
        let person = db.read(async |tx| party(tx, number_of("张三丰")).await).await.unwrap().unwrap();
        assert_eq!(person.public_name(), "张**");
    }
}
