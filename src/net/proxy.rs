//! A forward proxy on loopback, through which a browser reaches only the addresses that the guard allows.
//!
//! It tunnels https (`CONNECT`) and forwards http, which the guard allows for trusted hosts only. Names are resolved here
//! and the connection goes to the checked address, so neither a redirect nor a second lookup leads elsewhere.

use std::collections::BTreeMap;
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use parking_lot::Mutex;
use tokio::io::{AsyncReadExt, AsyncWriteExt, copy_bidirectional};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::{JoinHandle, JoinSet};
use tokio::time::timeout;
use tracing::debug;
use url::{Host, Url};

use super::MAX_HEADER_BYTES;
use super::guard::{Guard, GuardedResolver, Lookup, plain};

/// Header fields of a request, at most.
const MAX_FIELDS: usize = 128;

/// Simultaneous connections of the browser.
const MAX_CONNECTIONS: usize = 256;

/// Fields that are about the connection to the proxy and are not forwarded.
const HOP_BY_HOP: [&str; 5] = ["proxy-connection", "proxy-authorization", "connection", "keep-alive", "upgrade"];

/// A running proxy. It ends, with all its connections, when it is dropped.
#[derive(Debug)]
pub struct Proxy {
    address: SocketAddr,
    refused: Refused,
    task: JoinHandle<()>,
}

/// Host -> why it was refused.
type Refused = Arc<Mutex<BTreeMap<String, String>>>;

/// What every connection needs.
struct Shared {
    guard: Guard,
    resolver: GuardedResolver,
    connect_timeout: Duration,
    denied: &'static [&'static str],
    refused: Refused,
}

impl Proxy {
    /// Listens on a free port of loopback. The hosts in `denied` are never connected to.
    pub async fn start(
        guard: Guard,
        lookup: &Lookup,
        connect_timeout: Duration,
        denied: &'static [&'static str],
    ) -> io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let (address, refused) = (listener.local_addr()?, Refused::default());
        let resolver = GuardedResolver::new(guard.clone(), Arc::clone(lookup));
        let shared = Arc::new(Shared { guard, resolver, connect_timeout, denied, refused: Arc::clone(&refused) });
        Ok(Self { address, refused, task: tokio::spawn(accept(listener, shared)) })
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Why a host was refused or not reached, if it was.
    pub fn refusal(&self, host: &str) -> Option<String> {
        self.refused.lock().get(&plain(host)).cloned()
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn accept(listener: TcpListener, shared: Arc<Shared>) {
    // Dropped with this task, which ends the connections.
    let mut connections = JoinSet::new();
    loop {
        let Ok((stream, _)) = listener.accept().await else {
            tokio::time::sleep(Duration::from_millis(50)).await;
            continue;
        };
        while connections.try_join_next().is_some() {}
        if connections.len() >= MAX_CONNECTIONS {
            connections.join_next().await;
        }
        let shared = Arc::clone(&shared);
        connections.spawn(async move {
            if let Err(err) = serve(stream, &shared).await {
                debug!(error = %err, "a connection of the browser ended");
            }
        });
    }
}

/// A request that may be answered.
struct Target {
    url: Url,
    /// The request as it is sent on; `None` for a tunnel.
    forwarded: Option<Vec<u8>>,
}

async fn serve(mut browser: TcpStream, shared: &Shared) -> io::Result<()> {
    let Some((head, rest)) = read_head(&mut browser).await? else {
        return respond(&mut browser, "400 Bad Request", "this is no request to a proxy").await;
    };
    let Some(target) = target(&head) else {
        return respond(&mut browser, "400 Bad Request", "this is no request to a proxy").await;
    };
    let host = target.url.host_str().unwrap_or_default().to_owned();
    let mut server = match shared.connect(&target.url).await {
        Ok(server) => server,
        Err(why) => {
            debug!(host, why, "refused to the browser");
            respond(&mut browser, "403 Forbidden", &format!("gleaner does not connect to {host}: {why}")).await?;
            shared.refused.lock().insert(plain(&host), why);
            return Ok(());
        }
    };
    match target.forwarded {
        None => browser.write_all(b"HTTP/1.1 200 Connection established\r\n\r\n").await?,
        Some(head) => server.write_all(&head).await?,
    }
    server.write_all(&rest).await?;
    copy_bidirectional(&mut browser, &mut server).await?;
    Ok(())
}

impl Shared {
    /// Connects to the host of an address that the guard allows. The error says why not.
    async fn connect(&self, url: &Url) -> Result<TcpStream, String> {
        self.guard.check(url)?;
        if self.denied.contains(&plain(url.host_str().unwrap_or_default()).as_str()) {
            return Err("it is a service of the browser's maker".to_owned());
        }
        let port = url.port_or_known_default().unwrap_or(443);
        let addresses = match url.host() {
            Some(Host::Ipv4(ip)) => vec![ip.into()],
            Some(Host::Ipv6(ip)) => vec![ip.into()],
            Some(Host::Domain(name)) => {
                let found = timeout(self.connect_timeout, self.resolver.addresses(name)).await;
                found.map_err(|_| "its name was not found in time".to_owned())?.map_err(|err| err.to_string())?
            }
            None => return Err("the address has no host".to_owned()),
        };
        let mut why = "it has no address".to_owned();
        for ip in addresses {
            match timeout(self.connect_timeout, TcpStream::connect((ip, port))).await {
                Ok(Ok(stream)) => {
                    let _ = stream.set_nodelay(true);
                    return Ok(stream);
                }
                Ok(Err(err)) => why = format!("no connection ({err})"),
                Err(_) => "no connection in time".clone_into(&mut why),
            }
        }
        Err(why)
    }
}

/// The head of a request, and the bytes that came after it. `None` if it is too long or ends early.
async fn read_head(stream: &mut TcpStream) -> io::Result<Option<(Vec<u8>, Vec<u8>)>> {
    let mut bytes = Vec::with_capacity(1024);
    loop {
        if let Some(at) = memchr::memmem::find(&bytes, b"\r\n\r\n") {
            let rest = bytes.split_off(at + 4);
            return Ok(Some((bytes, rest)));
        }
        if bytes.len() as u64 > MAX_HEADER_BYTES || stream.read_buf(&mut bytes).await? == 0 {
            return Ok(None);
        }
    }
}

/// What a request to a proxy asks for.
fn target(head: &[u8]) -> Option<Target> {
    let mut fields = [httparse::EMPTY_HEADER; MAX_FIELDS];
    let mut request = httparse::Request::new(&mut fields);
    if !request.parse(head).ok()?.is_complete() {
        return None;
    }
    let (method, asked) = (request.method?, request.path?);
    if method.eq_ignore_ascii_case("CONNECT") {
        return Some(Target { url: Url::parse(&format!("https://{asked}/")).ok()?, forwarded: None });
    }
    let url = Url::parse(asked).ok().filter(|url| url.scheme() == "http" && url.has_host())?;
    let query = url.query().map(|query| format!("?{query}")).unwrap_or_default();
    let mut forwarded = format!("{method} {}{query} HTTP/1.1\r\n", url.path()).into_bytes();
    for field in request.headers.iter().filter(|field| !HOP_BY_HOP.contains(&field.name.to_lowercase().as_str())) {
        forwarded.extend_from_slice(field.name.as_bytes());
        forwarded.extend_from_slice(b": ");
        forwarded.extend_from_slice(field.value);
        forwarded.extend_from_slice(b"\r\n");
    }
    // One request for each connection, because the next one may be to another host.
    forwarded.extend_from_slice(b"Connection: close\r\n\r\n");
    Some(Target { url, forwarded: Some(forwarded) })
}

async fn respond(stream: &mut TcpStream, status: &str, text: &str) -> io::Result<()> {
    let length = text.len();
    let head = format!("HTTP/1.1 {status}\r\nContent-Type: text/plain\r\nContent-Length: {length}\r\n");
    stream.write_all(format!("{head}Connection: close\r\n\r\n{text}").as_bytes()).await?;
    stream.shutdown().await
}

#[cfg(test)]
mod tests {
    use std::net::IpAddr;

    use futures::FutureExt;

    use super::*;

    /// A proxy for which every name is at `ip`, and what it answers to a request, until it closes the connection.
    async fn answered(trusted: &[&str], ip: &str, request: &str) -> (String, Proxy) {
        let ip: IpAddr = ip.parse().unwrap();
        let lookup: Lookup = Arc::new(move |_| async move { Ok(vec![ip]) }.boxed());
        let trusted: Vec<String> = trusted.iter().map(|host| (*host).to_owned()).collect();
        let proxy =
            Proxy::start(Guard::new(&trusted), &lookup, Duration::from_secs(5), &["maker.example"]).await.unwrap();
        let mut stream = TcpStream::connect(proxy.address()).await.unwrap();
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut answer = String::new();
        let _ = stream.read_to_string(&mut answer).await;
        (answer, proxy)
    }

    /// A server that answers one request with what it received.
    async fn echo() -> u16 {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let port = listener.local_addr().unwrap().port();
        tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                let (head, _) = read_head(&mut stream).await.unwrap().unwrap();
                respond(&mut stream, "200 OK", &String::from_utf8(head).unwrap()).await.unwrap();
            }
        });
        port
    }

    #[tokio::test]
    async fn private_addresses_other_ports_and_http_are_refused_with_the_reason() {
        for (request, ip, why) in [
            ("CONNECT 10.0.0.1:443", "93.184.215.14", "the address is not public"),
            ("CONNECT [::1]:443", "93.184.215.14", "the address is not public"),
            ("CONNECT 169.254.169.254:443", "93.184.215.14", "the address is not public"),
            ("CONNECT example.org:22", "93.184.215.14", "only port 443"),
            ("CONNECT router.lan:443", "93.184.215.14", "local network"),
            ("CONNECT example.org:443", "127.0.0.1", "resolves to an address that is not public"),
            ("CONNECT Maker.example:443", "93.184.215.14", "browser's maker"),
            ("GET http://example.org/a", "93.184.215.14", "only https"),
            ("GET http://127.0.0.1:8000/", "127.0.0.1", "only https"),
        ] {
            let (answer, proxy) = answered(&[], ip, &format!("{request} HTTP/1.1\r\nHost: x\r\n\r\n")).await;
            assert!(answer.starts_with("HTTP/1.1 403") && answer.contains(why), "{request}: {answer}");
            let host = Url::parse(&request.replace("CONNECT ", "https://").replace("GET ", "")).unwrap();
            assert!(proxy.refusal(host.host_str().unwrap()).is_some_and(|known| known.contains(why)), "{request}");
        }
        for bad in
            ["GET / HTTP/1.1\r\n\r\n", "GET ftp://a/ HTTP/1.1\r\n\r\n", "CONNECT :: HTTP/1.1\r\n\r\n", "x\r\n\r\n"]
        {
            let (answer, _proxy) = answered(&[], "127.0.0.1", bad).await;
            assert!(answer.starts_with("HTTP/1.1 400"), "{bad}: {answer}");
        }
    }

    #[tokio::test]
    async fn a_trusted_host_is_reached_by_http_and_through_a_tunnel() {
        let port = echo().await;
        let request = format!(
            "GET http://photos.test:{port}/a?b=c HTTP/1.1\r\nHost: photos.test\r\nProxy-Connection: keep-alive\r\n\r\n"
        );
        let (answer, _proxy) = answered(&["photos.test"], "127.0.0.1", &request).await;
        assert!(answer.contains("GET /a?b=c HTTP/1.1\r\nHost: photos.test\r\nConnection: close"), "{answer}");
        let tunnel = format!("CONNECT photos.test:{port} HTTP/1.1\r\n\r\nGET /direct HTTP/1.1\r\n\r\n");
        let (answer, _proxy) = answered(&["photos.test"], "127.0.0.1", &tunnel).await;
        assert!(answer.starts_with("HTTP/1.1 200 Connection established"), "{answer}");
        assert!(answer.contains("GET /direct"), "{answer}");
    }
}
