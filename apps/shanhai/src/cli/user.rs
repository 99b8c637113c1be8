//! `shanhai user`: accounts, for whoever runs the program. The first administrator is made here; everybody else can then be
//! made at `/w/users`.

use std::process::ExitCode;

use anyhow::Context as _;
use clap::builder::{PossibleValuesParser, TypedValueParser as _};
use sh_access::{Error, users};
use sh_http::{Actor, App, AppError as _, Context, Grant, Role, Scope, Settings};

use super::{Language, out};
use crate::wiring::{self, Place};

#[derive(Debug, clap::Args)]
pub(crate) struct UserCommand {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, clap::Subcommand)]
enum Action {
    /// Make an account: that of an administrator, unless another role is named.
    Add(Add),
    /// Give an account a new password, which ends its sessions.
    Password(NewPassword),
}

#[derive(Debug, clap::Args)]
struct Add {
    /// The name to sign in with: small letters, digits, `.`, `-`, `_`, `@`.
    login: String,
    /// The person's name.
    #[arg(long)]
    name: String,
    /// The organisation they act for.
    #[arg(long)]
    organisation: String,
    /// What the account may do.
    #[arg(long, default_value = Role::Admin.code(), value_parser = role())]
    role: Role,
    /// Where it may do that: `*` for everywhere, `region:440300`, `organisation:sz-market`.
    #[arg(long, default_value = "*", value_parser = scope)]
    scope: Scope,
    #[command(flatten)]
    how: How,
}

#[derive(Debug, clap::Args)]
struct NewPassword {
    /// The name to sign in with.
    login: String,
    #[command(flatten)]
    how: How,
}

#[derive(Debug, clap::Args)]
struct How {
    /// Read the password from the first line of the standard input. Otherwise one is made and written out once.
    #[arg(long)]
    password_stdin: bool,
    /// Language of the answer.
    #[arg(long, value_enum, default_value_t = Language::Zh)]
    lang: Language,
}

fn role() -> impl clap::builder::TypedValueParser<Value = Role> {
    let codes = PossibleValuesParser::new(Role::ALL.iter().map(|role| role.code()));
    codes.try_map(|code| Role::parse(&code).ok_or("not a role"))
}

fn scope(text: &str) -> Result<Scope, &'static str> {
    Scope::parse(text).ok_or("write *, region:440300 or organisation:sz-market")
}

impl UserCommand {
    /// Ends with 1 if the account was not made or changed because of what was asked for.
    pub(crate) async fn run(self, place: &Place) -> anyhow::Result<ExitCode> {
        let app = wiring::open(place, Settings::default()).await?;
        match self.action {
            Action::Add(add) => add.run(&app).await,
            Action::Password(new) => new.run(&app).await,
        }
    }
}

impl Add {
    async fn run(self, app: &App) -> anyhow::Result<ExitCode> {
        let (ctx, password) = (self.how.context(app), self.how.password()?);
        let grant = Grant { role: self.role, scope: self.scope };
        let known = [
            ("login", self.login.as_str().into()),
            ("role", ctx.t(&format!("role-{}", self.role.code())).into()),
        ];
        let done = ctx.locale.with("cli-user-added", &known);
        let new = users::NewUser {
            login: self.login,
            name: self.name,
            organisation: self.organisation,
            password: password.text.clone(),
            grants: vec![grant],
        };
        tell(&ctx, users::create_user(&ctx, app, new).await.map(drop), &done, &password)
    }
}

impl NewPassword {
    async fn run(self, app: &App) -> anyhow::Result<ExitCode> {
        let (ctx, password) = (self.how.context(app), self.how.password()?);
        let done = ctx.locale.with("cli-user-password-set", &[("login", self.login.as_str().into())]);
        let outcome = match users::find_by_login(&ctx, app, &self.login).await {
            Ok(account) => users::set_password(&ctx, app, account.id, &password.text).await,
            Err(error) => Err(error),
        };
        tell(&ctx, outcome, &done, &password)
    }
}

/// A password, and whether the person has not seen it yet.
struct Password {
    text: String,
    made: bool,
}

impl How {
    fn context(&self, app: &App) -> Context {
        Context::new(app, Actor::System { name: "command-line" }, self.lang.locale())
    }

    fn password(&self) -> anyhow::Result<Password> {
        if !self.password_stdin {
            return Ok(Password { text: users::make_password()?, made: true });
        }
        let mut line = String::new();
        std::io::stdin()
            .read_line(&mut line)
            .context("the password cannot be read from the standard input")?;
        Ok(Password { text: line.trim_end_matches(['\r', '\n']).to_owned(), made: false })
    }
}

/// Says how it ended, with a password that was made; or each field that was not accepted.
fn tell(
    ctx: &Context,
    outcome: Result<(), Error>,
    done: &str,
    password: &Password,
) -> anyhow::Result<ExitCode> {
    match outcome {
        Ok(()) => {
            out::say(done)?;
            if password.made {
                let shown = [("password", password.text.as_str().into())];
                out::say(&ctx.locale.with("cli-user-password", &shown))?;
            }
            Ok(ExitCode::SUCCESS)
        }
        Err(error) if error.fields().is_some() => {
            for field in error.fields().into_iter().flat_map(|fields| &fields.0) {
                out::say(&field.message)?;
            }
            Ok(ExitCode::FAILURE)
        }
        Err(Error::NoSuchUser) => {
            out::say(&ctx.t("cli-user-unknown"))?;
            Ok(ExitCode::FAILURE)
        }
        Err(error) => Err(error.into()),
    }
}
