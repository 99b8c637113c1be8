//! Passwords: what is accepted, and how they are hashed and checked without blocking the program.

use argon2::{Argon2, PasswordHasher, PasswordVerifier};
use rand::{TryRng, rngs::SysRng};
use sh_kernel::FieldErrors;
use sh_ui::Locale;
use tokio::sync::Semaphore;

use crate::Error;

/// Characters of a password.
pub(crate) const PASSWORD_CHARS_MIN: usize = 10;
/// Characters of a password at most: a longer one costs time to hash and protects no better.
const PASSWORD_CHARS_MAX: usize = 128;
/// Passwords hashed at the same time; each takes 19 MiB and some tens of milliseconds of one core.
const AT_ONCE_MAX: usize = 2;

/// Hashes and checks passwords with Argon2id.
pub(crate) struct Passwords {
    places: Semaphore,
    /// Checked when there is no such account, so that the answer takes as long as for one.
    nobody: String,
}

impl Passwords {
    pub(crate) fn new() -> Result<Self, Error> {
        Ok(Self { places: Semaphore::new(AT_ONCE_MAX), nobody: hash("nobody has this password")? })
    }

    /// The PHC string of a password.
    pub(crate) async fn hash(&self, password: &str) -> Result<String, Error> {
        let password = password.to_owned();
        self.run(move || hash(&password)).await?
    }

    /// Whether the password belongs to the hash; `false` without a hash, after the same time.
    pub(crate) async fn fits(&self, password: &str, stored: Option<&str>) -> Result<bool, Error> {
        let known = stored.is_some();
        let stored = stored.unwrap_or(&self.nobody).to_owned();
        let password = password.chars().take(PASSWORD_CHARS_MAX).collect::<String>();
        let fits = self
            .run(move || Argon2::default().verify_password(password.as_bytes(), stored.as_str()).is_ok())
            .await?;
        Ok(fits && known)
    }

    async fn run<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> Result<T, Error> {
        let place = self.places.acquire().await.map_err(|error| Error::Password(error.to_string()))?;
        let outcome = tokio::task::spawn_blocking(work).await;
        drop(place);
        outcome.map_err(|error| Error::Password(error.to_string()))
    }
}

fn hash(password: &str) -> Result<String, Error> {
    Argon2::default()
        .hash_password(password.as_bytes())
        .map(|hash| hash.to_string())
        .map_err(|error| Error::Password(error.to_string()))
}

/// What a password is made of: 32 characters, so that each takes five random bits, none of which looks like another.
const LETTERS: &[u8; 32] = b"abcdefghijkmnpqrstuvwxyz23456789";
/// Characters of a password that is made.
const MADE_CHARS: usize = 20;

/// So many random letters and digits.
pub(crate) fn letters(count: usize) -> Result<String, Error> {
    let mut bytes = vec![0_u8; count];
    SysRng.try_fill_bytes(&mut bytes).map_err(|error| Error::Password(error.to_string()))?;
    Ok(bytes.iter().map(|byte| char::from(LETTERS[usize::from(byte % 32)])).collect())
}

/// A password of random letters and digits, in groups of five.
pub(crate) fn make() -> Result<String, Error> {
    let letters: Vec<char> = letters(MADE_CHARS)?.chars().collect();
    let groups: Vec<String> = letters.chunks(5).map(|group| group.iter().collect()).collect();
    Ok(groups.join("-"))
}

/// Notes what is wrong with a new password: its length, or that it contains the login.
pub(crate) fn check(password: &str, login: &str, locale: Locale, errors: &mut FieldErrors) {
    let length = password.chars().count();
    if length < PASSWORD_CHARS_MIN {
        let missing = PASSWORD_CHARS_MIN - length;
        let text = locale.with("user-password-short", &[("missing", missing.into())]);
        errors.push("/password", "too-short", text);
    } else if length > PASSWORD_CHARS_MAX {
        errors.push("/password", "too-long", locale.t("user-password-long"));
    } else if !login.is_empty() && password.to_lowercase().contains(login) {
        errors.push("/password", "contains-login", locale.t("user-password-login"));
    }
}
