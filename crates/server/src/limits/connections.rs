//! Limit of connections per address and in all, counted from before the handshake until they end; and a deadline for the first bytes of
//! each.

use std::{
    io,
    net::IpAddr,
    pin::Pin,
    task::{Context, Poll, ready},
    time::Duration,
};

use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    time::Sleep,
};
use tonic::transport::server::Connected;

use super::keyed_limit::{Full, KeyedLimit, Permit};

/// Length of the HTTP/2 connection preface; a request of HTTP/1.1 has more.
const PREFACE: usize = 24;
/// Timeout of the preface.
const PREFACE_TIMEOUT: Duration = Duration::from_secs(5);

/// Open connections by address. Cheap to clone.
#[derive(Clone)]
pub struct Connections(KeyedLimit<IpAddr>);

/// Connection counted until it is dropped.
pub type Counting = Permit<IpAddr>;

impl Connections {
    /// Limit of `in_all` connections, and of `per_address` for one address.
    #[must_use]
    pub fn new(in_all: usize, per_address: usize) -> Self {
        Self(KeyedLimit::new(in_all, per_address))
    }

    /// Counts a connection from this address.
    ///
    /// # Errors
    /// The limit that is exceeded.
    pub fn admit(&self, address: IpAddr) -> Result<Counting, &'static str> {
        self.0.take(network(address)).map_err(|full| match full {
            Full::InAll => "connections-in-all",
            Full::OfOne => "connections-per-address",
        })
    }
}

/// Network that an address counts for: a client with a whole IPv6 network must not have one for each connection.
pub(super) fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(v6) => IpAddr::V6((v6.to_bits() & (u128::MAX << 64)).into()),
        v4 @ IpAddr::V4(_) => v4,
    }
}

/// Counted connection, which ends when its first bytes do not come.
pub struct Counted<T> {
    inner: T,
    _counting: Counting,
    missing: usize,
    until: Pin<Box<Sleep>>,
}

impl<T> Counted<T> {
    /// Counts from here on.
    #[must_use]
    pub fn new(inner: T, counting: Counting) -> Self {
        Self { inner, _counting: counting, missing: PREFACE, until: Box::pin(tokio::time::sleep(PREFACE_TIMEOUT)) }
    }
}

impl<T: Connected> Connected for Counted<T> {
    type ConnectInfo = T::ConnectInfo;

    fn connect_info(&self) -> Self::ConnectInfo {
        self.inner.connect_info()
    }
}

impl<T: AsyncRead + Unpin> AsyncRead for Counted<T> {
    fn poll_read(mut self: Pin<&mut Self>, task: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        if self.missing > 0 && self.until.as_mut().poll(task).is_ready() {
            super::count("no-first-words");
            return Poll::Ready(Err(io::ErrorKind::TimedOut.into()));
        }
        ready!(Pin::new(&mut self.inner).poll_read(task, buffer))?;
        self.missing = self.missing.saturating_sub(buffer.filled().len() - before);
        Poll::Ready(Ok(()))
    }
}

impl<T: AsyncWrite + Unpin> AsyncWrite for Counted<T> {
    fn poll_write(mut self: Pin<&mut Self>, task: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.inner).poll_write(task, bytes)
    }

    fn poll_write_vectored(mut self: Pin<&mut Self>, task: &mut Context<'_>, bytes: &[io::IoSlice<'_>]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.inner).poll_write_vectored(task, bytes)
    }

    fn is_write_vectored(&self) -> bool {
        self.inner.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, task: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_flush(task)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, task: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_shutdown(task)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_address_cannot_take_the_places_of_all_and_a_place_comes_back_when_its_connection_ends() {
        let connections = Connections::new(5, 3);
        let [flood, other, third] = ["10.0.0.1", "10.0.0.2", "10.0.0.3"].map(|text| text.parse::<IpAddr>().unwrap());
        let mut held: Vec<_> = (0..3).map(|_| connections.admit(flood)).collect();
        assert_eq!(connections.admit(flood).err(), Some("connections-per-address"));
        held.extend((0..2).map(|_| connections.admit(other)));
        assert!(held.iter().all(Result::is_ok));
        assert_eq!(connections.admit(third).err(), Some("connections-in-all"));
        held.pop();
        assert!(connections.admit(third).is_ok());
        held.clear();
        assert!(connections.0.are_all_free());
    }

    #[test]
    fn a_network_of_addresses_counts_as_one() {
        let connections = Connections::new(9, 1);
        let _held = connections.admit("2001:db8::1".parse().unwrap());
        assert!(connections.admit("2001:db8::2".parse().unwrap()).is_err());
        assert!(connections.admit("2001:db8:0:1::2".parse().unwrap()).is_ok());
    }
}
