//! The first account of an installation, and a password that nobody remembers.

use std::{io::Write as _, process::Stdio};

use axum::{
    body::Body,
    http::{Request, StatusCode},
};
use sh_http::{Settings, testing::TestSite};
use shanhai::wiring;

use crate::support::{Place, Said, block};

const ADD: [&str; 7] =
    ["user", "add", "chen.jing", "--name", "陈静", "--organisation", "广东省消费帮扶工作专班"];

/// What stands behind “Password: ” in an answer.
fn password(said: &str) -> String {
    said.split_once("密码：").unwrap().1.lines().next().unwrap().to_owned()
}

/// Signs in through the form; then asks for the accounts.
fn signs_in(place: &Place, password: &str) -> (StatusCode, Option<StatusCode>) {
    block(async {
        let place = wiring::Place {
            data: place.folder.path().to_owned().try_into().unwrap(),
            database: Some(place.address()),
        };
        let app = wiring::open(&place, Settings::default()).await.unwrap();
        let site = TestSite::of(wiring::router(&app));
        let request = |method: &str, path: &str, cookie: &str, form: String| {
            let headers = [("sec-fetch-site", "same-origin"), ("cookie", cookie)];
            let request = headers
                .iter()
                .fold(Request::builder(), |request, (name, value)| request.header(*name, *value));
            let request = request.header("content-type", "application/x-www-form-urlencoded");
            request.method(method).uri(path).body(Body::from(form)).unwrap()
        };
        let answer =
            site.send(request("POST", "/login", "", format!("login=chen.jing&password={password}"))).await;
        let cookie = answer.header("set-cookie").split(';').next().unwrap().to_owned();
        let users = if cookie.is_empty() {
            None
        } else {
            Some(site.send(request("GET", "/w/users", &cookie, String::new())).await.status)
        };
        app.db.close().await;
        (answer.status, users)
    })
}

#[test]
fn whoever_installs_the_program_makes_the_first_administrator() {
    for place in [Place::empty(), Place::postgres()] {
        place.run(["migrate"]).well();
        let doctor = place.run(["doctor"]);
        assert!(
            doctor.out.contains("FAIL  accounts: nobody can sign in; run `shanhai user add"),
            "{doctor:?}"
        );
        let said = place.run(ADD).well();
        assert!(said.contains("已开通账号 chen.jing（管理员）"), "{said}");
        assert!(place.run(["doctor"]).out.contains("ok    accounts"));
        let first = password(&said);
        assert_eq!(signs_in(&place, &first), (StatusCode::SEE_OTHER, Some(StatusCode::OK)));
        // The log names the account and who made it, and holds no password.
        assert_eq!(place.number("SELECT COUNT(*) FROM audit_entry WHERE action = 'create-user' AND actor = 'system:command-line'"), 1);
        assert_eq!(
            place.number("SELECT COUNT(*) FROM audit_entry WHERE after LIKE '%_____-_____-_____-_____%'"),
            0
        );
        // A second one of that name is refused, and the first stays.
        let again = place.run(ADD);
        assert_eq!(again.code, Some(1), "{again:?}");
        assert!(again.out.contains("已有人用") && !again.out.contains("密码："), "{again:?}");
        // A forgotten password is replaced.
        let second = password(&place.run(["user", "password", "chen.jing"]).well());
        assert_ne!(first, second);
        assert_eq!(signs_in(&place, &first).0, StatusCode::UNPROCESSABLE_ENTITY);
        assert_eq!(signs_in(&place, &second).0, StatusCode::SEE_OTHER);
        assert_eq!(place.number("SELECT COUNT(*) FROM audit_entry WHERE action = 'set-password'"), 1);
    }
}

#[test]
fn a_password_of_ones_own_comes_by_the_standard_input_only() {
    let place = Place::empty();
    let typed = |args: &[&str], line: &str| {
        let mut command = place.command(args);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        child.stdin.take().unwrap().write_all(line.as_bytes()).unwrap();
        Said::of(&child.wait_with_output().unwrap())
    };
    let add = [&ADD[..], &["--role", "auditor", "--lang", "en", "--password-stdin"]].concat();
    let short = typed(&add, "short\n");
    assert_eq!(short.code, Some(1), "{short:?}");
    assert!(short.out.contains('5'), "{short:?}");
    assert_eq!(place.number("SELECT COUNT(*) FROM user_account"), 0);
    let done = typed(&add, "correct-horse-battery\n").well();
    assert!(done.contains("Account chen.jing made (Auditor)") && !done.contains("correct"), "{done}");
    assert_eq!(signs_in(&place, "correct-horse-battery"), (StatusCode::SEE_OTHER, Some(StatusCode::OK)));
    let unknown = place.run(["user", "password", "nobody"]);
    assert_eq!((unknown.code, unknown.out.trim()), (Some(1), "没有这个账号"));
    for (args, said) in [
        (["--role", "king"], "[possible values: admin, task-force"),
        (["--scope", "moon"], "write *, region:440300"),
    ] {
        let refused = place.run([&ADD[..], &args].concat());
        assert_eq!(refused.code, Some(2), "{refused:?}");
        assert!(refused.err.contains(said), "{refused:?}");
    }
}
