//! Responses on the wire: listeners that can reset a connection, bodies that are slow, truncated or endless.

use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::extract::connect_info::Connected;
use axum::http::{Response, header};
use axum::serve::{IncomingStream, Listener};
use futures::{StreamExt, stream};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpStream};

use crate::faults::Fault;

/// Ends the connection it belongs to with a TCP reset, at the next write.
#[derive(Debug, Clone, Default)]
pub struct Reset(Arc<AtomicBool>);

impl Reset {
    /// Requests the reset of the connection.
    pub fn pull(&self) {
        self.0.store(true, Ordering::SeqCst);
    }
}

/// A connection that can be reset.
#[derive(Debug)]
pub struct Connection {
    stream: TcpStream,
    reset: Reset,
}

impl AsyncRead for Connection {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(cx, buf)
    }
}

impl AsyncWrite for Connection {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        if self.reset.0.load(Ordering::SeqCst) {
            // Zero linger turns the close that follows into an RST instead of a FIN.
            self.stream.set_zero_linger()?;
            return Poll::Ready(Err(io::ErrorKind::ConnectionReset.into()));
        }
        Pin::new(&mut self.stream).poll_write(cx, buf)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}

/// A listener whose connections can be reset.
#[derive(Debug)]
pub struct ResettableListener(pub TcpListener);

impl Listener for ResettableListener {
    type Io = Connection;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (Connection, SocketAddr) {
        let (stream, address) = Listener::accept(&mut self.0).await;
        // Without this, dripping bodies would arrive in lumps; a failure only changes timing.
        let _ = stream.set_nodelay(true);
        (Connection { stream, reset: Reset::default() }, address)
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        self.0.local_addr()
    }
}

impl Connected<IncomingStream<'_, ResettableListener>> for Reset {
    fn connect_info(stream: IncomingStream<'_, ResettableListener>) -> Self {
        stream.io().reset.clone()
    }
}

/// A complete answer; chunked, without `Content-Length`, unless `sized`.
pub fn whole(status: u16, mime: &str, body: Vec<u8>, sized: bool) -> Response<Body> {
    let body =
        if sized { Body::from(body) } else { Body::from_stream(stream::iter([Ok::<_, io::Error>(Bytes::from(body))])) };
    respond(status, &[("content-type", mime)], body)
}

/// An answer from its parts.
pub fn respond(status: u16, headers: &[(&str, &str)], body: Body) -> Response<Body> {
    let response = headers.iter().fold(Response::builder().status(status), |r, (name, value)| r.header(*name, *value));
    response.body(body).expect("statuses and headers here are constants or addresses")
}

/// The response for a fault that does not depend on the content, or damages any body; `good` is the intact body.
pub fn spoiled(fault: Fault, mime: &str, good: Vec<u8>) -> Response<Body> {
    let page = |status: u16, title: &str| {
        let html = format!("<html><head><title>{title}</title></head><body><h1>{title}</h1></body></html>");
        whole(status, "text/html", html.into_bytes(), true)
    };
    match fault {
        Fault::TooMany => page(429, "429 Too Many Requests"),
        Fault::TooManyRetryAfter => {
            let mut response = page(429, "429 Too Many Requests");
            response.headers_mut().insert(header::RETRY_AFTER, header::HeaderValue::from_static("1"));
            response
        }
        Fault::ServerError => whole(500, "text/xml", b"<error>Internal error</error>".to_vec(), true),
        Fault::BadGateway => page(502, "502 Bad Gateway"),
        Fault::GatewayTimeout => page(504, "504 Gateway Time-out"),
        Fault::Unavailable => whole(503, "text/plain", b"Service Unavailable".to_vec(), true),
        Fault::Forbidden => page(403, "403 Forbidden"),
        Fault::HtmlOk => page(200, "Flickr is having a massage"),
        Fault::Empty => whole(200, mime, Vec::new(), true),
        Fault::Reset => whole(500, mime, Vec::new(), true),
        Fault::WrongGzip => respond(200, &[("content-type", mime), ("content-encoding", "gzip")], Body::from(good)),
        Fault::GzipBomb => {
            respond(200, &[("content-type", mime), ("content-encoding", "gzip")], Body::from_stream(bomb()))
        }
        Fault::HeaderFlood => {
            let names: Vec<String> = (0..400).map(|i| format!("x-flood-{i}")).collect();
            let value = "f".repeat(1024);
            respond(200, &names.iter().map(|n| (n.as_str(), value.as_str())).collect::<Vec<_>>(), Body::from(good))
        }
        Fault::CutBody => whole(200, mime, good[..good.len() / 2].to_vec(), true),
        _ => broken(fault, mime, good),
    }
}

/// Bodies that are sent in an unusual way.
fn broken(fault: Fault, mime: &str, good: Vec<u8>) -> Response<Body> {
    let half = good[..good.len() / 2].to_vec();
    let cut = || Err::<Bytes, io::Error>(io::ErrorKind::ConnectionAborted.into());
    match fault {
        Fault::ShortBody | Fault::ChunkedAbort => {
            let length = good.len().to_string();
            let headers = [("content-type", mime), ("content-length", length.as_str())];
            let headers = if fault == Fault::ShortBody { &headers[..] } else { &headers[..1] };
            // The pause lets the sent bytes leave before the connection is dropped.
            let end = stream::once(async move {
                tokio::time::sleep(Duration::from_millis(20)).await;
                cut()
            });
            respond(200, headers, Body::from_stream(stream::iter([Ok(Bytes::from(half))]).chain(end)))
        }
        Fault::Slow => drip(mime, good, Duration::from_millis(100), false),
        Fault::SlowForever => drip(mime, good, Duration::from_secs(1), true),
        Fault::Endless => {
            let block = Bytes::from(vec![b' '; 64 * 1024]);
            let rest = stream::repeat_with(move || Ok::<_, io::Error>(block.clone()));
            respond(
                200,
                &[("content-type", mime)],
                Body::from_stream(stream::iter([Ok(Bytes::from(good))]).chain(rest)),
            )
        }
        Fault::Huge => {
            let block = Bytes::from(vec![b' '; 64 * 1024]);
            let pad = stream::repeat_with(move || Ok::<_, io::Error>(block.clone())).take(1024);
            respond(200, &[("content-type", mime)], Body::from_stream(pad.chain(stream::iter([Ok(Bytes::from(good))]))))
        }
        _ => whole(200, mime, good, false),
    }
}

/// Sixteen pieces with pauses, or one byte at a time and never the last.
fn drip(mime: &str, good: Vec<u8>, pause: Duration, forever: bool) -> Response<Body> {
    let piece = if forever { 1 } else { good.len().div_ceil(16).max(1) };
    let body = stream::unfold(0, move |at| {
        let part = good.get(at..(at + piece).min(good.len())).map(Bytes::copy_from_slice).unwrap_or_default();
        async move {
            tokio::time::sleep(pause).await;
            match (part.is_empty(), forever) {
                (true, true) => Some((Ok::<_, io::Error>(Bytes::from_static(b" ")), at)),
                (true, false) => None,
                (false, _) => Some((Ok(part), at + piece)),
            }
        }
    });
    respond(200, &[("content-type", mime)], Body::from_stream(body))
}

/// A gzip stream of 1 GiB of zeros: one compressed MiB, 1024 times, each a set of self-contained deflate blocks.
fn bomb() -> impl futures::Stream<Item = io::Result<Bytes>> + Send {
    let mut block = Vec::with_capacity(8192);
    let zeros = vec![0u8; 1 << 20];
    let mut deflate = flate2::Compress::new(flate2::Compression::best(), false);
    let _ = deflate.compress_vec(&zeros, &mut block, flate2::FlushCompress::Full);
    let head = Bytes::from_static(&[0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255]);
    let block = Bytes::from(block);
    stream::iter([Ok(head)]).chain(stream::repeat_with(move || Ok(block.clone())).take(1024))
}
