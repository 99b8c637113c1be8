//! Enumerations that are stored as small numbers.

/// Declares an enumeration whose values are stored as numbers and named by stable words in files, addresses and
/// interfaces. A number is never given another meaning. The caller's crate needs `serde`.
///
/// ```
/// sh_db::coded! {
///     /// How ripe it is.
///     Ripeness {
///         /// Not yet.
///         Green = 1 "green",
///         /// Now.
///         Ripe = 2 "ripe",
///     }
/// }
/// assert_eq!(Ripeness::from_code(2), Some(Ripeness::Ripe));
/// assert_eq!(Ripeness::from_word("green").map(Ripeness::code), Some(1));
/// assert_eq!(Ripeness::from_code(3), None);
/// ```
#[macro_export]
macro_rules! coded {
    ($(#[$doc:meta])* $name:ident { $( $(#[$vdoc:meta])* $variant:ident = $code:literal $word:literal, )* }) => {
        $(#[$doc])*
        #[derive(
            Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize,
        )]
        #[serde(rename_all = "kebab-case")]
        pub enum $name { $( $(#[$vdoc])* $variant, )* }

        impl $name {
            /// Every value, in the order of its number.
            pub const ALL: &'static [Self] = &[$(Self::$variant),*];

            /// The number stored in the database.
            pub const fn code(self) -> i64 {
                match self { $(Self::$variant => $code),* }
            }

            /// The value with this number.
            pub const fn from_code(code: i64) -> Option<Self> {
                match code { $($code => Some(Self::$variant),)* _ => None }
            }

            /// The word in files, addresses and interfaces.
            pub const fn word(self) -> &'static str {
                match self { $(Self::$variant => $word),* }
            }

            /// The value with this word.
            pub fn from_word(word: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|value| value.word() == word)
            }
        }

        impl $crate::Column for $name {
            fn read(row: &$crate::Row, index: usize) -> Result<Self, $crate::DbError> {
                let code: i64 = row.get(index)?;
                Self::from_code(code).ok_or_else(|| $crate::DbError::Column {
                    column: index,
                    problem: format!("{code} is no {}", stringify!($name)),
                })
            }
        }
    };
}
