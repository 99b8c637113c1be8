//! The program is killed again and again while people buy. What was acknowledged is there, nothing is half there, and
//! whoever got no answer asks again and has bought once.

use std::{
    collections::BTreeMap,
    io::{self, Read as _, Write as _},
    net::{TcpListener, TcpStream},
    process::{Child, Stdio},
    sync::Mutex,
    thread,
    time::{Duration, Instant},
};

use serde_json::{Value, json};

use crate::support::Place;

/// How often it is killed.
const KILLS: u64 = 50;
/// People who buy at the same time.
const PEOPLE: u64 = 6;
/// How long a start or an answer may take before the test fails.
const PATIENCE: Duration = Duration::from_mins(1);

/// Whether sales wait for a run of matching, or one is at them.
const UNMATCHED: &str =
    "SELECT COUNT(*) FROM own_matching WHERE first_day IS NOT NULL OR taken_first IS NOT NULL";

/// A request as it is sent, and sent again if nobody answered.
#[derive(Debug, Clone, PartialEq)]
struct Call {
    method: &'static str,
    path: String,
    cookie: String,
    body: Value,
}

/// An answer.
struct Answer {
    status: u16,
    cookie: Option<String>,
    body: Value,
}

impl Call {
    fn new(method: &'static str, path: impl Into<String>, cookie: &str, body: Value) -> Self {
        Self { method, path: path.into(), cookie: cookie.to_owned(), body }
    }

    fn send(&self, port: u16) -> io::Result<Answer> {
        let mut stream = TcpStream::connect(("127.0.0.1", port))?;
        stream.set_read_timeout(Some(PATIENCE))?;
        let body = self.body.to_string();
        let head = format!(
            "{} /api/v1{} HTTP/1.1\r\nHost: 127.0.0.1\r\nCookie: {}\r\nContent-Type: application/json\r\n\
             Content-Length: {}\r\nConnection: close\r\n\r\n",
            self.method,
            self.path,
            self.cookie,
            body.len()
        );
        stream.write_all(format!("{head}{body}").as_bytes())?;
        let mut text = String::new();
        stream.read_to_string(&mut text)?;
        let broken = || io::Error::other("half an answer");
        let (head, body) = text.split_once("\r\n\r\n").ok_or_else(broken)?;
        let field = |name: &str| {
            head.lines()
                .find_map(|line| line.split_once(": ").filter(|pair| pair.0.eq_ignore_ascii_case(name)))
        };
        let length: usize =
            field("content-length").and_then(|pair| pair.1.parse().ok()).ok_or_else(broken)?;
        if body.len() != length {
            return Err(broken());
        }
        let status = head.split(' ').nth(1).and_then(|status| status.parse().ok()).ok_or_else(broken)?;
        let cookie = field("set-cookie").and_then(|pair| pair.1.split(';').next()).map(str::to_owned);
        Ok(Answer { status, cookie, body: serde_json::from_str(body).unwrap_or_default() })
    }
}

/// What people know.
#[derive(Default)]
struct Known {
    /// Sent, and not answered.
    unanswered: Vec<Call>,
    /// Of each order: whose it is, and whether its payment was acknowledged.
    orders: BTreeMap<String, (String, bool)>,
}

impl Known {
    fn hear(&mut self, call: &Call, answer: &Answer) {
        assert!(answer.status < 500, "{call:?} is answered {} {}", answer.status, answer.body);
        self.unanswered.retain(|waits| waits != call);
        if answer.status == 200
            && let Some(id) = answer.body["number"].as_str().and(answer.body["id"].as_str())
        {
            let paid = answer.body["state"] == "paid";
            let order = self.orders.entry(id.to_owned()).or_insert((call.cookie.clone(), false));
            order.1 |= paid;
        }
    }
}

/// Sends what must not be lost. Nothing is answered if the program dies.
fn ask(port: u16, known: &Mutex<Known>, call: &Call) -> io::Result<Answer> {
    known.lock().unwrap().unanswered.push(call.clone());
    let answer = call.send(port)?;
    known.lock().unwrap().hear(call, &answer);
    Ok(answer)
}

/// Somebody without an account buys one piece and pays.
fn buy(port: u16, known: &Mutex<Known>, sku: &str) -> io::Result<()> {
    let added = Call::new("POST", "/basket", "", json!({ "sku": sku, "pieces": 1 })).send(port)?;
    let cookie = added.cookie.unwrap_or_default();
    let quoted = Call::new("POST", "/checkout", &cookie, json!({ "county": 440_305 })).send(port)?.body;
    let body = json!({
        "lines": quoted["lines"],
        "expected_fen": quoted["amount_fen"],
        "address": { "county": 440_305, "receiver": "何平", "phone": "13800138000", "detail": "科苑路 8 号" },
    });
    let path = format!("/orders/{}", quoted["order"].as_str().unwrap_or_default());
    if ask(port, known, &Call::new("PUT", &path, &cookie, body))?.status != 200 {
        return Ok(());
    }
    let pay =
        Call::new("POST", format!("{path}/pay"), &cookie, json!({ "provider": "simulator" })).send(port)?;
    let page = pay.body["page"].as_str().unwrap_or_default();
    let simulate = format!("/payments/{}/simulate", page.rsplit('/').next().unwrap_or_default());
    ask(port, known, &Call::new("POST", simulate, &cookie, json!({ "scenario": "once" }))).map(drop)
}

/// Numbers that look like chance and are the same in each run.
struct Dice(u64);

impl Dice {
    fn below(&mut self, end: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % end
    }
}

/// Starts the program and waits until it answers.
fn serve(place: &Place, port: u16) -> Child {
    let mut child = place
        .command(["serve", "--pay-simulator", "--port", &port.to_string()])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let begun = Instant::now();
    while Call::new("GET", "/basket", "", Value::Null).send(port).is_err() {
        assert!(child.try_wait().unwrap().is_none(), "the server ended");
        assert!(begun.elapsed() < PATIENCE, "the server does not start");
        thread::sleep(Duration::from_millis(10));
    }
    child
}

/// Whoever got no answer asks again.
fn ask_again(port: u16, known: &Mutex<Known>) {
    let calls = std::mem::take(&mut known.lock().unwrap().unanswered);
    for call in calls {
        let answer = call.send(port).unwrap();
        known.lock().unwrap().hear(&call, &answer);
    }
}

fn killed_again_and_again(place: &Place) {
    place.run(["demo", "--no-serve", "--scale", "tiny", "--orders", "0"]).well();
    let skus = [
        place.id("SELECT sku FROM lot ORDER BY id LIMIT 1"),
        place.id("SELECT sku FROM lot ORDER BY id DESC LIMIT 1"),
    ];
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let (known, mut dice) = (Mutex::new(Known::default()), Dice(0x5eed_2020_1209));
    for kill in 0..KILLS {
        let mut child = serve(place, port);
        ask_again(port, &known);
        let (bought, begun) = (|| known.lock().unwrap().orders.len(), Instant::now());
        let before = bought();
        let wait = Duration::from_millis(5 + dice.below(250));
        thread::scope(|scope| {
            for person in 0..PEOPLE {
                let (known, sku) = (&known, &skus[usize::from(person % 3 == 0)]);
                scope.spawn(move || while buy(port, known, sku).is_ok() {});
            }
            thread::sleep(wait);
            // However slow the machine is: every second time not before somebody has bought.
            while kill % 2 == 0 && bought() == before && begun.elapsed() < PATIENCE {
                thread::sleep(Duration::from_millis(1));
            }
            child.kill().unwrap();
        });
        child.wait().unwrap();
    }
    let mut child = serve(place, port);
    ask_again(port, &known);
    let orders = known.into_inner().unwrap().orders;
    for (id, (cookie, paid)) in &orders {
        let answer = Call::new("GET", format!("/orders/{id}"), cookie, Value::Null).send(port).unwrap();
        assert_eq!(answer.status, 200, "{id} was acknowledged and is gone");
        assert!(!paid || answer.body["state"] == "paid", "{id} was paid and is {}", answer.body["state"]);
    }
    // As it is for whoever waits until the lease of a killed run of matching is over.
    place.tamper("DELETE FROM matching_lease");
    let begun = Instant::now();
    while place.number(UNMATCHED) > 0 {
        assert!(begun.elapsed() < PATIENCE, "the figures do not hear of what was sold");
        thread::sleep(Duration::from_millis(200));
    }
    child.kill().unwrap();
    child.wait().unwrap();
    let count = i64::try_from(orders.len()).unwrap();
    assert!(count >= 20, "only {count} orders were placed");
    assert!(orders.values().any(|order| order.1), "nothing was paid");
    assert_eq!(place.number("SELECT COUNT(*) FROM mall_order"), count, "an order that nobody asked for");
    let twice = "SELECT COUNT(*) FROM mall_receipt r JOIN mall_receipt o ON o.order_id = r.order_id \
        WHERE o.reference <> r.reference";
    assert_eq!(place.number(twice), 0, "paid twice");
    place.audited();
}

#[test]
fn a_program_that_is_killed_while_people_buy_loses_nothing() {
    killed_again_and_again(&Place::empty());
}

#[test]
fn nor_does_it_on_postgresql() {
    killed_again_and_again(&Place::postgres());
}
