//! Organisations and people as the sources name them (主体): one party however its name is typed.
//!
//! Sources write the same seller in many ways: full width, traditional characters, with or without the province in
//! front, 有限责任公司 or 有限公司. [`fold`] brings these to one form, [`party_number`] turns that form into a stable
//! number that lines and claims carry, [`likeness`] compares names that do not fold to the same form, and the
//! register ([`upsert`], [`names`]) remembers how each was first written.
//!
//! ```
//! use sh_parties::{fold, likeness, FoldedName, number_of};
//!
//! assert_eq!(number_of("雲南省昭通市绿源果業有限责任公司"), number_of("昭通市绿源果业有限公司（一般纳税人）"));
//! let a = FoldedName::of("广州市东山区机关事务管理局");
//! assert!(likeness(&a, &FoldedName::of("广州市东山区机关事务局")) >= 780);
//! assert!(likeness(&a, &FoldedName::of("广州市西湖区机关事务管理局")) < 600);
//! ```

mod fold;
mod likeness;
mod mask;
mod store;
mod text;

pub use fold::{fold, is_anonymous, number_of, party_number};
pub use likeness::{FoldedName, likeness};
pub use mask::{mask_person, mask_phone};
pub use store::{INSERTS, Party, PartyKind, STATEMENTS, names, party, some, upsert};
pub use text::{plain, simplify};

use sh_db::Migration;

/// The schema of this module.
pub const MIGRATIONS: &[Migration] =
    &[Migration { module: "parties", version: 1, text: include_str!("../migrations/0001_parties.sql") }];
