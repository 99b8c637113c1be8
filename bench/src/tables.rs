//! The tables that benchmarks fill or copy, with their columns.

use sh_db::{Insert, Kind};

macro_rules! tables {
    ($( $(#[$doc:meta])* $name:ident = $table:ident($($column:ident $kind:ident),* $(,)?); )*) => {
        $( $(#[$doc])* pub(crate) const $name: Insert = Insert {
            name: stringify!($name),
            table: stringify!($table),
            columns: &[$((stringify!($column), Kind::$kind)),*],
            tail: "",
        }; )*
    };
}

tables! {
    /// Rows of files.
    CLAIMS = claim(id Uuid, batch Uuid, row_no I64, source Text, kind I64, content I64, occurrence I64,
        withdrawn Bool, day I64, day_precision I64, seller I64, seller_name Text, seller_code Text, buyer I64,
        buyer_name Text, buyer_kind I64, product Text, category I64, origin I64, destination I64, amount I64,
        basis I64, quantity I64, order_no Text, invoice_no Text, stage I64, role I64, channel I64, outlet Text,
        certified I64, link I64, event Text);
    /// Which trade a claim belongs to.
    TIES = tie(claim Uuid, trade Uuid, state I64, rule I64, score I64, candidate Uuid, posting I64, ruling Uuid);
    /// Durable changes.
    POSTINGS = posting(seq I64, at Instant, day I64, batch Uuid, cause Text);
    /// Sales.
    TRADES = trade(id Uuid, anchor Uuid, day I64, seller I64, buyer I64, origin I64, destination I64, channel I64,
        product Text, amount I64, grade I64, claims I64, lines I64, posting I64);
    /// Lines of sales.
    LINES = trade_line(trade Uuid, line I64, posting I64, day I64, amount I64, count I64, quantity I64, origin I64,
        destination I64, channel I64, category I64, buyer_kind I64, class I64, certified I64, role I64, stage I64,
        grade I64, link I64, basis I64, seller I64, buyer I64);
    /// Lines that wait for the cube.
    TAIL = cube_tail(seq I64, lines I64, payload Bytes);
    /// Sums.
    CELLS = cube(definition_key I64, cuboid I64, cells I64, payload Bytes);
}
