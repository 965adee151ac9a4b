//! What a server tells of itself on its port for profiles, which `MetricsSettings.Enable` opens.
//!
//! It needs no licence, other than `/metrics` on the same port (channels/app/platform/metrics.go; seen on 11.7, 11.11 and 12.0). Two
//! questions cost a server some 20 ms of CPU.

use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::time::timeout;

/// Where that port is unless `MetricsSettings.ListenAddress` says otherwise.
pub(super) const PORT: u16 = 8067;

/// How long one answer may take, connection included.
const ANSWER_WITHIN: Duration = Duration::from_secs(3);
/// Bytes of an answer; that of a server under load has some hundred thousand.
const LONGEST_ANSWER: u64 = 16 << 20;

/// What a server tells of itself; what it does not is missing.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Profile {
    /// Bytes of its heap that were still in use when it was last tidied up.
    pub(super) heap_bytes: Option<u64>,
    /// What it has under way.
    pub(super) goroutines: Option<u64>,
}

impl Profile {
    /// Asks the server whose port for profiles this is. Most servers have none: then nothing is told.
    pub(super) async fn of(address: SocketAddr) -> Self {
        let Ok(stacks) = ask(address, "goroutine").await else { return Self::default() };
        let heap = ask(address, "heap").await.unwrap_or_default();
        Self { heap_bytes: live_heap(&heap), goroutines: goroutines(&stacks) }
    }
}

/// One profile in words. Whoever asks so is answered until the connection ends, without chunks.
async fn ask(address: SocketAddr, profile: &str) -> io::Result<String> {
    let asked = async {
        let mut stream = TcpStream::connect(address).await?;
        let request = format!("GET /debug/pprof/{profile}?debug=1 HTTP/1.0\r\nHost: {address}\r\n\r\n");
        stream.write_all(request.as_bytes()).await?;
        let mut answer = Vec::new();
        stream.take(LONGEST_ANSWER).read_to_end(&mut answer).await?;
        Ok(String::from_utf8_lossy(&answer).into_owned())
    };
    timeout(ANSWER_WITHIN, asked).await.unwrap_or_else(|_| Err(io::ErrorKind::TimedOut.into()))
}

/// `goroutine profile: total 83`.
fn goroutines(text: &str) -> Option<u64> {
    text.lines().find_map(|line| line.strip_prefix("goroutine profile: total "))?.trim().parse().ok()
}

/// `# NextGC = 145819914`: it is tidied up again when it is twice as large as what was left the last time (GOGC=100). What is in use
/// at this moment goes up and down by as much every few seconds.
fn live_heap(text: &str) -> Option<u64> {
    let next = text.lines().rev().find_map(|line| line.strip_prefix("# NextGC = "))?;
    next.trim().parse::<u64>().ok().map(|bytes| bytes / 2)
}

#[cfg(test)]
mod tests {
    use tokio::net::TcpListener;

    use super::*;

    /// As 12.0.0 answered, without most of it.
    const STACKS: &str = "goroutine profile: total 83\n2 @ 0x47eb8e 0x4120b8 0x411c72\n#\t0x4f2a31\tos/signal.signal_recv+0x27\n";
    const HEAP: &str = "heap profile: 120: 86835200 [4096: 786432000] @ heap/1048576\n# runtime.MemStats\n# HeapAlloc = 78551976\n# NextGC = 145819914\n# LastGC = 1795840830629185200\n";

    async fn server() -> SocketAddr {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                let mut asked = [0; 1024];
                let length = stream.read(&mut asked).await.unwrap();
                let heap = asked[..length].starts_with(b"GET /debug/pprof/heap?");
                let body = if heap { HEAP } else { STACKS };
                let answer = format!("HTTP/1.0 200 OK\r\nContent-Type: text/plain\r\n\r\n{body}");
                stream.write_all(answer.as_bytes()).await.unwrap();
            }
        });
        address
    }

    #[tokio::test]
    async fn a_server_tells_what_it_has_under_way_and_what_of_its_heap_is_in_use() {
        let told = Profile::of(server().await).await;
        assert_eq!(told, Profile { heap_bytes: Some(72_909_957), goroutines: Some(83) });
    }

    #[tokio::test]
    async fn where_nobody_listens_nothing_is_told() {
        let gone = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
        assert_eq!(Profile::of(gone).await, Profile::default());
    }

    #[test]
    fn what_is_no_profile_tells_nothing() {
        for text in ["", "404 page not found", "goroutine profile: total many\n# NextGC = ?"] {
            assert_eq!((goroutines(text), live_heap(text)), (None, None), "{text}");
        }
    }
}
