//! The words every other crate speaks: identifiers, money, quantities, days, places, and the sources of time and
//! chance. Pure values, no input or output.
//!
//! Money is counted in fen ([`Fen`]) and never in floating point; a day ([`Day`]) is a calendar day of Asia/Shanghai
//! written `yyyymmdd`; an instant ([`Instant`]) is a point in time in microseconds. Time and randomness come from a
//! [`Clock`] and an [`IdGen`] that the program passes in, so that every test can repeat a run exactly.

mod clock;
mod codes;
mod day;
mod field;
mod id;
mod money;
mod phone;
mod quantity;

pub use clock::{Clock, FixedClock, IdGen, Instant, SystemClock};
pub use codes::{CreditCode, CreditCodeState, NotACreditCode, NotARegion, RegionCode};
pub use day::{Day, Month, NotADay};
pub use field::{FieldError, FieldErrors};
pub use id::Id;
pub use money::{Fen, Overflow, display_amount, split_by_weight};
pub use phone::{NotAPhone, Phone};
pub use quantity::Quantity;
