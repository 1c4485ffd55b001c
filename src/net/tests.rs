//! The HTTP client with a faulty server, on loopback only.

use std::io::Write as _;
use std::net::{IpAddr, SocketAddr};
use std::str::FromStr as _;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use futures::FutureExt as _;
use gleaner::net::{
    Attempt, Backoff, Budget, Client, Guard, GuardedResolver, HostLimiter, HostLimits, HttpResponse, JSON, Lookup,
    NetConfig, NetError, Post, Request, RetryPolicy, Secret, Window, is_public, is_retryable_status, with_retry,
};
use parking_lot::Mutex;
use reqwest::dns::{Name, Resolve as _};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::Instant;
use url::Url;

const KEY: &str = "canary+key/0123456789abcdef";
const FREE: HostLimits = HostLimits { requests_per_second: f64::INFINITY, at_once: 64 };

/// A loopback server: `play` gets the path and query of each request and the socket for the response.
struct Server {
    address: SocketAddr,
    heads: Arc<Mutex<Vec<String>>>,
}

impl Server {
    async fn start<F, Fut>(play: F) -> Self
    where
        F: Fn(String, TcpStream) -> Fut + Send + Sync + Clone + 'static,
        Fut: Future<Output = std::io::Result<()>> + Send + 'static,
    {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let heads = Arc::new(Mutex::new(Vec::new()));
        let log = Arc::clone(&heads);
        tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                let (play, log) = (play.clone(), Arc::clone(&log));
                tokio::spawn(async move {
                    let mut head = Vec::new();
                    while !head.ends_with(b"\r\n\r\n") {
                        head.push(stream.read_u8().await?);
                    }
                    let head = String::from_utf8(head).unwrap();
                    let target = head.split(' ').nth(1).unwrap().to_owned();
                    log.lock().push(head);
                    play(target, stream).await
                });
            }
        });
        Self { address, heads }
    }

    /// Answers every request with the same bytes, then closes.
    async fn saying(bytes: impl Into<Vec<u8>>) -> Self {
        let bytes: Arc<[u8]> = bytes.into().into();
        Self::start(move |_, mut stream| {
            let bytes = Arc::clone(&bytes);
            async move {
                stream.write_all(&bytes).await?;
                stream.shutdown().await
            }
        })
        .await
    }

    fn url(&self, path: &str) -> Url {
        Url::parse(&format!("http://{}{path}", self.address)).unwrap()
    }

    fn seen(&self) -> Vec<String> {
        self.heads.lock().clone()
    }
}

fn config() -> NetConfig {
    NetConfig {
        trusted_hosts: vec!["127.0.0.1".into(), "localhost".into()],
        connect_timeout: Duration::from_secs(20),
        idle_timeout: Duration::from_secs(20),
        total_timeout: Duration::from_secs(60),
        ..NetConfig::default()
    }
}

fn client() -> Client {
    let client = Client::new(config()).unwrap();
    client.limit("127.0.0.1", FREE);
    client
}

fn request(url: Url) -> Request {
    let secret_query = vec![("api_key".to_owned(), Secret::new(KEY))];
    let secret_headers = vec![("x-key", Secret::new(KEY))];
    Request { url, secret_query, secret_headers, hosts: Vec::new(), max_bytes: 1 << 20, limits: None }
}

async fn answer_to(bytes: impl Into<Vec<u8>>) -> Result<HttpResponse, NetError> {
    let server = Server::saying(bytes).await;
    client().get(&request(server.url("/a"))).await
}

/// Fails if a text contains the key, plain or percent-encoded.
fn assert_no_secret(text: &str) {
    for form in [KEY, "canary%2Bkey%2F", "canary"] {
        assert!(!text.contains(form), "{text}");
    }
}

fn error_of(result: Result<HttpResponse, NetError>) -> NetError {
    let error = result.expect_err("the response must not be accepted");
    assert_no_secret(&format!("{error} {error:?}"));
    error
}

#[tokio::test]
async fn a_response_is_complete_and_the_secret_is_sent_once_and_never_shown() {
    let server = Server::saying("HTTP/1.1 200 OK\r\nX-Odd: A\r\nContent-Length: 5\r\n\r\nhello").await;
    let request = request(server.url("/rest/?method=m"));
    let answer = client().get(&request).await.unwrap();
    assert_eq!((answer.status, answer.header("x-odd"), &answer.body[..]), (200, Some("A"), &b"hello"[..]));
    assert!(answer.is_success());
    assert_eq!(answer.url, request.url);
    assert_no_secret(&format!("{request:?} {answer:?}"));
    let seen = server.seen();
    assert_eq!(seen.len(), 1);
    assert!(
        seen[0].starts_with("GET /rest/?method=m&api_key=canary%2Bkey%2F0123456789abcdef HTTP/1.1\r\n"),
        "{seen:?}"
    );
    assert!(seen[0].to_lowercase().contains("user-agent: gleaner/"));
    assert!(seen[0].contains(&format!("x-key: {KEY}\r\n")), "{seen:?}");
}

#[tokio::test]
async fn error_statuses_are_responses_too() {
    let answer = answer_to("HTTP/1.1 502 Bad\r\nRetry-After: 9\r\nContent-Length: 2\r\n\r\nno").await.unwrap();
    assert_eq!((answer.status, answer.is_success()), (502, false));
    assert_eq!(answer.retry_after(), Some(Duration::from_secs(9)));
    assert_eq!(answer.body, b"no");
}

#[tokio::test]
async fn a_body_that_ends_early_is_truncated() {
    for bytes in [
        "HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\nhalf",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n40\r\nhalf",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nhalf",
    ] {
        let error = error_of(answer_to(bytes).await);
        assert!(matches!(error, NetError::Truncated { .. }), "{bytes:?} {error:?}");
    }
}

#[tokio::test]
async fn a_gzip_body_that_ends_early_is_truncated() {
    let whole = gzip(&[7; 5000]);
    let half = &whole[..whole.len() / 2];
    let error = error_of(answer_to(gzip_answer(half)).await);
    assert!(matches!(error, NetError::Truncated { .. }), "{error:?}");
    assert_eq!(answer_to(gzip_answer(&whole)).await.unwrap().body, [7; 5000]);
}

#[tokio::test]
async fn bytes_after_the_content_length_are_ignored() {
    let answer = answer_to("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nfourHTTP/1.1 200 OK\r\n\r\nsmuggled").await;
    assert_eq!(answer.unwrap().body, b"four");
}

#[tokio::test]
async fn a_connection_cut_before_the_answer_is_a_reset() {
    for bytes in ["", "HTTP/1.1 200 OK\r\nContent-Le"] {
        let error = error_of(answer_to(bytes).await);
        assert!(matches!(error, NetError::Reset { .. }), "{error:?}");
    }
}

#[tokio::test]
async fn a_response_that_is_not_http_is_an_error() {
    let error = error_of(answer_to("SSH-2.0-OpenSSH_9.6\r\n\r\n").await);
    assert!(matches!(error, NetError::Protocol { .. }), "{error:?}");
}

#[tokio::test]
async fn a_closed_port_is_a_failed_connection() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = Url::parse(&format!("http://{}/p?q=1", listener.local_addr().unwrap())).unwrap();
    drop(listener);
    let error = error_of(client().get(&request(url)).await);
    assert!(matches!(error, NetError::Connect { .. }), "{error:?}");
    assert!(error.to_string().contains("/p") && !error.to_string().contains("q=1"), "{error}");
}

#[tokio::test]
async fn a_silent_or_slow_server_times_out() {
    let server = Server::start(|target, mut stream| async move {
        if target.starts_with("/silent") {
            return std::future::pending().await;
        }
        stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n").await?;
        loop {
            stream.write_all(b"x").await?;
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    })
    .await;
    let (short, long) = (Duration::from_millis(300), Duration::from_mins(1));
    for (path, idle_timeout, total_timeout) in
        [("/silent", short, long), ("/silent", long, short), ("/drip", long, short)]
    {
        let client = Client::new(NetConfig { idle_timeout, total_timeout, ..config() }).unwrap();
        let error = error_of(client.get(&request(server.url(path))).await);
        assert!(matches!(error, NetError::Timeout { .. }), "{path} {error:?}");
    }
}

#[tokio::test]
async fn reading_an_endless_body_stops_at_the_limit() {
    let sent = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&sent);
    let server = Server::start(move |_, mut stream| {
        let count = Arc::clone(&count);
        async move {
            stream.write_all(b"HTTP/1.1 200 OK\r\n\r\n").await?;
            loop {
                count.fetch_add(stream.write(&[0; 4096]).await?, Ordering::SeqCst);
            }
        }
    })
    .await;
    let error = error_of(client().get(&request(server.url("/"))).await);
    assert!(matches!(error, NetError::TooLarge { what: "body", max_bytes: 0x10_0000, .. }), "{error:?}");
    // Socket buffers are not counted.
    assert!(sent.load(Ordering::SeqCst) < 64 << 20);
}

#[tokio::test]
async fn a_content_length_beyond_the_limit_is_refused() {
    let error = error_of(answer_to("HTTP/1.1 200 OK\r\nContent-Length: 1048577\r\n\r\n").await);
    assert!(matches!(error, NetError::TooLarge { .. }), "{error:?}");
}

#[tokio::test]
async fn a_gzip_bomb_ends_at_the_limit() {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    let zeros = vec![0; 1 << 20];
    for _ in 0..256 {
        encoder.write_all(&zeros).unwrap();
    }
    let bomb = encoder.finish().unwrap();
    assert!(bomb.len() < 4 << 20);
    let server = Server::saying(gzip_answer(&bomb)).await;
    let mut request = request(server.url("/"));
    request.max_bytes = 8 << 20;
    let error = error_of(client().get(&request).await);
    assert!(matches!(error, NetError::TooLarge { max_bytes: 0x80_0000, .. }), "{error:?}");
}

#[tokio::test]
async fn too_many_header_bytes_are_refused() {
    let many = "HTTP/1.1 200 OK\r\n".to_owned() + &"X: y\r\n".repeat(5_000) + "\r\n";
    let long = format!("HTTP/1.1 200 OK\r\nX: {}\r\nContent-Length: 0\r\n\r\n", "y".repeat(65 << 10));
    let endless = format!("HTTP/1.1 200 OK\r\nX: {}", "y".repeat(2 << 20));
    for bytes in [many, long, endless] {
        let error = error_of(answer_to(bytes).await);
        assert!(matches!(error, NetError::TooLarge { what: "header", .. }), "{error:?}");
    }
}

/// Redirects `/?to=URL` there, and `/hop/N` to `/hop/N-1`; responds `done` to other paths.
async fn redirecting() -> Server {
    Server::start(|target, mut stream| async move {
        let url = Url::parse(&format!("http://x{target}")).unwrap();
        let to = url.query_pairs().find(|(name, _)| name == "to").map(|(_, to)| to.into_owned());
        let hops = url.path().strip_prefix("/hop/").and_then(|n| n.parse::<u32>().ok());
        let to = match hops {
            Some(n) if n > 0 => Some(format!("../hop/{}", n - 1)),
            _ => to,
        };
        let head = to.map_or("HTTP/1.1 200 OK".into(), |to| format!("HTTP/1.1 302 Found\r\nLocation: {to}"));
        stream.write_all(format!("{head}\r\nContent-Length: 4\r\nConnection: close\r\n\r\ndone").as_bytes()).await
    })
    .await
}

fn redirect_to(server: &Server, to: &str) -> Request {
    let mut url = server.url("/");
    url.query_pairs_mut().append_pair("to", to);
    request(url)
}

#[tokio::test]
async fn five_redirects_are_followed_and_a_sixth_is_not() {
    let server = redirecting().await;
    let answer = client().get(&request(server.url("/hop/5"))).await.unwrap();
    assert_eq!((answer.url.path(), &answer.body[..]), ("/hop/0", &b"done"[..]));
    assert!(server.seen().iter().all(|head| head.matches("api_key=canary").count() == 1));
    let error = error_of(client().get(&request(server.url("/hop/6"))).await);
    assert!(matches!(error, NetError::TooManyRedirects { .. }), "{error:?}");
}

#[tokio::test]
async fn a_redirect_to_another_host_carries_no_secret() {
    let (first, second) = (redirecting().await, redirecting().await);
    let echoed = format!("{}?page=2&api_key=canary%2Bkey%2F0123456789abcdef#top", second.url("/b"));
    let answer = client().get(&redirect_to(&first, &echoed)).await.unwrap();
    assert_eq!(answer.url.as_str(), format!("{}?page=2", second.url("/b")));
    assert_no_secret(&second.seen().concat());
    assert!(second.seen().concat().starts_with("GET /b?page=2 HTTP"));
    // Nor does the rest of the address.
    for hidden in ["/b/canary+key/0123456789abcdef", "/b?x=1canary%2Bkey%2F0123456789ABCDEF"] {
        let to = format!("http://{}{hidden}", second.address);
        let error = error_of(client().get(&redirect_to(&first, &to)).await);
        assert!(matches!(error, NetError::Refused { .. }), "{error:?}");
    }
    assert_eq!(second.seen().len(), 1);
}

#[tokio::test]
async fn a_redirect_target_is_checked_like_any_address() {
    let (server, canary) = (redirecting().await, redirecting().await);
    for to in [
        "http://169.254.169.254/latest/",
        "https://10.0.0.1/",
        "http://example.com/",
        "file:///etc/passwd",
        "https://user@example.com/",
        "https://[::1]/",
        "https://example.com:8443/",
        "http://",
    ] {
        let error = error_of(client().get(&redirect_to(&server, to)).await);
        assert!(matches!(error, NetError::Refused { .. }), "{to} {error:?}");
    }
    let mut listed = redirect_to(&server, &format!("http://localhost:{}/", canary.address.port()));
    listed.hosts = vec![".staticflickr.com".into()];
    assert!(matches!(error_of(client().get(&listed).await), NetError::Refused { .. }));
    assert!(canary.seen().is_empty());
    listed.hosts.push("localhost".into());
    assert_eq!(client().get(&listed).await.unwrap().body, b"done");
}

#[tokio::test]
async fn a_closed_client_cancels_waiting_requests() {
    let server = Server::start(|_, _stream| std::future::pending()).await;
    let client = client();
    let (url, running) = (server.url("/"), client.clone());
    let get = tokio::spawn(async move { running.get(&request(url)).await });
    while server.seen().is_empty() {
        tokio::task::yield_now().await;
    }
    client.close();
    assert_eq!(get.await.unwrap().unwrap_err(), NetError::Cancelled);
    assert_eq!(client.get(&request(server.url("/"))).await.unwrap_err(), NetError::Cancelled);
}

#[test]
fn special_addresses_are_not_public() {
    let special = "0.0.0.0 0.1.2.3 10.0.0.1 100.64.0.1 100.127.255.255 127.0.0.1 127.255.255.255 169.254.169.254 \
        172.16.0.1 172.31.255.255 192.0.0.1 192.0.2.1 192.88.99.1 192.168.0.1 198.18.0.1 198.19.255.255 198.51.100.1 \
        203.0.113.1 224.0.0.1 239.1.1.1 240.0.0.1 255.255.255.255 :: ::1 ::7f00:1 ::ffff:127.0.0.1 ::ffff:8.8.8.8 \
        64:ff9b::7f00:1 64:ff9b::a00:1 64:ff9b:1::1 100::1 2001::1 2001:db8::1 2002:7f00:1:: 2002:a00:1:: 2002:c0a8:1:: \
        3fff::1 5f00::1 fc00::1 fdff::1 fe80::1 febf::1 fec0::1 ff02::1";
    for text in special.split_whitespace() {
        assert!(!is_public(text.parse::<IpAddr>().unwrap()), "{text}");
    }
    let public = "1.1.1.1 8.8.8.8 100.63.0.1 100.128.0.1 172.15.0.1 172.32.0.1 192.0.1.1 198.17.0.1 223.255.255.255 \
        2606:4700::1111 2a00:1450::1 64:ff9b::808:808 2002:808:808:: 2001:4860:4860::8888";
    for text in public.split_whitespace() {
        assert!(is_public(text.parse::<IpAddr>().unwrap()), "{text}");
    }
}

/// Every notation of a v4 address: each part decimal, octal or hexadecimal, in 1 to 4 parts.
fn spellings(ip: [u32; 4]) -> Vec<String> {
    let [a, b, c, d] = ip;
    let groups =
        [vec![a, b, c, d], vec![a, b, c << 8 | d], vec![a, b << 16 | c << 8 | d], vec![a << 24 | b << 16 | c << 8 | d]];
    let mut all = Vec::new();
    for parts in groups {
        for mix in 0..3_u32.pow(parts.len() as u32) {
            let write = |(i, part): (usize, &u32)| match mix / 3_u32.pow(i as u32) % 3 {
                0 => format!("{part}"),
                1 => format!("0{part:o}"),
                _ => format!("0x{part:X}"),
            };
            all.push(parts.iter().enumerate().map(write).collect::<Vec<_>>().join("."));
        }
    }
    all
}

#[test]
fn every_spelling_of_a_private_address_is_refused() {
    let guard = Guard::default();
    let mut hosts: Vec<String> = Vec::new();
    for ip in [[127, 0, 0, 1], [169, 254, 169, 254], [10, 0, 0, 1], [192, 168, 1, 1]] {
        hosts.extend(spellings(ip));
    }
    hosts.extend(hosts.clone().into_iter().map(|host| host + "."));
    let wide = |host: &str| host.chars().map(|c| char::from_u32(c as u32 + 0xfee0).unwrap()).collect::<String>();
    hosts.extend([wide("127.0.0.1"), "127。0。0。1".into(), "①②⑦.⓪.⓪.①".into(), "%31%32%37.0.0.1".into()]);
    for v6 in "::1 0:0:0:0:0:0:0:1 ::ffff:127.0.0.1 ::ffff:7f00:1 ::127.0.0.1 64:ff9b::127.0.0.1 fe80::1 fd00::1 ::"
        .split(' ')
    {
        hosts.push(format!("[{v6}]"));
    }
    hosts.extend(
        "localhost LOCALHOST localhost. a.localhost printer printer.local db.internal 1.0.0.127.in-addr.arpa"
            .split(' ')
            .map(str::to_owned),
    );
    let mut refused = 0;
    for host in &hosts {
        // A text that is not a URL is refused too.
        if let Ok(url) = Url::parse(&format!("https://{host}/x")) {
            assert!(guard.check(&url).is_err(), "{host}");
            refused += 1;
        }
    }
    assert!(refused >= 900, "{refused} of {}", hosts.len());
}

#[test]
fn only_https_on_port_443_without_user_is_admitted() {
    let guard = Guard::new(&["127.0.0.1".into(), "LocalHost".into(), "::1".into()]);
    let wait_until_available = |url: &str| guard.check(&Url::parse(url).unwrap()).is_ok();
    for url in ["https://live.staticflickr.com/1.jpg", "https://a.org:443/", "https://1.1.1.1/", "https://A.org./"] {
        assert!(wait_until_available(url), "{url}");
    }
    for url in ["http://127.0.0.1:8080/", "https://127.1/", "http://localhost:1/", "http://[::1]:5/"] {
        assert!(wait_until_available(url), "{url}");
    }
    for url in [
        "http://a.org/",
        "https://a.org:80/",
        "https://a.org:22/",
        "ftp://a.org/",
        "file:///x",
        "data:,x",
        "https://u@a.org/",
        "https://:p@a.org/",
        "http://127.0.0.1@a.org/",
        "http://u@127.0.0.1/",
        "ftp://127.0.0.1/",
        "http://127.0.0.2/",
        "https://a.org@127.0.0.2/",
        "http://x.localhost/",
    ] {
        assert!(!wait_until_available(url), "{url}");
    }
}

fn lookup(answers: Vec<Vec<&'static str>>) -> Lookup {
    let asked = AtomicUsize::new(0);
    Arc::new(move |_| {
        let turn = asked.fetch_add(1, Ordering::SeqCst).min(answers.len() - 1);
        let found = answers[turn].iter().map(|ip| ip.parse().unwrap()).collect();
        futures::future::ready(Ok(found)).boxed()
    })
}

#[tokio::test]
async fn a_name_that_resolves_to_a_private_address_later_is_refused_then() {
    let rebinding = lookup(vec![vec!["93.184.215.14"], vec!["127.0.0.1"], vec!["93.184.215.14", "10.0.0.1"], vec![]]);
    let resolver = GuardedResolver::new(Guard::default(), rebinding);
    let name = || Name::from_str("rebind.example").unwrap();
    let first: Vec<_> = resolver.resolve(name()).await.map(Iterator::collect).unwrap_or_default();
    assert_eq!(first, ["93.184.215.14:0".parse().unwrap()]);
    for _ in 0..3 {
        assert!(resolver.resolve(name()).await.is_err());
    }
}

#[tokio::test]
async fn a_name_with_a_private_address_is_not_connected_to() {
    let ways = [vec!["127.0.0.1"], vec!["8.8.8.8", "::1"], vec!["::ffff:10.0.0.1"]];
    for addresses in ways {
        let client = Client::with_lookup(&config(), &lookup(vec![addresses])).unwrap();
        let error = error_of(client.get(&request(Url::parse("https://photos.example/a?b=c").unwrap())).await);
        assert!(matches!(error, NetError::Refused { .. }), "{error:?}");
        assert!(error.to_string().contains("photos.example/a:"), "{error}");
    }
    let nothing = Client::with_lookup(&config(), &lookup(vec![vec![]])).unwrap();
    let error = error_of(nothing.get(&request(Url::parse("https://photos.example/").unwrap())).await);
    assert!(matches!(error, NetError::Dns { .. }), "{error:?}");
}

#[tokio::test(start_paused = true)]
async fn requests_to_a_host_respect_its_rate() {
    let limiter = HostLimiter::new(HostLimits { requests_per_second: 2.0, at_once: 9 });
    let start = Instant::now();
    for _ in 0..25 {
        limiter.acquire().await;
    }
    // 5 at once, then 20 at 2 per second; the clock is virtual with a resolution of 1 ms.
    let took = start.elapsed().as_secs_f64();
    assert!((9.99..10.1).contains(&took), "{took}");
}

#[tokio::test(start_paused = true)]
async fn concurrent_requests_are_limited_and_permits_are_returned() {
    let limiter = HostLimiter::new(HostLimits { requests_per_second: f64::INFINITY, at_once: 2 });
    let (first, _second) = (limiter.acquire().await, limiter.acquire().await);
    let third = tokio::time::timeout(Duration::from_secs(5), limiter.acquire()).await;
    assert!(third.is_err());
    drop(first);
    assert!(limiter.acquire().now_or_never().is_some());
}

#[tokio::test(start_paused = true)]
async fn a_429_pauses_all_requests_and_halves_the_limits_until_successes_restore_them() {
    let limiter = HostLimiter::new(HostLimits { requests_per_second: f64::INFINITY, at_once: 8 });
    let under_way: Vec<_> = futures::future::join_all((0..4).map(|_| limiter.acquire())).await;
    let start = Instant::now();
    for permit in &under_way {
        permit.observe(429, Some(Duration::from_secs(40)));
    }
    drop(under_way);
    let mut slots = vec![limiter.acquire().await];
    assert!(start.elapsed() >= Duration::from_secs(40));
    // Four concurrent responses halve once: 8 -> 4.
    slots.extend((0..9).map_while(|_| limiter.acquire().now_or_never()));
    assert_eq!(slots.len(), 4);
    for _ in 0..20 {
        slots[0].observe(200, None);
    }
    slots.extend((0..9).map_while(|_| limiter.acquire().now_or_never()));
    assert_eq!(slots.len(), 8);
}

#[tokio::test(start_paused = true)]
async fn a_pause_is_never_longer_than_five_minutes() {
    let limiter = HostLimiter::new(FREE);
    let start = Instant::now();
    limiter.acquire().await.observe(503, Some(Duration::from_secs(86_400)));
    limiter.acquire().await;
    assert!(start.elapsed() <= Duration::from_secs(301), "{:?}", start.elapsed());
    assert!(start.elapsed() >= Duration::from_mins(5));
}

#[tokio::test]
async fn a_429_delays_the_next_request_until_it_is_dropped() {
    let server = Server::saying("HTTP/1.1 429 Slow\r\nRetry-After: 300\r\nContent-Length: 0\r\n\r\n").await;
    let client = client();
    assert_eq!(client.get(&request(server.url("/"))).await.unwrap().status, 429);
    let next = tokio::time::timeout(Duration::from_millis(100), client.get(&request(server.url("/")))).await;
    assert!(next.is_err());
    assert_eq!(server.seen().len(), 1);
}

fn budget(path: &std::path::Path, per_hour: usize, now: &Arc<AtomicUsize>) -> Budget {
    let now = Arc::clone(now);
    Budget::with_clock(path, &[Window::hour(per_hour)], move || now.load(Ordering::SeqCst) as u32).unwrap()
}

#[test]
fn no_sliding_hour_exceeds_the_budget() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("budget");
    let now = Arc::new(AtomicUsize::new(1_000_000));
    let mut taken = Vec::new();
    for step in 0..4_000 {
        now.fetch_add(step % 7, Ordering::SeqCst);
        // A new run each time, which only knows the file.
        if budget(&path, 50, &now).try_take().unwrap() == 0 {
            taken.push(now.load(Ordering::SeqCst));
        }
    }
    assert!(taken.windows(51).all(|hour| hour[50] - hour[0] > 3_600));
    assert!(taken.len() >= 50 * 3, "{}", taken.len());
}

#[test]
fn a_clock_set_back_does_not_free_budget() {
    let folder = tempfile::tempdir().unwrap();
    let now = Arc::new(AtomicUsize::new(1_000_000));
    let budget = budget(&folder.path().join("budget"), 3, &now);
    assert_eq!([(); 4].map(|()| budget.try_take().unwrap()), [0, 0, 0, 3_601]);
    now.store(500_000, Ordering::SeqCst);
    assert_eq!(budget.try_take().unwrap(), 3_601);
    now.store(503_600, Ordering::SeqCst);
    assert_eq!((budget.try_take().unwrap(), budget.left().unwrap()), (1, 0));
    now.store(503_601, Ordering::SeqCst);
    assert_eq!((budget.left().unwrap(), budget.try_take().unwrap()), (3, 0));
}

#[test]
fn a_damaged_budget_file_waits_at_most_an_hour_and_is_replaced() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("budget");
    std::fs::write(&path, [0xff; 4_001]).unwrap();
    let now = Arc::new(AtomicUsize::new(1_000_000));
    let budget = budget(&path, 100, &now);
    assert_eq!(budget.try_take().unwrap(), 3_601);
    now.fetch_add(3_601, Ordering::SeqCst);
    assert_eq!(budget.try_take().unwrap(), 0);
    assert_eq!(std::fs::metadata(&path).unwrap().len(), 4);
}

#[test]
fn the_limits_of_a_minute_an_hour_and_a_day_hold_together_across_runs() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("budget");
    let windows = [Window::minute(6), Window::hour(100), Window::day(500)];
    let (mut now, mut taken) = (1_000_000_u32, Vec::new());
    while now < 1_000_000 + 2 * 86_400 {
        // A new run each time, which only knows the file.
        let budget = Budget::with_clock(&path, &windows, move || now).unwrap();
        match budget.wait().unwrap() {
            Some((wait_s, _)) => now += wait_s,
            None => {
                assert_eq!(budget.try_take().unwrap(), 0);
                taken.push(now);
                now += 1;
            }
        }
    }
    for (most, span_s) in [(6, 60), (100, 3_600), (500, 86_400)] {
        assert!(taken.windows(most + 1).all(|span| span[most] - span[0] > span_s), "{most} in {span_s} s");
    }
    assert_eq!(taken.len(), 1_000, "no limit is stricter than configured");
    let budget = Budget::with_clock(&path, &windows, move || taken[999]).unwrap();
    assert_eq!(
        budget.wait().unwrap().and_then(|(_, window)| window).map(|window| window.to_string()).as_deref(),
        Some("500 a day")
    );
}

#[test]
fn costs_known_only_afterwards_are_charged() {
    let folder = tempfile::tempdir().unwrap();
    let open = || Budget::with_clock(&folder.path().join("bytes"), &[Window::hour(100)], || 1_000_000).unwrap();
    open().spend(99).unwrap();
    assert_eq!((open().left().unwrap(), open().wait().unwrap()), (1, None));
    open().spend(40).unwrap();
    assert_eq!((open().left().unwrap(), open().wait().unwrap().map(|(wait_s, _)| wait_s)), (0, Some(3_601)));
}

#[cfg(unix)]
#[tokio::test]
async fn the_budget_is_shared_between_processes_and_readable_only_by_its_owner() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("budget");
    let open = || Budget::open(&path, &[Window::hour(30)]).unwrap();
    let takes = (0..30).map(|_| {
        let budget = open();
        async move { budget.take().await.unwrap() }
    });
    futures::future::join_all(takes).await;
    assert_eq!(open().left().unwrap(), 0);
    assert!(open().wait().unwrap().is_some());
    assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
}

#[test]
fn a_pause_that_a_service_asks_for_holds_in_later_runs_and_is_never_long() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("budget");
    let now = Arc::new(AtomicUsize::new(1_000_000));
    budget(&path, 100, &now).pause(Duration::from_secs(40)).unwrap();
    assert_eq!(budget(&path, 100, &now).wait().unwrap(), Some((40, None)));
    assert_eq!(budget(&path, 100, &now).try_take().unwrap(), 40);
    now.fetch_add(40, Ordering::SeqCst);
    assert_eq!(budget(&path, 100, &now).try_take().unwrap(), 0);
    // Longer than any pause: the clock was set back, or the file is damaged.
    budget(&path, 100, &now).pause(Duration::from_hours(9)).unwrap();
    assert_eq!(budget(&path, 100, &now).wait().unwrap(), Some((300, None)));
    now.fetch_sub(100_000, Ordering::SeqCst);
    assert_eq!(budget(&path, 100, &now).wait().unwrap(), None);
    std::fs::write(folder.path().join("budget-pause"), b"x").unwrap();
    assert_eq!(budget(&path, 100, &now).wait().unwrap(), None);
}

#[tokio::test(start_paused = true)]
async fn retries_honour_retry_after_and_are_limited() {
    let policy = RetryPolicy { seed: Some(1), ..RetryPolicy::default() };
    let (start, mut tries) = (Instant::now(), 0);
    let after = Some(Duration::from_secs(100));
    let result: Result<(), _> = with_retry(&policy, || {
        tries += 1;
        futures::future::ready(Err(Attempt::Retry { after, err: tries }))
    })
    .await;
    assert_eq!(result, Err(5));
    assert!(start.elapsed() >= Duration::from_secs(400));
    let stopped: Result<(), _> = with_retry(&policy, || futures::future::ready(Err(Attempt::Stop("no")))).await;
    assert_eq!(stopped, Err("no"));
}

#[test]
fn waits_stay_below_a_doubling_bound_and_depend_on_the_seed() {
    let waits = |seed| {
        let mut backoff = Backoff::new(&RetryPolicy { seed: Some(seed), ..RetryPolicy::default() });
        [(); 12].map(|()| backoff.next_wait().as_millis() as u64)
    };
    for seed in 0..200 {
        assert!(waits(seed).iter().enumerate().all(|(i, wait)| *wait <= (1_000 << i).min(60_000)));
    }
    assert_eq!(waits(7), waits(7));
    assert_ne!(waits(7), waits(8));
}

#[test]
fn only_temporary_faults_are_retried() {
    assert!([408, 425, 429, 500, 502, 503, 504].into_iter().all(is_retryable_status));
    assert!(![200, 301, 400, 401, 403, 404, 410, 501].into_iter().any(is_retryable_status));
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn gzip_answer(body: &[u8]) -> Vec<u8> {
    let mut bytes =
        format!("HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: {}\r\n\r\n", body.len()).into_bytes();
    bytes.extend(body);
    bytes
}

fn post(url: Url) -> Post {
    let secret_headers = vec![("x-goog-api-key", Secret::new(KEY))];
    Post { url, secret_headers, media_type: JSON, body: br#"{"a":"private"}"#.to_vec(), max_bytes: 1 << 20 }
}

fn never() -> std::future::Pending<()> {
    std::future::pending()
}

#[tokio::test]
async fn a_post_sends_its_secret_only_in_a_header() {
    let server = Server::start(|_, mut stream| async move {
        let mut body = [0; 15];
        stream.read_exact(&mut body).await?;
        let head = format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n", body.len());
        stream.write_all(&[head.as_bytes(), &body].concat()).await
    })
    .await;
    let post = post(server.url("/v1/images:annotate"));
    let answer = client().post(&post, never()).await.unwrap().unwrap();
    assert_eq!(answer.body, br#"{"a":"private"}"#);
    assert_no_secret(&format!("{post:?} {answer:?}"));
    assert!(!format!("{post:?}").contains("private"));
    let head = server.seen().concat().to_lowercase();
    assert!(head.starts_with("post /v1/images:annotate http/1.1\r\n"), "{head}");
    assert!(
        head.contains("content-type: application/json\r\n") && head.contains(&format!("x-goog-api-key: {KEY}\r\n"))
    );
}

#[tokio::test]
async fn a_post_follows_no_redirect() {
    let elsewhere = Server::saying("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n").await;
    let to = elsewhere.url("/");
    let server = Server::saying(format!("HTTP/1.1 307 Moved\r\nLocation: {to}\r\nContent-Length: 0\r\n\r\n")).await;
    let answer = client().post(&post(server.url("/")), never()).await.unwrap().unwrap();
    assert_eq!((answer.status, elsewhere.seen().len()), (307, 0));
}

#[tokio::test]
async fn a_waiting_post_can_be_cancelled_and_a_sent_one_cannot() {
    let server = Server::start(|_, mut stream| async move {
        tokio::time::sleep(Duration::from_millis(200)).await;
        stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n").await
    })
    .await;
    let client = client();
    client.limit("127.0.0.1", HostLimits { requests_per_second: f64::INFINITY, at_once: 1 });
    let post = post(server.url("/"));
    let soon = || tokio::time::sleep(Duration::from_millis(50));
    let (first, second) = tokio::join!(client.post(&post, soon()), client.post(&post, soon()));
    assert!(first.unwrap().is_some_and(|answer| answer.status == 200) && second.unwrap().is_none());
    assert_eq!(server.seen().len(), 1);
}

#[tokio::test]
async fn requests_that_cannot_have_arrived_differ_from_uncertain_ones() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let closed = Url::parse(&format!("http://{}/", listener.local_addr().unwrap())).unwrap();
    drop(listener);
    for url in [closed, Url::parse("http://10.0.0.1/").unwrap(), Url::parse("https://127.0.0.2/").unwrap()] {
        let error = error_of(client().post(&post(url), never()).await.map(Option::unwrap));
        assert!(!error.may_be_processed(), "{error:?}");
    }
    for bytes in ["", "HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\nhalf", "SSH-2.0-OpenSSH_9.6\r\n\r\n"] {
        let server = Server::saying(bytes).await;
        let error = error_of(client().post(&post(server.url("/")), never()).await.map(Option::unwrap));
        assert!(error.may_be_processed(), "{error:?}");
        assert_eq!(server.seen().len(), 1, "it is not retried automatically");
    }
    let silent = Server::start(|_, stream| async move {
        let _held_open = stream;
        std::future::pending().await
    })
    .await;
    let client = Client::new(NetConfig { idle_timeout: Duration::from_millis(200), ..config() }).unwrap();
    let error = error_of(client.post(&post(silent.url("/")), never()).await.map(Option::unwrap));
    assert!(matches!(error, NetError::Timeout { .. }) && error.may_be_processed(), "{error:?}");
}
