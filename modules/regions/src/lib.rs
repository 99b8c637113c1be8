//! The register of administrative divisions (行政区划, GB/T 2260) over time, the 832 listed counties
//! (国家级贫困县，后称脱贫县) and the pairings between Guangdong and the places it helps.
//!
//! A sale of 2018 keeps its county of 2018: every question takes the day it is asked for, and a name of another time
//! is carried to the division that stood on that day. The register is data of the product, embedded and versioned with
//! it (`data/README.md` says from which editions), so every answer is a lookup in memory.
//!
//! ```
//! use sh_kernel::Day;
//! use sh_regions::{Regions, Resolution};
//!
//! let regions = Regions::get();
//! let day = Day::from_yyyymmdd(20_180_601).unwrap();
//! let Resolution::One(weining) = regions.resolve("贵州毕节威宁", None, day) else { panic!() };
//! assert_eq!(regions.full_name(weining, day), "贵州省毕节市威宁彝族回族苗族自治县");
//! assert_eq!(regions.exit_year(weining), Some(2020));
//! ```

mod policy;
mod register;
mod resolve;
mod text;

pub use policy::{ListedCounty, OriginClass, Pairing, PairingKind};
pub use register::{Division, Regions};
pub use resolve::Resolution;
