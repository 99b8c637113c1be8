//! What a buyer says of a line that they have received (评价). No IO, no clock.

use sh_catalogue::model::{Product, Shop, Sku};
use sh_kernel::{Id, Instant};

use crate::model::Order;

/// Stars at most; at least one.
pub const STARS_MAX: i64 = 5;
/// Characters of a review, of what is added, of an answer.
pub const TEXT_CHARS_MAX: usize = 500;
/// Photos of one review.
pub const PHOTOS_MAX: i64 = 6;
/// Days after receipt in which a line can be reviewed.
pub const WRITE_DAYS: i64 = 180;
/// Seconds in which the buyer may change it: a day.
pub const EDIT_SECONDS: i64 = 24 * 3_600;
/// Days in which the buyer may add something (追评).
pub const MORE_DAYS: i64 = 180;
/// Reports of one review that are kept.
pub const REPORTS_MAX: i64 = 50;

/// A review; what its identifier names.
#[derive(Debug)]
pub struct Review;

/// A review as its row tells it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReviewRow {
    /// Identifier.
    pub id: Id<Review>,
    /// The order.
    pub order: Id<Order>,
    /// The number of the line.
    pub line: i64,
    /// The shop.
    pub shop: Id<Shop>,
    /// The organisation that runs it.
    pub organisation: String,
    /// The product.
    pub product: Id<Product>,
    /// Whose the order is.
    pub buyer: String,
    /// The name that everybody reads: masked, unless the buyer wants theirs there.
    pub name: String,
    /// One to five.
    pub stars: i64,
    /// What they say; may be empty.
    pub said: String,
    /// When.
    pub said_at: Instant,
    /// When it was changed last.
    pub edited_at: Option<Instant>,
    /// What they add later.
    pub more: Option<(String, Instant)>,
    /// What the shop answers.
    pub answer: Option<(String, Instant)>,
    /// Since when it is hidden, and why.
    pub hidden: Option<(Instant, String)>,
    /// Since when a report waits for the operator.
    pub reported_at: Option<Instant>,
    /// How many photos it has, numbered from 1.
    pub photos: i64,
    /// The variant that was bought.
    pub sku: Id<Sku>,
    /// The name of the product when it was bought.
    pub goods: String,
    /// What told the variant from the others.
    pub spec: String,
    /// Whether all of the line was refunded.
    pub refunded: bool,
}

impl ReviewRow {
    /// Whether the buyer may still change it.
    pub fn can_edit(&self, now: Instant) -> bool {
        self.hidden.is_none() && now < self.said_at.plus_seconds(EDIT_SECONDS)
    }

    /// Whether the buyer may still add something.
    pub fn can_add(&self, now: Instant) -> bool {
        let until = self.said_at.plus_seconds(MORE_DAYS * 24 * 3_600);
        self.hidden.is_none() && self.more.is_none() && now < until
    }
}

/// Which reviews of a product are looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Which {
    /// All.
    #[default]
    All,
    /// Those with photos.
    Photos,
    /// Those with so many stars.
    Stars(i64),
}

impl Which {
    /// The word that addresses use: `photos`, a number of stars; everything else is all.
    pub fn from_word(word: &str) -> Self {
        match word {
            "photos" => Self::Photos,
            word => match word.parse() {
                Ok(stars) if (1..=STARS_MAX).contains(&stars) => Self::Stars(stars),
                _ => Self::All,
            },
        }
    }

    /// The word of it.
    pub fn word(self) -> String {
        match self {
            Self::All => "all".to_owned(),
            Self::Photos => "photos".to_owned(),
            Self::Stars(stars) => stars.to_string(),
        }
    }
}
