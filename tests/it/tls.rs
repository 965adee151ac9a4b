//! Servers that are asked by the name that users have: behind TLS of a private authority, below a path, several by one name.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use rustls::ServerConfig;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use secrecy::SecretString;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, copy_bidirectional};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;
use upgrade_gate::fault::Faults;
use upgrade_gate::mattermost::{Address, Client, Http, Socket};
use upgrade_gate::standin::store::{Store, StoreOptions};
use upgrade_gate::standin::{Node, Options, World, release};
use upgrade_gate::storage::{Bucket, Reach, StorageOptions};
use upgrade_gate::trust::TlsFailure;

const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/tls");
/// Its path has the words by which links and answers of commands are cut.
const SITE: &str = "https://chat.test:8443/files/hooks";

fn authority() -> CertificateDer<'static> {
    CertificateDer::from_pem_file(format!("{FOLDER}/authority.pem")).unwrap()
}

/// Speaks TLS with the certificate for chat.test and store, and passes on what it hears.
async fn front(to: SocketAddr) -> SocketAddr {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let certificate = CertificateDer::from_pem_file(format!("{FOLDER}/server.pem")).unwrap();
    let key = PrivateKeyDer::from_pem_file(format!("{FOLDER}/server.key")).unwrap();
    let config =
        ServerConfig::builder().with_no_client_auth().with_single_cert(vec![certificate], key).unwrap();
    let acceptor = TlsAcceptor::from(Arc::new(config));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((tcp, _)) = listener.accept().await {
            let acceptor = acceptor.clone();
            tokio::spawn(async move {
                let (Ok(mut tls), Ok(mut server)) =
                    (acceptor.accept(tcp).await, TcpStream::connect(to).await)
                else {
                    return;
                };
                let _ = copy_bidirectional(&mut tls, &mut server).await;
            });
        }
    });
    address
}

/// Two nodes below a path, each behind TLS.
async fn nodes() -> (Vec<Node>, Vec<SocketAddr>) {
    let world = World::new(Options { clustered: true, public_links: true, ..Options::default() });
    let environment = [("MM_SERVICESETTINGS_SITEURL".to_owned(), SITE.to_owned())];
    let (mut nodes, mut fronts) = (Vec::new(), Vec::new());
    for (name, version) in [("node1", "11.5.1"), ("node2", "11.6.0")] {
        let (world, release) = (Arc::clone(&world), release::known(version));
        let listen = SocketAddr::from(([127, 0, 0, 1], 0));
        let node =
            Node::start_with(world, name, release, Faults::none(), listen, &environment).await.unwrap();
        fronts.push(front(node.address()).await);
        nodes.push(node);
    }
    (nodes, fronts)
}

#[tokio::test]
async fn several_servers_by_one_name_answer_requests_and_websockets_below_their_path() {
    let (_nodes, fronts) = nodes().await;
    let http = Http::trusting(Duration::from_secs(20), &[authority()]).unwrap();
    let client =
        |n: usize| Client::to(&http, &format!("node{}", n + 1), &Address::named(SITE, fronts[n])).unwrap();
    for (n, version) in ["11.5.1", "11.6.0"].into_iter().enumerate() {
        assert_eq!(client(n).ping().await.unwrap().version().as_deref(), Some(version));
    }
    client(0).create_user("alice", "Upgrade-Gate-1234").await.unwrap();
    let alice = client(0).login("alice", "Upgrade-Gate-1234").await.unwrap().client;
    let there = alice.at(&client(1));
    let socket = Socket::open(&there).await.unwrap();
    assert!(socket.server_version.starts_with("11.6.0"), "{}", socket.server_version);
    let team = alice.create_team("team", "Team").await.unwrap();
    let channel = alice.create_channel(&team.id, "channel", "O").await.unwrap().id;
    let file = alice.upload(&channel, "a.bin", b"bytes".to_vec()).await.unwrap();
    alice.create_post(&channel, "with a file", &[&file.id]).await.unwrap();
    let link = alice.public_path(&file.id).await.unwrap();
    assert_eq!(client(1).get(&link).await.unwrap().body, b"bytes");
    // Refused by the route itself: nobody waits for an answer by that id.
    let late = alice.respond_late(&format!("{SITE}/hooks/commands/nobody"), "late").await.unwrap_err();
    assert_eq!(late.status(), Some(404), "{late}");
    // Who does not know the path is sent there.
    let beside = Client::to(&http, "node1", &Address::named("https://chat.test", fronts[0])).unwrap();
    let told = beside.ping().await.unwrap_err().to_string();
    assert_eq!(
        told,
        "node1 gave 302 to GET /api/v4/system/ping (it points to /files/hooks/api/v4/system/ping)"
    );
}

#[tokio::test]
async fn a_certificate_that_is_not_trusted_is_told_by_requests_and_websockets() {
    let (_nodes, fronts) = nodes().await;
    let trusting = Http::trusting(Duration::from_secs(20), &[authority()]).unwrap();
    let by_machine = Http::new(Duration::from_secs(20)).unwrap();
    let other = || {
        TlsFailure::Name(Some((
            "other.test".into(),
            ["localhost", "chat.test", "store"].map(str::to_owned).to_vec(),
        )))
    };
    for (http, url, failure) in
        [(&by_machine, SITE, TlsFailure::Authority), (&trusting, "https://other.test/files/hooks", other())]
    {
        let client = Client::to(http, "lb", &Address::named(url, fronts[0])).unwrap();
        let told = client.ping().await.unwrap_err();
        match (&failure, told.tls().unwrap()) {
            // An address of the certificate's may be told as well, in whatever form.
            (TlsFailure::Name(Some((asked, has))), TlsFailure::Name(Some((name, names)))) => {
                assert!(asked == name && names.starts_with(has), "{told}");
            }
            (expected, got) => assert_eq!(expected, got),
        }
        let socket = Socket::open(&client).await.unwrap_err();
        assert_eq!(socket.tls(), told.tls());
    }
    let nobody = Client::to(&trusting, "lb", &Address::named("https://chat.test", plain().await.0)).unwrap();
    assert_eq!(nobody.ping().await.unwrap_err().tls(), Some(&TlsFailure::Plain));
}

/// A server that speaks no TLS and keeps the first request that it hears.
async fn plain() -> (SocketAddr, tokio::sync::oneshot::Receiver<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let (heard, first) = tokio::sync::oneshot::channel();
    tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        let mut request = vec![0; 4096];
        let read = stream.read(&mut request).await.unwrap();
        let _ = heard.send(String::from_utf8_lossy(&request[..read]).into_owned());
        let _ = stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\nconnection: close\r\n\r\n").await;
    });
    (address, first)
}

#[tokio::test]
async fn the_name_and_port_of_users_are_sent_as_host() {
    let http = Http::new(Duration::from_secs(20)).unwrap();
    for (url, host) in
        [("http://chat.test:8000/sub", "chat.test:8000"), ("http://chat.test/sub", "chat.test")]
    {
        let (address, heard) = plain().await;
        Client::to(&http, "lb", &Address::named(url, address)).unwrap().ping().await.unwrap();
        let heard = heard.await.unwrap();
        assert!(heard.starts_with("GET /sub/api/v4/system/ping HTTP/1.1\r\n"), "{heard}");
        assert_eq!(heard.matches(&format!("\r\nhost: {host}\r\n")).count(), 1, "{heard}");
    }
}

#[tokio::test]
async fn a_store_of_a_private_authority_is_reached_by_the_name_that_the_nodes_have() {
    let secret = SecretString::from("hush-hush");
    let store = Store::new(StoreOptions {
        access_key: "key".into(),
        secret_key: secret.clone(),
        region: "us-east-1".into(),
        buckets: vec!["mattermost".into()],
    });
    let server = store.serve(TcpListener::bind("127.0.0.1:0").await.unwrap()).unwrap();
    let front = front(server.address()).await;
    let bucket = |certificates: String| {
        Bucket::open(StorageOptions {
            endpoint: Some(format!("https://store:{}", front.port())),
            region: "us-east-1".into(),
            bucket: "mattermost".into(),
            access_key: "key".into(),
            secret: secret.clone(),
            session_token: None,
            prefix: String::new(),
            path_style: true,
            reach: Reach::Cluster { certificates, at: Some(front.ip()) },
        })
    };
    let pem = std::fs::read_to_string(format!("{FOLDER}/authority.pem")).unwrap();
    assert!(bucket(pem).exists().await.unwrap());
    let error = bucket(String::new()).exists().await.unwrap_err();
    assert!(error.is_refusal(), "waiting for it would be of no use: {error}");
    assert!(
        error.to_string().ends_with("give the certificate of that authority by the input ca-bundle"),
        "{error}"
    );
}
