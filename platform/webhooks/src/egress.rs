//! The way out: only to public addresses, decided when the connection is made, so that a name that means another address
//! a moment later gains nothing. No redirects, no proxies, an answer is read up to a limit.

use std::{
    error::Error as StdError,
    future::Future,
    io,
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
    pin::Pin,
    task::{Context as TaskContext, Poll},
    time::Duration,
};

use axum::{
    body::Bytes,
    http::{Request, Uri},
};
use http_body_util::{BodyExt, Full};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::{
    client::legacy::{
        Client,
        connect::{HttpConnector, dns::Name},
    },
    rt::TokioExecutor,
};
use tower::Service;

use crate::Error;

/// How long an attempt may take, from the look-up of the name to the end of the answer.
pub const TIMEOUT: Duration = Duration::from_secs(15);
/// Bytes of an answer that are read and kept.
pub const ANSWER_BYTES_MAX: usize = 1024;
/// Characters of an address.
const URL_CHARS_MAX: usize = 500;
/// Seconds that an idle connection is kept.
const IDLE_SECONDS: u64 = 30;

/// Where messages may go.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Egress {
    /// Also to this machine, and there without TLS: for a program that is tried out on one machine.
    pub loopback: bool,
}

impl Egress {
    /// Whether a connection to this address may be made.
    pub fn allows(self, address: IpAddr) -> bool {
        let address = address.to_canonical();
        if self.loopback && address.is_loopback() {
            return true;
        }
        match address {
            IpAddr::V4(address) => is_public_v4(address),
            IpAddr::V6(address) => is_public_v6(address),
        }
    }

    /// An address that messages may be sent to, as far as its text tells: what its name means is asked at each connection.
    ///
    /// # Errors
    /// Why not, as a code with a text `webhook-url-<code>`.
    pub fn check(self, text: &str) -> Result<Uri, &'static str> {
        if text.len() > URL_CHARS_MAX {
            return Err("long");
        }
        let uri: Uri = text.parse().map_err(|_| "wrong")?;
        let host = uri.host().ok_or("wrong")?;
        let literal = host.trim_matches(['[', ']']).parse::<IpAddr>().ok();
        let here = host == "localhost" || literal.is_some_and(|address| address.is_loopback());
        match uri.scheme_str() {
            Some("https") => {}
            Some("http") if self.loopback && here => {}
            _ => return Err("not-https"),
        }
        // A person's name and password do not belong in an address, and a fragment is not sent.
        if uri.authority().is_some_and(|authority| authority.as_str().contains('@')) || text.contains('#') {
            return Err("wrong");
        }
        if literal.is_some_and(|address| !self.allows(address)) {
            return Err("not-public");
        }
        Ok(uri)
    }
}

/// Whether anybody in the world can be reached by it: what RFC 6890 and its successors set aside is not. Among it are
/// the addresses at which clouds tell their machines' secrets; one that looks public is named besides.
const fn is_public_v4(address: Ipv4Addr) -> bool {
    let [a, b, c, _] = address.octets();
    !(address.is_private()
        || address.is_loopback()
        || address.is_link_local()
        || address.is_multicast()
        || address.is_broadcast()
        || address.is_documentation()
        || a == 0
        || a >= 240
        || (a == 100 && b & 0b1100_0000 == 64)
        || (a == 192 && b == 0 && c == 0)
        || (a == 192 && b == 88 && c == 99)
        || (a == 198 && b & 0b1111_1110 == 18)
        || matches!(address.octets(), [168, 63, 129, 16]))
}

/// Global unicast (`2000::/3`) without what holds addresses of the older kind, or is for documents.
const fn is_public_v6(address: Ipv6Addr) -> bool {
    let [a, b, ..] = address.segments();
    a & 0xe000 == 0x2000
        && !(a == 0x2001 && b < 0x0200)
        && !(a == 0x2001 && b == 0x0db8)
        && a != 0x2002
        && !(a == 0x3fff && b < 0x1000)
}

/// A name means no address that messages may go to.
#[derive(Debug, thiserror::Error)]
#[error("the name means no public address")]
struct NotPublic;

/// Looks names up and lets through only what may be connected to.
#[derive(Debug, Clone)]
struct Guard(Egress);

impl Service<Name> for Guard {
    type Response = std::vec::IntoIter<SocketAddr>;
    type Error = io::Error;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, io::Error>> + Send>>;

    fn poll_ready(&mut self, _: &mut TaskContext<'_>) -> Poll<Result<(), io::Error>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, name: Name) -> Self::Future {
        let egress = self.0;
        Box::pin(async move {
            let found = tokio::net::lookup_host((name.as_str(), 0)).await?;
            let open: Vec<SocketAddr> = found.filter(|address| egress.allows(address.ip())).collect();
            if open.is_empty() {
                return Err(io::Error::new(io::ErrorKind::PermissionDenied, NotPublic));
            }
            Ok(open.into_iter())
        })
    }
}

/// What came of an attempt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Answered {
    /// The status, if there was an answer.
    pub(crate) status: Option<i64>,
    /// The beginning of the answer.
    pub(crate) answer: String,
    /// Why there was none, as a code with a text `webhook-problem-<code>`.
    pub(crate) problem: Option<&'static str>,
}

impl Answered {
    const fn failed(problem: &'static str) -> Self {
        Self { status: None, answer: String::new(), problem: Some(problem) }
    }

    /// Whether the message has arrived.
    pub(crate) fn is_good(&self) -> bool {
        self.status.is_some_and(|status| (200..300).contains(&status))
    }
}

/// Sends requests.
#[derive(Debug, Clone)]
pub(crate) struct Courier {
    egress: Egress,
    client: Client<HttpsConnector<HttpConnector<Guard>>, Full<Bytes>>,
}

impl Courier {
    /// # Errors
    /// [`Error::Tls`] if the machine has no list of certificates.
    pub(crate) fn new(egress: Egress) -> Result<Self, Error> {
        let mut connector = HttpConnector::new_with_resolver(Guard(egress));
        connector.enforce_http(false);
        connector.set_connect_timeout(Some(TIMEOUT));
        let builder = HttpsConnectorBuilder::new()
            .with_native_roots()
            .map_err(|error| Error::Tls(error.to_string()))?
            .https_or_http()
            .enable_http1();
        let client = Client::builder(TokioExecutor::new())
            .pool_idle_timeout(Duration::from_secs(IDLE_SECONDS))
            .pool_max_idle_per_host(1)
            .build(builder.wrap_connector(connector));
        Ok(Self { egress, client })
    }

    /// Posts a body with headers.
    pub(crate) async fn post(&self, url: &str, headers: &[(&'static str, String)], body: &str) -> Answered {
        // Checked again: an address that is written as a number is not looked up, and the rules may have changed.
        let Ok(uri) = self.egress.check(url) else { return Answered::failed("not-public") };
        let mut request = Request::post(uri).header("content-type", "application/json");
        for (name, value) in headers {
            request = request.header(*name, value);
        }
        let Ok(request) = request.body(Full::new(Bytes::from(body.to_owned()))) else {
            return Answered::failed("not-public");
        };
        tokio::time::timeout(TIMEOUT, self.exchange(request))
            .await
            .unwrap_or_else(|_| Answered::failed("timeout"))
    }

    async fn exchange(&self, request: Request<Full<Bytes>>) -> Answered {
        let response = match self.client.request(request).await {
            Ok(response) => response,
            Err(error) => return Answered::failed(problem_of(&error)),
        };
        let status = i64::from(response.status().as_u16());
        let (mut kept, mut body) = (Vec::new(), response.into_body());
        while kept.len() < ANSWER_BYTES_MAX
            && let Some(Ok(frame)) = body.frame().await
        {
            kept.extend(frame.into_data().unwrap_or_default());
        }
        kept.truncate(ANSWER_BYTES_MAX);
        // A character that the limit has cut is left out, and so is what no database takes as text.
        let answer = String::from_utf8_lossy(&kept).replace(['\0', char::REPLACEMENT_CHARACTER], "");
        Answered { status: Some(status), answer, problem: None }
    }
}

/// Why there was no answer.
fn problem_of(error: &hyper_util::client::legacy::Error) -> &'static str {
    let mut cause: Option<&(dyn StdError + 'static)> = Some(error);
    while let Some(one) = cause {
        // An io error gives the source of what it holds, not what it holds.
        let held = one.downcast_ref::<io::Error>().and_then(io::Error::get_ref);
        if held.is_some_and(<dyn StdError + Send + Sync>::is::<NotPublic>) {
            return "not-public";
        }
        cause = one.source();
    }
    if error.is_connect() { "connect" } else { "broken" }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_anybody_can_reach_is_reached() {
        let closed = [
            "127.0.0.1",
            "10.0.0.1",
            "172.16.0.1",
            "192.168.1.1",
            "169.254.169.254",
            "100.100.100.200",
            "168.63.129.16",
            "192.0.0.192",
            "0.0.0.0",
            "224.0.0.1",
            "255.255.255.255",
            "198.18.0.1",
            "240.0.0.1",
            "192.0.2.1",
            "::1",
            "::",
            "fe80::1",
            "fc00::1",
            "fd00:ec2::254",
            "ff02::1",
            "::ffff:127.0.0.1",
            "::ffff:10.0.0.1",
            "64:ff9b::7f00:1",
            "2002:7f00:1::",
            "2001::1",
            "2001:db8::1",
            "::7f00:1",
        ];
        for text in closed {
            assert!(!Egress::default().allows(text.parse().unwrap()), "{text}");
        }
        for text in ["1.1.1.1", "223.5.5.5", "2400:3200::1", "2606:4700::1111", "172.32.0.1", "100.128.0.1"] {
            assert!(Egress::default().allows(text.parse().unwrap()), "{text}");
        }
        let here = Egress { loopback: true };
        assert!(here.allows("127.0.0.1".parse().unwrap()) && !here.allows("10.0.0.1".parse().unwrap()));
    }

    #[test]
    fn addresses_are_checked_by_their_text() {
        let check = |text: &str| Egress::default().check(text).map(drop);
        assert_eq!(check("https://example.com/hook?x=1"), Ok(()));
        for (text, why) in [
            ("http://example.com/", "not-https"),
            ("ftp://example.com/", "not-https"),
            ("https://", "wrong"),
            ("/hook", "wrong"),
            ("https://me:secret@example.com/", "wrong"),
            ("https://example.com/#part", "wrong"),
            ("https://127.0.0.1/", "not-public"),
            ("https://[::1]/", "not-public"),
            ("https://169.254.169.254/latest", "not-public"),
            ("http://127.0.0.1/", "not-https"),
        ] {
            assert_eq!(check(text), Err(why), "{text}");
        }
        let here = Egress { loopback: true };
        assert!(here.check("http://127.0.0.1:8000/").is_ok() && here.check("http://localhost:1/").is_ok());
        assert_eq!(here.check("http://example.com/").map(drop), Err("not-https"));
        assert_eq!(here.check("https://10.0.0.1/").map(drop), Err("not-public"));
    }

    #[tokio::test]
    async fn a_name_that_means_this_machine_is_refused_when_the_connection_is_made() {
        // The text passes; what the resolver makes of it does not.
        let courier = Courier::new(Egress::default()).unwrap();
        for url in ["https://localhost/", "https://localhost:9443/hook"] {
            let answered = courier.post(url, &[], "{}").await;
            assert_eq!(answered.problem, Some("not-public"), "{url}");
        }
    }
}
