//! Use cases, one file each.

pub mod change;
pub mod counts;
pub mod export;
pub mod imports;
pub mod look;
pub mod schemes;

use sh_http::{Actor, Context, Invalid};
use sh_kernel::{Day, FieldErrors};
use sh_regions::Regions;

use crate::{Error, store::certificate::CertificateRow};

/// How documents name the actor.
fn by(ctx: &Context) -> &str {
    match &*ctx.actor {
        Actor::User(user) => &user.login,
        Actor::Public | Actor::System { .. } => ctx.actor.label(),
    }
}

fn one_error(pointer: &str, code: &'static str, message: String) -> Error {
    let mut errors = FieldErrors::default();
    errors.push(pointer, code, message);
    Invalid(errors).into()
}

/// What a certificate is found by: number, names, place.
fn found_by(row: &CertificateRow, on: Day) -> String {
    let place = Regions::get().full_name(row.region, on);
    let parts = [&row.number, &row.subject, &row.holder_name, &place, &row.batch];
    parts.map(|part| sh_parties::plain(part)).join("|")
}
