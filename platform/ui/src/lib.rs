//! What people see: design tokens and page frames, components, charts drawn as SVG, and the texts in both
//! languages.
//!
//! A page is a Rust function that returns [`maud::Markup`]: its content inside [`public_page`],
//! [`data_page`], [`work_page`] or [`plain_page`] with a [`Frame`] around it. Components are functions too,
//! one file per family, and take the [`Locale`] first where they speak. Every page works without scripts;
//! htmx and the islands of `web/` only save a reload. No component writes a `style` attribute or inline
//! script, because the content security policy is `default-src 'self'`; sizes that depend on data are drawn
//! as SVG.
//!
//! Texts live in `locales/{zh-CN,en}/*.ftl`; tests of this crate hold both languages to the same keys and
//! placeholders.

mod assets;
mod board;
mod chart;
mod cockpit;
mod form;
mod frame;
mod list;
mod locale;
mod mall;
mod nav;
mod notice;
mod proof;
mod review;
mod styleguide;
mod table;
mod task;
mod text;
mod tiles;
mod value;

pub use assets::{AssetFile, asset, asset_file, assets_built, icon, island};
pub use board::{BoardItem, board};
pub use chart::{
    Bar, BarTone, ChartBlock, ChartTable, Download, LineSeries, Part, bar_chart, chart_block,
    horizontal_bars, line_chart, ring, sparkline, split_bar,
};
pub use cockpit::{Cockpit, GradeShare, cockpit, grade_list, headline};
pub use form::{
    Choice, Field, button, button_danger, button_link, button_secondary, check_boxes, date_range,
    error_summary, radios,
};
pub use frame::{
    Crumb, Flash, Frame, MenuGroup, MenuItem, SiteInfo, Theme, UserBadge, data_page, plain_page, public_page,
    work_page,
};
pub use list::{BulkAction, Pager, QueryForm, bulk_bar, keyboard_list, pager, query_form, toolbar};
pub use locale::{Arg, DYNAMIC_KEYS, Locale};
pub use mall::{Chip, Goods, MallBar, chips, goods_grid, mall_page, price, spec_links};
pub use nav::{Step, StepState, Tab, TaskItem, breadcrumb, steps, tabs, task_list};
pub use notice::{banner, empty, secret_once, skeleton, toast};
pub use proof::{DrillStep, Proof, ProofState, TimelineEntry, drill_rail, proof_list, timeline};
pub use review::{CheckAnswer, CompareRow, Verdict, check_answers, facts, panel, side_by_side, stat};
pub use styleguide::{specimen, specimens, styleguide, styleguide_cockpit};
pub use table::{Column, ColumnKind, DataTable, Row, data_table};
pub use task::{ImportOutcome, ImportProblem, Progress, Upload, import_result, progress, upload};
pub use text::{
    AmountUnit, Precision, amount_in, grouped, percent, published, published_count, short_amount,
};
pub use tiles::{Tile, TileMap, province_character, tile_map};
pub use value::{
    EvidenceGrade, Tone, date, evidence_grade, money, money_cell, month, month_range, status_tag,
};
