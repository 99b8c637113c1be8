//! Who buys without an account: a random token in a cookie, signed, so that nobody's basket can be guessed or forged.

use axum::{extract::FromRequestParts, http::HeaderMap, http::request::Parts};
use hmac::{Hmac, KeyInit, Mac};
use rand::{TryRng, rngs::SysRng};
use sh_http::{App, Context, CookieJar, Failure, set_cookie};
use sha2::Sha256;

use crate::{Error, store};

/// The name of the cookie.
const COOKIE: &str = "shanhai_guest";
/// Seconds for which a guest's basket and orders can be reached: 30 days.
pub(crate) const GUEST_SECONDS: i64 = 30 * 24 * 3600;
/// Bytes of a secret and of a token.
const SECRET_BYTES: usize = 32;
const TOKEN_BYTES: usize = 16;

/// What this installation signs with, as a service of the program.
#[derive(Clone)]
pub struct Keys {
    guests: Vec<u8>,
    callbacks: Vec<u8>,
}

impl std::fmt::Debug for Keys {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Keys")
    }
}

impl Keys {
    /// Reads the secrets; makes them at the first start.
    ///
    /// # Errors
    /// [`Error::NoChance`], or the database.
    pub async fn load(app: &App) -> Result<Self, Error> {
        let (guests, callbacks) = (random::<SECRET_BYTES>()?, random::<SECRET_BYTES>()?);
        app.db
            .write(async |tx| {
                Ok(Self {
                    guests: store::basket::secret(tx, "guests", &guests).await?,
                    callbacks: store::basket::secret(tx, "callbacks", &callbacks).await?,
                })
            })
            .await
    }

    /// The signature of a message of a provider, as hexadecimal digits.
    pub(crate) fn sign_callback(&self, provider: &str, body: &str) -> String {
        hex::encode(mac(&self.callbacks, &[provider, "\0", body]).finalize().into_bytes())
    }

    /// Whether a message was signed so.
    pub(crate) fn is_signed(&self, provider: &str, body: &str, signature: &str) -> bool {
        let given = hex::decode(signature).unwrap_or_default();
        mac(&self.callbacks, &[provider, "\0", body]).verify_slice(&given).is_ok()
    }

    fn guest(&self, token: &str) -> Option<String> {
        let (name, signature) = token.split_once('-')?;
        let given = hex::decode(signature).ok()?;
        mac(&self.guests, &[name]).verify_slice(&given).ok()?;
        Some(format!("guest:{name}"))
    }

    fn new_guest(&self) -> Result<(String, String), Error> {
        let name = hex::encode(random::<TOKEN_BYTES>()?);
        let signature = hex::encode(mac(&self.guests, &[&name]).finalize().into_bytes());
        Ok((format!("guest:{name}"), format!("{name}-{signature}")))
    }
}

fn mac(key: &[u8], parts: &[&str]) -> Hmac<Sha256> {
    // A key of any length is taken; an empty one signs nothing that anybody could know.
    let mut mac = Hmac::<Sha256>::new_from_slice(key)
        .unwrap_or_else(|_| Hmac::<Sha256>::new(&hmac::digest::Key::<Hmac<Sha256>>::default()));
    for part in parts {
        mac.update(part.as_bytes());
    }
    mac
}

fn random<const N: usize>() -> Result<[u8; N], Error> {
    let mut bytes = [0; N];
    SysRng.try_fill_bytes(&mut bytes).map_err(|_| Error::NoChance)?;
    Ok(bytes)
}

/// Whoever looks at the mall: a person, a guest who came before, or both.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Visitor {
    user: Option<String>,
    guest: Option<String>,
    cookie: Option<String>,
}

impl Visitor {
    /// A person who has signed in.
    pub fn person(ctx: &Context) -> Self {
        Self { user: ctx.actor.user().map(|_| ctx.actor.key()), ..Self::default() }
    }

    /// A guest with a token of this name; for tests and other entrances than pages.
    pub fn guest(name: &str) -> Self {
        Self { guest: Some(format!("guest:{name}")), ..Self::default() }
    }

    /// Whose the basket is.
    pub fn buyer(&self) -> Option<&str> {
        self.user.as_deref().or(self.guest.as_deref())
    }

    /// Whether an order of this buyer is theirs: a guest who signs in later keeps what they ordered before.
    pub fn owns(&self, buyer: &str) -> bool {
        self.user.as_deref() == Some(buyer) || self.guest.as_deref() == Some(buyer)
    }

    /// The guest that a person was before they signed in.
    pub(crate) fn was(&self) -> Option<(&str, &str)> {
        Some((self.guest.as_deref()?, self.user.as_deref()?))
    }

    /// Whose the basket is; a guest who is new gets a token.
    pub(crate) fn or_new(&mut self, app: &App) -> Result<String, Error> {
        if let Some(buyer) = self.buyer() {
            return Ok(buyer.to_owned());
        }
        let (guest, cookie) = app.get::<Keys>()?.new_guest()?;
        self.cookie = Some(cookie);
        self.guest = Some(guest.clone());
        Ok(guest)
    }

    /// Sets the cookie of a guest who is new.
    pub(crate) fn remember(&self, app: &App, headers: &mut HeaderMap) {
        if let Some(cookie) = &self.cookie {
            set_cookie(headers, &app.settings, COOKIE, cookie, GUEST_SECONDS);
        }
    }
}

impl FromRequestParts<App> for Visitor {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Failure> {
        let ctx = Context::from_request_parts(parts, app).await?;
        let cookies = CookieJar::from_headers(&parts.headers);
        let keys = app.get::<Keys>()?;
        let guest = cookies.get(COOKIE).and_then(|cookie| keys.guest(cookie.value()));
        Ok(Self { guest, ..Self::person(&ctx) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keys() -> Keys {
        Keys { guests: vec![1; 32], callbacks: vec![2; 32] }
    }

    #[test]
    fn a_token_that_we_did_not_give_out_is_nobodys() {
        let keys = keys();
        let (guest, token) = keys.new_guest().unwrap();
        assert_eq!(keys.guest(&token), Some(guest));
        let other = Keys { guests: vec![3; 32], ..keys.clone() };
        assert_eq!(other.guest(&token), None);
        for forged in ["", "-", "abc", "00000000000000000000000000000000-00", &token.replace('-', "0-")] {
            assert_eq!(keys.guest(forged), None, "{forged}");
        }
    }

    #[test]
    fn a_message_counts_for_its_provider_only() {
        let keys = keys();
        let signature = keys.sign_callback("bank", "body");
        assert!(keys.is_signed("bank", "body", &signature));
        assert!(!keys.is_signed("simulator", "body", &signature));
        assert!(!keys.is_signed("bank", "body!", &signature));
        assert!(!keys.is_signed("bank", "body", "zz"));
    }
}
